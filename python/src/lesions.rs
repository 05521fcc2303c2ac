//! What was measured; it becomes text only where Python asks for it.

use crate::error::option;
use perirad::cohort::{Bins, Patient, PatientRule, patient};
use perirad::feature::{FeatureValue, registry};
use perirad::image::Region;
use perirad::pipeline::RegionFeatures;
use perirad::preprocess::perturb::Perturbation;
use perirad::report::{
    ImageFacts, Lesion, Names, Reading, document, long_rows, scored, wide_columns, wide_header,
    wide_row,
};
use perirad::settings::Settings;
use pyo3::prelude::*;

/// The lesions of one call.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct Lesions {
    pub facts: ImageFacts,
    pub reading: Reading,
    pub settings: Settings,
    pub regions: Vec<Region>,
    pub perturbation: Option<Perturbation>,
    pub all: Vec<Lesion>,
}

impl Lesions {
    fn document(&self, lesions: &[Lesion], patient: Option<&Patient>) -> String {
        let (facts, reading) = (self.facts.clone(), self.reading.clone());
        let mut document = document(facts, reading, &self.settings, lesions, patient);
        if let Some(limits) = &self.perturbation {
            document = document.perturbed(limits, lesions);
        }
        serde_json::to_string(&document).unwrap_or_default()
    }
}

type Failed = (&'static str, String, String);

#[pymethods]
impl Lesions {
    fn __len__(&self) -> usize {
        self.all.len()
    }

    /// Name of the case and of the lesion.
    fn name(&self, at: usize) -> Option<(String, String)> {
        self.all.get(at).map(|lesion| (lesion.case.clone(), lesion.roi.clone()))
    }

    /// Code, message and hint, where it could not be measured or scored.
    fn failure(&self, at: usize) -> Option<Failed> {
        let failure = self.all.get(at)?.failure()?.clone();
        Some((failure.code, failure.message, failure.hint))
    }

    /// Code and message of each warning: of the image, the lesion and the score.
    fn warnings(&self, at: usize) -> Vec<(&'static str, String)> {
        let mut all: Vec<_> = self.facts.warnings.iter().collect();
        all.extend(self.all.get(at).into_iter().flat_map(Lesion::noted));
        all.into_iter().map(|w| (w.code, w.message.clone())).collect()
    }

    /// The numbers of the lesion, each under `region:family.feature:aggregation`.
    fn values(&self, at: usize) -> Vec<(String, Option<f64>)> {
        let Some(Ok(measured)) = self.all.get(at).map(|lesion| &lesion.result) else {
            return Vec::new();
        };
        let of_region = |region: &RegionFeatures| {
            let name = region.region.name();
            let named = |found: &FeatureValue| {
                let key = format!("{name}:{}:{}", found.spec.key, found.aggregation.name());
                (key, found.outcome.value())
            };
            region.features.iter().map(named).collect::<Vec<_>>()
        };
        measured.features.regions.iter().flat_map(of_region).collect()
    }

    /// The lesion as the program's JSON.
    fn json(&self, at: usize) -> String {
        let one = self.all.get(at..=at).unwrap_or_default();
        self.document(one, None)
    }

    /// All lesions together, as the program's JSON has it: their agreement over repeats, and with
    /// scores the patient level of lesions of at least so many mL; bins are of the entropy.
    fn together(&self, minimum_ml: f64, bins: Option<(f64, f64, u32)>) -> PyResult<String> {
        let wrong = || option("bins are (lowest, highest, count), lowest < highest".into());
        let bins = bins.map(|(low, high, count)| Bins::new(low, high, count).ok_or_else(wrong));
        let rule = PatientRule { minimum_ml, bins: bins.transpose()? };
        let together = patient(self.all.len(), &scored(&self.all), rule);
        Ok(self.document(&self.all, Some(&together)))
    }

    /// The lesion as the program's `long` rows.
    fn long(&self, at: usize) -> Vec<Vec<String>> {
        self.all.get(at).into_iter().flat_map(long_rows).map(Vec::from).collect()
    }

    /// The lesion as the program's `csv`, its features under their own names or those that
    /// pyradiomics has: head and rows.
    fn wide(&self, at: usize, names: Option<Vec<String>>) -> (Vec<String>, Vec<Vec<String>>) {
        let known =
            |name: &String| registry::by_pyradiomics(name).and_then(|spec| spec.pyradiomics);
        let listed: Option<Vec<_>> = names.map(|names| names.iter().filter_map(known).collect());
        let names = listed.as_deref().map_or(Names::Perirad, |list| Names::Pyradiomics(Some(list)));
        let columns = wide_columns(self.settings.wanted(), names);
        let digest = self.settings.digest();
        let row = |lesion| wide_row(&self.facts, lesion, &self.regions, &columns, &digest);
        let rows = self.all.get(at).map(row);
        (wide_header(&columns), rows.unwrap_or_default())
    }
}

//! What is done with lesions, owned, so that it may outlive the call that an interrupt ends.

use crate::error::Fault;
use crate::model::Model;
use crate::settings::Settings;
use perirad::cohort::{ClinicalSources, ClinicalValue};
use perirad::image::Region;
use perirad::preprocess::perturb::Perturbation;
use perirad::run::{Clinical, Plan, Text, Told, perturbation_of};
use perirad::settings::parse_perturbation;
use pyo3::prelude::*;

/// A number, or a word.
#[derive(FromPyObject)]
enum Value {
    Number(f64),
    Word(String),
}

/// What is told of lesions: by hand for some or all, a CSV, a map (each a file's name and text), a
/// site; and whether upper and lower case are one in names.
#[derive(FromPyObject)]
pub struct Given(
    Vec<(Option<String>, String, Value)>,
    Option<(String, String)>,
    Option<(String, String)>,
    Option<String>,
    bool,
);

impl Given {
    fn sources(self, model: &perirad::model::Model) -> Result<ClinicalSources, Fault> {
        let Self(told, table, map, site, ignore_case) = self;
        let value = |value| match value {
            Value::Number(number) => ClinicalValue::Number(number),
            Value::Word(word) => ClinicalValue::parse(&word),
        };
        let told = told.into_iter().map(|(roi, key, v)| Told { roi, key, value: value(v) });
        let text = |(file, text)| Text { file, text };
        let (table, map) = (table.map(text), map.map(text));
        let clinical = Clinical { told: told.collect(), table, map, site };
        Ok(clinical.sources(model, ignore_case)?)
    }
}

/// Settings, regions, a model with what is told, a perturbation by its name or its text.
#[derive(FromPyObject)]
pub struct PlanArgument<'py>(
    Bound<'py, Settings>,
    Vec<String>,
    Option<(Bound<'py, Model>, Given)>,
    Option<(String, bool)>,
);

/// What is done with lesions.
pub struct Owned {
    pub settings: perirad::settings::Settings,
    pub regions: Vec<Region>,
    scoring: Option<(perirad::model::Model, ClinicalSources)>,
    pub perturbation: Option<Perturbation>,
}

impl PlanArgument<'_> {
    /// As the library takes it; refuses what can be refused before an image is read.
    ///
    /// # Errors
    /// Clinical inputs that the model does not take, regions and perturbations that are none.
    pub fn owned(self, py: Python<'_>) -> PyResult<Owned> {
        let Self(settings, regions, scoring, perturbation) = self;
        let scoring = scoring.map(|(model, given)| {
            let model = model.get().read.clone();
            let sources = given.sources(&model)?;
            Ok::<_, Fault>((model, sources))
        });
        let perturbation = perturbation.map(|(told, is_text)| {
            if is_text {
                Ok::<_, Fault>(parse_perturbation(&told)?)
            } else {
                Ok(perturbation_of(&told)?)
            }
        });
        Ok(Owned {
            settings: settings.get().tree.clone(),
            regions: crate::settings::regions(&regions)?,
            scoring: scoring.transpose().map_err(|fault| fault.raised(py))?,
            perturbation: perturbation.transpose().map_err(|fault| fault.raised(py))?,
        })
    }
}

impl Owned {
    /// The same, lent.
    pub fn plan(&self) -> Plan<'_> {
        Plan {
            settings: &self.settings,
            regions: &self.regions,
            scoring: self.scoring.as_ref().map(|(model, sources)| (model, sources)),
            perturbation: self.perturbation.as_ref(),
        }
    }
}

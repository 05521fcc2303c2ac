//! What `extract` and `score` share: every lesion is measured or becomes a row with its reason.

use crate::fail::{Fatal, Outcome};
use crate::load::Loaded;
use crate::output::{tell, warn};
use perirad::cohort::{ClinicalSources, Patient, Robustness};
use perirad::engine::Engine;
use perirad::image::{Mask, Region};
use perirad::io;
use perirad::model::{Model, score};
use perirad::pipeline::{Around, extract, perturbed};
use perirad::preprocess::perturb::Perturbation;
use perirad::report::{
    Failure, ImageFacts, LONG_HEADER, Lesion, Measured, agreement_rows, document,
    lesions_agreement, long_rows, patient_rows,
};
use perirad::settings::Settings;

/// A model and what the user told of lesions.
pub type Scoring<'a> = (&'a Model, &'a ClinicalSources);

/// Measures, and with a model scores, each lesion.
pub fn lesions(
    loaded: &Loaded,
    settings: &Settings,
    regions: &[Region],
    scoring: Option<Scoring<'_>>,
    perturbation: Option<&Perturbation>,
    engine: &Engine,
) -> Vec<Lesion> {
    let (masks, structures) = (loaded.masks(), loaded.bounds.structures());
    let one = |lesion: &Result<io::source::Lesion, Failure>| {
        let lesion = lesion.as_ref().map_err(Clone::clone)?;
        let own: &Mask = &lesion.mask;
        let at = masks.iter().position(|mask| std::ptr::eq(*mask, own));
        let (before, after) = masks.split_at(at.unwrap_or_default());
        let after = after.get(1..).unwrap_or_default();
        let around = Around { before, after, structures: &structures };
        let subject = loaded.subject(lesion, around);
        let mut features =
            extract(&subject, settings, regions, engine).map_err(|e| Failure::of(&e))?;
        features.warnings.splice(0..0, lesion.warnings.iter().cloned());
        let told = scoring.map(|(model, sources)| {
            let facts = sources.of(model, &loaded.case, &lesion.name);
            facts.map(|facts| (model, facts)).map_err(|e| Failure::of(&e))
        });
        let mut clinical = Vec::new();
        if let Some(Ok((_, facts))) = &told {
            features.warnings.extend(facts.warnings.iter().cloned());
            clinical.clone_from(&facts.stated);
        }
        let score = told.as_ref().map(|told| {
            let (model, facts) = told.as_ref().map_err(Clone::clone)?;
            score(model, &features, &facts.given).map_err(|e| Failure::of(&e))
        });
        let robust = |limits: &Perturbation| {
            // Without a score there is nothing to give an interval to.
            if score.as_ref().is_some_and(Result::is_err) {
                return Ok(None);
            }
            let found = perturbed(&subject, settings, limits, regions, engine)
                .map_err(|e| Failure::of(&e))?;
            Ok::<_, Failure>(match (&told, &score) {
                (None, _) => Some(Robustness::of_features(&found, limits, &features)),
                (Some(Ok((model, facts))), Some(Ok(score))) => {
                    let by = (*model, &facts.given);
                    Some(Robustness::of_score(&found, limits, &features, score, by))
                }
                (Some(_), _) => None,
            })
        };
        let robustness = perturbation.map(robust).transpose()?.flatten();
        let (contours, segments) = (lesion.contours.clone(), lesion.segments.clone());
        Ok(Measured { features, contours, segments, clinical, score, robustness })
    };
    let row = |(name, lesion): &(String, _)| Lesion {
        case: loaded.case.clone(),
        roi: name.clone(),
        result: one(lesion),
    };
    loaded.lesions.iter().map(row).collect()
}

/// The run as JSON.
pub fn json(
    loaded: &Loaded,
    settings: &Settings,
    lesions: &[Lesion],
    patient: Option<&Patient>,
    perturbation: Option<&Perturbation>,
) -> String {
    let mut document = document(loaded.facts(), loaded.reading.clone(), settings, lesions, patient);
    if let Some(limits) = perturbation {
        document = document.perturbed(limits, lesions);
    }
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// The run as `long` CSV.
pub fn long(case: &str, lesions: &[Lesion], patient: Option<&Patient>) -> String {
    let header = LONG_HEADER.map(String::from);
    let together = patient.map(|patient| patient_rows(case, patient)).unwrap_or_default();
    let agreement = agreement_rows(case, &lesions_agreement(lesions));
    let rows = lesions.iter().flat_map(long_rows).chain(agreement).chain(together);
    csv(std::iter::once(header).chain(rows))
}

/// Rows as CSV.
pub fn csv<R: IntoIterator<Item = String>>(rows: impl Iterator<Item = R>) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail; rows of one form are of one length.
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Tells failures on standard error, and warnings where the output has not `noted` them for the
/// reader already; says how the run ended.
pub fn end(facts: &ImageFacts, lesions: &[Lesion], noted: bool) -> Outcome {
    end_of("", facts, lesions, noted)
}

/// The same of one scan of several: failures are told after its `prefix`.
pub fn end_of(prefix: &str, facts: &ImageFacts, lesions: &[Lesion], noted: bool) -> Outcome {
    if !noted {
        warn(&facts.warnings);
    }
    let mut outcome = Outcome::Done;
    for lesion in lesions {
        if let (false, Ok(measured)) = (noted, &lesion.result) {
            warn(&measured.features.warnings);
            if let Some(Ok(score)) = &measured.score {
                warn(&score.warnings);
            }
            if let Some(robustness) = &measured.robustness {
                warn(&robustness.warnings);
            }
        }
        if let Some(failure) = lesion.failure().cloned() {
            let Failure { code, message, hint } = failure;
            tell(&Fatal { code, message: format!("{prefix}{}: {message}", lesion.roi), hint });
            outcome = Outcome::Faults;
        }
    }
    outcome
}

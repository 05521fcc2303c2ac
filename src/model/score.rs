//! Scoring: each term's contribution, and whatever the reader must know beside the sum.

use super::{Cutoff, Fault, Model, ModelError, Predictor, Term, differences};
use crate::error::{Warning, readable};
use crate::feature::{Outcome, registry};
use crate::pipeline::FeatureSet;
use serde::Serialize;
use std::collections::BTreeMap;

/// Said with every score.
pub const NOTICE: &str = "Research use only; not a medical device.";

/// A score and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Intercept plus the contributions, summed in the order of the terms.
    pub value: f64,
    /// Constant term.
    pub intercept: f64,
    /// What each term adds.
    pub contributions: Vec<Contribution>,
    /// The model's threshold, where it has one.
    pub cutoff: Option<Cutoff>,
    /// Is the score at or above the threshold?
    pub at_or_above_cutoff: Option<bool>,
    /// Inputs outside the training range, assumed settings.
    pub warnings: Vec<Warning>,
    /// Which model made it.
    pub model: Card,
    /// [`NOTICE`].
    pub notice: &'static str,
}

/// What one term adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    /// Name of the term.
    pub term: String,
    /// What went in.
    pub input: String,
    /// Its value.
    pub value: f64,
    /// Unit of the value; `1` for a pure number.
    pub unit: &'static str,
    /// Where the value came from: `image`, `header`, `given by hand`.
    pub source: &'static str,
    /// Weight per unit of the scaled input.
    pub coefficient: f64,
    /// Smallest and largest value in training.
    pub range: Option<[f64; 2]>,
    /// coefficient * (value - centre) / scale.
    pub contribution: f64,
}

/// Which model made a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Digest of its file.
    pub digest: String,
    /// One line: what it predicts.
    pub title: String,
    /// How far it is to be trusted.
    pub status: String,
    /// Where it is published.
    pub citation: String,
    /// Whom it was fitted on.
    pub population: String,
    /// What it is for.
    pub intended_use: String,
}

impl Model {
    /// Who it is, for outputs.
    pub fn card(&self) -> Card {
        Card {
            name: self.name.clone(),
            version: self.version.clone(),
            digest: self.digest.clone(),
            title: self.title.clone(),
            status: self.status.clone(),
            citation: self.citation.clone(),
            population: self.population.clone(),
            intended_use: self.intended_use.clone(),
        }
    }

    /// Refuses a model that cannot score and clinical inputs it cannot take: what can be known
    /// before any image is read.
    ///
    /// # Errors
    /// [`ModelError`]: faults, absent numbers, unknown, impossible or missing clinical inputs.
    pub fn ready(&self, clinical: &BTreeMap<String, f64>) -> Result<(), ModelError> {
        let model = self.name.clone();
        let (mut missing, mut wrong) = (Vec::new(), Vec::new());
        for fault in self.faults() {
            match fault {
                Fault::Absent { key } => missing.push(key),
                Fault::Wrong { key, what } => wrong.push(format!("{key}: {what}")),
            }
        }
        if !wrong.is_empty() {
            return Err(ModelError::Faulty { model, faults: wrong });
        }
        if !missing.is_empty() {
            return Err(ModelError::NumbersAbsent { model, missing });
        }
        let inputs = || {
            self.terms.iter().filter_map(|term| match &term.predictor {
                Predictor::Clinical(input) => Some(input.clinical.as_str()),
                Predictor::Acquisition(_) => Some("kvp"),
                Predictor::Feature(_) => None,
            })
        };
        for (key, &value) in clinical {
            if !inputs().any(|input| input == key) {
                let known = inputs().collect::<Vec<_>>().join(", ");
                return Err(ModelError::UnknownClinical { model, key: key.clone(), known });
            }
            let (good, wanted) = if key == "kvp" {
                ((20.0..=200.0).contains(&value), "a tube voltage in kV, 20 to 200,")
            } else {
                (value == 0.0 || value == 1.0, "0 or 1")
            };
            if !good {
                return Err(ModelError::ClinicalValue { key: key.clone(), value, wanted });
            }
        }
        for term in &self.terms {
            if let Predictor::Clinical(input) = &term.predictor
                && !clinical.contains_key(&input.clinical)
            {
                return Err(ModelError::MissingInput {
                    model,
                    what: format!("the clinical input '{}'", input.clinical),
                    why: "not given".into(),
                    hint: format!("Give it with --clinical {}=0 or =1.", input.clinical),
                });
            }
        }
        Ok(())
    }
}

/// The score of one lesion.
///
/// `clinical` holds what the user gave, by key; `kvp` there overrides the header and is marked so.
///
/// # Errors
/// [`ModelError`]: a model that cannot score, features made with other settings, missing inputs.
pub fn score(
    model: &Model,
    features: &FeatureSet,
    clinical: &BTreeMap<String, f64>,
) -> Result<Score, ModelError> {
    model.ready(clinical)?;
    let wanted = model.extraction()?;
    if wanted != features.settings {
        let differences = differences(&wanted, &features.settings);
        return Err(ModelError::OtherSettings { model: model.name.clone(), differences });
    }
    let mut warnings = Vec::new();
    let mut contributions = Vec::with_capacity(model.terms.len());
    let mut value = model.intercept.unwrap_or(f64::NAN);
    for term in &model.terms {
        let (input, source) = input(model, term, features, clinical, &mut warnings)?;
        // `ready` has made sure that the numbers are there.
        let number = |n: Option<f64>| n.unwrap_or(f64::NAN);
        let scaled = (input - number(term.centre)) / number(term.scale);
        let contribution = number(term.coefficient) * scaled;
        if let Some([low, high]) = term.range
            && !(low..=high).contains(&input)
        {
            let [value, low, high] = [input, low, high].map(readable);
            let message = format!(
                "{} = {value} lies outside the training range {low} to {high}",
                term.predictor
            );
            warnings.push(Warning::new("model.outside_training_range", message));
        }
        value += contribution;
        contributions.push(Contribution {
            term: term.name.clone(),
            input: term.predictor.to_string(),
            value: input,
            unit: unit(term, features),
            source,
            coefficient: number(term.coefficient),
            range: term.range,
            contribution,
        });
    }
    if !value.is_finite() {
        return Err(ModelError::Faulty {
            model: model.name.clone(),
            faults: vec!["its numbers add up to no finite score".into()],
        });
    }
    for (key, reason) in &model.assumed {
        warnings.push(Warning::new("model.assumed", format!("{key} is assumed: {reason}")));
    }
    Ok(Score {
        value,
        intercept: model.intercept.unwrap_or(f64::NAN),
        contributions,
        at_or_above_cutoff: model.cutoff.as_ref().map(|cutoff| value >= cutoff.value),
        cutoff: model.cutoff.clone(),
        warnings,
        model: model.card(),
        notice: NOTICE,
    })
}

/// The unit of one input.
fn unit(term: &Term, features: &FeatureSet) -> &'static str {
    match &term.predictor {
        Predictor::Feature(input) => registry::by_key(&input.feature)
            .map_or("1", |spec| spec.unit.symbol(features.intensity)),
        Predictor::Acquisition(_) => "kV",
        Predictor::Clinical(_) => "1",
    }
}

/// The value of one input and where it came from.
fn input(
    model: &Model,
    term: &Term,
    features: &FeatureSet,
    clinical: &BTreeMap<String, f64>,
    warnings: &mut Vec<Warning>,
) -> Result<(f64, &'static str), ModelError> {
    let missing = |why: String, hint: String| ModelError::MissingInput {
        model: model.name.clone(),
        what: term.predictor.to_string(),
        why,
        hint,
    };
    match &term.predictor {
        Predictor::Feature(input) => {
            match features.outcome(input.region, &input.feature, &input.aggregation) {
                Some(Outcome::Value(value)) => Ok((*value, "image")),
                Some(Outcome::Undefined(reason)) => {
                    Err(missing(format!("undefined here: {reason}"), String::new()))
                }
                None => Err(missing("not extracted".into(), String::new())),
            }
        }
        Predictor::Acquisition(_) => match (clinical.get("kvp"), features.acquisition.kvp) {
            (Some(&given), header) => {
                if let Some(header) = header.filter(|&header| header != given) {
                    let message =
                        format!("kvp={given} was given by hand, the header says {header}");
                    warnings.push(Warning::new("model.kvp_by_hand", message));
                }
                Ok((given, "given by hand"))
            }
            (None, Some(header)) => Ok((header, "header")),
            (None, None) => Err(missing(
                "not in the image's header (KVP, (0018,0060))".into(),
                "Give the tube voltage in kV with --clinical kvp=120.".into(),
            )),
        },
        Predictor::Clinical(input) => match clinical.get(&input.clinical) {
            Some(&given) => Ok((given, "given by hand")),
            None => Err(missing("not given".into(), String::new())),
        },
    }
}

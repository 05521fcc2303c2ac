//! Scoring: each term's contribution, and whatever the reader must know beside the sum.

use super::given::KVP;
use super::{
    Applicability, Cutoff, Fit, Given, Kind, Known, Model, ModelError, Predictor, Term, differences,
};
use crate::error::{Warning, readable};
use crate::feature::{Outcome, registry};
use crate::pipeline::{FeatureSet, RegionFeatures, Removed, Remover};
use serde::Serialize;
use std::collections::BTreeMap;

/// Said with every score.
pub const NOTICE: &str = "Research use only; not a medical device.";

/// A score and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// What the model predicts: see `kind`.
    pub value: f64,
    /// How the value follows from the linear predictor.
    pub kind: Kind,
    /// Intercept plus the contributions, summed in the order of the terms.
    pub linear_predictor: f64,
    /// Constant term; 0 in a Cox model.
    pub intercept: f64,
    /// What each term adds.
    pub contributions: Vec<Contribution>,
    /// The model's threshold, where it has one.
    pub cutoff: Option<Cutoff>,
    /// Is the score at or above the threshold?
    pub at_or_above_cutoff: Option<bool>,
    /// Percentage of the model's reference group with a lower score, where it has such a group.
    pub percentile: Option<f64>,
    /// Whose scores that group's are.
    pub reference: Option<String>,
    /// The site whose effect was taken from the inputs, where it was.
    pub site: Option<String>,
    /// Is the case of the kind the model was fitted on?
    pub applicability: Vec<Applicability>,
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
    /// Its value, without the site's effect where that was taken from it.
    pub value: f64,
    /// Its value as it was measured or given.
    pub measured: f64,
    /// Unit of the value; `1` for a pure number.
    pub unit: &'static str,
    /// Where the value came from: `image`, `header`, `given by hand`, `from FILE`.
    pub source: String,
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
}

/// The score of one lesion.
///
/// A `kvp` that was given overrides the header and is marked so.
///
/// # Errors
/// [`ModelError`]: a model that cannot score, features made with other settings, missing inputs.
pub fn score(model: &Model, features: &FeatureSet, given: &Given) -> Result<Score, ModelError> {
    model.ready(given)?;
    let wanted = model.extraction()?;
    if wanted != features.settings {
        let differences = differences(&wanted, &features.settings);
        return Err(ModelError::OtherSettings { model: model.name.clone(), differences });
    }
    let mut warnings = Vec::new();
    let mut contributions = Vec::with_capacity(model.terms.len());
    let intercept = model.intercept.unwrap_or(0.0);
    let mut linear_predictor = intercept;
    let site = given.site_of(model, &mut warnings)?;
    for term in &model.terms {
        let (measured, source) = input(model, term, features, &given.clinical, &mut warnings)?;
        let input = match (&model.combat, site) {
            (Some(combat), Some((_, site))) => combat.apply(site, &term.name, measured),
            _ => measured,
        };
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
        linear_predictor += contribution;
        contributions.push(Contribution {
            term: term.name.clone(),
            input: term.predictor.to_string(),
            value: input,
            measured,
            unit: unit(term, features),
            source,
            coefficient: number(term.coefficient),
            range: term.range,
            contribution,
        });
    }
    let value = model.kind.score(linear_predictor);
    if !linear_predictor.is_finite() {
        return Err(ModelError::Faulty {
            model: model.name.clone(),
            faults: vec!["its numbers add up to no finite score".into()],
        });
    }
    let kvp = contributions.iter().find(|term| term.input == "kvp").map(|term| term.measured);
    let applicability = model.applicability(features, kvp);
    for one in applicability.iter().filter(|one| one.outcome == Fit::Warn && one.what != "kvp") {
        let message = format!("{}: {}", one.what.replace('_', " "), one.message);
        warnings.push(Warning::new("model.not_applicable", message));
    }
    bounded_rings(model, features, &mut warnings);
    for (key, reason) in &model.assumed {
        warnings.push(Warning::new("model.assumed", format!("{key} is assumed: {reason}")));
    }
    Ok(Score {
        value,
        kind: model.kind,
        linear_predictor,
        intercept,
        contributions,
        at_or_above_cutoff: model.cutoff.as_ref().map(|cutoff| value >= cutoff.value),
        cutoff: model.cutoff.clone(),
        percentile: model.reference.as_ref().map(|reference| reference.percentile(value)),
        reference: model.reference.as_ref().map(|reference| reference.source.clone()),
        site: site.map(|(name, _)| name.to_string()),
        applicability,
        warnings,
        model: model.card(),
        notice: NOTICE,
    })
}

/// The model's settings know nothing of the structures that bound rings in one hospital.
fn bounded_rings(model: &Model, features: &FeatureSet, warnings: &mut Vec<Warning>) {
    let used = |region: &&RegionFeatures| {
        model.terms.iter().any(|term| {
            matches!(&term.predictor, Predictor::Feature(input) if input.region == region.region)
        })
    };
    for region in features.regions.iter().filter(used) {
        let Some(ring) = &region.ring else { continue };
        let by_structure =
            |r: &&Removed| matches!(r.by, Remover::OutsideStructure | Remover::Structure);
        let voxels: usize = ring.removed.iter().filter(by_structure).map(|r| r.voxels).sum();
        if voxels > 0 {
            let message = format!(
                "structures removed {voxels} voxels ({:.1} %) of the {}, of which the model says \
                 nothing",
                100.0 * ring.fraction(voxels),
                region.region.name()
            );
            warnings.push(Warning::new("model.ring_structures", message));
        }
    }
}

/// The unit of one input.
fn unit(term: &Term, features: &FeatureSet) -> &'static str {
    match &term.predictor {
        Predictor::Feature(input) => {
            registry::by_key(&input.feature).map_or("1", |spec| features.unit(spec))
        }
        Predictor::Acquisition(_) => "kV",
        Predictor::Clinical(_) => "1",
    }
}

/// The value of one input and where it came from.
fn input(
    model: &Model,
    term: &Term,
    features: &FeatureSet,
    clinical: &BTreeMap<String, Known>,
    warnings: &mut Vec<Warning>,
) -> Result<(f64, String), ModelError> {
    let missing = |why: String, hint: String| ModelError::MissingInput {
        model: model.name.clone(),
        what: term.predictor.to_string(),
        why,
        hint,
    };
    match &term.predictor {
        Predictor::Feature(input) => {
            match features.outcome(input.region, &input.feature, &input.aggregation) {
                Some(Outcome::Value(value)) => Ok((*value, "image".into())),
                Some(Outcome::Undefined(reason)) => {
                    Err(missing(format!("undefined here: {reason}"), String::new()))
                }
                None => Err(missing("not extracted".into(), String::new())),
            }
        }
        Predictor::Acquisition(_) => match (clinical.get("kvp"), features.acquisition.kvp) {
            (Some(Known { value, source }), header) => {
                if let Some(header) = header.filter(|header| header != value) {
                    let message = format!("kvp={value} was {source}, the header says {header}");
                    warnings.push(Warning::new("model.kvp_by_hand", message));
                }
                Ok((*value, source.clone()))
            }
            (None, Some(header)) if KVP.contains(&header) => Ok((header, "header".into())),
            (None, header) => {
                let why = header.map_or_else(
                    || "not in the image's header (KVP, (0018,0060))".into(),
                    |header| {
                        let (low, high) = (KVP.start(), KVP.end());
                        format!(
                            "{header} in the image's header (KVP, (0018,0060)), where a tube \
                             voltage in kV, {low} to {high}, is expected"
                        )
                    },
                );
                let hint = "Give the tube voltage in kV with --clinical kvp=120.";
                Err(missing(why, hint.into()))
            }
        },
        Predictor::Clinical(input) => match clinical.get(&input.clinical) {
            Some(known) => Ok((known.value, known.source.clone())),
            None => Err(missing("not given".into(), String::new())),
        },
    }
}

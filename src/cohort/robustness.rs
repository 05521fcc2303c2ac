//! How far a lesion's score or features follow small changes of image and contour.

use super::spread::{counted, defined};
use super::{Icc, Reason, Spread, icc};
use crate::error::{Diagnose, Warning, readable};
use crate::model::{Given, Model, Predictor, Score, score};
use crate::pipeline::{FeatureSet, PipelineError, Repeats};
use crate::preprocess::perturb::Perturbation;
use serde::Serialize;

/// How far the numbers of one lesion follow small changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robustness {
    /// Repeats asked for.
    pub repeats: u32,
    /// Seed of their random numbers.
    pub seed: u32,
    /// Digest of what was drawn from.
    pub digest: String,
    /// Standard deviation of the image's own noise around the lesion, in its unit; `None` where it
    /// could not be found or was not asked for.
    pub noise_level: Option<f64>,
    /// Repeats that could not be measured at all, and why.
    pub failed: Vec<Reason>,
    /// The score and its inputs of the image, or all features.
    pub values: Vec<Robust>,
    /// What the reader must know.
    #[serde(skip)]
    pub warnings: Vec<Warning>,
}

/// One value over repeats.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robust {
    /// `score`, or the name of a model's term; a feature's key where there is no model.
    pub name: String,
    /// Registry key; empty for the score.
    pub feature: String,
    /// Region; empty for the score.
    pub region: String,
    /// Aggregation; empty for the score.
    pub aggregation: String,
    /// What it was, and is over repeats.
    #[serde(flatten)]
    pub spread: Spread,
}

/// Agreement of one value over the lesions of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// As in [`Robust::name`].
    pub name: String,
    /// Registry key; empty for the score.
    pub feature: String,
    /// Region; empty for the score.
    pub region: String,
    /// Aggregation; empty for the score.
    pub aggregation: String,
    /// ICC(1,1); `None` where there is none.
    pub icc: Option<Icc>,
    /// Why there is none.
    pub note: &'static str,
}

/// Name of the score among the values.
pub const SCORE: &str = "score";

impl Robustness {
    /// Of a score and of those of its inputs that come from the image.
    ///
    /// A score whose interval has the model's cut-off within it has a warning that says so.
    pub fn of_score(
        found: &Repeats,
        limits: &Perturbation,
        features: &FeatureSet,
        scored: &Score,
        (model, given): (&Model, &Given),
    ) -> Self {
        let scores = repeats(found, |set| {
            score(model, set, given).map(|s| s.value).map_err(|e| (e.code(), e.to_string()))
        });
        let mut values = vec![Robust {
            name: SCORE.into(),
            feature: String::new(),
            region: String::new(),
            aggregation: String::new(),
            spread: Spread::of(Some(scored.value), scores),
        }];
        for term in &model.terms {
            let Predictor::Feature(input) = &term.predictor else { continue };
            let of = |set: &FeatureSet| {
                defined(set.outcome(input.region, &input.feature, &input.aggregation))
            };
            values.push(Robust {
                name: term.name.clone(),
                feature: input.feature.clone(),
                region: input.region.name().to_string(),
                aggregation: input.aggregation.clone(),
                spread: Spread::of(of(features).ok(), repeats(found, of)),
            });
        }
        let mut robustness = Self::with(found, limits, values);
        robustness.warn_of(scored);
        robustness
    }

    /// Of every feature.
    pub fn of_features(found: &Repeats, limits: &Perturbation, features: &FeatureSet) -> Self {
        let mut values = Vec::new();
        for (r, region) in features.regions.iter().enumerate() {
            for (f, feature) in region.features.iter().enumerate() {
                // Regions and features are the same list in every repeat.
                let of = |set: &FeatureSet| {
                    let region = set.regions.get(r);
                    defined(region.and_then(|region| region.features.get(f)).map(|f| &f.outcome))
                };
                values.push(Robust {
                    name: feature.spec.key.into(),
                    feature: feature.spec.key.into(),
                    region: region.region.name().to_string(),
                    aggregation: feature.aggregation.name().into(),
                    spread: Spread::of(of(features).ok(), repeats(found, of)),
                });
            }
        }
        Self::with(found, limits, values)
    }

    fn with(found: &Repeats, limits: &Perturbation, values: Vec<Robust>) -> Self {
        let errors = found.sets.iter().filter_map(|set| set.as_ref().err());
        let failed = counted(errors.map(|e| (e.code(), e.to_string())));
        let mut warnings = Vec::new();
        for Reason { message, count, .. } in &failed {
            let told =
                format!("{count} of {} perturbed repeats failed: {message}", limits.run.repeats);
            warnings.push(Warning::new("perturb.failed_repeats", told));
        }
        if found.without_noise {
            let told = "no noise was added: around the lesion there is no place of 6 x 6 measured \
                        voxels within a slice to find the image's own";
            warnings.push(Warning::new("perturb.no_noise_level", told));
        }
        Self {
            repeats: limits.run.repeats,
            seed: limits.run.seed,
            digest: limits.digest(),
            noise_level: found.noise_level,
            failed,
            values,
            warnings,
        }
    }

    /// The score's spread, where there is a score.
    pub fn score(&self) -> Option<&Spread> {
        self.values.iter().find(|value| value.name == SCORE).map(|value| &value.spread)
    }

    /// Warns where the score lies beside its interval, and where the cut-off lies within.
    fn warn_of(&mut self, scored: &Score) {
        let Some(spread) = self.score() else { return };
        let interval = spread.interval;
        let beside = spread.covers() == Some(false);
        if let (Some([low, high]), Some(cutoff)) = (interval, &scored.cutoff)
            && low < cutoff.value
            && cutoff.value <= high
        {
            let [low, high, cutoff] = [low, high, cutoff.value].map(readable);
            let told = format!(
                "the interval of the score under perturbation, {low} to {high}, lies on both sides \
                 of the cut-off {cutoff}"
            );
            self.warnings.push(Warning::new("perturb.crosses_cutoff", told));
        }
        if beside {
            let told = "the score itself lies beside the interval of its perturbations: they move it \
                        one way";
            self.warnings.push(Warning::new("perturb.beside_interval", told));
        }
    }
}

/// What each repeat gives; one that failed has its reason.
fn repeats(
    found: &Repeats,
    of: impl Fn(&FeatureSet) -> Result<f64, (&'static str, String)>,
) -> Vec<Result<f64, (&'static str, String)>> {
    let one = |set: &Result<FeatureSet, PipelineError>| match set {
        Ok(set) => of(set),
        Err(error) => Err((error.code(), error.to_string())),
    };
    found.sets.iter().map(one).collect()
}

/// ICC(1,1) of each value over lesions that were perturbed alike; empty where there are fewer than
/// two.
///
/// Of the repeats only those count in which every lesion has a value.
pub fn agreement(lesions: &[&Robustness]) -> Vec<Agreement> {
    let Some((first, others)) = lesions.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Vec::new();
    };
    let one = |(at, value): (usize, &Robust)| {
        let spreads: Vec<&Spread> = std::iter::once(*first)
            .chain(others.iter().copied())
            .filter_map(|lesion| lesion.values.get(at))
            .map(|value| &value.spread)
            .collect();
        let all = |k: &usize| spreads.iter().all(|s| s.values.get(*k).is_some_and(Option::is_some));
        let repeats: Vec<usize> = (0..value.spread.values.len()).filter(all).collect();
        let row = |spread: &&Spread| repeats.iter().filter_map(|k| spread.values[*k]).collect();
        let found = icc(&spreads.iter().map(row).collect::<Vec<Vec<f64>>>());
        Agreement {
            name: value.name.clone(),
            feature: value.feature.clone(),
            region: value.region.clone(),
            aggregation: value.aggregation.clone(),
            icc: found.ok(),
            note: found.err().unwrap_or_default(),
        }
    };
    first.values.iter().enumerate().map(one).collect()
}

//! Every lesion is measured, or becomes a row with its reason.

use super::Case;
use super::chosen::around;
use crate::cohort::{ClinicalSources, Robustness};
use crate::engine::Engine;
use crate::error::Warning;
use crate::image::Region;
use crate::io::source;
use crate::model::{Model, score};
use crate::pipeline::{Around, extract, perturbed};
use crate::preprocess::perturb::Perturbation;
use crate::report::{Failure, Lesion, Measured};
use crate::settings::Settings;
use std::ops::ControlFlow;

/// A model and what the user told of lesions.
pub type Scoring<'a> = (&'a Model, &'a ClinicalSources);

/// What is done with each lesion.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// How features are made.
    pub settings: &'a Settings,
    /// What is measured.
    pub regions: &'a [Region],
    /// What scores it.
    pub scoring: Option<Scoring<'a>>,
    /// How numbers get an interval.
    pub perturbation: Option<&'a Perturbation>,
}

impl Case {
    /// Measures, and with a model scores, each lesion. `done` is told how many are done, of how many,
    /// and the name of the last, and may end the run.
    pub fn measure(
        &self,
        plan: &Plan<'_>,
        engine: &Engine,
        mut done: impl FnMut(usize, usize, &str) -> ControlFlow<()>,
    ) -> Vec<Lesion> {
        let (masks, structures) = (self.masks(), self.bounds.structures());
        let mut rows = Vec::with_capacity(self.lesions.len());
        // Of those that are there, in the order of their masks.
        let mut at = 0;
        for (name, lesion) in &self.lesions {
            let (case, roi) = (self.case.clone(), name.clone());
            rows.push(match lesion {
                Err(failure) => Lesion::lost(case, roi, failure.clone()),
                Ok(lesion) => {
                    at += 1;
                    let around = around(&masks, at - 1, &structures);
                    // What was drawn is told of a lesion that fails, too: it may be why.
                    let (contours, segments) = (lesion.contours.clone(), lesion.segments.clone());
                    let mut warnings = lesion.warnings.clone();
                    let result = self.one((lesion, around), plan, &mut warnings, engine);
                    Lesion { case, roi, contours, segments, warnings, result }
                }
            });
            if done(rows.len(), self.lesions.len(), name).is_break() {
                break;
            }
        }
        rows
    }

    /// The numbers of a lesion; what is odd about them joins `warnings`.
    fn one(
        &self,
        (lesion, around): (&source::Lesion, Around<'_>),
        plan: &Plan<'_>,
        warnings: &mut Vec<Warning>,
        engine: &Engine,
    ) -> Result<Measured, Failure> {
        let subject = self.subject(lesion, around);
        let Plan { settings, regions, scoring, perturbation } = *plan;
        let features = extract(&subject, settings, regions, engine).map_err(|e| Failure::of(&e))?;
        warnings.extend(features.warnings.iter().cloned());
        let told = scoring.map(|(model, sources)| {
            let facts = sources.of(model, &self.case, &lesion.name);
            facts.map(|facts| (model, facts)).map_err(|e| Failure::of(&e))
        });
        let mut clinical = Vec::new();
        if let Some(Ok((_, facts))) = &told {
            warnings.extend(facts.warnings.iter().cloned());
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
        Ok(Measured { features, clinical, score, robustness })
    }
}

//! Two scans of one patient.

use super::pairing::{PairBy, paired};
use super::{Case, Inputs, Plan, RunError};
use crate::cohort::{Pair, ResponseRule, SizeBy, Sizes};
use crate::engine::Engine;
use crate::error::Warning;
use crate::report::{Follow, FollowScan, Followed, Lesion};
use std::ops::ControlFlow;

/// How two scans are compared.
pub struct FollowPlan<'a> {
    /// What is done with each lesion; its perturbation counts for nothing.
    pub plan: Plan<'a>,
    /// Which lesions belong together.
    pub pair: PairBy,
    /// Size that makes a lesion progressive or responding.
    pub size: SizeBy,
}

impl FollowPlan<'_> {
    /// Measures the lesions of both scans and pairs them: what is to be told, and the lesions of
    /// baseline and follow-up. `done` is as for [`Case::measure`], over the lesions of both.
    ///
    /// # Errors
    /// What keeps one of the two from being read; lesions that cannot be paired.
    pub fn run(
        &self,
        baseline: &Inputs,
        followup: &Inputs,
        engine: &Engine,
        mut done: impl FnMut(usize, usize, &str) -> ControlFlow<()>,
    ) -> Result<(Follow, [Vec<Lesion>; 2]), RunError> {
        self.pair.check()?;
        let plan = Plan { perturbation: None, ..self.plan };
        let load = |scan: &'static str, inputs: &Inputs| {
            Case::load(inputs, &plan, engine)
                .map_err(|source| RunError::Scan { scan, source: Box::new(source) })
        };
        let scans = [load("baseline", baseline)?, load("follow-up", followup)?];
        let (pairs, pairing, mut warnings) =
            paired(&self.pair, baseline.choice.ignore_case, &scans)?;
        if baseline.choice.split && matches!(self.pair, PairBy::Name) {
            let message = "parts of --split components are numbered by place and are paired by \
                           number: a part may be another at follow-up; --pair overlap goes by place";
            warnings.push(Warning::new("follow.numbered_pairs", message));
        }
        let of = scans[0].lesions.len() + scans[1].lesions.len();
        let (mut before, mut ended) = (0, false);
        let lesions = scans.each_ref().map(|scan| {
            if ended {
                return Vec::new();
            }
            let rows = scan.measure(&plan, engine, |at, _, name| {
                let flow = done(before + at, of, name);
                ended = flow.is_break();
                flow
            });
            before += rows.len();
            rows
        });
        let row = |pair: &Pair| {
            let places = [pair.baseline, pair.followup];
            let lesion = |side: usize| lesions[side].get(places[side]?).cloned();
            let sizes = |side: usize| scans[side].mask(places[side]?).and_then(Sizes::of);
            Followed { pair: *pair, lesions: [lesion(0), lesion(1)], sizes: [sizes(0), sizes(1)] }
        };
        let follow = Follow {
            scans: scans.each_ref().map(|scan| FollowScan {
                case: scan.case.clone(),
                image: scan.facts(),
                reading: scan.reading.clone(),
            }),
            settings: plan.settings.clone(),
            pairing,
            rule: ResponseRule { size: self.size },
            rows: pairs.iter().map(row).collect(),
            warnings,
        };
        Ok((follow, lesions))
    }
}

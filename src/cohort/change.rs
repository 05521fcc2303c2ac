//! How numbers of a lesion change between two scans.

use crate::feature::{Outcome, Spec};
use crate::image::Region;
use crate::matrix::Aggregation;
use crate::pipeline::FeatureSet;

/// Why a change has no value.
const NO_BASELINE: &str = "there is no value at baseline";
const NO_FOLLOWUP: &str = "there is no value at follow-up";
const ZERO: &str = "the value at baseline is 0";

/// A number at two times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Before.
    pub baseline: Outcome,
    /// After.
    pub followup: Outcome,
    /// After less before.
    pub delta: Outcome,
    /// `delta / |baseline|`, so that its sign is that of the change even where values are negative.
    pub relative: Outcome,
}

impl Change {
    /// The change from one outcome to another; `None` where nothing was measured.
    pub fn of(baseline: Option<Outcome>, followup: Option<Outcome>) -> Self {
        let baseline = baseline.unwrap_or(Outcome::Undefined(NO_BASELINE));
        let followup = followup.unwrap_or(Outcome::Undefined(NO_FOLLOWUP));
        let (delta, relative) = match (baseline, followup) {
            (Outcome::Value(before), Outcome::Value(after)) => {
                let delta = after - before;
                let relative = match before {
                    0.0 => Outcome::Undefined(ZERO),
                    _ => Outcome::of(delta / before.abs()),
                };
                (Outcome::of(delta), relative)
            }
            (Outcome::Undefined(_), _) => [NO_BASELINE; 2].map(Outcome::Undefined).into(),
            (_, Outcome::Undefined(_)) => [NO_FOLLOWUP; 2].map(Outcome::Undefined).into(),
        };
        Self { baseline, followup, delta, relative }
    }

    /// Why it is not whole: each reason once, empty where all values are there.
    pub fn note(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (when, outcome, general) in
            [("baseline", self.baseline, NO_BASELINE), ("follow-up", self.followup, NO_FOLLOWUP)]
        {
            if let Outcome::Undefined(reason) = outcome {
                let told =
                    if reason == general { reason.into() } else { format!("{when}: {reason}") };
                parts.push(told);
            }
        }
        if let (Outcome::Value(_), Outcome::Undefined(reason)) = (self.delta, self.relative) {
            parts.push(format!("relative: {reason}"));
        }
        if let (true, Outcome::Undefined(reason)) = (parts.is_empty(), self.delta) {
            parts.push(reason.into());
        }
        parts.join("; ")
    }
}

/// The change of one feature of one region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeatureChange {
    /// Region.
    pub region: Region,
    /// Which feature.
    pub spec: &'static Spec,
    /// How directions were put together.
    pub aggregation: Aggregation,
    /// Its values.
    pub change: Change,
}

/// The changes of all features, in the order of the regions and of the registry; a lesion that was
/// not measured at one of the times has its values of the other.
///
/// Both sets are of the same settings, so what one has the other has too.
pub fn feature_changes(
    baseline: Option<&FeatureSet>,
    followup: Option<&FeatureSet>,
) -> Vec<FeatureChange> {
    let Some(list) = baseline.or(followup) else { return Vec::new() };
    let mut changes = Vec::new();
    for (at, region) in list.regions.iter().enumerate() {
        for (place, feature) in region.features.iter().enumerate() {
            let same = |set: Option<&FeatureSet>| {
                let found = set?.regions.get(at)?.features.get(place)?;
                let alike =
                    (found.spec.key, found.aggregation) == (feature.spec.key, feature.aggregation);
                alike.then_some(found.outcome)
            };
            changes.push(FeatureChange {
                region: region.region,
                spec: feature.spec,
                aggregation: feature.aggregation,
                change: Change::of(same(baseline), same(followup)),
            });
        }
    }
    changes
}

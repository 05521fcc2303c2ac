//! Where a score stands among others.

use super::check::{Fault, wrong};
use schemars::JsonSchema;
use serde::Deserialize;

/// Scores of a stated group, to which a score is compared.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Whose scores they are, and how many.
    pub source: String,
    /// The scores, in any order.
    pub scores: Vec<f64>,
}

impl Reference {
    /// Percentage of the group with a lower score; equal scores count half.
    pub fn percentile(&self, score: f64) -> f64 {
        let below = self.scores.iter().filter(|other| **other < score).count();
        let equal = self.scores.iter().filter(|other| **other == score).count();
        100.0 * (below as f64 + 0.5 * equal as f64) / self.scores.len() as f64
    }

    /// What keeps it from being used.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.scores.is_empty() {
            faults.push(wrong("reference.scores", "there is none"));
        }
        if self.scores.iter().any(|score| !score.is_finite()) {
            faults.push(wrong("reference.scores", "one is not a finite number"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_count_those_below_and_half_of_equals() {
        let reference = Reference { source: "four".into(), scores: vec![3.0, 1.0, 2.0, 2.0] };
        let at = |score| reference.percentile(score);
        assert_eq!([at(0.0), at(1.0), at(2.0), at(2.5), at(4.0)], [0.0, 12.5, 50.0, 75.0, 100.0]);
    }
}

//! From the sum of a model's terms to its score.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The form of a model. Each sums `coefficient * (input - centre) / scale` over its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The score is intercept + sum.
    Linear,
    /// The score is a probability, `1 / (1 + exp(-(intercept + sum)))`.
    Logistic,
    /// The score is the sum alone: a log hazard relative to inputs at their centres.
    Cox,
}

impl Kind {
    /// The score of a linear predictor (intercept and terms summed).
    pub fn score(self, predictor: f64) -> f64 {
        match self {
            Self::Linear | Self::Cox => predictor,
            // Of the two equal forms the one whose exponential cannot overflow.
            Self::Logistic if predictor >= 0.0 => 1.0 / (1.0 + (-predictor).exp()),
            Self::Logistic => predictor.exp() / (1.0 + predictor.exp()),
        }
    }

    /// Does a file of this kind state an intercept? A baseline hazard takes its place.
    pub fn has_intercept(self) -> bool {
        self != Self::Cox
    }

    /// What the terms add up to.
    pub fn sum_name(self) -> &'static str {
        match self {
            Self::Linear => "score",
            Self::Logistic => "log odds",
            Self::Cox => "log relative hazard",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_exact_where_they_are_known() {
        assert_eq!(Kind::Linear.score(-2.5), -2.5);
        assert_eq!(Kind::Cox.score(0.7), 0.7);
        assert_eq!(Kind::Logistic.score(0.0), 0.5);
        assert!((Kind::Logistic.score(3.0_f64.ln()) - 0.75).abs() < 1e-15);
        assert!((Kind::Logistic.score(-3.0_f64.ln()) - 0.25).abs() < 1e-15);
        assert_eq!((Kind::Logistic.score(1e4), Kind::Logistic.score(-1e4)), (1.0, 0.0));
    }
}

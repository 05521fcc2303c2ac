//! Inputs of one site put on the scale of the sites a model was fitted on (`ComBat`: Johnson 2007,
//! Fortin 2018), with parameters that were estimated elsewhere and stand in the model file.

use super::Model;
use super::check::{Fault, wrong};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Parameters of `ComBat` without covariates.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Combat {
    /// Who estimated them, on what.
    pub source: String,
    /// For each harmonised term, by its name: what all sites have in common.
    pub terms: BTreeMap<String, Pooled>,
    /// The sites, by name.
    pub sites: BTreeMap<String, Site>,
}

/// What all sites have in common in one term.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pooled {
    /// Grand mean of the input over sites.
    pub mean: f64,
    /// Pooled standard deviation of the input within sites.
    pub deviation: f64,
}

/// One site: its effect on each harmonised term, by the term's name.
pub type Site = BTreeMap<String, Effect>;

/// A site's effect on one term, of the standardised input.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Additive effect, `gamma*`.
    pub shift: f64,
    /// Multiplicative effect, the square root of `delta*^2`.
    pub scale: f64,
}

impl Combat {
    /// The input of a term as the sites together would have it; as it is where the term is not
    /// harmonised.
    pub(super) fn apply(&self, site: &Site, term: &str, input: f64) -> f64 {
        match (self.terms.get(term), site.get(term)) {
            (Some(pooled), Some(effect)) => {
                let standardised = (input - pooled.mean) / pooled.deviation;
                let harmonised = (standardised - effect.shift) / effect.scale;
                harmonised * pooled.deviation + pooled.mean
            }
            _ => input,
        }
    }

    /// What keeps it from being used.
    pub(super) fn faults(&self, model: &Model) -> Vec<Fault> {
        let mut faults = Vec::new();
        let positive = |number: f64| number.is_finite() && number > 0.0;
        for (name, pooled) in &self.terms {
            let key = format!("combat.terms.{name}");
            if !model.terms.iter().any(|term| term.name == *name) {
                faults.push(wrong(&key, "the model has no such term"));
            }
            if !pooled.mean.is_finite() || !positive(pooled.deviation) {
                faults.push(wrong(&key, "a mean, and a deviation above 0, are expected"));
            }
        }
        for (name, site) in &self.sites {
            let key = format!("combat.sites.{name}");
            if !site.keys().eq(self.terms.keys()) {
                faults.push(wrong(&key, "it does not have the terms of combat.terms"));
            }
            if site.values().any(|effect| !effect.shift.is_finite() || !positive(effect.scale)) {
                faults.push(wrong(&key, "shifts, and scales above 0, are expected"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_effect_is_taken_back() {
        let effect = Effect { shift: 0.5, scale: 2.0 };
        let site: Site = [("t".to_string(), effect)].into();
        let combat = Combat {
            source: String::new(),
            terms: [("t".to_string(), Pooled { mean: 10.0, deviation: 4.0 })].into(),
            sites: [("s".to_string(), site.clone())].into(),
        };
        // An input of standardised value 1 as the site shows it: 2 * 1 + 0.5 deviations above.
        assert_eq!(combat.apply(&site, "t", 10.0 + 4.0 * 2.5), 14.0);
        assert_eq!(combat.apply(&site, "u", 3.0), 3.0);
    }
}

//! What a model was fitted on, and whether a case is of that kind.

use super::check::{Fault, wrong};
use super::{Model, Predictor};
use crate::error::readable;
use crate::image::Region;
use crate::pipeline::FeatureSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The scans and lesions a model was fitted on, as far as its source tells.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    /// Where these limits come from.
    pub source: String,
    /// Were the scans made with a contrast agent?
    pub contrast_agent: Option<bool>,
    /// Smallest and largest slice thickness, mm.
    pub slice_thickness_mm: Option<[f64; 2]>,
    /// Convolution kernels, as DICOM (0018,1210) has them.
    pub kernels: Option<Vec<String>>,
    /// Smallest lesion, mL.
    pub minimum_ml: Option<f64>,
}

/// One comparison of a case with what its model was fitted on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Applicability {
    /// What is compared: `contrast_agent`, `kvp`, `slice_thickness`, `kernel` or `volume`.
    pub what: &'static str,
    /// How it came out.
    pub outcome: Fit,
    /// What was found and what the model was fitted on.
    pub message: String,
}

/// Is a case of the kind a model was fitted on?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// It is.
    Pass,
    /// It is not: the score is an extrapolation.
    Warn,
    /// The image or the model does not tell.
    Unknown,
}

impl Fit {
    /// The word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
        }
    }

    fn of(good: bool) -> Self {
        if good { Self::Pass } else { Self::Warn }
    }
}

impl Applies {
    /// What keeps it from being used.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some([low, high]) = self.slice_thickness_mm
            && !(low > 0.0 && low <= high && high.is_finite())
        {
            let what = "its two numbers are not above 0 and in ascending order";
            faults.push(wrong("applies.slice_thickness_mm", what));
        }
        if self.minimum_ml.is_some_and(|ml| !(ml >= 0.0 && ml.is_finite())) {
            faults.push(wrong("applies.minimum_ml", "it is not 0 or more"));
        }
        if self.kernels.as_ref().is_some_and(Vec::is_empty) {
            faults.push(wrong("applies.kernels", "it names none"));
        }
        faults
    }
}

impl Model {
    /// Every comparison, always the same in the same order; `kvp` is the tube voltage that goes
    /// into the score, or else the header's.
    pub(super) fn applicability(
        &self,
        features: &FeatureSet,
        kvp: Option<f64>,
    ) -> Vec<Applicability> {
        let scan = &features.acquisition;
        let stated = self.applies.clone().unwrap_or_default();
        let entry = |what, (outcome, message)| Applicability { what, outcome, message };
        let trained = self.terms.iter().find(|t| matches!(t.predictor, Predictor::Acquisition(_)));
        let within = |found: Option<f64>, range: Option<[f64; 2]>, unit: &str| match (found, range)
        {
            (Some(found), Some([low, high])) => {
                let [told, from, to] = [found, low, high].map(readable);
                let message =
                    format!("{told} {unit}; the model was fitted on {from} to {to} {unit}");
                (Fit::of((low..=high).contains(&found)), message)
            }
            (None, Some(_)) => (Fit::Unknown, "not recorded in the image".to_string()),
            (_, None) => (Fit::Unknown, "the model states no range".to_string()),
        };
        let kernel = match (&scan.kernel, &stated.kernels) {
            (Some(found), Some(known)) => {
                let message = format!("{found}; the model was fitted on {}", known.join(", "));
                (Fit::of(known.contains(found)), message)
            }
            (None, Some(_)) => (Fit::Unknown, "not recorded in the image".into()),
            (_, None) => (Fit::Unknown, "the model states no kernels".into()),
        };
        let tumour = features.regions.iter().find(|r| r.region == Region::Tumour);
        let volume = match (tumour.map_or(features.native_ml, |r| r.volume_ml), stated.minimum_ml) {
            (found, Some(least)) => {
                let [told, from] = [found, least].map(readable);
                (
                    Fit::of(found >= least),
                    format!("{told} mL; the model asks for {from} mL or more"),
                )
            }
            (_, None) => (Fit::Unknown, "the model states no smallest lesion".into()),
        };
        vec![
            entry(
                "contrast_agent",
                contrast(scan.contrast_agent.as_deref(), stated.contrast_agent),
            ),
            entry("kvp", within(kvp.or(scan.kvp), trained.and_then(|t| t.range), "kV")),
            entry(
                "slice_thickness",
                within(scan.slice_thickness_mm, stated.slice_thickness_mm, "mm"),
            ),
            entry("kernel", kernel),
            entry("volume", volume),
        ]
    }
}

/// A header that names no agent proves nothing: the tag is often empty or taken out.
fn contrast(agent: Option<&str>, wanted: Option<bool>) -> (Fit, String) {
    let none = |agent: &str| {
        ["none", "no", "no contrast"].iter().any(|word| agent.trim().eq_ignore_ascii_case(word))
    };
    let (told, given) = match agent {
        Some(agent) if none(agent) => ("the image records that there was none", Some(false)),
        Some(_) => ("recorded in the image", Some(true)),
        None => ("none is recorded in the image, which need not mean that there was none", None),
    };
    match (wanted, given) {
        (None, _) => (Fit::Unknown, format!("{told}; the model does not say")),
        (Some(wanted), given) => {
            let with = if wanted { "with" } else { "without" };
            let outcome = given.map_or(Fit::Unknown, |given| Fit::of(given == wanted));
            (outcome, format!("{told}; the model was fitted on scans {with}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_agents_are_known_or_not() {
        let of = |agent, wanted| contrast(agent, wanted).0;
        assert_eq!(of(Some("IOMERON"), Some(true)), Fit::Pass);
        assert_eq!(of(Some("IOMERON"), Some(false)), Fit::Warn);
        assert_eq!(of(Some("None"), Some(true)), Fit::Warn);
        assert_eq!(of(None, Some(true)), Fit::Unknown);
        assert_eq!(of(Some("IOMERON"), None), Fit::Unknown);
    }
}

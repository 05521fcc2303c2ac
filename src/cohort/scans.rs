//! In what two scans differ that are to be compared.

use crate::error::Warning;
use crate::image::Acquisition;

/// A fact of a scan: what it is called, and its value as text.
type Fact = (&'static str, fn(&Acquisition) -> Option<String>);

static FACTS: &[Fact] = &[
    ("modality", |scan| scan.modality.clone()),
    ("tube voltage", |scan| scan.kvp.map(|kv| format!("{kv} kV"))),
    ("slice thickness", |scan| scan.slice_thickness_mm.map(|mm| format!("{mm} mm"))),
    ("convolution kernel", |scan| scan.kernel.clone()),
    ("contrast agent", |scan| scan.contrast_agent.clone()),
    ("scanner", |scan| scan.scanner.clone()),
];

/// A warning for each fact in which the scans differ or that one of them does not state, and one for
/// all that neither states: a change of a feature may be a change of these.
pub fn scan_differences(baseline: &Acquisition, followup: &Acquisition) -> Vec<Warning> {
    let (mut warnings, mut unknown) = (Vec::new(), Vec::new());
    for (what, fact) in FACTS {
        let message = match (fact(baseline), fact(followup)) {
            (Some(before), Some(after)) if before == after => continue,
            (Some(before), Some(after)) => {
                format!("the {what} differs: {before} at baseline, {after} at follow-up")
            }
            (Some(before), None) => {
                format!("the {what} is {before} at baseline and not stated at follow-up")
            }
            (None, Some(after)) => {
                format!("the {what} is not stated at baseline and {after} at follow-up")
            }
            (None, None) => {
                unknown.push(*what);
                continue;
            }
        };
        warnings.push(Warning::new("follow.scans_differ", message));
    }
    if !unknown.is_empty() {
        let message = format!(
            "neither scan states its {}: whether they are alike is not known",
            unknown.join(", ")
        );
        warnings.push(Warning::new("follow.scans_unknown", message));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_is_told_once_and_equal_facts_are_not() {
        let before = Acquisition {
            kvp: Some(120.0),
            kernel: Some("B30f".into()),
            slice_thickness_mm: Some(2.5),
            ..Acquisition::default()
        };
        let after = Acquisition {
            kvp: Some(100.0),
            contrast_agent: Some("IODINE".into()),
            slice_thickness_mm: Some(2.5),
            ..Acquisition::default()
        };
        let told: Vec<_> =
            scan_differences(&before, &after).into_iter().map(|w| w.message).collect();
        assert_eq!(
            told,
            [
                "the tube voltage differs: 120 kV at baseline, 100 kV at follow-up",
                "the convolution kernel is B30f at baseline and not stated at follow-up",
                "the contrast agent is not stated at baseline and IODINE at follow-up",
                "neither scan states its modality, scanner: whether they are alike is not known",
            ]
        );
        let whole = Acquisition {
            modality: Some("CT".into()),
            contrast_agent: Some("IODINE".into()),
            scanner: Some("S".into()),
            ..before
        };
        assert_eq!(scan_differences(&whole, &whole), []);
    }
}

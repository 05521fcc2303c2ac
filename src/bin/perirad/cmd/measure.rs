//! What `extract` and `score` print alike.

use crate::fail::{Fatal, Outcome};
use crate::output::{tell, warn_of};
use perirad::cohort::Patient;
use perirad::report::{
    Failure, ImageFacts, LONG_HEADER, Lesion, agreement_rows, document, long_rows, patient_rows,
};
use perirad::run::{Case, Plan};
use std::ops::ControlFlow;

/// Nothing is told while lesions are measured.
pub fn quietly(_: usize, _: usize, _: &str) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The run as JSON.
pub fn json(case: &Case, plan: &Plan<'_>, lesions: &[Lesion], patient: Option<&Patient>) -> String {
    let mut document =
        document(case.facts(), case.reading.clone(), plan.settings, lesions, patient);
    if let Some(limits) = plan.perturbation {
        document = document.perturbed(limits, lesions);
    }
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
/// The run as `long` CSV.
pub fn long(case: &str, lesions: &[Lesion], patient: Option<&Patient>) -> String {
    let header = LONG_HEADER.map(String::from);
    let together = patient.map(|patient| patient_rows(case, lesions, patient)).unwrap_or_default();
    let agreement = agreement_rows(case, lesions);
    let rows = lesions.iter().flat_map(long_rows).chain(agreement).chain(together);
    csv(std::iter::once(header).chain(rows))
}

/// Rows as CSV.
pub fn csv<R: IntoIterator<Item = String>>(rows: impl Iterator<Item = R>) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail; rows of one form are of one length.
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Tells failures on standard error, and warnings where the output has not `noted` them for the
/// reader already; says how the run ended.
pub fn end(facts: &ImageFacts, lesions: &[Lesion], noted: bool) -> Outcome {
    end_of("", facts, lesions, noted)
}

/// The same of one `scan` of several, by its name.
pub fn end_of(scan: &str, facts: &ImageFacts, lesions: &[Lesion], noted: bool) -> Outcome {
    if !noted {
        warn_of(scan, &facts.warnings);
    }
    let mut outcome = Outcome::Done;
    for lesion in lesions {
        let roi =
            if scan.is_empty() { lesion.roi.clone() } else { format!("{scan}, {}", lesion.roi) };
        if !noted {
            warn_of(&roi, lesion.noted());
        }
        if let Some(failure) = lesion.failure().cloned() {
            let Failure { code, message, hint } = failure;
            tell(&Fatal { code, message: format!("{roi}: {message}"), hint });
            outcome = Outcome::Faults;
        }
    }
    outcome
}

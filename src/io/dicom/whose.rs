//! Whether the slices of a series are of one patient and one study.

use super::header::Slice;
use crate::error::Warning;
use crate::io::{IoError, Mark};
use std::sync::Arc;

/// Two slices of which both say something, and not the same.
fn apart(slices: &[Arc<Slice>], of: impl Fn(&Slice) -> Option<&Mark>) -> Option<[&Arc<Slice>; 2]> {
    let first = slices.iter().find(|slice| of(slice).is_some())?;
    let other =
        slices.iter().find(|slice| of(slice).is_some_and(|mark| of(first) != Some(mark)))?;
    Some([first, other])
}

/// Checks that no two slices are of two patients; slices that do not say are of either.
///
/// # Errors
/// [`IoError::DicomDiffers`], which shows no identifier.
pub(super) fn one_patient(slices: &[Arc<Slice>]) -> Result<(), IoError> {
    let Some(two) = apart(slices, |slice| slice.patient.as_ref()) else { return Ok(()) };
    Err(IoError::DicomDiffers {
        tag: "(0010,0020)",
        name: "Patient ID",
        files: Box::new(two.map(|slice| slice.label())),
        values: Box::new(["one (not shown)".into(), "another (not shown)".into()]),
    })
}

/// The warning that slices are of several studies (`dicom.mixed_study`). A series belongs to one study,
/// but tools that copy or rename parts of it leave slices that still fit together.
pub(super) fn several_studies(slices: &[Arc<Slice>]) -> Option<Warning> {
    let [a, b] = apart(slices, |slice| slice.study.as_ref())?.map(|slice| slice.label());
    let message = format!(
        "Study Instance UID (0020,000D) differs between slices, first {a} and {b}: they may be of two \
         examinations. Check that the series is what was scanned at once"
    );
    Some(Warning::new("dicom.mixed_study", message))
}

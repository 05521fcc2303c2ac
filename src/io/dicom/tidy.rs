//! What shares a series with its slices and is no part of the volume.

use super::header::Slice;
use super::open::Place;
use super::syntax::{kind, sop_class_name};
use crate::error::Warning;
use crate::io::Files;
use std::collections::{BTreeMap, BTreeSet};

/// Leaves out objects that are no images, localisers and copies; a warning for each sort.
///
/// Nothing is left out of a series that would then be empty, so that its refusal names it.
pub(super) fn tidy(files: &dyn Files, slices: Vec<Slice>) -> (Vec<Slice>, Vec<Warning>) {
    let mut warnings = Vec::new();
    let (images, others) = parted(slices, |slice| kind(&slice.sop_class).is_some());
    if !others.is_empty() {
        let names: BTreeSet<String> =
            others.iter().map(|slice| sop_class_name(&slice.sop_class)).collect();
        let names: Vec<String> = names.into_iter().collect();
        let message =
            format!("{} objects of the series left out: {}", others.len(), names.join(", "));
        warnings.push(Warning::new("dicom.not_images", message));
    }
    let (images, localisers) = parted(images, |slice| !slice.is_type("LOCALIZER"));
    if !localisers.is_empty() {
        let message = format!(
            "{} localisers of the series left out, the first {}",
            localisers.len(),
            localisers.first().map(Slice::label).unwrap_or_default()
        );
        warnings.push(Warning::new("dicom.localisers", message));
    }
    let images = without_copies(files, images, &mut warnings);
    let derived = images.iter().filter(|slice| slice.is_type("DERIVED")).count();
    if derived > 0 {
        let kinds: BTreeSet<&str> =
            images.iter().filter_map(|slice| slice.image_type.as_deref()).collect();
        let kinds: Vec<&str> = kinds.into_iter().take(3).collect();
        let message = format!(
            "{derived} of {} slices are DERIVED by Image Type (0008,0008) {}: computed from other \
             images, not as scanned",
            images.len(),
            kinds.join(" and ")
        );
        warnings.push(Warning::new("dicom.derived", message));
    }
    (images, warnings)
}

/// Those that are wanted and the rest; all and none where none is wanted.
fn parted(slices: Vec<Slice>, wanted: impl Fn(&Slice) -> bool) -> (Vec<Slice>, Vec<Slice>) {
    if !slices.iter().any(&wanted) {
        return (slices, Vec::new());
    }
    slices.into_iter().partition(wanted)
}

/// Leaves out files that hold the same image as one before them: same SOP Instance UID, place,
/// meaning and pixel bytes. Two different images in one place stay, to be refused.
fn without_copies(
    files: &dyn Files,
    slices: Vec<Slice>,
    warnings: &mut Vec<Warning>,
) -> Vec<Slice> {
    let mut kept: Vec<Slice> = Vec::with_capacity(slices.len());
    let mut seen: BTreeMap<(String, usize), Vec<usize>> = BTreeMap::new();
    let mut copies: Vec<String> = Vec::new();
    for slice in slices {
        let Some(instance) = slice.instance.clone() else {
            kept.push(slice);
            continue;
        };
        let others = seen.entry((instance, slice.frame)).or_default();
        let mut same = others.iter().filter_map(|at| kept.get(*at));
        if same.any(|other| is_copy(files, other, &slice)) {
            copies.push(slice.label());
        } else {
            others.push(kept.len());
            kept.push(slice);
        }
    }
    if let Some(first) = copies.first() {
        let message =
            format!("{} exact copies of slices left out, the first {first}", copies.len());
        warnings.push(Warning::new("dicom.copies", message));
    }
    kept
}

fn is_copy(files: &dyn Files, a: &Slice, b: &Slice) -> bool {
    let same = a.file != b.file
        && a.syntax == b.syntax
        && a.position == b.position
        && a.orientation == b.orientation
        && a.spacing == b.spacing
        && (&a.rows, &a.columns, &a.frames) == (&b.rows, &b.columns, &b.frames)
        && (&a.slope, &a.intercept) == (&b.slope, &b.intercept);
    // Pixels are compared once for a file.
    same && (a.frame > 0
        || matches!((pixels(files, a), pixels(files, b)), (Some(a), Some(b)) if a == b))
}

/// A file's pixels as they are stored.
fn pixels(files: &dyn Files, slice: &Slice) -> Option<Vec<u8>> {
    let Place { value, deflated_from } = slice.pixels?;
    let (offset, limit) = match (deflated_from, value.length) {
        (Some(start), _) => (start, u64::MAX),
        (None, Some(length)) => (value.offset, u64::from(length)),
        (None, None) => (value.offset, u64::MAX),
    };
    files.read_at(&slice.file, offset, limit).ok()
}

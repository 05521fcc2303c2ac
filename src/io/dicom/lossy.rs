//! Was something lost on the way from the scanner (DICOM PS3.3 C.7.6.1.1.5)?

use super::codec::find;
use super::header::Slice;
use crate::error::Warning;
use std::borrow::Borrow;
use std::collections::BTreeSet;

/// Is it stored in a lossy syntax, or says that it once was compressed lossily?
pub(super) fn is_lossy(slice: &Slice) -> bool {
    find(&slice.syntax).is_some_and(|codec| codec.lossy) || slice.lossy.as_deref() == Some("01")
}

/// The warning `dicom.lossy`, where slices are stored in a lossy syntax or say that they once were
/// compressed lossily.
pub(super) fn lossy(slices: &[impl Borrow<Slice>]) -> Option<Warning> {
    let what = found(slices)?;
    let message = format!("{what}: their values are not those of the scanner");
    Some(Warning::new("dicom.lossy", message))
}

/// The same for the one file of a segmentation.
pub(super) fn lossy_segmentation(slice: &Slice) -> Option<Warning> {
    let what = found(std::slice::from_ref(slice))?;
    let message = format!("{}: {what}: its voxels may not be those that were drawn", slice.file);
    Some(Warning::new("dicom.lossy", message))
}

/// How many, in which way, and how much.
fn found(slices: &[impl Borrow<Slice>]) -> Option<String> {
    let (mut count, mut how, mut ratios) = (0, BTreeSet::new(), BTreeSet::new());
    for slice in slices.iter().map(Borrow::borrow) {
        if !is_lossy(slice) {
            continue;
        }
        let codec = find(&slice.syntax).filter(|codec| codec.lossy);
        count += 1;
        how.insert(codec.map_or("before they were stored", |codec| codec.name));
        ratios.extend(slice.lossy_ratio.as_deref());
    }
    if count == 0 {
        return None;
    }
    let join = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    let ratio = match ratios.len() {
        0 => "of a ratio not stated (0028,2112)".to_owned(),
        1..=3 => format!("ratio {}", join(ratios)),
        n => format!("{n} different ratios"),
    };
    let (all, how) = (slices.len(), join(how));
    Some(format!("{count} of {all} images were compressed lossily ({how}; {ratio})"))
}

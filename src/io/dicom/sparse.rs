//! Slices that lie farther apart than they should.

use super::header::Slice;
use super::tags::Found;
use crate::error::{Warning, readable};
use std::sync::Arc;

/// Slices this many times as far apart as their headers say deserve a word: every second one may be
/// missing. Magnetic resonance leaves smaller gaps between slices.
const SPARSE: f64 = 1.5;
/// Spacings that differ by this fraction are the same.
const SAME: f64 = 0.01;

/// A warning where slices lie farther apart than their headers say.
///
/// Spacing Between Slices goes before Slice Thickness. Where it is smaller than the thickness, some
/// mean the gap alone by it; slices that overlap have such a spacing, too.
pub(super) fn sparse(slices: &[Arc<Slice>], step: f64) -> Option<Warning> {
    let largest = |of: fn(&Slice) -> &Found<f64>| {
        let stated = slices.iter().filter_map(|slice| of(slice).as_ref().ok());
        stated.copied().filter(|mm| *mm > 0.0).max_by(f64::total_cmp)
    };
    let (thickness, between) = (largest(|s| &s.thickness), largest(|s| &s.between));
    let gap = match (thickness, between) {
        (Some(thickness), Some(gap)) => {
            gap < thickness && (step - thickness - gap).abs() < SAME * step
        }
        _ => false,
    };
    let (name, mm) = match (thickness, between) {
        (_, Some(mm)) => ("Spacing Between Slices (0018,0088)", mm),
        (Some(mm), None) => ("Slice Thickness (0018,0050)", mm),
        (None, None) => return None,
    };
    let times = step / mm;
    let message = format!(
        "slices lie {} mm apart, {times:.1} times their {name} of {mm} mm: unless the scan was \
         made with gaps, slices between them are missing, and what is measured is of those that are \
         left",
        readable(step)
    );
    (times > SPARSE && !gap).then(|| Warning::new("dicom.sparse_slices", message))
}

//! Whether the values of a series can mean what they should.

use super::header::Slice;
use super::image::Image;
use super::syntax::kind;
use super::tags::Found;
use crate::error::{Warning, readable};
use crate::io::IoError;
use std::sync::Arc;

/// Has a slice neither slope nor intercept?
pub(super) fn is_bare(slice: &Slice) -> bool {
    let absent = |found: &Found<f64>| found.as_ref().is_err_and(|found| found == "absent");
    absent(&slice.slope) && absent(&slice.intercept)
}

/// Checks that stored values and scaled ones do not stand side by side: those of MR have no unit, so
/// that either are as good, but not both.
///
/// # Errors
/// [`IoError::DicomDiffers`].
pub(super) fn all_scaled_or_none(slices: &[Arc<Slice>]) -> Result<(), IoError> {
    let first = |bare| slices.iter().find(|slice| is_bare(slice) == bare);
    let (Some(bare), Some(scaled)) = (first(true), first(false)) else { return Ok(()) };
    let slope = scaled.slope.as_ref().map_or_else(Clone::clone, f64::to_string);
    Err(IoError::DicomDiffers {
        tag: "(0028,1053)",
        name: "Rescale Slope",
        files: Box::new([bare.label(), scaled.label()]),
        values: Box::new(["absent".into(), slope]),
    })
}

/// What is odd about the values: slices of MR that are scaled each by itself (`dicom.mixed_rescale`),
/// and CT that cannot hold air (`dicom.no_air`).
pub(super) fn odd_values(slices: &[Arc<Slice>]) -> Vec<Warning> {
    [mixed_rescale(slices), no_air(slices)].into_iter().flatten().collect()
}

fn is_ct(slice: &Slice) -> Option<bool> {
    kind(&slice.sop_class).map(|kind| kind.ct)
}

/// Numbers that differ by this fraction are the same, written with other digits.
const WRITTEN: f64 = 1e-6;

fn mixed_rescale(slices: &[Arc<Slice>]) -> Option<Warning> {
    let range = |of: fn(&Slice) -> &Found<f64>| {
        let mr = slices.iter().filter(|slice| is_ct(slice) == Some(false));
        let values = mr.filter_map(|slice| of(slice).as_ref().ok());
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(*v), b.max(*v)])
    };
    let (slopes, intercepts) = (range(|s| &s.slope), range(|s| &s.intercept));
    let differ = |[low, high]: [f64; 2]| high - low > WRITTEN * low.abs().max(high.abs());
    let told = |[low, high]: [f64; 2]| format!("{} to {}", readable(low), readable(high));
    let message = format!(
        "slices of MR have a Rescale Slope (0028,1053) of {} and a Rescale Intercept (0028,1052) of \
         {}: each slice is scaled by its own, and only the scanner knows whether intensities compare \
         between slices",
        told(slopes),
        told(intercepts)
    );
    (differ(slopes) || differ(intercepts)).then(|| Warning::new("dicom.mixed_rescale", message))
}

/// CT whose numbers cannot be lower than this holds neither air nor lung, HU.
const NO_AIR: f64 = -200.0;

/// What can be stored decides, not what is: a series of nothing but bone is sound.
fn no_air(slices: &[Arc<Slice>]) -> Option<Warning> {
    let high = |slice: &Arc<Slice>| {
        let image = Image::of(slice).ok().filter(|_| is_ct(slice) == Some(true))?;
        let (slope, intercept) = (*slice.slope.as_ref().ok()?, *slice.intercept.as_ref().ok()?);
        let ends = image.range().map(|stored| stored as f64 * slope + intercept);
        let lowest = ends[0].min(ends[1]);
        (lowest > NO_AIR).then_some((image, slope, intercept, lowest))
    };
    let found: Vec<_> = slices.iter().filter_map(high).collect();
    let (image, slope, intercept, lowest) = found.first()?;
    let message = format!(
        "no pixel of {} of {} CT slices can be below {} HU, and air is at -1000 HU: Pixel \
         Representation (0028,0103) is {}, Bits Stored (0028,0101) {}, Rescale Slope (0028,1053) \
         {slope}, Rescale Intercept (0028,1052) {intercept}. Either lower values were cut off, or these \
         are no Hounsfield units: look at air and fat, and export the series from the scanner or the \
         archive again",
        found.len(),
        slices.len(),
        readable(*lowest),
        u8::from(image.signed),
        image.stored
    );
    Some(Warning::new("dicom.no_air", message))
}

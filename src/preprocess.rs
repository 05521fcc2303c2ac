//! From an image and a mask to what is measured: resampling, re-segmentation, grey levels, ring.
//!
//! The order is IBSI's: interpolate image and mask, round, re-segment, discretise. This layer
//! knows nothing of files or settings files.

#![allow(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the wider registers"
)]

mod bspline;
mod combine;
mod discretise;
mod distances;
mod error;
mod interpolate;
mod method;
mod normalise;
mod padding;
pub mod perturb;
mod resample;
mod resegment;
mod ring;
mod rounding;
mod signed;
mod surface;
mod target;
mod weights;

pub(crate) use discretise::equal_bin;
pub use discretise::{Discretised, Levels, discretise};
pub use distances::{Distances, Shell};
pub use error::PreprocessError;
pub use method::Method;
pub use normalise::{Normalisation, normalise};
pub(crate) use resample::resampled;
pub use resample::{Interpolation, MaskInterpolation, box_read, resample_image, resample_mask};
pub use resegment::{Limits, Resegmentation, resegment};
pub use ring::{Ring, ring};
pub use rounding::{Rounding, round_intensities};
pub use target::{Alignment, Target};

use crate::geometry::{Grid, IndexBox};
use crate::image::Volume;
use ndarray::{Array3, ArrayRef3, ArrayView3, AxisDescription, Slice};

/// Data of two lattices are never combined, however near those are.
fn same_lattice(a: &Grid, b: &Grid) -> Result<(), PreprocessError> {
    if std::ptr::eq(a, b) || a == b {
        return Ok(());
    }
    Err(PreprocessError::Lattice { first: a.shape, second: b.shape })
}

/// Refuses an image that was read in part, and not the part that is needed.
fn holds(image: &Volume, needed: IndexBox) -> Result<(), PreprocessError> {
    let held = image.held();
    if held.holds(needed) {
        return Ok(());
    }
    let axis = |window: IndexBox, a: usize| window.lo[a]..window.hi[a];
    if held.lo[0] > needed.lo[0] || needed.hi[0] > held.hi[0] {
        return Err(PreprocessError::Planes { needed: axis(needed, 0), held: axis(held, 0) });
    }
    let part = |window: IndexBox| Box::new([axis(window, 1), axis(window, 2)]);
    Err(PreprocessError::Part { needed: part(needed), held: part(held) })
}

/// The voxels of a window, each made another value, row by row.
fn copied<S: Copy, T>(array: &ArrayRef3<S>, window: IndexBox, value: impl Fn(S) -> T) -> Array3<T> {
    let view = cut(array, window);
    let mut values = Vec::with_capacity(view.len());
    for row in view.rows() {
        match row.as_slice() {
            Some(row) => values.extend(row.iter().map(|v| value(*v))),
            None => values.extend(row.iter().map(|v| value(*v))),
        }
    }
    // As many as the window has voxels.
    Array3::from_shape_vec(window.shape(), values).unwrap_or_else(|_| view.mapv(value))
}

/// The voxels of a window, which must lie within the array.
fn cut<T>(array: &ArrayRef3<T>, window: IndexBox) -> ArrayView3<'_, T> {
    array.slice_each_axis(|axis| slice_of(window, axis))
}

/// A window's indices along one axis (ndarray's `s!` is not allowed beside `forbid(unsafe_code)`).
fn slice_of(window: IndexBox, axis: AxisDescription) -> Slice {
    let a = axis.axis.index();
    Slice::from(window.lo[a]..window.hi[a])
}

//! Image intensities on a lattice.

use crate::geometry::{GeometryError, SharedGrid};
use ndarray::Array3;

/// What an intensity means. Read from the file, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intensity {
    /// CT numbers, Hounsfield units.
    Hounsfield,
    /// Numbers without a unit (MR, phantoms).
    Arbitrary,
}

/// Image intensities. HU are exact in `f32`; sums over them are made in `f64`.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Where the voxels are.
    pub grid: SharedGrid,
    /// Intensities `[z, y, x]`, C order, shape of the lattice.
    pub data: Array3<f32>,
    /// Their unit.
    pub intensity: Intensity,
}

impl Volume {
    /// The only constructor: checks the shape.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where array and lattice disagree.
    pub fn new(
        grid: SharedGrid,
        data: Array3<f32>,
        intensity: Intensity,
    ) -> Result<Self, GeometryError> {
        let (z, y, x) = data.dim();
        if [z, y, x] != grid.shape {
            return Err(GeometryError::ShapeMismatch { grid: grid.shape, array: [z, y, x] });
        }
        Ok(Self { grid, data: super::in_c_order(data), intensity })
    }
}

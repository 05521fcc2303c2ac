//! Image intensities on a lattice.

use crate::geometry::{GeometryError, SharedGrid};
use ndarray::Array3;
use std::ops::Range;

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
    /// Intensities `[z, y, x]`, C order, shape of the lattice but for planes that are not held.
    pub data: Array3<f32>,
    /// Their unit.
    pub intensity: Intensity,
    /// Index on the lattice of the first plane of `data`.
    first: usize,
    /// Voxels of `data` that measure nothing; `None` where there are none.
    no_data: Option<Array3<bool>>,
}

impl Volume {
    /// All planes of the lattice: checks the shape.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where array and lattice disagree.
    pub fn new(
        grid: SharedGrid,
        data: Array3<f32>,
        intensity: Intensity,
    ) -> Result<Self, GeometryError> {
        let (planes, _, _) = data.dim();
        if planes != grid.shape[0] {
            return Err(mismatch(&grid, data.dim()));
        }
        Self::slab(grid, 0, data, intensity)
    }

    /// Some planes of the lattice, from index `first` on; there may be none.
    ///
    /// The lattice stays the whole one, so that positions on it have the bits they have without
    /// the cut.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where the planes are not of the lattice.
    pub fn slab(
        grid: SharedGrid,
        first: usize,
        data: Array3<f32>,
        intensity: Intensity,
    ) -> Result<Self, GeometryError> {
        let (planes, rows, columns) = data.dim();
        let within = first.checked_add(planes).is_some_and(|end| end <= grid.shape[0]);
        if !within || [rows, columns] != grid.shape[1..] {
            return Err(mismatch(&grid, data.dim()));
        }
        Ok(Self { grid, data: super::in_c_order(data), intensity, first, no_data: None })
    }

    /// The same, with voxels that measure nothing (padding, beyond the scan) marked in an array of
    /// the shape of `data`.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where the shape is another.
    pub fn marked(self, no_data: Array3<bool>) -> Result<Self, GeometryError> {
        if no_data.dim() != self.data.dim() {
            return Err(mismatch(&self.grid, no_data.dim()));
        }
        let some = no_data.iter().any(|v| *v);
        Ok(Self { no_data: some.then(|| super::in_c_order(no_data)), ..self })
    }

    /// Indices on the lattice of the planes that `data` holds.
    pub fn planes(&self) -> Range<usize> {
        self.first..self.first + self.data.dim().0
    }

    /// Voxels of `data` that measure nothing; `None` where all do.
    pub fn no_data(&self) -> Option<&Array3<bool>> {
        self.no_data.as_ref()
    }
}

fn mismatch(grid: &SharedGrid, (z, y, x): (usize, usize, usize)) -> GeometryError {
    GeometryError::ShapeMismatch { grid: grid.shape, array: [z, y, x] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use std::sync::Arc;

    #[test]
    fn a_slab_lies_within_its_lattice_and_marks_have_its_shape() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Arc::new(Grid::new([5, 2, 3], [1.0; 3], [0.0; 3], axes).unwrap());
        let slab = |first, shape| {
            Volume::slab(grid.clone(), first, Array3::zeros(shape), Intensity::Hounsfield)
        };
        assert_eq!(slab(2, (3, 2, 3)).unwrap().planes(), 2..5);
        assert!(slab(0, (0, 2, 3)).unwrap().planes().is_empty());
        assert!(slab(3, (3, 2, 3)).is_err() && slab(usize::MAX, (1, 2, 3)).is_err());
        assert!(slab(0, (1, 3, 2)).is_err());
        let whole = |n| Volume::new(grid.clone(), Array3::zeros((n, 2, 3)), Intensity::Arbitrary);
        assert!(whole(5).is_ok() && whole(4).is_err());
        let slab = slab(1, (1, 2, 3)).unwrap();
        assert!(slab.clone().marked(Array3::from_elem((5, 2, 3), true)).is_err());
        let clean = slab.clone().marked(Array3::from_elem((1, 2, 3), false)).unwrap();
        assert!(clean.no_data().is_none());
        let marked = slab.marked(Array3::from_elem((1, 2, 3), true)).unwrap();
        assert_eq!(marked.no_data().unwrap().len(), 6);
    }
}

//! Image intensities on a lattice.

use crate::geometry::{GeometryError, IndexBox, SharedGrid};
use ndarray::{Array2, Array3, ArrayView2, Axis};
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
    /// Intensities `[z, y, x]`, C order, of the box that is held: all of the lattice or a part.
    pub data: Array3<f32>,
    /// Their unit.
    pub intensity: Intensity,
    /// Index on the lattice of the first voxel of `data`.
    first: [usize; 3],
    /// The lattice's middle plane, where `data` does not hold all of it.
    middle: Option<Array2<f32>>,
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
        let (_, rows, columns) = data.dim();
        if [rows, columns] != grid.shape[1..] {
            return Err(mismatch(&grid, data.dim()));
        }
        Self::part(grid, [first, 0, 0], data, intensity)
    }

    /// A box of the lattice that begins with voxel `first`, `[z, y, x]`; it may be empty. The lattice
    /// stays the whole one, as for [`Volume::slab`].
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where the box is not of the lattice.
    pub fn part(
        grid: SharedGrid,
        first: [usize; 3],
        data: Array3<f32>,
        intensity: Intensity,
    ) -> Result<Self, GeometryError> {
        let shape: [usize; 3] = data.dim().into();
        let end = |a: usize| first[a].checked_add(shape[a]);
        if (0..3).any(|a| end(a).is_none_or(|end| end > grid.shape[a])) {
            return Err(mismatch(&grid, data.dim()));
        }
        let data = super::in_c_order(data);
        Ok(Self { grid, data, intensity, first, middle: None, no_data: None })
    }

    /// The same with the lattice's middle plane, `[y, x]`, of which `data` need not hold all.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where it is not of the lattice.
    pub fn with_middle(self, middle: Array2<f32>) -> Result<Self, GeometryError> {
        let (rows, columns) = middle.dim();
        if [rows, columns] != self.grid.shape[1..] {
            return Err(mismatch(&self.grid, (1, rows, columns)));
        }
        Ok(Self { middle: Some(middle), ..self })
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

    /// Indices on the lattice of the voxels that `data` holds.
    pub fn held(&self) -> IndexBox {
        let (z, y, x) = self.data.dim();
        let [fz, fy, fx] = self.first;
        IndexBox { lo: self.first, hi: [fz + z, fy + y, fx + x] }
    }

    /// Indices on the lattice of the planes of which `data` holds all or a part.
    pub fn planes(&self) -> Range<usize> {
        self.first[0]..self.first[0] + self.data.dim().0
    }

    /// The lattice's middle plane, `[y, x]`; `None` where it was not read.
    pub fn middle(&self) -> Option<ArrayView2<'_, f32>> {
        let at = (self.grid.shape[0] / 2).checked_sub(self.first[0]);
        let whole = self.data.shape().get(1..) == self.grid.shape.get(1..);
        let held = at.filter(|at| whole && *at < self.data.dim().0);
        let own = || Some(self.middle.as_ref()?.view());
        held.map(|at| self.data.index_axis(Axis(0), at)).or_else(own)
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

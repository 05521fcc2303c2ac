//! A set of voxels on a lattice.

use crate::geometry::{GeometryError, IndexBox, SharedGrid};
use ndarray::Array3;

/// A set of voxels. Invariants: C order, the lattice's shape, a true count and bounding box.
#[derive(Debug, Clone)]
pub struct Mask {
    grid: SharedGrid,
    voxels: Array3<bool>,
    count: usize,
    bounds: Option<IndexBox>,
}

impl Mask {
    /// The only constructor: checks the shape, counts, finds the box.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where array and lattice disagree.
    pub fn new(grid: SharedGrid, voxels: Array3<bool>) -> Result<Self, GeometryError> {
        let (z, y, x) = voxels.dim();
        if [z, y, x] != grid.shape {
            return Err(GeometryError::ShapeMismatch { grid: grid.shape, array: [z, y, x] });
        }
        let voxels = super::in_c_order(voxels);
        let (count, bounds) = measure(&voxels);
        Ok(Self { grid, voxels, count, bounds })
    }

    /// Where the voxels are.
    pub fn grid(&self) -> &SharedGrid {
        &self.grid
    }

    /// Membership `[z, y, x]`.
    pub fn voxels(&self) -> &Array3<bool> {
        &self.voxels
    }

    /// Voxels inside.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Smallest box around the voxels inside; `None` where there are none.
    pub fn bounds(&self) -> Option<IndexBox> {
        self.bounds
    }

    /// Volume of the voxels inside, mL.
    pub fn volume_ml(&self) -> f64 {
        self.count as f64 * self.grid.voxel_mm3() / 1000.0
    }
}

fn measure(voxels: &Array3<bool>) -> (usize, Option<IndexBox>) {
    let mut count = 0;
    let mut lo = [usize::MAX; 3];
    let mut hi = [0; 3];
    for (z, slice) in voxels.outer_iter().enumerate() {
        for (y, row) in slice.outer_iter().enumerate() {
            let inside = row.iter().filter(|v| **v).count();
            if inside == 0 {
                continue;
            }
            count += inside;
            let first = row.iter().position(|v| *v).unwrap_or(0);
            let last = row.iter().rposition(|v| *v).unwrap_or(0);
            for (a, (from, to)) in [(z, z), (y, y), (first, last)].into_iter().enumerate() {
                lo[a] = lo[a].min(from);
                hi[a] = hi[a].max(to + 1);
            }
        }
    }
    (count, (count > 0).then_some(IndexBox { lo, hi }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use std::sync::Arc;

    #[test]
    fn count_and_box_are_those_of_the_voxels() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Arc::new(Grid::new([3, 4, 5], [10.0; 3], [0.0; 3], axes).unwrap());
        let mut voxels = Array3::from_elem((3, 4, 5), false);
        let empty = Mask::new(grid.clone(), voxels.clone()).unwrap();
        assert_eq!((empty.count(), empty.bounds()), (0, None));
        voxels[[1, 2, 3]] = true;
        voxels[[2, 2, 1]] = true;
        let mask = Mask::new(grid.clone(), voxels).unwrap();
        assert_eq!(mask.bounds(), Some(IndexBox { lo: [1, 2, 1], hi: [3, 3, 4] }));
        assert_eq!((mask.count(), mask.volume_ml()), (2, 2.0));
        assert!(Mask::new(grid, Array3::from_elem((3, 5, 4), false)).is_err());
    }
}

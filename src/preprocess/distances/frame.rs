//! The part of space that distances from a lesion are kept in.

use crate::engine::MemoryLimit;
use crate::geometry::{Grid, IndexBox};
use crate::preprocess::{PreprocessError, surface};

/// Bytes of a voxel of the lesion's box grown by the distance: four distances in `f64`, before and
/// after smoothing.
pub(super) const VOXEL: usize = 32;

/// The lesion's box with room for distances and smoothing on every side; it may leave the lattice.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) shape: [usize; 3],
    pub(super) pad: [usize; 3],
    /// Lowest index of the lesion on the lattice.
    lo: [usize; 3],
    /// Voxels of the lattice.
    lattice: [usize; 3],
}

impl Frame {
    pub(super) fn new(
        grid: &Grid,
        bounds: IndexBox,
        outer_mm: f64,
        limit: MemoryLimit,
    ) -> Result<Self, PreprocessError> {
        let lesion = bounds.shape();
        // Distances reach one voxel beyond their width, the smoothing kernel its own reach beyond the
        // lesion's neighbours: it never meets the array's end.
        let smoothing = surface::REACH as f64 + 1.0;
        let pad = [0, 1, 2].map(|a| ((outer_mm / grid.spacing[a]).ceil() + 1.0).max(smoothing));
        let voxels: f64 = (0..3).map(|a| lesion[a] as f64 + 2.0 * pad[a]).product();
        if voxels > limit.room(VOXEL) as f64 {
            return Err(PreprocessError::RingTooLarge { outer_mm, voxels, bytes: VOXEL, limit });
        }
        let pad = pad.map(|p| p as usize);
        let shape = [0, 1, 2].map(|a| lesion[a] + 2 * pad[a]);
        Ok(Self { shape, pad, lo: bounds.lo, lattice: grid.shape })
    }

    /// Index in the frame of a voxel of the lattice; `None` beyond it.
    pub(super) fn in_frame(&self, at: [usize; 3]) -> Option<[usize; 3]> {
        let mut found = [0; 3];
        for a in 0..3 {
            found[a] = (at[a] + self.pad[a]).checked_sub(self.lo[a])?;
            if found[a] >= self.shape[a] {
                return None;
            }
        }
        Some(found)
    }

    /// Index on the lattice of voxel `k` of the frame along an axis; `None` beyond it.
    pub(super) fn on_axis(&self, a: usize, k: usize) -> Option<usize> {
        (self.lo[a] + k).checked_sub(self.pad[a]).filter(|at| *at < self.lattice[a])
    }

    /// Index on the lattice of voxel `k` of a row of the frame that is `[z, y]` of the lattice.
    pub(super) fn on_row(&self, [z, y]: [usize; 2], k: usize) -> Option<[usize; 3]> {
        self.on_axis(2, k).map(|x| [z, y, x])
    }
}

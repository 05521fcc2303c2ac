//! A mask carried onto another lattice through patient coordinates.

use super::Mask;
use crate::geometry::{GeometryError, IndexBox, SharedGrid};
use ndarray::Array3;
use serde::{Deserialize, Serialize};

/// How a voxel of the new lattice is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// As the old voxel in which its centre lies.
    Nearest,
    /// Inside where the trilinear mean of the eight old voxels around its centre is at least half.
    Linear,
}

/// The mask on another lattice. Beyond its own lattice there is nothing.
///
/// # Errors
/// As for [`Mask::new`]; cannot happen.
pub fn transfer(mask: &Mask, onto: &SharedGrid, how: Transfer) -> Result<Mask, GeometryError> {
    let window = window(mask, onto).unwrap_or(IndexBox { lo: [0; 3], hi: [0; 3] });
    let own = mask.grid().inverse();
    let voxels = Array3::from_shape_fn(window.shape(), |(z, y, x)| {
        let index = [z + window.lo[0], y + window.lo[1], x + window.lo[2]];
        let at = own.index(onto.to_patient(index.map(|i| i as f64)));
        match how {
            Transfer::Nearest => member(mask, at.map(f64::round)),
            Transfer::Linear => linear(mask, at) >= 0.5,
        }
    });
    Mask::within(onto.clone(), window, voxels)
}

/// The new voxels that may be inside: around the corners of the mask's box. `None` where that box
/// and the new lattice do not meet.
fn window(mask: &Mask, onto: &SharedGrid) -> Option<IndexBox> {
    let own = mask.bounds()?;
    let (mut lo, mut hi) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in 0..8_usize {
        // Linear weights reach one voxel beyond the box.
        let at = [0, 1, 2]
            .map(|a| if corner >> a & 1 == 1 { own.hi[a] as f64 } else { own.lo[a] as f64 - 1.0 });
        let index = onto.to_index(mask.grid().to_patient(at));
        for a in 0..3 {
            lo[a] = lo[a].min(index[a]);
            hi[a] = hi[a].max(index[a]);
        }
    }
    // The casts saturate.
    let window = IndexBox {
        lo: lo.map(|v| v.floor() as usize),
        hi: [0, 1, 2].map(|a| ((hi[a].ceil() + 1.0) as usize).min(onto.shape[a])),
    };
    (!window.is_empty()).then_some(window)
}

/// Is the voxel at a whole index inside? Not beyond the lattice.
fn member(mask: &Mask, index: [f64; 3]) -> bool {
    let within = (0..3).all(|a| index[a] >= 0.0 && index[a] < mask.grid().shape[a] as f64);
    within && mask.holds(index.map(|i| i as usize))
}

/// Trilinear mean of membership.
fn linear(mask: &Mask, at: [f64; 3]) -> f64 {
    let first = at.map(f64::floor);
    let mut sum = 0.0;
    for corner in 0..8_usize {
        let mut weight = 1.0;
        let mut index = first;
        for a in 0..3 {
            let part = at[a] - first[a];
            if corner >> a & 1 == 1 {
                index[a] += 1.0;
                weight *= part;
            } else {
                weight *= 1.0 - part;
            }
        }
        if weight > 0.0 && member(mask, index) {
            sum += weight;
        }
    }
    // Rounding of the weights must not decide a tie.
    (sum * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use std::sync::Arc;

    const AXES: [[f64; 3]; 3] = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];

    fn block(shape: [usize; 3], lo: [usize; 3], hi: [usize; 3], grid: Grid) -> Mask {
        let inside = |(z, y, x): (usize, usize, usize)| {
            let at = [z, y, x];
            (0..3).all(|a| lo[a] <= at[a] && at[a] < hi[a])
        };
        Mask::new(Arc::new(grid), Array3::from_shape_fn(shape, inside)).unwrap()
    }

    #[test]
    fn a_crop_a_flip_and_a_shift_come_back_exactly() {
        let image =
            Arc::new(Grid::new([8, 9, 10], [3.0, 0.8, 0.7], [5.0, -4.0, 2.0], AXES).unwrap());
        let whole = block([8, 9, 10], [2, 3, 4], [5, 7, 9], (*image).clone());
        let crop = image.crop(IndexBox { lo: [1, 2, 3], hi: [6, 8, 10] }).unwrap();
        let part = block([5, 6, 7], [1, 1, 1], [4, 5, 6], crop);
        let flipped = Grid {
            origin: image.to_patient([0.0, 0.0, 9.0]),
            axes: [AXES[0], AXES[1], [-1.0, 0.0, 0.0]],
            ..(*image).clone()
        };
        let mirrored = block([8, 9, 10], [2, 3, 1], [5, 7, 6], flipped);
        for how in [Transfer::Nearest, Transfer::Linear] {
            assert_eq!(transfer(&part, &image, how).unwrap().voxels(), whole.voxels());
            assert_eq!(transfer(&mirrored, &image, how).unwrap().voxels(), whole.voxels());
        }
    }

    #[test]
    fn a_coarse_mask_is_smoothed_by_linear_and_kept_blocky_by_nearest() {
        let coarse = Grid::new([1, 1, 6], [2.0; 3], [0.0; 3], AXES).unwrap();
        let mask = block([1, 1, 6], [0, 0, 2], [1, 1, 4], coarse);
        let fine = Grid::new([1, 1, 24], [2.0, 2.0, 0.5], [-0.75, 0.0, 0.0], AXES).unwrap();
        // The block spans 3 to 7 mm; fine voxels lie at -0.75 + 0.5 k.
        for how in [Transfer::Nearest, Transfer::Linear] {
            let found = transfer(&mask, &Arc::new(fine.clone()), how).unwrap();
            assert_eq!((found.count(), found.bounds().unwrap().lo[2]), (8, 8), "{how:?}");
        }
        let apart = Grid { origin: [100.0, 0.0, 0.0], ..fine };
        assert_eq!(transfer(&mask, &Arc::new(apart), Transfer::Linear).unwrap().count(), 0);
    }
}

//! A contour made anew: which supervoxels of the lesion's surroundings belong to it.

use super::smooth::smoothed;
use super::streams::{For, Streams, unit};
use super::{Supervoxels, supervoxels};
use crate::engine::Engine;
use crate::image::{Mask, Volume};
use crate::preprocess::{PreprocessError, cut, slice_of};
use ndarray::Array3;

/// From this share of its voxels in the contour on a supervoxel always belongs.
const ALWAYS: f64 = 0.9;
/// Below this share it never does.
const NEVER: f64 = 0.2;
/// The range of the lesion's intensities is widened by this share of it to each side.
const WIDENED: f64 = 0.1;

impl Supervoxels {
    /// Bytes of a voxel of the box: intensity, distance, labels before and after, the queue of parts.
    pub(crate) const VOXEL: usize = 72;
}

/// The mask made anew of supervoxels: each belongs with the probability that is its share of voxels
/// in the mask, from 0.9 on always, below 0.2 never, the one with the highest share always; then
/// small gaps are closed (Zwanenburg et al., Sci Rep 9:614 (2019), as its authors' MIRP does).
///
/// Intensities count within the lesion's range, widened by a tenth to each side, and smoothed by a
/// Gaussian of the smallest voxel edge. Both lie on one lattice.
///
/// # Errors
/// [`PreprocessError::EmptyMask`], [`PreprocessError::Lattice`],
/// [`PreprocessError::NotFinite`], [`PreprocessError::SupervoxelsTooLarge`].
pub fn randomised(
    mask: &Mask,
    image: &Volume,
    wanted: Supervoxels,
    (streams, repeat): (&Streams, u32),
    engine: &Engine,
) -> Result<Mask, PreprocessError> {
    crate::preprocess::same_lattice(&image.grid, mask.grid())?;
    let bounds = mask.bounds().ok_or(PreprocessError::EmptyMask)?;
    let grid = mask.grid();
    let edge = wanted.edge_mm();
    let around = grid.spacing.map(|mm| (edge / mm).floor() as usize);
    let window = bounds.grown(around, grid.bounds());
    let (voxels, limit) = (window.shape().iter().product(), engine.memory());
    if !limit.holds(voxels, Supervoxels::VOXEL) {
        let bytes = Supervoxels::VOXEL;
        return Err(PreprocessError::SupervoxelsTooLarge { voxels, bytes, limit });
    }
    let inside = mask.cut(window);
    let data = cut(&image.data, window);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (value, _) in data.iter().zip(&inside).filter(|(_, inside)| **inside) {
        low = low.min(f64::from(*value));
        high = high.max(f64::from(*value));
    }
    if !(low.is_finite() && high.is_finite()) {
        let lesion = data.iter().zip(&inside).filter(|(_, inside)| **inside);
        let count = lesion.filter(|(value, _)| !value.is_finite()).count();
        return Err(PreprocessError::NotFinite { count });
    }
    let range = high - low;
    let scaled = |value: &f32| {
        let value = f64::from(*value);
        // Of an image without range only the places count; so of what is not a number.
        let share = if range > 0.0 && !value.is_nan() { (value - low) / range } else { 0.0 };
        share.clamp(-WIDENED, 1.0 + WIDENED)
    };
    let sigma = grid.spacing.into_iter().fold(f64::INFINITY, f64::min);
    let values = smoothed(&data.map(scaled), grid.spacing, sigma);
    let (labels, count) = supervoxels(&values, grid.spacing, edge, wanted.compactness);
    let mut sizes = vec![[0_usize; 2]; count];
    for (label, inside) in labels.iter().zip(&inside) {
        let size = &mut sizes[*label as usize];
        size[usize::from(*inside)] += 1;
    }
    let share = |[out, within]: &[usize; 2]| *within as f64 / (out + within) as f64;
    let highest = sizes.iter().map(share).fold(0.0, f64::max);
    let mut stream = streams.of(repeat, For::Supervoxels);
    let belongs: Vec<bool> = sizes
        .iter()
        .map(|size| {
            let (share, drawn) = (share(size), unit(&mut stream));
            share >= ALWAYS.min(highest) || (share >= NEVER && drawn < share)
        })
        .collect();
    let chosen = closed(&labels.map(|label| belongs[*label as usize]));
    let mut whole = Array3::from_elem(grid.shape, false);
    whole.slice_each_axis_mut(|axis| slice_of(window, axis)).assign(&chosen);
    Ok(Mask::new(grid.clone(), whole)?)
}

/// Closing by the voxel and its six neighbours: dilated, then eroded; what was there stays.
fn closed(set: &Array3<bool>) -> Array3<bool> {
    let step = |set: &Array3<bool>, wanted: bool| {
        let (nz, ny, nx) = set.dim();
        Array3::from_shape_fn(set.dim(), |(z, y, x)| {
            let is = |z: usize, y: usize, x: usize| {
                let inside = z < nz && y < ny && x < nx && set[[z, y, x]];
                inside == wanted
            };
            let any = is(z, y, x)
                || is(z.wrapping_sub(1), y, x)
                || is(z + 1, y, x)
                || is(z, y.wrapping_sub(1), x)
                || is(z, y + 1, x)
                || is(z, y, x.wrapping_sub(1))
                || is(z, y, x + 1);
            any == wanted
        })
    };
    let mut closed = step(&step(set, true), false);
    closed.zip_mut_with(set, |closed, was| *closed |= was);
    closed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_fills_small_gaps_and_nothing_else() {
        // Walls across x; closed where the box's other ends are far.
        let across = |text: &str| {
            let walls: Vec<bool> = text.chars().map(|c| c == '#').collect();
            let set = Array3::from_shape_fn((7, 7, walls.len()), |(_, _, x)| walls[x]);
            let closed = closed(&set);
            (0..walls.len()).map(|x| if closed[[3, 3, x]] { '#' } else { '.' }).collect::<String>()
        };
        assert_eq!(across("#.##.##..#...#"), "##########...#");
        assert_eq!(across("......."), ".......");
        let mut solid = Array3::from_elem((5, 5, 5), false);
        solid.slice_each_axis_mut(|_| ndarray::Slice::from(1..4)).fill(true);
        assert_eq!(closed(&solid), solid);
        solid[[2, 2, 2]] = false;
        assert!(closed(&solid)[[2, 2, 2]]);
    }
}

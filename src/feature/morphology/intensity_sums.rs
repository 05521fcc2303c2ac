//! Sums of intensities and of places, each in one go over the voxels.

use crate::engine::{Loop, wide};
use crate::image::{Selected, Stretch};

/// Sums over the voxels of the intensity mask.
pub(super) struct Sums {
    /// The mean intensity.
    pub(super) mean: f64,
    /// Sum of intensities.
    pub(super) total: f64,
    /// Sums of places `[z, y, x]` times intensities.
    pub(super) moments: [f64; 3],
}

impl Sums {
    /// Of some voxels, of which there is one at least; places from `lo` on.
    pub(super) fn of(selected: &Selected, lo: [usize; 3]) -> Self {
        let first = selected.values().first().map_or(0.0, |value| f64::from(*value));
        let [total, above, z, y, x] = wide(Summing { selected, lo, first });
        // By what they are above the first: equal ones have exactly themselves as mean.
        let mean = first + above / selected.values().len() as f64;
        Self { mean, total, moments: [z, y, x] }
    }
}

/// Sums over the voxels, with vectors as wide as the processor's.
struct Summing<'a> {
    selected: &'a Selected,
    /// Where places begin.
    lo: [usize; 3],
    /// Intensity of the first voxel.
    first: f64,
}

/// Voxels of a row that are added to sums of their own, side by side.
const LANES: usize = 8;

impl Loop for Summing<'_> {
    /// Of intensities, of what they are above the first, and of places `[z, y, x]` times intensities.
    type Output = [f64; 5];

    #[inline(always)]
    fn call(self) -> [f64; 5] {
        let Self { selected, lo, first } = self;
        let mut sums = [[0.0; LANES]; 5];
        let mut left = selected.values();
        for Stretch { z, y, x } in selected.stretches() {
            let (row, rest) = left.split_at(x.len().min(left.len()));
            left = rest;
            let [z, y, mut x] = [z - lo[0], y - lo[1], x.start - lo[2]].map(|k| k as f64);
            let (groups, rest) = row.as_chunks::<LANES>();
            for group in groups {
                add(
                    &mut sums,
                    group.map(f64::from),
                    group.map(|v| f64::from(v) - first),
                    [z, y, x],
                );
                x += LANES as f64;
            }
            // What is beyond the row adds nothing.
            let (mut values, mut above) = ([0.0; LANES], [0.0; LANES]);
            for (lane, value) in rest.iter().enumerate() {
                (values[lane], above[lane]) = (f64::from(*value), f64::from(*value) - first);
            }
            add(&mut sums, values, above, [z, y, x]);
        }
        sums.map(|lanes| lanes.iter().sum())
    }
}

/// Adds the intensities of some voxels of a row, of which the first is at this place.
#[inline(always)]
fn add(sums: &mut [[f64; LANES]; 5], values: [f64; LANES], above: [f64; LANES], place: [f64; 3]) {
    let [z, y, x] = place;
    for lane in 0..LANES {
        sums[0][lane] += values[lane];
        sums[1][lane] += above[lane];
        sums[2][lane] += z * values[lane];
        sums[3][lane] += y * values[lane];
        sums[4][lane] += (x + lane as f64) * values[lane];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn whole_numbers_are_summed_exactly() {
        let shape = (3, 5, 21);
        let image =
            Array3::from_shape_fn(shape, |(z, y, x)| (97 * z + 31 * y + 7 * x) as f32 - 90.0);
        let region = Array3::from_shape_fn(shape, |(z, y, x)| (z + 2 * y + x) % 11 > 1);
        let selected = Selected::of(&image, &region);
        let lo = [0, 0, 0];
        let Sums { mean, total, moments } = Sums::of(&selected, lo);
        let voxels = || region.indexed_iter().filter(|(_, inside)| **inside).map(|(at, _)| at);
        let sum = |f: &dyn Fn((usize, usize, usize)) -> f64| voxels().map(f).sum::<f64>();
        let value = |at| f64::from(image[at]);
        assert_eq!(total, sum(&value));
        assert_eq!(mean, total / voxels().count() as f64);
        let places = [sum(&|at| at.0 as f64 * value(at)), sum(&|at| at.1 as f64 * value(at))];
        assert_eq!(moments, [places[0], places[1], sum(&|at| at.2 as f64 * value(at))]);
    }
}

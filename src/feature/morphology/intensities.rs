//! What morphology takes from intensities: their mean, their centre of mass, their
//! autocorrelation.

use super::pairs::{self, Cloud};
use crate::engine::Engine;
use crate::feature::{Input, Outcome};
use crate::geometry::norm;
use crate::image::stretches;
use ndarray::{ArrayRef1, Axis};
use std::borrow::Cow;
use std::ops::Range;

/// Why a region all of whose voxels were re-segmented away has no intensities.
const NO_INTENSITY: &str = "no voxel of the region counts as intensity";
/// Why an autocorrelation is not defined.
const ALONE: &str = "a single voxel has no neighbour to compare with";
const EQUAL: &str = "all intensities are equal";

/// What is known of the intensities of the intensity mask.
pub(super) struct Intensities {
    mean: f64,
    total: f64,
    /// Sums of places `[z, y, x]` times intensities, places from the first of the box on.
    moments: [f64; 3],
    lo: [usize; 3],
    spacing: [f64; 3],
    /// Each, standardised, with its place; large, and made only where pairs of them are asked for.
    /// None where all are equal.
    cloud: Option<Cloud>,
}

/// Consecutive voxels of the intensity mask: z, y, and along x.
type Stretch = ([usize; 2], Range<usize>);

impl Intensities {
    /// With all that pairs of voxels need, where `pairs` are asked for.
    pub(super) fn new(input: &Input<'_>, pairs: bool) -> Result<Self, &'static str> {
        let mut within: Vec<Stretch> = Vec::new();
        let (mut lo, mut hi) = ([usize::MAX; 3], [0; 3]);
        for (z, mask) in input.mask.outer_iter().enumerate() {
            for (y, mask) in mask.outer_iter().enumerate() {
                stretches(&in_memory(&mask), |x| {
                    lo = [lo[0].min(z), lo[1].min(y), lo[2].min(x.start)];
                    hi = [hi[0].max(z + 1), hi[1].max(y + 1), hi[2].max(x.end)];
                    within.push(([z, y], x));
                });
            }
        }
        let ([z, y], x) = within.first().ok_or(NO_INTENSITY)?;
        let first = f64::from(input.image[[*z, *y, x.start]]);
        let (mut n, mut finite, mut total, mut above) = (0, true, 0.0, 0.0);
        let mut moments = [0.0; 3];
        let mut cloud = pairs.then(|| Cloud {
            shape: [0, 1, 2].map(|a| hi[a] - lo[a]),
            spacing: input.grid.spacing,
            ..Cloud::default()
        });
        for ([z, y], x) in within {
            let plane = input.image.index_axis(Axis(0), z);
            let row = plane.index_axis(Axis(0), y);
            let place = [z - lo[0], y - lo[1], x.start - lo[2]];
            n += x.len();
            for (k, value) in in_memory(&row)[x].iter().enumerate() {
                let value = f64::from(*value);
                finite &= value.is_finite();
                total += value;
                // So that equal ones have exactly themselves as mean.
                above += value - first;
                let place = [place[0], place[1], place[2] + k];
                (0..3).for_each(|a| moments[a] += place[a] as f64 * value);
                if let Some(cloud) = &mut cloud {
                    cloud.places.push(place);
                    cloud.values.push(value);
                }
            }
        }
        if !finite {
            return Err("an intensity of the region is not a finite number");
        }
        let mean = first + above / n as f64;
        let cloud = cloud.and_then(|cloud| standardised(cloud, mean));
        Ok(Self { mean, total, moments, lo, spacing: input.grid.spacing, cloud })
    }

    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    /// Distance in mm of the centre of mass from `centroid`, which is in voxels from `first`,
    /// `[z, y, x]` (IBSI KLMA).
    pub(super) fn shift_from(&self, centroid: [f64; 3], first: [usize; 3]) -> Outcome {
        if self.total == 0.0 {
            return Outcome::Undefined("the intensities add up to 0");
        }
        // Offsets of boxes, so that it does not matter where the region lies.
        let from = |a: usize| self.lo[a] as f64 - first[a] as f64;
        let offset = |a: usize| from(a) + self.moments[a] / self.total - centroid[a];
        Outcome::of(norm([0, 1, 2].map(|a| offset(a) * self.spacing[a])))
    }

    /// Moran's I index (IBSI N365) and Geary's C measure (IBSI NPT7).
    pub(super) fn autocorrelation(&self, engine: &Engine) -> [Outcome; 2] {
        let reason = match &self.cloud {
            None => EQUAL,
            Some(cloud) if cloud.values.len() == 1 => ALONE,
            Some(cloud) => {
                let n = cloud.values.len() as f64;
                let sums = pairs::sums(cloud, engine);
                let geary = (n - 1.0) / (2.0 * n) * sums.differences / sums.weights;
                return [Outcome::of(sums.products / sums.weights), Outcome::of(geary)];
            }
        };
        [Outcome::Undefined(reason); 2]
    }
}

/// In units of the standard deviation, so that the squares add up to their number; a single one as it
/// is, and none where all are equal.
fn standardised(mut cloud: Cloud, mean: f64) -> Option<Cloud> {
    if cloud.values.len() > 1 {
        let squares = cloud.values.iter().map(|value| (value - mean).powi(2));
        let deviation = (squares.sum::<f64>() / cloud.values.len() as f64).sqrt();
        if deviation == 0.0 {
            return None;
        }
        cloud.values.iter_mut().for_each(|value| *value = (*value - mean) / deviation);
    }
    Some(cloud)
}

/// A row in one piece; copied where it does not lie in memory so.
fn in_memory<T: Clone>(row: &ArrayRef1<T>) -> Cow<'_, [T]> {
    row.as_slice().map_or_else(|| row.to_vec().into(), Cow::Borrowed)
}

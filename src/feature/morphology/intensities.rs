//! What morphology takes from intensities: their mean, their centre of mass, their
//! autocorrelation.

use super::pairs::{self, Cloud};
use crate::engine::Engine;
use crate::feature::{Input, Outcome};
use crate::geometry::norm;
use crate::image::{selected, stretches};

/// Why a region all of whose voxels were re-segmented away has no intensities.
const NO_INTENSITY: &str = "no voxel of the region counts as intensity";
/// Why an autocorrelation is not defined.
const ALONE: &str = "a single voxel has no neighbour to compare with";
const EQUAL: &str = "all intensities are equal";

/// The intensities of the intensity mask with their places.
pub(super) struct Intensities {
    cloud: Cloud,
    lo: [usize; 3],
    mean: f64,
}

impl Intensities {
    pub(super) fn new(input: &Input<'_>) -> Result<Self, &'static str> {
        let mut cloud = Cloud { spacing: input.grid.spacing, ..Cloud::default() };
        let (mut lo, mut hi) = ([usize::MAX; 3], [0; 3]);
        for (z, mask) in input.mask.outer_iter().enumerate() {
            for (y, mask) in mask.outer_iter().enumerate() {
                let mut copy = Vec::new();
                let row = mask.as_slice().unwrap_or_else(|| {
                    copy = mask.to_vec();
                    &copy
                });
                stretches(row, |within| {
                    lo = [lo[0].min(z), lo[1].min(y), lo[2].min(within.start)];
                    hi = [hi[0].max(z + 1), hi[1].max(y + 1), hi[2].max(within.end)];
                    cloud.places.extend(within.map(|x| [z, y, x]));
                });
            }
        }
        cloud.values = selected(&input.image, &input.mask).into_iter().map(f64::from).collect();
        if cloud.values.is_empty() {
            return Err(NO_INTENSITY);
        }
        if cloud.values.iter().any(|value| !value.is_finite()) {
            return Err("an intensity of the region is not a finite number");
        }
        cloud.shape = [0, 1, 2].map(|a| hi[a] - lo[a]);
        for place in &mut cloud.places {
            *place = [0, 1, 2].map(|a| place[a] - lo[a]);
        }
        // From the first value on, so that equal ones have exactly themselves as mean.
        let (first, n) = (cloud.values[0], cloud.values.len() as f64);
        let mean = first + cloud.values.iter().map(|value| value - first).sum::<f64>() / n;
        Ok(Self { cloud, lo, mean })
    }

    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    /// Distance in mm of the centre of mass from `centroid`, which is in voxels from `first`,
    /// `[z, y, x]` (IBSI KLMA).
    pub(super) fn shift_from(&self, centroid: [f64; 3], first: [usize; 3]) -> Outcome {
        let total: f64 = self.cloud.values.iter().sum();
        if total == 0.0 {
            return Outcome::Undefined("the intensities add up to 0");
        }
        let mut moments = [0.0; 3];
        for (place, value) in self.cloud.places.iter().zip(&self.cloud.values) {
            (0..3).for_each(|a| moments[a] += place[a] as f64 * value);
        }
        // Offsets of boxes, so that it does not matter where the region lies.
        let from = |a: usize| self.lo[a] as f64 - first[a] as f64;
        let offset = |a: usize| from(a) + moments[a] / total - centroid[a];
        Outcome::of(norm([0, 1, 2].map(|a| offset(a) * self.cloud.spacing[a])))
    }

    /// Moran's I index (IBSI N365) and Geary's C measure (IBSI NPT7).
    pub(super) fn autocorrelation(&self, engine: &Engine) -> [Outcome; 2] {
        let n = self.cloud.values.len() as f64;
        let squares = self.cloud.values.iter().map(|value| (value - self.mean).powi(2));
        let deviation = (squares.sum::<f64>() / n).sqrt();
        let reason = match self.cloud.values.len() {
            1 => ALONE,
            _ if deviation == 0.0 => EQUAL,
            _ => {
                // In units of the standard deviation their squares add up to n.
                let scaled = self.cloud.values.iter().map(|v| (v - self.mean) / deviation);
                let cloud = Cloud {
                    values: scaled.collect(),
                    places: self.cloud.places.clone(),
                    ..self.cloud
                };
                let sums = pairs::sums(&cloud, engine);
                let geary = (n - 1.0) / (2.0 * n) * sums.differences / sums.weights;
                return [Outcome::of(sums.products / sums.weights), Outcome::of(geary)];
            }
        };
        [Outcome::Undefined(reason); 2]
    }
}

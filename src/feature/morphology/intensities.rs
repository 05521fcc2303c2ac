//! What morphology takes from intensities: their mean, their centre of mass, their
//! autocorrelation.

use super::intensity_sums::Sums;
use super::pairs::{self, Cloud};
use crate::engine::Engine;
use crate::feature::{NO_INTENSITY, Outcome};
use crate::geometry::{IndexBox, norm};
use crate::image::{Selected, Stretch, bounds_of};

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

impl Intensities {
    /// Of voxels so far apart `[z, y, x]`, with all that pairs of them need where these are asked for.
    pub(super) fn new(
        selected: &Selected,
        spacing: [f64; 3],
        pairs: bool,
    ) -> Result<Self, &'static str> {
        let bounds = bounds_of(selected.stretches()).ok_or(NO_INTENSITY)?;
        if selected.not_finite() > 0 {
            return Err("an intensity of the region is not a finite number");
        }
        let Sums { mean, total, moments } = Sums::of(selected, bounds.lo);
        let cloud = pairs.then(|| cloud(selected, &bounds, spacing));
        let cloud = cloud.and_then(|cloud| standardised(cloud, mean));
        Ok(Self { mean, total, moments, lo: bounds.lo, spacing, cloud })
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

/// The voxels with their intensities; places from the first of the box on.
fn cloud(selected: &Selected, bounds: &IndexBox, spacing: [f64; 3]) -> Cloud {
    let values = selected.values().iter().map(|value| f64::from(*value)).collect();
    let mut places = Vec::with_capacity(selected.values().len());
    for Stretch { z, y, x } in selected.stretches() {
        let [z, y] = [z - bounds.lo[0], y - bounds.lo[1]];
        places.extend(x.clone().map(|x| [z, y, x - bounds.lo[2]]));
    }
    Cloud { shape: bounds.shape(), spacing, places, values }
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

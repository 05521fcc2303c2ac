//! How textures are counted.

use crate::matrix::directions::{DirectionRule, Steps, Weighting};
use crate::matrix::{Aggregation, FARTHEST};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Texture matrices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Texture {
    /// How directions and slices become one number.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub aggregations: Vec<Aggregation>,
    /// Textures of a region with fewer voxels are undefined.
    pub minimum_voxels: usize,
    /// Distances between the voxels of a pair (GLCM), in voxels.
    #[schemars(length(min = 1), inner(range(min = 1, max = 10)), extend("uniqueItems" = true))]
    pub distances: Vec<u8>,
    /// Which steps belong to a distance (GLCM, GLRLM).
    pub directions: DirectionRule,
    /// Does a pair count from either end (GLCM)?
    pub symmetric: bool,
    /// How steps are measured where directions are weighed by their length (GLCM, GLRLM).
    pub weighting: Weighting,
    /// Chebyshev distance in voxels up to which NGTDM looks for neighbours.
    pub ngtdm_distance: u8,
    /// Chebyshev distance in voxels up to which NGLDM looks for neighbours.
    pub ngldm_distance: u8,
    /// Difference of grey levels up to which a neighbour depends on a voxel (IBSI: alpha).
    pub ngldm_coarseness: u16,
}

impl Texture {
    /// As IBSI counts by default, combined in these ways.
    pub fn ibsi(aggregations: Vec<Aggregation>) -> Self {
        Self {
            aggregations,
            minimum_voxels: 1,
            distances: vec![1],
            directions: DirectionRule::Ibsi,
            symmetric: true,
            weighting: Weighting::None,
            ngtdm_distance: 1,
            ngldm_distance: 1,
            ngldm_coarseness: 0,
        }
    }

    /// How far any texture steps, in voxels.
    pub(super) fn reach(&self) -> usize {
        let near = self.ngtdm_distance.max(self.ngldm_distance).min(FARTHEST);
        let far = self.distances.iter().copied().max().unwrap_or(1);
        usize::from(near.max(far).max(1))
    }

    /// The steps of pairs between voxels of `spacing` `[z, y, x]` mm.
    ///
    /// A weighed step of length *m* weighs exp(-m^2) (IBSI 3.6, distance weighting).
    pub(super) fn pair_steps(&self, spacing: [f64; 3]) -> Steps {
        let length = |step| self.weighting.length(step, spacing);
        let weight = |step| length(step).map_or(1.0, |mm| (-mm * mm).exp());
        Steps::new(&self.distances, self.directions).weighted(weight)
    }

    /// The steps of runs between voxels of `spacing` `[z, y, x]` mm.
    ///
    /// A weighed step of length *m* weighs *m*, so that runs count by their length in mm: so
    /// pyradiomics does, where IBSI names inverse weights as examples.
    pub(super) fn run_steps(&self, spacing: [f64; 3]) -> Steps {
        let weight = |step| self.weighting.length(step, spacing).unwrap_or(1.0);
        Steps::new(&[1], self.directions).weighted(weight)
    }
}

//! How textures are counted.

use crate::matrix::Aggregation;
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
            ngtdm_distance: 1,
            ngldm_distance: 1,
            ngldm_coarseness: 0,
        }
    }
}

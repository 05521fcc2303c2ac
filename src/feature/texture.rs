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
}

impl Texture {
    /// As IBSI counts by default, combined in these ways.
    pub fn ibsi(aggregations: Vec<Aggregation>) -> Self {
        Self { aggregations, minimum_voxels: 1 }
    }
}

//! How the matrices of directions and slices become one value (IBSI 3.6 and 3.7).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The way from many matrices, or from a whole region, to one value.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Aggregation {
    /// Mean over every slice and in-plane direction (BTW3).
    #[serde(rename = "2d_avg")]
    Average2d,
    /// Directions merged in each slice, then the mean over slices (SUJT).
    #[serde(rename = "2d_slice_merged")]
    SliceMerged2d,
    /// Slices merged for each in-plane direction, then the mean over directions (JJUI).
    #[serde(rename = "2.5d_direction_merged")]
    DirectionMerged25d,
    /// All slices and in-plane directions merged (ZW7Z).
    #[serde(rename = "2.5d_merged")]
    Merged25d,
    /// Mean over the 13 directions in space (ITBB).
    #[serde(rename = "3d_avg")]
    Average3d,
    /// The 13 directions in space merged (IAZD).
    #[serde(rename = "3d_merged")]
    Merged3d,
    /// Mean over the slices, for matrices without directions (8QNN).
    #[serde(rename = "2d")]
    Slices2d,
    /// All slices merged, for matrices without directions (62GR).
    #[serde(rename = "2.5d")]
    Merged25dSlices,
    /// Neighbours in space, for matrices without directions (KOBO).
    #[serde(rename = "3d")]
    Volume3d,
    /// The region as one, for families without matrices (DHQ4); never chosen.
    #[serde(skip)]
    Whole,
}

impl Aggregation {
    /// The six of direction-dependent textures, in the order of the IBSI tables.
    pub const DIRECTIONAL: [Self; 6] = [
        Self::Average2d,
        Self::SliceMerged2d,
        Self::DirectionMerged25d,
        Self::Merged25d,
        Self::Average3d,
        Self::Merged3d,
    ];

    /// The name in settings and tables, as in the IBSI reference tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Average2d => "2d_avg",
            Self::SliceMerged2d => "2d_slice_merged",
            Self::DirectionMerged25d => "2.5d_direction_merged",
            Self::Merged25d => "2.5d_merged",
            Self::Average3d => "3d_avg",
            Self::Merged3d => "3d_merged",
            Self::Slices2d => "2d",
            Self::Merged25dSlices => "2.5d",
            Self::Volume3d | Self::Whole => "3d",
        }
    }

    /// The IBSI code.
    pub fn ibsi(self) -> &'static str {
        match self {
            Self::Average2d => "BTW3",
            Self::SliceMerged2d => "SUJT",
            Self::DirectionMerged25d => "JJUI",
            Self::Merged25d => "ZW7Z",
            Self::Average3d => "ITBB",
            Self::Merged3d => "IAZD",
            Self::Slices2d => "8QNN",
            Self::Merged25dSlices => "62GR",
            Self::Volume3d => "KOBO",
            Self::Whole => "DHQ4",
        }
    }

    /// The three of textures without directions, in the order of the IBSI tables.
    pub const SPATIAL: [Self; 3] = [Self::Slices2d, Self::Merged25dSlices, Self::Volume3d];

    /// Does it combine matrices of directions?
    pub fn is_directional(self) -> bool {
        Self::DIRECTIONAL.contains(&self)
    }

    /// Does it combine matrices without directions?
    pub fn is_spatial(self) -> bool {
        Self::SPATIAL.contains(&self)
    }

    /// Does it need each slice's own matrices?
    pub(super) fn needs_slices(self) -> bool {
        matches!(self, Self::Average2d | Self::SliceMerged2d)
    }

    /// Does it need the directions that leave the slice?
    pub(super) fn needs_volume(self) -> bool {
        matches!(self, Self::Average3d | Self::Merged3d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_tables_use_the_same_names() {
        for aggregation in Aggregation::DIRECTIONAL.into_iter().chain(Aggregation::SPATIAL) {
            let json = serde_json::to_string(&aggregation).unwrap();
            assert_eq!(json, format!("{:?}", aggregation.name()));
            assert_eq!(serde_json::from_str::<Aggregation>(&json).unwrap(), aggregation);
        }
    }
}

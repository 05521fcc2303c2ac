//! What may be chosen about the way from contours to voxels.

use serde::{Deserialize, Serialize};

/// Which parts of a plane several contours enclose together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holes {
    /// Inside an odd number of contours (even-odd): a contour within another is a hole.
    #[default]
    Xor,
    /// Inside any contour: nested contours leave no hole, a keyhole does.
    Union,
    /// Where the contours' windings do not cancel: a nested contour is a hole where it runs the
    /// other way round.
    #[serde(rename = "nonzero")]
    NonZero,
}

impl Holes {
    /// As options and reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xor => "xor",
            Self::Union => "union",
            Self::NonZero => "nonzero",
        }
    }
}

/// What happens to image planes without contours between planes that have some.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillGaps {
    /// They stay empty.
    #[default]
    None,
    /// Shape-based interpolation: the signed distances of the two neighbouring planes, mixed
    /// linearly by position. Never beyond the first and last plane.
    Shape,
}

impl FillGaps {
    /// As options and reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Shape => "shape",
        }
    }
}

/// The rules by which contours become voxels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Several contours in one plane. `CLOSEDPLANAR_XOR` is XOR whatever this says.
    pub holes: Holes,
    /// Planes without contours.
    pub fill_gaps: FillGaps,
}

//! The regions perirad measures, each with IBSI's two masks.

use super::Mask;
use serde::Serialize;

/// Which part of a lesion is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The lesion as drawn.
    Tumour,
    /// The peripheral ring around its surface.
    Ring,
}

impl Region {
    /// The name in tables, settings and model files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tumour => "tumour",
            Self::Ring => "ring",
        }
    }
}

/// The two IBSI masks of one region (ECJF), on one lattice.
#[derive(Debug, Clone)]
pub struct Roi {
    /// Which part of the lesion.
    pub region: Region,
    /// As drawn or derived (G5KJ): for shape.
    pub morphological: Mask,
    /// After re-segmentation (SEFI): for intensity and texture.
    pub intensity: Mask,
}

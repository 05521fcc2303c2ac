//! The regions perirad measures.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which part of a lesion is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

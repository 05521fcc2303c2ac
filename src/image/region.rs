//! The regions perirad measures.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Most shells of one lesion.
pub const MAX_SHELLS: usize = 12;

/// The names of the shells, in their order.
const SHELLS: [&str; MAX_SHELLS] = [
    "shell_1", "shell_2", "shell_3", "shell_4", "shell_5", "shell_6", "shell_7", "shell_8",
    "shell_9", "shell_10", "shell_11", "shell_12",
];

/// Which part of a lesion is measured. As text it is its name: `tumour`, `shell_1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Region {
    /// The lesion as drawn.
    Tumour,
    /// The peripheral ring around its surface.
    Ring,
    /// The lesion deeper than the ring.
    Core,
    /// One of the concentric shells that the settings list, counted from 1.
    Shell(u8),
}

impl Region {
    /// The name in tables, settings and model files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tumour => "tumour",
            Self::Ring => "ring",
            Self::Core => "core",
            // Settings hold no more shells than have a name.
            Self::Shell(n) => usize::from(n)
                .checked_sub(1)
                .and_then(|at| SHELLS.get(at).copied())
                .unwrap_or("shell"),
        }
    }

    /// Every region there can be.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Tumour, Self::Ring, Self::Core].into_iter().chain(Self::shells(MAX_SHELLS))
    }

    /// The first `count` shells, [`MAX_SHELLS`] at most.
    pub fn shells(count: usize) -> impl Iterator<Item = Self> {
        (1..=count.min(MAX_SHELLS) as u8).map(Self::Shell)
    }
}

impl JsonSchema for Region {
    fn schema_name() -> Cow<'static, str> {
        "Region".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::all().map(Self::name).collect();
        json_schema!({ "type": "string", "enum": names, "description": "A region of a lesion." })
    }
}

impl From<Region> for &'static str {
    fn from(region: Region) -> Self {
        region.name()
    }
}

impl TryFrom<String> for Region {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known = Self::all().find(|region| region.name() == name);
        known.ok_or_else(|| {
            format!("'{name}' is no region: tumour, ring, core, shell_1 to shell_{MAX_SHELLS}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_regions() {
        let all = [Region::Tumour, Region::Ring, Region::Core].into_iter();
        for region in all.chain(Region::shells(usize::MAX)) {
            assert_eq!(Region::try_from(region.name().to_string()), Ok(region));
        }
        assert_eq!(Region::shells(2).map(Region::name).collect::<Vec<_>>(), ["shell_1", "shell_2"]);
        for wrong in ["shell", "shell_0", "shell_13", "shell_01", "Ring", ""] {
            assert!(Region::try_from(wrong.to_string()).unwrap_err().contains("shell_12"));
        }
    }
}

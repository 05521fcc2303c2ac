//! How intensities become grey levels: what settings may say (IBSI 4R0B).

use super::PreprocessError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How intensities become grey levels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Method {
    /// Level `floor((x - lowest) / width) + 1` (IBSI Q3RU).
    FixedBinWidth {
        /// In the image's unit.
        #[schemars(extend("exclusiveMinimum" = 0.0))]
        width: f64,
        /// Lower edge of the first bin; `None`: the region's lowest intensity.
        #[serde(default)]
        lowest: Option<f64>,
    },
    /// Bins with edges at whole multiples of the width, of which the first holds the region's
    /// lowest intensity: so pyradiomics does.
    AlignedBinWidth {
        /// In the image's unit.
        #[schemars(extend("exclusiveMinimum" = 0.0))]
        width: f64,
    },
    /// So many equal bins between the region's lowest and highest intensity (IBSI K15C).
    ///
    /// A region of one intensity has level 1 everywhere: IBSI leaves it undefined.
    FixedBinNumber {
        /// Bins.
        #[schemars(range(min = 1))]
        count: u16,
    },
    /// So many equal bins between two given intensities; what lies outside joins the outer bins.
    Absolute {
        /// Lower edge of the first bin.
        lowest: f64,
        /// Upper edge of the last bin, which holds it.
        highest: f64,
        /// Bins.
        #[schemars(range(min = 1))]
        count: u16,
    },
    /// The intensities are grey levels already.
    None,
}

impl Method {
    /// IBSI code; `None` where IBSI has none.
    pub fn ibsi(self) -> Option<&'static str> {
        match self {
            Self::FixedBinWidth { .. } => Some("Q3RU"),
            Self::FixedBinNumber { .. } => Some("K15C"),
            Self::AlignedBinWidth { .. } | Self::Absolute { .. } | Self::None => None,
        }
    }

    /// Are the parameters possible?
    ///
    /// # Errors
    /// [`PreprocessError::Parameter`] naming the one that is not.
    pub fn check(self) -> Result<(), PreprocessError> {
        let positive = |count: u16| {
            let found = PreprocessError::parameter("number of bins", 0.0, "at least 1");
            if count == 0 { Err(found) } else { Ok(()) }
        };
        let possible = |width: f64| {
            let found = PreprocessError::parameter("bin width", width, "above 0");
            if width > 0.0 && width.is_finite() { Ok(()) } else { Err(found) }
        };
        match self {
            Self::AlignedBinWidth { width } => possible(width),
            Self::FixedBinWidth { width, lowest } => {
                possible(width)?;
                match lowest {
                    Some(v) if !v.is_finite() => {
                        Err(PreprocessError::parameter("start of the first bin", v, "a number"))
                    }
                    _ => Ok(()),
                }
            }
            Self::FixedBinNumber { count } => positive(count),
            Self::Absolute { lowest, highest, count } => {
                if !(lowest < highest && (highest - lowest).is_finite()) {
                    let expected = "a number above the lowest";
                    return Err(PreprocessError::parameter("highest bound", highest, expected));
                }
                positive(count)
            }
            Self::None => Ok(()),
        }
    }
}

/// Compact text for tables: `fbs:25@-500`, `aligned:25`, `fbn:32`, `abs:400@-1000..3000`, `none`.
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FixedBinWidth { width, lowest: None } => write!(f, "fbs:{width}"),
            Self::FixedBinWidth { width, lowest: Some(lowest) } => {
                write!(f, "fbs:{width}@{lowest}")
            }
            Self::AlignedBinWidth { width } => write!(f, "aligned:{width}"),
            Self::FixedBinNumber { count } => write!(f, "fbn:{count}"),
            Self::Absolute { lowest, highest, count } => {
                write!(f, "abs:{count}@{lowest}..{highest}")
            }
            Self::None => write!(f, "none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_settings_forms() {
        for (method, text, json) in [
            (
                Method::FixedBinWidth { width: 25.0, lowest: Some(-500.0) },
                "fbs:25@-500",
                r#"{"method":"fixed_bin_width","width":25.0,"lowest":-500.0}"#,
            ),
            (
                Method::FixedBinNumber { count: 32 },
                "fbn:32",
                r#"{"method":"fixed_bin_number","count":32}"#,
            ),
            (
                Method::Absolute { lowest: -1000.0, highest: 3000.0, count: 400 },
                "abs:400@-1000..3000",
                r#"{"method":"absolute","lowest":-1000.0,"highest":3000.0,"count":400}"#,
            ),
            (Method::None, "none", r#"{"method":"none"}"#),
        ] {
            assert_eq!(method.to_string(), text);
            assert_eq!(serde_json::to_string(&method).unwrap(), json);
            assert_eq!(serde_json::from_str::<Method>(json).unwrap(), method);
        }
        let unknown = r#"{"method":"fixed_bin_number","count":32,"bins":3}"#;
        assert!(serde_json::from_str::<Method>(unknown).is_err());
    }
}

//! A fact of a lesion as somebody stated it.

use serde::Serialize;
use std::fmt;

/// A number, or a word such as an organ.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ClinicalValue {
    /// A finite number.
    Number(f64),
    /// Anything else.
    Text(String),
}

impl ClinicalValue {
    /// What a text says.
    pub fn parse(text: &str) -> Self {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map_or_else(|| Self::Text(text.into()), Self::Number)
    }
}

impl fmt::Display for ClinicalValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text}"),
        }
    }
}

/// A clinical fact of a lesion, and where it is from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stated {
    /// Which: `node`, `organ`.
    pub key: String,
    /// Its value.
    pub value: ClinicalValue,
    /// `given by hand` or `from FILE`: the file's name, never a path.
    pub source: String,
}

impl Stated {
    pub(super) fn new(key: &str, value: &ClinicalValue, source: &str) -> Self {
        Self { key: key.into(), value: value.clone(), source: source.into() }
    }
}

//! What a feature is, as data: tables, help texts and checks all read it from here.

use crate::image::Intensity;
use serde::Serialize;

/// A value, or the reason there is none. Never NaN and never infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A finite number.
    Value(f64),
    /// Not defined for this region, and why: a clause to follow "no value: ".
    Undefined(&'static str),
}

impl Outcome {
    /// A number that is checked to be one.
    pub fn of(value: f64) -> Self {
        if value.is_finite() { Self::Value(value) } else { Self::Undefined("it is not finite") }
    }

    /// The quotient, or the reason for none where the divisor is 0.
    pub(super) fn ratio(dividend: f64, divisor: f64, reason: &'static str) -> Self {
        if divisor == 0.0 { Self::Undefined(reason) } else { Self::of(dividend / divisor) }
    }

    /// The number, if there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Undefined(_) => None,
        }
    }

    /// Why there is no number, if there is none.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Value(_) => None,
            Self::Undefined(reason) => Some(reason),
        }
    }
}

/// Unit of a feature's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unit {
    /// A pure number.
    One,
    /// That of the image's intensities.
    Intensity,
    /// Its square.
    IntensitySquared,
    /// The square of intensities, times mm³.
    IntensitySquaredCubicMm,
    /// mm.
    Mm,
    /// mm².
    SquareMm,
    /// mm³.
    CubicMm,
    /// 1/mm.
    PerMm,
    /// That of intensities times mm³.
    IntensityCubicMm,
}

impl Unit {
    /// The symbol in tables, for an image of such intensities; `1` for a pure number.
    pub fn symbol(self, intensity: Intensity) -> &'static str {
        match (self, intensity) {
            (Self::One, _) => "1",
            (Self::Intensity, Intensity::Hounsfield) => "HU",
            (Self::Intensity, Intensity::Arbitrary) => "a.u.",
            (Self::IntensitySquared, Intensity::Hounsfield) => "HU^2",
            (Self::IntensitySquared, Intensity::Arbitrary) => "a.u.^2",
            (Self::IntensitySquaredCubicMm, Intensity::Hounsfield) => "HU^2 mm^3",
            (Self::IntensitySquaredCubicMm, Intensity::Arbitrary) => "a.u.^2 mm^3",
            (Self::Mm, _) => "mm",
            (Self::SquareMm, _) => "mm^2",
            (Self::CubicMm, _) => "mm^3",
            (Self::PerMm, _) => "1/mm",
            (Self::IntensityCubicMm, Intensity::Hounsfield) => "HU mm^3",
            (Self::IntensityCubicMm, Intensity::Arbitrary) => "a.u. mm^3",
        }
    }
}

/// How settled a feature's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// At least one outside source agrees; the numbers stay.
    Stable {
        /// Version of perirad.
        since: &'static str,
    },
    /// The numbers may change.
    Preview {
        /// Version of perirad.
        since: &'static str,
    },
}

/// What a feature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spec {
    /// `family.snake_case`; never changes its meaning.
    pub key: &'static str,
    /// Short name, as in the IBSI reference tables.
    pub short: &'static str,
    /// IBSI code; empty where the feature is not IBSI's.
    pub ibsi: &'static str,
    /// IBSI name.
    pub name: &'static str,
    /// Formula in plain text, symbols as in the IBSI manual.
    pub definition: &'static str,
    /// Where it is defined.
    pub reference: &'static str,
    /// pyradiomics' `class_Name`, where equal settings give equal numbers; no two rows share one.
    pub pyradiomics: Option<&'static str>,
    /// LIFEx's name (versions up to 6), where its documentation has the same formula; no two rows
    /// share one.
    pub lifex: Option<&'static str>,
    /// Where other programs differ and why; empty where they do not.
    pub differs: &'static str,
    /// Unit of the value.
    pub unit: Unit,
    /// How settled it is.
    pub status: Status,
}

impl Spec {
    /// What the rows of a table have in common: a pure number, settled, defined in `reference`.
    pub(super) const fn by(reference: &'static str) -> Self {
        Self {
            key: "",
            short: "",
            ibsi: "",
            name: "",
            definition: "",
            reference,
            pyradiomics: None,
            lifex: None,
            differs: "",
            unit: Unit::One,
            status: Status::Stable { since: "0.1.0" },
        }
    }

    /// Key of its family.
    pub fn family(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(family, _)| family)
    }
}

/// A row of a family's table: the feature, and its value from what the family prepared.
pub(super) struct Row<P: 'static> {
    pub(super) spec: Spec,
    pub(super) value: fn(&P) -> Outcome,
}

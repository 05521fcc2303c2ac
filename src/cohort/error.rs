//! Why lesions cannot be told apart, paired, or given their clinical inputs.

use crate::error::Diagnose;

/// Why lesions cannot be told apart, paired, or given their clinical inputs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CohortError {
    /// A table that cannot be read.
    #[error("{file}, line {line}: {what}")]
    Table {
        /// Its name.
        file: String,
        /// From 1, the heading's.
        line: u64,
        /// What was found and what was expected.
        what: String,
    },
    /// A column that has no meaning.
    #[error("{file} has a column '{column}'; it may have {known}")]
    Column {
        /// Table.
        file: String,
        /// As it stands there.
        column: String,
        /// Those that have a meaning.
        known: String,
    },
    /// A mapping that cannot be read.
    #[error("{file}: {what}")]
    Map {
        /// Its name.
        file: String,
        /// What was found and what was expected.
        what: String,
    },
    /// A clinical input that is no number.
    #[error("clinical input {key}={value}: a number is expected")]
    NotANumber {
        /// Which.
        key: String,
        /// As given.
        value: String,
    },
    /// Two statements of equal rank that differ.
    #[error("'{roi}' fits both {first} and {second}, {origin}")]
    Ambiguous {
        /// Lesion.
        roi: String,
        /// Value and pattern of one.
        first: String,
        /// Value and pattern of the other.
        second: String,
        /// Where both are from.
        origin: String,
    },
    /// Two lesions of one name.
    #[error("two lesions {when} are called '{name}': they cannot be paired by name")]
    SameName {
        /// `at baseline` or `at follow-up`.
        when: &'static str,
        /// Name.
        name: String,
    },
    /// A lesion that is not there.
    #[error("{file}, line {line}: there is no lesion '{name}' {when}; there are {known}")]
    NoLesion {
        /// Table.
        file: String,
        /// Its line, from 1.
        line: u64,
        /// `at baseline` or `at follow-up`.
        when: &'static str,
        /// As it stands there.
        name: String,
        /// Those that are there.
        known: String,
    },
    /// A shift that is not of finite numbers.
    #[error("the shift from baseline to follow-up is {mm}, expected three finite numbers of mm")]
    Shift {
        /// As given, along x, y and z.
        mm: String,
    },
}

impl Diagnose for CohortError {
    fn code(&self) -> &'static str {
        match self {
            Self::Table { .. } => "cohort.table",
            Self::Column { .. } => "cohort.column",
            Self::Map { .. } => "cohort.clinical_map",
            Self::NotANumber { .. } => "cohort.clinical_value",
            Self::Ambiguous { .. } => "cohort.clinical_ambiguous",
            Self::SameName { .. } => "cohort.same_name",
            Self::NoLesion { .. } => "cohort.no_lesion",
            Self::Shift { .. } => "cohort.shift",
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::Table { .. } | Self::Column { .. } => {
                "Tables are CSV: columns separated by commas, the names of the columns first."
                    .into()
            }
            Self::Map { .. } => "A map is TOML: [[map]], then roi = \"GTVn*\" and node = 1.".into(),
            Self::Ambiguous { .. } => {
                "Let one of the two fit fewer lesions, or give the lesion's own name.".into()
            }
            Self::SameName { .. } => {
                "Pair by place (--pair overlap), or choose lesions of different names.".into()
            }
            Self::NotANumber { .. } | Self::NoLesion { .. } | Self::Shift { .. } => String::new(),
        }
    }
}

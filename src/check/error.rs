//! Why a phantom cannot be checked.

use crate::error::Diagnose;

/// Why a phantom cannot be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// None of the phantoms is there.
    #[error("there is no IBSI phantom in this folder")]
    NoPhantom,
    /// A table of reference values that cannot be read.
    #[error("the table of reference values {table}, row {row}: {message}")]
    Table {
        /// Its name.
        table: String,
        /// Row, from 1 below the heading.
        row: usize,
        /// What is wrong.
        message: String,
    },
    /// A phantom that cannot be measured.
    #[error("phantom {phantom}: {message}")]
    Phantom {
        /// Its name.
        phantom: &'static str,
        /// Code of the error beneath.
        code: &'static str,
        /// What is wrong.
        message: String,
        /// What to do about it.
        hint: String,
    },
}

impl CheckError {
    /// An error met while measuring a phantom.
    pub(super) fn phantom(phantom: &'static str, error: &impl Diagnose) -> Self {
        let (code, message, hint) = (error.code(), error.to_string(), error.hint());
        Self::Phantom { phantom, code, message, hint }
    }
}

impl Diagnose for CheckError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoPhantom => "check.no_phantom",
            Self::Table { .. } => "check.table",
            Self::Phantom { code, .. } => code,
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::NoPhantom => {
                "Name the folder of the IBSI data sets, which has ibsi_1_digital_phantom/ and \
                 ibsi_1_ct_radiomics_phantom/, or one that has digital_phantom/ and ct_phantom/."
                    .into()
            }
            Self::Table { .. } => "Take the table as it was published.".into(),
            Self::Phantom { hint, .. } => hint.clone(),
        }
    }
}

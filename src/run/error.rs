//! Why a run cannot begin.

use crate::cohort::{CohortError, FactsError};
use crate::error::Diagnose;
use crate::io::IoError;
use crate::model::ModelError;
use crate::pipeline::PipelineError;
use crate::settings::SettingsError;

/// Why a run cannot begin, or give anything at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum RunError {
    #[error(transparent)]
    Io(#[from] IoError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Facts(#[from] FactsError),
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// A text that does not open.
    #[error("{file} cannot be read: {source}")]
    File { code: &'static str, file: String, source: std::io::Error },
    /// Too many shares of regions.
    #[error("shares below {count} intensities are asked for")]
    Below { count: usize, most: usize },
    /// A clinical input that is told twice.
    #[error("clinical input {key} is given twice, as {} and as {}", values[0], values[1])]
    ToldTwice { key: String, values: [String; 2] },
    /// Shells that the settings do not have.
    #[error("shells are asked for, and the settings list none")]
    NoShells,
    /// Of one of two scans.
    #[error("{scan}: {source}")]
    Scan { scan: &'static str, source: Box<RunError> },
}

impl Diagnose for RunError {
    fn code(&self) -> &'static str {
        match self {
            Self::Io(error) => error.code(),
            Self::Settings(error) => error.code(),
            Self::Pipeline(error) => error.code(),
            Self::Model(error) => error.code(),
            Self::Facts(error) => error.code(),
            Self::Cohort(error) => error.code(),
            Self::File { code, .. } => code,
            Self::Below { .. } => "image.below",
            Self::ToldTwice { .. } => "cohort.clinical_twice",
            Self::NoShells => "extract.no_shells",
            Self::Scan { source, .. } => source.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            Self::Io(error) => error.hint(),
            Self::Settings(error) => error.hint(),
            Self::Pipeline(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::Facts(error) => error.hint(),
            Self::Cohort(error) => error.hint(),
            Self::File { .. } => String::new(),
            Self::Below { most, .. } => format!("Give {most} or fewer."),
            Self::ToldTwice { key, values } => {
                format!("For some lesions only: --clinical 'GTVn*:{key}={}'.", values[1])
            }
            Self::NoShells => {
                "List them from and to in mm: ring.shells_mm = [[0.0, 2.0], [2.0, 4.0]].".into()
            }
            Self::Scan { source, .. } => source.hint(),
        }
    }
}

//! Errors on their way to the user, and the exit status.

use perirad::error::Diagnose;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

/// How a command ended that could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All done: exit status 0.
    Done,
    /// Some lesion failed or a check found faults: exit status 1.
    Faults,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::Faults => ExitCode::from(1),
        }
    }
}

/// An error that ends the command: exit status 2.
#[derive(Debug)]
pub struct Fatal {
    pub code: &'static str,
    pub message: String,
    pub hint: String,
}

impl<E: Diagnose> From<E> for Fatal {
    fn from(error: E) -> Self {
        Self { code: error.code(), message: error.to_string(), hint: error.hint() }
    }
}

impl Fatal {
    /// An error of reading or writing a file the user named.
    pub fn file(code: &'static str, path: &Path, doing: &str, e: &std::io::Error) -> Self {
        let name = last_part(path);
        Self { code, message: format!("{name} cannot be {doing}: {e}"), hint: String::new() }
    }
}

/// What messages call a file: the last part of its path only, for whole paths may name patients.
pub fn last_part(path: &Path) -> Cow<'_, str> {
    path.file_name().map_or_else(|| "?".into(), OsStr::to_string_lossy)
}

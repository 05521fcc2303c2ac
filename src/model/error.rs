//! Why a model cannot be used.

use crate::error::Diagnose;
use crate::settings::SettingsError;

/// Why a model cannot be used or cannot score a case.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not a model file.
    #[error("model file {file} cannot be read: {message}")]
    Unreadable {
        /// Its name.
        file: String,
        /// What the parser found and where.
        message: String,
    },
    /// No such model and no such file.
    #[error("there is no model '{name}'; built in are {known}")]
    Unknown {
        /// As given.
        name: String,
        /// Those built in.
        known: String,
    },
    /// Its settings are not settings.
    #[error("model {model}: {source}")]
    Settings {
        /// Name.
        model: String,
        /// What is wrong with them.
        source: SettingsError,
    },
    /// Statements that cannot hold.
    #[error("model {model} is faulty: {}", faults.join("; "))]
    Faulty {
        /// Name.
        model: String,
        /// Each fault.
        faults: Vec<String>,
    },
    /// Numbers that were never published or not yet transcribed, texts not yet written.
    #[error("model {model} lacks {}", missing.join(", "))]
    NumbersAbsent {
        /// Name.
        model: String,
        /// Keys in the file.
        missing: Vec<String>,
    },
    /// Features made with other settings.
    #[error("model {model} belongs to other settings: {}", differences.join("; "))]
    OtherSettings {
        /// Name.
        model: String,
        /// Each key, the model's value and the one found.
        differences: Vec<String>,
    },
    /// An input that is not there.
    #[error("model {model} needs {what}, which is {why}")]
    MissingInput {
        /// Name.
        model: String,
        /// Which input.
        what: String,
        /// Why it is not there.
        why: String,
        /// What to do.
        hint: String,
    },
    /// A clinical input the model does not know.
    #[error("model {model} has no clinical input '{key}'; it has {known}")]
    UnknownClinical {
        /// Name.
        model: String,
        /// As given.
        key: String,
        /// Those it has.
        known: String,
    },
    /// A site the model has no parameters for.
    #[error("model {model} has no site '{site}'{}", if known.is_empty() { "; it harmonises none".into() } else { format!("; it has {}", known.join(", ")) })]
    UnknownSite {
        /// Name.
        model: String,
        /// As given.
        site: String,
        /// Those it has.
        known: Vec<String>,
    },
    /// A clinical input of an impossible value.
    #[error("clinical input {key}={value}: {wanted} is expected")]
    ClinicalValue {
        /// Which.
        key: String,
        /// As given.
        value: f64,
        /// What may stand there.
        wanted: &'static str,
    },
}

impl Diagnose for ModelError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "model.unreadable",
            Self::Unknown { .. } => "model.unknown",
            Self::Settings { .. } => "model.settings",
            Self::Faulty { .. } => "model.faulty",
            Self::NumbersAbsent { .. } => "model.numbers_absent",
            Self::OtherSettings { .. } => "model.other_settings",
            Self::MissingInput { .. } => "model.missing_input",
            Self::UnknownClinical { .. } => "model.unknown_clinical",
            Self::UnknownSite { .. } => "model.unknown_site",
            Self::ClinicalValue { .. } => "model.clinical_value",
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::NumbersAbsent { model, .. } => format!(
                "`perirad model show {model}` says where they are published: write them into a \
                 copy of the file and pass that with --model. To see a score without them, use \
                 --model demo-synthetic."
            ),
            Self::OtherSettings { model, .. } => {
                format!("Leave out --settings: {model} brings its own.")
            }
            Self::MissingInput { hint, .. } => hint.clone(),
            Self::UnknownSite { .. } => {
                "Leave out --site to score inputs as they are; the score then says so.".into()
            }
            Self::ClinicalValue { key, .. } if key == "kvp" => "Give it in kV, such as 120.".into(),
            Self::ClinicalValue { key, .. } => format!(
                "Write {key} as 1 for yes and 0 for no; a model with another range in training takes \
                 other numbers."
            ),
            Self::Faulty { .. } => "`perirad model check` on the file lists every fault.".into(),
            _ => String::new(),
        }
    }
}

//! The model file.

use crate::digest::Digest;
use crate::error::Diagnose;
use crate::image::Region;
use crate::matrix::Aggregation;
use crate::settings::{KEYS, Settings, SettingsError, resolve};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use toml::{Table, Value};

/// A model as its file states it. Numbers that nobody published are absent, never guessed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Short name, as the file's.
    pub name: String,
    /// Version of the file.
    pub version: String,
    /// One line: what it predicts.
    pub title: String,
    /// How far it is to be trusted, e.g. `demonstration, no clinical meaning`.
    pub status: String,
    /// Where it is published.
    pub citation: String,
    /// Whom it was fitted on.
    pub population: String,
    /// What it is for.
    pub intended_use: String,
    /// Its form.
    pub kind: Kind,
    /// Constant term.
    pub intercept: Option<f64>,
    /// What is summed.
    pub terms: Vec<Term>,
    /// A published threshold.
    pub cutoff: Option<Cutoff>,
    /// Settings and encodings nobody published: key and why this value was taken.
    #[serde(default)]
    pub assumed: BTreeMap<String, String>,
    /// The extraction it belongs to, in full.
    pub settings: Table,
    /// Digest of the file's text, 16 hexadecimal digits.
    #[serde(skip)]
    pub digest: String,
}

/// The form of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// intercept + sum of coefficient * (input - centre) / scale.
    Linear,
}

/// One term: `coefficient * (input - centre) / scale`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Name in tables.
    pub name: String,
    /// What goes in.
    pub predictor: Predictor,
    /// Weight.
    pub coefficient: Option<f64>,
    /// Subtracted before weighting; the training mean, or 0.
    pub centre: Option<f64>,
    /// Divided by before weighting; the training standard deviation, or 1.
    pub scale: Option<f64>,
    /// Smallest and largest value in training; outside it a warning is given.
    pub range: Option<[f64; 2]>,
    /// What the number means, where that is not plain.
    pub encoding: Option<String>,
}

/// What a coefficient multiplies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Predictor {
    /// A feature of a region.
    Feature(FeatureInput),
    /// A fact of the scan.
    Acquisition(AcquisitionInput),
    /// A fact the user gives: 0 or 1.
    Clinical(ClinicalInput),
}

/// A feature of a region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureInput {
    /// Region.
    pub region: Region,
    /// Registry key.
    pub feature: String,
    /// Aggregation.
    pub aggregation: Aggregation,
}

/// A fact of the scan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcquisitionInput {
    /// Which; `kvp` is the only number there is.
    pub acquisition: AcquisitionKey,
}

/// The facts of the scan that models may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcquisitionKey {
    /// Peak tube voltage, kV.
    Kvp,
}

/// A fact the user gives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClinicalInput {
    /// Its key on the command line; the value is 0 or 1.
    pub clinical: String,
}

impl fmt::Display for Predictor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feature(input) => {
                write!(
                    f,
                    "{} {} ({})",
                    input.region.name(),
                    input.feature,
                    input.aggregation.name()
                )
            }
            Self::Acquisition(_) => write!(f, "kvp"),
            Self::Clinical(input) => write!(f, "{}", input.clinical),
        }
    }
}

/// A threshold and who set it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cutoff {
    /// The score it divides.
    pub value: f64,
    /// Where it was published.
    pub source: String,
}

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
    /// Numbers that were never published or not yet transcribed.
    #[error("model {model} has no numbers for {}", missing.join(", "))]
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
            Self::Faulty { .. } => "`perirad model check` on the file lists every fault.".into(),
            _ => String::new(),
        }
    }
}

impl Model {
    /// A model from the text of its file; `file` is its name in errors.
    ///
    /// Absent numbers are not an error here: [`Model::faults`] lists them and scoring refuses.
    ///
    /// # Errors
    /// [`ModelError::Unreadable`] where it is not TOML or has unknown or missing keys.
    pub fn parse(file: &str, text: &str) -> Result<Self, ModelError> {
        let unreadable = |e: toml::de::Error| ModelError::Unreadable {
            file: file.into(),
            message: e.to_string().trim().into(),
        };
        let mut model: Self = toml::from_str(text).map_err(unreadable)?;
        model.digest = Digest::of(text);
        Ok(model)
    }

    /// The settings it belongs to, checked.
    ///
    /// # Errors
    /// [`ModelError::Settings`].
    pub fn extraction(&self) -> Result<Settings, ModelError> {
        resolve(self.settings.clone())
            .map_err(|source| ModelError::Settings { model: self.name.clone(), source })
    }
}

/// Each key in which two settings differ: `key: wanted a, found b`.
pub fn differences(wanted: &Settings, found: &Settings) -> Vec<String> {
    let table = |settings| Table::try_from(settings).unwrap_or_default();
    let (wanted, found) = (table(wanted), table(found));
    let value = |table: &Table, key: &str| -> Option<Value> {
        let (section, name) = key.split_once('.')?;
        table.get(section)?.get(name).cloned()
    };
    let told = |v: Option<Value>| v.map_or_else(|| "nothing".to_string(), |v| v.to_string());
    KEYS.iter()
        .filter_map(|(key, _)| {
            let (wanted, found) = (value(&wanted, key), value(&found, key));
            (wanted != found)
                .then(|| format!("{key}: model {}, found {}", told(wanted), told(found)))
        })
        .collect()
}

//! The model file.

use super::{Applies, Combat, Kind, ModelError, Reference};
use crate::digest::Digest;
use crate::image::Region;
use crate::settings::{KEYS, Settings, resolve};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use toml::{Table, Value};

/// A model as its file states it. Numbers that nobody published are absent, never guessed.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
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
    /// Constant term; none in a Cox model.
    pub intercept: Option<f64>,
    /// What is summed.
    pub terms: Vec<Term>,
    /// A published threshold.
    pub cutoff: Option<Cutoff>,
    /// Scores of others, to compare with.
    pub reference: Option<Reference>,
    /// Effects of sites on the inputs.
    pub combat: Option<Combat>,
    /// The scans and lesions it was fitted on.
    pub applies: Option<Applies>,
    /// Settings and encodings nobody published: key and why this value was taken.
    #[serde(default)]
    pub assumed: BTreeMap<String, String>,
    /// Digest of the settings, where the file's writer stated it: nothing was changed since.
    pub settings_digest: Option<String>,
    /// The extraction it belongs to, in full.
    #[schemars(with = "Settings")]
    pub settings: Table,
    /// Digest of the file's text, 16 hexadecimal digits.
    #[serde(skip)]
    pub digest: String,
}

/// One term: `coefficient * (input - centre) / scale`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureInput {
    /// Region.
    pub region: Region,
    /// Registry key.
    pub feature: String,
    /// Name of the aggregation.
    pub aggregation: String,
}

/// A fact of the scan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcquisitionInput {
    /// Which; `kvp` is the only number there is.
    pub acquisition: AcquisitionKey,
}

/// The facts of the scan that models may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcquisitionKey {
    /// Peak tube voltage, kV.
    Kvp,
}

/// A fact the user gives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClinicalInput {
    /// Its key on the command line; the value is 0 or 1.
    pub clinical: String,
}

impl fmt::Display for Predictor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feature(input) => {
                write!(f, "{} {} ({})", input.region.name(), input.feature, input.aggregation)
            }
            Self::Acquisition(_) => write!(f, "kvp"),
            Self::Clinical(input) => write!(f, "{}", input.clinical),
        }
    }
}

/// A threshold and who set it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cutoff {
    /// The score it divides.
    pub value: f64,
    /// Where it was published.
    pub source: String,
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

    /// The regions that are measured for it: tumour and ring, and whatever else its terms name.
    pub fn regions(&self) -> Vec<Region> {
        let mut regions = vec![Region::Tumour, Region::Ring];
        for term in &self.terms {
            if let Predictor::Feature(input) = &term.predictor
                && !regions.contains(&input.region)
            {
                regions.push(input.region);
            }
        }
        regions
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

//! Clinical inputs by the names of lesions: patterns, as a query of ROIs takes them.

use super::{ClinicalValue, ORGAN};
use crate::cohort::CohortError;
use crate::io::IoError;
use crate::io::select::Pattern;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Inputs of all lesions whose name fits.
#[derive(Debug)]
pub struct Entry {
    /// The pattern as it was written.
    pub of: String,
    /// The same, compiled.
    pub pattern: Pattern,
    /// Value by key.
    pub values: BTreeMap<String, ClinicalValue>,
}

impl Entry {
    /// An entry for a name, a glob, or a regular expression between slashes.
    ///
    /// # Errors
    /// [`IoError::RoiPattern`].
    pub fn new(
        of: &str,
        ignore_case: bool,
        values: BTreeMap<String, ClinicalValue>,
    ) -> Result<Self, IoError> {
        Ok(Self { of: of.into(), pattern: Pattern::new(of, ignore_case)?, values })
    }
}

/// A mapping from names of lesions to clinical inputs.
#[derive(Debug)]
pub struct ClinicalMap {
    /// The name of its file.
    pub file: String,
    /// Its entries in their order, which says nothing.
    pub entries: Vec<Entry>,
}

impl ClinicalMap {
    /// A map from the text of its file: `[[map]]` tables with `roi`, a pattern, and inputs among
    /// `keys` or `organ`.
    ///
    /// # Errors
    /// [`CohortError::Map`].
    pub fn parse(
        file: &str,
        text: &str,
        keys: &[&str],
        ignore_case: bool,
    ) -> Result<Self, CohortError> {
        let fault = |what: String| CohortError::Map { file: file.into(), what };
        let table: Table =
            toml::from_str(text).map_err(|error| fault(error.to_string().trim().into()))?;
        if let Some(key) = table.keys().find(|key| *key != "map") {
            return Err(fault(format!("'{key}' stands where only [[map]] may")));
        }
        let Some(Value::Array(items)) = table.get("map") else {
            return Err(fault("there is no [[map]]".into()));
        };
        let mut entries = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let place = |what: String| fault(format!("[[map]] number {}: {what}", at + 1));
            let Some(Value::String(of)) = item.get("roi") else {
                return Err(place("there is no roi = \"…\"".into()));
            };
            let mut values = BTreeMap::new();
            for (key, value) in item.as_table().into_iter().flatten() {
                let value = match value {
                    _ if key == "roi" => continue,
                    _ if key != ORGAN && !keys.contains(&key.as_str()) => {
                        let known = keys.join(", ");
                        return Err(place(format!(
                            "'{key}' is no input of the model; there are {known}, and {ORGAN}"
                        )));
                    }
                    Value::Integer(number) => ClinicalValue::Number(*number as f64),
                    Value::Float(number) if number.is_finite() => ClinicalValue::Number(*number),
                    Value::String(text) if key == ORGAN => ClinicalValue::Text(text.clone()),
                    other => return Err(place(format!("{key} = {other} is no number"))),
                };
                values.insert(key.clone(), value);
            }
            let entry = Entry::new(of, ignore_case, values);
            entries.push(entry.map_err(|error| place(error.to_string()))?);
        }
        Ok(Self { file: file.into(), entries })
    }

    /// All that it says, of whichever lesion: file and pattern, key and value.
    pub fn values(&self) -> impl Iterator<Item = (String, &String, &ClinicalValue)> {
        self.entries.iter().flat_map(|entry| {
            let place = format!("{}, roi = \"{}\"", self.file, entry.of);
            entry.values.iter().map(move |(key, value)| (place.clone(), key, value))
        })
    }
}

/// What entries say of a lesion: those with its very name before those with a pattern.
///
/// # Errors
/// [`CohortError::Ambiguous`] where two of equal rank differ.
pub(super) fn fitting<'e>(
    entries: &'e [Entry],
    roi: &str,
    key: &str,
    origin: &str,
) -> Result<Option<&'e ClinicalValue>, CohortError> {
    for exactly in [true, false] {
        let fits = |entry: &&Entry| {
            if exactly { entry.pattern.is(roi) } else { entry.pattern.matches(roi) }
        };
        let mut found = entries
            .iter()
            .filter(fits)
            .filter_map(|entry| Some((&entry.of, entry.values.get(key)?)));
        let Some((first_of, value)) = found.next() else { continue };
        if let Some((second_of, other)) = found.find(|(_, other)| *other != value) {
            let told = |of: &str, value: &ClinicalValue| format!("{key}={value} for '{of}'");
            return Err(CohortError::Ambiguous {
                roi: roi.into(),
                first: told(first_of, value),
                second: told(second_of, other),
                origin: origin.into(),
            });
        }
        return Ok(Some(value));
    }
    Ok(None)
}

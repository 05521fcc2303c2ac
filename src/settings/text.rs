//! Settings as text: TOML, YAML or JSON, perirad's own or a pyradiomics parameter file.

use super::pyradiomics::is_parameters;
use super::read::resolve_without;
use super::ring::ENDS;
use super::{Parameters, Settings, SettingsError, json, parse};
use crate::error::Warning;
use serde_json::{Map, Value};

/// The form of a settings file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// TOML.
    Toml,
    /// JSON.
    Json,
    /// YAML (feature `yaml`).
    Yaml,
}

impl Syntax {
    /// By the end of a file's name, in any case; TOML where it is none of the others.
    pub fn of(file: &str) -> Self {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
        match ending.to_ascii_lowercase().as_str() {
            "json" => Self::Json,
            "yaml" | "yml" => Self::Yaml,
            _ => Self::Toml,
        }
    }
}

/// What a settings file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingsFile {
    /// perirad's own tree.
    Own(Box<Settings>),
    /// A pyradiomics parameter file.
    Pyradiomics(Box<Parameters>),
}

impl SettingsFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`SettingsError`]: text that is not of that form, and all that [`parse`] and
    /// [`Parameters::new`] refuse.
    pub fn read(text: &str, syntax: Syntax) -> Result<Self, SettingsError> {
        let file: Map<String, Value> = match syntax {
            Syntax::Toml => return Ok(Self::Own(Box::new(parse(text)?))),
            Syntax::Json => json::object(text).map_err(|e| unreadable(&e))?,
            #[cfg(feature = "yaml")]
            Syntax::Yaml => serde_saphyr::from_str(text).map_err(|e| unreadable(&e))?,
            #[cfg(not(feature = "yaml"))]
            Syntax::Yaml => return Err(unreadable(&"this perirad was built without YAML")),
        };
        if is_parameters(&file) {
            return Ok(Self::Pyradiomics(Box::new(Parameters::new(&file)?)));
        }
        let mut value = Value::Object(file);
        let unset = without_null(&mut value);
        let table = toml::Table::try_from(value).map_err(|e| unreadable(&e))?;
        Ok(Self::Own(Box::new(resolve_without(table, &unset)?)))
    }

    /// The settings, and what of a pyradiomics parameter file is not honoured.
    pub fn taken(self) -> (Settings, Vec<Warning>) {
        match self {
            Self::Own(settings) => (*settings, Vec::new()),
            Self::Pyradiomics(parameters) => (parameters.settings, parameters.warnings),
        }
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> SettingsError {
    SettingsError::Unreadable { message: error.to_string().trim().into() }
}

/// Takes null values away, for a key without a value is an absent key; and names section and key of
/// each, for the base may have a value there.
fn without_null(value: &mut Value) -> Vec<[String; 2]> {
    let mut unset = Vec::new();
    let Value::Object(sections) = value else { return unset };
    sections.retain(|_, section| !section.is_null());
    for (section, entries) in sections {
        let Value::Object(entries) = entries else { continue };
        let null = entries.iter().filter(|(_, entry)| entry.is_null());
        unset.extend(null.map(|(key, _)| [section.clone(), key.clone()]));
        entries.retain(|_, entry| !entry.is_null());
        entries.values_mut().for_each(without_null_within);
    }
    unset
}

/// The same within a key's value, such as an end that a range of `ring.exclude` does not have. Null
/// elsewhere becomes a value of the wrong type, so that it is refused by what the key is.
fn without_null_within(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            let absent = |key: &str, entry: &Value| entry.is_null() && ENDS.contains(&key);
            entries.retain(|key, entry| !absent(key, entry));
            entries.values_mut().for_each(without_null_within);
        }
        Value::Array(values) => values.iter_mut().for_each(without_null_within),
        Value::Null => *value = false.into(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_away_what_the_base_has() {
        let read = |text: &str| SettingsFile::read(text, Syntax::Json);
        let Ok(SettingsFile::Own(settings)) =
            read(r#"{"base": "ibsi-c", "resegment": {"lowest": null}}"#)
        else {
            panic!("it is perirad's own")
        };
        let mut expected = super::super::preset("ibsi-c").unwrap();
        assert!(expected.resegment.lowest.is_some());
        expected.resegment.lowest = None;
        assert_eq!(*settings, expected);
        let unknown = read(r#"{"base": "cd8", "resegment": {"lowst": null}}"#).unwrap_err();
        assert!(unknown.to_string().contains("resegment.lowst"), "{unknown}");
        // What must have a value is missed.
        assert!(read(r#"{"base": "cd8", "ring": {"outer_mm": null}}"#).is_err());
        for (text, told) in [
            (r#"{"name": "air", "highest": 0, "lowst": null}"#, "unknown field `lowst`"),
            (r#"{"name": null, "highest": 0}"#, "expected a string"),
            ("null", "expected struct Exclusion"),
        ] {
            let text = format!(r#"{{"base": "cd8", "ring": {{"exclude": [{text}]}}}}"#);
            let error = read(&text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn settings_whose_ranges_are_open_at_an_end_survive_their_own_json() {
        let text = include_str!("../../docs/ring.toml");
        let settings = super::super::parse(text).unwrap();
        assert!(settings.ring.exclude.iter().all(|e| e.lowest.is_none() || e.highest.is_none()));
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(
            SettingsFile::read(&json, Syntax::Json),
            Ok(SettingsFile::Own(Box::new(settings)))
        );
    }
}

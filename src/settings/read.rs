//! Reading and printing settings.

use super::{KEYS, PERTURBATIONS, PRESETS, Settings, preset};
use crate::error::{Diagnose, nearest};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Not TOML, or a value of the wrong type.
    #[error("settings cannot be read: {message}")]
    Unreadable {
        /// What the parser found and where.
        message: String,
    },
    /// Keys that do not exist.
    #[error("unknown settings key{}: {}", if keys.len() == 1 { "" } else { "s" }, told(keys))]
    UnknownKey {
        /// Each unknown key with the nearest known one.
        keys: Vec<(String, Option<String>)>,
    },
    /// A preset that does not exist.
    #[error("there is no preset '{name}'; presets are {}", PRESETS.iter().map(|p| p.0).collect::<Vec<_>>().join(", "))]
    UnknownPreset {
        /// As given.
        name: String,
        /// The nearest that exists.
        nearest: Option<&'static str>,
    },
    /// A perturbation that does not exist.
    #[error("there is no perturbation '{name}'; there are {}", PERTURBATIONS.iter().map(|p| p.0).collect::<Vec<_>>().join(", "))]
    UnknownPerturbation {
        /// As given.
        name: String,
        /// The nearest that exists.
        nearest: Option<&'static str>,
    },
    /// A parameter file of another program that asks for what perirad does not do.
    #[error("{} cannot be honoured: {reason}", keys.join(", "))]
    Unsupported {
        /// Each key with its value.
        keys: Vec<String>,
        /// What there is instead.
        reason: String,
    },
    /// Values out of their ranges.
    #[error("settings out of range: {}", faults.join("; "))]
    OutOfRange {
        /// Each key and what is wrong.
        faults: Vec<String>,
    },
}

fn told(keys: &[(String, Option<String>)]) -> String {
    let one = |(key, like): &(String, Option<String>)| match like {
        Some(like) => format!("'{key}' (did you mean '{like}'?)"),
        None => format!("'{key}'"),
    };
    keys.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl Diagnose for SettingsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "settings.unreadable",
            Self::UnknownKey { .. } => "settings.unknown_key",
            Self::UnknownPreset { .. } => "settings.unknown_preset",
            Self::UnknownPerturbation { .. } => "settings.unknown_perturbation",
            Self::OutOfRange { .. } => "settings.out_of_range",
            Self::Unsupported { .. } => "settings.unsupported",
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => {
                "A settings file states every key, or names a preset with base = \"cd8\" and \
                 states what differs; `perirad settings cd8` prints a whole one. That of a \
                 perturbation is printed by `perirad perturb default`."
                    .into()
            }
            Self::UnknownKey { .. } => "`perirad settings` lists every key.".into(),
            Self::Unsupported { .. } => {
                "Without it the numbers would be others than pyradiomics': change the file.".into()
            }
            Self::UnknownPreset { nearest: Some(like), .. }
            | Self::UnknownPerturbation { nearest: Some(like), .. } => {
                format!("Did you mean '{like}'?")
            }
            Self::UnknownPreset { .. }
            | Self::UnknownPerturbation { .. }
            | Self::OutOfRange { .. } => String::new(),
        }
    }
}

impl SettingsError {
    /// There is no preset of that name.
    pub fn unknown_preset(name: &str) -> Self {
        let nearest = nearest(name, PRESETS.iter().map(|p| p.0));
        Self::UnknownPreset { name: name.into(), nearest }
    }
}

/// Settings from the text of a TOML file.
///
/// # Errors
/// [`SettingsError`]: not TOML, unknown keys, missing keys, values out of range.
pub fn parse(text: &str) -> Result<Settings, SettingsError> {
    let unreadable =
        |e: toml::de::Error| SettingsError::Unreadable { message: e.to_string().trim().into() };
    resolve(text.parse().map_err(unreadable)?)
}

/// Settings from a TOML table, such as the `settings` of a model file.
///
/// # Errors
/// As [`parse`].
pub fn resolve(table: Table) -> Result<Settings, SettingsError> {
    resolve_without(table, &[])
}

/// The same, of which some `[section, key]` have no value, whatever the base has there.
pub(super) fn resolve_without(
    mut table: Table,
    unset: &[[String; 2]],
) -> Result<Settings, SettingsError> {
    let base = table.remove("base");
    let mut named = table.clone();
    for [section, key] in unset {
        let entries = named.entry(section.clone()).or_insert_with(|| Table::new().into());
        if let Value::Table(entries) = entries {
            entries.insert(key.clone(), false.into());
        }
    }
    unknown_keys(&named, KEYS)?;
    let mut table = match base {
        None => table,
        Some(name) => {
            let name = base_name(&name)?;
            let base = preset(name).ok_or_else(|| SettingsError::unknown_preset(name))?;
            overlay(Table::try_from(base).unwrap_or_default(), table)
        }
    };
    for [section, key] in unset {
        if let Some(Value::Table(entries)) = table.get_mut(section) {
            entries.remove(key);
        }
    }
    let settings: Settings = typed(table)?;
    in_range(settings.faults())?;
    Ok(settings)
}

/// The value of a key `base`, which is a name.
pub(super) fn base_name(value: &Value) -> Result<&str, SettingsError> {
    value.as_str().ok_or_else(|| {
        let message = format!("base = {value} is not the name of a preset");
        SettingsError::Unreadable { message }
    })
}

/// A whole table as the tree that it is.
pub(super) fn typed<T: DeserializeOwned>(table: Table) -> Result<T, SettingsError> {
    let wrong = |e: toml::de::Error| SettingsError::Unreadable { message: e.message().into() };
    table.try_into().map_err(wrong)
}

/// An error of all faults, where there is one.
pub(super) fn in_range(faults: Vec<(&'static str, String)>) -> Result<(), SettingsError> {
    let faults: Vec<String> =
        faults.into_iter().map(|(key, fault)| format!("{key}: {fault}")).collect();
    if faults.is_empty() { Ok(()) } else { Err(SettingsError::OutOfRange { faults }) }
}

/// Names every key that is not in the list.
pub(super) fn unknown_keys(table: &Table, known: &[(&str, &str)]) -> Result<(), SettingsError> {
    let sections = || known.iter().filter_map(|(key, _)| key.split_once('.')).map(|(s, _)| s);
    let mut keys = Vec::new();
    for (section, value) in table {
        if !sections().any(|s| s == section) {
            keys.push((section.clone(), nearest(section, sections()).map(String::from)));
        } else if let Value::Table(entries) = value {
            for key in entries.keys() {
                let full = format!("{section}.{key}");
                if !known.iter().any(|(known, _)| *known == full) {
                    let like = nearest(&full, known.iter().map(|k| k.0)).map(String::from);
                    keys.push((full, like));
                }
            }
        }
    }
    if keys.is_empty() { Ok(()) } else { Err(SettingsError::UnknownKey { keys }) }
}

/// `over` laid over `base`, key by key.
pub(super) fn overlay(mut base: Table, over: Table) -> Table {
    for (section, value) in over {
        match (base.get_mut(&section), value) {
            (Some(Value::Table(below)), Value::Table(above)) => {
                // Another method has other parameters: nothing of the old one may linger.
                if above.get("method").is_some_and(|m| Some(m) != below.get("method")) {
                    below.clear();
                }
                below.extend(above);
            }
            (_, value) => {
                base.insert(section, value);
            }
        }
    }
    base
}

impl Settings {
    /// The whole file, each key with its meaning.
    pub fn to_toml(&self) -> String {
        let table = Table::try_from(self).unwrap_or_default();
        format!("# perirad settings, digest {}\n", self.digest()) + &commented(&table, KEYS)
    }
}

/// A table as a file, each key with its meaning; those without a value as comments.
pub(super) fn commented(table: &Table, keys: &[(&str, &str)]) -> String {
    let (mut text, mut section) = (String::new(), "");
    for (key, meaning) in keys {
        let Some((head, name)) = key.split_once('.') else { continue };
        if head != section {
            text += &format!("\n[{head}]\n");
            section = head;
        }
        if let Some(value) = table.get(head).and_then(|t| t.get(name)) {
            text += &format!("# {meaning}\n{name} = {value}\n");
        } else {
            text += &format!("# {name}: {meaning}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::FeatureKey;
    use crate::preprocess::Normalisation;

    #[test]
    fn every_preset_survives_being_printed_and_read() {
        for (name, _) in PRESETS {
            let settings = preset(name).unwrap();
            assert_eq!(parse(&settings.to_toml()).unwrap(), settings, "{name}");
        }
    }

    #[test]
    fn the_list_of_keys_is_the_tree() {
        let mut found: Vec<String> = Vec::new();
        let mut whole = preset("cd8").unwrap();
        whole.normalise = Normalisation { scale: Some(1.0), outlier_sigma: Some(3.0) };
        whole.features.leave_out = FeatureKey::of("glcm.contrast").into_iter().collect();
        let presets = PRESETS.iter().map(|(name, _)| preset(name).unwrap());
        for settings in presets.chain([whole]) {
            for (section, value) in Table::try_from(settings).unwrap() {
                found.extend(value.as_table().unwrap().keys().map(|k| format!("{section}.{k}")));
            }
        }
        for (key, _) in KEYS {
            assert!(found.iter().any(|f| f == key), "{key} is in no settings");
        }
        assert!(found.iter().all(|f| KEYS.iter().any(|(key, _)| key == f)));
    }

    #[test]
    fn a_base_is_overlaid_and_typos_are_named() {
        let settings = parse("base = \"cd8\"\n[ring]\nouter_mm = 4.0").unwrap();
        assert_eq!((settings.ring.inner_mm, settings.ring.outer_mm), (2.0, 4.0));
        let settings =
            parse("base = \"cd8\"\n[discretise]\nmethod = \"fixed_bin_number\"\ncount = 8");
        assert!(settings.is_ok(), "{settings:?}");
        let error = parse("base = \"cd8\"\n[ring]\nouter = 4.0").unwrap_err();
        assert!(error.to_string().contains("did you mean 'ring.outer_mm'"), "{error}");
        let error = parse("base = \"cd9\"").unwrap_err();
        assert_eq!(
            (error.code(), error.hint().as_str()),
            ("settings.unknown_preset", "Did you mean 'cd8'?")
        );
        assert_eq!(parse("[ring]\nouter_mm = 4.0").unwrap_err().code(), "settings.unreadable");
        assert_eq!(parse("ring = 1").unwrap_err().code(), "settings.unreadable");
        let error = parse("base = \"cd8\"\n[ring]\nouter_mm = -4.0").unwrap_err();
        assert_eq!(error.code(), "settings.out_of_range");
    }
}

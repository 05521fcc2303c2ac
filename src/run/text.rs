//! Settings, models and perturbations by their names or files.

use super::RunError;
use crate::model::{MODELS, Model, ModelError, builtin, differences};
use crate::preprocess::perturb::Perturbation;
use crate::settings::{
    Settings, SettingsError, SettingsFile, Syntax, parse_perturbation, perturbation, preset,
};
use std::fs::File;
use std::io::{Error, Read};
use std::path::Path;

/// Largest file of settings, models or clinical inputs, bytes.
const LARGEST: u64 = 64 << 20;

/// A text and what messages call it.
#[derive(Debug, Clone)]
pub struct Text {
    /// Name of its file.
    pub file: String,
    /// What it says.
    pub text: String,
}

impl Text {
    /// The text of a file, of no more than 64 MiB. A failure has this `code`.
    ///
    /// # Errors
    /// [`RunError::File`].
    pub fn read(code: &'static str, path: &Path) -> Result<Self, RunError> {
        // The last part only: whole paths may name patients.
        let file = path.file_name().map_or_else(|| "?".into(), |n| n.to_string_lossy().into());
        match text(path) {
            Ok(text) => Ok(Self { file, text }),
            Err(source) => Err(RunError::File { code, file, source }),
        }
    }
}

fn text(path: &Path) -> Result<String, Error> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(Error::other("it is larger than 64 MiB"));
    }
    Ok(text)
}

/// Is it a name and no path, as far as one can tell?
fn is_name(name: &str, path: &Path) -> bool {
    path.extension().is_none() && !path.exists() && !name.contains(['/', '\\'])
}

/// What a preset's name or a settings file holds.
///
/// # Errors
/// [`RunError::File`], and what is wrong in the file.
pub fn settings_of(name: &str) -> Result<SettingsFile, RunError> {
    if let Some(settings) = preset(name) {
        return Ok(SettingsFile::Own(Box::new(settings)));
    }
    let path = Path::new(name);
    if is_name(name, path) {
        return Err(SettingsError::unknown_preset(name).into());
    }
    let Text { text, .. } = Text::read("settings.file", path)?;
    Ok(SettingsFile::read(&text, Syntax::of(name))?)
}

/// A perturbation: its name or a file.
///
/// # Errors
/// [`RunError::File`], and what is wrong in the file.
pub fn perturbation_of(name: &str) -> Result<Perturbation, RunError> {
    if let Some(found) = perturbation(name) {
        return Ok(found);
    }
    let path = Path::new(name);
    if is_name(name, path) {
        return Err(SettingsError::unknown_perturbation(name).into());
    }
    let Text { text, .. } = Text::read("settings.file", path)?;
    Ok(parse_perturbation(&text)?)
}

/// The text of a model: built in, or a file.
///
/// # Errors
/// [`RunError::File`]; for a name that no model has, which there are.
pub fn model_text(name: &str) -> Result<Text, RunError> {
    if let Some((file, text)) = MODELS.iter().find(|(known, _)| *known == name) {
        return Ok(Text { file: (*file).into(), text: (*text).into() });
    }
    let path = Path::new(name);
    if is_name(name, path) {
        // Says which there are.
        builtin(name)?;
    }
    Text::read("model.file", path)
}

/// The settings of a model that can score, refused where others are expected.
///
/// # Errors
/// A model with faults; [`ModelError::OtherSettings`].
pub fn extraction(model: &Model, expected: Option<&Settings>) -> Result<Settings, RunError> {
    let own = model.extraction()?;
    if let Some(expected) = expected {
        let differences = differences(&own, expected);
        if !differences.is_empty() {
            let model = model.name.clone();
            return Err(ModelError::OtherSettings { model, differences }.into());
        }
    }
    Ok(own)
}

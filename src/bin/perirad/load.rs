//! What the user named, read: settings, models, images and masks.

use crate::args::{Choice, Inputs};
use crate::fail::Fatal;
use perirad::engine::Engine;
use perirad::feature::Unit;
use perirad::image::Intensity;
use perirad::io::source::{ImageChoice, Lesion, LesionChoice, LoadedImage, MaskSource};
use perirad::io::{open_image, open_mask};
use perirad::model::{MODELS, Model, builtin};
use perirad::pipeline::Subject;
use perirad::report::{Failure, ImageFacts};
use perirad::settings::{Settings, SettingsError, parse, preset};
use std::fs;
use std::path::Path;

/// Settings: a preset's name or a file.
pub fn settings(name: &str) -> Result<Settings, Fatal> {
    if let Some(settings) = preset(name) {
        return Ok(settings);
    }
    let path = Path::new(name);
    if path.extension().is_none() && !path.exists() {
        return Err(SettingsError::unknown_preset(name).into());
    }
    let text =
        fs::read_to_string(path).map_err(|e| Fatal::file("settings.file", path, "read", &e))?;
    Ok(parse(&text)?)
}

/// The name and the text of a model: built in, or a file.
pub fn model_text(name: &str) -> Result<(String, String), Fatal> {
    if let Some((name, text)) = MODELS.iter().find(|(known, _)| *known == name) {
        return Ok(((*name).into(), (*text).into()));
    }
    let path = Path::new(name);
    if path.extension().is_none() && !path.exists() {
        // Says which there are.
        builtin(name)?;
    }
    let text = fs::read_to_string(path).map_err(|e| Fatal::file("model.file", path, "read", &e))?;
    let shown = path.file_name().map_or_else(|| name.into(), |n| n.to_string_lossy());
    Ok((shown.into_owned(), text))
}

/// A model: built in, or a file.
pub fn model(name: &str) -> Result<Model, Fatal> {
    let (file, text) = model_text(name)?;
    Ok(Model::parse(&file, &text)?)
}

/// An image and the lesions asked for.
pub struct Loaded {
    /// Case identifier for the output.
    pub case: String,
    /// The image.
    pub image: LoadedImage,
    /// Its lesions, or why one could not be put on it.
    pub lesions: Vec<(String, Result<Lesion, Failure>)>,
}

/// Reads image and mask and chooses the lesions.
///
/// # Errors
/// What keeps every lesion from being measured. A choice that means no lesion, or several, is a
/// mistake in the call and ends it; a lesion whose contours cannot be used becomes a row.
pub fn inputs(inputs: &Inputs, engine: &Engine) -> Result<Loaded, Fatal> {
    let (image, mask) = image_and_mask(&inputs.image, &inputs.mask, &inputs.choice, engine)?;
    let case = inputs.case.clone().unwrap_or_else(|| image.case_code());
    let choices = choices(&inputs.choice);
    let mut lesions = Vec::new();
    for choice in &choices {
        match mask.lesion(*choice, &image) {
            Ok(lesion) => lesions.push((lesion.name.clone(), Ok(lesion))),
            Err(error) if !error.concerns_one_lesion() => return Err(error.into()),
            Err(error) => {
                let asked = choice.roi.map(String::from);
                let asked = asked.or(choice.label.map(|label| format!("label {label}")));
                lesions.push((asked.unwrap_or_default(), Err(Failure::of(&error))));
            }
        }
    }
    Ok(Loaded { case, image, lesions })
}

/// Reads an image and the mask that belongs to it; the mask decides which series is meant.
pub fn image_and_mask(
    image: &Path,
    mask: &Path,
    choice: &Choice,
    engine: &Engine,
) -> Result<(LoadedImage, MaskSource), Fatal> {
    let mask = open_mask(mask, engine)?;
    let image = open_image(image, &image_choice(choice, mask.referenced_series()), engine)?;
    Ok((image, mask))
}

/// Which image is meant.
pub fn image_choice<'a>(choice: &'a Choice, referenced: Option<&'a str>) -> ImageChoice<'a> {
    ImageChoice {
        series: choice.series.as_deref(),
        referenced,
        nifti_intensity: Intensity::Hounsfield,
    }
}

/// Which lesions are meant; one unnamed choice where the user named none.
pub fn choices(choice: &Choice) -> Vec<LesionChoice<'_>> {
    let rois = choice.roi.iter().map(|roi| LesionChoice { roi: Some(roi), label: None });
    let labels = choice.label.iter().map(|&label| LesionChoice { roi: None, label: Some(label) });
    let mut choices: Vec<_> = rois.chain(labels).collect();
    if choices.is_empty() {
        choices.push(LesionChoice::default());
    }
    choices
}

impl Loaded {
    /// What the pipeline is to measure.
    pub fn subject<'a>(&'a self, lesion: &'a Lesion) -> Subject<'a> {
        Subject {
            case: &self.case,
            roi: &lesion.name,
            image: &self.image.volume,
            mask: &lesion.mask,
            acquisition: &self.image.acquisition,
        }
    }

    /// Facts of the image for the output.
    pub fn facts(&self) -> ImageFacts {
        let volume = &self.image.volume;
        let unit = Unit::Intensity.symbol(volume.intensity);
        let acquisition = self.image.acquisition.clone();
        ImageFacts::new(&volume.grid, unit, acquisition, self.image.warnings.clone())
    }
}

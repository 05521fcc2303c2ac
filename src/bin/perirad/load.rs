//! What the user named, read: settings, models, images and masks.

use crate::args::{Case, Choice, Inputs, SplitInto};
use crate::fail::Fatal;
use perirad::contour::Rules;
use perirad::engine::Engine;
use perirad::feature::Unit;
use perirad::image::Intensity;
use perirad::io::lesions::{MaskOptions, Split};
use perirad::io::select::RoiQuery;
use perirad::io::source::{ImageChoice, Lesion, LoadedImage, MaskSource};
use perirad::io::{IoError, open_image, open_mask};
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
    let options = mask_options(&inputs.choice);
    let mut lesions = Vec::new();
    for query in queries(&inputs.choice) {
        let found = mask.lesions(&query, &options, &image)?;
        let failed = |error: IoError| Failure::of(&error);
        lesions.extend(found.into_iter().map(|(name, lesion)| (name, lesion.map_err(failed))));
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

/// Which lesions are meant: one query for each name or label, one unnamed where there is none.
pub fn queries(choice: &Choice) -> Vec<RoiQuery> {
    let common = RoiQuery {
        kind: choice.roi_type.clone(),
        exclude: choice.roi_exclude.clone(),
        ignore_case: choice.roi_case == Case::Ignore,
        many: choice.roi_many,
        ..RoiQuery::default()
    };
    let names = choice.roi.iter().map(|name| (Some(name.clone()), None));
    let numbers = choice.label.iter().map(|&number| (None, Some(number)));
    let mut queries: Vec<RoiQuery> = names
        .chain(numbers)
        .map(|(name, number)| RoiQuery { name, number, ..common.clone() })
        .collect();
    if queries.is_empty() {
        queries.push(common);
    }
    queries
}

/// How what was drawn becomes masks.
pub fn mask_options(choice: &Choice) -> MaskOptions {
    MaskOptions {
        rules: Rules { holes: choice.holes, fill_gaps: choice.fill_gaps },
        to_image: choice.mask_to_image,
        ignore_frame_of_reference: choice.ignore_frame_of_reference,
        split: choice.split.map(|SplitInto::Components| Split {
            connectivity: choice.connectivity,
            minimum_ml: choice.min_volume,
        }),
    }
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

//! What the user named, read: settings, models, images and masks.

use crate::args::{Case, Choice, Clinical, Inputs, Source, SplitInto, Told};
use crate::bounds::{self, Bounds};
use crate::fail::Fatal;
use crate::output::warn;
use perirad::cohort::{ClinicalMap, ClinicalSources, ClinicalTable, Entry};
use perirad::contour::Rules;
use perirad::engine::Engine;
use perirad::error::Warning;
use perirad::feature::Unit;
use perirad::geometry::IndexBox;
use perirad::image::{Intensity, Mask, Region};
use perirad::io::lesions::{Drawn, MaskOptions, Split};
use perirad::io::segmentation::Union;
use perirad::io::select::{RoiMany, RoiQuery};
use perirad::io::source::{
    ImageChoice, ImageOptions, Lesion, LoadedImage, MaskSource, OpenedImage,
};
use perirad::io::{Folder, IoError, open_header, open_mask};
use perirad::model::{MODELS, Model, ModelError, builtin, differences};
use perirad::pipeline::{Around, Evidence, Subject, box_needed, box_perturbed};
use perirad::preprocess::perturb::Perturbation;
use perirad::report::{Failure, ImageFacts, Reading};
use perirad::settings::{
    Overlap, Settings, SettingsError, SettingsFile, Syntax, parse_perturbation, preset,
};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

/// Settings: a preset's name or a file. Of a pyradiomics parameter file, what is not honoured is
/// told.
pub fn settings(name: &str) -> Result<Settings, Fatal> {
    Ok(match settings_file(name)? {
        SettingsFile::Own(settings) => *settings,
        SettingsFile::Pyradiomics(parameters) => {
            warn(&parameters.warnings);
            parameters.settings
        }
    })
}

/// A perturbation: its name or a file.
pub fn perturbation(name: &str) -> Result<Perturbation, Fatal> {
    if let Some(found) = perirad::settings::perturbation(name) {
        return Ok(found);
    }
    let path = Path::new(name);
    if path.extension().is_none() && !path.exists() {
        return Err(SettingsError::unknown_perturbation(name).into());
    }
    let text = text_file(path).map_err(|e| Fatal::file("settings.file", path, "read", &e))?;
    Ok(parse_perturbation(&text)?)
}

/// What a preset's name or a file holds.
pub fn settings_file(name: &str) -> Result<SettingsFile, Fatal> {
    if let Some(settings) = preset(name) {
        return Ok(SettingsFile::Own(Box::new(settings)));
    }
    let path = Path::new(name);
    if path.extension().is_none() && !path.exists() {
        return Err(SettingsError::unknown_preset(name).into());
    }
    let text = text_file(path).map_err(|e| Fatal::file("settings.file", path, "read", &e))?;
    Ok(SettingsFile::read(&text, Syntax::of(name))?)
}

/// Most intensities below which the share of regions is told.
const MOST_BELOW: usize = 16;
/// Largest file of settings, models or clinical inputs, bytes.
const LARGEST_TEXT: u64 = 64 << 20;

/// The text of a file, of no more than [`LARGEST_TEXT`].
fn text_file(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(LARGEST_TEXT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST_TEXT {
        return Err(std::io::Error::other("it is larger than 64 MiB"));
    }
    Ok(text)
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
    let text = text_file(path).map_err(|e| Fatal::file("model.file", path, "read", &e))?;
    let shown = path.file_name().map_or_else(|| name.into(), |n| n.to_string_lossy());
    Ok((shown.into_owned(), text))
}

/// A model: built in, or a file.
pub fn model(name: &str) -> Result<Model, Fatal> {
    let (file, text) = model_text(name)?;
    Ok(Model::parse(&file, &text)?)
}

/// The settings of a model that can score, refused where others are expected.
pub fn extraction(model: &Model, expected: Option<&str>) -> Result<Settings, Fatal> {
    let own = model.extraction()?;
    if let Some(expected) = expected {
        let differences = differences(&own, &settings(expected)?);
        if !differences.is_empty() {
            let model = model.name.clone();
            return Err(ModelError::OtherSettings { model, differences }.into());
        }
    }
    Ok(own)
}

/// What the user knows of lesions, checked against the model as far as it can be without an image.
pub fn clinical(args: &Clinical, choice: &Choice, model: &Model) -> Result<ClinicalSources, Fatal> {
    let ignore_case = choice.roi_case == Case::Ignore;
    let keys: Vec<&str> = model.clinical_keys().collect();
    let mut sources = ClinicalSources { site: args.site.clone(), ..ClinicalSources::default() };
    for Told { roi, key, value } in &args.told {
        if let Some(roi) = roi {
            let values = [(key.clone(), value.clone())].into();
            sources.some.push(Entry::new(roi, ignore_case, values)?);
        } else if let Some(other) = sources.all.insert(key.clone(), value.clone())
            && other != *value
        {
            return Err(Fatal {
                code: "cohort.clinical_twice",
                message: format!("clinical input {key} is given twice, as {other} and as {value}"),
                hint: format!("For some lesions only: --clinical 'GTVn*:{key}={value}'."),
            });
        }
    }
    if let Some(path) = &args.table {
        let (file, text) = text_of(path)?;
        sources.table = Some(ClinicalTable::parse(&file, &text, &keys)?);
    }
    if let Some(path) = &args.map {
        let (file, text) = text_of(path)?;
        sources.map = Some(ClinicalMap::parse(&file, &text, &keys, ignore_case)?);
    }
    sources.check(model)?;
    Ok(sources)
}

/// The name and the text of a file.
pub fn text_of(path: &Path) -> Result<(String, String), Fatal> {
    let text = text_file(path).map_err(|e| Fatal::file("cohort.file", path, "read", &e))?;
    let name = path.file_name().map_or_else(|| "?".into(), |name| name.to_string_lossy());
    Ok((name.into_owned(), text))
}

/// An image and the lesions asked for.
pub struct Loaded {
    /// Case identifier for the output.
    pub case: String,
    /// The image.
    pub image: LoadedImage,
    /// How both were read.
    pub reading: Reading,
    /// Intensities below which the share of each region is told.
    pub below: Vec<f64>,
    /// What bounds their rings.
    pub bounds: Bounds,
    /// Its lesions, or why one could not be put on it.
    pub lesions: Vec<(String, Result<Lesion, Failure>)>,
}

/// Reads image and mask and chooses the lesions; of the image only the planes that these regions of
/// them need, with what a perturbation reads around them.
///
/// # Errors
/// What keeps every lesion from being measured. A choice that means no lesion, or several, is a
/// mistake in the call and ends it; a lesion whose contours cannot be used becomes a row.
pub fn inputs(
    inputs: &Inputs,
    settings: &Settings,
    regions: &[Region],
    perturbation: Option<&Perturbation>,
    engine: &Engine,
) -> Result<Loaded, Fatal> {
    let mask = open_mask(&inputs.mask, engine)?;
    let (folder, opened) = header(&inputs.image, &inputs.choice.source, Some(&mask), engine)?;
    let mut choice = inputs.choice.clone();
    // A label image names nothing, so a label that is usual there may stand for a choice.
    let labels = matches!(mask, MaskSource::Labels { .. }) && !choice.any_nonzero;
    if labels && choice.roi.is_empty() && choice.label.is_empty() {
        choice.label.extend(choice.usual_label);
    }
    let reading = reading(&choice, engine);
    let lesions = lesions(&mask, &reading, &opened.image)?;
    let bounds = Bounds::load(&choice, &mask, &reading, &opened.image, engine)?;
    let needed = lesions
        .iter()
        .filter_map(|(name, lesion)| {
            let mask = &lesion.as_ref().ok()?.mask;
            // A lesion that needs no planes says why when it is measured.
            match perturbation {
                None => box_needed(mask, name, settings, regions, engine).ok(),
                Some(limits) => box_perturbed(mask, name, settings, limits, regions, engine).ok(),
            }
        })
        .reduce(|a, b| a.with(b));
    let none = IndexBox { lo: [0; 3], hi: [0; 3] };
    let mut image = opened.part(&folder, needed.unwrap_or(none), engine)?;
    image.warnings.extend(bounds.warnings().cloned());
    if image.acquisition.modality.is_none() {
        let message = format!("{} states no unit: its voxels are taken as HU", image.name);
        image.warnings.push(Warning::new("image.unit_assumed", message));
    }
    if let Some(many) = inputs.below.as_ref().map(Vec::len).filter(|n| *n > MOST_BELOW) {
        return Err(Fatal {
            code: "image.below",
            message: format!("--below has {many} intensities"),
            hint: format!("Give {MOST_BELOW} or fewer."),
        });
    }
    let below = inputs.below.clone().unwrap_or_else(|| match image.volume.intensity {
        Intensity::Hounsfield => Evidence::BELOW_HU.to_vec(),
        Intensity::Arbitrary => Vec::new(),
    });
    let lost: Vec<&str> =
        lesions.iter().filter(|(_, lesion)| lesion.is_err()).map(|(name, _)| &name[..]).collect();
    if !lost.is_empty() && settings.ring.overlap != Overlap::Allow {
        let message = format!(
            "{} could not be drawn: the rings of the others go on as if it were not there",
            lost.join(", ")
        );
        image.warnings.push(Warning::new("ring.neighbour_missing", message));
    }
    let case = inputs.case.clone().unwrap_or_else(|| image.case_code());
    let failed = |error: IoError| Failure::of(&error);
    let lesions =
        lesions.into_iter().map(|(name, lesion)| (name, lesion.map_err(failed))).collect();
    Ok(Loaded { case, image, reading, below, bounds, lesions })
}

/// Opens an image without its voxels; a mask tells which series is meant.
pub fn header(
    image: &Path,
    source: &Source,
    mask: Option<&MaskSource>,
    engine: &Engine,
) -> Result<(Folder, OpenedImage), Fatal> {
    let choice = ImageChoice {
        series: source.series.as_deref(),
        referenced: mask.and_then(MaskSource::referenced_series),
        nifti_intensity: Intensity::Hounsfield,
    };
    let instances = mask.map(MaskSource::referenced_instances).unwrap_or_default();
    let Source { regularise, assume_hu, .. } = *source;
    let options = ImageOptions { regularise, assume_hu, instances };
    Ok(open_header(image, &choice, options, engine)?)
}

/// All lesions that are meant, on the image's lattice.
pub fn lesions(
    mask: &MaskSource,
    reading: &Reading,
    image: &LoadedImage,
) -> Result<Vec<Drawn>, Fatal> {
    if reading.any_nonzero {
        return Ok(mask.unions(Union::AnyNonzero, &reading.mask, image)?);
    }
    if !reading.joined.is_empty() {
        return Ok(mask.unions(Union::Of(&reading.joined), &reading.mask, image)?);
    }
    let mut lesions = Vec::new();
    for query in &reading.queries {
        lesions.extend(mask.lesions(query, &reading.mask, image)?);
    }
    Ok(lesions)
}

/// What the options ask of image and mask.
pub fn reading(choice: &Choice, engine: &Engine) -> Reading {
    let labels: BTreeSet<i32> = choice.label.iter().copied().collect();
    let join = labels.len() > 1 && choice.roi_many != RoiMany::Separate;
    Reading {
        regularise: choice.source.regularise,
        assume_hu: choice.source.assume_hu,
        queries: if join || choice.any_nonzero { Vec::new() } else { queries(choice, &labels) },
        joined: if join { labels.into_iter().collect() } else { Vec::new() },
        any_nonzero: choice.any_nonzero,
        ring_structures: bounds::structures(choice).into_iter().map(|(asked, _)| asked).collect(),
        ring_neighbours: bounds::neighbours(choice),
        mask: mask_options(choice, engine),
    }
}

/// One query for each name or label, one unnamed where there is none.
fn queries(choice: &Choice, labels: &BTreeSet<i32>) -> Vec<RoiQuery> {
    let common = RoiQuery {
        kind: choice.roi_type.clone(),
        exclude: choice.roi_exclude.clone(),
        ignore_case: choice.roi_case == Case::Ignore,
        many: choice.roi_many,
        ..RoiQuery::default()
    };
    let names = choice.roi.iter().map(|name| (Some(name.clone()), None));
    let numbers = labels.iter().map(|&number| (None, Some(i64::from(number))));
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
fn mask_options(choice: &Choice, engine: &Engine) -> MaskOptions {
    MaskOptions {
        rules: Rules { holes: choice.holes, fill_gaps: choice.fill_gaps },
        threshold: choice.seg_threshold,
        to_image: choice.mask_to_image,
        ignore_frame_of_reference: choice.ignore_frame_of_reference,
        split: choice.split.map(|SplitInto::Components| Split {
            connectivity: choice.connectivity,
            minimum_ml: choice.min_volume,
        }),
        memory: engine.memory(),
    }
}

impl Loaded {
    /// All lesions that there are, in their order, and then those that are only neighbours.
    pub fn masks(&self) -> Vec<&Mask> {
        let lesions = self.lesions.iter().filter_map(|(_, lesion)| lesion.as_ref().ok());
        lesions.map(|lesion| &lesion.mask).chain(self.bounds.neighbours()).collect()
    }

    /// Notes what was told of lesions that are not there.
    pub fn note_unused(&mut self, sources: &ClinicalSources) {
        let names: Vec<&str> = self.lesions.iter().map(|(name, _)| name.as_str()).collect();
        self.image.warnings.extend(sources.unused(&self.case, &names));
    }

    /// What the pipeline is to measure.
    pub fn subject<'a>(&'a self, lesion: &'a Lesion, around: Around<'a>) -> Subject<'a> {
        Subject {
            case: &self.case,
            roi: &lesion.name,
            image: &self.image.volume,
            mask: &lesion.mask,
            acquisition: &self.image.acquisition,
            around,
            below: &self.below,
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

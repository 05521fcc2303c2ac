//! A pyradiomics parameter file as settings.
//!
//! What pyradiomics does otherwise than IBSI is a setting here, so the file becomes an ordinary
//! tree. What would give other numbers is refused by its name; what only gives fewer is a warning.

mod classes;
mod given;

use super::{Features, Native, Resample, Ring, Settings, SettingsError, Smallest, Spacing};
use crate::error::{Warning, nearest};
use crate::feature::{IvhBins, Texture};
use crate::matrix::Aggregation::{
    Average3d, DirectionMerged25d, Merged3d, Merged25d, Merged25dSlices, Volume3d,
};
use crate::matrix::directions::{DirectionRule, Weighting};
use crate::preprocess::{
    Alignment, Interpolation, Limits, MaskInterpolation, Method, Normalisation, Resegmentation,
    Rounding,
};
use given::{FEATURE_KEYS, Given, KEYS};
use serde_json::{Map, Value};

/// What a parameter file asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// The extraction.
    pub settings: Settings,
    /// The features to report, `class_Name`, shapes first, each of them known to the registry.
    pub names: Vec<&'static str>,
    /// Label of the lesion in a label image.
    pub label: i32,
    /// Is a mask of another lattice brought onto the image's by the nearest voxel?
    pub correct_mask: bool,
    /// Every key that is not honoured.
    pub warnings: Vec<Warning>,
}

/// The parts of a parameter file.
const PARTS: [&str; 4] = ["featureClass", "imageType", "setting", "voxelSetting"];

/// Is it a parameter file, and not perirad's own settings?
pub(super) fn is_parameters(file: &Map<String, Value>) -> bool {
    PARTS.iter().any(|part| file.contains_key(*part))
}

/// The image type that is measured.
const ORIGINAL: &str = "Original";

impl Parameters {
    /// The settings of a parameter file.
    ///
    /// # Errors
    /// [`SettingsError`]: keys that pyradiomics does not know, values of the wrong type or out of
    /// their range, and what perirad does not do and would give other numbers without.
    pub fn new(file: &Map<String, Value>) -> Result<Self, SettingsError> {
        let mut warnings = Vec::new();
        let mut unknown = unknown_keys(file.keys(), &PARTS, "");
        let part = |name: &str| match file.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(entries)) => Ok(entries.clone()),
            Some(other) => Err(unreadable(format!("{name} is {other}, expected keys and values"))),
        };
        let mut setting = part("setting")?;
        let known: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
        unknown.extend(unknown_keys(setting.keys(), &known, "setting."));
        if !unknown.is_empty() {
            return Err(SettingsError::UnknownKey { keys: unknown });
        }
        if !part("voxelSetting")?.is_empty() {
            let reason = "perirad measures regions, not every voxel's neighbourhood";
            warnings.push(not_honoured("voxelSetting", reason));
        }
        image_types(&part("imageType")?, &mut setting, &mut warnings)?;
        for (key, reason) in KEYS.iter().filter(|(_, reason)| !reason.is_empty()) {
            if setting.get(*key).is_some_and(|value| !value.is_null()) {
                warnings.push(not_honoured(&format!("setting.{key}"), reason));
            }
        }
        let mut given = Given::new(&setting);
        let flat = given.flag("force2D", false);
        let (mut settings, label, correct_mask) = settings_of(&mut given, flat);
        let chosen = classes::chosen(&part("featureClass")?, flat, &mut warnings)?;
        let distances = &settings.texture.distances;
        let gap = (1..=settings.texture.ngtdm_distance).any(|d| !distances.contains(&d));
        let neighbourhoods = |name: &&str| name.starts_with("gldm_") || name.starts_with("ngtdm_");
        if gap && chosen.names.iter().any(neighbourhoods) {
            let reason = "for gldm and ngtdm all distances from 1 up to the farthest count";
            given.unsupported("distances", reason);
        }
        settings.features.families = chosen.families;
        given.finish()?;
        let faults: Vec<String> =
            settings.faults().into_iter().map(|(key, fault)| format!("{key}: {fault}")).collect();
        if faults.is_empty() {
            Ok(Self { settings, names: chosen.names, label, correct_mask, warnings })
        } else {
            Err(SettingsError::OutOfRange { faults })
        }
    }
}

/// The tree of the keys under `setting`; families are filled in later.
fn settings_of(given: &mut Given<'_>, flat: bool) -> (Settings, i32, bool) {
    if flat && given.whole("force2Ddimension", 0) != 0 {
        given.unsupported("force2Ddimension", "slices lie across the last axis: 0");
    }
    let interpolation = given.word("interpolator", "sitkBSpline").and_then(|name| {
        let known = match name.as_str() {
            "sitkNearestNeighbor" | "1" => Interpolation::Nearest,
            "sitkLinear" | "2" => Interpolation::Linear,
            "sitkBSpline" | "sitkBSpline3" | "3" => Interpolation::CubicBspline,
            _ => {
                given.unsupported(
                    "interpolator",
                    "sitkNearestNeighbor, sitkLinear and sitkBSpline are there",
                );
                return None;
            }
        };
        Some(known)
    });
    let spacing = given.numbers("resampledPixelSpacing").filter(|_| interpolation.is_some());
    let native = Spacing::Native(Native::Native);
    let spacing_mm = match spacing.as_deref() {
        None => [native; 3],
        Some([x, y, z]) => [*x, *y, *z].map(|mm| if mm == 0.0 { native } else { Spacing::Mm(mm) }),
        Some(_) => {
            given.fault("resampledPixelSpacing", "three numbers, for x, y and z");
            [native; 3]
        }
    };
    let resample = Resample {
        spacing_mm,
        align: Alignment::Corner,
        image: interpolation.unwrap_or(Interpolation::CubicBspline),
        mask: MaskInterpolation::Nearest,
        mask_threshold: 0.5,
        round: Rounding::TruncateIntegers,
    };
    let scale = given.number("normalizeScale").unwrap_or(1.0);
    let outlier_sigma = given.number("removeOutliers");
    let normalise = if given.flag("normalize", false) {
        Normalisation { scale: Some(scale), outlier_sigma }
    } else {
        Normalisation::default()
    };
    let discretise = match given.number("binCount") {
        Some(count) if count.fract() == 0.0 && (1.0..=65535.0).contains(&count) => {
            Method::FixedBinNumber { count: count as u16 }
        }
        Some(_) => {
            given.fault("binCount", "a whole number from 1 to 65535");
            Method::None
        }
        None => Method::AlignedBinWidth { width: given.number("binWidth").unwrap_or(25.0) },
    };
    // pyradiomics refuses what has no more voxels than asked for, and always a single one.
    let size = given.whole("minimumROISize", 0).max(1).saturating_add(1);
    let region = Smallest {
        minimum_voxels: usize::try_from(size).unwrap_or(usize::MAX),
        minimum_dimensions: usize::try_from(given.whole("minimumROIDimensions", 2).max(1))
            .unwrap_or(usize::MAX),
    };
    let settings = Settings {
        normalise,
        resample,
        resegment: resegmentation(given),
        region,
        discretise,
        ivh: IvhBins::None,
        ring: Ring::plain(2.0, 2.0),
        features: Features {
            families: Vec::new(),
            leave_out: Vec::new(),
            intensity_shift: given.number("voxelArrayShift").unwrap_or(0.0),
        },
        texture: texture(given, flat),
    };
    let label = i32::try_from(given.whole("label", 1)).unwrap_or_else(|_| {
        given.fault("label", "a label of 31 bits");
        1
    });
    (settings, label, given.flag("correctMask", false))
}

fn resegmentation(given: &mut Given<'_>) -> Resegmentation {
    let limits = match given.word("resegmentMode", "absolute").as_deref() {
        Some("relative") => Limits::Relative,
        Some("sigma") => Limits::Sigma,
        Some("absolute") | None => Limits::Absolute,
        Some(_) => {
            given.fault("resegmentMode", "absolute, relative or sigma");
            Limits::Absolute
        }
    };
    let shape = given.flag("resegmentShape", false);
    let Some(mut range) = given.numbers("resegmentRange") else {
        return Resegmentation::default();
    };
    range.sort_by(f64::total_cmp);
    if range.is_empty() || range.len() > 2 {
        given.fault("resegmentRange", "one or two numbers");
    }
    let (lowest, highest) = (range.first().copied(), range.get(1).copied());
    Resegmentation { lowest, highest, limits, outlier_sigma: None, shape }
}

fn texture(given: &mut Given<'_>, flat: bool) -> Texture {
    let (merged, weighting) = match given.word("weightingNorm", "").as_deref() {
        None | Some("") => (false, Weighting::None),
        Some("no_weighting") => (true, Weighting::None),
        Some("manhattan") => (true, Weighting::Manhattan),
        Some("euclidean") => (true, Weighting::Euclidean),
        Some("infinity") => (true, Weighting::Infinity),
        Some(_) => {
            given.fault("weightingNorm", "manhattan, euclidean, infinity or no_weighting");
            (false, Weighting::None)
        }
    };
    let aggregations = match (flat, merged) {
        (false, false) => vec![Average3d, Volume3d],
        (false, true) => vec![Merged3d, Volume3d],
        (true, false) => vec![DirectionMerged25d, Merged25dSlices],
        (true, true) => vec![Merged25d, Merged25dSlices],
    };
    let distances = given.numbers("distances").unwrap_or_else(|| vec![1.0]);
    if distances.iter().any(|d| d.fract() != 0.0 || !(1.0..=255.0).contains(d)) {
        given.fault("distances", "whole numbers from 1");
    }
    let distances: Vec<u8> = distances.into_iter().map(|d| d as u8).collect();
    // Families of neighbourhoods look at all distances up to one.
    let within = distances.iter().copied().max().unwrap_or(1);
    let coarseness = u16::try_from(given.whole("gldm_a", 0)).unwrap_or(u16::MAX);
    Texture {
        distances,
        ngtdm_distance: within,
        ngldm_distance: within,
        ngldm_coarseness: coarseness,
        directions: DirectionRule::Pyradiomics,
        symmetric: given.flag("symmetricalGLCM", true),
        weighting,
        ..Texture::ibsi(aggregations)
    }
}

/// Takes the original image's own settings into `setting`; tells of all other images.
fn image_types(
    types: &Map<String, Value>,
    setting: &mut Map<String, Value>,
    warnings: &mut Vec<Warning>,
) -> Result<(), SettingsError> {
    if !types.is_empty() && !types.contains_key(ORIGINAL) {
        let keys = types.keys().map(|name| format!("imageType.{name}")).collect();
        let reason = "only the original image is measured".into();
        return Err(SettingsError::Unsupported { keys, reason });
    }
    for (name, own) in types {
        if name != ORIGINAL {
            let reason = "only the original image is measured";
            warnings.push(not_honoured(&format!("imageType.{name}"), reason));
            continue;
        }
        for (key, value) in own.as_object().into_iter().flatten() {
            if FEATURE_KEYS.contains(&key.as_str()) {
                setting.insert(key.clone(), value.clone());
            } else {
                // pyradiomics makes the image before it reads these: they change nothing there.
                let reason = "pyradiomics itself gives it no effect there";
                warnings.push(not_honoured(&format!("imageType.{name}.{key}"), reason));
            }
        }
    }
    Ok(())
}

/// The keys that are not among `known`, each with the nearest that is.
fn unknown_keys<'a>(
    keys: impl Iterator<Item = &'a String>,
    known: &[&str],
    prefix: &str,
) -> Vec<(String, Option<String>)> {
    let strange = keys.filter(|key| !known.contains(&key.as_str()));
    let told = strange.map(|key| {
        let like = nearest(key, known.iter().copied()).map(|like| format!("{prefix}{like}"));
        (format!("{prefix}{key}"), like)
    });
    told.collect()
}

fn not_honoured(key: &str, reason: &str) -> Warning {
    Warning::new("settings.not_honoured", format!("pyradiomics' {key} is not honoured: {reason}"))
}

fn unreadable(message: String) -> SettingsError {
    SettingsError::Unreadable { message }
}

//! The JSON form.

use super::perturbation::lesions_agreement;
use super::text::discretisation_of;
use super::{Failure, ImageFacts, Lesion, Measured, Reading};
use crate::cohort::{Agreement, Patient, Robustness, Stated};
use crate::error::Warning;
use crate::feature::{FeatureValue, Outcome};
use crate::io::qa::RoiQa;
use crate::io::segmentation::SegmentRecord;
use crate::model::{Card, NOTICE, Score};
use crate::pipeline::{Evidence, FeatureSet, RegionFeatures, Removed, Remover, RingFacts};
use crate::preprocess::perturb::Perturbation;
use crate::settings::{Lattice, Settings};
use serde::Serialize;

/// A whole run.
#[derive(Debug, Serialize)]
pub struct Document {
    schema: &'static str,
    perirad: &'static str,
    notice: &'static str,
    image: ImageFacts,
    reading: Reading,
    settings_digest: String,
    settings: Settings,
    lesions: Vec<JsonLesion>,
    patient: Option<JsonPatient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    perturbation: Option<JsonPerturbation>,
}

/// The scores of all lesions together do not stand without what each of them stands with.
#[derive(Debug, Serialize)]
struct JsonPatient {
    model: Option<Card>,
    notice: &'static str,
    #[serde(flatten)]
    together: Patient,
}

/// What was drawn from, and how lesions agree.
#[derive(Debug, Serialize)]
struct JsonPerturbation {
    digest: String,
    settings: Perturbation,
    agreement: Vec<Agreement>,
}

#[derive(Debug, Serialize)]
struct JsonLesion {
    case: String,
    roi: String,
    status: &'static str,
    error: Option<Failure>,
    score: Option<Score>,
    native_voxels: Option<usize>,
    native_ml: Option<f64>,
    contours: Vec<RoiQa>,
    segments: Vec<SegmentRecord>,
    clinical: Vec<Stated>,
    regions: Vec<JsonRegion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    perturbation: Option<Robustness>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
pub(super) struct JsonRegion {
    region: &'static str,
    from_mm: Option<f64>,
    to_mm: Option<f64>,
    voxels: usize,
    volume_ml: f64,
    intensity_voxels: usize,
    voxels_below_first_bin: usize,
    voxels_above_last_bin: usize,
    ring: Option<JsonRing>,
    evidence: Option<Evidence>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    features: Vec<JsonFeature>,
}

/// Voxels are those of the lattice on which it was made, fractions those of the whole ring.
#[derive(Debug, Serialize)]
struct JsonRing {
    lattice: Lattice,
    whole_voxels: usize,
    outside_image_voxels: usize,
    outside_image_fraction: f64,
    removed: Vec<JsonRemoved>,
    left_voxels: usize,
    left_fraction: f64,
    in_other_lesions_voxels: usize,
    removed_after_resampling_voxels: usize,
    below_minus_500_hu_fraction: Option<f64>,
}

#[derive(Debug, Serialize)]
struct JsonRemoved {
    by: Remover,
    name: String,
    voxels: usize,
    fraction: f64,
}

#[derive(Debug, Serialize)]
struct JsonFeature {
    family: &'static str,
    feature: &'static str,
    short: &'static str,
    ibsi: &'static str,
    aggregation: &'static str,
    aggregation_ibsi: &'static str,
    discretisation: String,
    value: Option<f64>,
    unit: &'static str,
    note: &'static str,
}

/// The document of a run, with its patient level where that was asked for.
pub fn document(
    image: ImageFacts,
    reading: Reading,
    settings: &Settings,
    lesions: &[Lesion],
    patient: Option<&Patient>,
) -> Document {
    Document {
        schema: "perirad.result/1",
        perirad: env!("CARGO_PKG_VERSION"),
        notice: NOTICE,
        image,
        reading,
        settings_digest: settings.digest(),
        settings: settings.clone(),
        lesions: lesions.iter().map(lesion_of).collect(),
        patient: patient.map(|together| JsonPatient {
            model: lesions.iter().find_map(Lesion::model).cloned(),
            notice: NOTICE,
            together: together.clone(),
        }),
        perturbation: None,
    }
}

impl Document {
    /// The same with what the lesions were perturbed with.
    pub fn perturbed(mut self, limits: &Perturbation, lesions: &[Lesion]) -> Self {
        let agreement = lesions_agreement(lesions);
        let (digest, settings) = (limits.digest(), limits.clone());
        self.perturbation = Some(JsonPerturbation { digest, settings, agreement });
        self
    }
}

fn lesion_of(lesion: &Lesion) -> JsonLesion {
    let failure = lesion.failure().cloned();
    let mut json = JsonLesion {
        case: lesion.case.clone(),
        roi: lesion.roi.clone(),
        status: if failure.is_some() { "failed" } else { "ok" },
        error: failure,
        score: None,
        native_voxels: None,
        native_ml: None,
        contours: lesion.contours.clone(),
        segments: lesion.segments.clone(),
        clinical: Vec::new(),
        regions: Vec::new(),
        perturbation: None,
        warnings: lesion.warnings.clone(),
    };
    if let Ok(measured) = &lesion.result {
        let Measured { features, clinical, score, robustness } = measured;
        json.clinical.clone_from(clinical);
        json.native_voxels = Some(features.native_voxels);
        json.native_ml = Some(features.native_ml);
        json.regions = features.regions.iter().map(|r| region_of(r, features)).collect();
        if let Some(robustness) = robustness {
            json.warnings.extend(robustness.warnings.iter().cloned());
        }
        json.perturbation.clone_from(robustness);
        json.score = score.as_ref().and_then(|s| s.as_ref().ok()).cloned();
    }
    json
}

/// The regions of a lesion without their features.
pub(super) fn regions_of(set: &FeatureSet) -> Vec<JsonRegion> {
    let bare = |region| JsonRegion { features: Vec::new(), ..region_of(region, set) };
    set.regions.iter().map(bare).collect()
}

fn region_of(region: &RegionFeatures, set: &FeatureSet) -> JsonRegion {
    let [from_mm, to_mm] = set.settings.ring.extent(region.region).unwrap_or_default();
    JsonRegion {
        region: region.region.name(),
        from_mm,
        to_mm,
        voxels: region.voxels,
        volume_ml: region.volume_ml,
        intensity_voxels: region.intensity_voxels,
        voxels_below_first_bin: region.clamped[0],
        voxels_above_last_bin: region.clamped[1],
        evidence: region.evidence.clone(),
        ring: region.ring.as_ref().map(|ring| ring_of(ring, set.settings.ring.lattice)),
        features: region.features.iter().map(|f| feature_of(f, set)).collect(),
    }
}

fn ring_of(ring: &RingFacts, lattice: Lattice) -> JsonRing {
    let removed = |removed: &Removed| JsonRemoved {
        by: removed.by,
        name: removed.name.clone(),
        voxels: removed.voxels,
        fraction: ring.fraction(removed.voxels),
    };
    JsonRing {
        lattice,
        whole_voxels: ring.whole(),
        outside_image_voxels: ring.outside_image,
        outside_image_fraction: ring.fraction(ring.outside_image),
        removed: ring.removed.iter().map(removed).collect(),
        left_voxels: ring.left(),
        left_fraction: ring.fraction(ring.left()),
        in_other_lesions_voxels: ring.in_other_lesions,
        removed_after_resampling_voxels: ring.interpolated,
        below_minus_500_hu_fraction: ring.air_fraction,
    }
}

fn feature_of(feature: &FeatureValue, set: &FeatureSet) -> JsonFeature {
    let FeatureValue { spec, aggregation, outcome } = feature;
    let (value, note) = match outcome {
        Outcome::Value(value) => (Some(*value), ""),
        Outcome::Undefined(reason) => (None, *reason),
    };
    JsonFeature {
        family: spec.family(),
        feature: spec.key,
        short: spec.short,
        ibsi: spec.ibsi,
        aggregation: aggregation.name(),
        aggregation_ibsi: aggregation.ibsi(),
        discretisation: discretisation_of(spec, set),
        value,
        unit: set.unit(spec),
        note,
    }
}

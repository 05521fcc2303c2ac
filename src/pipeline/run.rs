//! Features of one lesion.

use super::prepare::{Prepared, prepare, with_data};
use super::{FeatureSet, PipelineError, RegionFeatures, RingFacts};
use crate::engine::Engine;
use crate::error::Warning;
use crate::feature::{Input, registry};
use crate::geometry::IndexBox;
use crate::image::{Acquisition, Intensity, Mask, Region, Volume};
use crate::preprocess;
use crate::settings::{Settings, Smallest};
use ndarray::Array3;

/// The lesion to measure.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Case identifier for the output.
    pub case: &'a str,
    /// Name of the lesion for the output.
    pub roi: &'a str,
    /// The image.
    pub image: &'a Volume,
    /// The lesion, on the image's lattice.
    pub mask: &'a Mask,
    /// The scan.
    pub acquisition: &'a Acquisition,
}

/// Share of air and lung in a ring above which a warning is given.
const AIR_WARNING: f64 = 0.05;

/// Measures the regions of one lesion.
///
/// A feature that is undefined for this lesion is a reason in its place, not an error.
///
/// # Errors
/// [`PipelineError`] where there is nothing to measure: see [`prepare`].
pub fn extract(
    subject: &Subject<'_>,
    settings: &Settings,
    regions: &[Region],
    engine: &Engine,
) -> Result<FeatureSet, PipelineError> {
    let with_ring = regions.contains(&Region::Ring);
    let prepared = prepare(subject.image, subject.mask, subject.roi, settings, with_ring, engine)?;
    measure_regions(subject, &prepared, settings, regions, engine)
}

/// Measures the regions of a lesion that is prepared.
pub(super) fn measure_regions(
    subject: &Subject<'_>,
    prepared: &Prepared,
    settings: &Settings,
    regions: &[Region],
    engine: &Engine,
) -> Result<FeatureSet, PipelineError> {
    let Subject { case, roi, mask, acquisition, .. } = *subject;
    let mut warnings = Vec::new();
    let mut measured = Vec::with_capacity(regions.len());
    for &region in regions {
        let (morphological, facts) = match (region, &prepared.ring) {
            (Region::Ring, Some(ring)) => {
                (&ring.mask, Some(ring_facts(&prepared.image, ring, &mut warnings)))
            }
            _ => (&prepared.tumour, None),
        };
        warn_no_data(prepared, (roi, region), &mut warnings);
        let features = measure(&prepared.image, morphological, (roi, region), settings, engine)?;
        measured.push(RegionFeatures { ring: facts, ..features });
    }
    Ok(FeatureSet {
        case: case.into(),
        roi: roi.into(),
        intensity: prepared.image.intensity,
        acquisition: acquisition.clone(),
        settings: settings.clone(),
        native_voxels: mask.count(),
        native_ml: mask.volume_ml(),
        regions: measured,
        warnings,
    })
}

fn ring_facts(image: &Volume, ring: &preprocess::Ring, warnings: &mut Vec<Warning>) -> RingFacts {
    let (inside, outside_image) = (ring.mask.count(), ring.outside_image);
    if outside_image > 0 {
        let percent = 100.0 * outside_image as f64 / (inside + outside_image) as f64;
        let message = format!(
            "{outside_image} voxels ({percent:.1} %) of the ring lie outside the image and are \
             missing from it"
        );
        warnings.push(Warning::new("ring.outside_image", message));
    }
    let air = || {
        let voxels = image.data.iter().zip(ring.mask.voxels());
        let air = voxels.filter(|&(&hu, &inside)| inside && hu < RingFacts::AIR_HU).count();
        air as f64 / inside as f64
    };
    let air_fraction = (image.intensity == Intensity::Hounsfield && inside > 0).then(air);
    if let Some(fraction) = air_fraction.filter(|&fraction| fraction > AIR_WARNING) {
        let message = format!(
            "{:.1} % of the ring lies below {} HU (air, lung): features that weigh low grey \
             levels measure these voxels first",
            100.0 * fraction,
            RingFacts::AIR_HU,
        );
        warnings.push(Warning::new("ring.air", message));
    }
    RingFacts { outside_image, air_fraction }
}

/// Voxels of a region that measure nothing are left out of it, loudly.
fn warn_no_data(prepared: &Prepared, (roi, region): (&str, Region), warnings: &mut Vec<Warning>) {
    let count = match (region, prepared.image.no_data()) {
        (_, None) => 0,
        (Region::Ring, _) => prepared.ring_no_data,
        (Region::Tumour, Some(marks)) => {
            marks.iter().zip(prepared.tumour.voxels()).filter(|(a, b)| **a && **b).count()
        }
    };
    if count > 0 {
        let message = format!(
            "{count} voxels of the {} of '{roi}' are padding or beyond the scan: they measure \
             nothing and are left out of its features",
            region.name()
        );
        warnings.push(Warning::new("image.no_data", message));
    }
}

/// Re-segments, discretises and measures one region.
fn measure(
    image: &Volume,
    morphological: &Mask,
    (roi, region): (&str, Region),
    settings: &Settings,
    engine: &Engine,
) -> Result<RegionFeatures, PipelineError> {
    let part = region.name();
    let refused = |source| PipelineError::Preprocess { roi: roi.into(), part, source };
    let measured = match image.no_data() {
        Some(marks) => &with_data(morphological, marks).map_err(refused)?,
        None => morphological,
    };
    let intensity = preprocess::resegment(image, measured, settings.resegment).map_err(refused)?;
    for mask in [measured, &intensity] {
        large_enough(mask, (roi, region), settings.region)?;
    }
    let morphological = if settings.resegment.shape { &intensity } else { morphological };
    let (levels, n_levels, clamped) = if intensity.count() == 0 {
        // Nothing is left to measure: each feature says so in its place.
        (Array3::zeros(intensity.voxels().dim()), 0, [0, 0])
    } else {
        let found =
            preprocess::discretise(image, &intensity, settings.discretise).map_err(refused)?;
        (found.levels.levels, found.levels.n_levels, [found.below, found.above])
    };
    let features = registry::run(&Input {
        image: image.data.view(),
        region: morphological.voxels().view(),
        mask: intensity.voxels().view(),
        no_data: image.no_data().map(|marks| marks.view()),
        grid: &image.grid,
        levels: levels.view(),
        n_levels,
        families: &settings.features.families,
        intensity_shift: settings.features.intensity_shift,
        texture: &settings.texture,
        resegment: settings.resegment,
        ivh: settings.ivh,
        engine,
    })
    .map_err(|source| PipelineError::Feature { roi: roi.into(), part, source })?;
    Ok(RegionFeatures {
        region,
        voxels: morphological.count(),
        volume_ml: morphological.volume_ml(),
        intensity_voxels: intensity.count(),
        clamped,
        ring: None,
        features,
    })
}

/// Refuses a region below the smallest that is measured.
fn large_enough(
    mask: &Mask,
    (roi, region): (&str, Region),
    smallest: Smallest,
) -> Result<(), PipelineError> {
    let voxels = mask.count();
    let wide = |bounds: IndexBox| bounds.shape().into_iter().filter(|n| *n > 1).count();
    let dimensions = mask.bounds().map_or(0, wide);
    if voxels < smallest.minimum_voxels || dimensions < smallest.minimum_dimensions {
        let (part, roi) = (region.name(), roi.into());
        return Err(PipelineError::TooSmall { roi, part, voxels, dimensions, smallest });
    }
    Ok(())
}

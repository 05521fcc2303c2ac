//! Features of one lesion.

use super::evidence::evidence;
use super::prepare::{Prepared, Purpose, prepare_for, with_data};
use super::{FeatureSet, Part, PipelineError, RegionFeatures, RingFacts, Subject};
use crate::engine::Engine;
use crate::error::{Warning, readable};
use crate::feature::{Input, Shared, registry};
use crate::geometry::IndexBox;
use crate::image::{Intensity, Mask, Region, Selected, Volume};
use crate::preprocess::{self, Rounding};
use crate::settings::{Settings, Smallest};
use ndarray::Array3;

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
    let engine = if is_brief(subject, settings, regions) { &engine.alone() } else { engine };
    engine.inside(|| {
        let prepared = prepare_for(Purpose::Measured, subject, settings, regions, engine)?;
        let mut set = measure_regions(subject, &prepared, settings, regions, engine)?;
        // Of repeats it is not told again: all of the image is looked at.
        set.warnings.extend(rounded(subject.image, settings));
        Ok(set)
    })
}

/// So many voxels are measured by one family before a busy machine has woken another thread.
const BRIEF: f64 = 65536.0;

/// Is there so little to do that threads do not pay?
fn is_brief(subject: &Subject<'_>, settings: &Settings, regions: &[Region]) -> bool {
    let voxels = subject.mask.count() as f64 * settings.voxels_of_one(subject.image.grid.spacing);
    let families = regions.len() * settings.features.families.len();
    voxels * families as f64 <= BRIEF
}

/// Measures the regions of a lesion that is prepared.
pub(super) fn measure_regions(
    subject: &Subject<'_>,
    prepared: &Prepared,
    settings: &Settings,
    regions: &[Region],
    engine: &Engine,
) -> Result<FeatureSet, PipelineError> {
    let Subject { case, roi, image, mask, acquisition, .. } = *subject;
    let mut warnings = Vec::new();
    warn_thick(image, prepared, settings, &mut warnings);
    let part_of = |region| prepared.parts.iter().find(|part| part.region == region);
    // Regions are measured side by side and told of in their order.
    let found = engine.map(regions, |&region| {
        let morphological = part_of(region).map_or(&prepared.tumour, |part| &part.mask);
        measure(subject, prepared, (region, morphological), settings, engine)
    });
    let mut measured = Vec::with_capacity(regions.len());
    for (&region, features) in regions.iter().zip(found) {
        let (part, features) = (part_of(region), features?);
        let mut facts = part.and_then(|part| part.facts.clone());
        warn_no_data(prepared, (roi, region), part, &mut warnings);
        if let Some(facts) = &mut facts {
            facts.air_fraction = features.evidence.as_ref().and_then(|found| found.air_fraction);
            let minimum = settings.texture.minimum_voxels;
            warnings.extend(facts.warnings(region, features.intensity_voxels, minimum));
            if settings.features.families.iter().any(|family| family.name() == "glrlm") {
                let evidence = features.evidence.as_ref();
                warnings.extend(evidence.and_then(|found| found.warning(region)));
            }
        }
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

/// A ring narrower than the slices are apart is little more than what interpolation makes of them.
fn warn_thick(
    image: &Volume,
    prepared: &Prepared,
    settings: &Settings,
    warnings: &mut Vec<Warning>,
) {
    let thickest = image.grid.spacing.into_iter().fold(0.0, f64::max);
    let thin = |part: &Part| match settings.ring.extent(part.region) {
        Some([Some(from), Some(to)]) if to - from < thickest => {
            Some(format!("{} ({} mm)", part.region.name(), readable(to - from)))
        }
        _ => None,
    };
    let thin: Vec<String> = prepared.parts.iter().filter_map(thin).collect();
    if !thin.is_empty() {
        let message = format!(
            "voxels of the image are {} mm long, longer than these are wide: {}",
            readable(thickest),
            thin.join(", ")
        );
        warnings.push(Warning::new("ring.thick_slices", message));
    }
}

/// Rounding is for CT numbers: of another unit, or of none any more, it may leave nothing.
fn rounded(image: &Volume, settings: &Settings) -> Option<Warning> {
    let fractions = || {
        settings.normalise.scale.is_some()
            || image.intensity == Intensity::Arbitrary
                && image.data.iter().any(|v| v.fract() != 0.0)
    };
    (settings.resample.round == Rounding::Nearest && fractions()).then(|| {
        let message = "the image has no unit and fractions of 1, and resample.round = \"nearest\" \
                       makes whole numbers of them: state \"none\" where a step of 1 is not small \
                       beside them";
        Warning::new("image.rounded", message)
    })
}

/// Voxels of a region that measure nothing are left out of it, loudly.
fn warn_no_data(
    prepared: &Prepared,
    (roi, region): (&str, Region),
    part: Option<&Part>,
    warnings: &mut Vec<Warning>,
) {
    let mask = part.map_or(&prepared.tumour, |part| &part.mask);
    let removed = part.and_then(|part| part.facts.as_ref()).map_or(0, RingFacts::no_data);
    let held = |marks: &Array3<bool>| {
        marks.iter().zip(mask.voxels()).filter(|(mark, inside)| **mark && **inside).count()
    };
    let count = removed + prepared.image.no_data().map_or(0, held);
    if count > 0 {
        let message = format!(
            "{count} voxels of the {} of '{roi}' are padding or beyond the scan: they are left \
             out of its intensities and textures, and are of its shape",
            region.name()
        );
        warnings.push(Warning::new("image.no_data", message));
    }
}

/// Re-segments, discretises and measures one region.
fn measure(
    subject: &Subject<'_>,
    prepared: &Prepared,
    (region, morphological): (Region, &Mask),
    settings: &Settings,
    engine: &Engine,
) -> Result<RegionFeatures, PipelineError> {
    let (image, roi, part) = (&prepared.image, subject.roi, region.name());
    let refused = |source| PipelineError::Preprocess { roi: roi.into(), part, source };
    let measured = match image.no_data() {
        Some(marks) => &with_data(morphological, marks).map_err(refused)?,
        None => morphological,
    };
    let intensity = if settings.resegment.keeps_all() {
        measured
    } else {
        &preprocess::resegment(image, measured, settings.resegment).map_err(refused)?
    };
    for mask in [measured, intensity] {
        large_enough(mask, (roi, region), settings.region)?;
    }
    let morphological = if settings.resegment.shape { intensity } else { morphological };
    let (levels, n_levels, clamped, selected) = if intensity.count() == 0 {
        // Nothing is left to measure: each feature says so in its place.
        (Vec::new(), 0, [0, 0], Selected::default())
    } else {
        let found =
            preprocess::discretise(image, intensity, settings.discretise).map_err(refused)?;
        let (levels, clamped) = (found.levels, [found.below, found.above]);
        (levels.levels, levels.n_levels, clamped, found.intensities)
    };
    let input = Input {
        image: image.data.view(),
        region: morphological.voxels().view(),
        mask: intensity.voxels().view(),
        no_data: image.no_data().map(|marks| marks.view()),
        grid: &image.grid,
        levels: &levels,
        n_levels,
        families: &settings.features.families,
        leave_out: &settings.features.leave_out,
        intensity_shift: settings.features.intensity_shift,
        texture: &settings.texture,
        resegment: settings.resegment,
        ivh: settings.ivh,
        engine,
    };
    let shared = Shared::of(&input, selected);
    let features = registry::run_shared(&shared).map_err(|source| PipelineError::Feature {
        roi: roi.into(),
        part,
        source,
    })?;
    let intensities = shared.intensities().ok();
    let selected = shared.selected().values();
    Ok(RegionFeatures {
        region,
        voxels: morphological.count(),
        volume_ml: morphological.volume_ml(),
        intensity_voxels: intensity.count(),
        clamped,
        ring: None,
        evidence: intensities.and_then(|all| {
            evidence(image, (intensity, selected), all, || shared.any_block(), subject.below)
        }),
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

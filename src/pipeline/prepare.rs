//! Image and masks on the lattice that is measured.

use super::PipelineError;
use crate::engine::Engine;
use crate::feature::registry;
use crate::geometry::SharedGrid;
use crate::image::{Intensity, Mask, Volume};
use crate::preprocess::perturb::{Change, Motion, moved_image, moved_mask};
use crate::preprocess::{self, Alignment, Limits, Method, PreprocessError, Target};
use crate::settings::Settings;
use ndarray::Array3;
use std::ops::Range;

/// Image and masks on the lattice that is measured, cropped around the lesion.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Resampled intensities.
    pub image: Volume,
    /// Resampled lesion.
    pub tumour: Mask,
    /// Its ring, where it was asked for, without voxels that measure nothing.
    pub ring: Option<preprocess::Ring>,
    /// Voxels that were taken from the ring because they measure nothing.
    pub ring_no_data: usize,
}

/// Bytes of a voxel of the box around lesion and ring: intensities while they are interpolated and
/// after, masks of lesion, ring and core.
const VOXEL: usize = 16;

/// How far around a lesion is read, mm: its ring and what features read around these.
pub(super) fn margin_mm(settings: &Settings, with_ring: bool) -> f64 {
    let ring = if with_ring { settings.ring.outer_mm } else { 0.0 };
    ring + registry::reach_mm(&settings.features.families)
}

/// The window of the resampled lattice that holds the lesion and so many mm around it.
pub(super) fn target(
    grid: &SharedGrid,
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    margin: f64,
    engine: &Engine,
) -> Result<Target, PipelineError> {
    let bounds = mask.bounds().ok_or_else(|| PipelineError::EmptyMask { roi: roi.into() })?;
    let refused = |source| PipelineError::Preprocess { roi: roi.into(), part: "image", source };
    let mut spacing = settings.spacing_zyx();
    if settings.resample.align == Alignment::Corner {
        // pyradiomics does not resample along an axis on which the lesion is one voxel wide.
        (0..3).filter(|a| bounds.shape()[*a] == 1).for_each(|a| spacing[a] = None);
    }
    let target = Target::aligned(grid, spacing, settings.resample.align).map_err(refused)?;
    let window = target.around(bounds, margin);
    let target = target.windowed(window).map_err(refused)?;
    held(target.grid(), roi, engine)?;
    Ok(target)
}

/// Refuses a box that needs more memory than is lent.
fn held(grid: &SharedGrid, roi: &str, engine: &Engine) -> Result<(), PipelineError> {
    let (voxels, spacing, limit) = (grid.len(), grid.spacing, engine.memory());
    if limit.holds(voxels, VOXEL) {
        return Ok(());
    }
    Err(PipelineError::TooLarge { roi: roi.into(), voxels, spacing, bytes: VOXEL, limit })
}

/// The planes of the image that [`prepare`] reads: those of lesion and ring, what features read
/// around these, and what interpolation between them needs; all, where the whole image is
/// normalised.
///
/// # Errors
/// [`PipelineError`]: an empty mask, impossible voxels, a box too large.
pub fn planes_needed(
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    with_ring: bool,
    engine: &Engine,
) -> Result<Range<usize>, PipelineError> {
    let margin = margin_mm(settings, with_ring);
    planes_around(mask, roi, settings, margin, engine)
}

/// The planes that hold the lesion and so many mm around it.
pub(super) fn planes_around(
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    margin: f64,
    engine: &Engine,
) -> Result<Range<usize>, PipelineError> {
    let target = target(mask.grid(), mask, roi, settings, margin, engine)?;
    if settings.normalise.scale.is_some() {
        return Ok(0..mask.grid().shape[0]);
    }
    Ok(preprocess::planes_read(&target, settings.resample.image))
}

/// Resamples image and mask around the lesion and makes its ring.
///
/// # Errors
/// [`PipelineError`]: an empty mask, a lesion lost by resampling, a box too large, no ring,
/// settings in Hounsfield units for an image without, planes that were not read.
pub fn prepare(
    image: &Volume,
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    with_ring: bool,
    engine: &Engine,
) -> Result<Prepared, PipelineError> {
    needs_no_unit(image.intensity, roi, settings)?;
    let normalised = normalised(image, roi, settings)?;
    let image = normalised.as_ref().unwrap_or(image);
    prepare_changed((image, mask), roi, settings, (with_ring, None), engine)
}

/// The image normalised, where the settings ask for it.
pub(super) fn normalised(
    image: &Volume,
    roi: &str,
    settings: &Settings,
) -> Result<Option<Volume>, PipelineError> {
    preprocess::normalise(image, settings.normalise).map_err(|source| PipelineError::Preprocess {
        roi: roi.into(),
        part: "image",
        source,
    })
}

/// [`prepare`] of an image that is normalised, with what one repeat changes.
pub(super) fn prepare_changed(
    (image, mask): (&Volume, &Mask),
    roi: &str,
    settings: &Settings,
    (with_ring, change): (bool, Option<&Change>),
    engine: &Engine,
) -> Result<Prepared, PipelineError> {
    let refused = |part: &'static str| {
        move |source: PreprocessError| PipelineError::Preprocess { roi: roi.into(), part, source }
    };
    let contour = change.map_or(0.0, Change::contour_reach_mm);
    let margin = margin_mm(settings, with_ring) + contour;
    let target = target(&image.grid, mask, roi, settings, margin, engine)?;
    let resample = &settings.resample;
    let (mut resampled, mut tumour) = match change.filter(|change| change.resamples()) {
        None => (
            preprocess::resample_image(image, &target, resample.image, engine)
                .map_err(refused("image"))?,
            preprocess::resample_mask(
                mask,
                &target,
                resample.mask,
                resample.mask_threshold,
                engine,
            )
            .map_err(refused("mask"))?,
        ),
        Some(change) => {
            let bounds = mask.bounds().unwrap_or(mask.grid().bounds());
            let motion = change.motion.unwrap_or(Motion::NONE);
            let lattice = motion.lattice(&target, bounds, margin).map_err(refused("image"))?;
            held(&lattice, roi, engine)?;
            let (noise, threshold) = (change.noise.as_ref(), resample.mask_threshold);
            (
                moved_image(image, &lattice, resample.image, noise, engine)
                    .map_err(refused("image"))?,
                moved_mask(mask, &lattice, resample.mask, threshold, engine)
                    .map_err(refused("mask"))?,
            )
        }
    };
    preprocess::round_intensities(&mut resampled, image, resample.round);
    if tumour.count() == 0 {
        let (voxels, spacing) = (mask.count(), target.grid().spacing);
        return Err(PipelineError::Lost { roi: roi.into(), voxels, spacing });
    }
    if let Some(change) = change {
        tumour = change.contour(&tumour, &resampled, engine).map_err(refused("mask"))?;
    }
    let widths = &settings.ring;
    let mut ring = with_ring
        .then(|| preprocess::ring(&tumour, widths.inner_mm, widths.outer_mm, engine))
        .transpose()
        .map_err(refused("ring"))?;
    let mut ring_no_data = 0;
    if let (Some(ring), Some(marks)) = (&mut ring, resampled.no_data()) {
        let all = ring.mask.count();
        ring.mask = with_data(&ring.mask, marks).map_err(refused("ring"))?;
        ring_no_data = all - ring.mask.count();
    }
    Ok(Prepared { image: resampled, tumour, ring, ring_no_data })
}

/// The voxels of `mask` that measure something.
pub(super) fn with_data(mask: &Mask, marks: &Array3<bool>) -> Result<Mask, PreprocessError> {
    let mut voxels = mask.voxels().clone();
    voxels.zip_mut_with(marks, |inside, nothing| *inside &= !nothing);
    Ok(Mask::new(mask.grid().clone(), voxels)?)
}

/// Refuses settings stated in Hounsfield units for an image that has none.
pub(super) fn needs_no_unit(
    intensity: Intensity,
    roi: &str,
    settings: &Settings,
) -> Result<(), PipelineError> {
    let (rule, range) = (settings.discretise, settings.resegment);
    if settings.normalise.scale.is_some() {
        return Ok(());
    }
    let key = match rule {
        Method::Absolute { .. } => Some("discretise.lowest, discretise.highest"),
        Method::FixedBinWidth { lowest: Some(_), .. } => Some("discretise.lowest"),
        _ if range.limits != Limits::Absolute => None,
        _ if range.lowest.is_some() || range.highest.is_some() => {
            Some("resegment.lowest, resegment.highest")
        }
        _ => None,
    };
    match key.filter(|_| intensity == Intensity::Arbitrary) {
        Some(key) => Err(PipelineError::NeedsHu { roi: roi.into(), key }),
        None => Ok(()),
    }
}

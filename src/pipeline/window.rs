//! How much of the image a lesion needs, and of the lattice it is measured on.

use super::PipelineError;
use super::parts::Wanted;
use crate::engine::Engine;
use crate::feature::registry;
use crate::geometry::{IndexBox, SharedGrid};
use crate::image::{Mask, Region};
use crate::preprocess::{self, Alignment, Rounding, Target, perturb};
use crate::settings::{Lattice, Settings};
use std::ops::Range;

/// Bytes of a voxel of the box around lesion and ring: intensities while they are interpolated and
/// after, masks of lesion, ring and core.
pub(super) const VOXEL: usize = 16;

/// The window of the resampled lattice that holds the lesion and so many mm around it, beside what
/// features read there.
pub(super) fn target(
    grid: &SharedGrid,
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    outward_mm: f64,
    engine: &Engine,
) -> Result<Target, PipelineError> {
    let target = unclaimed(grid, mask, roi, settings, outward_mm)?;
    held(target.grid(), roi, engine)?;
    Ok(target)
}

/// The same where nothing is made on it.
pub(super) fn unclaimed(
    grid: &SharedGrid,
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    outward_mm: f64,
) -> Result<Target, PipelineError> {
    let bounds = mask.bounds().ok_or_else(|| PipelineError::EmptyMask { roi: roi.into() })?;
    let margin = outward_mm + registry::reach_mm(settings.wanted());
    let refused = |source| PipelineError::Preprocess { roi: roi.into(), part: "image", source };
    let mut spacing = settings.spacing_zyx();
    if settings.resample.align == Alignment::Corner {
        // pyradiomics does not resample along an axis on which the lesion is one voxel wide.
        (0..3).filter(|a| bounds.shape()[*a] == 1).for_each(|a| spacing[a] = None);
    }
    let target = Target::aligned(grid, spacing, settings.resample.align).map_err(refused)?;
    let window = target.around(bounds, margin);
    target.windowed(window).map_err(refused)
}

/// The window of the mask's own lattice that holds the lesion and so many mm around it, for a part of
/// what is measured of an ROI.
pub(super) fn native_target(
    mask: &Mask,
    (roi, part): (&str, &'static str),
    outward_mm: f64,
    engine: &Engine,
) -> Result<Target, PipelineError> {
    let refused = |source| PipelineError::Preprocess { roi: roi.into(), part, source };
    let bounds = mask.bounds().ok_or_else(|| PipelineError::EmptyMask { roi: roi.into() })?;
    let whole = Target::new(mask.grid(), [None; 3]).map_err(refused)?;
    let window = whole.around(bounds, outward_mm);
    let target = whole.windowed(window).map_err(refused)?;
    held(target.grid(), roi, engine)?;
    Ok(target)
}

/// Refuses a box that needs more memory for image and masks than is lent.
pub(super) fn held(grid: &SharedGrid, roi: &str, engine: &Engine) -> Result<(), PipelineError> {
    let (voxels, spacing, limit) = (grid.len(), grid.spacing, engine.memory());
    if limit.holds(voxels, VOXEL) {
        return Ok(());
    }
    Err(PipelineError::TooLarge { roi: roi.into(), voxels, spacing, bytes: VOXEL, limit })
}

/// The voxels of the image that [`prepare`](super::prepare()) reads: those of lesion and ring, what features read
/// around these, and what interpolation between them needs; all, where the whole image is
/// normalised, or where rounding of what is interpolated asks whether it is one of integers.
///
/// # Errors
/// [`PipelineError`]: an empty mask, impossible voxels, a box too large, a shell that is not there.
pub fn box_needed(
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    regions: &[Region],
    engine: &Engine,
) -> Result<IndexBox, PipelineError> {
    let outward_mm = Wanted::new(settings, regions, roi)?.outward_mm;
    let target = target(mask.grid(), mask, roi, settings, outward_mm, engine)?;
    box_around(&target, mask, roi, settings, outward_mm, false)
}

/// The planes of [`box_needed`].
///
/// # Errors
/// As for [`box_needed`].
pub fn planes_needed(
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    regions: &[Region],
    engine: &Engine,
) -> Result<Range<usize>, PipelineError> {
    let needed = box_needed(mask, roi, settings, regions, engine)?;
    Ok(needed.lo[0]..needed.hi[0])
}

/// The voxels that are read for a target that holds the lesion and so many mm around it; `moved` where
/// repeats may interpolate what is not resampled.
pub(super) fn box_around(
    target: &Target,
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    outward_mm: f64,
    moved: bool,
) -> Result<IndexBox, PipelineError> {
    let grid = mask.grid();
    let round = settings.resample.round.where_interpolated(moved || target.interpolates());
    if round == Rounding::TruncateIntegers || settings.normalise.scale.is_some() {
        return Ok(grid.bounds());
    }
    // All that is read without a change is among what is read for any.
    let read = if moved { perturb::box_moved } else { preprocess::box_read };
    let mut needed = read(target, settings.resample.image);
    if let (Lattice::Native, Some(bounds)) = (settings.ring.lattice, mask.bounds()) {
        let refused = |source| PipelineError::Preprocess { roi: roi.into(), part: "ring", source };
        let own = Target::new(grid, [None; 3]).map_err(refused)?.around(bounds, outward_mm);
        needed = needed.with(own);
    }
    Ok(needed)
}

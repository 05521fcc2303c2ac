//! One lesion measured again and again under small changes.

use super::parts::Wanted;
use super::prepare::{Purpose, needs_no_unit, normalised, prepare_wanted};
use super::run::measure_regions;
use super::window::{VOXEL, box_around, target, unclaimed};
use super::{FeatureSet, PipelineError, Subject};
use crate::engine::Engine;
use crate::feature::registry;
use crate::geometry::IndexBox;
use crate::image::{Mask, Region};
use crate::preprocess::perturb::{
    Change, Perturbation, Streams, Supervoxels, bytes_moved, noise_level,
};
use crate::preprocess::{Distances, Target};
use crate::settings::{Lattice, Settings};
use std::ops::Range;

/// What became of each repeat.
#[derive(Debug, Clone)]
pub struct Repeats {
    /// Standard deviation of the image's own noise around the lesion, in its unit; `None` where it
    /// could not be found or was not asked for.
    pub noise_level: Option<f64>,
    /// Was noise asked for and left out, because there is no estimate of it?
    pub without_noise: bool,
    /// In the order of the repeats: what was measured, or why not.
    pub sets: Vec<Result<FeatureSet, PipelineError>>,
}

/// Measures the regions of a lesion in every repeat of a perturbation, in parallel: as many at once as
/// the engine lends memory for, and at least one.
///
/// A repeat that cannot be measured is an error in its place. The features carry the settings as
/// they are, without a repeat's widths of the ring.
///
/// # Errors
/// [`PipelineError`] where no repeat can be measured: an empty mask, settings in Hounsfield units
/// for an image without, an image that cannot be normalised, a box too large.
pub fn perturbed(
    subject: &Subject<'_>,
    settings: &Settings,
    limits: &Perturbation,
    regions: &[Region],
    engine: &Engine,
) -> Result<Repeats, PipelineError> {
    let Subject { roi, image, mask, .. } = *subject;
    let wanted = Wanted::new(settings, regions, roi)?;
    needs_no_unit(image.intensity, roi, settings, !wanted.regions.is_empty())?;
    let normalised = normalised(image, roi, settings)?;
    let image = normalised.as_ref().unwrap_or(image);
    let bounds = mask.bounds().ok_or_else(|| PipelineError::EmptyMask { roi: roi.into() })?;
    let noisy = limits.noise.factor > 0.0;
    let margin = wanted.outward_mm + registry::reach_mm(settings.wanted());
    let surroundings = grown_by(bounds, mask, margin);
    let noise = noisy.then(|| noise_level(image, surroundings)).flatten();
    let streams = Streams::new(limits.run.seed, roi, mask);
    let normal = mask.grid().axes[0];
    let repeats: Vec<u32> = (0..limits.run.repeats).collect();
    let widest = widest(mask, roi, settings, limits, wanted.outward_mm)?;
    let drawn = grown_by(bounds, mask, widest.reach_mm);
    let beside = !wanted.regions.is_empty();
    let bytes = bytes_at_most(&widest.target, drawn, settings, limits, beside);
    // A repeat is the unit of work: within it nothing is shared out again.
    let alone = engine.alone();
    let measured = |&repeat: &u32| {
        let change = Change::drawn(limits, &streams, repeat, noise, normal);
        let mut widened = settings.clone();
        let widths = [&mut widened.ring.inner_mm, &mut widened.ring.outer_mm];
        for (width, more) in widths.into_iter().zip(change.ring_mm) {
            // A side without a ring stays without.
            if *width > 0.0 {
                *width = (*width + more).max(0.0);
            }
        }
        let wanted = Wanted::new(&widened, regions, roi)?;
        let purpose = Purpose::Repeated(&change);
        let prepared = prepare_wanted(purpose, subject, image, &widened, &wanted, &alone)?;
        let mut set = measure_regions(
            &Subject { below: &[], ..*subject },
            &prepared,
            &widened,
            regions,
            &alone,
        )?;
        set.settings = settings.clone();
        Ok(set)
    };
    let mut sets = Vec::with_capacity(repeats.len());
    let room = engine.memory().room(bytes);
    for few in repeats.chunks(at_once(room, repeats.len(), engine.threads())) {
        sets.extend(engine.map(few, measured));
    }
    if engine.stopped() {
        return Err(PipelineError::Stopped { roi: roi.into() });
    }
    Ok(Repeats { noise_level: noise, without_noise: noisy && noise.is_none(), sets })
}

/// The planes of [`box_perturbed`].
///
/// # Errors
/// As for [`box_perturbed`].
pub fn planes_perturbed(
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    limits: &Perturbation,
    regions: &[Region],
    engine: &Engine,
) -> Result<Range<usize>, PipelineError> {
    let needed = box_perturbed(mask, roi, settings, limits, regions, engine)?;
    Ok(needed.lo[0]..needed.hi[0])
}

/// The voxels of the image that [`perturbed`] reads, more than
/// [`box_needed`](super::box_needed) names.
///
/// # Errors
/// As for [`box_needed`](super::box_needed).
pub fn box_perturbed(
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    limits: &Perturbation,
    regions: &[Region],
    engine: &Engine,
) -> Result<IndexBox, PipelineError> {
    let outward_mm = Wanted::new(settings, regions, roi)?.outward_mm;
    // What is measured without a change must fit; whether a repeat does is known when it is drawn.
    target(mask.grid(), mask, roi, settings, outward_mm, engine)?;
    let margin = outward_mm + registry::reach_mm(settings.wanted());
    let bounds = mask.bounds().ok_or_else(|| PipelineError::EmptyMask { roi: roi.into() })?;
    let Widest { target, reach_mm } = widest(mask, roi, settings, limits, outward_mm)?;
    let needed = box_around(&target, mask, roi, settings, reach_mm, true)?;
    // Where noise is looked for.
    Ok(needed.with(grown_by(bounds, mask, margin)))
}

/// What holds every repeat.
struct Widest {
    target: Target,
    /// mm around the lesion.
    reach_mm: f64,
}

/// What holds every repeat of a lesion that is measured with so many mm around it.
fn widest(
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    limits: &Perturbation,
    outward_mm: f64,
) -> Result<Widest, PipelineError> {
    let grid = mask.grid();
    let measured = unclaimed(grid, mask, roi, settings, outward_mm)?;
    let margin = outward_mm + registry::reach_mm(settings.wanted());
    let bounds = mask.bounds().ok_or_else(|| PipelineError::EmptyMask { roi: roi.into() })?;
    let native = grid.spacing;
    let half = |a: usize| 0.5 * bounds.shape()[a] as f64 * native[a] + native[a] + margin;
    let half_mm = [0, 1, 2].map(|a| half(a).powi(2)).iter().sum::<f64>().sqrt();
    let spacing = measured.full().spacing;
    // Rounding to whole voxels of either lattice takes at most one of each more.
    let rounding = spacing.iter().chain(&native).fold(0.0, |a: f64, b| a.max(*b));
    let reach_mm = outward_mm + limits.reach_mm(spacing, half_mm) + 2.0 * rounding;
    Ok(Widest { target: unclaimed(grid, mask, roi, settings, reach_mm)?, reach_mm })
}

/// Bytes that a repeat takes at most beside what all of them share: what it copies of the image, and
/// the boxes in which lesion, ring (where there is something `beside` the lesion) and contour are made,
/// which for the image's own lattice is `drawn`.
fn bytes_at_most(
    widest: &Target,
    drawn: IndexBox,
    settings: &Settings,
    limits: &Perturbation,
    beside: bool,
) -> usize {
    let kind = settings.resample.image;
    let noisy = limits.noise.factor > 0.0;
    let copied = if limits.resamples() { bytes_moved(widest, kind, noisy) } else { 0 };
    let ring = if beside { Distances::VOXEL } else { 0 };
    let contour = if limits.supervoxels.mm3 > 0.0 { Supervoxels::VOXEL } else { 0 };
    let measured = widest.grid().len();
    let voxels = match settings.ring.lattice {
        Lattice::Resampled => measured,
        Lattice::Native => measured.max(drawn.shape().iter().product()),
    };
    voxels.saturating_mul(VOXEL + ring + contour).saturating_add(copied)
}

/// How many repeats the threads share out at once, where there is room for so many.
fn at_once(room: usize, repeats: usize, threads: usize) -> usize {
    // Where every thread has room, none waits for the others.
    if room >= threads { repeats.max(1) } else { room.max(1) }
}

/// The lesion's box and so many mm around it, on its own lattice.
fn grown_by(bounds: IndexBox, mask: &Mask, margin: f64) -> IndexBox {
    let grid = mask.grid();
    bounds.grown(grid.spacing.map(|mm| (margin / mm).ceil() as usize), grid.bounds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_repeats_run_at_once_than_there_is_memory_for() {
        let found = [0, 1, 3, 4, 100].map(|room| at_once(room, 30, 4));
        assert_eq!(found, [1, 1, 3, 30, 30]);
        assert_eq!(at_once(7, 0, 4), 1);
    }
}

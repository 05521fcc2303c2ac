//! One lesion measured again and again under small changes.

use super::parts::Wanted;
use super::prepare::{Purpose, needs_no_unit, normalised, prepare_wanted};
use super::run::measure_regions;
use super::window::{box_around, target};
use super::{FeatureSet, PipelineError, Subject};
use crate::engine::Engine;
use crate::feature::registry;
use crate::geometry::IndexBox;
use crate::image::{Mask, Region};
use crate::preprocess::perturb::{Change, Perturbation, Streams, noise_level};
use crate::settings::Settings;
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

/// Measures the regions of a lesion in every repeat of a perturbation, in parallel.
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
    // A repeat is the unit of work: within it nothing is shared out again.
    let alone = engine.alone();
    let sets = engine.map(&repeats, |&repeat| {
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
    });
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
    let measured = target(mask.grid(), mask, roi, settings, outward_mm, engine)?;
    let margin = outward_mm + registry::reach_mm(settings.wanted());
    let bounds = mask.bounds().ok_or_else(|| PipelineError::EmptyMask { roi: roi.into() })?;
    let native = mask.grid().spacing;
    let half = |a: usize| 0.5 * bounds.shape()[a] as f64 * native[a] + native[a] + margin;
    let half_mm = [0, 1, 2].map(|a| half(a).powi(2)).iter().sum::<f64>().sqrt();
    let spacing = measured.full().spacing;
    // Rounding to whole voxels of either lattice takes at most one of each more.
    let rounding = spacing.iter().chain(&native).fold(0.0, |a: f64, b| a.max(*b));
    let reach = outward_mm + limits.reach_mm(spacing, half_mm) + 2.0 * rounding;
    let needed = box_around(mask, roi, settings, reach, true, engine)?;
    // Where noise is looked for.
    Ok(needed.with(grown_by(bounds, mask, margin)))
}

/// The lesion's box and so many mm around it, on its own lattice.
fn grown_by(bounds: IndexBox, mask: &Mask, margin: f64) -> IndexBox {
    let grid = mask.grid();
    bounds.grown(grid.spacing.map(|mm| (margin / mm).ceil() as usize), grid.bounds())
}

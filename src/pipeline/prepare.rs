//! Image and masks on the lattice that is measured.

use super::native::{native_contour, native_parts};
use super::parts::{Scene, Wanted};
use super::place::Place;
use super::window::{held, target};
use super::{PipelineError, RingFacts, Subject};
use crate::engine::Engine;
use crate::feature::registry;
use crate::image::{Intensity, Mask, Region, Volume};
use crate::preprocess::perturb::{Change, Motion};
use crate::preprocess::{self, Limits, Method, PreprocessError};
use crate::settings::{Lattice, Ring, Settings};
use ndarray::Array3;

/// Image and masks on the lattice that is measured, cropped around the lesion.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Resampled intensities.
    pub image: Volume,
    /// Resampled lesion.
    pub tumour: Mask,
    /// Core, ring and shells that were asked for, without what was removed from them.
    pub parts: Vec<Part>,
}

/// A region of a lesion beside the lesion itself.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which.
    pub region: Region,
    /// Its voxels.
    pub mask: Mask,
    /// What was removed from it; `None` of the core.
    pub facts: Option<RingFacts>,
}

impl Part {
    /// Removes from a ring or shell that was resampled the voxels of which interpolation has made
    /// excluded intensities.
    fn without_excluded(&mut self, image: &Volume, ring: &Ring) -> Result<(), PreprocessError> {
        let Some(facts) = self.facts.as_mut().filter(|_| !ring.exclude.is_empty()) else {
            return Ok(());
        };
        let mut voxels = self.mask.voxels().clone();
        let excluded = |hu: f32| ring.exclude.iter().any(|range| range.holds(hu));
        voxels.zip_mut_with(&image.data, |inside, hu| *inside &= !excluded(*hu));
        let mask = Mask::new(self.mask.grid().clone(), voxels)?;
        facts.interpolated = self.mask.count() - mask.count();
        self.mask = mask;
        Ok(())
    }
}

/// Resamples image and mask around the lesion and makes the other regions that are asked for.
///
/// # Errors
/// [`PipelineError`]: an empty mask, a lesion lost by resampling, a box too large, no ring, a shell
/// that is not there, settings in Hounsfield units for an image without, planes that were not read.
pub fn prepare(
    subject: &Subject<'_>,
    settings: &Settings,
    regions: &[Region],
    engine: &Engine,
) -> Result<Prepared, PipelineError> {
    prepare_for(Purpose::Any, subject, settings, regions, engine)
}

/// What a lesion is prepared for.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// The image is there all around it.
    Any,
    /// To be measured, and no more: where nothing reads the image, it may be NaN.
    Measured,
    /// To be measured with changes.
    Repeated(&'a Change),
}

/// [`prepare`] for a purpose.
pub(super) fn prepare_for(
    purpose: Purpose<'_>,
    subject: &Subject<'_>,
    settings: &Settings,
    regions: &[Region],
    engine: &Engine,
) -> Result<Prepared, PipelineError> {
    let Subject { roi, image, .. } = *subject;
    let wanted = Wanted::new(settings, regions, roi)?;
    needs_no_unit(image.intensity, roi, settings, !wanted.regions.is_empty())?;
    let normalised = normalised(image, roi, settings)?;
    let image = normalised.as_ref().unwrap_or(image);
    prepare_wanted(purpose, subject, image, settings, &wanted, engine)
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

/// [`prepare_for`] with the image normalised.
pub(super) fn prepare_wanted(
    purpose: Purpose<'_>,
    subject: &Subject<'_>,
    image: &Volume,
    settings: &Settings,
    wanted: &Wanted<'_>,
    engine: &Engine,
) -> Result<Prepared, PipelineError> {
    let Subject { roi, mask, .. } = *subject;
    let change = if let Purpose::Repeated(change) = purpose { Some(change) } else { None };
    let refused = |part: &'static str| {
        move |source: PreprocessError| PipelineError::Preprocess { roi: roi.into(), part, source }
    };
    let outward_mm = wanted.outward_mm + change.map_or(0.0, Change::contour_reach_mm);
    let reach_mm = registry::reach_mm(settings.wanted());
    let target = target(&image.grid, mask, roi, settings, outward_mm, engine)?;
    let mut place = Place::new(&target, &settings.resample);
    if let Some(change) = change.filter(|change| change.resamples()) {
        let bounds = mask.bounds().unwrap_or(mask.grid().bounds());
        let motion = change.motion.unwrap_or(Motion::NONE);
        let reaches = (outward_mm + reach_mm, wanted.outward_mm);
        place = place
            .moved(&motion, change.noise.as_ref(), bounds, reaches)
            .map_err(refused("image"))?;
        held(place.grid(), roi, engine)?;
    }
    // Where the ring is made on the image's lattice, a repeat draws its one contour there, too.
    let native = settings.ring.lattice == Lattice::Native;
    let redrawn = change.filter(|_| native);
    let redrawn = redrawn.map(|change| native_contour(subject, image, settings, change, engine));
    let redrawn = redrawn.transpose()?;
    let drawn = redrawn.as_ref().unwrap_or(mask);
    let mut tumour = place.mask(drawn, engine).map_err(refused("mask"))?;
    if tumour.count() == 0 {
        let (voxels, spacing) = (mask.count(), target.grid().spacing);
        return Err(PipelineError::Lost { roi: roi.into(), voxels, spacing });
    }
    // Beside the lesion only rings, contours that are drawn anew and some features read the image.
    let alone =
        matches!(purpose, Purpose::Measured) && wanted.regions.is_empty() && reach_mm == 0.0;
    let resampled = place.image(image, alone.then_some(&tumour), engine);
    let mut resampled = resampled.map_err(refused("image"))?;
    let round = settings.resample.round.where_interpolated(place.interpolates());
    preprocess::round_intensities(&mut resampled, image, round).map_err(refused("image"))?;
    if let Some(change) = change.filter(|_| !native) {
        tumour = change.contour(&tumour, &resampled, engine).map_err(refused("mask"))?;
    }
    let parts = if wanted.regions.is_empty() {
        Vec::new()
    } else if native {
        let mut parts = native_parts(subject, image, drawn, settings, wanted, engine)?;
        for part in &mut parts {
            part.mask = place.mask(&part.mask, engine).map_err(refused("ring"))?;
            part.without_excluded(&resampled, &settings.ring).map_err(refused("ring"))?;
        }
        parts
    } else {
        let (image, lesion, place) = (&resampled, &tumour, &place);
        Scene { subject, settings, place, image, lesion, engine }.parts(wanted)?
    };
    Ok(Prepared { image: resampled, tumour, parts })
}

/// The voxels of `mask` that measure something.
pub(super) fn with_data(mask: &Mask, marks: &Array3<bool>) -> Result<Mask, PreprocessError> {
    let mut voxels = mask.voxels().clone();
    voxels.zip_mut_with(marks, |inside, nothing| *inside &= !nothing);
    Ok(Mask::new(mask.grid().clone(), voxels)?)
}

/// Refuses settings stated in Hounsfield units for an image that has none; those of the ring count
/// where regions beside the lesion are made.
pub(super) fn needs_no_unit(
    intensity: Intensity,
    roi: &str,
    settings: &Settings,
    beside: bool,
) -> Result<(), PipelineError> {
    let (rule, range) = (settings.discretise, settings.resegment);
    if settings.normalise.scale.is_some() {
        return Ok(());
    }
    let key = match rule {
        Method::Absolute { .. } => Some("discretise.lowest, discretise.highest"),
        Method::FixedBinWidth { lowest: Some(_), .. } => Some("discretise.lowest"),
        _ if beside && !settings.ring.exclude.is_empty() => Some("ring.exclude"),
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

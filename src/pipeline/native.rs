//! What is made on the image's own lattice, and regions shown on it.

use super::parts::{Scene, Wanted};
use super::place::Place;
use super::prepare::{needs_no_unit, normalised, prepare};
use super::window::native_target;
use super::{Part, PipelineError, Subject};
use crate::engine::Engine;
use crate::geometry::IndexBox;
use crate::image::{Mask, Region, Volume};
use crate::preprocess::PreprocessError;
use crate::preprocess::perturb::Change;
use crate::settings::{Lattice, Settings};
use ndarray::Array3;

/// A region on the image's lattice, without what was removed from it.
///
/// The lesion is as it was drawn. What is made on the image's lattice is shown as it was made; of
/// what is made on the resampled one this is a picture: each voxel whose centre lies in a voxel of
/// it.
///
/// # Errors
/// As for [`prepare`].
pub fn native_region(
    subject: &Subject<'_>,
    settings: &Settings,
    region: Region,
    engine: &Engine,
) -> Result<Mask, PipelineError> {
    let Subject { roi, image, mask, .. } = *subject;
    let refused =
        |source| PipelineError::Preprocess { roi: roi.into(), part: region.name(), source };
    if region == Region::Tumour {
        return Ok(mask.clone());
    }
    let none = || Mask::new(image.grid.clone(), Array3::from_elem(image.grid.shape, false));
    if settings.ring.lattice == Lattice::Native {
        let wanted = Wanted::new(settings, &[region], roi)?;
        needs_no_unit(image.intensity, roi, settings, true)?;
        let normalised = normalised(image, roi, settings)?;
        let image = normalised.as_ref().unwrap_or(image);
        let part = native_parts(subject, image, mask, settings, &wanted, engine)?.pop();
        return part.map_or_else(none, |part| Ok(part.mask)).map_err(|e| refused(e.into()));
    }
    let prepared = prepare(subject, settings, &[region], engine)?;
    let Some(part) = prepared.parts.first() else { return none().map_err(|e| refused(e.into())) };
    let measured = part.mask.grid();
    let place = measured.inverse();
    let mut voxels = Array3::from_elem(image.grid.shape, false);
    for ((z, y, x), inside) in voxels.indexed_iter_mut() {
        let index = place.index(image.grid.to_patient([z as f64, y as f64, x as f64]));
        let nearest = index.map(f64::round);
        let within = (0..3).all(|a| nearest[a] >= 0.0 && nearest[a] < measured.shape[a] as f64);
        *inside = within && part.mask.voxels()[nearest.map(|i| i as usize)];
    }
    Mask::new(image.grid.clone(), voxels).map_err(|e| refused(e.into()))
}

/// The regions around a lesion, as it was drawn or is drawn anew, made on the image's own lattice, whose
/// intensities decide of what is removed.
///
/// # Errors
/// As for [`prepare`].
pub(super) fn native_parts(
    subject: &Subject<'_>,
    image: &Volume,
    lesion: &Mask,
    settings: &Settings,
    wanted: &Wanted<'_>,
    engine: &Engine,
) -> Result<Vec<Part>, PipelineError> {
    let roi = subject.roi;
    let refused = |source: PreprocessError| PipelineError::Preprocess {
        roi: roi.into(),
        part: "ring",
        source,
    };
    let target = native_target(lesion, (roi, "ring"), wanted.outward_mm, engine)?;
    let place = Place::new(&target, &settings.resample);
    let cut = place.image(image, None, engine).map_err(refused)?;
    let lesion = place.mask(lesion, engine).map_err(refused)?;
    let (image_here, lesion, place) = (&cut, &lesion, &place);
    let scene = Scene { subject, settings, place, image: image_here, lesion, engine };
    let mut parts = scene.parts(wanted)?;
    for part in &mut parts {
        part.mask = spread(&part.mask, target.window(), image).map_err(refused)?;
    }
    Ok(parts)
}

/// The contour of a repeat on the image's own lattice.
pub(super) fn native_contour(
    subject: &Subject<'_>,
    image: &Volume,
    settings: &Settings,
    change: &Change,
    engine: &Engine,
) -> Result<Mask, PipelineError> {
    let (roi, mask) = (subject.roi, subject.mask);
    let refused = |source| PipelineError::Preprocess { roi: roi.into(), part: "mask", source };
    let target = native_target(mask, (roi, "mask"), change.contour_reach_mm(), engine)?;
    let place = Place::new(&target, &settings.resample);
    let cut = place.image(image, None, engine).map_err(refused)?;
    let lesion = place.mask(mask, engine).map_err(refused)?;
    let drawn = change.contour(&lesion, &cut, engine).map_err(refused)?;
    spread(&drawn, target.window(), image).map_err(refused)
}

/// A mask of a window of the image's lattice on the whole of it.
fn spread(mask: &Mask, window: IndexBox, image: &Volume) -> Result<Mask, PreprocessError> {
    Ok(Mask::within(image.grid.clone(), window, mask.voxels().clone())?)
}

//! A region as it was measured, shown on the image's own lattice.

use super::parts::Wanted;
use super::prepare::{native_parts, needs_no_unit, prepare};
use super::{PipelineError, Subject};
use crate::engine::Engine;
use crate::image::{Mask, Region};
use crate::preprocess;
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
        let normalised = preprocess::normalise(image, settings.normalise).map_err(refused)?;
        let image = normalised.as_ref().unwrap_or(image);
        let part = native_parts(subject, image, settings, &wanted, engine)?.pop();
        return part.map_or_else(none, |part| Ok(part.mask)).map_err(|e| refused(e.into()));
    }
    let prepared = prepare(subject, settings, &[region], engine)?;
    let Some(part) = prepared.parts.first() else { return none().map_err(|e| refused(e.into())) };
    let measured = part.mask.grid();
    let mut voxels = Array3::from_elem(image.grid.shape, false);
    for ((z, y, x), inside) in voxels.indexed_iter_mut() {
        let index = measured.to_index(image.grid.to_patient([z as f64, y as f64, x as f64]));
        let nearest = index.map(f64::round);
        let within = (0..3).all(|a| nearest[a] >= 0.0 && nearest[a] < measured.shape[a] as f64);
        *inside = within && part.mask.voxels()[nearest.map(|i| i as usize)];
    }
    Mask::new(image.grid.clone(), voxels).map_err(|e| refused(e.into()))
}

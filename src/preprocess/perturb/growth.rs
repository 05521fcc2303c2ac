//! Growth and shrinkage of a contour in mm.

use crate::engine::Engine;
use crate::image::Mask;
use crate::preprocess::{PreprocessError, ring};
use ndarray::Array3;

/// The mask grown by `mm`, or shrunk where that is negative; by 0 it is the mask itself.
///
/// A voxel is added whose centre lies within `mm` of the mask's sub-voxel surface, taken whose
/// centre lies that near inside: what the ring of that width adds or takes.
///
/// # Errors
/// [`PreprocessError::EmptyMask`] where nothing is left; as for [`ring`].
pub fn grown(mask: &Mask, mm: f64, engine: &Engine) -> Result<Mask, PreprocessError> {
    if mm == 0.0 {
        return Ok(mask.clone());
    }
    if mm < 0.0 {
        let core = ring(mask, -mm, 0.0, engine)?.core;
        return if core.count() == 0 { Err(PreprocessError::EmptyMask) } else { Ok(core) };
    }
    let mut voxels: Array3<bool> = mask.voxels().clone();
    voxels.zip_mut_with(ring(mask, 0.0, mm, engine)?.mask.voxels(), |a, b| *a |= b);
    Ok(Mask::new(mask.grid().clone(), voxels)?)
}

//! A region as it was measured, shown on the image's own lattice.

use super::{PipelineError, prepare};
use crate::engine::Engine;
use crate::image::{Mask, Volume};
use crate::settings::Settings;
use ndarray::Array3;

/// The ring on the image's lattice: each voxel whose centre lies in a voxel of the measured ring.
///
/// The ring is made on the resampled lattice; this is the picture of it, not what is measured.
///
/// # Errors
/// As for [`prepare`].
pub fn native_ring(
    image: &Volume,
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    engine: &Engine,
) -> Result<Mask, PipelineError> {
    let prepared = prepare(image, mask, roi, settings, true, engine)?;
    let mut voxels = Array3::from_elem(image.grid.shape, false);
    if let Some(ring) = &prepared.ring {
        let measured = ring.mask.grid();
        for ((z, y, x), inside) in voxels.indexed_iter_mut() {
            let index = measured.to_index(image.grid.to_patient([z as f64, y as f64, x as f64]));
            let nearest = index.map(f64::round);
            let within = (0..3).all(|a| nearest[a] >= 0.0 && nearest[a] < measured.shape[a] as f64);
            *inside = within && ring.mask.voxels()[nearest.map(|i| i as usize)];
        }
    }
    Mask::new(image.grid.clone(), voxels).map_err(|source| PipelineError::Preprocess {
        roi: roi.into(),
        part: "ring",
        source: source.into(),
    })
}

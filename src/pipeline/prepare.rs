//! Image and masks on the lattice that is measured.

use super::PipelineError;
use crate::engine::Engine;
use crate::image::{Mask, Volume};
use crate::preprocess::{self, PreprocessError, Target};
use crate::settings::Settings;

/// Image and masks on the lattice that is measured, cropped around the lesion.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Resampled intensities.
    pub image: Volume,
    /// Resampled lesion.
    pub tumour: Mask,
    /// Its ring, where it was asked for.
    pub ring: Option<preprocess::Ring>,
}

/// Most voxels of the box around lesion and ring: 2 GiB of intensities.
const LIMIT: usize = 1 << 29;

/// Resamples image and mask around the lesion and makes its ring.
///
/// # Errors
/// [`PipelineError`]: an empty mask, a lesion lost by resampling, a box too large, no ring.
pub fn prepare(
    image: &Volume,
    mask: &Mask,
    roi: &str,
    settings: &Settings,
    with_ring: bool,
    engine: &Engine,
) -> Result<Prepared, PipelineError> {
    let bounds = mask.bounds().ok_or_else(|| PipelineError::EmptyMask { roi: roi.into() })?;
    let margin = if with_ring { settings.ring.outer_mm } else { 0.0 };
    let refused = |part: &'static str| {
        move |source: PreprocessError| PipelineError::Preprocess { roi: roi.into(), part, source }
    };
    let target = Target::new(&image.grid, settings.spacing_zyx()).map_err(refused("image"))?;
    let window = target.around(bounds, margin);
    let target = target.windowed(window).map_err(refused("image"))?;
    let grid = target.grid();
    if grid.len() > LIMIT {
        let (voxels, spacing) = (grid.len(), grid.spacing);
        return Err(PipelineError::TooLarge { roi: roi.into(), voxels, spacing, limit: LIMIT });
    }
    let resample = &settings.resample;
    let mut resampled = preprocess::resample_image(image, &target, resample.image, engine)
        .map_err(refused("image"))?;
    if resample.round {
        preprocess::round_intensities(&mut resampled);
    }
    let tumour =
        preprocess::resample_mask(mask, &target, resample.mask, resample.mask_threshold, engine)
            .map_err(refused("mask"))?;
    if tumour.count() == 0 {
        let (voxels, spacing) = (mask.count(), target.grid().spacing);
        return Err(PipelineError::Lost { roi: roi.into(), voxels, spacing });
    }
    let widths = &settings.ring;
    let ring = with_ring
        .then(|| preprocess::ring(&tumour, widths.inner_mm, widths.outer_mm, engine))
        .transpose()
        .map_err(refused("ring"))?;
    Ok(Prepared { image: resampled, tumour, ring })
}

//! The lattice on which a lesion is measured: as the settings have it, or as a repeat moves it.

use super::{PipelineError, window::held};
use crate::engine::Engine;
use crate::geometry::{IndexBox, SharedGrid};
use crate::image::{Mask, Volume};
use crate::preprocess::perturb::{Motion, Noise, moved_image, moved_mask};
use crate::preprocess::{PreprocessError, Target, resample_mask, resampled};
use crate::settings::Resample;

/// A window of the lattice on which a lesion is measured.
pub(super) struct Place<'a> {
    target: &'a Target,
    resample: &'a Resample,
    moved: Option<Moved<'a>>,
}

/// A lattice that was turned and shifted.
struct Moved<'a> {
    lattice: SharedGrid,
    noise: Option<&'a Noise>,
    /// The same with room for what neighbours claim, and where the lattice begins in it.
    wide: SharedGrid,
    first: [usize; 3],
}

/// Another lesion on this lattice, with all of it that matters.
pub(super) struct Elsewhere {
    pub mask: Mask,
    /// First voxel of its array, counted as [`Place::first`] is.
    pub lo: [usize; 3],
}

impl<'a> Place<'a> {
    /// The target's own window.
    pub fn new(target: &'a Target, resample: &'a Resample) -> Self {
        Self { target, resample, moved: None }
    }

    /// The window moved with noise in the image: around the box `region` of the image with
    /// `margin_mm`, and twice `outward_mm` more for neighbours.
    ///
    /// # Errors
    /// [`PreprocessError::Geometry`] for a window that cannot be.
    pub fn moved(
        self,
        motion: &Motion,
        noise: Option<&'a Noise>,
        region: IndexBox,
        (margin_mm, outward_mm): (f64, f64),
    ) -> Result<Self, PreprocessError> {
        let lattice = motion.lattice(self.target, region, margin_mm)?;
        let wide = motion.lattice(self.target, region, margin_mm + 2.0 * outward_mm)?;
        // Windows of one lattice: whole voxels apart, but for rounding.
        let first = wide.to_index(lattice.origin).map(|i| i.round().max(0.0) as usize);
        Ok(Self { moved: Some(Moved { lattice, noise, wide, first }), ..self })
    }

    /// The lattice.
    pub fn grid(&self) -> &SharedGrid {
        self.moved.as_ref().map_or_else(|| self.target.grid(), |moved| &moved.lattice)
    }

    /// Are voxels here others than the image's?
    pub fn interpolates(&self) -> bool {
        self.moved.is_some() || self.target.interpolates()
    }

    /// Where the window begins on the whole lattice, or on a part of it that holds neighbours.
    pub fn first(&self) -> [usize; 3] {
        self.moved.as_ref().map_or_else(|| self.target.window().lo, |moved| moved.first)
    }

    /// The image here; of no more than a mask of this place holds, the rest may be NaN.
    pub fn image(
        &self,
        image: &Volume,
        inside: Option<&Mask>,
        engine: &Engine,
    ) -> Result<Volume, PreprocessError> {
        let kind = self.resample.image;
        match &self.moved {
            None => resampled(image, self.target, kind, inside, engine),
            Some(Moved { lattice, noise, .. }) => moved_image(image, lattice, kind, *noise, engine),
        }
    }

    /// A mask here.
    pub fn mask(&self, mask: &Mask, engine: &Engine) -> Result<Mask, PreprocessError> {
        let (kind, threshold) = (self.resample.mask, self.resample.mask_threshold);
        match &self.moved {
            None => resample_mask(mask, self.target, kind, threshold, engine),
            Some(moved) => moved_mask(mask, &moved.lattice, kind, threshold, engine),
        }
    }

    /// Another lesion with `outward_mm` around it, as far as that meets this window; `None` where
    /// it does not.
    ///
    /// # Errors
    /// [`PipelineError::TooLarge`], and `refused` what keeps the mask from being resampled.
    pub fn elsewhere(
        &self,
        mask: &Mask,
        outward_mm: f64,
        (roi, engine): (&str, &Engine),
        refused: impl Fn(PreprocessError) -> PipelineError,
    ) -> Result<Option<Elsewhere>, PipelineError> {
        let Some(bounds) = mask.bounds() else { return Ok(None) };
        let (kind, threshold) = (self.resample.mask, self.resample.mask_threshold);
        if let Some(Moved { wide, .. }) = &self.moved {
            held(wide, roi, engine)?;
            let mask = moved_mask(mask, wide, kind, threshold, engine).map_err(refused)?;
            return Ok((mask.count() > 0).then_some(Elsewhere { mask, lo: [0; 3] }));
        }
        let here = self.target.window();
        let window = self.target.around(bounds, outward_mm);
        if (0..3).any(|a| window.hi[a] <= here.lo[a] || here.hi[a] <= window.lo[a]) {
            return Ok(None);
        }
        let target = self.target.clone().windowed(window).map_err(&refused)?;
        held(target.grid(), roi, engine)?;
        let mask = resample_mask(mask, &target, kind, threshold, engine).map_err(refused)?;
        Ok((mask.count() > 0).then_some(Elsewhere { mask, lo: window.lo }))
    }
}

//! What one repeat changes, drawn.

use super::streams::{For, within};
use super::{Axis, Motion, Noise, Perturbation, Streams, Supervoxels, grown, randomised, unit};
use crate::engine::Engine;
use crate::geometry::Vec3;
use crate::image::{Mask, Volume};
use crate::preprocess::PreprocessError;
use std::f64::consts::TAU;

/// What one repeat changes. Parts whose limit is 0 change nothing.
#[derive(Debug, Clone)]
pub struct Change {
    /// Noise of the image's own voxels.
    pub noise: Option<Noise>,
    /// Shift and turn of the measured lattice.
    pub motion: Option<Motion>,
    /// mm by which the contour grows.
    pub growth_mm: f64,
    /// mm by which inner and outer width of the ring are more.
    pub ring_mm: [f64; 2],
    supervoxels: Option<Supervoxels>,
    contour_reach_mm: f64,
    streams: Streams,
    repeat: u32,
}

impl Change {
    /// The draw of repeat number `repeat`, from 0 on; `noise` is the image's own, `normal` the
    /// direction across its slices.
    pub fn drawn(
        limits: &Perturbation,
        streams: &Streams,
        repeat: u32,
        noise: Option<f64>,
        normal: Vec3,
    ) -> Self {
        let on = |limit: f64| limit > 0.0;
        let mut shifts = streams.of(repeat, For::Translation);
        let shift = [0; 3].map(|_| within(limits.translation.voxels, &mut shifts));
        let mut turns = streams.of(repeat, For::Rotation);
        let degrees = within(limits.rotation.degrees, &mut turns);
        let direction = match limits.rotation.axis {
            Axis::Z => normal,
            Axis::Any => {
                // Uniform on the sphere: height and longitude are.
                let (height, longitude) = (within(1.0, &mut turns), TAU * unit(&mut turns));
                let across = (1.0 - height * height).max(0.0).sqrt();
                [across * longitude.cos(), across * longitude.sin(), height]
            }
        };
        let moves = on(limits.translation.voxels) || on(limits.rotation.degrees);
        let mut widths = streams.of(repeat, For::Ring);
        Self {
            noise: noise.and_then(|sd| Noise::new(sd * limits.noise.factor, streams, repeat)),
            motion: moves.then_some(Motion { shift, degrees, direction }),
            growth_mm: within(limits.growth.mm, &mut streams.of(repeat, For::Growth)),
            ring_mm: [0; 2].map(|_| within(limits.ring.mm, &mut widths)),
            supervoxels: on(limits.supervoxels.mm3).then_some(limits.supervoxels),
            contour_reach_mm: limits.contour_reach_mm(),
            streams: streams.clone(),
            repeat,
        }
    }

    /// Does it interpolate the image anew?
    pub fn resamples(&self) -> bool {
        self.noise.is_some() || self.motion.is_some()
    }

    /// How far beyond the drawn contour that of a repeat may reach, mm.
    pub fn contour_reach_mm(&self) -> f64 {
        self.contour_reach_mm
    }

    /// The contour of this repeat, on the measured lattice.
    ///
    /// # Errors
    /// [`PreprocessError::EmptyMask`] where shrinking leaves nothing; as for [`randomised`].
    pub fn contour(
        &self,
        mask: &Mask,
        image: &Volume,
        engine: &Engine,
    ) -> Result<Mask, PreprocessError> {
        let mask = grown(mask, self.growth_mm, engine)?;
        match self.supervoxels {
            Some(wanted) => randomised(&mask, image, wanted, (&self.streams, self.repeat), engine),
            None => Ok(mask),
        }
    }
}

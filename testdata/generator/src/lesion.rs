//! Lesions in lung: what a hidden share of infiltration does to texture and rim.

use crate::field::{Lattice, noise, smooth};
use crate::rng::Rng;
use crate::shape::Blob;

/// Below this a voxel counts as lung, HU.
const LUNG_BELOW: f64 = -400.0;

/// An image in the making.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Shape and spacing.
    pub lattice: Lattice,
    /// CT numbers `[z, y, x]` before blur and noise.
    pub hu: Vec<f64>,
    /// Share of the scanner's noise that each voxel gets.
    pub noise: Vec<f64>,
}

/// A lesion to be painted.
#[derive(Debug, Clone)]
pub struct Lesion {
    /// Its surface, as an observer would draw it.
    pub surface: Blob,
    /// The hidden variable, 0 to 1.
    pub infiltration: f64,
    /// Mean CT number of its tissue, HU.
    pub tissue: f64,
}

impl Lesion {
    /// Paints the lesion over the scene.
    ///
    /// More infiltration makes the inside finer and less clustered, the rim softer (tissue reaches
    /// into the lung around), and the air beside it less and in smaller specks; little leaves
    /// bright clusters, a sharp edge with dark notches, and streaks of trapped air.
    pub fn paint(&self, scene: &mut Scene, rng: &mut Rng) {
        let u = self.infiltration;
        let lattice = scene.lattice;
        let coarse = noise(lattice.shape, [1, 6, 6], rng);
        let fine = noise(lattice.shape, [0, 1, 1], rng);
        let streaks = noise(lattice.shape, [2, 5, 8], rng);
        let specks = noise(lattice.shape, [0, 0, 0], rng);
        let depth = lattice.map(|p| self.surface.depth(p));
        // What differs between lesions for no known reason: no feature tells `u` by itself.
        let notch_hu = 120.0 + 330.0 * (1.0 - u) + rng.between(-180.0, 180.0);
        let air_above = 0.3 + 0.5 * u + rng.between(-0.5, 0.5);
        let reach = 0.4 + 1.8 * u + rng.between(0.0, 1.0);
        for i in 0..depth.len() {
            let lung = scene.hu[i] < LUNG_BELOW;
            if depth[i] > 0.0 {
                // Clusters are flat plateaus and hold little noise: runs are long in them.
                let cluster = if coarse[i] > 0.4 { 30.0 } else { -10.0 };
                scene.hu[i] = self.tissue + (1.0 - u) * cluster + (3.0 + 17.0 * u) * fine[i];
                scene.noise[i] = 0.3 + 0.7 * u;
                if lung && depth[i] < 1.2 && fine[i] > 1.0 {
                    scene.hu[i] -= notch_hu;
                }
            } else if lung && depth[i] > -9.0 {
                let share = (1.0 + depth[i] / reach + 0.2 * fine[i]).clamp(0.0, 1.0);
                let air = (1.0 - u) * streaks[i] + u * specks[i] > air_above;
                if depth[i] > -reach {
                    scene.hu[i] += share * (self.tissue - 25.0 - scene.hu[i]);
                } else if air {
                    scene.hu[i] = -940.0;
                    scene.noise[i] = 0.2;
                }
            }
        }
    }
}

impl Scene {
    /// The scan of the scene: blur in the slice, noise with CT's grain of `sigma` HU, whole HU.
    pub fn scan(&self, sigma: f64, rng: &mut Rng) -> Vec<i16> {
        let shape = self.lattice.shape;
        let mut blurred = self.hu.clone();
        smooth(&mut blurred, shape, [0, 1, 1]);
        let grain = noise(shape, [0, 1, 1], rng);
        (0..blurred.len())
            .map(|i| {
                let sharp = 0.5 * (self.hu[i] + blurred[i]);
                (sharp + sigma * self.noise[i] * grain[i]).round().clamp(-1024.0, 3071.0) as i16
            })
            .collect()
    }
}

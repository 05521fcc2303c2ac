//! How much is perturbed: one strict tree, 0 for what is left as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of what is drawn for each repeat. Every draw is uniform within its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Perturbation {
    /// How often, and with which random numbers.
    pub run: Run,
    /// Noise on the image's own voxels.
    pub noise: NoiseFactor,
    /// Shift of the measured lattice.
    pub translation: Translation,
    /// Turn of the measured lattice about the lesion's centre.
    pub rotation: Rotation,
    /// Growth and shrinkage of the contour.
    pub growth: Growth,
    /// Contours made of supervoxels.
    pub supervoxels: Supervoxels,
    /// Widths of the ring.
    pub ring: RingWidth,
}

/// How often, and with which random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Repeats, 2 to 1000.
    #[schemars(range(min = 2, max = 1000))]
    pub repeats: u32,
    /// Seed of the random numbers.
    pub seed: u32,
}

/// Noise on the image's own voxels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoiseFactor {
    /// Standard deviation of the noise that is added, in multiples of the image's own.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub factor: f64,
}

/// Shift of the measured lattice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// Up to so many voxels of the measured lattice either way along each axis; 0.5 takes all
    /// positions there are.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub voxels: f64,
}

/// Turn of the measured lattice about the lesion's centre.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Up to so many degrees either way.
    #[schemars(range(min = 0.0, max = 45.0))]
    pub degrees: f64,
    /// About which axis.
    pub axis: Axis,
}

/// What a lattice is turned about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// The normal of the slices.
    Z,
    /// Another direction each time, all alike.
    Any,
}

/// Growth and shrinkage of the contour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// Up to so many mm outwards or inwards.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub mm: f64,
}

/// Contours made of supervoxels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervoxels {
    /// Mean volume of a supervoxel, mm³; 0: the contour is not randomised.
    #[schemars(range(min = 0.0, max = 10_000.0))]
    pub mm3: f64,
    /// What a distance of one supervoxel's edge weighs, as a share of the lesion's range of
    /// intensities: the higher, the rounder the supervoxels.
    #[schemars(range(min = 0.001, max = 10.0))]
    pub compactness: f64,
}

/// Widths of the ring.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RingWidth {
    /// Up to so many mm more or less, for each of the two widths that is not 0.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub mm: f64,
}

impl Perturbation {
    /// Every value out of its range: the key and what is wrong.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let repeats = self.run.repeats;
        if !(2..=1000).contains(&repeats) {
            faults.push(("run.repeats", format!("{repeats} is not within 2 to 1000")));
        }
        for (key, value, low, high) in [
            ("noise.factor", self.noise.factor, 0.0, 10.0),
            ("translation.voxels", self.translation.voxels, 0.0, 0.5),
            ("rotation.degrees", self.rotation.degrees, 0.0, 45.0),
            ("growth.mm", self.growth.mm, 0.0, 20.0),
            ("supervoxels.mm3", self.supervoxels.mm3, 0.0, 10_000.0),
            ("supervoxels.compactness", self.supervoxels.compactness, 0.001, 10.0),
            ("ring.mm", self.ring.mm, 0.0, 20.0),
        ] {
            if !(low..=high).contains(&value) {
                faults.push((key, format!("{value} is not within {low} to {high}")));
            }
        }
        faults
    }

    /// May a repeat interpolate the image anew?
    pub fn resamples(&self) -> bool {
        let limits = [self.noise.factor, self.translation.voxels, self.rotation.degrees];
        limits.into_iter().any(|limit| limit > 0.0)
    }

    /// How far beyond an unperturbed lesion of half diagonal `half_mm` and its ring a repeat may
    /// read, mm, where its measured voxels have these edges.
    pub fn reach_mm(&self, spacing: [f64; 3], half_mm: f64) -> f64 {
        let drawn = self.contour_reach_mm() + self.ring.mm;
        let shift = self.translation.voxels * spacing.iter().sum::<f64>();
        // A point as far away as that moves by a chord; the box around a turned box moves again.
        let chord = 2.0 * (0.5 * self.rotation.degrees.to_radians()).sin();
        let once = chord * (half_mm + drawn);
        drawn + shift + once + chord * (half_mm + drawn + once)
    }

    /// How far beyond the drawn contour a perturbed one may reach, mm.
    pub fn contour_reach_mm(&self) -> f64 {
        // The box that falls into supervoxels ends an edge of one beyond the grown contour.
        self.growth.mm + self.supervoxels.edge_mm()
    }
}

impl Supervoxels {
    /// Edge of a cube of the mean volume, mm.
    pub fn edge_mm(&self) -> f64 {
        self.mm3.cbrt()
    }
}

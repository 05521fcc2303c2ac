//! What a ring consists of, beside its features.

use crate::error::Warning;
use crate::image::Region;
use serde::Serialize;

/// What a ring or shell consists of, beside its features.
///
/// Voxels are those of the lattice on which it was made, and each is counted once: the voxels that
/// lie outside the image, those that were removed and those that are left are the whole ring.
#[derive(Debug, Clone, PartialEq)]
pub struct RingFacts {
    /// Voxels within the image, before anything is removed.
    pub made: usize,
    /// Voxels that lie outside the image and are missing.
    pub outside_image: usize,
    /// What was removed, in the order of removal; each voxel is counted by what removed it first.
    pub removed: Vec<Removed>,
    /// Voxels that are left and lie in other lesions.
    pub in_other_lesions: usize,
    /// Voxels of the measured lattice that were removed because interpolation made excluded
    /// intensities of them: only of what was made on the image's own lattice.
    pub interpolated: usize,
    /// Fraction of what is measured below [`RingFacts::AIR_HU`]: air and lung. `None` without HU.
    pub air_fraction: Option<f64>,
}

/// Voxels that were removed from a ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Why.
    pub by: Remover,
    /// Name of the range or structure; empty where there is none.
    pub name: String,
    /// How many.
    pub voxels: usize,
}

/// Why voxels are removed from a ring, in the order in which that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remover {
    /// They measure nothing: padding, beyond the scan.
    NoData,
    /// They are within a range of intensities.
    Intensity,
    /// They are outside a structure that bounds the ring.
    OutsideStructure,
    /// They are in an excluded structure.
    Structure,
    /// They are in another lesion.
    OtherLesion,
    /// They are in another lesion's ring, too.
    OtherRing,
}

impl Remover {
    /// The word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::Intensity => "intensity",
            Self::OutsideStructure => "outside_structure",
            Self::Structure => "structure",
            Self::OtherLesion => "other_lesion",
            Self::OtherRing => "other_ring",
        }
    }
}

/// Share of air and lung in a ring above which a warning is given.
const AIR_WARNING: f64 = 0.05;

impl RingFacts {
    /// HU below which a voxel of the ring is counted as air or lung.
    pub const AIR_HU: f32 = -500.0;

    /// Voxels of the whole ring, with those outside the image.
    pub fn whole(&self) -> usize {
        self.made + self.outside_image
    }

    /// Voxels that are left.
    pub fn left(&self) -> usize {
        self.made - self.removed.iter().map(|removed| removed.voxels).sum::<usize>()
    }

    /// So many voxels as a fraction of the whole ring; 0 of none.
    pub fn fraction(&self, voxels: usize) -> f64 {
        voxels as f64 / self.whole().max(1) as f64
    }

    /// Of the lattice's voxels, how many were removed because they measure nothing?
    pub(super) fn no_data(&self) -> usize {
        let of = self.removed.iter().filter(|removed| removed.by == Remover::NoData);
        of.map(|removed| removed.voxels).sum()
    }

    /// What the reader must know; `measured` voxels are measured, `minimum` are needed for textures.
    pub(super) fn warnings(&self, region: Region, measured: usize, minimum: usize) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |code, message| warnings.push(Warning::new(code, message));
        let name = if region == Region::Ring { "the ring" } else { region.name() };
        let share = |voxels: usize| {
            format!("{voxels} voxels ({:.1} %) of {name}", 100.0 * self.fraction(voxels))
        };
        if self.outside_image > 0 {
            let told = share(self.outside_image);
            warn(
                "ring.outside_image",
                format!("{told} lie outside the image and are missing from it"),
            );
        }
        if self.in_other_lesions > 0 {
            let told = share(self.in_other_lesions);
            let message =
                format!("{told} lie in other lesions and are measured (ring.overlap = \"allow\")");
            warn("ring.other_lesions", message);
        }
        let left = self.left();
        if measured == 0 || measured < minimum || 2 * left < self.whole() {
            let message = format!(
                "{} are left, {measured} are measured: its features say little",
                share(left)
            );
            warn("ring.little_left", message);
        }
        if let Some(fraction) = self.air_fraction.filter(|&fraction| fraction > AIR_WARNING) {
            let message = format!(
                "{:.1} % of {name} lies below {} HU (air, lung): features that weigh low grey \
                 levels measure these voxels first",
                100.0 * fraction,
                Self::AIR_HU,
            );
            warn("ring.air", message);
        }
        warnings
    }
}

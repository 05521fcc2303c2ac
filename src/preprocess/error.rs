//! Why preprocessing cannot be done.

use crate::engine::MemoryLimit;
use crate::error::Diagnose;
use crate::geometry::GeometryError;

/// Why preprocessing cannot be done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PreprocessError {
    /// The resampled lattice cannot be.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// Two inputs lie on different lattices.
    #[error("image and mask lie on different lattices: {first:?} and {second:?} voxels (z, y, x)")]
    Lattice {
        /// Voxels of the one, `[z, y, x]`.
        first: [usize; 3],
        /// Voxels of the other.
        second: [usize; 3],
    },
    /// The image was read in part, and not the part that is needed.
    #[error("planes {} to {} of the image are needed, {} to {} were read",
        .needed.start, .needed.end, .held.start, .held.end)]
    Planes {
        /// Planes that resampling reads.
        needed: std::ops::Range<usize>,
        /// Planes that there are.
        held: std::ops::Range<usize>,
    },
    /// Of each plane a part was read, and not the part that is needed.
    #[error("rows {:?} and columns {:?} of the image are needed, {:?} and {:?} were read",
        .needed[0], .needed[1], .held[0], .held[1])]
    Part {
        /// Rows and columns that resampling reads.
        needed: Box<[std::ops::Range<usize>; 2]>,
        /// Rows and columns that there are.
        held: Box<[std::ops::Range<usize>; 2]>,
    },
    /// A parameter out of its range.
    #[error("{name} is {value}, expected {expected}")]
    Parameter {
        /// Which.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What it must be.
        expected: &'static str,
    },
    /// Nothing to work on.
    #[error("the mask holds no voxel")]
    EmptyMask,
    /// An intensity that is not a number.
    #[error("{count} voxels of the region have an intensity that is not finite")]
    NotFinite {
        /// How many.
        count: usize,
    },
    /// Intensities below the first bin.
    #[error(
        "{count} voxels lie below {lowest}, where the first bin starts; the lowest is {minimum}"
    )]
    BelowLowest {
        /// How many.
        count: usize,
        /// Lower edge of the first bin.
        lowest: f64,
        /// Lowest intensity found.
        minimum: f64,
    },
    /// More grey levels than can be held.
    #[error("discretisation {method} makes {found} grey levels, at most 65535 can be held")]
    TooManyLevels {
        /// Compact text of the method.
        method: String,
        /// How many it would make.
        found: f64,
    },
    /// Intensities that are no grey levels, where they are to be taken as such.
    #[error("{count} voxels are no grey level (an integer from 1): the first is {first}")]
    NotLevels {
        /// How many.
        count: usize,
        /// The first of them.
        first: f64,
    },
    /// A ring that needs more voxels than can be held.
    #[error(
        "a ring {outer_mm} mm wide outside needs {voxels} voxels of {bytes} bytes; the memory limit \
         is {limit}"
    )]
    RingTooLarge {
        /// Outer width.
        outer_mm: f64,
        /// Voxels of the tumour's box grown by the width.
        voxels: f64,
        /// Memory for each.
        bytes: usize,
        /// Memory for all.
        limit: MemoryLimit,
    },
    /// A surface of more points than can be held: that of a mask with holes everywhere.
    #[error(
        "the lesion's surface has more than {most} points of {bytes} bytes; the memory limit is \
         {limit}"
    )]
    SurfaceTooLarge {
        /// Points there is memory for.
        most: usize,
        /// Memory for each.
        bytes: usize,
        /// Memory for all.
        limit: MemoryLimit,
    },
    /// A box that a moved lattice needs a copy of, of more voxels than can be held.
    #[error(
        "a repeat copies a box of {voxels} voxels of {bytes} bytes; the memory limit is {limit}"
    )]
    MovedTooLarge {
        /// Voxels of the box.
        voxels: usize,
        /// Memory for each.
        bytes: usize,
        /// Memory for all.
        limit: MemoryLimit,
    },
    /// Supervoxels of more voxels than can be held.
    #[error(
        "supervoxels of a box of {voxels} voxels need {bytes} bytes each; the memory limit is \
         {limit}"
    )]
    SupervoxelsTooLarge {
        /// Voxels of the box around the lesion.
        voxels: usize,
        /// Memory for each.
        bytes: usize,
        /// Memory for all.
        limit: MemoryLimit,
    },
}

impl PreprocessError {
    /// A parameter out of its range.
    pub(super) fn parameter(name: &'static str, value: f64, expected: &'static str) -> Self {
        Self::Parameter { name, value, expected }
    }
}

impl Diagnose for PreprocessError {
    fn code(&self) -> &'static str {
        match self {
            Self::Geometry(error) => error.code(),
            Self::Lattice { .. } => "preprocess.lattice",
            Self::Planes { .. } => "preprocess.planes",
            Self::Part { .. } => "preprocess.part",
            Self::Parameter { .. } => "preprocess.parameter",
            Self::EmptyMask => "preprocess.empty_mask",
            Self::NotFinite { .. } => "preprocess.not_finite",
            Self::BelowLowest { .. } => "preprocess.below_lowest",
            Self::TooManyLevels { .. } => "preprocess.too_many_levels",
            Self::NotLevels { .. } => "preprocess.not_levels",
            Self::RingTooLarge { .. } => "preprocess.ring_too_large",
            Self::SurfaceTooLarge { .. } => "preprocess.surface_too_large",
            Self::MovedTooLarge { .. } => "preprocess.moved_too_large",
            Self::SupervoxelsTooLarge { .. } => "preprocess.supervoxels_too_large",
        }
    }

    fn hint(&self) -> String {
        match self {
            Self::Geometry(_) => "Check the resampled voxel spacing.".into(),
            Self::Lattice { .. } => "Resample image and mask onto the same target.".into(),
            // The program asks these functions itself, so that its users can only report it.
            Self::Part { .. } | Self::Planes { .. } => {
                "In Rust, read what `pipeline::box_needed` names (`box_perturbed` for repeats). The \
                 program reads that by itself: please report this with the settings."
                    .into()
            }
            Self::Parameter { .. } => "Correct the setting.".into(),
            Self::EmptyMask => {
                "Check the region, the mask threshold and the re-segmentation range.".into()
            }
            Self::NotFinite { .. } => {
                "Repair the image, or re-segment to a range of intensities.".into()
            }
            Self::BelowLowest { lowest, .. } => {
                format!(
                    "Re-segment from {lowest}, start the first bin lower, or use absolute bins."
                )
            }
            Self::TooManyLevels { .. } => "Use wider or fewer bins.".into(),
            Self::NotLevels { .. } => "Choose a discretisation.".into(),
            Self::MovedTooLarge { .. } => {
                "Nothing is copied without noise (noise.factor = 0) and cubic splines \
                (resample.image = \"linear\"). Or raise the limit: --max-memory, \
                PERIRAD_MAX_MEMORY."
                    .into()
            }
            Self::SupervoxelsTooLarge { .. } => {
                "Choose larger voxels (resample.spacing_mm), leave \
                supervoxels out (supervoxels.mm3 = 0), or raise the limit: --max-memory, \
                PERIRAD_MAX_MEMORY."
                    .into()
            }
            Self::SurfaceTooLarge { .. } => "Check the mask: almost all of its voxels are at its \
                border. Or raise the limit: --max-memory, PERIRAD_MAX_MEMORY."
                .into(),
            Self::RingTooLarge { .. } => "Make the ring narrower (widths are in mm), or raise the \
                limit: --max-memory, PERIRAD_MAX_MEMORY."
                .into(),
        }
    }
}

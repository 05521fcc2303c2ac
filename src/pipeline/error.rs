//! Why a lesion could not be measured.

use crate::engine::MemoryLimit;
use crate::error::Diagnose;
use crate::feature::FeatureError;
use crate::preprocess::PreprocessError;
use crate::settings::Smallest;

/// Why a lesion could not be measured.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The mask holds no voxel.
    #[error("the mask of '{roi}' is empty: none of its voxels lies inside the image")]
    EmptyMask {
        /// Lesion.
        roi: String,
    },
    /// The lesion is smaller than the voxels it is resampled to.
    #[error(
        "'{roi}' has {voxels} voxels in the image and none after resampling to {spacing:?} mm \
         (z, y, x)"
    )]
    Lost {
        /// Lesion.
        roi: String,
        /// Voxels before.
        voxels: usize,
        /// mm along `[z, y, x]`.
        spacing: [f64; 3],
    },
    /// Settings in Hounsfield units, an image without.
    #[error("'{roi}': {key} are in Hounsfield units, and the image's numbers have no unit")]
    NeedsHu {
        /// Lesion.
        roi: String,
        /// Settings that state HU.
        key: &'static str,
    },
    /// A shell that the settings do not list.
    #[error("{part} of '{roi}' is asked for, and ring.shells_mm lists {shells} shells")]
    NoShell {
        /// Lesion.
        roi: String,
        /// Region.
        part: &'static str,
        /// Shells that there are.
        shells: usize,
    },
    /// A region below the smallest that the settings measure.
    #[error(
        "{part} of '{roi}' has {voxels} voxels and is wider than one along {dimensions} axes; \
         the settings ask for {} voxels and {} axes",
        .smallest.minimum_voxels, .smallest.minimum_dimensions
    )]
    TooSmall {
        /// Lesion.
        roi: String,
        /// Region.
        part: &'static str,
        /// Voxels that are left.
        voxels: usize,
        /// Axes along which it is wider than one voxel.
        dimensions: usize,
        /// What the settings ask for.
        smallest: Smallest,
    },
    /// More memory than the caller lends.
    #[error(
        "'{roi}' needs a box of {voxels} voxels of {bytes} bytes at {spacing:?} mm (z, y, x); the \
         memory limit is {limit}"
    )]
    TooLarge {
        /// Lesion.
        roi: String,
        /// Voxels of the box.
        voxels: usize,
        /// mm along `[z, y, x]`.
        spacing: [f64; 3],
        /// Memory for each.
        bytes: usize,
        /// Memory for all.
        limit: MemoryLimit,
    },
    /// A step of preprocessing refused.
    #[error("{part} of '{roi}': {source}")]
    Preprocess {
        /// Lesion.
        roi: String,
        /// Image, mask or region.
        part: &'static str,
        /// Which step and why.
        source: PreprocessError,
    },
    /// The features refused.
    #[error("{part} of '{roi}': {source}")]
    Feature {
        /// Lesion.
        roi: String,
        /// Region.
        part: &'static str,
        /// Why.
        source: FeatureError,
    },
    /// Nobody waits for its numbers any more.
    #[error("the work on '{roi}' was stopped")]
    Stopped {
        /// Lesion.
        roi: String,
    },
}

impl Diagnose for PipelineError {
    fn code(&self) -> &'static str {
        match self {
            Self::EmptyMask { .. } => "pipeline.empty_mask",
            Self::Lost { .. } => "pipeline.lesion_lost",
            Self::NeedsHu { .. } => "pipeline.needs_hu",
            Self::NoShell { .. } => "pipeline.no_shell",
            Self::TooSmall { .. } => "pipeline.too_small",
            Self::TooLarge { .. } => "pipeline.too_large",
            Self::Preprocess { source, .. } => source.code(),
            Self::Feature { source, .. } => source.code(),
            Self::Stopped { .. } => FeatureError::Stopped.code(),
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::EmptyMask { .. } => {
                "Look at it with `perirad inspect`: is it the mask of this image, and the right ROI?"
                    .into()
            }
            Self::Lost { .. } => "Choose smaller voxels (resample.spacing_mm).".into(),
            Self::NeedsHu { .. } => "Choose settings that follow the region: \
                discretise.method = \"fixed_bin_number\", no resegment range, no ring.exclude."
                .into(),
            Self::NoShell { .. } => {
                "List the shells from and to in mm: ring.shells_mm = [[0.0, 2.0], [2.0, 4.0]].".into()
            }
            Self::TooSmall { .. } => {
                "Leave the lesion out, or lower region.minimum_voxels and \
                 region.minimum_dimensions."
                    .into()
            }
            Self::TooLarge { .. } => "Choose larger voxels (resample.spacing_mm), or raise the limit: \
                --max-memory, PERIRAD_MAX_MEMORY."
                .into(),
            Self::Preprocess { source, .. } => source.hint(),
            Self::Feature { source, .. } => source.hint(),
            Self::Stopped { .. } => FeatureError::Stopped.hint(),
        }
    }
}

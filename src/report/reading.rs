//! What was asked of image and mask.

use crate::io::lesions::MaskOptions;
use crate::io::select::RoiQuery;
use serde::Serialize;

/// How image and mask were read: everything that was asked for, what was left to its default
/// included.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reading {
    /// Were slices to be resampled onto a regular lattice where they are not on one?
    pub regularise: bool,
    /// Were CT numbers of unspecified units to be taken as Hounsfield units?
    pub assume_hu: bool,
    /// Which lesions: a query for each name or number; none where [`Reading::joined`] tells.
    pub queries: Vec<RoiQuery>,
    /// Labels, segment or ROI numbers that were to be one lesion.
    pub joined: Vec<i32>,
    /// Was every voxel that is not background to be one lesion?
    pub any_nonzero: bool,
    /// How what was drawn was to become masks.
    #[serde(flatten)]
    pub mask: MaskOptions,
}

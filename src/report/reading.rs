//! What was asked of image and mask.

use crate::io::lesions::MaskOptions;
use crate::io::select::RoiQuery;
use crate::pipeline::StructureRule;
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
    /// Structures that bound rings, in the order in which they were applied.
    pub ring_structures: Vec<RingStructure>,
    /// Lesions that were other lesions to those of the run, and not measured.
    pub ring_neighbours: Vec<RoiQuery>,
    /// How what was drawn was to become masks.
    #[serde(flatten)]
    pub mask: MaskOptions,
}

/// A structure that bounds rings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RingStructure {
    /// What it does.
    pub rule: StructureRule,
    /// Is it drawn in a file of its own?
    pub own_file: bool,
    /// Which of what is drawn there; together they are one structure. `None`: all of it.
    pub query: Option<RoiQuery>,
}

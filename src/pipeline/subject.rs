//! The lesion to measure, and what lies around it.

use crate::image::{Acquisition, Mask, Volume};
use serde::Serialize;

/// The lesion to measure.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Case identifier for the output.
    pub case: &'a str,
    /// Name of the lesion for the output.
    pub roi: &'a str,
    /// The image.
    pub image: &'a Volume,
    /// The lesion, on the image's lattice.
    pub mask: &'a Mask,
    /// The scan.
    pub acquisition: &'a Acquisition,
    /// What bears on its ring; by default nothing.
    pub around: Around<'a>,
    /// Intensities; how much of each region lies below them is told in [`super::Evidence`].
    pub below: &'a [f64],
}

/// What lies around a lesion and bears on its ring, all on the image's lattice.
///
/// A mask with the very voxels of the lesion is the lesion under another name and no other lesion.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// Other lesions that come before this one in the order of the run: what is equally near to both
    /// is theirs.
    pub before: &'a [&'a Mask],
    /// Other lesions that come after it.
    pub after: &'a [&'a Mask],
    /// Structures, in the order in which they are applied.
    pub structures: &'a [Structure<'a>],
}

/// A structure that bounds rings.
#[derive(Debug, Clone, Copy)]
pub struct Structure<'a> {
    /// Its name for the output.
    pub name: &'a str,
    /// What it does.
    pub rule: StructureRule,
    /// Its voxels.
    pub mask: &'a Mask,
}

/// What a structure does to rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StructureRule {
    /// Rings hold none of its voxels.
    Exclude,
    /// Rings hold no other voxels than its own.
    Within,
}

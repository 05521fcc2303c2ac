//! Texture matrices: counts of grey-level patterns, no formulas.
//!
//! Input is a plain view of grey levels, `[z, y, x]`: 0 outside the region, 1 and up inside. The
//! memory of a matrix is bounded by the voxels of the region's box and a few megabytes, never by the number
//! of levels.

#![allow(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the wider registers"
)]

mod aggregate;
mod apart;
mod block;
mod chunk;
mod counters;
mod depth;
mod directional;
pub mod directions;
mod equal;
mod glcm;
mod glrlm;
mod grown;
mod growth;
mod label;
mod lengths;
mod marks;
mod neighbours;
mod ngldm;
mod ngtdm;
mod pair_table;
mod slabs;
mod tally;
mod zones;

pub use aggregate::Aggregation;
pub(crate) use block::Block;
pub use directional::{Directional, Merge};
pub use glcm::{Cooccurrence, PairCell, PairCounts};
pub(crate) use glrlm::runs_by_level;
pub use glrlm::{Cell, RunCounts, RunLengths};
pub use neighbours::{FARTHEST, Neighbours};
pub use ngldm::{DependenceCounts, Dependences};
pub use ngtdm::{ToneCell, ToneCounts, ToneDifferences};
pub use zones::{ZoneCounts, ZoneKind, ZoneMatrix};

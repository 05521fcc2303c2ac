//! Matrices of neighbourhoods: what NGTDM and NGLDM share (IBSI 3.10, 3.11).
//!
//! The neighbours of a voxel are the voxels of the region within a Chebyshev distance of it: a
//! square in its slice, or a cube. Slices and the volume are counted in whole numbers, so that
//! neither the order of the voxels nor the number of threads matters.

use std::borrow::Cow;

use super::Aggregation;
use super::block::Block;
use super::directional::Merge;
use crate::engine::Engine;

/// The matrices of a region's slices and of its volume, from which every aggregation follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours<M> {
    slices: Vec<M>,
    volume: Option<M>,
}

/// Farthest neighbours there are, in voxels: 9260 of each voxel. A larger distance is taken as this
/// one; sums of levels and numbers of neighbours fit their types up to here.
pub const FARTHEST: u8 = 10;

impl<M: Merge> Neighbours<M> {
    /// Counts what `aggregations` need; `count` makes the matrix of some stretches of voxels.
    pub(super) fn counted(
        block: Option<&Block>,
        aggregations: &[Aggregation],
        distance: u8,
        engine: &Engine,
        count: impl Fn(&Neighbourhood, &[(usize, usize)]) -> M + Sync,
    ) -> Self {
        let Some(block) = block else { return Self { slices: Vec::new(), volume: None } };
        let distance = usize::from(distance.min(FARTHEST));
        let levels = levels(block);
        let spans = &block.spans;
        let mut slices = Vec::new();
        if aggregations.iter().any(|a| a.is_spatial() && *a != Aggregation::Volume3d) {
            let within = Neighbourhood::new(block, &levels, [0, distance, distance]);
            slices = engine.map(&block.planes, |plane| count(&within, &spans[plane.clone()]));
        }
        let mut volume = None;
        if aggregations.contains(&Aggregation::Volume3d) {
            let within = Neighbourhood::new(block, &levels, [distance; 3]);
            let mut parts = engine.map(&engine.pieces(spans), |spans| count(&within, spans));
            volume = match parts.len() {
                1 => parts.pop(),
                _ => Some(M::merge(&parts.iter().collect::<Vec<_>>())),
            };
        }
        Self { slices, volume }
    }

    /// The matrices whose feature values are averaged, in their fixed order; one where merged.
    ///
    /// Slices without voxels have no matrix. Empty where the region has no voxels, or where the
    /// aggregation has directions or was not asked for when counting.
    pub fn matrices(&self, aggregation: Aggregation) -> Vec<M> {
        match aggregation {
            Aggregation::Slices2d => self.slices.clone(),
            Aggregation::Merged25dSlices if !self.slices.is_empty() => {
                vec![M::merge(&self.slices.iter().collect::<Vec<_>>())]
            }
            Aggregation::Volume3d => self.volume.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

/// Numbers that differ as the grey levels of a block's voxels do, 0 outside the region.
fn levels(block: &Block) -> Cow<'_, [u16]> {
    if block.contiguous() {
        return Cow::Borrowed(&block.ranks);
    }
    let level = |rank: &u16| if *rank == 0 { 0 } else { block.level(*rank) };
    Cow::Owned(block.ranks.iter().map(level).collect())
}

/// The neighbours of a block's voxels.
pub(super) struct Neighbourhood<'a> {
    pub(super) block: &'a Block,
    /// Of each voxel of the block, 0 outside the region; differences of two are those of their
    /// grey levels.
    pub(super) levels: &'a [u16],
    /// The highest of them.
    pub(super) highest: usize,
    /// How far neighbours are within a row.
    pub(super) distance: usize,
    /// Places of the rows of neighbours in the block, against the voxel's own, ascending.
    pub(super) rows: Vec<isize>,
}

impl<'a> Neighbourhood<'a> {
    /// With neighbours so far along `[z, y, x]`, no farther than steps in the block may go.
    fn new(block: &'a Block, levels: &'a [u16], reach: [usize; 3]) -> Self {
        let [z, y, x] = reach.map(|far| far.min(block.reach));
        let (dz, dy) = (z as isize, y as isize);
        let steps = (-dz..=dz).flat_map(|z| (-dy..=dy).map(move |y| [z, y, 0]));
        let last = block.levels.last().copied().unwrap_or(0);
        let highest = if block.contiguous() { block.levels.len() } else { usize::from(last) };
        Self {
            block,
            levels,
            highest,
            distance: x,
            rows: steps.map(|step| block.step(step)).collect(),
        }
    }

    /// Most voxels a neighbourhood can have, its centre included.
    pub(super) fn size(&self) -> usize {
        self.rows.len() * (2 * self.distance + 1)
    }
}

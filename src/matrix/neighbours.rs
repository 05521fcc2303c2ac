//! Matrices of neighbourhoods: what NGTDM and NGLDM share (IBSI 3.10, 3.11).
//!
//! The neighbours of a voxel are the voxels of the region within a Chebyshev distance of it: a
//! square in its slice, or a cube. Slices and the volume are counted in whole numbers, so that
//! neither the order of the voxels nor the number of threads matters.

use ndarray::{ArrayRef3, Axis, Slice};

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

/// Stretches of voxels that one piece of work takes.
const SPANS: usize = 1024;

impl<M: Merge> Neighbours<M> {
    /// Counts what `aggregations` need; `count` makes the matrix of some stretches of voxels.
    pub(super) fn counted(
        levels: &ArrayRef3<u16>,
        aggregations: &[Aggregation],
        distance: u8,
        engine: &Engine,
        count: impl Fn(&Neighbourhood, &[(usize, usize)]) -> M + Sync,
    ) -> Self {
        let distance = distance.min(FARTHEST);
        let mut slices = Vec::new();
        if aggregations.iter().any(|a| a.is_spatial() && *a != Aggregation::Volume3d) {
            let planes: Vec<usize> = (0..levels.len_of(Axis(0))).collect();
            let counted = engine.map(&planes, |z| {
                let slice = levels.slice_axis(Axis(0), Slice::from(*z..=*z));
                let within = Neighbourhood::in_slice(&slice, distance)?;
                Some(count(&within, &within.block.spans))
            });
            slices.extend(counted.into_iter().flatten());
        }
        let mut volume = None;
        if aggregations.contains(&Aggregation::Volume3d) {
            volume = Neighbourhood::in_space(levels, distance).map(|within| {
                let spans: Vec<_> = within.block.spans.chunks(SPANS).collect();
                let parts = engine.map(&spans, |spans| count(&within, spans));
                M::merge(&parts.iter().collect::<Vec<_>>())
            });
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

/// Grey levels with as much padding around them as neighbours reach.
pub(super) struct Neighbourhood {
    pub(super) block: Block,
    /// Grey level of each voxel of the block, 0 outside the region.
    pub(super) levels: Vec<u16>,
    /// How far neighbours are within a row.
    pub(super) distance: usize,
    /// Places of the rows of neighbours in the block, against the voxel's own, ascending.
    pub(super) rows: Vec<isize>,
}

impl Neighbourhood {
    fn in_slice(slice: &ArrayRef3<u16>, distance: u8) -> Option<Self> {
        Self::new(slice, [0, distance, distance])
    }

    fn in_space(levels: &ArrayRef3<u16>, distance: u8) -> Option<Self> {
        Self::new(levels, [distance; 3])
    }

    /// With neighbours so far along `[z, y, x]`; `None` where there are no voxels.
    fn new(levels: &ArrayRef3<u16>, reach: [u8; 3]) -> Option<Self> {
        let [z, y, x] = reach.map(usize::from);
        let block = Block::padded(levels, [z, y, x])?;
        let level = |rank: &u16| match rank {
            0 => 0,
            rank => block.levels[usize::from(*rank) - 1],
        };
        let levels = block.ranks.iter().map(level).collect();
        let (z, y) = (z as isize, y as isize);
        let rows =
            (-z..=z).flat_map(|dz| (-y..=y).map(move |dy| [dz, dy, 0])).map(|d| block.step(d));
        Some(Self { rows: rows.collect(), levels, distance: x, block })
    }

    /// Most voxels a neighbourhood can have, its centre included.
    pub(super) fn size(&self) -> usize {
        self.rows.len() * (2 * self.distance + 1)
    }
}

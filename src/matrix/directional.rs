//! Matrices of directions and slices, and how aggregations combine them (IBSI 3.6, 3.7).

use ndarray::{ArrayRef3, Axis, Slice};

use super::Aggregation;
use super::block::Block;
use super::directions::{Direction, IN_PLANE, VOLUME};
use crate::engine::Engine;

/// A matrix that can be added to others of its kind.
pub trait Merge: Clone + Send + Sync {
    /// The sum of matrices.
    fn merge(parts: &[&Self]) -> Self;
}

/// The matrices of a region's directions, from which every aggregation follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directional<M> {
    slices: Vec<[M; 4]>,
    directions: Vec<M>,
}

impl<M: Merge> Directional<M> {
    /// Counts what `aggregations` need; `count` makes the matrix of one direction.
    pub(super) fn counted(
        levels: &ArrayRef3<u16>,
        aggregations: &[Aggregation],
        engine: &Engine,
        count: impl Fn(&Block, Direction) -> M + Sync,
    ) -> Self {
        let slices = if aggregations.iter().any(|a| a.needs_slices()) {
            count_slices(levels, engine, &count)
        } else {
            Vec::new()
        };
        let mut directions = Vec::new();
        let mut wanted = if aggregations.iter().any(|a| a.needs_volume()) {
            &VOLUME[..]
        } else if aggregations.iter().any(|a| a.is_directional()) {
            &IN_PLANE[..]
        } else {
            &[]
        };
        if !slices.is_empty() {
            let in_plane = [0, 1, 2, 3];
            directions = engine.map(&in_plane, |d| {
                M::merge(&slices.iter().map(|slice| &slice[*d]).collect::<Vec<_>>())
            });
            wanted = &wanted[IN_PLANE.len()..];
        }
        if let Some(block) = Block::new(levels) {
            directions.extend(engine.map(wanted, |d| count(&block, *d)));
        }
        Self { slices, directions }
    }

    /// The matrices whose feature values are averaged, in their fixed order; one where merged.
    ///
    /// Slices without voxels have no matrix. Empty where the region has no voxels, or where the
    /// aggregation has no directions or was not asked for when counting.
    pub fn matrices(&self, aggregation: Aggregation) -> Vec<M> {
        let in_plane = self.directions.get(..IN_PLANE.len()).unwrap_or_default();
        let volume = self.directions.get(..VOLUME.len()).unwrap_or_default();
        let merged = |parts: &[M]| M::merge(&parts.iter().collect::<Vec<_>>());
        let all = |parts: &[M]| if parts.is_empty() { Vec::new() } else { vec![merged(parts)] };
        match aggregation {
            Aggregation::Average2d => self.slices.concat(),
            Aggregation::SliceMerged2d => self.slices.iter().map(|s| merged(s)).collect(),
            Aggregation::DirectionMerged25d => in_plane.to_vec(),
            Aggregation::Merged25d => all(in_plane),
            Aggregation::Average3d => volume.to_vec(),
            Aggregation::Merged3d => all(volume),
            _ => Vec::new(),
        }
    }

    /// The matrices of the directions counted, in the order of [`VOLUME`].
    #[cfg(test)]
    pub(super) fn directions(&self) -> &[M] {
        &self.directions
    }
}

/// The four in-plane matrices of each slice with voxels, by ascending z.
fn count_slices<M: Merge>(
    levels: &ArrayRef3<u16>,
    engine: &Engine,
    count: &(impl Fn(&Block, Direction) -> M + Sync),
) -> Vec<[M; 4]> {
    let planes: Vec<usize> = (0..levels.len_of(Axis(0))).collect();
    let counted = engine.map(&planes, |z| {
        let block = Block::new(&levels.slice_axis(Axis(0), Slice::from(*z..=*z)))?;
        Some(IN_PLANE.map(|direction| count(&block, direction)))
    });
    counted.into_iter().flatten().collect()
}

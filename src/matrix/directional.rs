//! Matrices of directions and slices, and how aggregations combine them (IBSI 3.6, 3.7).

use ndarray::{ArrayRef3, Axis, Slice};

use super::Aggregation;
use super::block::Block;
use super::directions::{Direction, Steps};
use crate::engine::Engine;

/// A matrix that can be added to others of its kind.
pub trait Merge: Clone + Send + Sync {
    /// The sum of matrices.
    fn merge(parts: &[&Self]) -> Self;
}

/// A matrix of a direction, which may weigh more or less than others.
pub trait Weigh: Merge {
    /// Every count times `weight`.
    fn weighted(self, weight: f64) -> Self;
}

/// The matrices of a region's directions, from which every aggregation follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Directional<M> {
    /// The in-plane matrices of each slice with voxels, by ascending z.
    slices: Vec<Vec<M>>,
    /// The matrices of the steps counted, in-plane ones first.
    directions: Vec<M>,
    /// How many steps are in plane, and how many there are.
    in_plane: usize,
    volume: usize,
}

impl<M: Weigh> Directional<M> {
    /// Counts what `aggregations` need; `count` makes the matrix of one direction.
    pub(super) fn counted(
        levels: &ArrayRef3<u16>,
        aggregations: &[Aggregation],
        steps: &Steps,
        engine: &Engine,
        count: impl Fn(&Block, Direction) -> M + Sync,
    ) -> Self {
        let reach = [steps.reach(); 3];
        let mut counted =
            Self { slices: Vec::new(), directions: Vec::new(), in_plane: 0, volume: 0 };
        let Some(block) = Block::padded(levels, reach) else { return counted };
        let steps = steps.within(block.shape);
        (counted.in_plane, counted.volume) = (steps.in_plane().len(), steps.volume().len());
        let one = |block: &Block, (step, weight): (Direction, f64)| {
            let matrix = count(block, step);
            if weight == 1.0 { matrix } else { matrix.weighted(weight) }
        };
        let mut wanted = if aggregations.iter().any(|a| a.needs_volume()) {
            steps.volume()
        } else if aggregations.iter().any(|a| a.is_directional()) {
            steps.in_plane()
        } else {
            &[]
        };
        if aggregations.iter().any(|a| a.needs_slices()) {
            let planes: Vec<usize> = (0..levels.len_of(Axis(0))).collect();
            let slices = engine.map(&planes, |z| {
                let block =
                    Block::padded(&levels.slice_axis(Axis(0), Slice::from(*z..=*z)), reach)?;
                Some(steps.in_plane().iter().map(|step| one(&block, *step)).collect::<Vec<_>>())
            });
            counted.slices = slices.into_iter().flatten().collect();
            let in_plane: Vec<usize> = (0..counted.in_plane).collect();
            counted.directions = engine.map(&in_plane, |d| {
                M::merge(&counted.slices.iter().map(|slice| &slice[*d]).collect::<Vec<_>>())
            });
            wanted = &wanted[counted.in_plane..];
        }
        counted.directions.extend(engine.map(wanted, |step| one(&block, *step)));
        counted
    }

    /// The matrices whose feature values are averaged, in their fixed order; one where merged.
    ///
    /// Slices without voxels have no matrix. Empty where the region has no voxels, or where the
    /// aggregation has no directions or was not asked for when counting.
    pub fn matrices(&self, aggregation: Aggregation) -> Vec<M> {
        let in_plane = self.directions.get(..self.in_plane).unwrap_or_default();
        let volume = self.directions.get(..self.volume).unwrap_or_default();
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

    /// The matrices of the directions counted, in the order of the steps.
    #[cfg(test)]
    pub(super) fn directions(&self) -> &[M] {
        &self.directions
    }
}

//! Matrices of directions and slices, and how aggregations combine them (IBSI 3.6, 3.7).

use std::ops::Range;

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

/// What is handed the tables of each plane, where somebody wants them.
pub(super) type EachPlane<'a, T> = Option<&'a mut dyn FnMut(&[T])>;

/// How matrices of one kind are counted.
pub(super) trait Counter: Sync {
    /// Counts in whole numbers, which can be added whatever the order.
    type Table: Clone + Send + Sync;
    /// What becomes of them.
    type Matrix: Weigh;
    /// Do several steps take little longer than one?
    const TOGETHER: bool;

    /// Are the tables of this block and so many steps small enough to keep and add them?
    fn keeps(&self, block: &Block, steps: usize) -> bool;

    /// The tables of these steps, of consecutive planes of the block; hands `plane` those of each
    /// plane by itself, of the steps within it, which come first.
    fn tables(
        &self,
        block: &Block,
        planes: Range<usize>,
        steps: &[(Direction, f64)],
        plane: EachPlane<'_, Self::Table>,
    ) -> Vec<Self::Table>;

    /// Adds a table of the same block.
    fn add(&self, table: &mut Self::Table, other: &Self::Table);

    /// The matrix of a table of this block.
    fn matrix(&self, table: &Self::Table, block: &Block) -> Self::Matrix;

    /// The sum of tables, of which there is one at least.
    fn sum(&self, tables: &[Self::Table]) -> Option<Self::Table> {
        let (first, rest) = tables.split_first()?;
        let mut sum = first.clone();
        for other in rest {
            self.add(&mut sum, other);
        }
        Some(sum)
    }
}

/// The matrices of a region's directions and slices, for each aggregation that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Directional<M> {
    of: Vec<(Aggregation, Vec<M>)>,
}

impl<M: Weigh> Directional<M> {
    /// Counts what `aggregations` need.
    pub(super) fn counted<C: Counter<Matrix = M>>(
        block: Option<&Block>,
        aggregations: &[Aggregation],
        steps: &Steps,
        engine: &Engine,
        counter: &C,
    ) -> Self {
        let Some(block) = block else { return Self { of: Vec::new() } };
        let steps = steps.within(block.shape);
        let even = steps.volume().iter().all(|(_, weight)| *weight == 1.0);
        let kept = even && counter.keeps(block, steps.volume().len());
        let asked = Asked { block, aggregations, steps: &steps, engine, counter };
        Self { of: if kept { asked.added() } else { asked.merged() } }
    }

    /// The matrices whose feature values are averaged, in their fixed order; one where merged.
    ///
    /// Slices without voxels have no matrix. Empty where the region has no voxels, or where the
    /// aggregation has no directions or was not asked for when counting.
    pub fn matrices(&self, aggregation: Aggregation) -> Vec<M> {
        self.parts(aggregation).to_vec()
    }

    /// The same where they lie.
    pub fn parts(&self, aggregation: Aggregation) -> &[M] {
        let found = self.of.iter().find(|(kind, _)| *kind == aggregation);
        found.map_or(&[], |(_, matrices)| matrices)
    }
}

/// What is to be counted, and how.
struct Asked<'a, C> {
    block: &'a Block,
    aggregations: &'a [Aggregation],
    steps: &'a Steps,
    engine: &'a Engine,
    counter: &'a C,
}

/// What consecutive planes have.
struct Part<C: Counter> {
    /// Their sum for each step.
    steps: Vec<C::Table>,
    /// Of each plane, for each step.
    average: Vec<C::Matrix>,
    /// Of each plane.
    merged: Vec<C::Matrix>,
}

impl<C: Counter> Asked<'_, C> {
    fn any(&self, is: impl Fn(Aggregation) -> bool) -> bool {
        self.aggregations.iter().any(|a| is(*a))
    }

    /// The steps that are needed.
    fn needed(&self) -> &[(Direction, f64)] {
        match (self.any(Aggregation::needs_volume), self.any(Aggregation::is_directional)) {
            (true, _) => self.steps.volume(),
            (_, true) => self.steps.in_plane(),
            _ => &[],
        }
    }

    /// By adding tables.
    fn added(&self) -> Vec<(Aggregation, Vec<C::Matrix>)> {
        use Aggregation::{
            Average2d, Average3d, DirectionMerged25d, Merged3d, Merged25d, SliceMerged2d,
        };
        let Self { block, counter, engine, .. } = *self;
        if self.needed().is_empty() {
            return Vec::new();
        }
        let places: Vec<usize> = (0..block.planes.len()).collect();
        let mut parts = engine.map(&engine.pieces(&places), |planes| self.part(planes)).into_iter();
        let Some(mut all) = parts.next() else { return Vec::new() };
        for part in parts {
            all.steps.iter_mut().zip(&part.steps).for_each(|(to, from)| counter.add(to, from));
            all.average.extend(part.average);
            all.merged.extend(part.merged);
        }
        let Part { steps, average, merged } = all;
        let plane = &steps[..self.steps.in_plane().len().min(steps.len())];
        let one = |tables: &[C::Table]| -> Vec<C::Matrix> {
            counter.sum(tables).iter().map(|table| counter.matrix(table, block)).collect()
        };
        let mut found = vec![(Average2d, average), (SliceMerged2d, merged)];
        for &aggregation in self.aggregations {
            let matrices = match aggregation {
                DirectionMerged25d => engine.map(plane, |table| counter.matrix(table, block)),
                Merged25d => one(plane),
                Average3d => engine.map(&steps, |table| counter.matrix(table, block)),
                Merged3d => one(&steps),
                _ => continue,
            };
            found.push((aggregation, matrices));
        }
        found
    }

    fn part(&self, planes: &[usize]) -> Part<C> {
        let Self { block, counter, .. } = *self;
        let wants = |aggregation| self.aggregations.contains(&aggregation);
        let (averaged, merges) = (wants(Aggregation::Average2d), wants(Aggregation::SliceMerged2d));
        let (mut average, mut merged) = (Vec::new(), Vec::new());
        let mut plane = |tables: &[C::Table]| {
            if averaged {
                average.extend(tables.iter().map(|table| counter.matrix(table, block)));
            }
            if merges {
                merged.extend(counter.sum(tables).iter().map(|table| counter.matrix(table, block)));
            }
        };
        let planes = planes.first().map_or(0..0, |first| *first..first + planes.len());
        let each: EachPlane<'_, C::Table> =
            if self.any(Aggregation::needs_slices) { Some(&mut plane) } else { None };
        let steps = counter.tables(block, planes, self.needed(), each);
        Part { steps, average, merged }
    }

    /// By merging matrices: where steps have weights, or levels are too many for tables.
    fn merged(&self) -> Vec<(Aggregation, Vec<C::Matrix>)> {
        use Aggregation::{
            Average2d, Average3d, DirectionMerged25d, Merged3d, Merged25d, SliceMerged2d,
        };
        let Self { block, counter, engine, .. } = *self;
        let counted = |block: &Block, steps: &[(Direction, f64)], engine: &Engine| {
            // Tables of many levels are large: where nothing is gained, there is one at a time.
            let pieces = if C::TOGETHER { engine.pieces(steps) } else { steps.chunks(1).collect() };
            let matrices = engine.map(&pieces, |steps| {
                let tables = counter.tables(block, 0..block.planes.len(), steps, None);
                let matrices = tables.iter().map(|table| counter.matrix(table, block));
                let weighted = matrices.zip(*steps).map(|(matrix, (_, weight))| {
                    if *weight == 1.0 { matrix } else { matrix.weighted(*weight) }
                });
                weighted.collect::<Vec<C::Matrix>>()
            });
            matrices.into_iter().flatten().collect::<Vec<C::Matrix>>()
        };
        let merge = |parts: &[C::Matrix]| C::Matrix::merge(&parts.iter().collect::<Vec<_>>());
        let in_plane = self.steps.in_plane();
        let (mut slices, mut directions) = (Vec::new(), Vec::new());
        if self.any(Aggregation::needs_slices) {
            slices = engine.map(&block.planes, |plane| {
                counted(&block.slice(plane), in_plane, &Engine::serial())
            });
            let places: Vec<usize> = (0..in_plane.len()).collect();
            directions = engine.map(&places, |d| {
                C::Matrix::merge(&slices.iter().map(|slice| &slice[*d]).collect::<Vec<_>>())
            });
        } else if self.any(Aggregation::is_directional) {
            directions = counted(block, in_plane, engine);
        }
        if self.any(Aggregation::needs_volume) {
            directions.extend(counted(block, &self.steps.volume()[in_plane.len()..], engine));
        }
        let plane = &directions[..in_plane.len().min(directions.len())];
        let one =
            |parts: &[C::Matrix]| if parts.is_empty() { Vec::new() } else { vec![merge(parts)] };
        let matrices = |aggregation: Aggregation| match aggregation {
            Average2d => slices.concat(),
            SliceMerged2d => slices.iter().map(|slice| merge(slice)).collect(),
            DirectionMerged25d => plane.to_vec(),
            Merged25d => one(plane),
            Average3d => directions.clone(),
            Merged3d => one(&directions),
            _ => Vec::new(),
        };
        self.aggregations.iter().map(|a| (*a, matrices(*a))).collect()
    }
}

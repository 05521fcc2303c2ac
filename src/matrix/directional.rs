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

/// How matrices of one kind are counted.
pub(super) trait Counter: Sync {
    /// Counts in whole numbers, which can be added whatever the order.
    type Table: Clone + Send + Sync;
    /// What becomes of them.
    type Matrix: Weigh;

    /// Are the tables of this block small enough to keep many of them?
    fn keeps(&self, block: &Block) -> bool;

    /// The tables of these steps, of consecutive planes of the block.
    fn tables(
        &self,
        block: &Block,
        planes: &[Range<usize>],
        steps: &[(Direction, f64)],
        engine: &Engine,
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
        let asked = Asked { block, aggregations, steps: &steps, engine, counter };
        Self { of: if even && counter.keeps(block) { asked.added() } else { asked.merged() } }
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

/// Slices that one piece of work takes.
const SLICES: usize = 8;

/// What is to be counted, and how.
struct Asked<'a, C> {
    block: &'a Block,
    aggregations: &'a [Aggregation],
    steps: &'a Steps,
    engine: &'a Engine,
    counter: &'a C,
}

/// Tables and matrices of some slices.
struct Slices<C: Counter> {
    /// The sum over the slices for each step.
    steps: Vec<C::Table>,
    average: Vec<C::Matrix>,
    merged: Vec<C::Matrix>,
}

impl<C: Counter> Asked<'_, C> {
    fn any(&self, is: impl Fn(Aggregation) -> bool) -> bool {
        self.aggregations.iter().any(|a| is(*a))
    }

    /// By adding tables.
    fn added(&self) -> Vec<(Aggregation, Vec<C::Matrix>)> {
        use Aggregation::{
            Average2d, Average3d, DirectionMerged25d, Merged3d, Merged25d, SliceMerged2d,
        };
        let Self { block, counter, engine, .. } = *self;
        let (in_plane, volume) = (self.steps.in_plane(), self.steps.volume());
        let (mut directions, mut found) = (Vec::new(), Vec::new());
        if self.any(Aggregation::needs_slices) {
            let (mut average, mut merged) = (Vec::new(), Vec::new());
            let pieces: Vec<_> = block.planes.chunks(SLICES).collect();
            for slices in engine.map(&pieces, |planes| self.slices(planes)) {
                average.extend(slices.average);
                merged.extend(slices.merged);
                if directions.is_empty() {
                    directions = slices.steps;
                } else {
                    directions
                        .iter_mut()
                        .zip(&slices.steps)
                        .for_each(|(to, from)| counter.add(to, from));
                }
            }
            found.extend([(Average2d, average), (SliceMerged2d, merged)]);
        } else if self.any(Aggregation::is_directional) {
            directions = counter.tables(block, &block.planes, in_plane, engine);
        }
        if self.any(Aggregation::needs_volume) {
            let rest = &volume[in_plane.len()..];
            directions.extend(counter.tables(block, &block.planes, rest, engine));
        }
        let plane = &directions[..in_plane.len().min(directions.len())];
        let one = |tables: &[C::Table]| -> Vec<C::Matrix> {
            counter.sum(tables).iter().map(|table| counter.matrix(table, block)).collect()
        };
        for &aggregation in self.aggregations {
            let matrices = match aggregation {
                DirectionMerged25d => engine.map(plane, |table| counter.matrix(table, block)),
                Merged25d => one(plane),
                Average3d => engine.map(&directions, |table| counter.matrix(table, block)),
                Merged3d => one(&directions),
                _ => continue,
            };
            found.push((aggregation, matrices));
        }
        found
    }

    fn slices(&self, planes: &[Range<usize>]) -> Slices<C> {
        let Self { block, counter, .. } = *self;
        let wants = |aggregation| self.aggregations.contains(&aggregation);
        let (averaged, merges) = (wants(Aggregation::Average2d), wants(Aggregation::SliceMerged2d));
        let mut slices = Slices { steps: Vec::new(), average: Vec::new(), merged: Vec::new() };
        for plane in planes {
            let plane = std::slice::from_ref(plane);
            let tables = counter.tables(block, plane, self.steps.in_plane(), &Engine::serial());
            if averaged {
                slices.average.extend(tables.iter().map(|table| counter.matrix(table, block)));
            }
            if merges {
                let sum = counter.sum(&tables);
                slices.merged.extend(sum.iter().map(|table| counter.matrix(table, block)));
            }
            if slices.steps.is_empty() {
                slices.steps = tables;
            } else {
                slices.steps.iter_mut().zip(&tables).for_each(|(to, from)| counter.add(to, from));
            }
        }
        slices
    }

    /// By merging matrices: where steps have weights, or levels are too many for tables.
    fn merged(&self) -> Vec<(Aggregation, Vec<C::Matrix>)> {
        use Aggregation::{
            Average2d, Average3d, DirectionMerged25d, Merged3d, Merged25d, SliceMerged2d,
        };
        let Self { block, counter, engine, .. } = *self;
        let counted = |block: &Block, steps: &[(Direction, f64)], engine: &Engine| {
            engine
                .map(steps, |&(step, weight)| {
                    let table =
                        counter.tables(block, &block.planes, &[(step, weight)], &Engine::serial());
                    let matrix = table.first().map(|table| counter.matrix(table, block));
                    matrix.map(|m| if weight == 1.0 { m } else { m.weighted(weight) })
                })
                .into_iter()
                .flatten()
                .collect::<Vec<C::Matrix>>()
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

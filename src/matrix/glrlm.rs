//! Run-length counts (IBSI 3.7, TP0I).
//!
//! A run is a stretch of consecutive voxels of one grey level along a direction; a voxel outside
//! the region ends it.

use ndarray::ArrayRef3;
use std::ops::Range;

use super::Aggregation;
use super::block::Block;
use super::by_turns::ByTurns;
use super::directional::{Counter, Directional, Merge, Weigh};
use super::directions::{Direction, Steps};
use super::growth::{Grown, LONG, grown};
use super::tally::add_equal;
use crate::engine::Engine;

/// Number of runs of one grey level and length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Grey level *i*, 1 and up.
    pub level: u16,
    /// Run length *j* in voxels, 1 and up.
    pub length: u64,
    /// Runs `r_ij`: a whole number from 1, times the weight of their direction.
    pub count: f64,
}

/// A run-length matrix, its cells that are not 0 only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunLengths {
    cells: Vec<Cell>,
    n_voxels: f64,
}

impl RunLengths {
    /// Cells by ascending level, then length.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Voxels the runs cover, `N_v`, times the weight of their direction; summed over the parts of
    /// a merged matrix.
    pub fn n_voxels(&self) -> f64 {
        self.n_voxels
    }

    /// The sum of matrices: their counts and their voxels.
    pub fn merged<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for part in parts {
            sum.cells.extend_from_slice(&part.cells);
            sum.n_voxels += part.n_voxels;
        }
        add_equal(&mut sum.cells, |c| (c.level, c.length), |kept, next| kept.count += next.count);
        sum
    }
}

/// The run-length matrices of a region, from which every aggregation follows.
pub type RunCounts = Directional<RunLengths>;

impl Merge for RunLengths {
    fn merge(parts: &[&Self]) -> Self {
        Self::merged(parts.iter().copied())
    }
}

impl Weigh for RunLengths {
    fn weighted(mut self, weight: f64) -> Self {
        self.cells.iter_mut().for_each(|cell| cell.count *= weight);
        self.cells.retain(|cell| cell.count > 0.0);
        self.n_voxels *= weight;
        self
    }
}

impl RunCounts {
    /// Counts what `aggregations` need, in one go.
    ///
    /// `levels` is `[z, y, x]`, 0 outside the region; slices lie across z. Runs follow the steps
    /// of one voxel; others are left out.
    pub fn count(
        levels: &ArrayRef3<u16>,
        aggregations: &[Aggregation],
        steps: &Steps,
        engine: &Engine,
    ) -> Self {
        Self::of(Block::new(levels, 1).as_ref(), aggregations, steps, engine)
    }

    /// The same of a block whose steps may go one voxel; `None` is a region without voxels.
    pub fn of(
        block: Option<&Block>,
        aggregations: &[Aggregation],
        steps: &Steps,
        engine: &Engine,
    ) -> Self {
        Self::counted(block, aggregations, &steps.nearest(), engine, &Runs)
    }
}

/// Runs of one direction or of several.
///
/// As many runs reach place `k` as there are voxels at place `k`, so the runs of length `k` are the
/// voxels at place `k - 1` less those at place `k`: the ends of runs need not be found.
type RunTable = Grown;

/// Counts runs.
struct Runs;

/// Most levels for which tables of directions and slices are kept and added, 64 bytes each.
const FEW: usize = 1024;

impl Counter for Runs {
    type Table = RunTable;
    type Matrix = RunLengths;

    fn keeps(&self, block: &Block) -> bool {
        block.levels.len() <= FEW
    }

    fn tables(
        &self,
        block: &Block,
        planes: &[Range<usize>],
        steps: &[(Direction, f64)],
        engine: &Engine,
    ) -> Vec<RunTable> {
        let voxels = voxels_by_rank(block, block.spans_of(planes));
        let counted = engine.map(&engine.pieces(steps), |steps| {
            let steps: Vec<Direction> = steps.iter().map(|(step, _)| *step).collect();
            let mut tables = grown(block, planes, &steps);
            for table in &mut tables {
                // In place of those at place 0, which follow from the others.
                table.places.iter_mut().zip(&voxels).for_each(|(to, voxels)| to[0] = *voxels);
            }
            tables
        });
        counted.into_iter().flatten().collect()
    }

    fn add(&self, table: &mut RunTable, other: &RunTable) {
        for (to, from) in table.places.iter_mut().zip(&other.places) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
        table.long.extend(&other.long);
    }

    fn matrix(&self, table: &RunTable, block: &Block) -> RunLengths {
        let voxels: u64 = table.places.iter().map(|places| places[0]).sum();
        RunLengths { cells: cells(&block.levels, table), n_voxels: voxels as f64 }
    }
}

fn voxels_by_rank(block: &Block, spans: &[(usize, usize)]) -> Vec<u64> {
    let mut counts = ByTurns::new(block.levels.len());
    for &(start, length) in spans {
        counts.add(&block.ranks[start..start + length], usize::from);
    }
    counts.totals().map(|count| count as u64).collect()
}

/// The table's and the list's counts as sorted cells.
fn cells(levels: &[u16], table: &RunTable) -> Vec<Cell> {
    let mut long = table.long.clone();
    long.sort_unstable();
    let mut long = long.chunk_by(|a, b| a == b).peekable();
    let mut cells = Vec::with_capacity(4 * levels.len().min(64));
    for ((&level, places), rank) in levels.iter().zip(&table.places[1..]).zip(1_usize..) {
        // The voxels at place 0 are those at no other.
        let mut at = places[0] - places[1..].iter().sum::<u64>();
        for length in 1..LONG {
            if at == 0 {
                break;
            }
            let count = at - places[length];
            if count > 0 {
                cells.push(Cell { level, length: length as u64, count: count as f64 });
            }
            at = places[length];
        }
        while let Some(runs) = long.next_if(|runs| usize::from(runs[0].0) == rank) {
            cells.push(Cell { level, length: runs[0].1, count: runs.len() as f64 });
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    fn of(level: u16, length: u64, count: u32) -> Cell {
        Cell { level, length, count: f64::from(count) }
    }

    #[test]
    fn runs_end_at_other_levels_and_outside_the_region() {
        let levels = Array3::from_shape_vec((1, 1, 9), vec![0, 7, 7, 0, 7, 2, 2, 2, 7]).unwrap();
        let runs = RunCounts::count(
            &levels,
            &[Aggregation::Average3d],
            &Steps::default(),
            &Engine::serial(),
        );
        let runs = runs.matrices(Aggregation::Average3d);
        assert_eq!(runs.len(), 13);
        assert_eq!(runs[0].cells(), [of(2, 3, 1), of(7, 1, 2), of(7, 2, 1)]);
        assert_eq!(runs[1].cells(), [of(2, 1, 3), of(7, 1, 4)]);
        assert_eq!(runs[0].n_voxels(), 7.0);
    }

    #[test]
    fn long_runs_and_many_levels_stay_small() {
        let mut levels = Array3::from_elem((3, 3, 10_000), 9_u16);
        levels.iter_mut().zip(1..=u16::MAX).for_each(|(v, level)| *v = level);
        let asked =
            [Aggregation::Average2d, Aggregation::DirectionMerged25d, Aggregation::Merged3d];
        let runs = RunCounts::count(&levels, &asked, &Steps::default(), &Engine::serial());
        let along_x = &runs.matrices(Aggregation::DirectionMerged25d)[0];
        assert_eq!(along_x.cells().iter().map(|c| c.length as f64 * c.count).sum::<f64>(), 9e4);
        assert_eq!(along_x.cells()[9], of(9, 4_465, 1));
        assert_eq!(along_x.cells()[10], of(9, 10_000, 2));
        assert_eq!(runs.matrices(Aggregation::Merged3d)[0].n_voxels(), 13.0 * 9e4);
    }

    #[test]
    fn an_empty_region_has_no_matrices() {
        let levels = Array3::zeros((2, 3, 4));
        let runs = RunCounts::count(
            &levels,
            &Aggregation::DIRECTIONAL,
            &Steps::default(),
            &Engine::serial(),
        );
        for aggregation in Aggregation::DIRECTIONAL {
            assert!(runs.matrices(aggregation).is_empty());
        }
    }
}

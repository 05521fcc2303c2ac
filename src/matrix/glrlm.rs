//! Run-length counts (IBSI 3.7, TP0I).
//!
//! A run is a stretch of consecutive voxels of one grey level along a direction; a voxel outside
//! the region ends it.

use ndarray::ArrayRef3;
use std::ops::Range;

use super::Aggregation;
use super::block::Block;
use super::directional::{Counter, Directional, EachPlane, Merge, Weigh};
use super::directions::{Direction, IN_PLANE, Steps, VOLUME};
use super::grown::Found;
use super::growth::grown;
use super::lengths::Long;
use super::marks::PLACES;
use super::tally::{Tally, add_equal};
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

/// Runs of each grey level of a block, in the order of its levels, along all 13 directions.
pub(crate) fn runs_by_level(block: &Block) -> Vec<u64> {
    let grown = grown::<{ VOLUME.len() }>(block, 0..block.planes.len(), None);
    let found = grown.all();
    let mut runs = vec![0; block.levels.len()];
    for direction in 0..VOLUME.len() {
        // Voxels that continue no run begin one.
        let begun = found.reached(direction).map(|reached| reached[0] - reached[1]);
        runs.iter_mut().zip(begun).for_each(|(runs, begun)| *runs += begun);
    }
    runs
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
    pub(crate) fn of(
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
/// As many runs go beyond place `k` as voxels have come to place `k + 1` and are the first of their run
/// there, so that runs are counted by their voxels: their ends need not be found.
#[derive(Clone)]
struct RunTable {
    /// By rank: voxels, then those that have come to each place in a run or further.
    reached: Vec<[u64; PLACES + 1]>,
    /// Rank and length of each run that goes beyond the last place.
    long: Vec<Long>,
}

/// Counts runs.
struct Runs;

/// Most levels for which tables of directions and slices are kept and added.
const FEW: usize = 1024;

impl Counter for Runs {
    type Table = RunTable;
    type Matrix = RunLengths;
    const TOGETHER: bool = true;

    fn keeps(&self, block: &Block, _: usize) -> bool {
        block.levels.len() <= FEW
    }

    fn tables(
        &self,
        block: &Block,
        planes: Range<usize>,
        steps: &[(Direction, f64)],
        plane: EachPlane<'_, RunTable>,
    ) -> Vec<RunTable> {
        let place = |step: &Direction| VOLUME.iter().position(|direction| direction == step);
        let directions: Vec<usize> = steps.iter().filter_map(|(step, _)| place(step)).collect();
        let tables = |found: &Found<'_>, directions: &[usize]| -> Vec<RunTable> {
            let table = |direction: &usize| RunTable {
                reached: found.reached(*direction).collect(),
                long: found.long(*direction).to_vec(),
            };
            directions.iter().map(table).collect()
        };
        let flat = directions.partition_point(|direction| *direction < IN_PLANE.len());
        let mut each;
        let each: Option<&mut dyn FnMut(&Found<'_>)> = match plane {
            Some(plane) => {
                each = |found: &Found<'_>| plane(&tables(found, &directions[..flat]));
                Some(&mut each)
            }
            None => None,
        };
        let grown = if flat == directions.len() {
            grown::<{ IN_PLANE.len() }>(block, planes, each)
        } else {
            grown::<{ VOLUME.len() }>(block, planes, each)
        };
        tables(&grown.all(), &directions)
    }

    fn add(&self, table: &mut RunTable, other: &RunTable) {
        for (to, from) in table.reached.iter_mut().zip(&other.reached) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
        table.long.extend(&other.long);
    }

    fn matrix(&self, table: &RunTable, block: &Block) -> RunLengths {
        let voxels: u64 = table.reached.iter().map(|reached| reached[0]).sum();
        RunLengths { cells: cells(&block.levels, table), n_voxels: voxels as f64 }
    }
}

/// The table's and the list's counts as sorted cells.
fn cells(levels: &[u16], table: &RunTable) -> Vec<Cell> {
    let sorted = counted(&table.long, levels.len());
    let mut long = &sorted[..];
    let none = Cell { level: 0, length: 0, count: 0.0 };
    let mut cells = vec![none; levels.len() * PLACES + sorted.len()];
    let mut kept = 0;
    let mut put = |level: u16, length: u64, runs: u64| {
        // Whether there are any no branch could foresee: what is not kept is written over.
        if let Some(cell) = cells.get_mut(kept) {
            *cell = Cell { level, length, count: runs as f64 };
        }
        kept += usize::from(runs > 0);
    };
    for ((&level, reached), rank) in levels.iter().zip(&table.reached).zip(1..=u16::MAX) {
        if reached[0] == 0 {
            continue;
        }
        let (beyond, rest) =
            long.split_at(long.iter().take_while(|(run, _)| run.rank() == rank).count());
        long = rest;
        // Runs that come to each place and beyond: the voxels at it that are no further.
        let mut coming = reached[0] - reached[1];
        for place in 1..PLACES {
            let going = reached[place] - reached[place + 1];
            put(level, place as u64, coming - going);
            coming = going;
        }
        put(level, PLACES as u64, coming - beyond.iter().map(|(_, runs)| runs).sum::<u64>());
        for (run, runs) in beyond {
            put(level, run.length(), *runs);
        }
    }
    cells.truncate(kept);
    cells
}

/// Fewer runs are sorted, not counted.
const SORTED: usize = 512;

/// Each kind of run, by rank and length, and how many there are.
fn counted(long: &[Long], ranks: usize) -> Vec<(Long, u64)> {
    if long.len() < SORTED {
        let mut sorted = long.to_vec();
        sorted.sort_unstable();
        let same = sorted.chunk_by(|a, b| a == b);
        return same.map(|same| (same[0], same.len() as u64)).collect();
    }
    let longest = long.iter().map(|run| run.length()).max().unwrap_or(0);
    let mut tally = Tally::new(ranks, longest as usize, long.len());
    for run in long {
        tally.add(run.rank(), run.length() as u32, 0);
    }
    tally.cells(|rank, length, runs, _| (Long::new(rank, length.into()), runs))
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

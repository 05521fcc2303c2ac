//! Run-length counts (IBSI 3.7, TP0I).
//!
//! A run is a stretch of consecutive voxels of one grey level along a direction; a voxel outside
//! the region ends it.

use ndarray::ArrayRef3;

use super::Aggregation;
use super::block::Block;
use super::directional::{Directional, Merge, Weigh};
use super::directions::Direction;
use super::directions::Steps;
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
        Self::counted(levels, aggregations, &steps.nearest(), engine, count)
    }
}

/// Runs shorter than this are counted in a table, longer ones in a list.
const LONG: usize = 15;
/// Places in a run that the table tells apart: `LONG` of them, and "beyond".
const PLACES: usize = LONG + 1;

/// The matrix of one direction.
///
/// Every voxel has a place in its run: 0 where it starts, 1 at the next voxel, and so on. As many
/// runs reach place `k` as there are voxels at place `k`, so the runs of length `k` are the voxels
/// at place `k - 1` less those at place `k`: the ends of runs need not be found.
fn count(block: &Block, direction: Direction) -> RunLengths {
    let offset = block.offset(direction);
    let ranks = &block.ranks[..];
    let mut places = vec![0_u8; ranks.len()];
    let mut table = vec![[0_u64; PLACES]; block.levels.len() + 1];
    let mut long = Vec::new();
    for &(start, length) in &block.spans {
        place(ranks, &mut places, start, length, offset);
        let span = start..start + length;
        for (i, (&rank, &at)) in ranks[span.clone()].iter().zip(&places[span]).enumerate() {
            let at = usize::from(at);
            table[usize::from(rank)][at % PLACES] += 1;
            if at == LONG - 1 {
                let mut length = LONG;
                while ranks.get(start + i + (length - at) * offset) == Some(&rank) {
                    length += 1;
                }
                long.push((rank, length as u64));
            }
        }
    }
    RunLengths { cells: cells(&block.levels, &table, long), n_voxels: block.n_voxels as f64 }
}

/// Place in its run of each voxel of a span, at most `LONG`; earlier spans have theirs already.
fn place(ranks: &[u16], places: &mut [u8], start: usize, length: usize, offset: usize) {
    // A product, not a branch: whether neighbours are equal cannot be predicted.
    let next = |same: bool, before: u8| (before + 1).min(LONG as u8) * u8::from(same);
    let from = &ranks[start..start + length];
    let earlier = &ranks[start - offset..start - offset + length];
    let (done, todo) = places.split_at_mut(start);
    let todo = &mut todo[..length];
    if offset == 1 {
        let mut before = 0;
        for ((to, rank), previous) in todo.iter_mut().zip(from).zip(earlier) {
            before = next(rank == previous, before);
            *to = before;
        }
    } else {
        // All other steps are at least as long as a row, so their places are done.
        let done = &done[start - offset..start - offset + length];
        for (((to, rank), previous), before) in todo.iter_mut().zip(from).zip(earlier).zip(done) {
            *to = next(rank == previous, *before);
        }
    }
}

/// The table's and the list's counts as sorted cells.
fn cells(levels: &[u16], table: &[[u64; PLACES]], mut long: Vec<(u16, u64)>) -> Vec<Cell> {
    long.sort_unstable();
    let mut long = long.chunk_by(|a, b| a == b).peekable();
    let mut cells = Vec::new();
    for ((&level, at), rank) in levels.iter().zip(&table[1..]).zip(1_usize..) {
        for length in 1..LONG {
            let count = at[length - 1] - at[length];
            if count > 0 {
                cells.push(Cell { level, length: length as u64, count: count as f64 });
            }
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
        let asked = [Aggregation::Average2d, Aggregation::Merged3d];
        let runs = RunCounts::count(&levels, &asked, &Steps::default(), &Engine::serial());
        let along_x = &runs.directions()[0];
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

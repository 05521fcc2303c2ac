//! Grey level co-occurrence counts (IBSI 3.6, LFYI).
//!
//! A pair is two voxels of the region, a step apart. Matrices are symmetric, each pair counting
//! once from either end, unless asked to be counted from the first voxel only.

use ndarray::ArrayRef3;

use super::Aggregation;
use super::block::Block;
use super::directional::{Directional, Merge, Weigh};
use super::directions::{Direction, Steps};
use super::tally::add_equal;
use crate::engine::Engine;

/// How often two grey levels are neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairCell {
    /// Grey level *i*, 1 and up.
    pub i: u16,
    /// Grey level *j*, 1 and up.
    pub j: u16,
    /// Pairs: a whole number from 1, times the weight of their direction.
    pub count: f64,
}

/// A co-occurrence matrix, its cells that are not 0 only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cooccurrence {
    cells: Vec<PairCell>,
}

impl Cooccurrence {
    /// Cells by ascending *i*, then *j*; both (i, j) and (j, i) are there in a symmetric matrix.
    pub fn cells(&self) -> &[PairCell] {
        &self.cells
    }

    fn sorted(mut cells: Vec<PairCell>) -> Self {
        add_equal(&mut cells, |c| (c.i, c.j), |kept, next| kept.count += next.count);
        Self { cells }
    }
}

impl Merge for Cooccurrence {
    fn merge(parts: &[&Self]) -> Self {
        Self::sorted(parts.iter().flat_map(|part| part.cells.iter().copied()).collect())
    }
}

impl Weigh for Cooccurrence {
    fn weighted(mut self, weight: f64) -> Self {
        self.cells.iter_mut().for_each(|cell| cell.count *= weight);
        // Far steps may weigh nothing at all.
        self.cells.retain(|cell| cell.count > 0.0);
        self
    }
}

/// The co-occurrence matrices of a region, from which every aggregation follows.
pub type PairCounts = Directional<Cooccurrence>;

impl PairCounts {
    /// Counts what `aggregations` need, in one go.
    ///
    /// `levels` is `[z, y, x]`, 0 outside the region; slices lie across z. Matrices that are not
    /// `symmetric` count *i* at a voxel and *j* a step further on.
    pub fn count(
        levels: &ArrayRef3<u16>,
        aggregations: &[Aggregation],
        steps: &Steps,
        symmetric: bool,
        engine: &Engine,
    ) -> Self {
        let one = |block: &Block, step| count(block, step, symmetric);
        Self::counted(levels, aggregations, steps, engine, one)
    }
}

/// Squared number of levels up to which pairs are counted in a table; beyond, in a list.
const TABLE: usize = 1 << 20;

/// The matrix of one direction.
fn count(block: &Block, direction: Direction, symmetric: bool) -> Cooccurrence {
    let offset = block.offset(direction);
    let ranks = &block.ranks[..];
    let n = block.levels.len() + 1;
    // The neighbour backwards: the padding before the first voxel takes every step.
    let pairs = block.spans.iter().flat_map(|&(start, length)| {
        let here = &ranks[start..start + length];
        let there = &ranks[start - offset..start - offset + length];
        here.iter().zip(there).filter(|(_, there)| **there != 0)
    });
    let level = |rank: usize| block.levels[rank - 1];
    let mut cells = Vec::new();
    let mut add = |a: usize, b: usize, count: u64| {
        let count = count as f64;
        cells.push(PairCell { i: level(b), j: level(a), count });
        if symmetric {
            cells.push(PairCell { i: level(a), j: level(b), count });
        }
    };
    if n * n <= TABLE {
        let mut table = vec![0_u32; n * n];
        pairs.for_each(|(a, b)| table[usize::from(*a) * n + usize::from(*b)] += 1);
        for (at, &count) in table.iter().enumerate().filter(|(_, count)| **count > 0) {
            add(at / n, at % n, u64::from(count));
        }
    } else {
        let mut list: Vec<(u16, u16)> = pairs.map(|(a, b)| (*a, *b)).collect();
        list.sort_unstable();
        for same in list.chunk_by(|a, b| a == b) {
            add(usize::from(same[0].0), usize::from(same[0].1), same.len() as u64);
        }
    }
    Cooccurrence::sorted(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::directions::DirectionRule;
    use ndarray::Array3;

    #[test]
    fn pairs_count_from_both_ends_and_not_across_the_border() {
        let levels = Array3::from_shape_vec((1, 1, 6), vec![1, 2, 2, 0, 2, 1]).unwrap();
        let (asked, steps) = ([Aggregation::Average3d], Steps::default());
        let count = |symmetric| {
            let pairs = PairCounts::count(&levels, &asked, &steps, symmetric, &Engine::serial());
            pairs.matrices(Aggregation::Average3d)
        };
        let of = |i, j, count| PairCell { i, j, count };
        assert_eq!(count(true)[0].cells(), [of(1, 2, 2.0), of(2, 1, 2.0), of(2, 2, 2.0)]);
        assert_eq!(count(false)[0].cells(), [of(1, 2, 1.0), of(2, 1, 1.0), of(2, 2, 1.0)]);
        assert!(count(true)[1].cells().is_empty());
    }

    #[test]
    fn steps_of_two_voxels_skip_one_and_weights_multiply() {
        let levels = Array3::from_shape_vec((1, 2, 4), vec![1, 2, 3, 2, 3, 3, 3, 3]).unwrap();
        let steps = Steps::new(&[2], DirectionRule::Pyradiomics).weighted(|_| 0.5);
        let asked = [Aggregation::Average3d];
        let pairs = PairCounts::count(&levels, &asked, &steps, false, &Engine::serial());
        let matrices = pairs.matrices(Aggregation::Average3d);
        // Steps of the shell that fit in 2 rows of 4: along x, and one row down with 2 to the side.
        assert_eq!(matrices.len(), 3);
        let of = |i, j, count| PairCell { i, j, count };
        assert_eq!(matrices[0].cells(), [of(1, 3, 0.5), of(2, 2, 0.5), of(3, 3, 1.0)]);
        assert_eq!(matrices[2].cells(), [of(1, 3, 0.5), of(2, 3, 0.5)]);
    }

    #[test]
    fn table_and_list_count_alike() {
        let many = Array3::from_shape_fn((3, 40, 40), |(z, y, x)| {
            1 + (z * 1600 + y * 40 + x) as u16 * 7 % 5003
        });
        let few = many.mapv(|level| 1 + level % 9);
        for levels in [many, few] {
            let (asked, steps) = ([Aggregation::Merged3d], Steps::default());
            let pairs = PairCounts::count(&levels, &asked, &steps, true, &Engine::serial());
            let all = &pairs.matrices(Aggregation::Merged3d)[0];
            let total: f64 = all.cells().iter().map(|c| c.count).sum();
            // Pairs along a step (dz, dy, dx): (nz - |dz|)(ny - |dy|)(nx - |dx|).
            let steps = super::super::directions::VOLUME;
            let expected: usize = steps
                .iter()
                .map(|[z, y, x]| {
                    (3 - z.unsigned_abs()) * (40 - y.unsigned_abs()) * (40 - x.unsigned_abs())
                })
                .sum();
            assert_eq!(total as usize, 2 * expected);
            let mirrored = |c: &PairCell| all.cells().contains(&PairCell { i: c.j, j: c.i, ..*c });
            assert!(all.cells().iter().take(500).all(mirrored));
        }
    }
}

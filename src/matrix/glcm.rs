//! Grey level co-occurrence counts (IBSI 3.6, LFYI).
//!
//! A pair is two voxels of the region, a step apart. Matrices are symmetric, each pair counting
//! once from either end, unless asked to be counted from the first voxel only.

use ndarray::ArrayRef3;
use std::ops::Range;

use super::Aggregation;
use super::block::Block;
use super::chunk::{CHUNK, places_of};
use super::directional::{Counter, Directional, EachPlane, Merge, Weigh};
use super::directions::{Direction, Steps};
use super::pair_table::pair_tables;
use super::tally::add_equal;
use crate::engine::{Engine, Loop, wide};

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
        let reach = steps.reach();
        Self::of(Block::new(levels, reach).as_ref(), aggregations, steps, symmetric, engine)
    }

    /// The same of a block that the steps stay in; `None` is a region without voxels.
    pub(crate) fn of(
        block: Option<&Block>,
        aggregations: &[Aggregation],
        steps: &Steps,
        symmetric: bool,
        engine: &Engine,
    ) -> Self {
        Self::counted(block, aggregations, steps, engine, &Pairs { symmetric })
    }
}

/// Squared number of ranks up to which pairs are counted in a table; beyond, in a list.
const TABLE: usize = 1 << 20;
/// Numbers up to which the tables of all steps are kept, those of slices too, and added.
const KEPT: usize = 1 << 20;

/// Pairs of one direction or of several.
#[derive(Clone)]
enum PairTable {
    /// By the rank at the second voxel times the number of ranks, and the rank at the first; rank
    /// 0 is outside.
    Dense(Vec<u32>),
    /// The pairs of ranks, second voxel first.
    List(Vec<(u16, u16)>),
}

/// Counts pairs.
struct Pairs {
    symmetric: bool,
}

impl Counter for Pairs {
    type Table = PairTable;
    type Matrix = Cooccurrence;
    const TOGETHER: bool = false;

    fn keeps(&self, block: &Block, steps: usize) -> bool {
        let places = (block.levels.len() + 1).pow(2);
        // Both ends of all steps fit the numbers of a table.
        let fits = u64::from(u32::MAX) / (steps.max(1) as u64).saturating_mul(2);
        steps.saturating_mul(places) <= KEPT && block.n_voxels <= fits
    }

    fn tables(
        &self,
        block: &Block,
        planes: Range<usize>,
        steps: &[(Direction, f64)],
        plane: EachPlane<'_, PairTable>,
    ) -> Vec<PairTable> {
        let planes = &block.planes[planes];
        let of = |planes: &[Range<usize>], steps: &[(Direction, f64)]| {
            tables(block, block.spans_of(planes), steps)
        };
        let Some(plane) = plane else { return of(planes, steps) };
        let flat = steps.partition_point(|(step, _)| step[0] == 0);
        let mut all: Vec<PairTable> = Vec::new();
        for own in planes {
            let tables = of(std::slice::from_ref(own), &steps[..flat]);
            plane(&tables);
            if all.is_empty() {
                all = tables;
            } else {
                all.iter_mut().zip(&tables).for_each(|(to, from)| self.add(to, from));
            }
        }
        all.extend(of(planes, &steps[flat..]));
        all
    }

    fn add(&self, table: &mut PairTable, other: &PairTable) {
        // Lists are merged as matrices.
        if let (PairTable::Dense(to), PairTable::Dense(from)) = (table, other) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
    }

    fn matrix(&self, table: &PairTable, block: &Block) -> Cooccurrence {
        let level = |rank: u16| block.level(rank);
        match table {
            PairTable::Dense(table) => {
                wide(Listing { table, levels: &block.levels, symmetric: self.symmetric })
            }
            PairTable::List(list) => {
                let mut cells = Vec::new();
                for same in list.chunk_by(|a, b| a == b) {
                    let (here, there) = (level(same[0].0), level(same[0].1));
                    let count = same.len() as f64;
                    cells.push(PairCell { i: there, j: here, count });
                    if self.symmetric {
                        cells.push(PairCell { i: here, j: there, count });
                    }
                }
                Cooccurrence::sorted(cells)
            }
        }
    }
}

/// The pairs of the voxels of the spans and those a step before them, for each step.
fn tables(block: &Block, spans: &[(usize, usize)], steps: &[(Direction, f64)]) -> Vec<PairTable> {
    let n = block.levels.len() + 1;
    let ranks = &block.ranks[..];
    let offsets: Vec<usize> = steps.iter().map(|(step, _)| block.offset(*step)).collect();
    if n * n <= TABLE && block.n_voxels <= u64::from(u32::MAX) / 2 {
        let tables = pair_tables(ranks, spans, &offsets, n);
        return tables.into_iter().map(PairTable::Dense).collect();
    }
    let list = |offset: &usize| {
        let pair = |at: usize| (ranks[at], ranks[at - offset]);
        let pairs = spans.iter().flat_map(|&(start, length)| (start..start + length).map(pair));
        let mut list: Vec<(u16, u16)> = pairs.filter(|(_, there)| *there != 0).collect();
        list.sort_unstable();
        PairTable::List(list)
    };
    offsets.iter().map(list).collect()
}

/// Lists the cells of a table that are not 0.
struct Listing<'a> {
    table: &'a [u32],
    levels: &'a [u16],
    symmetric: bool,
}

impl Loop for Listing<'_> {
    type Output = Cooccurrence;

    #[inline(always)]
    fn call(self) -> Cooccurrence {
        let Self { table, levels, symmetric } = self;
        let (width, n) = (levels.len() + 1, levels.len());
        // Counts by the level at the first voxel, then at the second; those outside are left behind.
        let mut counts = vec![0_u32; n * n];
        for (here, row) in table.chunks_exact(width).skip(1).enumerate() {
            each(&row[1..], |there, count| {
                counts[there * n + here] += count;
                if symmetric {
                    counts[here * n + there] += count;
                }
            });
        }
        let mut cells = Vec::with_capacity(table.len() / 4);
        for (row, i) in counts.chunks_exact(n).zip(levels) {
            each(row, |j, count| {
                cells.push(PairCell { i: *i, j: levels[j], count: f64::from(count) });
            });
        }
        // What was guessed too high would stay with every matrix of every step.
        cells.shrink_to_fit();
        Cooccurrence { cells }
    }
}

/// The counts of a row that are not 0, with their places.
#[inline(always)]
fn each(row: &[u32], mut found: impl FnMut(usize, u32)) {
    for (at, counts) in row.chunks(CHUNK).enumerate() {
        let mut flags = [0; CHUNK];
        flags.iter_mut().zip(counts).for_each(|(flag, count)| *flag = u8::from(*count != 0));
        for place in places_of(&flags) {
            found(at * CHUNK + place, counts[place]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::directions::DirectionRule;
    use ndarray::Array3;

    #[test]
    fn tables_of_many_steps_are_not_kept() {
        let block = Block::new(&Array3::from_elem((1, 1, 9), 1), 1).unwrap();
        let keeps = |steps| Pairs { symmetric: true }.keeps(&block, steps);
        assert!(keeps(13) && keeps(4_630) && !keeps(KEPT) && !keeps(usize::MAX));
    }

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

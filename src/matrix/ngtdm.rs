//! Neighbourhood grey tone differences (IBSI 3.10, IPET).
//!
//! A voxel of grey level *i* differs from the mean level of its `w` neighbours, whose levels sum
//! to *t*, by `|i - t / w| = |i w - t| / w`. The numerators are whole: they are summed for each
//! level and `w`, and nothing is rounded before the features divide.

use ndarray::ArrayRef3;
use std::marker::PhantomData;
use std::ops::{AddAssign, Mul, Sub};

use super::Aggregation;
use super::block::Block;
use super::directional::Merge;
use super::neighbours::{FARTHEST, Neighbourhood, Neighbours};
use super::tally::{Tally, add_equal};
use crate::engine::{Engine, Loop, wide};

/// The voxels of one grey level that have so many neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToneCell {
    /// Grey level *i*, 1 and up.
    pub level: u16,
    /// Neighbours `w` of each of them, 1 and up.
    pub neighbours: u32,
    /// How many voxels, 1 and up.
    pub voxels: u64,
    /// Sum of `|i w - t|` over them.
    pub difference: u64,
}

/// A matrix of grey tone differences. Voxels without neighbours have no part in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToneDifferences {
    cells: Vec<ToneCell>,
}

impl ToneDifferences {
    /// Cells by ascending level, then neighbours.
    pub fn cells(&self) -> &[ToneCell] {
        &self.cells
    }

    /// Level *i*, voxels `n_i` and difference `s_i` of each level with voxels, ascending.
    pub fn levels(&self) -> Vec<(u16, u64, f64)> {
        let of_level = |cells: &[ToneCell]| {
            let voxels = cells.iter().map(|c| c.voxels).sum();
            let parts = cells.iter().map(|c| c.difference as f64 / f64::from(c.neighbours));
            (cells[0].level, voxels, parts.sum())
        };
        self.cells.chunk_by(|a, b| a.level == b.level).map(of_level).collect()
    }
}

impl Merge for ToneDifferences {
    fn merge(parts: &[&Self]) -> Self {
        let mut cells: Vec<_> = parts.iter().flat_map(|part| part.cells.iter().copied()).collect();
        add_equal(
            &mut cells,
            |c| (c.level, c.neighbours),
            |kept, next| {
                kept.voxels += next.voxels;
                kept.difference += next.difference;
            },
        );
        Self { cells }
    }
}

/// The grey tone differences of a region, from which every aggregation follows.
pub type ToneCounts = Neighbours<ToneDifferences>;

impl ToneCounts {
    /// Counts what `aggregations` need, with neighbours up to a Chebyshev `distance` in voxels.
    ///
    /// `levels` is `[z, y, x]`, 0 outside the region; slices lie across z.
    pub fn count(
        levels: &ArrayRef3<u16>,
        aggregations: &[Aggregation],
        distance: u8,
        engine: &Engine,
    ) -> Self {
        let block = Block::new(levels, usize::from(distance.min(FARTHEST)));
        Self::of(block.as_ref(), aggregations, distance, engine)
    }

    /// The same of a block that these neighbours stay in; `None` is a region without voxels.
    pub(crate) fn of(
        block: Option<&Block>,
        aggregations: &[Aggregation],
        distance: u8,
        engine: &Engine,
    ) -> Self {
        Self::counted(block, aggregations, distance, engine, |within, spans| {
            // Half as wide numbers are twice as many at once.
            if u16::try_from(within.highest * within.size()).is_ok() {
                wide(Counting::<u16> { within, spans, kind: PhantomData })
            } else {
                wide(Counting::<u32> { within, spans, kind: PhantomData })
            }
        })
    }
}

/// Whole numbers that sums of a neighbourhood's levels fit.
trait Sum: Copy + Into<u32> + From<u16> + AddAssign + Mul<Output = Self> + Sub<Output = Self> {
    fn distance(self, other: Self) -> Self;
}

impl Sum for u16 {
    #[inline(always)]
    fn distance(self, other: Self) -> Self {
        self.abs_diff(other)
    }
}

impl Sum for u32 {
    #[inline(always)]
    fn distance(self, other: Self) -> Self {
        self.abs_diff(other)
    }
}

/// Counts the tone differences of some stretches of voxels, in numbers of kind `S`.
struct Counting<'a, S> {
    within: &'a Neighbourhood<'a>,
    spans: &'a [(usize, usize)],
    kind: PhantomData<S>,
}

impl<S: Sum> Loop for Counting<'_, S> {
    type Output = ToneDifferences;

    #[inline(always)]
    fn call(self) -> ToneDifferences {
        let Self { within, spans, .. } = self;
        let (block, distance, levels) = (within.block, within.distance, within.levels);
        let longest = spans.iter().map(|span| span.1).max().unwrap_or(0);
        let (nothing, one) = (S::from(0), S::from(1));
        // Sums over the neighbours' rows at each place, then along them: rows first, so that a
        // cube takes as many additions as two squares.
        let mut column = vec![nothing; longest + 2 * distance];
        let (mut columns, mut sum) = (column.clone(), vec![nothing; longest]);
        let (mut number, mut difference) = (sum.clone(), sum.clone());
        let voxels: usize = spans.iter().map(|span| span.1).sum();
        let mut tally = Tally::new(block.levels.len(), within.size(), voxels);
        for &(start, length) in spans {
            let wide = length + 2 * distance;
            let (column, columns) = (&mut column[..wide], &mut columns[..wide]);
            column.fill(nothing);
            columns.fill(nothing);
            for row in &within.rows {
                let from = (start - distance).wrapping_add_signed(*row);
                let there = &levels[from..from + wide];
                for ((sum, number), level) in column.iter_mut().zip(&mut *columns).zip(there) {
                    *sum += S::from(*level);
                    *number += S::from(u16::from(*level != 0));
                }
            }
            let (sum, number) = (&mut sum[..length], &mut number[..length]);
            sum.fill(nothing);
            number.fill(nothing);
            for shift in 0..=2 * distance {
                let there = column[shift..].iter().zip(&columns[shift..]);
                let here = sum.iter_mut().zip(&mut *number);
                for ((sum, number), (column, columns)) in here.zip(there) {
                    *sum += *column;
                    *number += *columns;
                }
            }
            let difference = &mut difference[..length];
            let here = levels[start..start + length].iter().zip(sum.iter().zip(&mut *number));
            for (difference, (level, (sum, number))) in difference.iter_mut().zip(here) {
                // Sums and numbers hold the voxel itself.
                let level = S::from(*level);
                *number = *number - one;
                *difference = (level * *number).distance(*sum - level);
            }
            let ranks = &block.ranks[start..start + length];
            for (rank, (number, difference)) in ranks.iter().zip(number.iter().zip(&*difference)) {
                let neighbours: u32 = (*number).into();
                if neighbours > 0 {
                    tally.add(*rank, neighbours, u64::from((*difference).into()));
                }
            }
        }
        let cell = |rank, neighbours, voxels, difference| ToneCell {
            level: block.level(rank),
            neighbours,
            voxels,
            difference,
        };
        ToneDifferences { cells: tally.cells(cell) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    /// The example of the IBSI manual (3.10), which allows voxels of a full neighbourhood only:
    /// the 2 x 2 in its middle.
    #[test]
    fn differences_are_those_of_the_manual() {
        let levels = [1, 2, 2, 3, 1, 2, 3, 3, 4, 2, 4, 1, 4, 1, 2, 3];
        let levels = Array3::from_shape_vec((1, 4, 4), levels.to_vec()).unwrap();
        let asked = [Aggregation::Slices2d, Aggregation::Volume3d];
        let counts = ToneCounts::count(&levels, &asked, 1, &Engine::serial());
        for aggregation in asked {
            let full: Vec<_> = counts.matrices(aggregation)[0]
                .cells()
                .iter()
                .filter(|cell| cell.neighbours == 8)
                .map(|c| (c.level, c.voxels, c.difference as f64 / 8.0))
                .collect();
            assert_eq!(full, [(2, 2, 1.0), (3, 1, 0.625), (4, 1, 1.875)]);
        }
    }

    #[test]
    fn voxels_without_neighbours_count_nowhere() {
        let mut levels = Array3::zeros((3, 1, 5));
        levels[[0, 0, 0]] = 9;
        levels[[2, 0, 4]] = 7;
        let asked = [Aggregation::Merged25dSlices, Aggregation::Volume3d];
        let counts = |distance| ToneCounts::count(&levels, &asked, distance, &Engine::serial());
        assert!(counts(3).matrices(Aggregation::Volume3d)[0].cells().is_empty());
        let far = counts(4).matrices(Aggregation::Volume3d).remove(0);
        assert_eq!(far.levels(), [(7, 1, 2.0), (9, 1, 2.0)]);
        assert!(counts(4).matrices(Aggregation::Merged25dSlices)[0].cells().is_empty());
    }
}

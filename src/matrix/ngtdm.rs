//! Neighbourhood grey tone differences (IBSI 3.10, IPET).
//!
//! A voxel of grey level *i* differs from the mean level of its `w` neighbours, whose levels sum
//! to *t*, by `|i - t / w| = |i w - t| / w`. The numerators are whole: they are summed for each
//! level and `w`, and nothing is rounded before the features divide.

use ndarray::ArrayRef3;

use super::Aggregation;
use super::directional::Merge;
use super::neighbours::{Neighbourhood, Neighbours};
use super::tally::{Tally, add_equal};
use crate::engine::Engine;

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
        Self::counted(levels, aggregations, distance, engine, count)
    }
}

/// The matrix of some stretches of voxels.
fn count(within: &Neighbourhood, spans: &[(usize, usize)]) -> ToneDifferences {
    let (distance, levels) = (within.distance, &within.levels[..]);
    let longest = spans.iter().map(|span| span.1).max().unwrap_or(0);
    let wide = longest + 2 * distance;
    // Sums over the neighbours' rows at each place, then along them: rows first, so that a cube
    // takes as many additions as two squares.
    let (mut column, mut columns) = (vec![0_u32; wide], vec![0_u32; wide]);
    let (mut sum, mut number) = (vec![0_u32; longest], vec![0_u32; longest]);
    let voxels: usize = spans.iter().map(|span| span.1).sum();
    let mut tally = Tally::new(within.block.levels.len(), within.size(), voxels);
    for &(start, length) in spans {
        let (column, columns) =
            (&mut column[..length + 2 * distance], &mut columns[..length + 2 * distance]);
        column.fill(0);
        columns.fill(0);
        for row in &within.rows {
            let from = (start - distance).wrapping_add_signed(*row);
            let there = &levels[from..from + length + 2 * distance];
            for ((sum, number), level) in column.iter_mut().zip(&mut *columns).zip(there) {
                *sum += u32::from(*level);
                *number += u32::from(*level != 0);
            }
        }
        let (sum, number) = (&mut sum[..length], &mut number[..length]);
        sum.fill(0);
        number.fill(0);
        for shift in 0..=2 * distance {
            let there = column[shift..].iter().zip(&columns[shift..]);
            for ((sum, number), (column, columns)) in sum.iter_mut().zip(&mut *number).zip(there) {
                *sum += column;
                *number += columns;
            }
        }
        let ranks = &within.block.ranks[start..start + length];
        let here = &levels[start..start + length];
        for ((rank, level), (sum, number)) in ranks.iter().zip(here).zip(sum.iter().zip(&*number)) {
            // Sums and numbers hold the voxel itself.
            let (level, neighbours) = (u64::from(*level), *number - 1);
            if neighbours > 0 {
                let difference = (level * u64::from(neighbours)).abs_diff(u64::from(*sum) - level);
                tally.add(*rank, neighbours, difference);
            }
        }
    }
    let cell = |rank, neighbours, voxels, difference| ToneCell {
        level: within.block.level(rank),
        neighbours,
        voxels,
        difference,
    };
    ToneDifferences { cells: tally.cells(cell) }
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

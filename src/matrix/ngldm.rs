//! Neighbouring grey level dependence counts (IBSI 3.11, REK0).
//!
//! A neighbour depends on a voxel where their grey levels differ by no more than the coarseness
//! parameter. A voxel depends on itself, so dependences start at 1.

use ndarray::ArrayRef3;

use super::block::Block;
use super::chunk::{CHUNK, chunk};
use super::directional::Merge;
use super::neighbours::{FARTHEST, Neighbourhood, Neighbours};
use super::tally::{Tally, add_equal};
use super::{Aggregation, Cell};
use crate::engine::{Engine, Loop, wide};

/// A dependence matrix, its cells that are not 0 only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependences {
    cells: Vec<Cell>,
}

impl Dependences {
    /// Cells by ascending level, then dependence; `length` is the dependence.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Voxels of the region, `N_v`: each has a dependence.
    pub fn n_voxels(&self) -> f64 {
        self.cells.iter().map(|cell| cell.count).sum()
    }
}

impl Merge for Dependences {
    fn merge(parts: &[&Self]) -> Self {
        let mut cells: Vec<_> = parts.iter().flat_map(|part| part.cells.iter().copied()).collect();
        add_equal(&mut cells, |c| (c.level, c.length), |kept, next| kept.count += next.count);
        Self { cells }
    }
}

/// The dependences of a region, from which every aggregation follows.
pub type DependenceCounts = Neighbours<Dependences>;

impl DependenceCounts {
    /// Counts what `aggregations` need, with neighbours up to a Chebyshev `distance` in voxels
    /// that depend up to a difference of `coarseness` grey levels.
    ///
    /// `levels` is `[z, y, x]`, 0 outside the region; slices lie across z.
    pub fn count(
        levels: &ArrayRef3<u16>,
        aggregations: &[Aggregation],
        distance: u8,
        coarseness: u16,
        engine: &Engine,
    ) -> Self {
        let block = Block::new(levels, usize::from(distance.min(FARTHEST)));
        Self::of(block.as_ref(), aggregations, distance, coarseness, engine)
    }

    /// The same of a block that these neighbours stay in; `None` is a region without voxels.
    pub(crate) fn of(
        block: Option<&Block>,
        aggregations: &[Aggregation],
        distance: u8,
        coarseness: u16,
        engine: &Engine,
    ) -> Self {
        // Outside the region levels are 0, which must not depend on low levels.
        let near = |here: u16, there: u16| {
            u16::from(there != 0) & u16::from(here.abs_diff(there) <= coarseness)
        };
        let same = |here: u16, there: u16| u16::from(here == there);
        Self::counted(block, aggregations, distance, engine, |within, spans| {
            if coarseness == 0 {
                wide(Counting { within, spans, depends: same })
            } else {
                wide(Counting { within, spans, depends: near })
            }
        })
    }
}

/// Counts the dependences of some stretches of voxels.
struct Counting<'a, D> {
    within: &'a Neighbourhood<'a>,
    spans: &'a [(usize, usize)],
    /// 1 where the first level's voxel has the second's as a dependent neighbour, else 0.
    depends: D,
}

impl<D: Fn(u16, u16) -> u16> Loop for Counting<'_, D> {
    type Output = Dependences;

    #[inline(always)]
    fn call(self) -> Dependences {
        let Self { within, spans, depends } = self;
        let (block, levels) = (within.block, within.levels);
        let voxels = spans.iter().map(|span| span.1).sum();
        let mut tally = Tally::new(block.levels.len(), within.size(), voxels);
        for &(start, length) in spans {
            for from in (start..start + length).step_by(CHUNK) {
                let here = chunk::<CHUNK>(levels, from);
                let mut dependence = [0_u16; CHUNK];
                for row in &within.rows {
                    let first = (from - within.distance).wrapping_add_signed(*row);
                    for from in first..=first + 2 * within.distance {
                        let there = chunk::<CHUNK>(levels, from);
                        for k in 0..CHUNK {
                            dependence[k] += depends(here[k], there[k]);
                        }
                    }
                }
                let left = (start + length - from).min(CHUNK);
                for (rank, sum) in block.ranks[from..from + left].iter().zip(&dependence) {
                    tally.add(*rank, u32::from(*sum), 0);
                }
            }
        }
        let cell = |rank, dependence, count, _| Cell {
            level: block.level(rank),
            length: u64::from(dependence),
            count: count as f64,
        };
        Dependences { cells: tally.cells(cell) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    fn counted(levels: &Array3<u16>, distance: u8, coarseness: u16) -> Dependences {
        let asked = [Aggregation::Volume3d];
        let engine = Engine::serial();
        DependenceCounts::count(levels, &asked, distance, coarseness, &engine)
            .matrices(asked[0])
            .remove(0)
    }

    #[test]
    fn voxels_outside_never_depend() {
        let levels = Array3::from_shape_vec((1, 1, 6), vec![1, 2, 0, 4, 1, 1]).unwrap();
        let of = |level, length, count: u32| Cell { level, length, count: f64::from(count) };
        let same = [of(1, 1, 1), of(1, 2, 2), of(2, 1, 1), of(4, 1, 1)];
        assert_eq!(counted(&levels, 1, 0).cells(), same);
        let near = [of(1, 2, 3), of(2, 2, 1), of(4, 1, 1)];
        assert_eq!(counted(&levels, 1, 1).cells(), near);
        let all = [of(1, 2, 1), of(1, 3, 2), of(2, 3, 1), of(4, 4, 1)];
        assert_eq!(counted(&levels, 2, u16::MAX).cells(), all);
    }

    #[test]
    fn the_farthest_neighbourhood_fits_its_numbers() {
        let levels = Array3::from_elem((21, 21, 21), u16::MAX);
        let matrix = counted(&levels, 10, 0);
        assert_eq!(matrix.n_voxels(), 9261.0);
        assert_eq!(
            matrix.cells().last(),
            Some(&Cell { level: u16::MAX, length: 9261, count: 1.0 })
        );
    }
}

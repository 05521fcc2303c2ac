//! Voxels that continue a run, counted by grey level, direction and place in the run.
//!
//! All directions are counted at once: a voxel adds its marks to a row of counters of its rank, which
//! takes as long whether it continues runs or not.

use std::ops::Range;

use super::block::Block;
use super::counters::{Counters, LANES, bits};
use super::grown::{Found, Grown};
use super::lengths::Lengths;
use super::marks::{Marks, PLACES};
use crate::engine::{Loop, wide};

/// Counts the voxels of consecutive planes along the first `N` directions, and hands `plane` what is
/// counted in each by itself.
pub(super) fn grown<'a, const N: usize>(
    block: &'a Block,
    planes: Range<usize>,
    plane: Option<&'a mut (dyn FnMut(&Found<'_>) + 'a)>,
) -> Grown {
    // The bits are known only now, so that the compiler makes comparisons of them, not shifts.
    wide(Growth::<N> { block, planes, plane, bits: bits() })
}

struct Growth<'a, const N: usize> {
    block: &'a Block,
    planes: Range<usize>,
    plane: Option<&'a mut (dyn FnMut(&Found<'_>) + 'a)>,
    bits: [u8; LANES],
}

impl<const N: usize> Loop for Growth<'_, N> {
    type Output = Grown;

    #[inline(always)]
    fn call(self) -> Grown {
        let Self { block, planes, mut plane, bits } = self;
        let ranks = block.levels.len() + 1;
        let spans = |at: usize| &block.spans[block.planes[at].clone()];
        let mut marks = Marks::<N>::new(block);
        let mut lengths = Lengths::new(block, marks.places());
        for at in planes.start.saturating_sub(PLACES)..planes.start {
            marks.next(block, spans(at));
            lengths.skip(&marks, &marks.beyond(spans(at)));
        }
        let mut counters = Counters::new(ranks, bits);
        let mut found = Grown::new(ranks, plane.is_some());
        for at in planes {
            marks.next(block, spans(at));
            for span in spans(at) {
                counters.count(block, &marks, *span, &mut found);
            }
            lengths.count(block, &marks, &marks.beyond(spans(at)), &mut found.long);
            if let Some(plane) = &mut plane {
                counters.empty(&mut found);
                plane(&found.plane());
                found.next_plane();
            }
        }
        counters.empty(&mut found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::directions::{Direction, VOLUME};
    use super::super::lengths::Long;
    use super::*;
    use ndarray::Array3;

    /// Few levels, so that there are runs of all lengths, on some planes none.
    fn block() -> Block {
        let mut state = 5_u32;
        let mut levels = Array3::from_shape_simple_fn((14, 9, 150), || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 29) as u16 / 3
        });
        levels.slice_axis_mut(ndarray::Axis(0), (7..8).into()).fill(0);
        Block::new(&levels, 1).unwrap()
    }

    /// Each voxel by itself: how far it is into its run.
    fn plainly(block: &Block, step: Direction) -> (Vec<[u64; PLACES + 1]>, Vec<Long>) {
        let offset = block.offset(step);
        let mut reached = vec![[0; PLACES + 1]; block.levels.len() + 1];
        let mut long = Vec::new();
        for at in block.spans.iter().flat_map(|(start, length)| *start..start + length) {
            let rank = block.ranks[at];
            let back = |k: &usize| block.ranks.get(at.wrapping_sub(k * offset)) == Some(&rank);
            let place = (1..block.ranks.len()).take_while(back).count();
            reached[usize::from(rank)][..=place.min(PLACES)].iter_mut().for_each(|n| *n += 1);
            if place >= PLACES && block.ranks[at + offset] != rank {
                long.push(Long::new(rank, place as u64 + 1));
            }
        }
        long.sort_unstable();
        (reached, long)
    }

    #[test]
    fn counts_are_those_of_each_voxel_by_itself() {
        let block = block();
        let grown = grown::<13>(&block, 0..block.planes.len(), None);
        let all = grown.all();
        for (direction, step) in VOLUME.into_iter().enumerate() {
            let (reached, long) = plainly(&block, step);
            assert_eq!(all.reached(direction).collect::<Vec<_>>(), reached[1..], "{step:?}");
            let mut found = all.long(direction).to_vec();
            found.sort_unstable();
            assert_eq!(found, long, "{step:?}");
        }
        assert!((0..13).all(|direction| !all.long(direction).is_empty()));
    }

    /// Adds what was found of other planes along the first directions.
    fn add(
        to: &mut Vec<(Vec<[u64; PLACES + 1]>, Vec<Long>)>,
        found: &Found<'_>,
        directions: usize,
    ) {
        to.resize(directions, Default::default());
        for (direction, (reached, long)) in to.iter_mut().enumerate() {
            reached.resize(found.reached(direction).count(), [0; PLACES + 1]);
            for (to, from) in reached.iter_mut().zip(found.reached(direction)) {
                to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
            }
            long.extend(found.long(direction));
        }
    }

    #[test]
    fn planes_counted_apart_add_up() {
        let block = block();
        let planes = block.planes.len();
        let of = |grown: &Grown, directions| {
            let mut all = Vec::new();
            add(&mut all, &grown.all(), directions);
            all
        };
        let all = of(&grown::<13>(&block, 0..planes, None), 13);
        let (mut parts, mut seen) = (Vec::new(), Vec::new());
        for at in [0..3, 3..8, 8..planes] {
            let mut plane = |own: &Found<'_>| add(&mut seen, own, 4);
            add(&mut parts, &grown::<13>(&block, at, Some(&mut plane)).all(), 13);
        }
        assert_eq!(parts, all);
        assert_eq!(seen, all[..4]);
        // Within a plane, four directions tell the same.
        assert_eq!(of(&grown::<4>(&block, 0..planes, None), 4), all[..4]);
    }

    #[test]
    fn every_processor_counts_alike() {
        let block = block();
        let planes = 0..block.planes.len();
        let (block, bits) = (&block, bits());
        let portable = Growth::<13> { block, planes: planes.clone(), plane: None, bits };
        let (portable, found) = (portable.call(), grown::<13>(block, planes, None));
        for direction in 0..VOLUME.len() {
            let [portable, found] = [portable.all(), found.all()];
            assert!(portable.reached(direction).eq(found.reached(direction)));
            assert_eq!(portable.long(direction), found.long(direction));
        }
    }

    #[test]
    fn counters_that_are_full_are_emptied() {
        let levels = Array3::from_elem((2, 3, 50_000), 1_u16);
        let block = Block::new(&levels, 1).unwrap();
        let grown = grown::<13>(&block, 0..2, None);
        let all = grown.all();
        let along_x = all.reached(0).next().unwrap();
        assert_eq!(along_x, [300_000, 299_994, 299_988, 299_982, 299_976]);
        assert_eq!(all.long(0), [Long::new(1, 50_000); 6]);
    }
}

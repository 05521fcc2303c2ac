//! Rows of counters, one for each grey level: a counter for each direction and place in a run.

use super::block::Block;
use super::chunk::places_of;
use super::equal::{Bits, SOME};
use super::growth::Grown;
use super::marks::{Marks, PLACES};

/// A counter for each direction, and one for the voxel itself.
pub(super) const LANES: usize = 16;
pub(super) const ITSELF: usize = LANES - 1;
/// Places that are counted for every voxel; there are few beyond.
const NEAR: usize = PLACES / 2;
/// Counters of one rank.
type Row = [[u16; LANES]; NEAR];
/// So many voxels can be counted before a counter may be full.
pub(super) const FULL: usize = u16::MAX as usize;

/// Counters of what was seen since they were emptied, by rank.
pub(super) struct Counters {
    /// Of the nearer places; two of each rank by turns: what was just written is slow to read.
    near: [Vec<Row>; 2],
    /// Of the places beyond.
    far: Vec<Row>,
    /// So many voxels may still be seen.
    room: usize,
    bits: [Bits; LANES],
}

impl Counters {
    pub(super) fn new(ranks: usize, bits: [Bits; LANES]) -> Self {
        let rows = || vec![[[0; LANES]; NEAR]; ranks];
        Self { near: [rows(), rows()], far: rows(), room: FULL, bits }
    }

    /// Counts so many consecutive voxels of a row, no more than there is ever room for.
    #[inline(always)]
    pub(super) fn count<const N: usize>(
        &mut self,
        block: &Block,
        marks: &Marks<N>,
        (start, length): (usize, usize),
        found: &mut Grown,
    ) {
        if length > self.room {
            self.empty(found);
        }
        self.room -= length;
        let ranks = &block.ranks[start..start + length];
        let [first, second, third, fourth] = marks.of(start, length);
        let (bits, near) = (&self.bits, &mut self.near);
        for (turn, ((rank, first), second)) in ranks.iter().zip(first).zip(second).enumerate() {
            let row = &mut near[turn % 2][usize::from(*rank)];
            add(row, bits, [first | 1 << ITSELF, *second]);
        }
        for (from, marked) in (0..).step_by(SOME).zip(third.chunks(SOME)) {
            if marked.iter().fold(0, |any, bits| any | bits) == 0 {
                continue;
            }
            let mut flags = [0; SOME];
            flags.iter_mut().zip(marked).for_each(|(flag, bits)| *flag = u8::from(*bits != 0));
            for k in places_of(&flags).map(|place| from + place) {
                add(&mut self.far[usize::from(ranks[k])], bits, [third[k], fourth[k]]);
                let mut ends = if fourth[k] == 0 { 0 } else { marks.last(start + k) };
                while ends != 0 {
                    found.end(block, start + k, ends.trailing_zeros() as usize);
                    ends &= ends - 1;
                }
            }
        }
    }

    /// Adds what was seen to what was found, and forgets it.
    #[inline(always)]
    pub(super) fn empty(&mut self, found: &mut Grown) {
        let [one, other] = &mut self.near;
        let near = one.iter_mut().zip(other);
        for ((to, near), far) in found.places.iter_mut().zip(near).zip(&mut self.far) {
            let (one, other) = near;
            if one[0][ITSELF] | other[0][ITSELF] == 0 {
                continue;
            }
            for k in 0..NEAR {
                for lane in 0..LANES {
                    to[k][lane] += u64::from(one[k][lane] + other[k][lane]);
                    to[NEAR + k][lane] += u64::from(far[k][lane]);
                }
            }
            [*one, *other, *far] = [[[0; LANES]; NEAR]; 3];
        }
        self.room = FULL;
    }
}

/// Counts a voxel in a row of counters.
#[inline(always)]
fn add([one, other]: &mut Row, bits: &[Bits; LANES], marks: [Bits; NEAR]) {
    for lane in 0..LANES {
        // One less than 0 is one more, in the numbers that a comparison gives.
        let marked = |marks: Bits| if marks & bits[lane] == bits[lane] { u16::MAX } else { 0 };
        one[lane] = one[lane].wrapping_sub(marked(marks[0]));
        other[lane] = other[lane].wrapping_sub(marked(marks[1]));
    }
}

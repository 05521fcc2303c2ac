//! Rows of counters, one for each grey level: a counter for each direction and place in a run.

use super::block::Block;
use super::directions::IN_PLANE;
use super::equal::SOME;
use super::grown::Grown;
use super::marks::{BITS, ITSELF, Marks, PLACES, Word};

/// Bytes of a voxel's marks.
const BYTES: usize = Word::BITS as usize / 8;
/// A counter for each of their bits.
pub(super) const LANES: usize = 8 * BYTES;
/// Counters of one rank: those of the lowest bit of each byte, then those of the next.
///
/// In this order the bits that belong to them are those of one word, repeated.
type Row = [u8; LANES];

/// The counter of a mark: a direction at a place from 1 on.
pub(super) const fn lane(direction: usize, place: usize) -> usize {
    let bit = (place - 1) * BITS + direction;
    bit % 8 * BYTES + bit / 8
}

/// The counter of all voxels.
pub(super) const VOXELS: usize = lane(ITSELF, 1);

/// Counts of a plane by itself: the counters up to the last of a direction within it, and one of all
/// voxels.
pub(super) const FLAT: usize = lane(IN_PLANE.len() - 1, PLACES) + 2;

/// Which bit of a byte each counter counts.
pub(super) fn bits() -> Row {
    std::array::from_fn(|lane| 1 << (lane / BYTES))
}

/// Counters of what was seen since they were emptied, by rank.
pub(super) struct Counters {
    /// Two of each rank by turns: what was just written is slow to read.
    rows: Vec<[Row; 2]>,
    bits: Row,
}

impl Counters {
    pub(super) fn new(ranks: usize, bits: Row) -> Self {
        Self { rows: vec![[[0; LANES]; 2]; ranks], bits }
    }

    /// Counts so many consecutive voxels of a row.
    #[inline(always)]
    pub(super) fn count<const N: usize>(
        &mut self,
        block: &Block,
        marks: &Marks<N>,
        (start, length): (usize, usize),
        found: &mut Grown,
    ) {
        for from in (start..start + length).step_by(SOME) {
            let ranks = &block.ranks[from..(from + SOME).min(start + length)];
            let words = marks.words(from);
            for (turn, (rank, word)) in ranks.iter().zip(&words).enumerate() {
                let row = &mut self.rows[usize::from(*rank)][turn % 2];
                add(row, &self.bits, *word);
                if row[VOXELS] == u8::MAX {
                    found.add(*rank, row);
                    row.fill(0);
                }
            }
        }
    }

    /// Adds what was seen to what was found, and forgets it.
    #[inline(always)]
    pub(super) fn empty(&mut self, found: &mut Grown) {
        for (rank, rows) in (0..=u16::MAX).zip(&mut self.rows) {
            let [one, other] = rows;
            if one[VOXELS] | other[VOXELS] != 0 {
                let both = |lane: usize| u16::from(one[lane]) + u16::from(other[lane]);
                found.add(rank, &std::array::from_fn(both));
                *rows = [[0; LANES]; 2];
            }
        }
    }
}

/// Counts a voxel in a row of counters.
#[inline(always)]
fn add(row: &mut Row, bits: &Row, marks: Word) {
    let bytes = [marks.to_le_bytes(); 8];
    for (lane, byte) in bytes.as_flattened().iter().enumerate() {
        // One less than 0 is one more, in the numbers that a comparison gives.
        let marked = if byte & bits[lane] == bits[lane] { u8::MAX } else { 0 };
        row[lane] = row[lane].wrapping_sub(marked);
    }
}

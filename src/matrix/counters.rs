//! Rows of counters, one for each grey level: a counter for each direction and place in a run.

use super::block::Block;
use super::directions::IN_PLANE;
use super::equal::SOME;
use super::grown::Grown;
use super::marks::{Marks, PLACES, Word, bit};

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
    let bit = bit(direction, place);
    bit % 8 * BYTES + bit / 8
}

/// The counter of all voxels.
pub(super) const VOXELS: usize = 0;

/// Counters of a plane by itself: those up to the last of a direction within it.
pub(super) const FLAT: usize = lane(IN_PLANE.len() - 1, PLACES) + 1;

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
                // What is asked of the row is asked before it is written, for the same reason.
                let counted = add(row, &self.bits, *word);
                let full = counted[VOXELS] == u8::MAX;
                *row = counted;
                if full {
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

/// A row of counters with one voxel more.
#[inline(always)]
fn add(row: &Row, bits: &Row, marks: Word) -> Row {
    let mut counted = *row;
    let bytes = [marks.to_le_bytes(); 8];
    for (lane, byte) in bytes.as_flattened().iter().enumerate() {
        // One less than 0 is one more, in the numbers that a comparison gives.
        let marked = if byte & bits[lane] == bits[lane] { u8::MAX } else { 0 };
        counted[lane] = row[lane].wrapping_sub(marked);
    }
    counted
}

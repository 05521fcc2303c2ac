//! Voxels that equal one before them.

use std::ops::Range;

use super::block::Block;
use super::chunk::chunk;
use super::directions::VOLUME;

/// Voxels whose bits are made together: as many as stay in the processor's registers.
pub(super) const SOME: usize = 32;

/// A bit for each direction, in the order of [`VOLUME`].
pub(super) type Bits = u16;

/// From the first voxel of some stretches, which ascend, to the last.
pub(super) fn extent(spans: &[(usize, usize)]) -> Range<usize> {
    spans.first().map_or(0, |span| span.0)..spans.last().map_or(0, |span| span.0 + span.1)
}

/// Some voxels of a plane, and those before them along the first `N` directions.
pub(super) struct Around<'a, const N: usize> {
    here: &'a [u16],
    before: [&'a [u16]; N],
}

impl<'a, const N: usize> Around<'a, N> {
    /// Around these voxels of the box.
    pub(super) fn of(block: &'a Block, voxels: &Range<usize>) -> Self {
        // All are as long, so that little is left to check for each chunk.
        let length = voxels.len() + SOME;
        let part = |from: usize| &block.ranks[from..from + length];
        let before = std::array::from_fn(|bit| part(voxels.start - block.offset(VOLUME[bit])));
        Self { here: part(voxels.start), before }
    }

    /// The directions along which each voxel of some equals the one before; they begin so far
    /// behind the first voxel.
    #[inline(always)]
    pub(super) fn equal(&self, from: usize) -> [Bits; SOME] {
        let here = chunk::<SOME>(self.here, from);
        let mut equal = [0; SOME];
        for (bit, before) in self.before.iter().enumerate() {
            let there = chunk::<SOME>(before, from);
            for k in 0..SOME {
                equal[k] |= if here[k] == there[k] { 1 << bit } else { 0 };
            }
        }
        // Nothing goes beyond outside the region: it would be looked for in vain.
        for k in 0..SOME {
            equal[k] = if here[k] == 0 { 0 } else { equal[k] };
        }
        equal
    }
}

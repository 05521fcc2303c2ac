//! Marks of voxels that are so far into a run, of the plane at hand and of the one before.

use super::block::Block;
use super::chunk::{chunk, places_of};
use super::directions::VOLUME;
use super::equal::{Around, Bits, SOME, extent};

/// Places in a run that are marked. The first voxel of a run is at place 0 and has no mark.
pub(super) const PLACES: usize = 4;

/// The marks of a voxel at all places: the lowest bit is one that every voxel has, those of the first place
/// are next.
pub(super) type Word = u64;
/// Bits of a place.
pub(super) const BITS: usize = Bits::BITS as usize;

/// The bit of a direction at a place from 1 on.
pub(super) const fn bit(direction: usize, place: usize) -> usize {
    1 + (place - 1) * BITS + direction
}

/// A voxel, and the directions along which it has come to the last place.
pub(super) type Beyond = (usize, Bits);

/// The directions along which each voxel of a plane has come to a place in its run or further.
///
/// A voxel has come to place `k + 1` where it equals the one before, and that one has come to `k`.
pub(super) struct Marks<const N: usize> {
    /// For each place from 1 on: of the plane at hand, and of the one before. What is marked outside the
    /// region is never asked for.
    places: [[Vec<Bits>; 2]; PLACES],
    /// From a voxel's place in its plane to that of the one before it, which may be in another.
    back: [isize; N],
    margin: usize,
    /// Where the plane at hand begins in the block.
    begin: usize,
}

impl<const N: usize> Marks<N> {
    pub(super) fn new(block: &Block) -> Self {
        let margin = block.offset([0, 1, 1]) + SOME;
        let length = margin + block.offset([1, 0, 0]) + margin;
        let empty = || [vec![0; length], vec![0; length]];
        let back = std::array::from_fn(|bit| {
            let [_, dy, dx] = VOLUME[bit];
            -block.step([0, dy, dx])
        });
        Self { places: std::array::from_fn(|_| empty()), back, margin, begin: 0 }
    }

    /// Marks the voxels of the next plane.
    #[inline(always)]
    pub(super) fn next(&mut self, block: &Block, spans: &[(usize, usize)]) {
        let voxels = extent(spans);
        self.begin = block.plane_of(voxels.start);
        self.places.iter_mut().for_each(|[here, before]| std::mem::swap(here, before));
        let chunks = |&(start, length): &(usize, usize)| {
            (start - voxels.start..start - voxels.start + length).step_by(SOME)
        };
        let place = self.place(voxels.start);
        let length = voxels.len() + SOME;

        let around = Around::<N>::of(block, &voxels);
        let to = &mut self.places[0][0][place..place + length];
        for from in spans.iter().flat_map(chunks) {
            to[from..from + SOME].copy_from_slice(&around.equal(from));
        }
        for k in 1..PLACES {
            let (nearer, own) = self.places.split_at_mut(k);
            let [here, before] = &nearer[k - 1];
            let there: [&[Bits]; N] = std::array::from_fn(|bit| {
                let from = place.wrapping_add_signed(self.back[bit]);
                &plane_before(bit, here, before)[from..from + length]
            });
            let here = &here[place..place + length];
            let to = &mut own[0][0][place..place + length];
            for from in spans.iter().flat_map(chunks) {
                let marked = further(chunk(here, from), &there, from);
                to[from..from + SOME].copy_from_slice(&marked);
            }
        }
    }

    /// The marks of some voxels of the plane, from one on, and the one that each voxel has.
    #[inline(always)]
    pub(super) fn words(&self, voxel: usize) -> [Word; SOME] {
        let from = self.place(voxel);
        let [first, second, third, last] =
            self.places.each_ref().map(|[here, _]| chunk::<SOME>(here, from));
        let mut words = [0; SOME];
        for k in 0..SOME {
            words[k] = 1
                | Word::from(first[k]) << bit(0, 1)
                | Word::from(second[k]) << bit(0, 2)
                | Word::from(third[k]) << bit(0, 3)
                | Word::from(last[k]) << bit(0, 4);
        }
        words
    }

    /// The voxels of the plane that have come to the last place.
    #[inline(always)]
    pub(super) fn beyond(&self, spans: &[(usize, usize)]) -> Vec<Beyond> {
        let [.., [here, _]] = &self.places;
        let mut found = Vec::new();
        for &(start, length) in spans {
            for from in (start..start + length).step_by(SOME) {
                let last = chunk::<SOME>(here, self.place(from));
                if last.iter().fold(0, |any, bits| any | bits) == 0 {
                    continue;
                }
                let mut flags = [0; SOME];
                let inside = flags.iter_mut().zip(last).take(start + length - from);
                inside.for_each(|(flag, bits)| *flag = u8::from(*bits != 0));
                found.extend(places_of(&flags).map(|k| (from + k, last[k])));
            }
        }
        found
    }

    /// From the place of a voxel to that of the one before it along a direction.
    pub(super) fn back(&self, direction: usize) -> isize {
        self.back[direction]
    }

    /// The place of a voxel of the block in its plane.
    pub(super) fn place(&self, voxel: usize) -> usize {
        self.margin + voxel - self.begin
    }

    /// Places of a plane, with its margins.
    pub(super) fn places(&self) -> usize {
        self.places[0][0].len()
    }
}

/// The plane in which the voxels before those at hand are, along a direction.
#[inline(always)]
fn plane_before<'a>(bit: usize, here: &'a [Bits], before: &'a [Bits]) -> &'a [Bits] {
    if VOLUME[bit][0] == 0 { here } else { before }
}

/// Which of some voxels follow one that is marked, too.
#[inline(always)]
fn further<const N: usize>(own: &[Bits; SOME], there: &[&[Bits]; N], from: usize) -> [Bits; SOME] {
    let mut marked = [0; SOME];
    if own.iter().fold(0, |any, bits| any | bits) == 0 {
        return marked;
    }
    for (bit, there) in there.iter().enumerate() {
        let there = chunk::<SOME>(there, from);
        for k in 0..SOME {
            marked[k] |= there[k] & 1 << bit;
        }
    }
    for k in 0..SOME {
        marked[k] &= own[k];
    }
    marked
}

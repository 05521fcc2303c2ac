//! Marks of voxels that are so far into a run, of the plane at hand and of the one before.

use super::block::Block;
use super::chunk::chunk;
use super::directions::VOLUME;
use super::equal::{Around, Bits, SOME, extent};

/// Places in a run that are marked. The first voxel of a run is at place 0 and has no mark.
pub(super) const PLACES: usize = 4;

/// The directions along which each voxel of a plane has come to a place in its run or further.
///
/// A voxel has come to place `k + 1` where it equals the one before, and that one has come to `k`.
/// What is marked outside the region is never asked for: it equals no voxel of the region.
pub(super) struct Marks<const N: usize> {
    /// For each place from 1 on: of the plane at hand, and of the one before.
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

    /// The marks of so many voxels of the plane from one on, at each place.
    #[inline(always)]
    pub(super) fn of(&self, start: usize, length: usize) -> [&[Bits]; PLACES] {
        let from = self.place(start);
        self.places.each_ref().map(|[here, _]| &here[from..from + length])
    }

    /// The directions along which a voxel is at the last place and not beyond.
    #[inline(always)]
    pub(super) fn last(&self, voxel: usize) -> Bits {
        let [here, before] = &self.places[PLACES - 1];
        let place = self.place(voxel);
        let mut last = here[place];
        for bit in 0..N {
            let from = place.wrapping_add_signed(self.back[bit]);
            last &= !(plane_before(bit, here, before)[from] & 1 << bit);
        }
        last
    }

    fn place(&self, voxel: usize) -> usize {
        self.margin + voxel - self.begin
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

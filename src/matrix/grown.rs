//! What was counted of runs: by grey level, direction and place in the run.

use super::counters::{FLAT, LANES, VOXELS, lane};
use super::lengths::{Long, LongRuns};
use super::marks::{BITS, PLACES};

/// What is counted of the voxels that were seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grown {
    /// By rank: the voxels that have come to each place or further along each direction, in the order of
    /// the counters.
    all: Vec<[u64; LANES]>,
    /// The same of the plane at hand, along the directions within it; none where nobody asks.
    plane: Vec<[u64; FLAT]>,
    /// By direction: each run that goes beyond the last place.
    pub(super) long: LongRuns,
    /// How many of these are of planes before the one at hand.
    before: [usize; BITS],
}

/// What is counted of some planes.
pub(super) struct Found<'a> {
    /// So many counts of each rank.
    counts: &'a [u64],
    width: usize,
    long: [&'a [Long]; BITS],
}

impl<'a> Found<'a> {
    /// Voxels of each rank from 1 on, first all, then those that have come to each place along a
    /// direction.
    pub(super) fn reached(
        &self,
        direction: usize,
    ) -> impl Iterator<Item = [u64; PLACES + 1]> + use<'a> {
        self.counts.chunks_exact(self.width).skip(1).map(move |counts| {
            std::array::from_fn(|k| match k {
                0 => counts[VOXELS],
                _ => counts[lane(direction, k)],
            })
        })
    }

    /// Each run along a direction that goes beyond the last place.
    pub(super) fn long(&self, direction: usize) -> &'a [Long] {
        self.long[direction]
    }
}

impl Grown {
    /// For so many ranks, and for planes by themselves or not.
    pub(super) fn new(ranks: usize, planes: bool) -> Self {
        let plane = vec![[0; FLAT]; if planes { ranks } else { 0 }];
        Self { all: vec![[0; LANES]; ranks], plane, long: Default::default(), before: [0; BITS] }
    }

    /// All that was counted.
    pub(super) fn all(&self) -> Found<'_> {
        let long = self.long.each_ref().map(|long| &long[..]);
        Found { counts: self.all.as_flattened(), width: LANES, long }
    }

    /// What was counted in the plane at hand, within it.
    pub(super) fn plane(&self) -> Found<'_> {
        let long = std::array::from_fn(|direction| &self.long[direction][self.before[direction]..]);
        Found { counts: self.plane.as_flattened(), width: FLAT, long }
    }

    /// Goes on to the next plane.
    pub(super) fn next_plane(&mut self) {
        self.plane.fill([0; FLAT]);
        self.before = self.long.each_ref().map(Vec::len);
    }

    /// Adds counts of a rank, in the order of the counters.
    #[inline(always)]
    pub(super) fn add<T: Copy + Into<u64>>(&mut self, rank: u16, counts: &[T; LANES]) {
        let rank = usize::from(rank);
        let add = |(to, from): (&mut u64, &T)| *to += (*from).into();
        self.all[rank].iter_mut().zip(counts).for_each(add);
        if let Some(plane) = self.plane.get_mut(rank) {
            plane.iter_mut().zip(counts).for_each(add);
        }
    }
}

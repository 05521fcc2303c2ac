//! Lengths of runs that go beyond the marked places.

use super::block::Block;
use super::directions::VOLUME;
use super::marks::{BITS, Beyond, Marks, PLACES};

/// A run that goes beyond the last place: its rank before its length, so that they sort as numbers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Long(u64);

impl Long {
    /// No region is as long as 48 bits can tell.
    const LENGTH: u32 = 48;

    pub(super) fn new(rank: u16, length: u64) -> Self {
        Self(u64::from(rank) << Self::LENGTH | length)
    }

    pub(super) fn rank(self) -> u16 {
        (self.0 >> Self::LENGTH) as u16
    }

    pub(super) fn length(self) -> u64 {
        self.0 & ((1 << Self::LENGTH) - 1)
    }
}

/// By direction, runs that go beyond the last place, in no order.
pub(super) type LongRuns = [Vec<Long>; BITS];

/// How long runs are that have come to the last place, of the plane at hand and of the one before.
pub(super) struct Lengths {
    /// Of each voxel of the two planes, by turns, that has come to the last place along a direction: the
    /// voxels of its run from that place on. 0 of others.
    counts: Vec<[u8; BITS]>,
    /// The voxels of each of them that have one.
    held: [Vec<usize>; 2],
    /// Which of them is at hand.
    turn: usize,
    /// From a voxel to the next in the block.
    ahead: [usize; BITS],
}

/// A count that is not known, or as high.
const MANY: u8 = u8::MAX;

impl Lengths {
    /// For planes of so many places.
    pub(super) fn new(block: &Block, places: usize) -> Self {
        let mut ahead = [0; BITS];
        ahead.iter_mut().zip(VOLUME).for_each(|(ahead, step)| *ahead = block.offset(step));
        Self { counts: vec![[0; BITS]; 2 * places], held: Default::default(), turn: 0, ahead }
    }

    /// Goes on to the next plane, of which nothing is counted.
    pub(super) fn skip<const N: usize>(&mut self, marks: &Marks<N>, beyond: &[Beyond]) {
        let (here, _) = self.turn();
        for (voxel, directions) in beyond {
            let place = here + marks.place(*voxel);
            self.held[self.turn].push(place);
            for direction in (0..BITS).filter(|direction| directions >> direction & 1 != 0) {
                self.counts[place][direction] = MANY;
            }
        }
    }

    /// Goes on to the next plane and counts its voxels, and notes the runs that end with them.
    pub(super) fn count<const N: usize>(
        &mut self,
        block: &Block,
        marks: &Marks<N>,
        beyond: &[Beyond],
        found: &mut LongRuns,
    ) {
        let (here, before) = self.turn();
        let mut back = [0; BITS];
        for (bit, back) in back.iter_mut().enumerate().take(N) {
            let plane = if VOLUME[bit][0] == 0 { here } else { before };
            *back = marks.back(bit).wrapping_add_unsigned(plane);
        }
        let ranks = &block.ranks;
        for &(voxel, mut directions) in beyond {
            let (place, rank) = (marks.place(voxel), ranks[voxel]);
            self.held[self.turn].push(here + place);
            while directions != 0 {
                let direction = directions.trailing_zeros() as usize % BITS;
                directions &= directions - 1;
                let before = place.wrapping_add_signed(back[direction]);
                let count = self.counts[before][direction].saturating_add(1);
                self.counts[here + place][direction] = count;
                let offset = self.ahead[direction];
                let ends = ranks[voxel + offset] != rank;
                let length = if ends && count == MANY {
                    length_to(ranks, voxel, offset)
                } else {
                    PLACES as u64 + u64::from(count)
                };
                // Whether it ends no branch could foresee.
                let runs = &mut found[direction];
                let kept = runs.len() + usize::from(ends);
                runs.push(Long::new(rank, length));
                runs.truncate(kept);
            }
        }
    }

    /// Makes room for the next plane: where it begins, and where the one before it does.
    fn turn(&mut self) -> (usize, usize) {
        self.turn = 1 - self.turn;
        self.held[self.turn].drain(..).for_each(|place| self.counts[place] = [0; BITS]);
        let size = self.counts.len() / 2;
        (self.turn * size, (1 - self.turn) * size)
    }
}

/// How many voxels of a run there are up to one.
#[cold]
fn length_to(ranks: &[u16], at: usize, offset: usize) -> u64 {
    (0..=at / offset).take_while(|n| ranks[at - n * offset] == ranks[at]).count() as u64
}

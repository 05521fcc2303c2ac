//! The region's grey levels in a compact, padded form that is quick to step through.

use ndarray::ArrayRef3;
use std::ops::Range;

use super::chunk::CHUNK;
use super::directions::Direction;
use crate::engine::{Loop, wide};
use crate::image::{Stretch, bounds_of, stretches_of};

/// Grey levels of the region's bounding box, renumbered, with a border of 0 where steps may land.
///
/// Each row has padding voxels at its end and each plane padding rows, as many as a step may be
/// long, and so much comes before the first voxel and after the last: a step from a voxel of the
/// box ends in the box or in one of these.
pub(crate) struct Block {
    /// Rank of each voxel's level, 0 outside the region; ranks are 1.. in the order of the levels.
    pub(crate) ranks: Vec<u16>,
    /// Grey level of each rank, rank 1 first; where levels are few, some of them may not occur.
    pub(crate) levels: Vec<u16>,
    /// Stretches of consecutive region voxels of a row: first index and length, ascending.
    pub(crate) spans: Vec<(usize, usize)>,
    /// The spans of each plane that has voxels, ascending.
    pub(super) planes: Vec<Range<usize>>,
    /// Voxels of the region.
    pub(super) n_voxels: u64,
    /// Voxels of the box, `[z, y, x]`.
    pub(super) shape: [usize; 3],
    /// How far steps may go along any axis.
    pub(super) reach: usize,
    /// Index `[z, y, x]` of the box's first voxel in the array it was made of.
    pub(super) origin: [usize; 3],
    /// Where that voxel is in `ranks`.
    first: usize,
    plane: usize,
    row: usize,
}

/// So many levels are told apart without asking which of them occur.
const FEW: usize = 256;

impl Block {
    /// The block of all voxels of `levels` `[z, y, x]` that are not 0, for steps up to `reach`
    /// voxels along each axis; `None` where there are none.
    pub(crate) fn new(levels: &ArrayRef3<u16>, reach: usize) -> Option<Self> {
        let inside: Vec<u16> = levels.iter().copied().filter(|level| *level != 0).collect();
        Self::of(&stretches_of(&levels.mapv(|level| level != 0)), &inside, reach)
    }

    /// The same of the voxels of some stretches, which ascend; each has its level, from 1 on, in
    /// their order.
    pub(crate) fn of(stretches: &[Stretch], levels: &[u16], reach: usize) -> Option<Self> {
        let bounds = bounds_of(stretches)?;
        let (lo, shape @ [nz, ny, nx]) = (bounds.lo, bounds.shape());
        let row = nx + reach;
        let plane = (ny + reach) * row;
        let first = reach * (plane + row + 1);
        let box_length = (nz - 1) * plane + (ny - 1) * row + nx;
        let ranking = Ranking::of(levels);
        let mut ranks = vec![0; first + box_length + first + CHUNK];
        let (mut spans, mut planes) = (Vec::with_capacity(stretches.len()), Vec::new());
        let mut left = levels;
        for stretches in stretches.chunk_by(|a, b| a.z == b.z) {
            let begin = spans.len();
            for Stretch { z, y, x } in stretches {
                let start = first + (z - lo[0]) * plane + (y - lo[1]) * row + x.start - lo[2];
                let (here, rest) = left.split_at(x.len().min(left.len()));
                ranking.rank(here, &mut ranks[start..start + x.len()]);
                left = rest;
                spans.push((start, x.len()));
            }
            planes.push(begin..spans.len());
        }
        let (n_voxels, levels) = (levels.len() as u64, ranking.levels());
        let origin = lo;
        Some(Self {
            ranks,
            levels,
            spans,
            planes,
            n_voxels,
            shape,
            reach,
            origin,
            first,
            plane,
            row,
        })
    }

    /// Voxels of the region.
    pub(crate) fn n_voxels(&self) -> u64 {
        self.n_voxels
    }

    /// How far ahead in `ranks` a step leads; above 0 for the directions of this layer.
    pub(crate) fn offset(&self, direction: Direction) -> usize {
        self.step(direction).unsigned_abs()
    }

    /// Where in `ranks` a step `[dz, dy, dx]` leads.
    pub(super) fn step(&self, [dz, dy, dx]: [isize; 3]) -> isize {
        dz * self.plane as isize + dy * self.row as isize + dx
    }

    /// Index `[z, y, x]`, in the array the block was made of, of a voxel of the box.
    pub(super) fn index(&self, at: usize) -> [usize; 3] {
        let at = at - self.first;
        let within = [at / self.plane, at % self.plane / self.row, at % self.row];
        [0, 1, 2].map(|axis| self.origin[axis] + within[axis])
    }

    /// The spans of consecutive planes.
    pub(super) fn spans_of(&self, planes: &[Range<usize>]) -> &[(usize, usize)] {
        match planes {
            [first, .., last] => &self.spans[first.start..last.end],
            [only] => &self.spans[only.clone()],
            [] => &[],
        }
    }

    /// Where in `ranks` the plane of a voxel of the box begins.
    pub(super) fn plane_of(&self, at: usize) -> usize {
        at - (at - self.first) % self.plane
    }

    /// Is each rank its level less the same number?
    pub(super) fn contiguous(&self) -> bool {
        let ends = self.levels.first().zip(self.levels.last());
        ends.is_none_or(|(first, last)| usize::from(last - first) < self.levels.len())
    }

    /// Grey level of a rank from 1.
    pub(super) fn level(&self, rank: u16) -> u16 {
        self.levels[usize::from(rank) - 1]
    }

    /// The voxels of one of the planes as a block of their own, whose ranks are those of the
    /// levels in it.
    pub(super) fn slice(&self, plane: &Range<usize>) -> Self {
        let spans = self.spans[plane.clone()].to_vec();
        let first = spans.first().map_or(self.first, |span| self.plane_of(span.0));
        let last = spans.last().map_or(first, |span| span.0 + span.1);
        let margin = self.reach * (self.row + 1);
        let from = first - margin;
        let mut ranks = self.ranks[from..last + margin + CHUNK].to_vec();
        let mut present: Vec<u16> = Vec::new();
        let voxels = |span: &(usize, usize)| span.0 - from..span.0 - from + span.1;
        let kept: Vec<u16> =
            spans.iter().flat_map(|span| ranks[voxels(span)].iter().copied()).collect();
        present.extend(&kept);
        present.sort_unstable();
        present.dedup();
        ranks.fill(0);
        let mut kept = kept.into_iter();
        for span in &spans {
            for (to, rank) in ranks[voxels(span)].iter_mut().zip(&mut kept) {
                *to = 1 + present.partition_point(|other| *other < rank) as u16;
            }
        }
        Self {
            ranks,
            levels: present.iter().map(|rank| self.level(*rank)).collect(),
            planes: std::iter::once(0..spans.len()).collect(),
            n_voxels: spans.iter().map(|span| span.1 as u64).sum(),
            spans: spans.into_iter().map(|(start, length)| (start - from, length)).collect(),
            shape: [1, self.shape[1], self.shape[2]],
            reach: self.reach,
            origin: self.origin,
            first: margin,
            plane: self.plane,
            row: self.row,
        }
    }
}

/// From grey levels to ranks.
enum Ranking {
    /// Levels from the lowest on, whether they occur or not.
    From { lowest: u16, highest: u16 },
    /// Rank of each level, 0 where it does not occur, and the levels that do, ascending.
    Present { rank_of: Vec<u16>, levels: Vec<u16> },
}

impl Ranking {
    /// Of these levels, from 1 on.
    fn of(all: &[u16]) -> Self {
        let [lowest, highest] = wide(Ends { levels: all });
        if usize::from(highest - lowest) < FEW {
            return Self::From { lowest, highest };
        }
        let mut rank_of = vec![0_u16; usize::from(highest) + 1];
        for level in all {
            rank_of[usize::from(*level)] = 1;
        }
        let mut levels = Vec::new();
        for level in 1..=highest {
            let rank = &mut rank_of[usize::from(level)];
            if *rank != 0 {
                levels.push(level);
                *rank = levels.len() as u16;
            }
        }
        Self::Present { rank_of, levels }
    }

    /// Grey level of each rank.
    fn levels(&self) -> Vec<u16> {
        match self {
            Self::From { lowest, highest } => (*lowest..=*highest).collect(),
            Self::Present { levels, .. } => levels.clone(),
        }
    }

    /// The ranks of some.
    fn rank(&self, from: &[u16], to: &mut [u16]) {
        match self {
            Self::From { lowest, .. } => {
                let below = lowest - 1;
                to.iter_mut().zip(from).for_each(|(to, level)| *to = level - below);
            }
            Self::Present { rank_of, .. } => {
                to.iter_mut().zip(from).for_each(|(to, level)| *to = rank_of[usize::from(*level)]);
            }
        }
    }
}

/// Lowest and highest of some levels, side by side.
struct Ends<'a> {
    levels: &'a [u16],
}

impl Loop for Ends<'_> {
    type Output = [u16; 2];

    #[inline(always)]
    fn call(self) -> [u16; 2] {
        const LANES: usize = 32;
        let first = self.levels.first().copied().unwrap_or(1);
        let (mut low, mut high) = ([first; LANES], [first; LANES]);
        let (groups, rest) = self.levels.as_chunks::<LANES>();
        for group in groups {
            (0..LANES).for_each(|k| low[k] = low[k].min(group[k]));
            (0..LANES).for_each(|k| high[k] = high[k].max(group[k]));
        }
        let lowest = low.iter().chain(rest).fold(first, |low, level| low.min(*level));
        let highest = high.iter().chain(rest).fold(first, |high, level| high.max(*level));
        [lowest, highest]
    }
}

//! Voxels that continue a run: their places in it, counted.
//!
//! Every voxel has a place in its run: 0 where it starts, 1 at the next voxel, and so on. Only voxels
//! that equal the one before a step need to be looked at.

use std::ops::Range;

use super::block::Block;
use super::chunk::{CHUNK, chunk};
use super::directions::Direction;
use super::lanes::{ChunkLoop, Lanes, in_lanes};

/// Runs shorter than this are counted in a table, longer ones in a list.
pub(super) const LONG: usize = 7;
/// Numbers of a level: its voxels at each place in a run from 1 to `LONG - 1`, and those beyond; the
/// first is left for those at place 0.
pub(super) type Places = [u64; LONG + 1];
const BEYOND: u8 = LONG as u8;
/// The last place of the table.
const LAST: u8 = BEYOND - 1;

/// What is counted along a step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grown {
    /// By rank.
    pub(super) places: Vec<Places>,
    /// Rank and length of each run of `LONG` voxels and more.
    pub(super) long: Vec<(u16, u64)>,
}

/// Counts the voxels of some planes that continue a run, along each of some steps of one voxel.
///
/// Planes are taken one after another, each along all steps: a plane of ranks and what is known of it
/// and of the one before stay in the processor's own memory.
pub(super) fn grown(block: &Block, planes: &[Range<usize>], steps: &[Direction]) -> Vec<Grown> {
    in_lanes(Growth { block, planes, steps })
}

struct Growth<'a> {
    block: &'a Block,
    planes: &'a [Range<usize>],
    steps: &'a [Direction],
}

impl ChunkLoop for Growth<'_> {
    type Output = Vec<Grown>;

    #[inline(always)]
    fn call<L: Lanes>(self, lanes: L) -> Vec<Grown> {
        let Self { block, planes, steps } = self;
        let ranks = &block.ranks[..];
        let begin =
            || Counted { places: vec![[0; LONG + 1]; block.levels.len() + 1], ends: Vec::new() };
        let mut counted: Vec<Counted> = steps.iter().map(|_| begin()).collect();
        let mut known: Vec<Known> = steps.iter().map(|step| Known::new(block, *step)).collect();
        for (at, plane) in planes.iter().enumerate() {
            let spans = &block.spans[plane.clone()];
            let base = spans.first().map_or(0, |span| block.plane_of(span.0));
            for ((step, counted), known) in steps.iter().zip(&mut counted).zip(&mut known) {
                if *step == ALONG_ROWS {
                    along_rows(lanes, ranks, spans, counted);
                } else {
                    known.turn(at);
                    across_rows(lanes, (ranks, block.offset(*step)), (spans, base), known, counted);
                }
            }
        }
        let all = steps.iter().zip(counted);
        all.map(|(step, counted)| counted.finished(block, block.offset(*step))).collect()
    }
}

/// The only step whose voxels are in the row.
const ALONG_ROWS: Direction = [0, 0, 1];

/// What is counted along one step.
struct Counted {
    places: Vec<Places>,
    /// Voxels at the last place of the table.
    ends: Vec<usize>,
}

impl Counted {
    fn finished(self, block: &Block, offset: usize) -> Grown {
        let ranks = &block.ranks;
        let length = |at: usize| {
            let next = |n: &usize| ranks.get(at + n * offset) == Some(&ranks[at]);
            LONG as u64 + (1..ranks.len()).take_while(next).count() as u64
        };
        let long = self.ends.into_iter().map(|at| (ranks[at], length(at))).collect();
        Grown { places: self.places, long }
    }
}

/// Places of the voxels of two planes at most; where a voxel is not in the region, anything.
///
/// What stands at a place from another plane or row is never asked for: only the place of a voxel that
/// equals is, which is in the region and was written.
struct Known {
    places: Vec<u8>,
    /// Length of a plane with its margins.
    plane: usize,
    /// Where a voxel of the row's beginning and its predecessor are in `places`.
    here: usize,
    there: usize,
    /// From a voxel to its predecessor.
    back: isize,
    deep: bool,
}

impl Known {
    fn new(block: &Block, step: Direction) -> Self {
        let deep = step[0] != 0;
        let margin = block.step([0, 1, 1]).unsigned_abs();
        let plane = margin + block.step([1, 0, 0]).unsigned_abs() + margin + CHUNK;
        let planes = if deep { 2 } else { 1 };
        let places = if step == ALONG_ROWS { Vec::new() } else { vec![0; planes * plane] };
        let back = -block.step([0, step[1], step[2]]);
        Self { places, plane, here: margin, there: margin, back, deep }
    }

    /// The places of the voxels before those of a chunk, which is so far from the plane's beginning.
    #[inline(always)]
    fn before(&self, from: usize) -> &[u8; CHUNK] {
        let there = (self.there + from).wrapping_add_signed(self.back);
        self.places.get(there..).and_then(|places| places.first_chunk()).unwrap_or(&[0; CHUNK])
    }

    /// Keeps the places of a chunk, which is so far from the plane's beginning.
    #[inline(always)]
    fn keep(&mut self, from: usize, places: &[u8; CHUNK]) {
        let own = self.here + from;
        if let Some(kept) = self.places.get_mut(own..).and_then(|kept| kept.first_chunk_mut()) {
            *kept = *places;
        }
    }

    /// Goes on to the next plane.
    #[inline(always)]
    fn turn(&mut self, at: usize) {
        if self.deep {
            let margin = self.here % self.plane;
            self.here = at % 2 * self.plane + margin;
            self.there = (at + 1) % 2 * self.plane + margin;
        }
    }
}

/// Counts the voxels that continue a run along x.
#[inline(always)]
fn along_rows<L: Lanes>(lanes: L, ranks: &[u16], spans: &[(usize, usize)], counted: &mut Counted) {
    let Counted { places: counts, ends } = counted;
    for &(start, length) in spans {
        let (mut last, mut place) = (0, 0);
        for from in (start..start + length).step_by(CHUNK) {
            let equal = lanes.equal(chunk(ranks, from), chunk(ranks, from - 1));
            let mut bits = lanes.bits(&equal) & first_bits(start + length - from);
            while bits != 0 {
                let voxel = from + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                place = if voxel == last + 1 { (place + 1).min(BEYOND) } else { 1 };
                last = voxel;
                add(counts, ranks[voxel], place);
                if place == LAST {
                    ends.push(voxel);
                }
            }
        }
    }
}

/// Counts the voxels of a plane, which begins at `base`, that continue a run along a step that leaves
/// the row.
#[inline(always)]
fn across_rows<L: Lanes>(
    lanes: L,
    (ranks, offset): (&[u16], usize),
    (spans, base): (&[(usize, usize)], usize),
    known: &mut Known,
    counted: &mut Counted,
) {
    let Counted { places: counts, ends } = counted;
    let counts = &mut counts[..];
    for &(start, length) in spans {
        for from in (start..start + length).step_by(CHUNK) {
            let here = chunk(ranks, from);
            let equal = lanes.equal(here, chunk(ranks, from - offset));
            // No branch: whether neighbours are equal cannot be predicted.
            let places = lanes.grown(known.before(from - base), BEYOND, &equal);
            known.keep(from - base, &places);
            let within = first_bits(start + length - from);
            let mut bits = lanes.bits(&equal) & within;
            while bits != 0 {
                let k = bits.trailing_zeros() as usize % CHUNK;
                bits &= bits - 1;
                add(counts, here[k], places[k]);
            }
            let mut last = lanes.bits(&lanes.are(&places, LAST)) & within;
            while last != 0 {
                ends.push(from + last.trailing_zeros() as usize);
                last &= last - 1;
            }
        }
    }
}

/// Counts a voxel of this rank, at a place from 1.
#[inline(always)]
fn add(counts: &mut [Places], rank: u16, place: u8) {
    counts[usize::from(rank)][usize::from(place) & LONG] += 1;
}

/// So many of the lowest bits; all from 64 on.
#[inline(always)]
fn first_bits(n: usize) -> u64 {
    u64::MAX >> (CHUNK - n.min(CHUNK))
}

#[cfg(test)]
mod tests {
    use super::super::directions::VOLUME;
    use super::super::lanes::Portable;
    use super::*;
    use ndarray::Array3;

    #[test]
    fn every_processor_counts_alike() {
        let mut state = 5_u32;
        let levels = Array3::from_shape_simple_fn((6, 9, 150), || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 29) as u16 / 2
        });
        let block = Block::new(&levels, 1).unwrap();
        let growth = || Growth { block: &block, planes: &block.planes, steps: &VOLUME };
        let found = in_lanes(growth());
        assert!(found.iter().any(|grown| !grown.long.is_empty()));
        assert_eq!(found, growth().call(Portable));
    }
}

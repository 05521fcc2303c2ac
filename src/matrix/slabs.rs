//! Slabs of planes that are labelled apart, and how their labels are joined.

use super::apart::{WITHIN, apart};
use super::block::Block;
use super::directions::VOLUME;
use super::equal::{Around, SOME, extent};

/// One zone, or what was seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone {
    /// Voxels.
    pub(super) size: u32,
    /// The least depth of its voxels, below their rank, which is one.
    nearest: u32,
}

impl Zone {
    /// Without voxels.
    pub(super) const NONE: Self = Self { size: 0, nearest: u32::MAX };

    /// Of one voxel.
    #[inline(always)]
    pub(super) fn of(depth: u16, rank: u16) -> Self {
        Self { size: 1, nearest: u32::from(rank) << u16::BITS | u32::from(depth) }
    }

    #[inline(always)]
    pub(super) fn add(&mut self, other: Self) {
        self.size += other.size;
        self.nearest = self.nearest.min(other.nearest);
    }

    /// Rank of its grey level.
    pub(super) fn rank(self) -> u16 {
        (self.nearest >> u16::BITS) as u16
    }

    /// Smallest depth of its voxels.
    pub(super) fn distance(self) -> u32 {
        self.nearest & u32::from(u16::MAX)
    }
}

/// Labels of the voxels of one plane.
#[derive(Default, Debug, PartialEq)]
pub(super) struct Edge {
    /// Where in the block the first label belongs.
    pub(super) from: usize,
    /// Label of each voxel; any number where there is none.
    pub(super) labels: Vec<u32>,
}

impl Edge {
    fn label(&self, at: usize) -> u32 {
        self.labels[at - self.from]
    }
}

/// The labels of a slab.
#[derive(Default)]
pub(super) struct Slab {
    /// Those of the first and of the last plane, where they are to be joined to others.
    pub(super) first: Edge,
    pub(super) last: Edge,
    /// What the voxels of each label have.
    pub(super) zones: Vec<Zone>,
    /// A label joined to each, never a later one; its own where it is the first.
    pub(super) parents: Vec<u32>,
}

impl Slab {
    pub(super) fn shift(&mut self, by: u32) {
        let edges = self.first.labels.iter_mut().chain(&mut self.last.labels);
        edges.for_each(|label| *label = label.wrapping_add(by));
        self.parents.iter_mut().for_each(|parent| *parent += by);
    }

    /// The zones of labels that are joined.
    pub(super) fn joined(self) -> Vec<Zone> {
        let Self { zones, mut parents, .. } = self;
        let mut joined = vec![Zone::NONE; zones.len()];
        let mut begun = 0;
        for (label, zone) in zones.into_iter().enumerate() {
            let parent = parents[label] as usize;
            // Parents come first, so theirs are the places of their zones already. Which labels are the
            // first of theirs no branch could foresee.
            let (first, place) = (parent == label, parents[parent]);
            let place = if first { begun } else { place };
            begun += u32::from(first);
            parents[label] = place;
            joined[place as usize].add(zone);
        }
        joined.truncate(begun as usize);
        joined
    }
}

/// Joins two labels, and with them all that are joined to either (Rem's algorithm, by Patwary, Blair and
/// Manne 2010, DOI 10.1007/978-3-642-13193-6_35).
///
/// The one whose parent is later takes the other's, which is earlier, and in its stead the parent it had
/// is joined to the other, until both have the same or one had none.
#[inline]
pub(super) fn join(parents: &mut [u32], mut a: u32, mut b: u32) {
    loop {
        let [of_a, of_b] = [a, b].map(|label| parents[label as usize]);
        if of_a == of_b {
            return;
        }
        let (later, other) = if of_a > of_b { (a, b) } else { (b, a) };
        parents[later as usize] = of_a.min(of_b);
        (a, b) = (of_a.max(of_b), other);
        if a == later {
            return;
        }
    }
}

/// Joins the labels of a plane, the first of a slab, with those of the slab before it.
pub(super) fn seam(
    block: &Block,
    spans: &[(usize, usize)],
    before: &Slab,
    own: &Slab,
    parents: &mut [u32],
) {
    let offsets = VOLUME.map(|step| block.offset(step));
    let voxels = extent(spans);
    let around = Around::<{ VOLUME.len() }>::of(block, &voxels);
    for &(start, length) in spans {
        for begin in (start..start + length).step_by(SOME) {
            let equal = around.equal(begin - voxels.start);
            let left = (start + length - begin).min(SOME);
            for (k, equal) in equal.iter().take(left).enumerate() {
                let mut others = apart(equal & !WITHIN);
                while others != 0 {
                    let there = begin + k - offsets[others.trailing_zeros() as usize];
                    join(parents, own.first.label(begin + k), before.last.label(there));
                    others &= others - 1;
                }
            }
        }
    }
}

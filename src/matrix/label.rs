//! Zones: connected voxels of one grey level.

use std::ops::Range;

use super::block::Block;
use super::depth::Depths;
use super::directions::VOLUME;
use super::equal::{Around, Bits, SOME, extent};
use crate::engine::{Engine, Loop, wide};

/// One zone, or what was seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone {
    /// Voxels.
    pub(super) size: u32,
    /// The least of the [`ranked`] depths of its voxels, which are of one rank.
    nearest: u32,
}

/// A depth below the rank of its voxel.
#[inline(always)]
fn ranked(depth: u16, rank: u16) -> u32 {
    u32::from(rank) << u16::BITS | u32::from(depth)
}

impl Zone {
    /// Without voxels.
    const NONE: Self = Self { size: 0, nearest: u32::MAX };

    #[inline(always)]
    fn add(&mut self, other: Self) {
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

/// All zones of some planes of a block, of voxels that share a face, an edge or a corner.
///
/// Every voxel is compared with the neighbours before it. It takes the label of one that equals it,
/// and labels that meet are joined; slabs of planes are labelled apart and then joined likewise.
pub(super) fn zones(
    block: &Block,
    depths: &Depths,
    planes: &[Range<usize>],
    engine: &Engine,
) -> Vec<Zone> {
    let slabs = engine.pieces(planes);
    let seams = slabs.len() > 1;
    let mut labelled =
        engine.map(&slabs, |planes| wide(Labelling { block, depths, planes, seams }));
    if labelled.len() == 1 {
        return labelled.pop().map_or_else(Vec::new, Slab::joined);
    }
    let mut whole = Slab::default();
    let mut before: Option<Slab> = None;
    for (mut slab, planes) in labelled.into_iter().zip(&slabs) {
        slab.shift(whole.zones.len() as u32);
        whole.zones.append(&mut slab.zones);
        whole.parents.append(&mut slab.parents);
        if let (Some(before), Some(plane)) = (&before, planes.first()) {
            seam(block, &block.spans[plane.clone()], before, &slab, &mut whole.parents);
        }
        before = Some(slab);
    }
    whole.joined()
}

/// Steps to the neighbours before a voxel: one bit for each direction.
const ALL: Bits = (1 << VOLUME.len()) - 1;
const IN_PLANE: Bits = 0b1111;

/// Of neighbours that equal a voxel, one for each group of those that touch: the others of a group
/// have its label already.
static APART: [Bits; ALL as usize + 1] = apart();

const fn apart() -> [Bits; ALL as usize + 1] {
    // Neighbours that touch a neighbour, and those that touch any of some.
    let mut touching = [0 as Bits; VOLUME.len()];
    let mut a = 0;
    while a < VOLUME.len() {
        let mut b = 0;
        while b < VOLUME.len() {
            let mut near = true;
            let mut axis = 0;
            while axis < 3 {
                near = near && (VOLUME[a][axis] - VOLUME[b][axis]).abs() <= 1;
                axis += 1;
            }
            if near {
                touching[a] |= 1 << b;
            }
            b += 1;
        }
        a += 1;
    }
    let mut touched = [0 as Bits; 1 << VOLUME.len()];
    let mut apart = [0 as Bits; 1 << VOLUME.len()];
    let mut set = 1_usize;
    while set < apart.len() {
        let first = set.trailing_zeros() as usize;
        touched[set] = touched[set & (set - 1)] | touching[first];
        let mut group = 1 << first;
        loop {
            let larger = (group | touched[group as usize]) & set as u16;
            if larger == group {
                break;
            }
            group = larger;
        }
        apart[set] = 1 << first | apart[set & !(group as usize)];
        set += 1;
    }
    apart
}

/// Labels of the voxels of one plane.
#[derive(Default, Debug, PartialEq)]
struct Edge {
    /// Where in the block the first label belongs.
    from: usize,
    /// Label of each voxel; any number where there is none.
    labels: Vec<u32>,
}

impl Edge {
    fn label(&self, at: usize) -> u32 {
        self.labels[at - self.from]
    }
}

/// The labels of a slab.
#[derive(Default)]
struct Slab {
    /// Those of the first and of the last plane, where they are to be joined to others.
    first: Edge,
    last: Edge,
    /// What the voxels of each label have.
    zones: Vec<Zone>,
    /// A label joined to each, never a later one; its own where it is the first.
    parents: Vec<u32>,
}

impl Slab {
    fn shift(&mut self, by: u32) {
        let edges = self.first.labels.iter_mut().chain(&mut self.last.labels);
        edges.for_each(|label| *label = label.wrapping_add(by));
        self.parents.iter_mut().for_each(|parent| *parent += by);
    }

    /// The zones of labels that are joined.
    fn joined(self) -> Vec<Zone> {
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
fn join(parents: &mut [u32], mut a: u32, mut b: u32) {
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

/// Zones that room is made for at once.
const MORE: usize = 1 << 12;

/// Labels as they are made, voxel by voxel.
struct Labels {
    /// Those that a later neighbour may ask for, each at its voxel's place less the higher bits.
    near: Vec<u32>,
    /// From a voxel back to the neighbour of each bit; above these, to itself.
    back: [usize; Bits::BITS as usize + 1],
    /// Those that are begun, and room for more.
    zones: Vec<Zone>,
    begun: usize,
    parents: Vec<u32>,
}

impl Labels {
    /// For steps back of these lengths, of which some are taken.
    fn new(offsets: &[usize; VOLUME.len()], taken: &[usize]) -> Self {
        let near = taken.iter().max().map_or(1, |offset| offset + 1).next_power_of_two();
        let mut back = [0; Bits::BITS as usize + 1];
        back[..offsets.len()].copy_from_slice(offsets);
        Self { near: vec![0; near], back, zones: Vec::new(), begun: 0, parents: Vec::new() }
    }

    /// Labels consecutive voxels, given what each equals of the neighbours before it.
    ///
    /// Whether voxels equal one before cannot be predicted: no branch asks. A voxel without takes the
    /// next label, which is at its own place already; all zones are there before they begin.
    #[inline(always)]
    fn label(&mut self, begin: usize, equal: &[Bits; SOME], depths: &[u16], ranks: &[u16]) {
        let Self { near, back, zones, begun, parents } = self;
        if zones.len() < *begun + SOME {
            zones.resize(*begun + MORE, Zone::NONE);
            parents.extend(parents.len() as u32..zones.len() as u32);
        }
        let mask = near.len() - 1;
        let near = &mut near[..];
        let (mut next, mut meeting, mut met) = (*begun, [(0, 0); SOME], 0);
        let voxels = ranks.len().min(SOME);
        let (equal, depths, ranks) = (&equal[..voxels], &depths[..voxels], &ranks[..voxels]);
        for k in 0..voxels {
            let at = begin + k;
            let apart = APART[usize::from(equal[k] & ALL)];
            near[at & mask] = next as u32;
            next += usize::from(apart == 0);
            let label_of = |set: Bits| near[(at - back[set.trailing_zeros() as usize]) & mask];
            let label = label_of(apart);
            let others = apart & apart.wrapping_sub(1);
            meeting[met % SOME] = (label, label_of(others));
            met += usize::from(others != 0);
            let mut more = others & others.wrapping_sub(1);
            while more != 0 {
                join(parents, label, label_of(more));
                more &= more - 1;
            }
            near[at & mask] = label;
            zones[label as usize].add(Zone { size: 1, nearest: ranked(depths[k], ranks[k]) });
        }
        *begun = next;
        for (a, b) in &meeting[..met] {
            join(parents, *a, *b);
        }
    }

    /// The labels of a plane that was labelled last.
    fn edge(&self, spans: &[(usize, usize)]) -> Edge {
        let (voxels, mask) = (extent(spans), self.near.len() - 1);
        Edge { from: voxels.start, labels: voxels.map(|at| self.near[at & mask]).collect() }
    }
}

/// Labels the voxels of some planes.
struct Labelling<'a> {
    block: &'a Block,
    depths: &'a Depths,
    planes: &'a [Range<usize>],
    /// Are the labels of the outermost planes asked for?
    seams: bool,
}

impl Loop for Labelling<'_> {
    type Output = Slab;

    #[inline(always)]
    fn call(self) -> Slab {
        let Self { block, depths, planes, seams } = self;
        let offsets = VOLUME.map(|step| block.offset(step));
        let several = seams || planes.len() > 1;
        let mut labels = Labels::new(&offsets, if several { &offsets } else { &offsets[..4] });
        let (mut first, mut last) = (Edge::default(), Edge::default());
        for (number, plane) in planes.iter().enumerate() {
            // The plane before the first belongs to others.
            let within = if number == 0 { IN_PLANE } else { ALL };
            let spans = &block.spans[plane.clone()];
            let voxels = extent(spans);
            let around = Around::<{ VOLUME.len() }>::of(block, &voxels);
            for &(start, length) in spans {
                let depths = depths.row(block.index(start));
                let ranks = &block.ranks[start..start + length];
                let parts = depths.chunks(SOME).zip(ranks.chunks(SOME));
                for (begin, (depths, ranks)) in (start..).step_by(SOME).zip(parts) {
                    let equal = around.equal(begin - voxels.start).map(|equal| equal & within);
                    labels.label(begin, &equal, depths, ranks);
                }
            }
            if seams && number == 0 {
                first = labels.edge(spans);
            }
            if seams && number + 1 == planes.len() {
                last = labels.edge(spans);
            }
        }
        let Labels { mut zones, begun, mut parents, .. } = labels;
        zones.truncate(begun);
        parents.truncate(begun);
        Slab { first, last, zones, parents }
    }
}

/// Joins the labels of a plane, the first of a slab, with those of the slab before it.
fn seam(block: &Block, spans: &[(usize, usize)], before: &Slab, own: &Slab, parents: &mut [u32]) {
    let offsets = VOLUME.map(|step| block.offset(step));
    let voxels = extent(spans);
    let around = Around::<{ VOLUME.len() }>::of(block, &voxels);
    for &(start, length) in spans {
        for begin in (start..start + length).step_by(SOME) {
            let equal = around.equal(begin - voxels.start);
            let left = (start + length - begin).min(SOME);
            for (k, equal) in equal.iter().take(left).enumerate() {
                let mut others = APART[usize::from(equal & ALL & !IN_PLANE)];
                while others != 0 {
                    let there = begin + k - offsets[others.trailing_zeros() as usize];
                    join(parents, own.first.label(begin + k), before.last.label(there));
                    others &= others - 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn wide_and_portable_loops_label_alike() {
        let mut state = 5_u32;
        let levels = Array3::from_shape_simple_fn((6, 9, 150), || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 29) as u16 / 2
        });
        let block = Block::new(&levels, 1).unwrap();
        let region = levels.mapv(|level| level > 0);
        let depths = Depths::in_space(&region, &block, &Engine::serial());
        let planes = &block.planes[..];
        let of = || Labelling { block: &block, depths: &depths, planes, seams: true };
        let (portable, vectors) = (of().call(), wide(of()));
        assert_eq!((&portable.first, &portable.last), (&vectors.first, &vectors.last));
        assert_eq!(portable.joined(), vectors.joined());
    }
}

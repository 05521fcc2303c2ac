//! Zones: connected voxels of one grey level.

use std::ops::Range;

use super::apart::{ALL, WITHIN, apart};
use super::block::Block;
use super::depth::Depths;
use super::directions::{IN_PLANE, VOLUME};
use super::equal::{Around, Bits, SOME, extent};
use super::slabs::{Edge, Slab, Zone, join, seam};
use crate::engine::{Engine, Loop, wide};

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
            let apart = apart(equal[k]);
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
            zones[label as usize].add(Zone::of(depths[k], ranks[k]));
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
        let taken = if several { &offsets[..] } else { &offsets[..IN_PLANE.len()] };
        let mut labels = Labels::new(&offsets, taken);
        let (mut first, mut last) = (Edge::default(), Edge::default());
        for (number, plane) in planes.iter().enumerate() {
            // The plane before the first belongs to others.
            let within = if number == 0 { WITHIN } else { ALL };
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

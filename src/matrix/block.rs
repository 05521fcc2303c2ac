//! The region's grey levels in a compact, padded form that is quick to step through.

use ndarray::{ArrayRef3, Slice};

use super::directions::Direction;

/// Grey levels of the region's bounding box, renumbered, with a border of 0 where steps may land.
///
/// Each row has padding voxels at its end and each plane padding rows, as many as a step along that
/// axis may be long, and so much comes before the first voxel and after the last: a step from a
/// voxel of the box ends in the box or in one of these.
pub(super) struct Block {
    /// Rank of each voxel's level, 0 outside the region; ranks are 1.. in the order of the levels.
    pub(super) ranks: Vec<u16>,
    /// Grey level of each rank, rank 1 first.
    pub(super) levels: Vec<u16>,
    /// Stretches of consecutive region voxels of a row: first index and length, ascending.
    pub(super) spans: Vec<(usize, usize)>,
    /// Voxels of the region.
    pub(super) n_voxels: u64,
    /// Voxels of the box, `[z, y, x]`.
    pub(super) shape: [usize; 3],
    plane: usize,
    row: usize,
}

impl Block {
    /// The block of all voxels that are not 0, for steps up to so many voxels along `[z, y, x]`;
    /// `None` where there are none.
    pub(super) fn padded(levels: &ArrayRef3<u16>, reach: [usize; 3]) -> Option<Self> {
        let (lo, hi) = bounding_box(levels)?;
        let levels = levels.slice_each_axis(|axis| {
            let axis = axis.axis.index();
            Slice::from(lo[axis]..hi[axis])
        });
        let (nz, ny, nx) = levels.dim();
        let (rank_of, present) = ranks(&levels);
        let row = nx + reach[2];
        let plane = (ny + reach[1]) * row;
        let first = reach[0] * plane + reach[1] * row + reach[2];
        let box_length = (nz - 1) * plane + (ny - 1) * row + nx;
        let mut block = Self {
            ranks: vec![0; first + box_length + first],
            levels: present,
            spans: Vec::new(),
            n_voxels: 0,
            shape: [nz, ny, nx],
            plane,
            row,
        };
        for (z, slice) in levels.outer_iter().enumerate() {
            for (y, voxels) in slice.outer_iter().enumerate() {
                let start = first + z * plane + y * row;
                for (to, level) in block.ranks[start..].iter_mut().zip(voxels) {
                    *to = rank_of[usize::from(*level)];
                }
                block.add_spans(start, nx);
            }
        }
        Some(block)
    }

    /// How far ahead in `ranks` a step leads; above 0 for the directions of this layer.
    pub(super) fn offset(&self, direction: Direction) -> usize {
        self.step(direction).unsigned_abs()
    }

    /// Where in `ranks` a step `[dz, dy, dx]` leads.
    pub(super) fn step(&self, [dz, dy, dx]: [isize; 3]) -> isize {
        dz * self.plane as isize + dy * self.row as isize + dx
    }

    /// Grey level of a rank from 1.
    pub(super) fn level(&self, rank: u16) -> u16 {
        self.levels[usize::from(rank) - 1]
    }

    fn add_spans(&mut self, start: usize, length: usize) {
        let row = &self.ranks[start..start + length];
        let mut at = 0;
        while let Some(begin) = row[at..].iter().position(|r| *r != 0).map(|skip| at + skip) {
            let end = row[begin..].iter().position(|r| *r == 0).map_or(length, |n| begin + n);
            self.spans.push((start + begin, end - begin));
            self.n_voxels += (end - begin) as u64;
            at = end;
        }
    }
}

/// Rank of each grey level (0 where it does not occur), and the levels that occur, ascending.
fn ranks(levels: &ArrayRef3<u16>) -> (Vec<u16>, Vec<u16>) {
    let rows = || levels.rows().into_iter();
    let highest = rows().filter_map(|row| row.iter().copied().max()).max().unwrap_or(0);
    let mut rank_of = vec![0_u16; usize::from(highest) + 1];
    for row in rows() {
        row.iter().for_each(|level| rank_of[usize::from(*level)] = 1);
    }
    let mut present = Vec::new();
    for level in 1..=highest {
        let rank = &mut rank_of[usize::from(level)];
        if *rank != 0 {
            present.push(level);
            *rank = present.len() as u16;
        }
    }
    rank_of[0] = 0;
    (rank_of, present)
}

/// First and one past the last index, `[z, y, x]`, of the voxels that are not 0.
fn bounding_box(levels: &ArrayRef3<u16>) -> Option<([usize; 3], [usize; 3])> {
    let mut lo = [usize::MAX; 3];
    let mut hi = [0; 3];
    for (z, slice) in levels.outer_iter().enumerate() {
        for (y, row) in slice.outer_iter().enumerate() {
            let Some(first) = row.iter().position(|v| *v != 0) else { continue };
            let last = row.iter().rposition(|v| *v != 0).unwrap_or(first);
            for (axis, (from, to)) in [(z, z), (y, y), (first, last)].into_iter().enumerate() {
                lo[axis] = lo[axis].min(from);
                hi[axis] = hi[axis].max(to + 1);
            }
        }
    }
    (lo[0] < hi[0]).then_some((lo, hi))
}

//! How deep voxels lie in a region: steps to the nearest voxel outside it, along the axes.

use ndarray::ArrayRef3;

use super::block::Block;
use crate::engine::{Engine, Loop, wide};
use crate::image::stretches;

/// The steps from each voxel of a region to the nearest outside it, between voxels that share a
/// face (an edge in a slice); 0 outside. The edge of the array is outside.
///
/// No region is deep enough to exceed the numbers: half its smallest extent is the most.
pub(super) struct Depths {
    steps: Vec<u16>,
    origin: [usize; 3],
    shape: [usize; 3],
}

impl Depths {
    /// Within each slice.
    pub(super) fn in_slices(region: &ArrayRef3<bool>, block: &Block, engine: &Engine) -> Self {
        Self::new(region, block, false, engine)
    }

    /// In space.
    pub(super) fn in_space(region: &ArrayRef3<bool>, block: &Block, engine: &Engine) -> Self {
        Self::new(region, block, true, engine)
    }

    fn new(region: &ArrayRef3<bool>, block: &Block, space: bool, engine: &Engine) -> Self {
        let (_, rows, width) = region.dim();
        let ordered = region.as_standard_layout();
        let all = ordered.as_slice().unwrap_or_default();
        // The box holds the region, and the voxels that are asked for.
        let last = [0, 1, 2].map(|a| block.origin[a] + block.shape[a]);
        let (mut lo, mut hi) = (block.origin, last);
        if let Some((from, to)) = wide(Bounds { voxels: all, rows, width }) {
            for axis in 0..3 {
                lo[axis] = lo[axis].min(from[axis]);
                hi[axis] = hi[axis].max(to[axis]);
            }
        }
        let shape @ [nz, ny, nx] = [0, 1, 2].map(|a| hi[a] - lo[a]);
        let mut steps = vec![0_u16; nz * ny * nx];
        engine.fill(&mut steps, ny * nx, |z, plane| {
            for (y, row) in plane.chunks_exact_mut(nx).enumerate() {
                let start = ((lo[0] + z) * rows + lo[1] + y) * width + lo[2];
                stretches(&all[start..start + nx], |within| {
                    wide(Along { row: &mut row[within] });
                });
            }
            wide(Sweep { voxels: plane, length: nx });
        });
        if space {
            wide(Sweep { voxels: &mut steps, length: ny * nx });
        }
        Self { steps, origin: lo, shape }
    }

    /// Those of the voxels from this index `[z, y, x]` of the array on, along x.
    pub(super) fn row(&self, index: [usize; 3]) -> &[u16] {
        let [z, y, x] = [0, 1, 2].map(|a| index[a] - self.origin[a]);
        let [_, ny, nx] = self.shape;
        let start = (z * ny + y) * nx;
        &self.steps[start + x..start + nx]
    }
}

/// Steps along x out of a stretch.
struct Along<'a> {
    row: &'a mut [u16],
}

impl Loop for Along<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let length = self.row.len();
        for (k, step) in self.row.iter_mut().enumerate() {
            *step = (k + 1).min(length - k).min(usize::from(u16::MAX)) as u16;
        }
    }
}

/// Steps along one more axis: lines of so many voxels follow one another along it.
struct Sweep<'a> {
    voxels: &'a mut [u16],
    length: usize,
}

impl Loop for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { voxels, length } = self;
        let lines = voxels.len() / length.max(1);
        // From one end and then from the other; beyond the ends is outside.
        for at in 0..lines {
            let (before, line) = voxels.split_at_mut(at * length);
            let line = &mut line[..length];
            match before.len().checked_sub(length) {
                Some(from) => closer(line, &before[from..]),
                None => line.iter_mut().for_each(|step| *step = (*step).min(1)),
            }
        }
        for at in (0..lines).rev() {
            let (line, after) = voxels.split_at_mut((at + 1) * length);
            let line = &mut line[at * length..];
            match after.get(..length) {
                Some(after) => closer(line, after),
                None => line.iter_mut().for_each(|step| *step = (*step).min(1)),
            }
        }
    }
}

#[inline(always)]
fn closer(line: &mut [u16], beside: &[u16]) {
    for (step, beside) in line.iter_mut().zip(beside) {
        *step = (*step).min(beside.saturating_add(1));
    }
}

/// First and one past the last index, `[z, y, x]`, of the voxels inside, of planes of so many rows of
/// such a width.
struct Bounds<'a> {
    voxels: &'a [bool],
    rows: usize,
    width: usize,
}

impl Loop for Bounds<'_> {
    type Output = Option<([usize; 3], [usize; 3])>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let mut across = vec![false; self.width];
        let (mut lo, mut hi) = ([usize::MAX; 2], [0; 2]);
        for (row, voxels) in self.voxels.chunks_exact(self.width.max(1)).enumerate() {
            if voxels.iter().fold(0, |any, voxel| any | u8::from(*voxel)) == 0 {
                continue;
            }
            across.iter_mut().zip(voxels).for_each(|(any, voxel)| *any |= *voxel);
            for (axis, at) in [row / self.rows, row % self.rows].into_iter().enumerate() {
                lo[axis] = lo[axis].min(at);
                hi[axis] = hi[axis].max(at + 1);
            }
        }
        let first = across.iter().position(|any| *any)?;
        let last = across.iter().rposition(|any| *any)?;
        Some(([lo[0], lo[1], first], [hi[0], hi[1], last + 1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn depths_are_counted_from_the_border() {
        let mut region = Array3::from_elem((5, 5, 5), true);
        let block = Block::new(&Array3::ones((5, 5, 5)), 1).unwrap();
        let engine = Engine::serial();
        let at = |depths: &Depths, index| depths.row(index)[0];
        let depths = Depths::in_space(&region, &block, &engine);
        assert_eq!(at(&depths, [2, 2, 2]), 3);
        assert_eq!((at(&depths, [2, 2, 1]), at(&depths, [0, 2, 2])), (2, 1));
        assert_eq!(at(&Depths::in_slices(&region, &block, &engine), [0, 2, 2]), 3);
        region[[2, 2, 3]] = false;
        let depths = Depths::in_space(&region, &block, &engine);
        assert_eq!((at(&depths, [2, 2, 2]), at(&depths, [2, 2, 3])), (1, 0));
    }
}

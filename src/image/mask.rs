//! A set of voxels on a lattice.

use super::stretches::{self, stretches};
use crate::geometry::{GeometryError, IndexBox, SharedGrid};
use ndarray::Array3;
use std::sync::OnceLock;

/// A set of voxels. Invariants: C order, a true count and bounding box.
///
/// It may hold a window of its lattice only: twenty lesions of one scan are then twenty boxes and not
/// twenty arrays of the scan's size.
#[derive(Debug, Clone)]
pub struct Mask {
    grid: SharedGrid,
    /// The part of the lattice that `held` is; beyond it no voxel is inside.
    window: IndexBox,
    held: Array3<bool>,
    /// The whole lattice, where somebody asked for it and `held` is a part.
    whole: OnceLock<Array3<bool>>,
    count: usize,
    bounds: Option<IndexBox>,
}

impl Mask {
    /// Of the whole lattice: checks the shape, counts, finds the box.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where array and lattice disagree.
    pub fn new(grid: SharedGrid, voxels: Array3<bool>) -> Result<Self, GeometryError> {
        let window = grid.bounds();
        Self::within(grid, window, voxels)
    }

    /// Of a window of the lattice, beyond which no voxel is inside.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where array and window disagree, or the window leaves the
    /// lattice.
    pub fn within(
        grid: SharedGrid,
        window: IndexBox,
        voxels: Array3<bool>,
    ) -> Result<Self, GeometryError> {
        let (z, y, x) = voxels.dim();
        let leaves = (0..3).any(|a| window.lo[a] > window.hi[a] || window.hi[a] > grid.shape[a]);
        if leaves || [z, y, x] != window.shape() {
            return Err(GeometryError::ShapeMismatch { grid: grid.shape, array: [z, y, x] });
        }
        let held = super::in_c_order(voxels);
        let (count, bounds) = measure(&held);
        let moved = |at: [usize; 3]| [0, 1, 2].map(|a| at[a] + window.lo[a]);
        let bounds = bounds.map(|own| IndexBox { lo: moved(own.lo), hi: moved(own.hi) });
        Ok(Self { grid, window, held, whole: OnceLock::new(), count, bounds })
    }

    /// The same voxels by their indices on another lattice of the same shape.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where the shape is another.
    pub fn put_on(self, grid: SharedGrid) -> Result<Self, GeometryError> {
        if self.grid.shape == grid.shape {
            return Ok(Self { grid, ..self });
        }
        Err(GeometryError::ShapeMismatch { grid: grid.shape, array: self.grid.shape })
    }

    /// The voxels in a window of the lattice, on the lattice that is this window.
    ///
    /// # Errors
    /// [`GeometryError::ShapeMismatch`] where that lattice is of another shape.
    pub fn alone(&self, window: IndexBox, grid: SharedGrid) -> Result<Self, GeometryError> {
        let held = self.cut(window);
        let whole = self.bounds.filter(|bounds| window.holds(*bounds));
        let (Some(bounds), true) = (whole, grid.shape == window.shape()) else {
            return Self::new(grid, held);
        };
        // Nothing is lost: what is known stays true.
        let bounds = Some(bounds.counted_from(window.lo));
        let window = grid.bounds();
        Ok(Self { grid, window, held, whole: OnceLock::new(), count: self.count, bounds })
    }

    /// Where the voxels are.
    pub fn grid(&self) -> &SharedGrid {
        &self.grid
    }

    /// Membership `[z, y, x]` of all voxels of the lattice.
    ///
    /// A mask that holds a window makes it when it is first asked for it, and keeps it.
    pub fn voxels(&self) -> &Array3<bool> {
        if self.window == self.grid.bounds() {
            return &self.held;
        }
        self.whole.get_or_init(|| self.cut(self.grid.bounds()))
    }

    /// Is a voxel `[z, y, x]` inside? None beyond the lattice is.
    pub fn holds(&self, at: [usize; 3]) -> bool {
        let own = [0, 1, 2].map(|a| at[a].wrapping_sub(self.window.lo[a]));
        self.held.get(own).copied().unwrap_or(false)
    }

    /// Membership in a window of the lattice; beyond the lattice nothing is inside.
    pub fn cut(&self, window: IndexBox) -> Array3<bool> {
        let mut voxels = Array3::from_elem(window.shape(), false);
        let both = [0, 1, 2]
            .map(|a| (self.window.lo[a].max(window.lo[a]), self.window.hi[a].min(window.hi[a])));
        let [_, _, (from, to)] = both;
        if both.iter().any(|(from, to)| from >= to) {
            return voxels;
        }
        let [_, width, length] = window.shape();
        if let Some(out) = voxels.as_slice_mut() {
            for z in both[0].0..both[0].1 {
                for y in both[1].0..both[1].1 {
                    let at = ((z - window.lo[0]) * width + y - window.lo[1]) * length;
                    let row = &mut out[at + from - window.lo[2]..at + to - window.lo[2]];
                    row.copy_from_slice(&self.row(z, y)[from - self.window.lo[2]..][..to - from]);
                }
            }
        }
        voxels
    }

    /// Hands `f` each stretch of consecutive voxels inside as `z, y, first x, one past the last x`, in
    /// C order.
    pub fn runs(&self, mut f: impl FnMut(usize, usize, usize, usize)) {
        let Some(IndexBox { lo, hi }) = self.bounds else { return };
        for (z, y) in (lo[0]..hi[0]).flat_map(|z| (lo[1]..hi[1]).map(move |y| (z, y))) {
            let first = self.window.lo[2];
            let row = &self.row(z, y)[lo[2] - first..hi[2] - first];
            stretches(row, |within| f(z, y, within.start + lo[2], within.end + lo[2]));
        }
    }

    /// Index `[z, y, x]` of the voxel inside that so many in C order come before.
    pub fn nth(&self, mut before: usize) -> Option<[usize; 3]> {
        let IndexBox { lo, hi } = self.bounds?;
        for (z, y) in (lo[0]..hi[0]).flat_map(|z| (lo[1]..hi[1]).map(move |y| (z, y))) {
            let row = self.row(z, y);
            let inside = stretches::count(row);
            if before < inside {
                let mut places = row.iter().enumerate().filter(|(_, inside)| **inside);
                return places.nth(before).map(|(x, _)| [z, y, self.window.lo[2] + x]);
            }
            before -= inside;
        }
        None
    }

    /// The row `[z, y]` of the window.
    fn row(&self, z: usize, y: usize) -> &[bool] {
        let [_, width, length] = self.window.shape();
        let at = ((z - self.window.lo[0]) * width + y - self.window.lo[1]) * length;
        // In C order, so it is a slice.
        self.held.as_slice().and_then(|held| held.get(at..at + length)).unwrap_or_default()
    }

    /// Voxels inside.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Smallest box around the voxels inside; `None` where there are none.
    pub fn bounds(&self) -> Option<IndexBox> {
        self.bounds
    }

    /// Volume of the voxels inside, mL.
    pub fn volume_ml(&self) -> f64 {
        self.count as f64 * self.grid.voxel_mm3() / 1000.0
    }
}

/// Count and box.
fn measure(voxels: &Array3<bool>) -> (usize, Option<IndexBox>) {
    let (_, height, width) = voxels.dim();
    let voxels = voxels.as_slice().unwrap_or_default();
    let (mut count, mut bounds) = (0, None::<IndexBox>);
    for at in stretches::held_rows(voxels, width) {
        let (z, y) = (at / height, at % height);
        let (mut first, mut end) = (width, 0);
        stretches(&voxels[at * width..][..width], |within| {
            count += within.len();
            (first, end) = (first.min(within.start), within.end);
        });
        let own = IndexBox { lo: [z, y, first], hi: [z + 1, y + 1, end] };
        bounds = Some(bounds.map_or(own, |bounds| bounds.with(own)));
    }
    (count, bounds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn lattice(shape: [usize; 3]) -> SharedGrid {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        Arc::new(Grid::new(shape, [10.0; 3], [0.0; 3], axes).unwrap())
    }

    #[test]
    fn count_and_box_are_those_of_the_voxels() {
        let grid = lattice([3, 4, 5]);
        let mut voxels = Array3::from_elem((3, 4, 5), false);
        let empty = Mask::new(grid.clone(), voxels.clone()).unwrap();
        assert_eq!((empty.count(), empty.bounds()), (0, None));
        voxels[[1, 2, 3]] = true;
        voxels[[2, 2, 1]] = true;
        let mask = Mask::new(grid.clone(), voxels).unwrap();
        assert_eq!(mask.bounds(), Some(IndexBox { lo: [1, 2, 1], hi: [3, 3, 4] }));
        assert_eq!((mask.count(), mask.volume_ml()), (2, 2.0));
        assert!(Mask::new(grid, Array3::from_elem((3, 5, 4), false)).is_err());
    }

    #[test]
    fn a_window_lies_on_its_lattice() {
        let grid = lattice([3, 4, 5]);
        let window = IndexBox { lo: [1, 1, 2], hi: [2, 3, 5] };
        let full = |shape| Array3::from_elem(shape, true);
        assert!(Mask::within(grid.clone(), window, full((1, 2, 2))).is_err());
        let beyond = IndexBox { hi: [2, 3, 6], ..window };
        assert!(Mask::within(grid.clone(), beyond, full((1, 2, 4))).is_err());
        let mask = Mask::within(grid.clone(), window, full((1, 2, 3))).unwrap();
        assert_eq!((mask.count(), mask.bounds()), (6, Some(window)));
        assert!(mask.holds([1, 2, 4]) && !mask.holds([1, 3, 4]) && !mask.holds([1, 2, 9]));
        assert!(mask.clone().put_on(lattice([3, 4, 6])).is_err());
        assert_eq!(mask.put_on(lattice([3, 4, 5])).unwrap().count(), 6);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        /// What is held, counted, cut and run through is what a plain look at each voxel finds.
        #[test]
        fn a_window_is_the_whole_to_everyone_who_asks(
            shape in [1_usize..40, 1_usize..5, 1_usize..90],
            ends in proptest::collection::vec(0.0..1.0, 12),
            seed in 0_u64..1000,
            share in 0_u64..4,
        ) {
            let within = |from: usize| {
                let end = |a: usize, k: usize| (ends[from + 2 * a + k] * (shape[a] + 1) as f64) as usize;
                let ordered = [0, 1, 2].map(|a| (end(a, 0).min(end(a, 1)), end(a, 0).max(end(a, 1))));
                IndexBox { lo: ordered.map(|e| e.0), hi: ordered.map(|e| e.1) }
            };
            let (window, other) = (within(0), within(6));
            let inside = |at: [usize; 3]| {
                let held = (0..3).all(|a| window.lo[a] <= at[a] && at[a] < window.hi[a]);
                held && (at[2] / 9 + at[2] * at[1] + at[0] + seed as usize) % 4 <= share as usize
            };
            let plain = Array3::from_shape_fn(shape, |(z, y, x)| inside([z, y, x]));
            let part = Array3::from_shape_fn(window.shape(), |(z, y, x)| {
                inside([z + window.lo[0], y + window.lo[1], x + window.lo[2]])
            });
            let whole = Mask::new(lattice(shape), plain.clone()).unwrap();
            let mask = Mask::within(lattice(shape), window, part).unwrap();
            prop_assert_eq!(mask.voxels(), &plain);
            prop_assert_eq!(mask.count(), plain.iter().filter(|v| **v).count());
            prop_assert_eq!(mask.bounds(), whole.bounds());
            prop_assert_eq!(mask.cut(other), whole.cut(other));
            let parts = [other, IndexBox { lo: [0; 3], hi: shape }, window];
            for part in parts.into_iter().filter(|part| !part.shape().contains(&0)) {
                let own = lattice(part.shape());
                let (alone, cut) = (mask.alone(part, own.clone()).unwrap(), mask.cut(part));
                let plain = Mask::new(own, cut.clone()).unwrap();
                prop_assert_eq!((alone.count(), alone.bounds()), (plain.count(), plain.bounds()));
                prop_assert_eq!(alone.voxels(), &cut);
            }
            for mask in [&mask, &whole] {
                let mut back = Array3::from_elem(shape, false);
                mask.runs(|z, y, from, to| (from..to).for_each(|x| back[[z, y, x]] = true));
                prop_assert_eq!(&back, &plain);
                let inside = plain.indexed_iter().filter(|(_, inside)| **inside);
                for (k, ((z, y, x), _)) in inside.enumerate() {
                    prop_assert_eq!(mask.nth(k), Some([z, y, x]));
                }
                prop_assert_eq!(mask.nth(mask.count()), None);
                prop_assert!(plain.indexed_iter().all(|((z, y, x), v)| mask.holds([z, y, x]) == *v));
            }
        }
    }
}

//! Sheared or unevenly spaced slices onto a regular lattice, from their true positions.

use super::stack::Placed;
use crate::engine::Engine;
use crate::geometry::{GeometryError, Grid, dot, sub};
use ndarray::Array3;
use std::ops::Range;

/// Offsets of slices, in pixels, and positions between slices, in slices, this near to a whole
/// number are taken for it: positions are written with few decimals.
const SNAP: f64 = 1e-4;
/// A lattice of more than so many times the slices' voxels is not made.
const MOST: f64 = 8.0;

/// Which slices make each plane of the lattice, and how far each is moved in its own plane.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Rows and columns of a slice.
    pub native: [usize; 2],
    planes: Vec<Between>,
    /// Rows and columns of the lattice's first voxel, counted on each slice.
    shifts: Vec<[f64; 2]>,
}

/// A plane between a slice and the next.
#[derive(Debug, Clone, Copy)]
struct Between {
    slice: usize,
    /// Share of the next slice, 0 (it is not read) to below 1.
    next: f64,
}

/// The lattice for slices in ascending order, and how it is filled; `None` where it would have
/// many times the voxels of the slices: far apart or far aside, they are no one volume. `like` has the axes, spacing,
/// rows and columns of the lattice, and the first slice's position.
pub(super) fn plan(
    placed: &[Placed<'_>],
    like: &Grid,
) -> Result<Option<(Grid, Plan)>, GeometryError> {
    let first = placed.first().map_or([0.0; 3], |p| p.position);
    let rows = like.inverse().rows;
    let offset = |p: &Placed<'_>| {
        let away = sub(p.position, first);
        [1, 2].map(|a| snapped(dot(away, rows[a]) / like.spacing[a]))
    };
    let offsets: Vec<[f64; 2]> = placed.iter().map(offset).collect();
    let extreme = |a: usize, f: fn(f64, f64) -> f64| offsets.iter().map(|o| o[a]).fold(0.0, f);
    let lo = [0, 1].map(|a| extreme(a, f64::min).floor());
    let hi = [0, 1].map(|a| extreme(a, f64::max).ceil());
    let step = like.spacing[0];
    let along: Vec<f64> = placed.iter().map(|p| p.along).collect();
    let start = along.first().copied().unwrap_or(0.0);
    let extent = along.last().copied().unwrap_or(start) - start;
    let count = ((extent / step + SNAP).floor() as usize).saturating_add(1);
    let native = [like.shape[1], like.shape[2]];
    let shape = [
        count,
        native[0].saturating_add((hi[0] - lo[0]) as usize),
        native[1].saturating_add((hi[1] - lo[1]) as usize),
    ];
    // Checked before anything is claimed for the planes.
    let voxels: f64 = shape.iter().map(|n| *n as f64).product();
    if voxels > MOST * like.len() as f64 {
        return Ok(None);
    }
    let origin = like.to_patient([0.0, lo[0], lo[1]]);
    let grid = Grid::new(shape, like.spacing, origin, like.axes)?;
    let mut slice = 0;
    let planes = (0..count).map(|k| {
        let at = start + k as f64 * step;
        while slice + 2 < along.len() && along[slice + 1] <= at + SNAP * step {
            slice += 1;
        }
        let width = along.get(slice + 1).map_or(step, |next| next - along[slice]);
        let next = snapped((at - along[slice]) / width).clamp(0.0, 1.0);
        if next >= 1.0 { Between { slice: slice + 1, next: 0.0 } } else { Between { slice, next } }
    });
    let planes = planes.collect();
    let shifts = offsets.iter().map(|o| [0, 1].map(|a| lo[a] - o[a])).collect();
    Ok(Some((grid, Plan { native, planes, shifts })))
}

fn snapped(value: f64) -> f64 {
    if (value - value.round()).abs() < SNAP { value.round() } else { value }
}

/// Decoded slices: which they are, their intensities, and where they measure nothing.
pub(super) struct Slices<'a> {
    pub first: usize,
    pub data: &'a Array3<f32>,
    pub no_data: Option<&'a Array3<bool>>,
}

impl Plan {
    /// The slices that make these planes.
    pub fn slices(&self, planes: Range<usize>) -> Range<usize> {
        let planes = self.planes.get(planes).unwrap_or(&[]);
        let end = |plane: &Between| plane.slice + 1 + usize::from(plane.next > 0.0);
        let start = planes.iter().map(|plane| plane.slice).min().unwrap_or(0);
        start..planes.iter().map(end).max().unwrap_or(start)
    }

    /// These planes of the lattice, and the voxels that no slice measured: those beyond a slice,
    /// which repeat its edge, and those to which a voxel without data lends its value.
    pub fn fill(
        &self,
        slices: &Slices<'_>,
        planes: Range<usize>,
        [rows, columns]: [usize; 2],
        engine: &Engine,
    ) -> (Array3<f32>, Array3<bool>) {
        let wanted = self.planes.get(planes).unwrap_or(&[]);
        let shape = (wanted.len(), rows, columns);
        let mut both = vec![(0.0_f32, false); wanted.len() * rows * columns];
        engine.fill(&mut both, rows * columns, |k, out| {
            let Some(plane) = wanted.get(k) else { return };
            let mut sums = vec![(0.0, false); out.len()];
            self.add(slices, plane.slice, 1.0 - plane.next, columns, &mut sums);
            if plane.next > 0.0 {
                self.add(slices, plane.slice + 1, plane.next, columns, &mut sums);
            }
            let done = sums.into_iter().map(|(sum, nothing)| (sum as f32, nothing));
            out.iter_mut().zip(done).for_each(|(out, done)| *out = done);
        });
        let at = |(z, y, x): (usize, usize, usize)| both[(z * rows + y) * columns + x];
        let data = Array3::from_shape_fn(shape, |index| at(index).0);
        (data, Array3::from_shape_fn(shape, |index| at(index).1))
    }

    /// Adds a share of one slice, moved to its true place.
    fn add(
        &self,
        slices: &Slices<'_>,
        slice: usize,
        share: f64,
        columns: usize,
        sums: &mut [(f64, bool)],
    ) {
        let Some(at) = slice.checked_sub(slices.first) else { return };
        let Some(shift) = self.shifts.get(slice) else { return };
        let across: Vec<Taps> =
            (0..columns).map(|x| Taps::new(x as f64 + shift[1], self.native[1])).collect();
        for (y, row) in sums.chunks_mut(columns.max(1)).enumerate() {
            let down = Taps::new(y as f64 + shift[0], self.native[0]);
            for (across, (sum, nothing)) in across.iter().zip(row) {
                *nothing |= down.beyond || across.beyond;
                for (y, wy) in down.at {
                    for (x, wx) in across.at {
                        let weight = wy * wx;
                        if weight > 0.0 {
                            *sum += share * weight * f64::from(slices.data[[at, y, x]]);
                            *nothing |= slices.no_data.is_some_and(|marks| marks[[at, y, x]]);
                        }
                    }
                }
            }
        }
    }
}

/// The two pixels around a position along an axis, and their weights.
struct Taps {
    at: [(usize, f64); 2],
    /// The position lies beyond the outer pixels' centres.
    beyond: bool,
}

impl Taps {
    fn new(position: f64, n: usize) -> Self {
        let last = n.saturating_sub(1);
        let within = position.clamp(0.0, last as f64);
        let low = within.floor();
        let share = within - low;
        let index = low as usize;
        let at = [(index, 1.0 - share), ((index + 1).min(last), share)];
        Self { at, beyond: within != position }
    }
}

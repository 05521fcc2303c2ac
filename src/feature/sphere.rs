//! Means over a sphere around each voxel of a region.

use super::Input;
use crate::geometry::IndexBox;
use ndarray::Axis;
use std::ops::{Add, AddAssign, Range};

/// The voxels whose centres lie within a radius of a voxel's own, as rows along x.
struct Sphere {
    /// `[dz, dy]` of the rows that reach so many voxels to either side as their place here says.
    by_reach: Vec<Vec<[isize; 2]>>,
    /// Voxels in all rows.
    size: u32,
    /// Voxels from the centre to the farthest along `[z, y, x]`.
    reach: [usize; 3],
}

impl Sphere {
    /// Of a radius in mm, for an array of such a spacing and shape `[z, y, x]`; it reaches no
    /// further than the array is wide.
    fn new(radius: f64, spacing: [f64; 3], shape: [usize; 3]) -> Self {
        let steps = |room: f64, a: usize| {
            (room.max(0.0).sqrt() / spacing[a]).floor().min(shape[a] as f64) as isize
        };
        let left = |room: f64, step: isize, a: usize| room - (step as f64 * spacing[a]).powi(2);
        let room = radius * radius;
        let reach = [0, 1, 2].map(|a| steps(room, a));
        let mut by_reach = vec![Vec::new(); reach[2] as usize + 1];
        let mut size = 0_u32;
        for dz in -reach[0]..=reach[0] {
            let room = left(room, dz, 0);
            let high = steps(room, 1);
            for dy in -high..=high {
                let half = steps(left(room, dy, 1), 2) as usize;
                by_reach[half].push([dz, dy]);
                size = size.saturating_add(2 * half as u32 + 1);
            }
        }
        Self { by_reach, size, reach: reach.map(|steps| steps as usize) }
    }
}

/// The highest of the means over spheres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peaks {
    /// Around the voxels of highest intensity.
    pub(super) local: f64,
    /// Around any voxel of the region.
    pub(super) global: f64,
}

/// Planes that one piece of work takes.
const PLANES: usize = 16;

/// The peaks of the intensity mask, whose box and highest intensity these are.
///
/// Every voxel of the image counts, in the region or not, but for those without data. A mean is
/// summed in the order of its sphere's voxels, and so depends on nothing beyond them.
pub(super) fn peaks(input: &Input<'_>, bounds: IndexBox, radius: f64, highest: f32) -> Peaks {
    let sphere = Sphere::new(radius, input.grid.spacing, input.grid.shape);
    let work = Work::new(input, bounds, sphere);
    let (from, to) = (bounds.lo[0], bounds.hi[0]);
    let starts: Vec<usize> = (from..to).step_by(PLANES).collect();
    let found = input.engine.map(&starts, |start| {
        let planes = *start..to.min(start + PLANES);
        if work.adds_as_integers {
            work.peaks(planes, highest, |value| value as i32)
        } else {
            work.peaks(planes, highest, f64::from)
        }
    });
    found.into_iter().fold(Peaks::NONE, Peaks::highest)
}

impl Peaks {
    /// Below all others.
    const NONE: Self = Self { local: f64::NEG_INFINITY, global: f64::NEG_INFINITY };

    fn highest(self, other: Self) -> Self {
        Self { local: self.local.max(other.local), global: self.global.max(other.global) }
    }
}

/// The spheres around the voxels of a region.
struct Work<'a, 'b> {
    input: &'a Input<'b>,
    sphere: Sphere,
    /// That of the region.
    bounds: IndexBox,
    /// Has every voxel of every sphere data?
    complete: bool,
    /// Are all intensities whole numbers of which a sphere's sum fits 32 bits? In `f64` it would be as
    /// exact, and take twice the room.
    adds_as_integers: bool,
}

impl<'a, 'b> Work<'a, 'b> {
    fn new(input: &'a Input<'b>, bounds: IndexBox, sphere: Sphere) -> Self {
        let IndexBox { lo, hi } = bounds;
        let mut work = Self { input, sphere, bounds, complete: false, adds_as_integers: false };
        let (shape, reach) = (input.grid.shape, work.sphere.reach);
        let within = (0..3).all(|a| lo[a] >= reach[a] && hi[a] + reach[a] <= shape[a]);
        let largest = f64::from(i32::MAX) / f64::from(work.sphere.size);
        let (mut complete, mut whole, mut row) = (within, true, work.row::<f64>());
        for (z, y) in work.rows(lo[0]..hi[0]) {
            work.read(z, y, &mut row, f64::from);
            complete &= row.has_data.iter().all(|has| *has == 1);
            let fits = |value: &f64| f64::from(*value as i32) == *value && value.abs() <= largest;
            whole &= row.values.iter().fold(true, |all, value| all & fits(value));
        }
        (work.complete, work.adds_as_integers) = (complete, whole);
        work
    }

    /// `(z, y)` of the rows of the image that the spheres around these planes meet, ascending.
    fn rows(&self, planes: Range<usize>) -> impl Iterator<Item = (usize, usize)> + use<'_> {
        let ([rz, ry, _], [nz, ny, _]) = (self.sphere.reach, self.input.grid.shape);
        let ys = self.bounds.lo[1].saturating_sub(ry)..ny.min(self.bounds.hi[1] + ry);
        let zs = planes.start.saturating_sub(rz)..nz.min(planes.end + rz);
        zs.flat_map(move |z| ys.clone().map(move |y| (z, y)))
    }

    fn row<T: Clone + Default>(&self) -> ImageRow<T> {
        let length = self.bounds.shape()[2] + 2 * self.sphere.reach[2];
        ImageRow { values: vec![T::default(); length], has_data: vec![0; length] }
    }

    /// The row at `(z, y)`, from as far before the region as spheres reach to as far behind it.
    fn read<T: Copy + Default>(
        &self,
        z: usize,
        y: usize,
        row: &mut ImageRow<T>,
        convert: impl Fn(f32) -> T,
    ) {
        let (reach, length) = (self.sphere.reach[2], row.values.len());
        // The part of the row that is of the image.
        let before = reach.saturating_sub(self.bounds.lo[2]);
        let from = self.bounds.lo[2].saturating_sub(reach);
        let to = (from + length - before).min(self.input.grid.shape[2]);
        row.values.fill(T::default());
        row.has_data.fill(0);
        let image = self.input.image.index_axis(Axis(0), z).index_axis_move(Axis(0), y);
        let to_fill = row.values.iter_mut().zip(&mut row.has_data).skip(before);
        for ((value, has_data), found) in to_fill.zip(image.iter().take(to).skip(from)) {
            if found.is_finite() {
                (*value, *has_data) = (convert(*found), 1);
            }
        }
        let Some(marks) = self.input.no_data else { return };
        let marks = marks.index_axis_move(Axis(0), z).index_axis_move(Axis(0), y);
        let to_clear = row.values.iter_mut().zip(&mut row.has_data).skip(before);
        for ((value, has_data), mark) in to_clear.zip(marks.iter().take(to).skip(from)) {
            if *mark {
                (*value, *has_data) = (T::default(), 0);
            }
        }
    }

    /// From the first to the last voxel of the region in each row of its box, in these planes.
    fn spans(&self, planes: Range<usize>) -> Vec<Range<usize>> {
        let columns = self.bounds.lo[2]..self.bounds.hi[2];
        let span = |(z, y)| {
            let inside = |x: &usize| self.input.mask[(z, y, *x)];
            let first = columns.clone().find(inside).unwrap_or(columns.end);
            let last = columns.clone().rfind(inside).map_or(first, |x| x + 1);
            first - columns.start..last - columns.start
        };
        let rows = planes.flat_map(|z| (self.bounds.lo[1]..self.bounds.hi[1]).map(move |y| (z, y)));
        rows.map(span).collect()
    }

    /// The peaks of the region's voxels in these planes.
    fn peaks<T: Copy + Default + Add<Output = T> + AddAssign + Into<f64>>(
        &self,
        planes: Range<usize>,
        highest: f32,
        convert: impl Fn(f32) -> T,
    ) -> Peaks {
        let [_, ny, width] = self.bounds.shape();
        let reach = self.sphere.reach[2];
        let mut sums = vec![T::default(); planes.len() * ny * width];
        let mut numbers = vec![0; if self.complete { 0 } else { sums.len() }];
        let (mut sum, mut number) = (vec![T::default(); width], vec![0; width]);
        let spans = self.spans(planes.clone());
        let mut row = self.row();
        for (z, y) in self.rows(planes.clone()) {
            self.read(z, y, &mut row, &convert);
            sum.fill(T::default());
            number.fill(0);
            for (half, rows) in self.sphere.by_reach.iter().enumerate() {
                widen(&mut sum, &row.values, reach, half);
                if !self.complete {
                    widen(&mut number, &row.has_data, reach, half);
                }
                for [dz, dy] in rows {
                    let (z, y) = (z.wrapping_add_signed(-dz), y.wrapping_add_signed(-dy));
                    if !planes.contains(&z) || !(self.bounds.lo[1]..self.bounds.hi[1]).contains(&y)
                    {
                        continue;
                    }
                    let at = (z - planes.start) * ny + y - self.bounds.lo[1];
                    let span = spans[at].clone();
                    let to = at * width + span.start..at * width + span.end;
                    add(&mut sums[to.clone()], &sum[span.clone()]);
                    if !self.complete {
                        add(&mut numbers[to], &number[span]);
                    }
                }
            }
        }
        let mut peaks = Peaks::NONE;
        for (k, sum) in sums.iter().enumerate() {
            let (z, y, x) = (k / (ny * width), k / width % ny, k % width);
            let at = (z + planes.start, y + self.bounds.lo[1], x + self.bounds.lo[2]);
            if self.input.mask[at] {
                let number = if self.complete { self.sphere.size } else { numbers[k] };
                let sum: f64 = (*sum).into();
                let global = sum / f64::from(number);
                let is_highest = self.input.image[at] == highest;
                let local = if is_highest { global } else { f64::NEG_INFINITY };
                peaks = peaks.highest(Peaks { local, global });
            }
        }
        peaks
    }
}

/// A row of the image: intensities, 0 where there is no data, and 1 where there is.
struct ImageRow<T> {
    values: Vec<T>,
    has_data: Vec<u32>,
}

/// From sums over `half - 1` voxels to either side to sums over `half`.
fn widen<T: Copy + Add<Output = T> + AddAssign>(
    sums: &mut [T],
    values: &[T],
    reach: usize,
    half: usize,
) {
    let (before, behind) = (&values[reach - half..], &values[reach + half..]);
    if half == 0 {
        return add(sums, before);
    }
    for ((sum, before), behind) in sums.iter_mut().zip(before).zip(behind) {
        *sum += *before + *behind;
    }
}

fn add<T: Copy + AddAssign>(sums: &mut [T], values: &[T]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += *value;
    }
}

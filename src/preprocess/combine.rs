//! Weighted sums of samples, one output slice after another.

use super::weights::Taps;
use crate::engine::{Engine, Loop, wide};
use crate::geometry::IndexBox;
use crate::image::extent;
use ndarray::{Array3, ArrayRef3, Axis};
use std::hint::black_box;
use std::ops::Range;

/// Rows of a box of an array, and which numbers its values are.
pub(super) struct Rows<'a, S, F> {
    values: &'a [S],
    /// Rows and columns of a slice of the array.
    shape: [usize; 2],
    of: IndexBox,
    number: F,
}

impl<'a, S, F> Rows<'a, S, F> {
    /// Of an array in C order.
    pub(super) fn of(array: &'a ArrayRef3<S>, of: IndexBox, number: F) -> Self {
        let (_, height, width) = array.dim();
        Self { values: array.as_slice().unwrap_or_default(), shape: [height, width], of, number }
    }

    /// So many columns of a row, all counted from the first of the box.
    #[inline(always)]
    fn row(&self, [z, y]: [usize; 2], columns: &Range<usize>) -> &'a [S] {
        let [lo_z, lo_y, lo_x] = self.of.lo;
        let [height, width] = self.shape;
        let row = ((lo_z + z) * height + lo_y + y) * width + lo_x;
        &self.values[row..][columns.clone()]
    }

    /// Has these columns of some rows of a slice brought near: asked for one after another and by nothing
    /// else, they are fetched side by side.
    #[inline(always)]
    fn fetch(&self, z: usize, lines: &Range<usize>, columns: &Range<usize>)
    where
        S: Copy,
    {
        // As many values as a usual cache line holds.
        let next = 64_usize.div_ceil(size_of::<S>().max(1));
        for y in lines.clone() {
            self.row([z, y], columns).iter().step_by(next).for_each(|value| {
                black_box(*value);
            });
        }
    }
}

/// What is made of each output voxel.
pub(super) struct Made<'a, T, W> {
    /// The voxel of an interpolated number.
    pub write: W,
    /// Of each row no more is needed than from the first to the last `true`; all without.
    pub inside: Option<&'a Array3<bool>>,
    /// What the others are.
    pub outside: T,
}

/// What an output array is made of.
pub(super) struct Combining<'a, S, T, F, W> {
    pub rows: Rows<'a, S, F>,
    /// Of each output index along each axis, counted from the first of the rows' box.
    pub taps: &'a [Vec<Taps>; 3],
    pub made: &'a Made<'a, T, W>,
    pub engine: &'a Engine,
}

impl<S, T, F, W> Combining<'_, S, T, F, W>
where
    S: Copy + Sync,
    T: Copy + Send + Sync,
    F: Fn(S) -> f64 + Sync,
    W: Fn(f64) -> T + Sync,
{
    /// Every output slice on its own: source slices to one, then its rows to one, then their voxels.
    pub(super) fn combined(&self) -> Array3<T> {
        match self.taps[2].iter().map(Taps::len).max() {
            Some(0 | 1) | None => self.lanes::<1>(),
            Some(2) => self.lanes::<2>(),
            Some(_) => self.lanes::<4>(),
        }
    }

    /// The same of at most `N` taps along x.
    fn lanes<const N: usize>(&self) -> Array3<T> {
        let Self { rows, taps, made, engine } = self;
        let [nz, ny, nx] = [0, 1, 2].map(|a| taps[a].len());
        let along_x: Vec<([usize; N], [f64; N])> = taps[2].iter().map(Taps::spread).collect();
        let mut out = Array3::from_elem((nz, ny, nx), made.outside);
        // It was made here in C order.
        if let Some(values) = out.as_slice_mut() {
            engine.fill(values, ny * nx, |z, out| {
                // Of each row, from its first to its last voxel inside.
                let spans: Vec<Range<usize>> = match made.inside {
                    Some(inside) => {
                        let rows = inside.index_axis(Axis(0), z);
                        rows.rows()
                            .into_iter()
                            .map(|row| row.to_slice().map_or(0..nx, extent))
                            .collect()
                    }
                    None => vec![0..nx; ny],
                };
                let (along_z, along_y, along_x) = (&taps[0][z], &taps[1][..], &along_x[..]);
                wide(Plane { rows, along_z, along_y, along_x, spans, write: &made.write, out });
            });
        }
        out
    }
}

/// One slice of the output.
struct Plane<'a, const N: usize, S, T, F, W> {
    rows: &'a Rows<'a, S, F>,
    along_z: &'a Taps,
    along_y: &'a [Taps],
    along_x: &'a [([usize; N], [f64; N])],
    /// What of each row is made.
    spans: Vec<Range<usize>>,
    write: &'a W,
    out: &'a mut [T],
}

impl<const N: usize, S: Copy, T, F: Fn(S) -> f64, W: Fn(f64) -> T> Loop
    for Plane<'_, N, S, T, F, W>
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { rows, along_z, along_y, along_x, spans, write, out } = self;
        // The part of a source slice that is needed.
        let made = || along_y.iter().zip(&spans).filter(|(_, span)| !span.is_empty());
        let lines = range(made().flat_map(|(taps, _)| taps.iter()).map(|(y, _)| y));
        let first = made().map(|(_, span)| span.start).min().unwrap_or(0);
        let end = made().map(|(_, span)| span.end).max().unwrap_or(0);
        let columns = range(along_x[first..end].iter().flat_map(|(at, _)| *at));
        let width = columns.len();
        let mut slice = vec![0.0; lines.len() * width];
        // The last of them is new: the slice before this one did not ask for it.
        along_z.iter().skip(1).last().iter().for_each(|(z, _)| rows.fetch(*z, &lines, &columns));
        for (y, line) in lines.clone().zip(slice.chunks_mut(width.max(1))) {
            let parts = along_z.iter().map(|(z, weight)| (rows.row([z, y], &columns), weight));
            weighted(line, parts, &rows.number);
        }
        let mut row = vec![0.0; columns.end];
        for ((taps, span), out) in along_y.iter().zip(spans).zip(out.chunks_mut(along_x.len())) {
            if span.is_empty() {
                continue;
            }
            let line = |y: usize| &slice[(y - lines.start) * width..][..width];
            let parts = taps.iter().map(|(y, weight)| (line(y), weight));
            weighted(&mut row[columns.clone()], parts, |v| v);
            for ((at, weight), out) in along_x[span.clone()].iter().zip(&mut out[span]) {
                let first = weight[0] * row[at[0]];
                *out = write((1..N).fold(first, |sum, k| sum + weight[k] * row[at[k]]));
            }
        }
    }
}

/// From the lowest to the highest.
#[inline(always)]
fn range(indices: impl Iterator<Item = usize>) -> Range<usize> {
    let (lo, hi) = indices.fold((usize::MAX, 0), |(lo, hi), k| (lo.min(k), hi.max(k + 1)));
    lo.min(hi)..hi
}

/// The weighted sum of some rows.
#[inline(always)]
fn weighted<'a, S: Copy + 'a>(
    sum: &mut [f64],
    mut parts: impl Iterator<Item = (&'a [S], f64)>,
    number: impl Fn(S) -> f64,
) {
    match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some((a, wa)), Some((b, wb)), Some((c, wc)), Some((d, wd))] => {
            let (ab, cd) = (a.iter().zip(b), c.iter().zip(d));
            for (sum, ((a, b), (c, d))) in sum.iter_mut().zip(ab.zip(cd)) {
                *sum = wa * number(*a) + wb * number(*b) + wc * number(*c) + wd * number(*d);
            }
        }
        [Some((a, wa)), Some((b, wb)), ..] => {
            for (sum, (a, b)) in sum.iter_mut().zip(a.iter().zip(b)) {
                *sum = wa * number(*a) + wb * number(*b);
            }
        }
        [Some((a, wa)), ..] => sum.iter_mut().zip(a).for_each(|(sum, a)| *sum = wa * number(*a)),
        _ => {}
    }
}

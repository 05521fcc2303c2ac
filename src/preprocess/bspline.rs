//! Cubic B-spline coefficients whose spline goes through the samples.
//!
//! The recursive filter of Unser (IEEE Signal Processing Magazine 16(6), 1999), with the
//! whole-sample symmetric boundary summed exactly.

use crate::engine::{Engine, Loop, wide};
use crate::geometry::IndexBox;
use ndarray::{Array3, ArrayViewMut1, Axis};

/// Voxels after which a sample's share in a coefficient is below 1e-16: |pole|^28.
pub(super) const REACH: usize = 28;

/// sqrt(3) - 2, the pole of the cubic B-spline's inverse.
const POLE: f64 = -0.267_949_192_431_122_7;

/// Lines along x that are filtered side by side.
const LANES: usize = 16;

/// Turns samples `[z, y, x]` in C order into coefficients along the chosen axes, in place.
pub(super) fn prefilter(data: &mut Array3<f64>, axes: [bool; 3], engine: &Engine) {
    let (_, ny, nx) = data.dim();
    let Some(planes) = data.as_slice_mut().filter(|planes| !planes.is_empty()) else { return };
    engine.fill(planes, ny * nx, |_, plane| {
        let samples = plane.to_vec();
        along_x(&samples, nx, (0, axes[2]), plane, nx);
        if axes[1] {
            filter(plane.chunks_exact_mut(nx));
        }
    });
    if axes[0] {
        across_planes(data, engine);
    }
}

/// The coefficients of the window `keep` of the samples of a box along the chosen axes; `read` gives
/// the samples of a window of it, `[z, y, x]` in C order.
///
/// The axes are filtered one after another, so that what lies beside the window along an axis that
/// is done is not filtered along the next; and samples are read plane by plane, so that one array is
/// enough.
pub(super) fn coefficients(
    read: impl Fn(IndexBox) -> Array3<f64> + Sync,
    samples: IndexBox,
    axes: [bool; 3],
    keep: IndexBox,
    engine: &Engine,
) -> Array3<f64> {
    let [_, ny, nx] = samples.shape();
    let [_, ky, kx] = keep.shape();
    let [skip_z, skip_y, skip_x] = [0, 1, 2].map(|a| keep.lo[a] - samples.lo[a]);
    let along_z = if axes[0] { samples } else { keep };
    let mut out = Array3::zeros((along_z.shape()[0], ky, kx));
    let Some(planes) = out.as_slice_mut().filter(|planes| !planes.is_empty()) else { return out };
    engine.fill(planes, ky * kx, |z, out| {
        let z = along_z.lo[0] + z;
        let [[_, y, x], [_, end_y, end_x]] = [samples.lo, samples.hi];
        let from = read(IndexBox { lo: [z, y, x], hi: [z + 1, end_y, end_x] });
        let mut plane = vec![0.0; ny * kx];
        along_x(from.as_slice().unwrap_or_default(), nx, (skip_x, axes[2]), &mut plane, kx);
        if axes[1] {
            filter(plane.chunks_exact_mut(kx));
        }
        out.copy_from_slice(&plane[skip_y * kx..][..ky * kx]);
    });
    if axes[0] {
        across_planes(&mut out, engine);
        let kept = skip_z..skip_z + keep.shape()[0];
        out.slice_axis_inplace(Axis(0), kept.into());
    }
    out
}

/// The coefficients along z, in place: rows that lie on each other side by side.
fn across_planes(data: &mut Array3<f64>, engine: &Engine) {
    let mut lines: Vec<_> = data.axis_iter_mut(Axis(1)).collect();
    engine.fill(&mut lines, 1, |_, lines| {
        for lines in lines {
            filter(lines.outer_iter_mut().filter_map(ArrayViewMut1::into_slice));
        }
    });
}

/// Of each row of `plane` the `width` coefficients (or samples) from the first that is kept on.
fn along_x(
    plane: &[f64],
    nx: usize,
    (first, filtered): (usize, bool),
    out: &mut [f64],
    width: usize,
) {
    let mut block = vec![0.0; nx * LANES];
    for (rows, out) in plane.chunks(nx * LANES).zip(out.chunks_mut(width * LANES)) {
        let outs = out.chunks_exact_mut(width);
        if !filtered {
            let kept = |row: &[f64], out: &mut [f64]| out.copy_from_slice(&row[first..][..width]);
            rows.chunks_exact(nx).zip(outs).for_each(|(row, out)| kept(row, out));
            continue;
        }
        let lanes = rows.len() / nx;
        let block = &mut block[..rows.len()];
        for (lane, row) in rows.chunks_exact(nx).enumerate() {
            let places = block.iter_mut().skip(lane).step_by(lanes);
            places.zip(row).for_each(|(place, value)| *place = *value);
        }
        filter(block.chunks_exact_mut(lanes));
        for (lane, out) in outs.enumerate() {
            let places = block.iter().skip(first * lanes + lane).step_by(lanes);
            out.iter_mut().zip(places).for_each(|(value, place)| *value = *place);
        }
    }
}

/// Filters lines side by side: the first samples of all, then the second, and so on.
fn filter<'a>(samples: impl Iterator<Item = &'a mut [f64]>) {
    wide(Filter { samples: samples.collect() });
}

struct Filter<'a> {
    samples: Vec<&'a mut [f64]>,
}

impl Loop for Filter<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut samples = self.samples;
        let n = samples.len();
        if n < 2 {
            return;
        }
        let mut start = vec![0.0; samples[0].len()];
        let mut power = 1.0;
        let mut mirror = POLE.powi(i32::try_from(2 * n - 2).unwrap_or(i32::MAX));
        let whole = 1.0 - mirror;
        for (k, row) in samples.iter().enumerate() {
            // Inner samples are met twice, going out and coming back.
            let weight = if k == 0 || k == n - 1 { power } else { power + mirror };
            start.iter_mut().zip(&**row).for_each(|(sum, s)| *sum += weight * s);
            power *= POLE;
            mirror /= POLE;
        }
        samples[0].iter_mut().zip(&start).for_each(|(s, sum)| *s = sum / whole);
        for k in 1..n {
            let (before, rest) = samples.split_at_mut(k);
            rest[0].iter_mut().zip(&*before[k - 1]).for_each(|(s, b)| *s += POLE * b);
        }
        let end = POLE / (POLE * POLE - 1.0);
        let (before, last) = samples.split_at_mut(n - 1);
        let before = &*before[n - 2];
        last[0].iter_mut().zip(before).for_each(|(s, b)| *s = 6.0 * end * (*s + POLE * b));
        for k in (0..n - 1).rev() {
            let (rest, after) = samples.split_at_mut(k + 1);
            // `after` carries the gain 6 already; the row before it not yet.
            rest[k].iter_mut().zip(&*after[0]).for_each(|(s, a)| *s = POLE * (a - 6.0 * *s));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Coefficients and the mirror rule give the samples back: `(c[-1] + 4 c[0] + c[1]) / 6`.
    #[test]
    fn the_spline_goes_through_the_samples() {
        for n in [2, 3, 4, 7, 60] {
            let samples: Vec<f64> = (0..n).map(|i| f64::from(i * i * 37 % 101) - 50.0).collect();
            let mut c = samples.clone();
            filter(c.chunks_exact_mut(1));
            for (i, s) in samples.iter().enumerate() {
                let (last, i) = (c.len() - 1, i);
                let before = c[if i == 0 { 1 } else { i - 1 }];
                let after = c[if i == last { last - 1 } else { i + 1 }];
                assert!(((before + 4.0 * c[i] + after) / 6.0 - s).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn each_axis_is_filtered_as_its_lines_alone() {
        let data =
            Array3::from_shape_fn((5, 6, 7), |(z, y, x)| ((z * 31 + y * 17 + x * 7) % 23) as f64);
        for axis in 0..3 {
            let mut axes = [false; 3];
            axes[axis] = true;
            let mut all = data.clone();
            prefilter(&mut all, axes, &Engine::new(2));
            for (line, done) in data.lanes(Axis(axis)).into_iter().zip(all.lanes(Axis(axis))) {
                let mut line = line.to_vec();
                filter(line.chunks_exact_mut(1));
                assert_eq!(line, done.to_vec());
            }
        }
    }
}

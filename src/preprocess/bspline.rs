//! Cubic B-spline coefficients whose spline goes through the samples.
//!
//! The recursive filter of Unser (IEEE Signal Processing Magazine 16(6), 1999), with the
//! whole-sample symmetric boundary summed exactly.

use crate::engine::Engine;
use crate::geometry::IndexBox;
use ndarray::Array3;

/// Voxels after which a sample's share in a coefficient is below 1e-16: |pole|^28.
pub(super) const REACH: usize = 28;

/// sqrt(3) - 2, the pole of the cubic B-spline's inverse.
const POLE: f64 = -0.267_949_192_431_122_7;

/// Lines along x that are filtered side by side.
const LANES: usize = 16;

/// Turns samples `[z, y, x]` (C order) into coefficients along the chosen axes, in place.
pub(super) fn prefilter(data: &mut Array3<f64>, axes: [bool; 3], engine: &Engine) {
    let (nz, ny, nx) = data.dim();
    let all = IndexBox { lo: [0; 3], hi: [nz, ny, nx] };
    *data = coefficients(data, axes, all, engine);
}

/// The coefficients of the window `keep` of samples `[z, y, x]` (C order) along the chosen axes.
///
/// The axes are filtered one after another, so that what lies beside the window along an axis that
/// is done is not filtered along the next.
pub(super) fn coefficients(
    samples: &Array3<f64>,
    axes: [bool; 3],
    keep: IndexBox,
    engine: &Engine,
) -> Array3<f64> {
    let (nz, ny, nx) = samples.dim();
    let [kz, ky, kx] = keep.shape();
    let mut out = Array3::zeros((kz, ky, kx));
    let (Some(values), Some(kept)) = (samples.as_slice(), out.as_slice_mut()) else { return out };
    if kept.is_empty() {
        return out;
    }
    let plane_of = |z: usize, out: &mut [f64]| {
        let mut plane = vec![0.0; ny * kx];
        along_x(&values[z * ny * nx..][..ny * nx], nx, (keep.lo[2], axes[2]), &mut plane, kx);
        if axes[1] {
            filter(&mut plane, kx);
        }
        out.copy_from_slice(&plane[keep.lo[1] * kx..keep.hi[1] * kx]);
    };
    if !axes[0] {
        engine.fill(kept, ky * kx, |z, out| plane_of(keep.lo[0] + z, out));
        return out;
    }
    let mut planes = vec![0.0; nz * ky * kx];
    engine.fill(&mut planes, ky * kx, plane_of);
    let rows: Vec<usize> = (0..ky).collect();
    let filtered = engine.map(&rows, |y| {
        let mut lines = vec![0.0; nz * kx];
        for (z, line) in lines.chunks_exact_mut(kx).enumerate() {
            line.copy_from_slice(&planes[(z * ky + y) * kx..][..kx]);
        }
        filter(&mut lines, kx);
        lines
    });
    for (row, out) in kept.chunks_exact_mut(kx).enumerate() {
        let (z, y) = (row / ky, row % ky);
        out.copy_from_slice(&filtered[y][(keep.lo[0] + z) * kx..][..kx]);
    }
    out
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
        filter(block, lanes);
        for (lane, out) in outs.enumerate() {
            let places = block.iter().skip(first * lanes + lane).step_by(lanes);
            out.iter_mut().zip(places).for_each(|(value, place)| *value = *place);
        }
    }
}

/// Filters `width` interleaved lines at once: sample `k` of line `j` is `data[k * width + j]`.
fn filter(data: &mut [f64], width: usize) {
    let n = data.len() / width;
    if n < 2 {
        return;
    }
    let mut start = vec![0.0; width];
    let mut power = 1.0;
    let mut mirror = POLE.powi(i32::try_from(2 * n - 2).unwrap_or(i32::MAX));
    let whole = 1.0 - mirror;
    for (k, row) in data.chunks_exact(width).enumerate() {
        // Inner samples are met twice, going out and coming back.
        let weight = if k == 0 || k == n - 1 { power } else { power + mirror };
        start.iter_mut().zip(row).for_each(|(sum, s)| *sum += weight * s);
        power *= POLE;
        mirror /= POLE;
    }
    data[..width].iter_mut().zip(&start).for_each(|(s, sum)| *s = sum / whole);
    for k in 1..n {
        let (before, rest) = data.split_at_mut(k * width);
        let before = &before[(k - 1) * width..];
        rest[..width].iter_mut().zip(before).for_each(|(s, b)| *s += POLE * b);
    }
    let end = POLE / (POLE * POLE - 1.0);
    let (before, last) = data.split_at_mut((n - 1) * width);
    let before = &before[(n - 2) * width..];
    last.iter_mut().zip(before).for_each(|(s, b)| *s = 6.0 * end * (*s + POLE * b));
    for k in (0..n - 1).rev() {
        let (rest, after) = data.split_at_mut((k + 1) * width);
        let row = &mut rest[k * width..];
        // `after` carries the gain 6 already; `row` not yet.
        row.iter_mut().zip(&after[..width]).for_each(|(s, a)| *s = POLE * (a - 6.0 * *s));
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
            filter(&mut c, 1);
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
            for (line, done) in
                data.lanes(ndarray::Axis(axis)).into_iter().zip(all.lanes(ndarray::Axis(axis)))
            {
                let mut line = line.to_vec();
                filter(&mut line, 1);
                assert_eq!(line, done.to_vec());
            }
        }
    }
}

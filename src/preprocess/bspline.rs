//! Cubic B-spline coefficients whose spline goes through the samples.
//!
//! The recursive filter of Unser (IEEE Signal Processing Magazine 16(6), 1999), with the
//! whole-sample symmetric boundary summed exactly.

use crate::engine::Engine;
use ndarray::Array3;

/// Voxels after which a sample's share in a coefficient is below 1e-16: |pole|^28.
pub(super) const REACH: usize = 28;

/// sqrt(3) - 2, the pole of the cubic B-spline's inverse.
const POLE: f64 = -0.267_949_192_431_122_7;

/// Turns samples `[z, y, x]` (C order) into coefficients along the chosen axes, in place.
pub(super) fn prefilter(data: &mut Array3<f64>, axes: [bool; 3], engine: &Engine) {
    let (_, ny, nx) = data.dim();
    if let Some(values) = data.as_slice_mut() {
        engine.fill(values, ny * nx, |_, plane| {
            if axes[2] {
                plane.chunks_mut(nx).for_each(|row| filter(row, 1));
            }
            if axes[1] {
                filter(plane, nx);
            }
        });
        if axes[0] {
            filter(values, ny * nx);
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

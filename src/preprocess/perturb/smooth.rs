//! Smoothing before supervoxels are made, so that noise does not tear them.

use ndarray::{Array3, Axis};

/// The kernel ends at so many standard deviations.
const ENDS: f64 = 4.0;

/// A Gaussian of standard deviation `sigma_mm` along each axis; the outer values go on for ever.
pub(super) fn smoothed(values: &Array3<f64>, spacing: [f64; 3], sigma_mm: f64) -> Array3<f64> {
    let mut out = values.clone();
    for (axis, mm) in spacing.into_iter().enumerate() {
        let sigma = sigma_mm / mm;
        let weight = |k: usize| (-0.5 * (k as f64 / sigma).powi(2)).exp();
        let reach = (ENDS * sigma) as usize;
        let sum: f64 = (0..=2 * reach).map(|k| weight(k.abs_diff(reach))).sum();
        let kernel: Vec<f64> = (0..=2 * reach).map(|k| weight(k.abs_diff(reach)) / sum).collect();
        let mut line = Vec::new();
        for mut lane in out.lanes_mut(Axis(axis)) {
            let ends = [lane.first(), lane.last()].map(|end| end.copied().unwrap_or(0.0));
            line.clear();
            line.resize(reach, ends[0]);
            line.extend(lane.iter().copied());
            line.resize(line.len() + reach, ends[1]);
            for (value, window) in lane.iter_mut().zip(line.windows(kernel.len())) {
                *value = window.iter().zip(&kernel).map(|(value, weight)| value * weight).sum();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impulse_becomes_a_gaussian_and_a_constant_stays() {
        let mut impulse = Array3::zeros((1, 1, 21));
        impulse[[0, 0, 10]] = 1.0;
        let found = smoothed(&impulse, [1.0; 3], 1.5);
        let moment: f64 =
            found.iter().enumerate().map(|(x, v)| v * (x as f64 - 10.0).powi(2)).sum();
        // Sampled and cut at four standard deviations.
        assert!((found.sum() - 1.0).abs() < 1e-12 && (moment - 2.25).abs() < 0.01, "{moment}");
        let flat = Array3::from_elem((3, 4, 5), 7.0);
        let found = smoothed(&flat, [2.0, 1.0, 1.0], 1.0);
        assert!(found.iter().all(|v| (v - 7.0).abs() < 1e-12));
    }
}

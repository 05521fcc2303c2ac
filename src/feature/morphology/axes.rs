//! Ellipsoids: of the voxel centres by their covariance, and the area of any.

use crate::mesh::{BitRows, eigenvalues};

/// An eigenvalue that is this small beside the largest is rounding: the region is flat.
const FLAT: f64 = 1e-14;

/// Semi-axes in mm, descending, of the ellipsoid of the voxel centres: twice the square roots of the
/// eigenvalues of their covariance (IBSI TDIC), and the centroid `[z, y, x]` in voxels from the first
/// of the box.
///
/// The covariance divides by the number of voxels less one, as the published values do; a single
/// voxel has none, and axes of 0. Sums of integers, so no order matters.
pub(super) fn semi_axes(rows: &BitRows, spacing: [f64; 3]) -> ([f64; 3], [f64; 3]) {
    let lo = rows.bounds().lo;
    let (mut sums, mut squares) = ([0_i128; 3], [[0_i128; 3]; 3]);
    rows.runs(|z, y, from, to| {
        let (z, y) = ((z - lo[0]) as i128, (y - lo[1]) as i128);
        let (from, n) = ((from - lo[2]) as i128, (to - from) as i128);
        let last = from + n - 1;
        // Sums of x and of its square from `from` to `last`.
        let x = n * (from + last) / 2;
        // Six times the latter: it is divided by once, for that takes long.
        let to_square = |k: i128| k * (k + 1) * (2 * k + 1);
        let xx = to_square(last) - to_square(from - 1);
        sums = [sums[0] + n * z, sums[1] + n * y, sums[2] + x];
        let own = [[n * z * z, n * z * y, z * x], [0, n * y * y, y * x], [0, 0, xx]];
        (0..9).for_each(|k| squares[k / 3][k % 3] += own[k / 3][k % 3]);
    });
    squares[2][2] /= 6;
    let n = rows.count() as i128;
    let mut covariance = [[0.0; 3]; 3];
    for (a, b) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)] {
        // Exact up to here; below 2^127 for any lattice.
        let scaled = n * squares[a][b] - sums[a] * sums[b];
        let pairs = n * (n - 1).max(1);
        let value = scaled as f64 / pairs as f64 * spacing[a] * spacing[b];
        (covariance[a][b], covariance[b][a]) = (value, value);
    }
    let centroid = sums.map(|sum| sum as f64 / n as f64);
    let values = eigenvalues(covariance);
    let axis = |value: f64| if value > FLAT * values[0] { 2.0 * value.sqrt() } else { 0.0 };
    (values.map(axis), centroid)
}

/// Last degree of the series (IBSI RDD2).
const DEGREE: u32 = 20;

/// Area of an ellipsoid by its semi-axes, descending: the series of Legendre polynomials as IBSI RDD2
/// prints it, up to degree 20.
///
/// Both its eccentricities are relative to the major axis; the true area has them relative to the
/// least (204 instead of 199 for axes 5, 4, 3). The published values follow what is printed.
pub(super) fn ellipsoid_area(semi_axes: [f64; 3]) -> f64 {
    let [major, minor, least] = semi_axes;
    if major == 0.0 {
        return 0.0;
    }
    // Squared eccentricities.
    let [alpha, beta] = [minor, least].map(|axis| 1.0 - (axis / major) * (axis / major));
    // With the powers of the eccentricities in p, Bonnet's recursion divides by none of them: they
    // are 0 for equal axes.
    let (middle, product) = (f64::midpoint(alpha, beta), alpha * beta);
    let (mut before, mut p) = (0.0, 1.0);
    let mut sum = 0.0;
    for nu in 0..=DEGREE {
        let n = f64::from(nu);
        sum += p / (1.0 - 4.0 * n * n);
        (before, p) = (p, ((2.0 * n + 1.0) * middle * p - n * product * before) / (n + 1.0));
    }
    4.0 * std::f64::consts::PI * major * minor * sum
}

/// Volume of an ellipsoid by its semi-axes.
pub(super) fn ellipsoid_volume(semi_axes: [f64; 3]) -> f64 {
    4.0 / 3.0 * std::f64::consts::PI * semi_axes.iter().product::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;
    use std::f64::consts::PI;

    #[test]
    fn areas_are_those_of_the_series() {
        assert!((ellipsoid_area([2.0; 3]) / (16.0 * PI) - 1.0).abs() < 1e-15);
        // The series with scipy.special.eval_legendre.
        assert!((ellipsoid_area([5.0, 4.0, 3.0]) / 203.582_752_064_688_38 - 1.0).abs() < 1e-14);
        assert!((ellipsoid_area([9.0, 7.0, 0.5]) / 556.776_932_774_069_3 - 1.0).abs() < 1e-14);
        assert_eq!(ellipsoid_area([0.0; 3]), 0.0);
    }

    #[test]
    fn the_axes_of_a_box_are_known() {
        let region = Array3::from_elem((3, 4, 70), true);
        let rows = BitRows::new(&region).unwrap();
        let (axes, centroid) = semi_axes(&rows, [3.0, 2.0, 1.0]);
        // The variance of n points in a line is (n^2 - 1) / 12.
        let variance = |n: f64| (n * n - 1.0) / 12.0 * 840.0 / 839.0;
        let wanted = [variance(70.0), 9.0 * variance(3.0), 4.0 * variance(4.0)];
        for (axis, wanted) in axes.iter().zip(wanted) {
            assert!((axis - 2.0 * wanted.sqrt()).abs() < 1e-12, "{axes:?}");
        }
        assert_eq!(centroid, [1.0, 1.5, 34.5]);
    }
}

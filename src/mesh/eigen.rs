//! Eigenvalues of symmetric 3 x 3 matrices.

/// Sweeps of rotations; three or four reach the last bit.
const SWEEPS: usize = 16;

/// The eigenvalues of a symmetric matrix in descending order, by Jacobi rotations.
pub fn eigenvalues(mut m: [[f64; 3]; 3]) -> [f64; 3] {
    for _ in 0..SWEEPS {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if m[p][q] == 0.0 {
                continue;
            }
            let theta = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
            // The smaller of the two angles that make the element 0.
            let t = 1.0_f64.copysign(theta) / (theta.abs() + theta.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            let s = t * c;
            for k in 0..3 {
                (m[k][p], m[k][q]) = (c * m[k][p] - s * m[k][q], s * m[k][p] + c * m[k][q]);
            }
            for k in 0..3 {
                (m[p][k], m[q][k]) = (c * m[p][k] - s * m[q][k], s * m[p][k] + c * m[q][k]);
            }
            (m[p][q], m[q][p]) = (0.0, 0.0);
        }
    }
    let mut values = [m[0][0], m[1][1], m[2][2]];
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_matrix_has_its_eigenvalues() {
        // 3 and 3 -+ sqrt(2), as the characteristic polynomial says.
        let found = eigenvalues([[3.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 3.0]]);
        let root = 2.0_f64.sqrt();
        let wanted = [3.0 + root, 3.0, 3.0 - root];
        assert!(found.iter().zip(wanted).all(|(f, w)| (f - w).abs() < 1e-14), "{found:?}");
        assert_eq!(eigenvalues([[0.0; 3]; 3]), [0.0; 3]);
        assert_eq!(
            eigenvalues([[1.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 2.0]]),
            [3.0, 2.0, 1.0]
        );
    }
}

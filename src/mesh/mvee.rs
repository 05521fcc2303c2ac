//! The smallest ellipsoid around a convex hull.

use super::eigenvalues;
use super::hull::Hull;
use crate::geometry::{cross, dot, sub};

/// How much further out than the others the last point may be, relatively to their squared distance.
const TOLERANCE: f64 = 1e-9;
/// Points that join before the ellipsoid so far must do; it encloses all points too.
const JOINING: usize = 10_000;
/// Newton steps between two that join.
const STEPS: usize = 100;
/// Coordinates of a point `[z, y, x, 1]`.
const N: usize = 4;

type Matrix = [[f64; N]; N];

/// Semi-axes in mm, descending, of the smallest ellipsoid around the hull, where a unit of its
/// coordinates is `unit` mm `[z, y, x]`.
///
/// The dual of Khachiyan (1996): weights of points whose moment matrix has the largest determinant.
/// From the start of Kumar and Yildirim (2005), DOI 10.1007/s10957-005-2653-6, Newton steps settle
/// the weights of few points; then the one that is furthest out joins them, until none is. It encloses
/// every vertex, and its volume is less than 2e-9 too large; IBSI suggests stopping at 1e-3.
pub fn enclosing_ellipsoid(hull: &Hull, unit: [f64; 3]) -> [f64; 3] {
    let (_, shape) = ellipsoid(&hull.in_mm(unit));
    eigenvalues(shape).map(|value| value.max(0.0).sqrt())
}

/// Centre, and the matrix whose inverse measures squared distances from it: 1 on the ellipsoid.
fn ellipsoid(points: &[[f64; 3]]) -> ([f64; 3], [[f64; 3]; 3]) {
    let (frame, touching) = start(points);
    let lifted: Vec<[f64; N]> = points.iter().map(|p| frame.lift(*p)).collect();
    let mut weights = vec![0.0; points.len()];
    for k in &touching {
        weights[*k] += 1.0 / touching.len() as f64;
    }
    let inverse = ascend(&lifted, &mut weights);
    let reach = lifted.iter().map(|q| quadratic(&inverse, q)).fold(0.0, f64::max) - 1.0;
    let centre = [0, 1, 2].map(|a| points.iter().zip(&weights).map(|(p, w)| p[a] * w).sum());
    let mut shape = [[0.0; 3]; 3];
    for (p, w) in points.iter().zip(&weights).filter(|(_, w)| **w > 0.0) {
        let d = sub(*p, centre);
        (0..9).for_each(|k| shape[k / 3][k % 3] += reach * w * d[k / 3] * d[k % 3]);
    }
    (centre, shape)
}

/// Coordinates in which the points are about as far apart in all directions.
struct Frame {
    origin: [f64; 3],
    /// Rows turn a difference in mm into coordinates.
    rows: [[f64; 3]; 3],
}

impl Frame {
    fn lift(&self, point: [f64; 3]) -> [f64; N] {
        let d = sub(point, self.origin);
        [dot(self.rows[0], d), dot(self.rows[1], d), dot(self.rows[2], d), 1.0]
    }
}

/// The points furthest apart along three directions, each perpendicular to what is spanned before,
/// and the frame of their differences.
fn start(points: &[[f64; 3]]) -> (Frame, Vec<usize>) {
    let furthest = |direction: [f64; 3]| {
        let along = |k: &usize| dot(points[*k], direction);
        let by = |a: &usize, b: &usize| along(a).total_cmp(&along(b));
        let (lo, hi) = ((0..points.len()).min_by(by), (0..points.len()).max_by(by));
        let pair = [lo.unwrap_or(0), hi.unwrap_or(0)];
        (pair, sub(points[pair[1]], points[pair[0]]))
    };
    let (first, u) = furthest([1.0, 0.0, 0.0]);
    // The axis that u leans on least.
    let least = (0..3).min_by(|&a, &b| u[a].abs().total_cmp(&u[b].abs())).unwrap_or(0);
    let mut axis = [0.0; 3];
    axis[least] = 1.0;
    let (second, v) = furthest(cross(u, axis));
    let (third, w) = furthest(cross(u, v));
    let volume = dot(u, cross(v, w));
    let rows = [cross(v, w), cross(w, u), cross(u, v)].map(|row| row.map(|part| part / volume));
    (Frame { origin: points[first[0]], rows }, [first, second, third].concat())
}

/// Moves the weights until no point is further out than the tolerance; the inverse of their moment
/// matrix.
fn ascend(points: &[[f64; N]], weights: &mut [f64]) -> Matrix {
    let n = N as f64;
    let mut active: Vec<usize> = (0..points.len()).filter(|k| weights[*k] > 0.0).collect();
    for _ in 0..JOINING {
        settle(points, weights, &mut active);
        let (inverse, _) = invert(moments(points, weights, &active));
        let far = points.iter().map(|q| quadratic(&inverse, q)).enumerate();
        let furthest = far.fold((0, 0.0), |best, new| if new.1 > best.1 { new } else { best });
        let (new, value) = furthest;
        if value <= n * (1.0 + TOLERANCE) || active.contains(&new) {
            break;
        }
        // The step of Khachiyan towards it.
        let share = (value - n) / (n * (value - 1.0));
        for k in &active {
            weights[*k] *= 1.0 - share;
        }
        weights[new] = share;
        active.push(new);
    }
    invert(moments(points, weights, &active)).0
}

/// Newton's method for the weights of the active points; who loses all weight leaves.
///
/// It climbs `log det M - n sum w`, which is concave and has its top where the weights add up to 1.
fn settle(points: &[[f64; N]], weights: &mut [f64], active: &mut Vec<usize>) {
    let n = N as f64;
    let height = |weights: &[f64], active: &[usize]| {
        let (_, determinant) = invert(moments(points, weights, active));
        let sum: f64 = active.iter().map(|k| weights[*k]).sum();
        determinant.ln() - n * sum
    };
    for _ in 0..STEPS {
        let (inverse, determinant) = invert(moments(points, weights, active));
        let images: Vec<[f64; N]> = active.iter().map(|k| apply(&inverse, &points[*k])).collect();
        let slope: Vec<f64> =
            images.iter().zip(&*active).map(|(image, k)| product(image, &points[*k]) - n).collect();
        if slope.iter().all(|slope| slope.abs() <= n * TOLERANCE / 4.0) {
            break;
        }
        let curvature: Vec<Vec<f64>> = images
            .iter()
            .map(|image| active.iter().map(|k| product(image, &points[*k]).powi(2)).collect())
            .collect();
        let step = solve(curvature, slope.clone());
        let rise: f64 = step.iter().zip(&slope).map(|(step, slope)| step * slope).sum();
        let before = determinant.ln() - n * active.iter().map(|k| weights[*k]).sum::<f64>();
        // As far as the first weight that is used up.
        let used_up =
            |j: &usize| if step[*j] < 0.0 { -weights[active[*j]] / step[*j] } else { 1.0 };
        let first = (0..active.len()).min_by(|a, b| used_up(a).total_cmp(&used_up(b)));
        let Some(first) = first else { break };
        let mut length = used_up(&first).min(1.0);
        let mut leaves = used_up(&first) < 1.0;
        let old: Vec<f64> = active.iter().map(|k| weights[*k]).collect();
        for _ in 0..STEPS {
            for (j, &k) in active.iter().enumerate() {
                weights[k] = (old[j] + length * step[j]).max(0.0);
            }
            if leaves {
                weights[active[first]] = 0.0;
            }
            // False also where the height is no number.
            if height(weights, active) >= before + 1e-4 * length * rise - 1e-12 {
                break;
            }
            (length, leaves) = (length / 2.0, false);
        }
        active.retain(|k| weights[*k] > 0.0);
    }
}

/// The solution of a symmetric positive system by Cholesky; a trace of the diagonal is added, for
/// points that depend on one another.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    let ridge = 1e-13 * (0..n).map(|k| matrix[k][k]).sum::<f64>();
    for k in 0..n {
        matrix[k][k] += ridge;
        for j in 0..=k {
            let dot: f64 = (0..j).map(|i| matrix[k][i] * matrix[j][i]).sum();
            let left = matrix[k][j] - dot;
            matrix[k][j] = if j == k { left.max(ridge).sqrt() } else { left / matrix[j][j] };
        }
        let dot: f64 = (0..k).map(|i| matrix[k][i] * right[i]).sum();
        right[k] = (right[k] - dot) / matrix[k][k];
    }
    for k in (0..n).rev() {
        let dot: f64 = (k + 1..n).map(|i| matrix[i][k] * right[i]).sum();
        right[k] = (right[k] - dot) / matrix[k][k];
    }
    right
}

fn moments(points: &[[f64; N]], weights: &[f64], active: &[usize]) -> Matrix {
    let mut m = [[0.0; N]; N];
    for &k in active {
        let q = points[k];
        (0..N * N).for_each(|at| m[at / N][at % N] += weights[k] * q[at / N] * q[at % N]);
    }
    m
}

fn product(a: &[f64; N], b: &[f64; N]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
}

fn apply(m: &Matrix, q: &[f64; N]) -> [f64; N] {
    [0, 1, 2, 3].map(|a| product(&m[a], q))
}

fn quadratic(m: &Matrix, q: &[f64; N]) -> f64 {
    product(&apply(m, q), q)
}

/// The inverse and the determinant of a symmetric positive matrix, by Gauss and Jordan without
/// pivots.
fn invert(mut m: Matrix) -> (Matrix, f64) {
    let mut determinant = 1.0;
    for p in 0..N {
        determinant *= m[p][p];
        let pivot = 1.0 / m[p][p];
        m[p][p] = 1.0;
        m[p] = m[p].map(|part| part * pivot);
        let row = m[p];
        for k in (0..N).filter(|&k| k != p) {
            let factor = m[k][p];
            m[k][p] = 0.0;
            for (part, own) in m[k].iter_mut().zip(row) {
                *part -= factor * own;
            }
        }
    }
    (m, determinant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(points: &[[i64; 3]], unit: [f64; 3]) -> ([f64; 3], f64) {
        let hull = Hull::new(points).unwrap();
        let points = hull.in_mm(unit);
        let (centre, shape) = ellipsoid(&points);
        // The inverse by cofactors.
        let rows = [0, 1, 2].map(|a| cross(shape[(a + 1) % 3], shape[(a + 2) % 3]));
        let volume = dot(shape[0], rows[0]);
        let furthest = points.iter().map(|p| {
            let d = sub(*p, centre);
            (0..3).map(|a| dot(rows[a], d) * d[a] / volume).sum::<f64>()
        });
        (enclosing_ellipsoid(&hull, unit), furthest.fold(0.0, f64::max))
    }

    #[test]
    fn the_ellipsoid_of_a_box_is_known_and_touches_it() {
        let corners: Vec<[i64; 3]> =
            (0..8).map(|k| [6 * (k >> 2 & 1), 4 * (k >> 1 & 1), 2 * (k & 1)]).collect();
        let (axes, furthest) = around(&corners, [1.0, 1.0, 3.0]);
        let wanted = [3.0, 3.0, 2.0].map(|half| half * 3.0_f64.sqrt());
        assert!(axes.iter().zip(wanted).all(|(a, w)| (a / w - 1.0).abs() < 1e-8), "{axes:?}");
        assert!((furthest - 1.0).abs() < 1e-12);
    }

    #[test]
    fn all_points_lie_inside_also_of_long_thin_sets() {
        let mut state = 1_u64;
        let mut draw = |side: u64| {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            (state >> 8) % side
        };
        for side in [2, 5, 60, 100_000_u64] {
            let points: Vec<[i64; 3]> = (0..300)
                .map(|_| {
                    // Along a space diagonal, so that no axis shows how thin the set is.
                    let along = draw(side) as i64;
                    [0; 3].map(|_| along + draw(2) as i64)
                })
                .collect();
            let (axes, furthest) = around(&points, [2.0, 1.0, 0.5]);
            assert!(axes.iter().all(|a| a.is_finite() && *a > 0.0), "{side}: {axes:?}");
            // This test's own inverse has no digits left of the longest.
            assert!(side > 60 || (furthest - 1.0).abs() < 1e-6, "{side}: {furthest}");
        }
    }
}

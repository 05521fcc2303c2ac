//! The smallest ellipsoid around a convex hull.

use super::eigenvalues;
use super::hull::Hull;
use crate::geometry::{cross, dot, sub};

/// How much further out than the weights allow a point may be, relatively: IBSI suggests 0.001.
const TOLERANCE: f64 = 1e-4;
/// Rounds of points that join, and steps in each, after which the ellipsoid so far must do; it
/// encloses all points too.
const ROUNDS: usize = 1000;
const STEPS: usize = 20_000;
/// Points that join in a round.
const JOINING: usize = 8;
/// Steps between fresh starts from the weights, which keep rounding from adding up.
const REFRESH: usize = 64;
/// Coordinates of a point `[z, y, x, 1]`.
const N: usize = 4;

type Matrix = [[f64; N]; N];

/// Semi-axes in mm, descending, of the smallest ellipsoid around the hull, where a unit of its
/// coordinates is `unit` mm `[z, y, x]`.
///
/// Khachiyan's barycentric ascent with away steps (Todd and Yildirim 2007, DOI
/// 10.1016/j.dam.2007.02.013), from the start of Kumar and Yildirim (2005). It
/// encloses every vertex, and its volume is at most 2e-4 too large.
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
///
/// Few points touch the ellipsoid in the end, so steps are taken among few; who is outside then
/// joins them.
fn ascend(points: &[[f64; N]], weights: &mut [f64]) -> Matrix {
    let n = N as f64;
    let mut inverse = invert(moments(points, weights));
    for _ in 0..ROUNDS {
        let far: Vec<f64> = points.iter().map(|q| quadratic(&inverse, q)).collect();
        let outside = |k: &usize| far[*k] > n * (1.0 + TOLERANCE);
        let mut new: Vec<usize> = (0..points.len()).filter(outside).collect();
        if new.is_empty() {
            break;
        }
        new.sort_by(|a, b| far[*b].total_cmp(&far[*a]).then(a.cmp(b)));
        new.truncate(JOINING);
        let old = (0..points.len()).filter(|k| weights[*k] > 0.0 && !new.contains(k));
        let active: Vec<usize> = new.iter().copied().chain(old).collect();
        let few: Vec<[f64; N]> = active.iter().map(|k| points[*k]).collect();
        let mut shares: Vec<f64> = active.iter().map(|k| weights[*k]).collect();
        inverse = settle(&few, &mut shares, inverse);
        active.iter().zip(shares).for_each(|(k, share)| weights[*k] = share);
    }
    inverse
}

/// Khachiyan's steps towards the point furthest out, or away from the one furthest in.
fn settle(points: &[[f64; N]], weights: &mut [f64], mut inverse: Matrix) -> Matrix {
    let n = N as f64;
    let mut far: Vec<f64> = points.iter().map(|q| quadratic(&inverse, q)).collect();
    for step in 1..=STEPS {
        let (mut out, mut inner) = ((0.0, 0), (f64::INFINITY, 0));
        for (k, &value) in far.iter().enumerate() {
            if value > out.0 {
                out = (value, k);
            }
            if value < inner.0 && weights[k] > 0.0 {
                inner = (value, k);
            }
        }
        if out.0 <= n * (1.0 + TOLERANCE / 2.0) {
            break;
        }
        let towards = out.0 - n > n - inner.0;
        let (value, chosen) = if towards { out } else { inner };
        let best = (value - n) / (n * (value - 1.0));
        let all = -weights[chosen] / (1.0 - weights[chosen]);
        let drop = !towards && (best.is_nan() || best <= all);
        let share = if drop { all } else { best };
        for weight in weights.iter_mut() {
            *weight *= 1.0 - share;
        }
        weights[chosen] = if drop { 0.0 } else { weights[chosen] + share };
        if step % REFRESH == 0 {
            inverse = invert(moments(points, weights));
            far.iter_mut().zip(points).for_each(|(far, q)| *far = quadratic(&inverse, q));
            continue;
        }
        let image = apply(&inverse, &points[chosen]);
        let part = share / (1.0 - share + share * value);
        for (q, far) in points.iter().zip(&mut far) {
            let along = product(&image, q);
            *far = (*far - part * along * along) / (1.0 - share);
        }
        for (a, row) in inverse.iter_mut().enumerate() {
            for (b, m) in row.iter_mut().enumerate() {
                *m = (*m - part * image[a] * image[b]) / (1.0 - share);
            }
        }
    }
    invert(moments(points, weights))
}

fn moments(points: &[[f64; N]], weights: &[f64]) -> Matrix {
    let mut m = [[0.0; N]; N];
    for (q, w) in points.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
        (0..N * N).for_each(|k| m[k / N][k % N] += w * q[k / N] * q[k % N]);
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

/// The inverse of a symmetric positive matrix, by Gauss and Jordan without pivots.
fn invert(mut m: Matrix) -> Matrix {
    for p in 0..N {
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
    m
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
        assert!(axes.iter().zip(wanted).all(|(a, w)| (a / w - 1.0).abs() < 1e-4), "{axes:?}");
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

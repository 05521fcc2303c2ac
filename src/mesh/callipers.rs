//! The smallest rectangle around a convex polygon.

use crate::engine::{Loop, wide};

/// A box or a rectangle is smaller if it is so by this fraction.
pub(super) const SHRINKS: f64 = 1e-9;

/// Smaller by the first, or as large by the first and smaller by the second, beyond rounding.
pub(super) fn is_smaller(a: [f64; 2], b: [f64; 2]) -> bool {
    let below = |k: usize| a[k] < b[k] * (1.0 - SHRINKS);
    below(0) || a[0] <= b[0] * (1.0 + SHRINKS) && below(1)
}

/// Sides and direction of the first side of the smallest rectangle around a convex polygon, given in
/// order; one of its edges lies on a side (Freeman and Shapira 1975, DOI 10.1145/360881.360919).
pub(super) fn smallest_rectangle(polygon: &[[f64; 2]]) -> Option<([f64; 2], [f64; 2])> {
    let n = polygon.len();
    // Area, sum of sides, sides times the edge's length, edge.
    let mut best: Option<([f64; 2], [f64; 2], [f64; 2])> = None;
    for first in (0..n).step_by(TOGETHER) {
        let edge = |k: usize| {
            let (from, to) = (polygon[k % n], polygon[(k + 1) % n]);
            [to[0] - from[0], to[1] - from[1]]
        };
        let edges = std::array::from_fn(|k| edge(first + k));
        let reaches = wide(Reaches { polygon, edges });
        for (k, edge) in edges.into_iter().enumerate().take(n - first) {
            let squared = edge[0] * edge[0] + edge[1] * edge[1];
            if squared <= 0.0 {
                continue;
            }
            let [nearest, furthest, above] = reaches.map(|reaches| reaches[k]);
            let base = polygon[first + k][1] * edge[0] - polygon[first + k][0] * edge[1];
            let sides = [furthest - nearest, above - base];
            let area = sides[0] * sides[1] / squared;
            // The root only where it may be needed.
            if best.is_none_or(|(smallest, ..)| area <= smallest[0] * (1.0 + SHRINKS)) {
                let size = [area, (sides[0] + sides[1]) / squared.sqrt()];
                if best.is_none_or(|(smallest, ..)| is_smaller(size, smallest)) {
                    best = Some((size, sides, edge));
                }
            }
        }
    }
    best.map(|(_, sides, edge)| {
        let length = edge[0].hypot(edge[1]);
        (sides.map(|side| side / length), edge.map(|part| part / length))
    })
}

/// Edges that are looked along side by side.
const TOGETHER: usize = 8;

/// How far a polygon reaches along edges, backwards and forwards, and to their left.
///
/// Every vertex is asked. To go from the one that is furthest along an edge to that of the next takes
/// fewer steps, but where it stops no branch could foresee, and an outline has a hundred vertices or so.
struct Reaches<'a> {
    polygon: &'a [[f64; 2]],
    edges: [[f64; 2]; TOGETHER],
}

impl Loop for Reaches<'_> {
    type Output = [[f64; TOGETHER]; 3];

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { polygon, edges } = self;
        let [x, y] = [0, 1].map(|a| edges.map(|edge| edge[a]));
        let [mut nearest, mut furthest, mut above] =
            [f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY].map(|end| [end; TOGETHER]);
        for [u, v] in polygon {
            for k in 0..TOGETHER {
                let (along, left) = (u * x[k] + v * y[k], v * x[k] - u * y[k]);
                nearest[k] = if along < nearest[k] { along } else { nearest[k] };
                furthest[k] = if along > furthest[k] { along } else { furthest[k] };
                above[k] = if left > above[k] { left } else { above[k] };
            }
        }
        [nearest, furthest, above]
    }
}

//! The smallest rectangle around a convex polygon.

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
    // Furthest along the edge, across it, and back, once they are found.
    let mut callipers: Option<[usize; 3]> = None;
    for k in 0..n {
        let (from, to) = (polygon[k], polygon[(k + 1) % n]);
        let edge = [to[0] - from[0], to[1] - from[1]];
        let squared = edge[0] * edge[0] + edge[1] * edge[1];
        if squared <= 0.0 {
            continue;
        }
        let directions = [edge, [-edge[1], edge[0]], [-edge[0], -edge[1]]];
        let mut reaches = [0.0; 3];
        let mut at = callipers.unwrap_or([k; 3]);
        for c in 0..3 {
            let reach =
                |j: usize| polygon[j][0] * directions[c][0] + polygon[j][1] * directions[c][1];
            if callipers.is_none() && c > 0 {
                at[c] = at[c - 1];
            }
            reaches[c] = reach(at[c]);
            for _ in 0..n {
                let next = if at[c] + 1 == n { 0 } else { at[c] + 1 };
                let further = reach(next);
                if further < reaches[c] {
                    break;
                }
                (at[c], reaches[c]) = (next, further);
            }
        }
        callipers = Some(at);
        let base = from[0] * directions[1][0] + from[1] * directions[1][1];
        let sides = [reaches[0] + reaches[2], reaches[1] - base];
        let area = sides[0] * sides[1] / squared;
        // The root only where it may be needed.
        if best.is_none_or(|(smallest, ..)| area <= smallest[0] * (1.0 + SHRINKS)) {
            let size = [area, (sides[0] + sides[1]) / squared.sqrt()];
            if best.is_none_or(|(smallest, ..)| is_smaller(size, smallest)) {
                best = Some((size, sides, edge));
            }
        }
    }
    best.map(|(_, sides, edge)| {
        let length = edge[0].hypot(edge[1]);
        (sides.map(|side| side / length), edge.map(|part| part / length))
    })
}

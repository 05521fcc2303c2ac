//! Outlines that cross themselves.

/// Pairs of edges looked at before an outline is given up as too long.
const PAIRS: usize = 1 << 20;
/// A turn smaller than this part of the edges' product of lengths is none: the two sides of a
/// keyhole's channel lie on each other.
const STRAIGHT: f64 = 1e-9;

/// Do two edges of the polygon properly cross? Touching and coinciding edges do not count.
///
/// An outline of more than a million pairs of edges at the same height is taken not to.
pub(super) fn crosses_itself(polygon: &[[f64; 2]]) -> bool {
    let next = polygon.iter().cycle().skip(1);
    let mut edges: Vec<[[f64; 2]; 2]> = polygon
        .iter()
        .zip(next)
        .map(|(&a, &b)| if a[0] <= b[0] { [a, b] } else { [b, a] })
        .collect();
    edges.sort_by(|a, b| a[0][0].total_cmp(&b[0][0]));
    let mut pairs = 0;
    for (at, &[a, b]) in edges.iter().enumerate() {
        for &[c, d] in edges[at + 1..].iter().take_while(|other| other[0][0] <= b[0]) {
            pairs += 1;
            if pairs > PAIRS {
                return false;
            }
            let apart = |from, to, p, q| side(from, to, p) * side(from, to, q) == -1;
            if apart(a, b, c, d) && apart(c, d, a, b) {
                return true;
            }
        }
    }
    false
}

/// On which side of the line through two points a third lies; 0 on it.
fn side(from: [f64; 2], to: [f64; 2], point: [f64; 2]) -> i32 {
    let u = [to[0] - from[0], to[1] - from[1]];
    let v = [point[0] - from[0], point[1] - from[1]];
    let turn = u[0] * v[1] - u[1] * v[0];
    let scale = (u[0].abs() + u[1].abs()) * (v[0].abs() + v[1].abs());
    let beside = turn.abs() > STRAIGHT * scale;
    if beside { if turn > 0.0 { 1 } else { -1 } } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bow_tie_crosses_itself_and_a_keyhole_does_not() {
        assert!(crosses_itself(&[[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]]));
        assert!(!crosses_itself(&[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]]));
        let keyhole = [
            [0.0, 0.0],
            [1.1, 1.3],
            [1.1, 3.0],
            [3.0, 3.0],
            [3.0, 1.3],
            [1.1, 1.3],
            [0.0, 0.0],
            [5.0, 0.0],
            [5.0, 5.0],
            [0.0, 5.0],
        ];
        assert!(!crosses_itself(&keyhole));
        // A vertex that touches the far edge is no crossing.
        let touch = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 2.0], [0.0, 4.0], [-1.0, 4.0]];
        assert!(!crosses_itself(&touch));
        assert!(!crosses_itself(&[]) && !crosses_itself(&[[1.0, 1.0]]));
    }

    #[test]
    fn long_outlines_end_soon() {
        let zigzag: Vec<[f64; 2]> =
            (0..200_000_u32).map(|k| [f64::from(k % 2), f64::from(k)]).collect();
        let _ = crosses_itself(&zigzag);
    }
}

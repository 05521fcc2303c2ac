//! Even-odd filling of one polygon at pixel centres.

use ndarray::ArrayViewMut2;

/// Flips, in one plane `[y, x]`, every pixel whose centre is inside the polygon (vertices `[y, x]`
/// in pixels, pixel centres at integers), and says whether any pixel was already set.
///
/// Edges are half open, so a vertex on a row of centres counts once and two polygons that share an
/// edge neither overlap nor leave a seam. Flipping polygon after polygon is the even-odd rule over
/// all their edges.
pub(super) fn flip(plane: &mut ArrayViewMut2<'_, bool>, polygon: &[[f64; 2]]) -> bool {
    let (rows, columns) = plane.dim();
    let low = polygon.iter().map(|p| p[0]).fold(f64::INFINITY, f64::min);
    let high = polygon.iter().map(|p| p[0]).fold(f64::NEG_INFINITY, f64::max);
    let mut overlaps = false;
    let mut crossings = Vec::new();
    for y in centre(low, rows)..centre(high, rows) {
        crossings.clear();
        cross_row(polygon, y as f64, &mut crossings);
        crossings.sort_by(f64::total_cmp);
        for span in crossings.chunks_exact(2) {
            for x in centre(span[0], columns)..centre(span[1], columns) {
                overlaps |= plane[[y, x]];
                plane[[y, x]] ^= true;
            }
        }
    }
    overlaps
}

/// Is the point `[y, x]` inside the polygon?
pub(super) fn contains(polygon: &[[f64; 2]], point: [f64; 2]) -> bool {
    let mut crossings = Vec::new();
    cross_row(polygon, point[0], &mut crossings);
    crossings.iter().filter(|&&x| x <= point[1]).count() % 2 == 1
}

/// First pixel centre at or after `position`, within `0..=limit`.
fn centre(position: f64, limit: usize) -> usize {
    // The cast saturates: below 0 and NaN become 0.
    (position.ceil() as usize).min(limit)
}

/// Where the polygon's edges cross the row `y`.
fn cross_row(polygon: &[[f64; 2]], y: f64, crossings: &mut Vec<f64>) {
    let Some(&last) = polygon.last() else { return };
    let mut from = last;
    for &to in polygon {
        // An edge is taken from its lower end, so that both ways along it give the same bits and
        // the two sides of a keyhole's channel cancel.
        let (a, b) = if from[0] <= to[0] { (from, to) } else { (to, from) };
        if a[0] <= y && y < b[0] {
            crossings.push(a[1] + (y - a[0]) * (b[1] - a[1]) / (b[0] - a[0]));
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn filled(polygons: &[&[[f64; 2]]]) -> (usize, bool) {
        let mut plane = Array2::from_elem((20, 20), false);
        let mut overlaps = false;
        for polygon in polygons {
            overlaps |= flip(&mut plane.view_mut(), polygon);
        }
        (plane.iter().filter(|v| **v).count(), overlaps)
    }

    #[test]
    fn a_square_between_centres_has_its_area() {
        let square = [[1.5, 2.5], [1.5, 8.5], [5.5, 8.5], [5.5, 2.5]];
        assert_eq!(filled(&[&square]), (24, false));
        let back: Vec<_> = square.iter().rev().copied().collect();
        assert_eq!(filled(&[&back]), (24, false));
    }

    #[test]
    fn edges_on_centres_are_half_open() {
        let left = [[2.0, 2.0], [2.0, 6.0], [6.0, 6.0], [6.0, 2.0]];
        let right = [[2.0, 6.0], [2.0, 9.0], [6.0, 9.0], [6.0, 6.0]];
        assert_eq!(filled(&[&left]), (16, false));
        assert_eq!(filled(&[&left, &right]), (28, false));
    }

    #[test]
    fn vertices_on_a_row_count_once() {
        // A diamond whose four vertices are pixel centres: the row through its middle is one span.
        let diamond = [[2.0, 8.0], [8.0, 14.0], [14.0, 8.0], [8.0, 2.0]];
        let (count, _) = filled(&[&diamond]);
        assert_eq!(count, 72);
        // A "W" touches the row of centres at 4 with an inner vertex and runs along it.
        let w = [[1.0, 1.5], [4.0, 3.0], [1.0, 4.5], [4.0, 6.0], [4.0, 9.0], [1.0, 10.5]];
        assert!(filled(&[&w]).0 > 0);
    }

    #[test]
    fn a_keyhole_equals_nested_contours() {
        let outer = [[1.5, 1.5], [1.5, 12.5], [12.5, 12.5], [12.5, 1.5]];
        let inner = [[4.5, 4.5], [4.5, 8.5], [8.5, 8.5], [8.5, 4.5]];
        let keyhole = [
            outer[0], inner[0], inner[3], inner[2], inner[1], inner[0], outer[0], outer[1],
            outer[2], outer[3],
        ];
        assert_eq!(filled(&[&outer, &inner]), (121 - 16, true));
        assert_eq!(filled(&[&keyhole]), (121 - 16, false));
    }

    #[test]
    fn what_is_outside_is_cut() {
        let wide = [[-1e12, -1e12], [-1e12, 1e12], [1e12, 1e12], [1e12, -1e12]];
        assert_eq!(filled(&[&wide]).0, 400);
        assert_eq!(filled(&[&[[3.0, 3.0]], &[]]).0, 0);
        assert!(contains(&wide, [0.0, 0.0]) && !contains(&wide, [0.0, 2e12]));
    }
}

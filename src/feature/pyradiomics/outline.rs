//! The outline of pixels in a plane: marching squares through the midpoints of their edges.

use ndarray::ArrayRef2;

/// A point of a plane, mm.
type Point = [f64; 2];

/// The midpoints between pixels inside and outside that share an edge, `[row, column]` in mm from
/// the centre of the first pixel; of each row and column only the outermost, which span the rest.
pub(super) fn midpoints(inside: &ArrayRef2<bool>, spacing: [f64; 2]) -> Vec<Point> {
    let mut points = Vec::new();
    for (at, row) in inside.rows().into_iter().enumerate() {
        let ends = (row.iter().position(|v| *v), row.iter().rposition(|v| *v));
        if let (Some(first), Some(last)) = ends {
            let y = at as f64 * spacing[0];
            points.push([y, (first as f64 - 0.5) * spacing[1]]);
            points.push([y, (last as f64 + 0.5) * spacing[1]]);
        }
    }
    for (at, column) in inside.columns().into_iter().enumerate() {
        let ends = (column.iter().position(|v| *v), column.iter().rposition(|v| *v));
        if let (Some(first), Some(last)) = ends {
            let x = at as f64 * spacing[1];
            points.push([(first as f64 - 0.5) * spacing[0], x]);
            points.push([(last as f64 + 0.5) * spacing[0], x]);
        }
    }
    points
}

/// The largest distance between two of the points; 0 of fewer than two.
pub(super) fn diameter(points: Vec<Point>) -> f64 {
    let hull = hull(points);
    let squared = |a: &Point, b: &Point| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
    let pairs = hull.iter().enumerate().flat_map(|(k, a)| hull[k..].iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| squared(a, b)).fold(0.0, f64::max).sqrt()
}

/// The corners of the convex hull (Andrew's monotone chain).
fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    let turns = |a: Point, b: Point, c: Point| {
        (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0.0
    };
    let chain = |points: &mut dyn Iterator<Item = &Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for point in points {
            while let [.., a, b] = chain[..] {
                if turns(a, b, *point) {
                    break;
                }
                chain.pop();
            }
            chain.push(*point);
        }
        chain
    };
    let mut corners = chain(&mut points.iter());
    corners.extend(chain(&mut points.iter().rev()));
    corners
}

/// Length and area within of the outline of pixels with edges of `spacing` mm `[row, column]`.
///
/// Each square between four pixel centres has a share of both by its corners inside: one is cut
/// off, two neighbours halve it, two opposite ones are cut off each by itself.
pub(super) fn perimeter_and_area(inside: &ArrayRef2<bool>, spacing: [f64; 2]) -> (f64, f64) {
    let (rows, columns) = inside.dim();
    let at = |row: usize, column: usize| {
        let index = row.checked_sub(1).zip(column.checked_sub(1));
        usize::from(index.and_then(|index| inside.get(index)) == Some(&true))
    };
    let cut = 0.5 * spacing[0].hypot(spacing[1]);
    let (mut perimeter, mut squares) = (0.0, 0.0);
    for row in 0..=rows {
        for column in 0..=columns {
            let [a, b] = [at(row, column), at(row, column + 1)];
            let [c, d] = [at(row + 1, column), at(row + 1, column + 1)];
            let (length, share) = match a + b + c + d {
                1 => (cut, 0.125),
                2 if a == d => (2.0 * cut, 0.25),
                2 if a == b => (spacing[1], 0.5),
                2 => (spacing[0], 0.5),
                3 => (cut, 0.875),
                corners => (0.0, (corners / 4) as f64),
            };
            perimeter += length;
            squares += share;
        }
    }
    (perimeter, squares * spacing[0] * spacing[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn outlines_of_few_pixels_are_known() {
        let of = |rows: usize, values: &[u8]| {
            let columns = values.len() / rows;
            Array2::from_shape_fn((rows, columns), |(y, x)| values[y * columns + x] == 1)
        };
        // A pixel is a rhombus of half its area; opposite pixels are two; 2 x 2 is an octagon.
        assert_eq!(perimeter_and_area(&of(1, &[1]), [3.0, 4.0]), (10.0, 6.0));
        assert_eq!(perimeter_and_area(&of(2, &[1, 0, 0, 1]), [3.0, 4.0]), (20.0, 12.0));
        let (length, area) = perimeter_and_area(&of(2, &[1; 4]), [2.0, 3.0]);
        assert!((length - (2.0 * 13.0_f64.sqrt() + 10.0)).abs() < 1e-12 && area == 3.5 * 6.0);
        // Left of the first pixel to right of the last: 3 pixels of 3 mm.
        assert_eq!(diameter(midpoints(&of(1, &[1, 0, 1]), [1.0, 3.0])), 9.0);
        assert_eq!(diameter(midpoints(&of(1, &[0, 0]), [1.0; 2])), 0.0);
    }
}

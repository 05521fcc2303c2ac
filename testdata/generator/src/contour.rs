//! Closed contours of a field sampled at pixel centres (marching squares).

use std::collections::BTreeMap;

/// A closed polygon in fractional pixels `[x, y]`; the last point joins the first.
pub type Polygon = Vec<[f64; 2]>;

/// A crossing keeps this far from pixel centres, in pixels: rounding never moves a centre across.
const CLEAR: f64 = 0.06;
/// Points this near to the line between their neighbours are left out, in pixels; below [`CLEAR`].
const FLAT: f64 = 0.04;

/// Where a contour crosses the lattice: between pixel `[x, y]` and its right (0) or lower (1)
/// neighbour. Pixels are counted from 1: row and column 0 lie outside the image.
type Crossing = (usize, usize, u8);

/// The closed contours around the pixels with a positive value, of an image of `columns`.
///
/// Even-odd filling at pixel centres gives back exactly those pixels, holes included. Contours
/// run along the image's edge, half a pixel outside the outer pixel centres.
pub fn trace(values: &[f64], columns: usize) -> Vec<Polygon> {
    let rows = values.len() / columns;
    let value = |x: usize, y: usize| {
        let inside = (1..=columns).contains(&x) && (1..=rows).contains(&y);
        inside.then(|| values[(y - 1) * columns + x - 1])
    };
    let mut next: BTreeMap<Crossing, Crossing> = BTreeMap::new();
    for y in 0..=rows {
        for x in 0..=columns {
            let corner = |dx, dy| value(x + dx, y + dy).is_some_and(|v| v > 0.0);
            // Corners clockwise on screen from the upper left, and the edges after each of them.
            let corners = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
            let edges = [(x, y, 0), (x + 1, y, 1), (x, y + 1, 0), (x, y, 1)];
            // Each run of inside corners is cut off by one segment, so the inside pixels of a
            // saddle are kept apart.
            for i in 0..4 {
                if corners[i] || !corners[(i + 1) % 4] {
                    continue;
                }
                let mut last = (i + 1) % 4;
                while corners[(last + 1) % 4] {
                    last = (last + 1) % 4;
                }
                next.insert(edges[i], edges[last]);
            }
        }
    }
    let mut polygons = Vec::new();
    while let Some((first, mut at)) = next.pop_first() {
        let mut polygon = vec![place(first, &value)];
        while at != first {
            polygon.push(place(at, &value));
            match next.remove(&at) {
                Some(after) => at = after,
                None => break,
            }
        }
        polygons.push(thin(polygon));
    }
    polygons
}

/// The zero of the field between two pixels, in pixels counted from 0.
fn place((x, y, axis): Crossing, value: &impl Fn(usize, usize) -> Option<f64>) -> [f64; 2] {
    let (dx, dy) = (usize::from(axis == 0), usize::from(axis == 1));
    let t = match (value(x, y), value(x + dx, y + dy)) {
        (Some(a), Some(b)) => (a / (a - b)).clamp(CLEAR, 1.0 - CLEAR),
        _ => 0.5,
    };
    [x as f64 - 1.0 + t * dx as f64, y as f64 - 1.0 + t * dy as f64]
}

/// Leaves out the points of straight stretches.
fn thin(polygon: Polygon) -> Polygon {
    let mut kept: Polygon = Vec::new();
    let mut from = 0;
    while from < polygon.len() {
        kept.push(polygon[from]);
        let mut to = from + 1;
        // The last point is always kept, so that the closing edge stays short.
        while to + 1 < polygon.len() && (from + 1..=to).all(|i| near(&polygon, from, to + 1, i)) {
            to += 1;
        }
        from = to;
    }
    if kept.len() < 3 { polygon } else { kept }
}

/// Is point `i` within [`FLAT`] of the segment `from`..`to`?
fn near(polygon: &Polygon, from: usize, to: usize, i: usize) -> bool {
    let ([ax, ay], [bx, by], [px, py]) = (polygon[from], polygon[to], polygon[i]);
    let (dx, dy) = (bx - ax, by - ay);
    let squared = dx * dx + dy * dy;
    let along = (px - ax) * dx + (py - ay) * dy;
    let across = (px - ax) * dy - (py - ay) * dx;
    (0.0..=squared).contains(&along) && across * across <= FLAT * FLAT * squared
}

/// Even-odd filling at pixel centres, of an image of `columns` by `rows`: a plain second opinion
/// for tests.
#[cfg(test)]
pub(crate) fn fill(polygons: &[Polygon], columns: usize, rows: usize) -> Vec<bool> {
    let mut inside = vec![false; columns * rows];
    for polygon in polygons {
        for (i, &[ax, ay]) in polygon.iter().enumerate() {
            let [bx, by] = polygon[(i + 1) % polygon.len()];
            for y in 0..rows {
                let row = y as f64;
                if (ay <= row) == (by <= row) {
                    continue;
                }
                let crossing = ax + (row - ay) / (by - ay) * (bx - ax);
                // Every pixel centre to the right of the crossing changes sides.
                let first = (crossing.floor() + 1.0).max(0.0) as usize;
                for x in first..columns {
                    inside[y * columns + x] ^= true;
                }
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn filling_gives_the_pixels_back() {
        // Pure noise has every saddle, hole, island and edge case there is.
        let mut rng = Rng::new(5, "contour");
        for columns in [1, 2, 7, 23] {
            let values: Vec<f64> = (0..columns * 17).map(|_| rng.bell()).collect();
            let polygons = trace(&values, columns);
            let truth: Vec<bool> = values.iter().map(|v| *v > 0.0).collect();
            assert_eq!(fill(&polygons, columns, 17), truth);
            assert!(polygons.iter().all(|p| p.len() >= 3));
        }
    }

    #[test]
    fn a_disc_is_drawn_below_the_pixel_and_a_ring_has_two_contours() {
        let field = |f: &dyn Fn(f64) -> f64| -> Vec<f64> {
            (0..441)
                .map(|i| {
                    let (x, y) = (f64::from(i % 21) - 10.2, f64::from(i / 21) - 9.7);
                    f((x * x + y * y).sqrt())
                })
                .collect()
        };
        let disc = trace(&field(&|r| 6.3 - r), 21);
        assert_eq!(disc.len(), 1);
        for [x, y] in &disc[0] {
            let r = ((x - 10.2) * (x - 10.2) + (y - 9.7) * (y - 9.7)).sqrt();
            assert!((r - 6.3).abs() < 0.08, "{r}");
        }
        assert_eq!(trace(&field(&|r| (6.3 - r).min(r - 3.1)), 21).len(), 2);
    }
}

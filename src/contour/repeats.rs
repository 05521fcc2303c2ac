//! Outlines that stand on a plane more than once.
//!
//! By even-odd two of them would cancel each other, and nobody draws an outline twice to have nothing.

use super::polygon::Polygon;
use std::collections::BTreeSet;

/// Positions are told apart by this part of their unit, a pixel or a millimetre: an oblique plane's
/// coordinates differ in their last bits.
const PARTS: f64 = 1e6;

type Place = [i64; 2];

/// Which outlines have the edges of one before them, in whatever order and direction.
///
/// Equal edges enclose the same by even-odd, so nothing else about the outlines matters. Only those
/// of equal extent are compared.
pub(super) fn repeats(polygons: &[&Polygon]) -> Vec<bool> {
    let mut found = vec![false; polygons.len()];
    if polygons.len() < 2 {
        return found;
    }
    let extents: Vec<[Place; 2]> = polygons.iter().map(|polygon| extent(polygon)).collect();
    let mut order: Vec<usize> = (0..polygons.len()).collect();
    order.sort_by_key(|at| extents[*at]);
    for alike in order.chunk_by(|a, b| extents[*a] == extents[*b]).filter(|alike| alike.len() > 1) {
        let mut seen = BTreeSet::new();
        for &at in alike {
            found[at] = !seen.insert(edges(polygons[at]));
        }
    }
    found
}

fn place(point: &[f64; 2]) -> Place {
    point.map(|position| (position * PARTS).round() as i64)
}

/// Lowest and highest position along both axes.
fn extent(polygon: &Polygon) -> [Place; 2] {
    polygon.iter().map(place).fold([[i64::MAX; 2], [i64::MIN; 2]], |[low, high], p| {
        [[low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])]]
    })
}

/// Edges of some length, without direction, in one order.
fn edges(polygon: &Polygon) -> Vec<[Place; 2]> {
    let next = polygon.iter().cycle().skip(1);
    let ends = polygon.iter().zip(next).map(|(a, b)| [place(a), place(b)]);
    let mut edges: Vec<[Place; 2]> =
        ends.filter(|[a, b]| a != b).map(|[a, b]| if a < b { [a, b] } else { [b, a] }).collect();
    edges.sort_unstable();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_direction_and_closing_vertex_do_not_tell_outlines_apart() {
        let outline = vec![[0.0, 0.0], [0.0, 4.0], [3.0, 5.0], [4.0, 0.0]];
        let (mut turned, mut back, mut closed) =
            (outline.clone(), outline.clone(), outline.clone());
        turned.rotate_left(3);
        back.reverse();
        closed.push(outline[0]);
        // Of the same extent: one corner moved within it.
        let other = vec![[0.0, 0.0], [0.0, 4.0], [3.0, 5.0], [4.0, 1.0]];
        let noise: Polygon = outline.iter().map(|p| p.map(|v| v + 1e-11)).collect();
        let all = [&outline, &turned, &other, &back, &closed, &noise];
        assert_eq!(repeats(&all), [false, true, false, true, true, true]);
        assert_eq!(repeats(&all[..1]), [false]);
        assert!(repeats(&[]).is_empty());
    }
}

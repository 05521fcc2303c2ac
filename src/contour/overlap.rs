//! Contours of a plane that overlap where no hole can be meant.
//!
//! A contour within another is a hole. Two that overlap in part, or that lie on each other, are two
//! drawings of one region: where they overlap the rule for holes takes voxels out that both enclose.

use super::polygon::{Polygon, Run, runs};
use ndarray::ArrayView2;
use std::collections::BTreeMap;

/// Pairs of runs looked at before a plane is given up: five hundred rows of five hundred holes each.
const PAIRS: usize = 1 << 18;
/// A contour of which less than one in so many pixels lies outside another is within that one: where a
/// hole reaches the outer edge, rounding puts some pixels beside it.
const WITHIN: usize = 100;

/// Pixels in which contours overlap, other than as holes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Overlap {
    /// All of them.
    pub(super) pixels: usize,
    /// Those that are not in the mask.
    pub(super) lost: usize,
}

/// How two contours share pixels.
type Shared = BTreeMap<(usize, usize), usize>;

/// The overlap of the polygons on a plane of the mask that begins with pixel `first`; nothing where
/// they are apart, touch, or lie one within another; `None` where there are too many to tell.
pub(super) fn overlap(
    mask: &ArrayView2<'_, bool>,
    first: [usize; 2],
    polygons: &[Polygon],
) -> Option<Overlap> {
    let (rows, columns) = mask.dim();
    let mut found = Overlap::default();
    let amiss = amiss([rows, columns], first, polygons)?;
    if amiss.is_empty() {
        return Some(found);
    }
    runs([rows, columns], first, polygons, |y, row| {
        let mut parts = Vec::new();
        pairs(row, PAIRS, |key, both| {
            if amiss.contains_key(&key) {
                parts.push(both);
            }
        });
        parts.sort_unstable();
        let mut done = 0;
        for (from, to) in parts {
            for x in from.max(done)..to {
                found.pixels += 1;
                found.lost += usize::from(!mask[[y, x]]);
            }
            done = done.max(to);
        }
    });
    Some(found)
}

/// The pairs of polygons that overlap and of which neither is within the other, unless there are too
/// many.
fn amiss(shape: [usize; 2], first: [usize; 2], polygons: &[Polygon]) -> Option<Shared> {
    let (mut sizes, mut counts) = (vec![0; polygons.len()], vec![0; polygons.len()]);
    let (mut shared, mut looked_at) = (Shared::new(), 0);
    runs(shape, first, polygons, |_, row| {
        for run in row {
            sizes[run.of] += run.to - run.from;
            counts[run.of] += 1;
        }
        looked_at += pairs(row, PAIRS - looked_at, |key, (from, to)| {
            *shared.entry(key).or_default() += to - from;
        });
    });
    if looked_at == PAIRS {
        return None;
    }
    shared.retain(|(a, b), both| {
        let small = if sizes[*a] <= sizes[*b] { *a } else { *b };
        let outside = sizes[small] - *both;
        // Less than half a pixel at either end of a row: what is between them is no shape.
        let on_each_other = sizes[*a] + sizes[*b] - 2 * *both < counts[small];
        outside * WITHIN > sizes[small] || on_each_other
    });
    Some(shared)
}

/// Hands over which two polygons share which pixels of a row, at most so many times, and says how many
/// times that was.
fn pairs(row: &[Run], most: usize, mut pair: impl FnMut((usize, usize), (usize, usize))) -> usize {
    let mut count = 0;
    for (at, a) in row.iter().enumerate() {
        for b in row[at + 1..].iter().take_while(|b| b.from < a.to) {
            if count == most {
                return count;
            }
            count += 1;
            pair((a.of.min(b.of), a.of.max(b.of)), (b.from, a.to.min(b.to)));
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn block(rows: [f64; 2], columns: [f64; 2]) -> Polygon {
        let ([top, bottom], [left, right]) = (rows, columns);
        vec![[top, left], [top, right], [bottom, right], [bottom, left]]
    }

    fn pixels(polygons: &[Polygon]) -> usize {
        let nothing = Array2::from_elem((40, 40), false);
        let found = overlap(&nothing.view(), [0; 2], polygons).unwrap();
        assert_eq!(found.lost, found.pixels);
        found.pixels
    }

    #[test]
    fn holes_islands_and_neighbours_do_not_overlap() {
        let outer = block([1.5, 21.5], [1.5, 31.5]);
        let hole = block([4.5, 12.5], [4.5, 12.5]);
        let island = block([6.5, 9.5], [6.5, 9.5]);
        assert_eq!(pixels(&[island, outer.clone(), hole]), 0);
        // Along an edge, from outside and from inside.
        let beside = block([1.5, 21.5], [31.5, 36.5]);
        let bay = block([4.5, 9.5], [20.5, 31.5]);
        assert_eq!(pixels(&[outer.clone(), beside, bay]), 0);
        // A rind of one pixel is a shape.
        assert_eq!(pixels(&[outer.clone(), block([2.5, 20.5], [2.5, 30.5])]), 0);
        // A hole of 400 pixels that reaches beyond the edge by one of them.
        let mut hole = block([1.5, 21.5], [11.5, 31.5]);
        hole.splice(2..2, [[10.5, 31.5], [10.5, 32.5], [11.5, 32.5], [11.5, 31.5]]);
        assert_eq!(pixels(&[outer, hole]), 0);
    }

    #[test]
    fn parts_that_contours_share_are_counted_once() {
        let square = block([1.5, 11.5], [1.5, 11.5]);
        let aside = block([1.5, 11.5], [6.5, 16.5]);
        assert_eq!(pixels(&[square.clone(), aside.clone()]), 50);
        let third = block([6.5, 16.5], [4.5, 14.5]);
        // Pairs share 50, 35 and 40; all three, 25.
        assert_eq!(pixels(&[square.clone(), aside, third]), 50 + 35 + 40 - 2 * 25);
        // On each other: one is a little wider, and no centre or few lie between them.
        let wider = block([1.5, 11.5], [1.5, 11.7]);
        assert_eq!(pixels(&[square.clone(), wider]), 100);
        let corner = vec![[1.5, 1.5], [1.5, 13.5], [2.5, 11.5], [11.5, 11.5], [11.5, 1.5]];
        assert_eq!(pixels(&[square, corner]), 100);
    }

    #[test]
    fn countless_overlaps_end_soon() {
        let many: Vec<Polygon> = (0..2200)
            .map(|k| block([0.5, 38.5], [0.5 + 1e-3 * f64::from(k % 500), 38.5]))
            .collect();
        let nothing = Array2::from_elem((40, 40), false);
        assert_eq!(overlap(&nothing.view(), [0; 2], &many), None);
    }
}

//! Filling polygons row by row.

use super::Holes;
use ndarray::ArrayViewMut2;
use std::ops::Range;

/// Vertices `[y, x]`.
pub(super) type Polygon = Vec<[f64; 2]>;

/// Rows by which an area is integrated.
const ROWS: usize = 256;

/// Sets, in a part of a plane `[y, x]` that begins with pixel `first`, every pixel whose centre the
/// polygons enclose by the rule (vertices in pixels, pixel centres at integers), and says whether two
/// polygons overlap there.
///
/// Spans are half open, so a vertex on a row of centres counts once and two polygons that share an
/// edge neither overlap nor leave a seam.
pub(super) fn fill_part(
    plane: &mut ArrayViewMut2<'_, bool>,
    [top, left]: [usize; 2],
    polygons: &[Polygon],
    holes: Holes,
) -> bool {
    let (rows, columns) = plane.dim();
    let (low, high) = reach(polygons, 0);
    let pixels = |from, to| centre(from, left, columns)..centre(to, left, columns);
    let mut overlap = false;
    let mut lines = Rows::new(polygons);
    for y in centre(low, top, rows)..centre(high, top, rows) {
        let at = (top + y) as f64;
        lines.spans(at, holes, |from, to, _| {
            pixels(from, to).for_each(|x| plane[[y, x]] = true);
        });
        if polygons.len() > 1 {
            lines.spans(at, Holes::Union, |from, to, cover| {
                overlap |= cover > 1 && !pixels(from, to).is_empty();
            });
        }
    }
    overlap
}

/// Pixels `from..to` of a row that one polygon by itself encloses, by even-odd.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// Place of the polygon among the others.
    pub(super) of: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Hands over the runs of each polygon row by row, in a part of a plane as for [`fill_part`], from left
/// to right; runs without a pixel are left out.
pub(super) fn runs(
    [rows, columns]: [usize; 2],
    [top, left]: [usize; 2],
    polygons: &[Polygon],
    mut row: impl FnMut(usize, &[Run]),
) {
    let (low, high) = reach(polygons, 0);
    let (mut lines, mut found) = (Rows::new(polygons), Vec::new());
    for y in centre(low, top, rows)..centre(high, top, rows) {
        found.clear();
        lines.each((top + y) as f64, |of, from, to| {
            let run = Run { of, from: centre(from, left, columns), to: centre(to, left, columns) };
            found.extend((run.from < run.to).then_some(run));
        });
        found.sort_unstable_by_key(|run| (run.from, run.of));
        row(y, &found);
    }
}

/// [`fill_part`] of a whole plane.
#[cfg(test)]
fn fill(plane: &mut ArrayViewMut2<'_, bool>, polygons: &[Polygon], holes: Holes) -> bool {
    fill_part(plane, [0; 2], polygons, holes)
}

/// The pixels of a plane of so many rows or columns whose centres polygons may enclose.
pub(super) fn around<'a>(
    polygons: impl Iterator<Item = &'a [Polygon]>,
    axis: usize,
    count: usize,
) -> Range<usize> {
    let each = polygons.map(|polygons| reach(polygons, axis));
    let (low, high) = each.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), own| {
        (low.min(own.0), high.max(own.1))
    });
    let (from, to) = (centre(low, 0, count), centre(high, 0, count));
    from.min(to)..to
}

/// The area that polygons enclose by the rule, in the square of their unit; an integral over 256
/// rows, within 0.1 % for the outlines of organs.
pub(super) fn area(polygons: &[Polygon], holes: Holes) -> f64 {
    let (low, high) = reach(polygons, 0);
    let step = (high - low) / ROWS as f64;
    let usable = step.is_finite() && step > 0.0;
    if !usable {
        return 0.0;
    }
    let mut lines = Rows::new(polygons);
    let mut width = 0.0;
    for k in 0..ROWS {
        let y = low + (k as f64 + 0.5) * step;
        lines.spans(y, holes, |from, to, _| width += to - from);
    }
    width * step
}

/// Lowest and highest vertex along an axis.
fn reach(polygons: &[Polygon], axis: usize) -> (f64, f64) {
    let all = || polygons.iter().flatten().map(|p| p[axis]);
    (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max))
}

/// First pixel centre at or after `position`, counted from pixel `first`, within `0..=limit`.
fn centre(position: f64, first: usize, limit: usize) -> usize {
    // The cast saturates: below 0 and NaN become 0.
    (position.ceil() as usize).saturating_sub(first).min(limit)
}

/// Polygons and the rows that cross them, upwards.
struct Rows {
    polygons: Vec<Edges>,
    /// Where the last row enters and leaves the polygons: position, and what that adds to the count.
    events: Vec<(f64, i32)>,
}

impl Rows {
    fn new(polygons: &[Polygon]) -> Self {
        Self { polygons: polygons.iter().map(Edges::new).collect(), events: Vec::new() }
    }

    /// Hands over each span of the row `y` inside the polygons, with its count; no row may be below one
    /// that was asked for.
    fn spans(&mut self, y: f64, holes: Holes, mut span: impl FnMut(f64, f64, i32)) {
        let Self { polygons, events } = self;
        events.clear();
        for polygon in polygons {
            let own = events.len();
            polygon.cross(y, events);
            if holes == Holes::Union {
                // Each polygon by itself is even-odd, so that a keyhole stays one.
                let own = &mut events[own..];
                own.sort_by(|a, b| a.0.total_cmp(&b.0));
                own.iter_mut().enumerate().for_each(|(k, event)| event.1 = [1, -1][k % 2]);
            }
        }
        events.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut count = 0;
        for pair in events.windows(2) {
            count += pair[0].1;
            // The parity of a winding number is that of the number of crossings.
            let inside = if holes == Holes::Xor { count % 2 != 0 } else { count != 0 };
            if inside {
                span(pair[0].0, pair[1].0, count);
            }
        }
    }

    /// Hands over each polygon's own spans of the row `y`, by even-odd; rows ascend as for
    /// [`Rows::spans`].
    fn each(&mut self, y: f64, mut span: impl FnMut(usize, f64, f64)) {
        let Self { polygons, events } = self;
        for (at, polygon) in polygons.iter_mut().enumerate() {
            events.clear();
            polygon.cross(y, events);
            events.sort_by(|a, b| a.0.total_cmp(&b.0));
            events.chunks_exact(2).for_each(|pair| span(at, pair[0].0, pair[1].0));
        }
    }
}

/// An edge from its lower to its upper end, and its direction: both ways along it give the same bits,
/// so that the two sides of a keyhole's channel cancel.
type Edge = ([f64; 2], [f64; 2], i32);

/// A polygon's edges: of hundreds a row crosses a few.
struct Edges {
    /// Those no row has come to, the lowest last.
    ahead: Vec<Edge>,
    /// Those that rows cross.
    crossed: Vec<Edge>,
}

impl Edges {
    fn new(polygon: &Polygon) -> Self {
        let from = polygon.iter().cycle().skip(polygon.len().saturating_sub(1));
        let edges = from
            .zip(polygon)
            .map(|(&from, &to)| if from[0] <= to[0] { (from, to, 1) } else { (to, from, -1) });
        let mut ahead: Vec<Edge> = edges.filter(|(a, b, _)| a[0] < b[0]).collect();
        ahead.sort_by(|one, other| other.0[0].total_cmp(&one.0[0]));
        Self { ahead, crossed: Vec::new() }
    }

    /// Where the edges cross the row `y`, and in which direction.
    fn cross(&mut self, y: f64, crossings: &mut Vec<(f64, i32)>) {
        while let Some(edge) = self.ahead.pop_if(|(a, ..)| a[0] <= y) {
            self.crossed.push(edge);
        }
        self.crossed.retain(|(_, b, _)| y < b[0]);
        crossings.extend(
            self.crossed
                .iter()
                .map(|(a, b, turn)| (a[1] + (y - a[0]) * (b[1] - a[1]) / (b[0] - a[0]), *turn)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    const SQUARE: [[f64; 2]; 4] = [[1.5, 1.5], [1.5, 12.5], [12.5, 12.5], [12.5, 1.5]];
    const WITHIN: [[f64; 2]; 4] = [[4.5, 4.5], [4.5, 8.5], [8.5, 8.5], [8.5, 4.5]];

    fn by(holes: Holes, polygons: &[&[[f64; 2]]]) -> (usize, bool) {
        let mut plane = Array2::from_elem((20, 20), false);
        let polygons: Vec<Polygon> = polygons.iter().map(|p| p.to_vec()).collect();
        let overlap = fill(&mut plane.view_mut(), &polygons, holes);
        (plane.iter().filter(|v| **v).count(), overlap)
    }

    fn filled(polygons: &[&[[f64; 2]]]) -> (usize, bool) {
        by(Holes::Xor, polygons)
    }

    fn reversed(polygon: &[[f64; 2]]) -> Polygon {
        polygon.iter().rev().copied().collect()
    }

    #[test]
    fn a_square_between_centres_has_its_area() {
        let square = [[1.5, 2.5], [1.5, 8.5], [5.5, 8.5], [5.5, 2.5]];
        for holes in [Holes::Xor, Holes::Union, Holes::NonZero] {
            assert_eq!(by(holes, &[&square]), (24, false));
            assert_eq!(by(holes, &[&reversed(&square)]), (24, false));
            assert_eq!(area(&[square.to_vec()], holes), 24.0);
        }
    }

    #[test]
    fn edges_on_centres_are_half_open() {
        let left = [[2.0, 2.0], [2.0, 6.0], [6.0, 6.0], [6.0, 2.0]];
        let right = [[2.0, 6.0], [2.0, 9.0], [6.0, 9.0], [6.0, 6.0]];
        assert_eq!(filled(&[&left]), (16, false));
        for holes in [Holes::Xor, Holes::Union, Holes::NonZero] {
            assert_eq!(by(holes, &[&left, &right]), (28, false));
        }
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
    fn holes_are_as_the_rule_says() {
        let (full, hollow) = (121, 121 - 16);
        assert_eq!(filled(&[&SQUARE, &WITHIN]), (hollow, true));
        assert_eq!(by(Holes::Union, &[&SQUARE, &WITHIN]), (full, true));
        // Both run the same way round, then one the other way.
        assert_eq!(by(Holes::NonZero, &[&SQUARE, &WITHIN]), (full, true));
        assert_eq!(by(Holes::NonZero, &[&SQUARE, &reversed(&WITHIN)]), (hollow, true));
        let both = [SQUARE.to_vec(), WITHIN.to_vec()];
        assert!((area(&both, Holes::Xor) - 105.0).abs() < 0.1);
        assert_eq!(area(&both, Holes::Union), 121.0);
        // An island in the hole.
        let island = [[5.5, 5.5], [5.5, 7.5], [7.5, 7.5], [7.5, 5.5]];
        assert_eq!(filled(&[&SQUARE, &island, &WITHIN]), (hollow + 4, true));
        // Two that overlap in part.
        let other = SQUARE.map(|[y, x]| [y + 3.0, x]);
        assert_eq!(filled(&[&SQUARE, &other]), (66, true));
        assert_eq!(by(Holes::Union, &[&SQUARE, &other]), (154, true));
    }

    #[test]
    fn a_keyhole_is_a_hole_by_every_rule() {
        let (outer, inner) = (SQUARE, WITHIN);
        let keyhole = [
            outer[0], inner[0], inner[3], inner[2], inner[1], inner[0], outer[0], outer[1],
            outer[2], outer[3],
        ];
        for holes in [Holes::Xor, Holes::Union, Holes::NonZero] {
            assert_eq!(by(holes, &[&keyhole]), (121 - 16, false));
            assert_eq!(by(holes, &[&reversed(&keyhole)]), (121 - 16, false));
        }
    }

    #[test]
    fn what_is_outside_is_cut() {
        let wide = [[-1e12, -1e12], [-1e12, 1e12], [1e12, 1e12], [1e12, -1e12]];
        assert_eq!(filled(&[&wide]).0, 400);
        assert_eq!(filled(&[&[[3.0, 3.0]], &[]]).0, 0);
        assert_eq!(area(&[vec![[3.0, 3.0]], vec![]], Holes::Xor), 0.0);
        assert_eq!(area(&[vec![[f64::NAN, 0.0], [1.0, 1.0], [2.0, 0.0]]], Holes::Xor), 0.0);
    }
}

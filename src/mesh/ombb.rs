//! A small box of any orientation around a convex hull.

use super::callipers::{SHRINKS, is_smaller, smallest_rectangle};
use super::columns::Columns;
use super::hull::{Facet, Hull};
use super::net::Net;
use super::triangle::in_mm2;
use super::widths::{FEW, MANY, Widths};
use crate::engine::Engine;
use crate::geometry::{cross, dot, norm};

/// Side lengths of a box, mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxSides(pub [f64; 3]);

impl BoxSides {
    /// mm².
    pub fn area(self) -> f64 {
        let [a, b, c] = self.0;
        2.0 * (a * b + b * c + c * a)
    }

    /// mm³.
    pub fn volume(self) -> f64 {
        self.0.iter().product()
    }

    /// Smaller by volume, or of the same volume and smaller by area: boxes around lattice points
    /// are often of equal volume, and which was found first must not matter.
    fn is_better_than(self, other: Self) -> bool {
        is_smaller([self.volume(), self.area()], [other.volume(), other.area()])
    }
}

/// Boxes, smallest first, that are turned further.
const TURNED: usize = 8;
/// Turns of one box; each is kept only while the box shrinks.
const TURNS: usize = 32;
/// Cosine below which a facet counts as seen edge-on.
const EDGE_ON: f64 = 1e-12;

/// Vertices of an outline for which room is made.
const TYPICAL: usize = 128;

/// Perpendicular unit vectors.
type Axes = [[f64; 3]; 3];
/// A box with its axes.
type Box3 = (BoxSides, Axes);

/// Directions that are tried before it is asked again whether the others can be better.
const BATCH: usize = 16;

/// The smallest box found around the hull, where a unit of its coordinates is `unit` mm `[z, y, x]`.
///
/// For every facet: the smallest box with a side on it, by callipers around the outline that the
/// hull shows along the facet's normal (O'Rourke 1985, DOI 10.1007/BF00991005, proves that an edge
/// lies flush in two neighbouring sides; a whole facet in one is the usual restriction). The smallest of
/// these, and the box along the axes, are turned about each of their own axes by the same callipers
/// as long as they shrink: so boxes on which no facet lies are reached too. The very smallest box
/// can be a little smaller still; this one is never larger than any with a facet on a side.
pub fn oriented_box(hull: &Hull, unit: [f64; 3], engine: &Engine) -> BoxSides {
    let body = Body::new(hull, unit);
    let starts = body.starts(&directions(hull), engine);
    // The first is the box along the axes; the others lie around their first axes.
    let places: Vec<usize> = (0..starts.len()).collect();
    let turned = engine.map(&places, |k| body.turned(starts[*k], *k > 0));
    let better = |a: BoxSides, b: BoxSides| if b.is_better_than(a) { b } else { a };
    turned.into_iter().reduce(better).unwrap_or(BoxSides([0.0; 3]))
}

/// The first of the boxes, which are sorted by volume, that differ from one another.
fn different<'b>(first: Box3, sorted: impl Iterator<Item = &'b Box3>) -> Vec<Box3> {
    let mut starts = vec![first];
    for (sides, axes) in sorted {
        let known =
            |(other, _): &Box3| !sides.is_better_than(*other) && !other.is_better_than(*sides);
        if !starts.iter().any(known) {
            starts.push((*sides, *axes));
        }
        if starts.len() > TURNED {
            break;
        }
    }
    starts
}

/// A facet for each different normal; opposite ones are the same.
fn directions(hull: &Hull) -> Vec<usize> {
    let mut keyed: Vec<([i64; 3], usize)> = (0..hull.facets.len())
        // Of facets in one plane the first is enough: what is left after this is few and is sorted.
        .filter(|&id| {
            !hull.facets[id].across.iter().any(|&next| next < id && hull.is_flat(id, next))
        })
        .map(|id| {
            let normal = hull.facets[id].normal;
            let divisor = normal.iter().fold(0, |d, n| gcd(d, n.abs())).max(1);
            let sign = if normal < [0; 3] { -1 } else { 1 };
            (normal.map(|n| sign * n / divisor), id)
        })
        .collect();
    keyed.sort_unstable();
    keyed.dedup_by_key(|(normal, _)| *normal);
    keyed.into_iter().map(|(_, id)| id).collect()
}

fn gcd(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The hull in mm.
struct Body<'a> {
    facets: &'a [Facet],
    points: Vec<[f64; 3]>,
    columns: Columns,
    /// Unit normals of the facets.
    normals: Vec<[f64; 3]>,
}

impl<'a> Body<'a> {
    fn new(hull: &'a Hull, unit: [f64; 3]) -> Self {
        let unit_normal = |facet: &Facet| {
            let normal = in_mm2(facet.normal, unit);
            let length = norm(normal);
            normal.map(|part| part / length)
        };
        let normals = hull.facets.iter().map(unit_normal).collect();
        let points = hull.in_mm(unit);
        Self { facets: &hull.facets, columns: Columns::new(&points), points, normals }
    }

    /// The box along the axes, and the smallest that differ of those with one of these facets on a
    /// side; those that cannot be among them, by how wide the body is at least, are not made.
    fn starts(&self, facets: &[usize], engine: &Engine) -> Vec<Box3> {
        let widths = Widths::new(&self.columns, &Net::new(&self.points, self.facets));
        // Of the rectangle across each, and of the box.
        let bounds = engine.map(facets, |facet| {
            let up = self.normals[*facet];
            let rectangle = widths.rectangle(across(up), FEW) * (1.0 - SHRINKS);
            [rectangle, widths.along(up) * rectangle]
        });
        let mut order: Vec<usize> = (0..facets.len()).collect();
        order.sort_by(|a, b| bounds[*a][1].total_cmp(&bounds[*b][1]));
        let upright = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let first = (BoxSides(upright.map(|axis| self.extent(axis))), upright);
        let (mut found, mut starts): (Vec<(usize, Box3)>, _) = (Vec::new(), vec![first]);
        for batch in order.chunks(BATCH) {
            let largest = starts.last().map_or(f64::INFINITY, |(sides, _)| sides.volume());
            let enough = starts.len() > TURNED;
            if enough && bounds[batch[0]][1] > largest {
                break;
            }
            let made = engine.map(batch, |&k| {
                let up = self.normals[facets[k]];
                let height = self.extent(up);
                let small = |rectangle: f64| !enough || rectangle * height <= largest;
                let finer = || widths.rectangle(across(up), MANY) * (1.0 - SHRINKS);
                let small = small(bounds[k][0]) && small(finer());
                small.then(|| self.around(up, height))?.map(|made| (k, made))
            });
            found.extend(made.into_iter().flatten());
            found.sort_by(|(j, (a, _)), (k, (b, _))| {
                a.volume().total_cmp(&b.volume()).then(j.cmp(k))
            });
            starts = different(first, found.iter().map(|(_, made)| made));
        }
        starts
    }

    fn extent(&self, axis: [f64; 3]) -> f64 {
        self.columns.extent(axis)
    }

    /// The smallest box with sides across `up`, along which the body reaches so far.
    fn around(&self, up: [f64; 3], height: f64) -> Option<Box3> {
        let [u, v] = across(up);
        let outline: Vec<[f64; 2]> = self
            .outline(up)
            .into_iter()
            .map(|k| [dot(u, self.points[k]), dot(v, self.points[k])])
            .collect();
        let ([width, depth], [c, s]) = smallest_rectangle(&outline)?;
        let long = [0, 1, 2].map(|a| c * u[a] + s * v[a]);
        Some((BoxSides([height, width, depth]), [up, long, cross(up, long)]))
    }

    /// The vertices around the hull as seen along `up`, in order.
    fn outline(&self, up: [f64; 3]) -> Vec<usize> {
        // Most facets are far from the outline, and are not asked.
        let lit = |facet: usize| dot(self.normals[facet], up) > EDGE_ON;
        let start = self.facets.iter().enumerate().find_map(|(id, facet)| {
            if !lit(id) {
                return None;
            }
            (0..3).find(|&k| !lit(facet.across[k])).map(|k| (id, k))
        });
        let mut outline = Vec::with_capacity(TYPICAL);
        let Some(start) = start else { return outline };
        let (mut id, mut k) = start;
        // Rounding cannot make it go round for ever.
        for _ in 0..3 * self.facets.len() {
            let facet = &self.facets[id];
            if lit(facet.across[k]) {
                // Around the corner, to the edge of the next facet that begins there.
                let corner = facet.corners[k];
                id = facet.across[k];
                k = (0..3).find(|&k| self.facets[id].corners[k] == corner).unwrap_or(0);
            } else {
                if !outline.is_empty() && (id, k) == start {
                    break;
                }
                outline.push(facet.corners[k]);
                k = (k + 1) % 3;
            }
        }
        outline
    }

    /// A box turned about each of its axes as long as it shrinks; `smallest` tells that it is the
    /// smallest around its first axis already.
    fn turned(&self, start: Box3, smallest: bool) -> BoxSides {
        let mut known = smallest.then_some(start);
        let mut axes = start.1;
        let mut smallest = BoxSides(axes.map(|axis| self.extent(axis)));
        for _ in 0..TURNS {
            let first = known.or_else(|| self.around(axes[0], self.extent(axes[0])));
            let boxes = first
                .into_iter()
                .chain(axes[1..].iter().filter_map(|a| self.around(*a, self.extent(*a))));
            known = boxes.reduce(|a, b| if b.0.is_better_than(a.0) { b } else { a });
            let Some((_, next)) = known else { break };
            // The callipers' own sides are right but for rounding; these enclose every vertex.
            let sides = BoxSides(next.map(|axis| self.extent(axis)));
            if !sides.is_better_than(smallest) {
                break;
            }
            (axes, smallest) = (next, sides);
        }
        smallest
    }
}

/// Two perpendicular unit vectors across another.
fn across(up: [f64; 3]) -> [[f64; 3]; 2] {
    let least = (0..3).min_by(|&a, &b| up[a].abs().total_cmp(&up[b].abs())).unwrap_or(0);
    let mut axis = [0.0; 3];
    axis[least] = 1.0;
    let u = cross(up, axis);
    let length = norm(u);
    let u = u.map(|part| part / length);
    [u, cross(up, u)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(points: &[[i64; 3]]) -> f64 {
        let hull = Hull::new(points).unwrap();
        oriented_box(&hull, [1.0; 3], &Engine::serial()).volume()
    }

    #[test]
    fn a_turned_box_is_its_own_and_a_tetrahedron_has_a_cube() {
        // Edges (1, 2, 2), (2, 1, -2), (2, -2, 1) are perpendicular and 3 long.
        let edges = [[1, 2, 2], [4, 2, -4], [8, -8, 4]];
        let corner = |k: usize| {
            [0, 1, 2].map(|a| (0..3).map(|e| (k >> e & 1) as i64 * edges[e][a]).sum::<i64>())
        };
        let corners: Vec<[i64; 3]> = (0..8).map(corner).collect();
        assert!((around(&corners) - 3.0 * 6.0 * 12.0).abs() < 1e-9);
        // No facet of a regular tetrahedron lies on a side of its smallest box.
        let tetrahedron = [[0, 0, 0], [4, 4, 0], [4, 0, 4], [0, 4, 4]];
        assert!((around(&tetrahedron) - 64.0).abs() < 1e-9);
    }

    #[test]
    fn hardly_any_orientation_is_better() {
        let mut state = 7_u64;
        let mut draw = || {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            (state >> 8) as f64 / f64::from(1 << 23)
        };
        for n in [5, 12, 60] {
            let points: Vec<[i64; 3]> =
                (0..n).map(|_| [30.0, 20.0, 50.0].map(|side| (side * draw()) as i64)).collect();
            let hull = Hull::new(&points).unwrap();
            let found = around(&points);
            assert!(found >= hull.measures([1.0; 3]).1);
            let body = Body::new(&hull, [1.0; 3]);
            for _ in 0..20_000 {
                let up = [draw() - 0.5, draw() - 0.5, draw() - 0.5];
                let up = up.map(|part| part / norm(up));
                let side = cross(up, [draw(), draw(), draw()]);
                let side = side.map(|part| part / norm(side));
                let volume: f64 =
                    [up, side, cross(up, side)].map(|a| body.extent(a)).iter().product();
                assert!(found <= 1.005 * volume, "{n} points: {found} {volume}");
            }
        }
    }
}

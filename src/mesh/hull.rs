//! The convex hull of points with integer coordinates, exactly.
//!
//! Quickhull (Barber, Dobkin and Huhdanpaa 1996, DOI 10.1145/235815.235821). Whether a point is
//! above a facet is the sign of an integer, so there is no tolerance to choose.

use super::triangle::{in_mm2, normal, sub};
use crate::geometry::norm;

/// Marks the end of a list.
const NONE: usize = usize::MAX;

/// Largest volume of the box around the points: determinants stay below 2^63.
const LARGEST: i128 = 1 << 59;

/// A triangle of the hull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facet {
    /// Its corners among the points of the hull, anticlockwise from outside.
    pub corners: [usize; 3],
    /// The facet across the edge from each corner to the next.
    pub across: [usize; 3],
    /// Twice its area vector `[z, y, x]`, outward.
    pub normal: [i64; 3],
}

/// A convex polyhedron; facets that lie in one plane are triangles too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hull {
    /// Its vertices `[z, y, x]`.
    pub points: Vec<[i64; 3]>,
    /// Its surface.
    pub facets: Vec<Facet>,
}

impl Hull {
    /// The hull of points; `None` where they lie in one plane, or in a box of more than 2^59.
    pub fn new(points: &[[i64; 3]]) -> Option<Self> {
        let lo = [0, 1, 2].map(|a| points.iter().map(|p| p[a]).min().unwrap_or(0));
        let hi = [0, 1, 2].map(|a| points.iter().map(|p| p[a]).max().unwrap_or(0));
        let sides = [0, 1, 2].map(|a| i128::from(hi[a]) - i128::from(lo[a]));
        let volume = sides.iter().try_fold(1, |v: i128, side| v.checked_mul(*side))?;
        if !(1..=LARGEST).contains(&volume) {
            return None;
        }
        let moved: Vec<[i64; 3]> = points.iter().map(|p| sub(*p, lo)).collect();
        let mut builder = Builder::new(&moved)?;
        while let Some(facet) = builder.pending.pop() {
            builder.raise(facet);
        }
        Some(builder.finish(points))
    }

    /// Area in mm² and volume in mm³, where a unit of the coordinates is `unit` mm `[z, y, x]`.
    pub fn measures(&self, unit: [f64; 3]) -> (f64, f64) {
        let doubled: f64 = self.facets.iter().map(|f| norm(in_mm2(f.normal, unit))).sum();
        // From the first point, so that no tetrahedron is larger than the box.
        let from = self.points.first().copied().unwrap_or_default();
        let sixths: i128 = self.facets.iter().map(|f| i128::from(self.height(f, from))).sum();
        (doubled / 2.0, -sixths as f64 / 6.0 * unit.iter().product::<f64>())
    }

    /// Largest distance of two vertices in mm.
    pub fn diameter(&self, unit: [f64; 3]) -> f64 {
        let points = self.in_mm(unit);
        let n = points.len() as f64;
        let centre = [0, 1, 2].map(|a| points.iter().map(|p| p[a]).sum::<f64>() / n);
        let distance = |p: [f64; 3], q: [f64; 3]| norm([p[0] - q[0], p[1] - q[1], p[2] - q[2]]);
        let mut outward: Vec<(f64, [f64; 3])> =
            points.into_iter().map(|p| (distance(p, centre), p)).collect();
        outward.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut largest = 0.0_f64;
        for (k, (radius, p)) in outward.iter().enumerate() {
            // Two points are no further apart than by way of the centre.
            let reach = largest * (1.0 - 1e-12) - radius;
            for (_, q) in outward[..k].iter().take_while(|(other, _)| *other >= reach) {
                largest = largest.max(distance(*p, *q));
            }
        }
        largest
    }

    /// The vertices in mm.
    pub(super) fn in_mm(&self, unit: [f64; 3]) -> Vec<[f64; 3]> {
        self.points.iter().map(|p| [0, 1, 2].map(|a| p[a] as f64 * unit[a])).collect()
    }

    /// Whether two neighbouring facets lie in one plane.
    pub(super) fn is_flat(&self, one: usize, other: usize) -> bool {
        let corners = self.facets[other].corners;
        corners.iter().all(|&k| self.height(&self.facets[one], self.points[k]) == 0)
    }

    fn height(&self, facet: &Facet, point: [i64; 3]) -> i64 {
        dot(facet.normal, sub(point, self.points[facet.corners[0]]))
    }
}

fn dot(a: [i64; 3], b: [i64; 3]) -> i64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// A facet while the hull grows.
struct Growing {
    facet: Facet,
    offset: i64,
    /// First of the points above it, in the list `Builder::next`.
    above: usize,
    /// The highest of them.
    highest: (i64, usize),
    /// The last point that saw it; itself is gone then.
    seen_by: usize,
}

struct Builder<'a> {
    points: &'a [[i64; 3]],
    facets: Vec<Growing>,
    /// Facets that may have points above them.
    pending: Vec<usize>,
    /// The point after each in the list of its facet.
    next: Vec<usize>,
    /// The newest facet whose edge along the horizon begins at a point, and ends there.
    begins: Vec<usize>,
    ends: Vec<usize>,
    /// Room for the facets that a point sees, and for the edges around them: from, to, what is beyond.
    seen: Vec<usize>,
    horizon: Vec<[usize; 3]>,
}

impl<'a> Builder<'a> {
    /// A tetrahedron, and what is above its facets.
    fn new(points: &'a [[i64; 3]]) -> Option<Self> {
        let all = 0..points.len();
        let a = all.clone().min_by_key(|&k| points[k])?;
        let b = all.clone().max_by_key(|&k| points[k])?;
        let thickness =
            |k: usize| norm(normal([points[a], points[b], points[k]]).map(|n| n as f64));
        let c = all.clone().max_by(|&j, &k| thickness(j).total_cmp(&thickness(k)))?;
        let base = normal([points[a], points[b], points[c]]);
        let height = |k: usize| dot(base, sub(points[k], points[a]));
        let d = all.clone().max_by_key(|&k| height(k).abs())?;
        let (a, b) = if height(d) > 0 { (b, a) } else { (a, b) };
        if height(d) == 0 {
            return None;
        }
        let none = || vec![NONE; points.len()];
        let mut builder = Self {
            points,
            facets: Vec::new(),
            pending: Vec::new(),
            next: none(),
            begins: none(),
            ends: none(),
            seen: Vec::new(),
            horizon: Vec::new(),
        };
        // The neighbours of each follow from which edges they share.
        builder.add([a, b, c], [1, 2, 3]);
        builder.add([b, a, d], [0, 3, 2]);
        builder.add([c, b, d], [0, 1, 3]);
        builder.add([a, c, d], [0, 2, 1]);
        all.for_each(|point| builder.place(point, 0..4));
        Some(builder)
    }

    fn add(&mut self, corners: [usize; 3], across: [usize; 3]) -> usize {
        let normal = normal(corners.map(|k| self.points[k]));
        let id = self.facets.len();
        self.facets.push(Growing {
            facet: Facet { corners, across, normal },
            offset: dot(normal, self.points[corners[0]]),
            above: NONE,
            highest: (0, NONE),
            seen_by: NONE,
        });
        id
    }

    fn height(&self, facet: usize, point: usize) -> i64 {
        dot(self.facets[facet].facet.normal, self.points[point]) - self.facets[facet].offset
    }

    /// Gives a point to the first of these facets that it is above; inside points are dropped.
    fn place(&mut self, point: usize, facets: std::ops::Range<usize>) {
        for id in facets {
            let height = self.height(id, point);
            if height > 0 {
                let facet = &mut self.facets[id];
                if facet.above == NONE {
                    self.pending.push(id);
                }
                self.next[point] = facet.above;
                facet.above = point;
                if height > facet.highest.0 {
                    facet.highest = (height, point);
                }
                return;
            }
        }
    }

    /// Replaces all facets that the highest point above `facet` sees by a cone from that point.
    fn raise(&mut self, facet: usize) {
        if self.facets[facet].seen_by != NONE {
            return;
        }
        let apex = self.facets[facet].highest.1;
        self.facets[facet].seen_by = apex;
        let mut seen = std::mem::take(&mut self.seen);
        let mut horizon = std::mem::take(&mut self.horizon);
        seen.push(facet);
        let mut at = 0;
        while let Some(&id) = seen.get(at) {
            at += 1;
            let Facet { corners, across, .. } = self.facets[id].facet;
            for k in 0..3 {
                let beyond = across[k];
                if self.facets[beyond].seen_by == apex {
                    continue;
                }
                if self.height(beyond, apex) > 0 {
                    self.facets[beyond].seen_by = apex;
                    seen.push(beyond);
                } else {
                    horizon.push([corners[k], corners[(k + 1) % 3], beyond]);
                }
            }
        }
        let first = self.facets.len();
        for [from, to, beyond] in horizon.drain(..) {
            let id = self.add([from, to, apex], [beyond, NONE, NONE]);
            (self.begins[from], self.ends[to]) = (id, id);
            let beyond = &mut self.facets[beyond].facet;
            if let Some(k) = (0..3).find(|&k| beyond.corners[k] == to) {
                beyond.across[k] = id;
            }
        }
        for id in first..self.facets.len() {
            let [from, to, _] = self.facets[id].facet.corners;
            self.facets[id].facet.across[1] = self.begins[to];
            self.facets[id].facet.across[2] = self.ends[from];
        }
        let new = first..self.facets.len();
        for id in seen.drain(..) {
            let mut point = self.facets[id].above;
            while point != NONE {
                let next = self.next[point];
                if point != apex {
                    self.place(point, new.clone());
                }
                point = next;
            }
        }
        (self.seen, self.horizon) = (seen, horizon);
    }

    /// The facets that are left, numbered anew with their points.
    fn finish(self, points: &[[i64; 3]]) -> Hull {
        let mut number = 0;
        let numbers: Vec<usize> = self
            .facets
            .iter()
            .map(|facet| {
                number += usize::from(facet.seen_by == NONE);
                number.saturating_sub(1)
            })
            .collect();
        let left = || self.facets.iter().filter(|f| f.seen_by == NONE).map(|f| f.facet);
        let mut used = vec![NONE; points.len()];
        left().flat_map(|f| f.corners).for_each(|k| used[k] = 0);
        let mut kept = Vec::new();
        for (place, point) in used.iter_mut().zip(points).filter(|(place, _)| **place == 0) {
            *place = kept.len();
            kept.push(*point);
        }
        let facets = left()
            .map(|f| Facet {
                corners: f.corners.map(|k| used[k]),
                across: f.across.map(|k| numbers[k]),
                normal: f.normal,
            })
            .collect();
        Hull { points: kept, facets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(n: usize, side: i64, seed: u64) -> Vec<[i64; 3]> {
        let mut state = seed;
        let mut draw = || {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            (state >> 12) as i64 % side
        };
        (0..n).map(|_| [draw(), draw(), draw()]).collect()
    }

    /// Closed, convex, and around every point.
    fn check(hull: &Hull, points: &[[i64; 3]]) {
        for (id, facet) in hull.facets.iter().enumerate() {
            assert_ne!(facet.normal, [0; 3]);
            assert!(points.iter().all(|p| hull.height(facet, *p) <= 0));
            for k in 0..3 {
                let other = &hull.facets[facet.across[k]];
                let back = (0..3).find(|&j| {
                    other.across[j] == id && {
                        other.corners[j] == facet.corners[(k + 1) % 3]
                            && other.corners[(j + 1) % 3] == facet.corners[k]
                    }
                });
                assert!(back.is_some());
            }
        }
        // Euler.
        assert_eq!(hull.facets.len() + 4, 2 * hull.points.len());
    }

    #[test]
    fn hulls_are_closed_convex_and_around_every_point() {
        // Small boxes are full of points in one line or plane, and of equal points.
        for (n, side) in [(4, 3), (8, 2), (30, 3), (200, 4), (300, 8), (400, 100)] {
            for seed in 0..20 {
                let points = random(n, side, seed);
                if let Some(hull) = Hull::new(&points) {
                    check(&hull, &points);
                }
            }
        }
    }

    #[test]
    fn a_cube_has_its_measures_and_flat_points_have_no_hull() {
        let cube: Vec<[i64; 3]> =
            (0..27).map(|k| [k / 9 % 3, k / 3 % 3, k % 3].map(|i| 4 * i - 7)).collect();
        let hull = Hull::new(&cube).unwrap();
        check(&hull, &cube);
        let (area, volume) = hull.measures([0.5, 1.0, 2.0]);
        assert_eq!((area, volume), (2.0 * (4.0 * 8.0 + 8.0 * 16.0 + 16.0 * 4.0), 512.0));
        assert_eq!(hull.diameter([0.5, 1.0, 2.0]), 336.0_f64.sqrt());
        assert!(Hull::new(&cube[..9]).is_none());
        assert!(Hull::new(&[]).is_none());
        assert!(Hull::new(&[[0; 3]; 5]).is_none());
        assert!(Hull::new(&[[i64::MIN; 3], [i64::MAX; 3]]).is_none());
        let line: Vec<[i64; 3]> = (0..9).map(|k| [k, 2 * k, 3 * k]).collect();
        assert!(Hull::new(&line).is_none());
    }
}

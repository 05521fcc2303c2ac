//! How wide a body is at least, by pairs of its points.
//!
//! Two points of a body are as far apart, along any direction, as it is wide there or less. With the
//! pairs that are furthest apart along directions all around, that is a bound a few per cent off.

use crate::geometry::dot;

/// Cells across a face of the cube of directions.
const CELLS: usize = 6;
/// Steps of a quarter turn.
const STEPS: usize = 8;

/// Pairs of points that are far apart, by direction.
pub(super) struct Widths {
    /// How far the body reaches along each axis: cells are those of the body made as wide along all, so
    /// that there are enough where a long one is thin.
    sides: [f64; 3],
    /// From the one to the other point of the pair of each cell, on the three faces of the cube.
    pairs: Vec<[f64; 3]>,
    /// Cosine and sine of half steps of a quarter turn.
    turns: [[f64; 2]; 2 * STEPS + 1],
}

impl Widths {
    pub(super) fn new(points: &Columns) -> Self {
        let middle = |k: usize| (2 * k + 1) as f64 / CELLS as f64 - 1.0;
        let sides = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|a| points.extent(a));
        let cells = (0..3 * CELLS * CELLS).map(|cell| {
            let (face, i, j) = (cell / (CELLS * CELLS), cell / CELLS % CELLS, cell % CELLS);
            let mut direction = [1.0; 3];
            (direction[(face + 1) % 3], direction[(face + 2) % 3]) = (middle(i), middle(j));
            points.furthest([0, 1, 2].map(|a| direction[a] / sides[a]))
        });
        let turn = |k: usize| k as f64 / (2 * STEPS) as f64 * std::f64::consts::FRAC_PI_2;
        let turns = std::array::from_fn(|k| [turn(k).cos(), turn(k).sin()]);
        Self { pairs: cells.collect(), sides, turns }
    }

    /// The pair of the cell a direction is in.
    fn pair(&self, direction: [f64; 3]) -> [f64; 3] {
        let direction = [0, 1, 2].map(|a| direction[a] * self.sides[a]);
        let longer =
            |a: usize, b: usize| if direction[b].abs() > direction[a].abs() { b } else { a };
        let face = longer(longer(0, 1), 2);
        let cell = |axis: usize| {
            let across = direction[axis % 3] / direction[face];
            (((across + 1.0) * 0.5 * CELLS as f64) as usize).min(CELLS - 1)
        };
        self.pairs[(face * CELLS + cell(face + 1)) * CELLS + cell(face + 2)]
    }

    /// The body is no less wide along a direction than this.
    pub(super) fn along(&self, direction: [f64; 3]) -> f64 {
        dot(self.pair(direction), direction).abs()
    }

    /// No rectangle around what the body shows in the plane of two perpendicular unit vectors has a
    /// smaller area than this.
    pub(super) fn rectangle(&self, [u, v]: [[f64; 3]; 2]) -> f64 {
        let mut least = f64::INFINITY;
        for ends in self.turns.windows(3).step_by(2) {
            let [cos, sin] = ends[1];
            let [one, other] = [[cos, sin], [-sin, cos]].map(|turn| {
                let pair = self.pair([0, 1, 2].map(|a| turn[0] * u[a] + turn[1] * v[a]));
                [dot(pair, u), dot(pair, v)]
            });
            // Along each, the pair's extent is concave as long as its sign stays; then the product of
            // two has its least at an end of the step.
            let along = |turn: [f64; 2]| one[0] * turn[0] + one[1] * turn[1];
            let across = |turn: [f64; 2]| other[1] * turn[0] - other[0] * turn[1];
            let [from, to] = [ends[0], ends[2]].map(|end| [along(end), across(end)]);
            let stays = from[0] * to[0] > 0.0 && from[1] * to[1] > 0.0;
            let smaller = (from[0] * from[1]).abs().min((to[0] * to[1]).abs());
            least = least.min(if stays { smaller } else { 0.0 });
        }
        least
    }
}

/// Points that are looked at side by side.
const LANES: usize = 4;

/// Points, each coordinate by itself.
pub(super) struct Columns {
    groups: Vec<[[f64; LANES]; 3]>,
}

impl Columns {
    /// Of at least one point; the last is repeated to fill a group.
    pub(super) fn new(points: &[[f64; 3]]) -> Self {
        let group = |part: &[[f64; 3]]| {
            let point = |lane: usize| part.get(lane).or(part.last()).copied().unwrap_or_default();
            [0, 1, 2].map(|a| std::array::from_fn(|lane| point(lane)[a]))
        };
        Self { groups: points.chunks(LANES).map(group).collect() }
    }

    /// How far the points reach along a direction.
    pub(super) fn extent(&self, axis: [f64; 3]) -> f64 {
        let (mut lo, mut hi) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        for group in &self.groups {
            for lane in 0..LANES {
                let along = dot(axis, [group[0][lane], group[1][lane], group[2][lane]]);
                lo[lane] = if along < lo[lane] { along } else { lo[lane] };
                hi[lane] = if along > hi[lane] { along } else { hi[lane] };
            }
        }
        hi.into_iter().fold(f64::NEG_INFINITY, f64::max)
            - lo.into_iter().fold(f64::INFINITY, f64::min)
    }

    /// From the first to the last of the points along a direction.
    fn furthest(&self, direction: [f64; 3]) -> [f64; 3] {
        let (mut lo, mut hi) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        let (mut first, mut last) = ([0_u64; LANES], [0_u64; LANES]);
        for (k, group) in (0_u64..).zip(&self.groups) {
            for lane in 0..LANES {
                let along = dot(direction, [group[0][lane], group[1][lane], group[2][lane]]);
                let (before, behind) = (along < lo[lane], along > hi[lane]);
                lo[lane] = if before { along } else { lo[lane] };
                first[lane] = if before { k } else { first[lane] };
                hi[lane] = if behind { along } else { hi[lane] };
                last[lane] = if behind { k } else { last[lane] };
            }
        }
        let lowest = (1..LANES).fold(0, |best, lane| if lo[lane] < lo[best] { lane } else { best });
        let highest =
            (1..LANES).fold(0, |best, lane| if hi[lane] > hi[best] { lane } else { best });
        let point = |k: u64, lane: usize| {
            self.groups.get(k as usize).map_or([0.0; 3], |group| [0, 1, 2].map(|a| group[a][lane]))
        };
        let (from, to) = (point(first[lowest], lowest), point(last[highest], highest));
        [0, 1, 2].map(|a| to[a] - from[a])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{cross, norm};

    #[test]
    fn no_rectangle_is_smaller_and_few_are_much_larger() {
        let mut state = 11_u64;
        let mut draw = || {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            (state >> 8) as f64 / f64::from(1 << 23)
        };
        let extent = |points: &[[f64; 3]], axis: [f64; 3]| {
            let ends = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), p| {
                (lo.min(dot(axis, *p)), hi.max(dot(axis, *p)))
            });
            ends.1 - ends.0
        };
        for sides in [[10.0, 10.0, 10.0], [30.0, 10.0, 3.0]] {
            // On an ellipsoid.
            let points: Vec<[f64; 3]> = (0..400)
                .map(|_| {
                    let p = [draw() - 0.5, draw() - 0.5, draw() - 0.5];
                    [0, 1, 2].map(|a| sides[a] * p[a] / norm(p))
                })
                .collect();
            let columns = Columns::new(&points);
            assert_eq!(columns.extent([0.6, 0.0, -0.8]), extent(&points, [0.6, 0.0, -0.8]));
            let widths = Widths::new(&columns);
            let mut loose = 0;
            for _ in 0..200 {
                let up = [draw() - 0.5, draw() - 0.5, draw() - 0.5];
                let u = cross(up, [draw(), draw(), draw()]);
                let u = u.map(|part| part / norm(u));
                let v = cross(up.map(|part| part / norm(up)), u);
                let bound = widths.rectangle([u, v]);
                let least = (0..900).map(|k| {
                    let (s, c) = (f64::from(k) / 10.0).to_radians().sin_cos();
                    let axis = |c: f64, s: f64| [0, 1, 2].map(|a| c * u[a] + s * v[a]);
                    extent(&points, axis(c, s)) * extent(&points, axis(-s, c))
                });
                let least = least.fold(f64::INFINITY, f64::min);
                assert!(bound <= least, "{bound} {least}");
                loose += usize::from(bound < 0.6 * least);
            }
            // What is loose costs time and no more: the box is tried.
            assert!(loose <= 20, "{loose} of 200 bounds");
        }
    }
}

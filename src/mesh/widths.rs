//! How wide a body is at least, by pairs of its points.
//!
//! Two points of a body are as far apart, along any direction, as it is wide there or less. With
//! pairs that are far apart along directions all around, that is a bound about a per cent off.

use super::columns::Columns;
use super::net::Net;
use crate::engine::{Loop, wide};
use crate::geometry::dot;

/// Cells across a face of the cube of directions.
const CELLS: usize = 16;
/// Steps of a quarter turn that are looked at side by side.
const SIDE_BY_SIDE: usize = 8;
/// Groups of steps of a quarter turn, for a bound that is soon made.
pub(super) const FEW: usize = 1;
/// For one that is closer.
pub(super) const MANY: usize = 4;

/// Pairs of points that are far apart, by direction.
pub(super) struct Widths {
    /// How far the body reaches along each axis: cells are those of the body made as wide along all, so
    /// that there are enough where a long one is thin.
    sides: [f64; 3],
    /// From the one to the other point of the pair of each cell, on the three faces of the cube.
    pairs: Vec<[f64; 3]>,
    /// Steps of a quarter turn, [`FEW`] and [`MANY`] groups of them.
    few: [Steps; FEW],
    many: [Steps; MANY],
}

/// A number for each of some steps.
type Lanes = [f64; SIDE_BY_SIDE];

/// Cosines and sines where each of some steps begins, of its middle, and where it ends.
struct Steps([[Lanes; 2]; 3]);

impl Steps {
    /// The groups of a quarter turn.
    fn of_quarter<const GROUPS: usize>() -> [Self; GROUPS] {
        let step = std::f64::consts::FRAC_PI_2 / (GROUPS * SIDE_BY_SIDE) as f64;
        std::array::from_fn(|group| {
            Self([0.0, 0.5, 1.0].map(|part| {
                let angle = |lane: usize| ((group * SIDE_BY_SIDE + lane) as f64 + part) * step;
                [f64::cos, f64::sin].map(|f| std::array::from_fn(|lane| f(angle(lane))))
            }))
        })
    }
}

impl Widths {
    pub(super) fn new(points: &Columns, net: &Net<'_>) -> Self {
        let mut ends = [0; 2];
        let middle = |k: usize| (2 * k + 1) as f64 / CELLS as f64 - 1.0;
        let sides = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|a| points.extent(a));
        let cells = (0..3 * CELLS * CELLS).map(|cell| {
            let (face, i, j) = (cell / (CELLS * CELLS), cell / CELLS % CELLS, cell % CELLS);
            let mut direction = [1.0; 3];
            (direction[(face + 1) % 3], direction[(face + 2) % 3]) = (middle(i), middle(j));
            let direction = [0, 1, 2].map(|a| direction[a] / sides[a]);
            // From those of the cell beside it, which are near.
            ends = [net.climb(ends[0], direction.map(|part| -part)), net.climb(ends[1], direction)];
            let [from, to] = ends.map(|k| net.point(k));
            [0, 1, 2].map(|a| to[a] - from[a])
        });
        let (few, many) = (Steps::of_quarter(), Steps::of_quarter());
        Self { pairs: cells.collect(), sides, few, many }
    }

    /// The cell of a direction, which is in units of the body's sides.
    #[inline(always)]
    fn cell([z, y, x]: [f64; 3]) -> u32 {
        // Which is the longest is as good as random: no branches.
        let (over_z, longer) = (y.abs() > z.abs(), y.abs().max(z.abs()));
        let over_both = x.abs() > longer;
        let pick = |of_z: f64, of_y: f64, of_x: f64| {
            let either = if over_z { of_y } else { of_z };
            if over_both { of_x } else { either }
        };
        let (face, up) = (pick(0.0, 1.0, 2.0), pick(z, y, x));
        let (to, aside) = (pick(y, x, z), pick(x, z, y));
        let (half, last) = (0.5 * CELLS as f64, (CELLS - 1) as f64);
        let scale = half / up;
        let place = |along: f64| (along * scale + half).clamp(0.0, last) as i32 as u32;
        (face as i32 as u32 * CELLS as u32 + place(to)) * CELLS as u32 + place(aside)
    }

    /// The body is no less wide along a direction than this.
    pub(super) fn along(&self, direction: [f64; 3]) -> f64 {
        let cell = Self::cell([0, 1, 2].map(|a| direction[a] * self.sides[a]));
        dot(self.pairs[cell as usize], direction).abs()
    }

    /// No rectangle around what the body shows in the plane of two perpendicular unit vectors has a
    /// smaller area than this, looked at in [`FEW`] or [`MANY`] groups of steps.
    pub(super) fn rectangle(&self, plane: [[f64; 3]; 2], groups: usize) -> f64 {
        let steps: &[Steps] = if groups == FEW { &self.few } else { &self.many };
        wide(Rectangle { widths: self, plane, steps })
    }

    /// What the pairs of directions in a plane show along its two vectors.
    #[inline(always)]
    fn shown(
        &self,
        plane: [[f64; 3]; 2],
        scaled: [[f64; 3]; 2],
        cos: &Lanes,
        sin: &Lanes,
    ) -> [Lanes; 2] {
        let mut cells = [0; SIDE_BY_SIDE];
        for k in 0..SIDE_BY_SIDE {
            let turned = |a: usize| cos[k] * scaled[0][a] + sin[k] * scaled[1][a];
            cells[k] = Self::cell([turned(0), turned(1), turned(2)]);
        }
        let mut pairs = [[0.0; SIDE_BY_SIDE]; 3];
        for (k, cell) in cells.into_iter().enumerate() {
            let pair = self.pairs[cell as usize];
            (0..3).for_each(|a| pairs[a][k] = pair[a]);
        }
        plane
            .map(|axis| std::array::from_fn(|k| dot(axis, [pairs[0][k], pairs[1][k], pairs[2][k]])))
    }
}

/// The least area of a rectangle by these steps.
struct Rectangle<'a> {
    widths: &'a Widths,
    plane: [[f64; 3]; 2],
    steps: &'a [Steps],
}

impl Loop for Rectangle<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Self { widths, plane, steps } = self;
        let scaled = plane.map(|axis| [0, 1, 2].map(|a| axis[a] * widths.sides[a]));
        let mut least = [f64::INFINITY; SIDE_BY_SIDE];
        for Steps([begin, [cos, sin], end]) in steps {
            let one = widths.shown(plane, scaled, cos, sin);
            let other = widths.shown(plane, scaled, &sin.map(|sin| -sin), cos);
            for k in 0..SIDE_BY_SIDE {
                // Along each, the pair's extent is concave as long as its sign stays; then the product
                // of two has its least at an end of the step.
                let along = |[cos, sin]: &[Lanes; 2]| one[0][k] * cos[k] + one[1][k] * sin[k];
                let across = |[cos, sin]: &[Lanes; 2]| other[1][k] * cos[k] - other[0][k] * sin[k];
                let [from, to] = [begin, end].map(|turn| [along(turn), across(turn)]);
                let stays = (from[0] * to[0]).min(from[1] * to[1]) > 0.0;
                let smaller = (from[0] * from[1]).abs().min((to[0] * to[1]).abs());
                least[k] = least[k].min(if stays { smaller } else { 0.0 });
            }
        }
        least.into_iter().fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{cross, norm};
    use crate::mesh::Hull;

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
            // In so small units that none lies within the hull of the others.
            let fine: Vec<_> = points.iter().map(|p| p.map(|part| (1e4 * part) as i64)).collect();
            let hull = Hull::new(&fine).unwrap();
            let points = hull.in_mm([1e-4; 3]);
            let widths = Widths::new(&Columns::new(&points), &Net::new(&points, &hull.facets));
            let mut loose = 0;
            for _ in 0..200 {
                let up = [draw() - 0.5, draw() - 0.5, draw() - 0.5];
                let u = cross(up, [draw(), draw(), draw()]);
                let u = u.map(|part| part / norm(u));
                let v = cross(up.map(|part| part / norm(up)), u);
                let [first, bound] = [FEW, MANY].map(|steps| widths.rectangle([u, v], steps));
                let least = (0..900).map(|k| {
                    let (s, c) = (f64::from(k) / 10.0).to_radians().sin_cos();
                    let axis = |c: f64, s: f64| [0, 1, 2].map(|a| c * u[a] + s * v[a]);
                    extent(&points, axis(c, s)) * extent(&points, axis(-s, c))
                });
                let least = least.fold(f64::INFINITY, f64::min);
                assert!(bound <= least && first <= least, "{first} {bound} {least}");
                loose += usize::from(bound < 0.9 * least);
            }
            // What is loose costs time and no more: the box is tried.
            assert!(loose <= 20, "{loose} of 200 bounds");
        }
    }
}

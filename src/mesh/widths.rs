//! How wide a body is at least, by pairs of its points.
//!
//! Two points of a body are as far apart, along any direction, as it is wide there or less. With the
//! pairs that are furthest apart along directions all around, that is a bound a few per cent off.

use crate::geometry::dot;

/// Cells across a face of the cube of directions.
const CELLS: usize = 10;
/// Steps of a quarter turn.
const STEPS: usize = 8;

/// Pairs of points that are far apart, by direction.
pub(super) struct Widths {
    /// From the one to the other point of the pair of each cell, on the three faces of the cube.
    pairs: Vec<[f64; 3]>,
    /// Cosine and sine of half steps of a quarter turn.
    turns: [[f64; 2]; 2 * STEPS + 1],
}

impl Widths {
    pub(super) fn new(points: &[[f64; 3]]) -> Self {
        let middle = |k: usize| (2 * k + 1) as f64 / CELLS as f64 - 1.0;
        let cells = (0..3 * CELLS * CELLS).map(|cell| {
            let (face, i, j) = (cell / (CELLS * CELLS), cell / CELLS % CELLS, cell % CELLS);
            let mut direction = [1.0; 3];
            (direction[(face + 1) % 3], direction[(face + 2) % 3]) = (middle(i), middle(j));
            furthest(points, direction)
        });
        let turn = |k: usize| k as f64 / (2 * STEPS) as f64 * std::f64::consts::FRAC_PI_2;
        let turns = std::array::from_fn(|k| [turn(k).cos(), turn(k).sin()]);
        Self { pairs: cells.collect(), turns }
    }

    /// The pair of the cell a direction is in.
    fn pair(&self, direction: [f64; 3]) -> [f64; 3] {
        let longer = |a: usize, b: usize| if direction[b].abs() > direction[a].abs() { b } else { a };
        let face = longer(longer(0, 1), 2);
        let cell = |axis: usize| {
            let across = direction[axis % 3] / direction[face];
            (((across + 1.0) * 0.5 * CELLS as f64) as usize).min(CELLS - 1)
        };
        self.pairs[(face * CELLS + cell(face + 1)) * CELLS + cell(face + 2)]
    }

    /// No rectangle around what the body shows in the plane of two perpendicular unit vectors has a
    /// smaller area than this.
    pub(super) fn rectangle(&self, [u, v]: [[f64; 3]; 2]) -> f64 {
        let mut least = f64::INFINITY;
        for ends in self.turns.windows(3).step_by(2) {
            let [c, s] = ends[1];
            let [one, other] = [[c, s], [-s, c]].map(|[c, s]| {
                let pair = self.pair([0, 1, 2].map(|a| c * u[a] + s * v[a]));
                [dot(pair, u), dot(pair, v)]
            });
            // Along each, the pair's extent is concave as long as its sign stays; then the product of
            // two has its least at an end of the step.
            let along = |[c, s]: [f64; 2]| one[0] * c + one[1] * s;
            let across = |[c, s]: [f64; 2]| other[1] * c - other[0] * s;
            let [a, b] = [ends[0], ends[2]].map(|end| [along(end), across(end)]);
            let stays = a[0] * b[0] > 0.0 && a[1] * b[1] > 0.0;
            let smaller = (a[0] * a[1]).abs().min((b[0] * b[1]).abs());
            least = least.min(if stays { smaller } else { 0.0 });
        }
        least
    }
}

/// From the first to the last of the points along a direction.
fn furthest(points: &[[f64; 3]], direction: [f64; 3]) -> [f64; 3] {
    let (mut lo, mut hi) = ((f64::INFINITY, [0.0; 3]), (f64::NEG_INFINITY, [0.0; 3]));
    for point in points {
        let along = dot(*point, direction);
        if along < lo.0 {
            lo = (along, *point);
        }
        if along > hi.0 {
            hi = (along, *point);
        }
    }
    [0, 1, 2].map(|a| hi.1[a] - lo.1[a])
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
                (lo.min(dot(*p, axis)), hi.max(dot(*p, axis)))
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
            let widths = Widths::new(&points);
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
                assert!(bound <= least && bound > 0.75 * least, "{bound} {least}");
            }
        }
    }
}

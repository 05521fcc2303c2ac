//! Exact Euclidean distance between voxel centres, in mm, on an anisotropic lattice.
//!
//! Separable: one lower envelope of parabolas for each line of each axis.

use super::envelope::Envelope;
use crate::engine::Engine;
use ndarray::Array3;

/// Squared distance in mm² of each voxel centre `[z, y, x]` to the nearest voxel of `set`.
///
/// 0 inside the set; infinite everywhere where it is empty. Nothing lies beyond the array.
pub(crate) fn squared_distance(
    set: &Array3<bool>,
    spacing: [f64; 3],
    engine: &Engine,
) -> Array3<f64> {
    let (nz, ny, nx) = set.dim();
    let mut out = set.map(|inside| if *inside { 0.0 } else { f64::INFINITY });
    if let Some(values) = out.as_slice_mut() {
        engine.fill(values, ny * nx, |_, plane| {
            let mut line = Line::new(nx, spacing[2]);
            for y in 0..ny {
                line.transform(&mut plane[y * nx..][..nx], 0, 1);
            }
            let mut line = Line::new(ny, spacing[1]);
            for x in 0..nx {
                line.transform(plane, x, nx);
            }
        });
        let mut line = Line::new(nz, spacing[0]);
        for start in 0..ny * nx {
            line.transform(values, start, ny * nx);
        }
    }
    out
}

/// Room for one line.
struct Line {
    n: usize,
    values: Vec<f64>,
    envelope: Envelope,
}

impl Line {
    fn new(n: usize, spacing: f64) -> Self {
        Self { n, values: Vec::with_capacity(n), envelope: Envelope::new(n, spacing) }
    }

    /// Replaces the line's values, `step` apart, by `min over j of value[j] + (spacing (i - j))²`.
    fn transform(&mut self, data: &mut [f64], start: usize, step: usize) {
        let Self { n, values, envelope } = self;
        values.clear();
        values.extend((0..*n).map(|i| data[start + i * step]));
        // Nothing to carry, or nothing to lower: most lines of a compact set.
        if values.iter().all(|v| *v == 0.0) || values.iter().all(|v| v.is_infinite()) {
            return;
        }
        envelope.clear();
        for (i, value) in values.iter().enumerate().filter(|(_, v)| v.is_finite()) {
            envelope.add(i as f64, *value);
        }
        envelope.read(0, *n, |i, found| data[start + i * step] = found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(set: &Array3<bool>, spacing: [f64; 3]) -> Array3<f64> {
        let members: Vec<_> = set.indexed_iter().filter(|(_, inside)| **inside).collect();
        Array3::from_shape_fn(set.dim(), |(z, y, x)| {
            let squared = |&((a, b, c), _): &((usize, usize, usize), &bool)| {
                let away = [(z, a), (y, b), (x, c)].map(|(i, j)| i as f64 - j as f64);
                (0..3).map(|k| (away[k] * spacing[k]).powi(2)).sum::<f64>()
            };
            members.iter().map(squared).fold(f64::INFINITY, f64::min)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn equals_brute_force(
            shape in [1_usize..8, 1_usize..8, 1_usize..8],
            spacing in [0.3..4.0, 0.3..4.0, 0.3..4.0],
            seed in proptest::collection::vec(0_u8..20, 343),
        ) {
            let [_, ny, nx] = shape;
            let set = Array3::from_shape_fn(shape, |(z, y, x)| seed[(z * ny + y) * nx + x] == 0);
            let found = squared_distance(&set, spacing, &Engine::serial());
            for (a, b) in found.iter().zip(&brute(&set, spacing)) {
                prop_assert!(a == b || (a - b).abs() < 1e-9 * (1.0 + b));
            }
        }
    }

    #[test]
    fn an_empty_set_is_infinitely_far() {
        let far =
            squared_distance(&Array3::from_elem((2, 3, 4), false), [1.0; 3], &Engine::serial());
        assert!(far.iter().all(|d| *d == f64::INFINITY));
    }
}

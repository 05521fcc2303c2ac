//! How far voxel centres are from the nearest centre of the other kind, inside or outside of a set.
//!
//! Lower envelopes of parabolas, of both kinds at once: along a line, nothing
//! beyond the next voxel of the other kind is nearer than that voxel, so each stretch of one kind
//! is a line of its own.

use crate::engine::Engine;
use crate::image::Envelope;
use ndarray::Array3;

/// Signed distances, before they are put together to an array.
pub(super) struct Signed<'a> {
    set: &'a [bool],
    shape: [usize; 3],
    spacing: [f64; 3],
    /// Squared mm within the planes across z.
    within: Vec<f64>,
    /// Squared mm from which on nobody asks how far it is.
    farthest: f64,
}

impl<'a> Signed<'a> {
    /// Of a set in C order; distances of more than `farthest_mm` may be any that are as large.
    pub(super) fn new(
        set: &'a Array3<bool>,
        spacing: [f64; 3],
        farthest_mm: f64,
        engine: &Engine,
    ) -> Self {
        let (nz, ny, nx) = set.dim();
        let set = set.as_slice().unwrap_or_default();
        let farthest = farthest_mm * farthest_mm;
        let mut within = vec![f64::INFINITY; set.len()];
        let along: Vec<f64> = (0..=nx).map(|k| k as f64 * spacing[2]).map(|mm| mm * mm).collect();
        engine.fill(&mut within, (ny * nx).max(1), |z, plane| {
            let set = &set[z * ny * nx..][..ny * nx];
            for (row, out) in set.chunks_exact(nx.max(1)).zip(plane.chunks_exact_mut(nx.max(1))) {
                each_stretch(row.iter().copied(), |from, to| {
                    for k in from..to {
                        let back = if from > 0 { k - from + 1 } else { usize::MAX };
                        let on = if to < nx { to - k } else { usize::MAX };
                        out[k] = along.get(back.min(on)).copied().unwrap_or(f64::INFINITY);
                    }
                });
            }
            let mut line = Line::new(ny, spacing[1], farthest);
            for x in 0..nx {
                line.transform(plane, set, (x, nx));
            }
        });
        Self { set, shape: [nz, ny, nx], spacing, within, farthest }
    }

    /// Distances in mm of the voxels `[z, x]` of all rows `y`, positive inside.
    pub(super) fn across(&self, y: usize) -> Vec<f64> {
        let [nz, ny, nx] = self.shape;
        let (mut values, mut kinds) = (vec![0.0; nz * nx], vec![false; nz * nx]);
        for z in 0..nz {
            let at = (z * ny + y) * nx;
            values[z * nx..][..nx].copy_from_slice(&self.within[at..][..nx]);
            kinds[z * nx..][..nx].copy_from_slice(&self.set[at..][..nx]);
        }
        let mut line = Line::new(nz, self.spacing[0], self.farthest);
        for x in 0..nx {
            line.transform(&mut values, &kinds, (x, nx));
        }
        for (value, inside) in values.iter_mut().zip(&kinds) {
            // Nothing of the other kind near: as far as anybody asks.
            let mm = value.min(self.farthest).sqrt();
            *value = if *inside { mm } else { -mm };
        }
        values
    }
}

/// Hands `f` each stretch of one kind as first index and one past the last.
fn each_stretch(kinds: impl Iterator<Item = bool>, mut f: impl FnMut(usize, usize)) {
    let (mut from, mut kind, mut end) = (0, None, 0);
    for (k, own) in kinds.enumerate() {
        if kind.is_some_and(|kind| kind != own) {
            f(from, k);
            from = k;
        }
        (kind, end) = (Some(own), k + 1);
    }
    if end > from {
        f(from, end);
    }
}

/// Room for one line.
struct Line {
    n: usize,
    farthest: f64,
    found: Vec<f64>,
    envelope: Envelope,
}

impl Line {
    fn new(n: usize, spacing: f64, farthest: f64) -> Self {
        Self { n, farthest, found: vec![0.0; n], envelope: Envelope::new(n, spacing) }
    }

    /// Lowers each of the line's values, `step` apart, to the least sum of a value of its own stretch
    /// and the squared distance to it; just beyond a stretch the value is 0.
    fn transform(&mut self, values: &mut [f64], kinds: &[bool], (start, step): (usize, usize)) {
        let Self { n, farthest, found, envelope } = self;
        let n = *n;
        let own = kinds.iter().skip(start).step_by(step).take(n).copied();
        each_stretch(own, |from, to| {
            envelope.clear();
            if from > 0 {
                envelope.add(from as f64 - 1.0, 0.0);
            }
            for k in from..to {
                let value = values[start + k * step];
                if value <= *farthest {
                    envelope.add(k as f64, value);
                }
            }
            if to < n {
                envelope.add(to as f64, 0.0);
            }
            envelope.read(from, to, |k, least| found[k] = least);
        });
        let places = values.iter_mut().skip(start).step_by(step);
        places.zip(&*found).for_each(|(value, found)| *value = *found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::squared_distance;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// As one distance transform of each kind has it.
        #[test]
        fn equals_two_transforms(
            shape in [1_usize..8, 1_usize..8, 1_usize..8],
            spacing in [0.3..4.0, 0.3..4.0, 0.3..4.0],
            farthest in 2.0..30.0,
            seed in proptest::collection::vec(0_u8..20, 343),
            sparse in 1_u8..20,
        ) {
            let [_, ny, nx] = shape;
            let member = |(z, y, x)| seed[(z * ny + y) * nx + x] < sparse;
            let set = Array3::from_shape_fn(shape, member);
            let one = Engine::serial();
            let inward = squared_distance(&set.map(|inside| !inside), spacing, &one);
            let outward = squared_distance(&set, spacing, &one);
            let signed = Signed::new(&set, spacing, farthest, &Engine::new(2));
            for y in 0..ny {
                for (at, found) in signed.across(y).into_iter().enumerate() {
                    let at = [at / nx, y, at % nx];
                    let wanted = inward[at].sqrt() - outward[at].sqrt();
                    if wanted.abs() < farthest {
                        prop_assert!((found - wanted).abs() < 1e-9, "{} {}", found, wanted);
                    } else {
                        prop_assert!(found.signum() == wanted.signum());
                        prop_assert!(found.abs() > farthest * (1.0 - 1e-9));
                    }
                }
            }
        }
    }
}

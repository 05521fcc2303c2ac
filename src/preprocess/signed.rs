//! How far voxel centres are from the nearest centre of the other kind, inside or outside of a set.
//!
//! Axis by axis, and of both kinds at once: a squared distance has the sign of its voxel's kind, and
//! counts as 0 for a voxel of the other. Few voxels are far from the other kind, so that each looks
//! outwards along the axis until none that follows can be nearer.

use crate::engine::{Engine, Loop, wide};
use ndarray::Array3;

/// Voxels of a row that look outwards together.
const GROUP: usize = 8;

/// Signed distances, before they are put together to an array.
pub(super) struct Signed {
    /// `[z, y, x]`, of whole groups along x.
    shape: [usize; 3],
    /// Voxels along x.
    nx: usize,
    spacing: [f64; 3],
    /// Squared mm within the planes across z, negative outside, in C order.
    within: Vec<f64>,
    /// Squared mm from which on nobody asks how far it is.
    farthest: f64,
}

impl Signed {
    /// Of a set in C order; distances of more than `farthest_mm` may be any that are as large.
    pub(super) fn new(
        set: &Array3<bool>,
        spacing: [f64; 3],
        farthest_mm: f64,
        engine: &Engine,
    ) -> Self {
        let (nz, ny, nx) = set.dim();
        let set = set.as_slice().unwrap_or_default();
        let farthest = farthest_mm * farthest_mm;
        let width = nx.next_multiple_of(GROUP);
        let mut within = vec![0.0; nz * ny * width];
        let along: Vec<f64> = (0..=nx).map(|k| k as f64 * spacing[2]).map(|mm| mm * mm).collect();
        engine.fill(&mut within, (ny * width).max(1), |z, plane| {
            let mut rows = vec![0.0; ny * width];
            for (y, out) in rows.chunks_exact_mut(width.max(1)).enumerate() {
                along_row(&set[(z * ny + y) * nx..][..nx], &along, out);
            }
            let rows = Rows { values: &rows, width, step: width, count: ny, spacing: spacing[1] };
            for (y, out) in plane.chunks_exact_mut(width.max(1)).enumerate() {
                wide(Outwards { rows, own: y, farthest, out });
            }
        });
        Self { shape: [nz, ny, width], nx, spacing, within, farthest }
    }

    /// Distances in mm of the voxels `[z, x]` of all rows `y`, positive inside.
    pub(super) fn across(&self, y: usize) -> Vec<f64> {
        let ([nz, ny, width], spacing) = (self.shape, self.spacing[0]);
        let mut out = Vec::with_capacity(nz * self.nx);
        let mut row = vec![0.0; width];
        if let Some(values) = self.within.get(y * width..) {
            let rows = Rows { values, width, step: ny * width, count: nz, spacing };
            for own in 0..nz {
                wide(Outwards { rows, own, farthest: self.farthest, out: &mut row });
                out.extend(row[..self.nx].iter().map(|v| v.abs().sqrt().copysign(*v)));
            }
        }
        out
    }
}

/// Signed squared distances along a row; `along` has the squares of so many steps.
fn along_row(kinds: &[bool], along: &[f64], out: &mut [f64]) {
    let mut from = 0;
    for stretch in kinds.chunk_by(|a, b| a == b) {
        let to = from + stretch.len();
        for (k, (inside, out)) in stretch.iter().zip(&mut out[from..to]).enumerate() {
            let back = if from > 0 { k + 1 } else { usize::MAX };
            let on = if to < kinds.len() { stretch.len() - k } else { usize::MAX };
            let squared = along.get(back.min(on)).copied().unwrap_or(f64::INFINITY);
            *out = if *inside { squared } else { -squared };
        }
        from = to;
    }
}

/// Rows of signed squared distances, side by side along an axis.
#[derive(Clone, Copy)]
struct Rows<'a> {
    values: &'a [f64],
    /// Values of a row, whole groups.
    width: usize,
    /// From the first value of a row to that of the next.
    step: usize,
    count: usize,
    /// From one row to the next, mm.
    spacing: f64,
}

/// One row's distances with those along the axis, up to the farthest.
struct Outwards<'a, 'b> {
    rows: Rows<'a>,
    own: usize,
    farthest: f64,
    out: &'b mut [f64],
}

impl Loop for Outwards<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Rows { values, width, step, count, spacing } = self.rows;
        let groups = |row: usize| values[row * step..][..width].as_chunks::<GROUP>().0;
        for (at, (own, out)) in
            groups(self.own).iter().zip(self.out.as_chunks_mut::<GROUP>().0).enumerate()
        {
            let mut least = own.map(|v| v.abs().min(self.farthest));
            for steps in 1..count {
                let away = steps as f64 * spacing;
                let away = away * away;
                if least.iter().fold(0, |any, v| any | u8::from(*v > away)) == 0 {
                    break;
                }
                if steps <= self.own {
                    least = looked(least, own, &groups(self.own - steps)[at], away);
                }
                if steps < count - self.own {
                    least = looked(least, own, &groups(self.own + steps)[at], away);
                }
            }
            for k in 0..GROUP {
                out[k] = least[k].copysign(own[k]);
            }
        }
    }
}

/// The least of what was found and what is found in a row `away` squared mm from the voxels' own.
#[inline(always)]
fn looked(
    least: [f64; GROUP],
    own: &[f64; GROUP],
    other: &[f64; GROUP],
    away: f64,
) -> [f64; GROUP] {
    std::array::from_fn(|k| {
        // What is of the other kind is negative from here.
        let theirs = other[k] * 1.0_f64.copysign(own[k]);
        let sum = away + if theirs > 0.0 { theirs } else { 0.0 };
        if sum < least[k] { sum } else { least[k] }
    })
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

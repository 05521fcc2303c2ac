//! Which source voxels make one output voxel along an axis, and with what weights.

use super::Interpolation;

/// Positions this near to a whole or half voxel are taken for it: headers round their spacing.
const SNAP: f64 = 1e-9;

/// Source indices and weights of one output index along one axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taps {
    at: [usize; 4],
    weight: [f64; 4],
    len: usize,
}

impl Taps {
    /// The voxel itself, bit for bit.
    pub(super) fn identity(index: usize) -> Self {
        Self { at: [index; 4], weight: [1.0, 0.0, 0.0, 0.0], len: 1 }
    }

    /// Taps at the fractional index `position` of an axis of `n` voxels.
    ///
    /// Beyond the outer voxel centres the nearest voxel counts. Cubic taps are B-spline
    /// coefficients, mirrored at the outer centres as the prefilter mirrors the samples.
    pub(super) fn new(position: f64, n: usize, kind: Interpolation) -> Self {
        let last = n - 1;
        let half = (2.0 * position).round() / 2.0;
        let x = if (position - half).abs() < SNAP { half } else { position };
        let x = x.clamp(0.0, last as f64);
        let floor = x.floor();
        let (i, t) = (floor as usize, x - floor);
        match kind {
            Interpolation::Nearest => Self::identity(((x + 0.5).floor() as usize).min(last)),
            // A tap without weight is left out, so that a value that is not finite cannot leak.
            Interpolation::Linear if t == 0.0 => Self::identity(i),
            Interpolation::Linear => {
                Self { at: [i, i + 1, i, i], weight: [1.0 - t, t, 0.0, 0.0], len: 2 }
            }
            Interpolation::CubicBspline => {
                let at = [-1, 0, 1, 2].map(|away| mirrored(i as i64 + away, last as i64));
                Self { at, weight: cubic(t), len: 4 }
            }
        }
    }

    /// Source index and weight of each tap.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.at.iter().copied().zip(self.weight).take(self.len)
    }

    /// How many there are: 1, 2 or 4.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The taps as `N`, 1, 2 or 4, of which there are not more. A single one among two is two halves
    /// of itself: they add up to it whatever it is.
    pub(super) fn spread<const N: usize>(&self) -> ([usize; N], [f64; N]) {
        let weight = if self.len == 1 && N == 2 { [0.5; 4] } else { self.weight };
        (std::array::from_fn(|k| self.at[k]), std::array::from_fn(|k| weight[k]))
    }

    /// The same taps counted from source index `first`.
    pub(super) fn starting_at(mut self, first: usize) -> Self {
        self.at = self.at.map(|i| i.saturating_sub(first));
        self
    }
}

/// The cubic B-spline at the four nearest whole positions, `t` beyond the second.
fn cubic(t: f64) -> [f64; 4] {
    let s = 1.0 - t;
    [
        s * s * s / 6.0,
        (4.0 - 3.0 * t * t * (2.0 - t)) / 6.0,
        (4.0 - 3.0 * s * s * (2.0 - s)) / 6.0,
        t * t * t / 6.0,
    ]
}

/// Whole-sample symmetric continuation: `c b | a b c | b a`.
fn mirrored(index: i64, last: i64) -> usize {
    if last == 0 {
        return 0;
    }
    let folded = index.rem_euclid(2 * last);
    folded.min(2 * last - folded) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taps(x: f64, n: usize, kind: Interpolation) -> Vec<(usize, f64)> {
        Taps::new(x, n, kind).iter().collect()
    }

    #[test]
    fn weights_add_up_to_one_and_indices_stay_inside() {
        for kind in [Interpolation::Nearest, Interpolation::Linear, Interpolation::CubicBspline] {
            for n in 1..6 {
                for step in -20..80 {
                    let taps = taps(f64::from(step) * 0.1, n, kind);
                    assert!((taps.iter().map(|t| t.1).sum::<f64>() - 1.0).abs() < 1e-15);
                    assert!(taps.iter().all(|t| t.0 < n), "{kind:?} {n} {step} {taps:?}");
                }
            }
        }
    }

    #[test]
    fn rounding_of_a_position_decides_nothing() {
        assert_eq!(taps(2.5 - 1e-13, 9, Interpolation::Nearest), [(3, 1.0)]);
        assert_eq!(taps(2.5 + 1e-13, 9, Interpolation::Nearest), [(3, 1.0)]);
        assert_eq!(taps(3.0 - 1e-13, 9, Interpolation::Linear), [(3, 1.0)]);
        assert_eq!(taps(-0.4, 9, Interpolation::Linear), [(0, 1.0)]);
        assert_eq!(taps(8.4, 9, Interpolation::Nearest), [(8, 1.0)]);
    }

    #[test]
    fn mirror_does_not_repeat_the_edge() {
        assert_eq!([-2, -1, 0, 3, 4, 5].map(|i| mirrored(i, 3)), [2, 1, 0, 3, 2, 1]);
    }
}

//! How far points reach along a direction.

use crate::engine::{Loop, wide};
use crate::geometry::dot;

/// Points that are looked at side by side.
const LANES: usize = 16;

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
        wide(Extent { groups: &self.groups, axis })
    }
}

/// How far points reach along an axis; with vectors as wide as the processor's.
struct Extent<'a> {
    groups: &'a [[[f64; LANES]; 3]],
    axis: [f64; 3],
}

impl Loop for Extent<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Self { groups, axis } = self;
        let (mut lo, mut hi) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        for group in groups {
            for lane in 0..LANES {
                let along = dot(axis, [group[0][lane], group[1][lane], group[2][lane]]);
                lo[lane] = if along < lo[lane] { along } else { lo[lane] };
                hi[lane] = if along > hi[lane] { along } else { hi[lane] };
            }
        }
        hi.into_iter().fold(f64::NEG_INFINITY, f64::max)
            - lo.into_iter().fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_reach_as_far_as_one_by_one() {
        let axis = [0.6, 0.0, -0.8];
        // A group that is not full, full ones, and some points more.
        for n in [1, LANES, 2 * LANES + 3] {
            let place = |k: usize, a: usize| (k * [7, 11, 13][a] % 17) as f64 / 3.0 - 2.0;
            let points: Vec<_> = (0..n).map(|k| [0, 1, 2].map(|a| place(k, a))).collect();
            let along = points.iter().map(|point| dot(axis, *point));
            let (lo, hi) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), along| {
                (lo.min(along), hi.max(along))
            });
            assert_eq!(Columns::new(&points).extent(axis), hi - lo);
        }
    }
}

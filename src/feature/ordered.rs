//! The intensities of a region in ascending order.

mod ascending;
mod repeated;

use super::by_turns::ByTurns;
use super::percentile::{self, Place};
use crate::image::{Selected, Whole};
use ascending::ascending;
use repeated::repeated;

/// Values in ascending order, and how many there are up to each.
///
/// Sums over them run from the lowest to the highest, each as often as it occurs, and so do not depend
/// on how the region lies. They have the bits of that sum also where it is not made step by step.
#[derive(Debug)]
pub(crate) struct Ordered {
    values: Vec<f64>,
    /// Of each value, all different, how many are not above it. `None` where each stands for itself: to
    /// find equals among values that hardly are takes longer than to add them.
    ends: Option<Vec<usize>>,
}

/// Counting is quicker than sorting where a table has at most so many places for each value, and fits
/// the processor's own memory.
const PLACES_FOR_A_VALUE: usize = 4;
const MOST_PLACES: usize = 1 << 16;

impl Ordered {
    /// The intensities of a region, or why they are of no use; may be none.
    pub(super) fn of(intensities: &Selected) -> Result<Self, &'static str> {
        if intensities.not_finite() > 0 {
            return Err("an intensity of the region is not a finite number");
        }
        Ok(Self::sorted(intensities))
    }

    /// Of finite values in any order; may be none.
    pub(crate) fn sorted(intensities: &Selected) -> Self {
        let values = intensities.values();
        let enough = values.len().saturating_mul(PLACES_FOR_A_VALUE).min(MOST_PLACES);
        if let Some(whole) = intensities.whole().filter(|whole| whole.places() <= enough) {
            return Self::counted(tallied(values, whole));
        }
        Self { values: ascending(values), ends: None }
    }

    /// Of values that ascend and how often each occurs, which may be never.
    pub(super) fn counted(values: impl Iterator<Item = (f64, usize)>) -> Self {
        // Where it is known, there are hardly fewer.
        let most = values.size_hint().1.unwrap_or_default();
        let (mut different, mut ends) = (Vec::with_capacity(most), Vec::with_capacity(most));
        let mut count = 0;
        for (value, n) in values.filter(|(_, n)| *n > 0) {
            count += n;
            // 0 and -0 are equal and not the same.
            if different.last().is_some_and(|last: &f64| last.to_bits() == value.to_bits()) {
                ends.pop();
            } else {
                different.push(value);
            }
            ends.push(count);
        }
        Self { values: different, ends: Some(ends) }
    }

    /// How many values there are, each as often as it occurs.
    pub(crate) fn len(&self) -> usize {
        self.up_to(self.values.len())
    }

    /// How many there are of the first so many of `values`.
    fn up_to(&self, values: usize) -> usize {
        match &self.ends {
            Some(ends) => {
                values.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0)
            }
            None => values,
        }
    }

    /// The lowest.
    pub(crate) fn first(&self) -> Option<f64> {
        self.values.first().copied()
    }

    /// The highest.
    pub(super) fn last(&self) -> Option<f64> {
        self.values.last().copied()
    }

    /// Value number `k`, counted from 0.
    pub(super) fn at(&self, k: usize) -> Option<f64> {
        let place = self.ends.as_ref().map_or(k, |ends| ends.partition_point(|end| *end <= k));
        self.values.get(place).copied()
    }

    /// How many of the lowest values there are of which `lower` is true; it must be of all below
    /// one of which it is.
    pub(crate) fn count_while(&self, lower: impl Fn(f64) -> bool) -> usize {
        self.up_to(self.values.partition_point(|value| lower(*value)))
    }

    /// The values; some may be the same.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        self.values.iter().copied()
    }

    /// Each value made another: these must ascend, too, and should be few different ones.
    pub(super) fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        let mut before = 0;
        let places = (1..).zip(&self.values);
        Self::counted(places.map(|(place, value)| {
            let end = self.up_to(place);
            (f(*value), end - std::mem::replace(&mut before, end))
        }))
    }

    /// The sum of terms, one of each value as often as it occurs, in their order.
    pub(super) fn sum(&self, term: impl Fn(f64) -> f64) -> f64 {
        let [sum] = self.sums(|value| [term(value)]);
        sum
    }

    /// Sums of several terms of each value.
    pub(super) fn sums<const N: usize>(&self, terms: impl Fn(f64) -> [f64; N]) -> [f64; N] {
        let mut sums = [-0.0; N];
        match &self.ends {
            Some(ends) => {
                let mut before = 0;
                for (value, end) in self.values.iter().zip(ends) {
                    sums = repeated(sums, terms(*value), end - before);
                    before = *end;
                }
            }
            None => {
                for value in &self.values {
                    let terms = terms(*value);
                    (0..N).for_each(|k| sums[k] += terms[k]);
                }
            }
        }
        sums
    }

    /// A percentile in thousandths; `None` where there are no values.
    pub(crate) fn per_mille(&self, thousandths: u16) -> Option<f64> {
        percentile::per_mille_of(self.len(), thousandths, |Place(k)| self.at(k))
    }
}

/// The whole numbers from the lowest to the highest and how often each occurs, -0 before 0.
fn tallied(values: &[f32], whole: Whole) -> impl Iterator<Item = (f64, usize)> {
    let mut counts = ByTurns::new(whole.places() - 1);
    counts.add(values, |value| whole.place(value));
    let is_negative_zero = |value: &&f32| value.to_bits() == (-0.0_f32).to_bits();
    let zeros =
        if whole.negative_zero { values.iter().filter(is_negative_zero).count() } else { 0 };
    let counts: Vec<usize> = counts.totals().collect();
    (i64::from(whole.low)..).zip(counts).flat_map(move |(value, count)| {
        let before = if value == 0 { zeros } else { 0 };
        [(-0.0, before), (value as f64, count - before)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;
    use proptest::prelude::*;

    impl FromIterator<f64> for Ordered {
        fn from_iter<T: IntoIterator<Item = f64>>(ascending: T) -> Self {
            Self::counted(ascending.into_iter().map(|value| (value, 1)))
        }
    }

    proptest! {
        /// As a plain sort and a plain sum have it, to the bit.
        #[test]
        fn equals_sorting_and_adding(
            kind in 0_usize..6,
            n in 1_usize..1500,
            seed in 0_u64..1000,
        ) {
            let mut state = seed + 1;
            let mut draw = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 40) as f32 / (1 << 24) as f32 - 0.5
            };
            let made = |v: f32| match kind {
                0 => (v * 300.0).round(),
                1 => v * 300.0,
                2 => (v * 8.0).trunc(),
                3 => (v * 3e7).round() + 0.0,
                4 => v * 1e30,
                _ => (v * 3000.0).round() / 32.0,
            };
            let values: Vec<f32> = (0..n).map(|_| made(draw())).collect();
            let mut plain = values.clone();
            plain.sort_by(f32::total_cmp);
            let plain: Vec<f64> = plain.into_iter().map(f64::from).collect();
            let shape = (1, 1, n);
            let values = Array3::from_shape_vec(shape, values).unwrap();
            let all = Selected::of(&values, &Array3::from_elem(shape, true));
            let found = Ordered::sorted(&all);
            let all: Vec<u64> = (0..n).map(|k| found.at(k).unwrap().to_bits()).collect();
            prop_assert_eq!(all, plain.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
            prop_assert_eq!((found.len(), found.at(n)), (n, None));
            let total = found.sum(|v| v);
            prop_assert_eq!(total.to_bits(), plain.iter().sum::<f64>().to_bits());
            let mean = total / n as f64;
            let squares = found.sum(|v| (v - mean) * (v - mean));
            let plainly = plain.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
            prop_assert_eq!(squares.to_bits(), plainly.to_bits());
            let below = plain.iter().filter(|v| **v < mean).count();
            prop_assert_eq!(found.count_while(|v| v < mean), below);
            // Made others, of which many are alike.
            let rounded = found.map(|v| (v / 64.0).floor());
            let [total, squares] = rounded.sums(|v| [v, v * v]);
            let plain: Vec<f64> = plain.iter().map(|v| (v / 64.0).floor()).collect();
            let all: Vec<u64> = (0..n).map(|k| rounded.at(k).unwrap().to_bits()).collect();
            prop_assert_eq!(all, plain.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
            prop_assert_eq!(total.to_bits(), plain.iter().sum::<f64>().to_bits());
            let plainly = plain.iter().map(|v| v * v).sum::<f64>();
            prop_assert_eq!(squares.to_bits(), plainly.to_bits());
        }
    }
}

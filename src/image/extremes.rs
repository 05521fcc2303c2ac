//! What numbers the intensities of a region are.

use crate::engine::{Loop, wide};

/// Beside this number an `f32` has no bits for fractions, and whole numbers below [`LARGEST`] stand in
/// its lowest bits.
const ROUNDS: f32 = 12_582_912.0;
const LARGEST: f32 = 4_194_304.0;

/// Between which numbers intensities lie, and what numbers they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extremes {
    /// The lowest; of intensities of which all are finite.
    pub(crate) low: f32,
    /// The highest, likewise.
    pub(crate) high: f32,
    /// How many are NaN or infinite.
    pub(crate) not_finite: usize,
    /// `None` where one is no whole number that a table can be indexed by.
    pub(crate) whole: Option<Whole>,
}

/// Intensities that are all whole numbers below 2^22: what a table can be indexed by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Whole {
    /// The lowest.
    pub(crate) low: i32,
    /// The highest.
    pub(crate) high: i32,
    /// Is there a -0 among them? Rounding makes them.
    pub(crate) negative_zero: bool,
}

impl Extremes {
    /// `None` where there are no intensities.
    pub(crate) fn of(values: &[f32]) -> Option<Self> {
        values.first().map(|first| wide(Look { first: *first, values }))
    }
}

impl Whole {
    /// How many different ones there may be.
    pub(crate) fn places(self) -> usize {
        (self.high - self.low + 1) as usize
    }

    /// The place of one of them in a table that begins with the lowest.
    pub(crate) fn place(self, value: f32) -> usize {
        let from = ROUNDS.to_bits().wrapping_add_signed(self.low);
        (value + ROUNDS).to_bits().wrapping_sub(from) as usize
    }
}

/// Looks at all intensities, side by side: which comes first does not matter.
struct Look<'a> {
    first: f32,
    values: &'a [f32],
}

/// Intensities looked at together.
const LANES: usize = 16;

impl Loop for Look<'_> {
    type Output = Extremes;

    #[inline(always)]
    fn call(self) -> Extremes {
        const SIGN: u32 = 1 << 31;
        let Self { first, values } = self;
        let (mut low, mut high) = ([first; LANES], [first; LANES]);
        let [mut size, mut odd, mut zeros] = [[0_u32; LANES]; 3];
        let mut look = |lane: usize, value: f32| {
            let bits = value.to_bits();
            // Without their sign, bits are larger where the number is; infinity and NaN are largest.
            size[lane] = size[lane].max(bits & !SIGN);
            odd[lane] |= u32::from(value + ROUNDS - ROUNDS != value);
            zeros[lane] |= u32::from(bits == SIGN);
            low[lane] = if value < low[lane] { value } else { low[lane] };
            high[lane] = if value > high[lane] { value } else { high[lane] };
        };
        let (groups, rest) = values.as_chunks::<LANES>();
        for group in groups {
            (0..LANES).for_each(|lane| look(lane, group[lane]));
        }
        for value in rest {
            look(0, *value);
        }
        let below = |end: f32| size.iter().all(|size| *size < end.to_bits());
        let low = low.into_iter().fold(first, f32::min);
        let high = high.into_iter().fold(first, f32::max);
        let negative_zero = zeros.contains(&1);
        let whole = Whole { low: low as i32, high: high as i32, negative_zero };
        let whole = (below(LARGEST) && !odd.contains(&1)).then_some(whole);
        let not_finite = if below(f32::INFINITY) { 0 } else { not_finite(values) };
        Extremes { low, high, not_finite, whole }
    }
}

/// How many are NaN or infinite.
fn not_finite(values: &[f32]) -> usize {
    values.iter().filter(|value| !value.is_finite()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_told_from_others() {
        let whole = |values: &[f32]| Extremes::of(values).and_then(|found| found.whole);
        let of = |low, high, negative_zero| Some(Whole { low, high, negative_zero });
        let mut values: Vec<f32> = (-20..=70).map(|v| v as f32).collect();
        assert_eq!(whole(&values), of(-20, 70, false));
        assert_eq!(whole(&[-4_194_303.0]), of(1 - (1 << 22), 1 - (1 << 22), false));
        for odd in [0.5, -3.25, 4_194_304.0, 3e9, -3e9, f32::NAN, f32::INFINITY] {
            values[40] = odd;
            assert_eq!(whole(&values), None, "{odd}");
        }
        values[40] = -0.0;
        assert_eq!(whole(&values), of(-20, 70, true));
        assert_eq!(whole(&[]), None);
        let whole = whole(&values).unwrap();
        assert_eq!((whole.places(), whole.place(-0.0), whole.place(70.0)), (91, 20, 90));
    }

    #[test]
    fn ends_are_found_and_what_is_not_finite_is_counted() {
        let mut values: Vec<f32> = (0..101).map(|v| (v as f32 - 50.0) / 8.0).collect();
        let found = Extremes::of(&values).unwrap();
        assert_eq!((found.low, found.high, found.not_finite), (-6.25, 6.25, 0));
        for (at, odd) in [(0, f32::NAN), (17, f32::INFINITY), (100, f32::NEG_INFINITY)] {
            values[at] = odd;
        }
        assert_eq!(Extremes::of(&values).map(|found| found.not_finite), Some(3));
    }
}

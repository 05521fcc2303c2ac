//! Stretches of voxels inside, and what lies in them.

use ndarray::{ArrayView1, ArrayView3, Axis};
use std::ops::Range;

/// Voxels that are looked at together.
const GROUP: usize = 8;
/// A group of voxels that are all inside.
const ALL: u64 = 0x0101_0101_0101_0101;

/// Hands `f` each stretch of consecutive `true`s of a row.
pub(crate) fn stretches(row: &[bool], mut f: impl FnMut(Range<usize>)) {
    let mut from = 0;
    while let Some(first) = next(row, from, true) {
        let end = next(row, first, false).unwrap_or(row.len());
        f(first..end);
        from = end;
    }
}

/// The first voxel from `from` on that is `inside`, or is not.
fn next(row: &[bool], from: usize, inside: bool) -> Option<usize> {
    let rest = row.get(from..)?;
    let (groups, last) = rest.as_chunks::<GROUP>();
    for (k, group) in groups.iter().enumerate() {
        let bytes = u64::from_le_bytes(group.map(u8::from));
        let wanted = if inside { bytes } else { bytes ^ ALL };
        if wanted != 0 {
            return Some(from + k * GROUP + wanted.trailing_zeros() as usize / 8);
        }
    }
    let at = last.iter().position(|v| *v == inside)?;
    Some(from + groups.len() * GROUP + at)
}

/// The values where a mask of the same shape is true, in C order.
pub(crate) fn selected<T: Copy>(values: ArrayView3<'_, T>, mask: ArrayView3<'_, bool>) -> Vec<T> {
    let mut found = Vec::new();
    for (values, mask) in values.axis_iter(Axis(0)).zip(mask.axis_iter(Axis(0))) {
        for (values, mask) in values.axis_iter(Axis(0)).zip(mask.axis_iter(Axis(0))) {
            match (values.as_slice(), mask.as_slice()) {
                (Some(values), Some(mask)) => {
                    stretches(mask, |within| found.extend_from_slice(&values[within]));
                }
                _ => found.extend(one_by_one(values, mask)),
            }
        }
    }
    found
}

/// Of rows that do not lie in memory as such.
fn one_by_one<T: Copy>(values: ArrayView1<'_, T>, mask: ArrayView1<'_, bool>) -> Vec<T> {
    let inside = values.iter().zip(mask).filter(|(_, inside)| **inside);
    inside.map(|(value, _)| *value).collect()
}

/// Lowest and highest of some intensities that are all whole numbers, none of them -0, of at most 24
/// bits: what a table can be indexed by. `None` where one is not, and where there are none.
pub(crate) fn whole_range(values: &[f32]) -> Option<[i32; 2]> {
    const LARGEST: i32 = 1 << 24;
    const LANES: usize = 16;
    let first = *values.first()? as i32;
    let (mut odd, mut low, mut high) = ([0_u32; LANES], [first; LANES], [first; LANES]);
    let (groups, rest) = values.as_chunks::<LANES>();
    let mut look = |lane: usize, value: f32| {
        let whole = value as i32;
        // The bits of a whole number come back; those of -0 and of a number that is none do not.
        odd[lane] |= (whole as f32).to_bits() ^ value.to_bits();
        low[lane] = low[lane].min(whole);
        high[lane] = high[lane].max(whole);
    };
    for group in groups {
        (0..LANES).for_each(|lane| look(lane, group[lane]));
    }
    rest.iter().for_each(|value| look(0, *value));
    let low = low.into_iter().min()?;
    let high = high.into_iter().max()?;
    let whole = odd.iter().all(|bits| *bits == 0) && low >= -LARGEST && high <= LARGEST;
    whole.then_some([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn selection_is_that_of_each_voxel(
            shape in [1_usize..4, 1_usize..4, 1_usize..80],
            bits in proptest::collection::vec(0_u8..8, 720),
            least in 0_u8..8,
        ) {
            let at = |z: usize, y: usize, x: usize| (z * shape[1] + y) * shape[2] + x;
            let mask = Array3::from_shape_fn(shape, |(z, y, x)| bits[at(z, y, x)] >= least);
            let values = Array3::from_shape_fn(shape, |(z, y, x)| at(z, y, x));
            let plain: Vec<usize> =
                values.iter().zip(&mask).filter(|(_, inside)| **inside).map(|(v, _)| *v).collect();
            prop_assert_eq!(selected(values.view(), mask.view()), &*plain);
            // Rows that do not lie in memory as such.
            let (turned, mask) = (values.clone().reversed_axes(), mask.clone().reversed_axes());
            let plain: Vec<usize> =
                turned.iter().zip(&mask).filter(|(_, inside)| **inside).map(|(v, _)| *v).collect();
            prop_assert_eq!(selected(turned.view(), mask.view()), plain);
        }
    }

    #[test]
    fn whole_numbers_are_told_from_others() {
        let many: Vec<f32> = (-20..=70).map(|v| v as f32).collect();
        assert_eq!(whole_range(&many), Some([-20, 70]));
        assert_eq!(whole_range(&[16_777_216.0]), Some([1 << 24; 2]));
        for odd in [0.5, -0.0, 16_777_218.0, 3e9, -3e9, f32::NAN, f32::INFINITY] {
            let mut values = many.clone();
            values[40] = odd;
            assert_eq!(whole_range(&values), None, "{odd}");
        }
        assert_eq!(whole_range(&[]), None);
    }
}

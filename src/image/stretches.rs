//! Stretches of voxels inside, and what lies in them.

use crate::geometry::IndexBox;
use ndarray::ArrayRef3;
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

/// Parts of an array that are read in turn. With half as many, or twice, it takes half as long again.
const PARTS: usize = 4;

/// The numbers, ascending, of the rows of so many values in which one is not the default. Most rows of a
/// scan's mask hold nothing: they are told by an `or` of their values.
///
/// That takes as long as fetching them, and a processor that is asked for several places of memory in
/// turn fetches more in the same time.
pub(crate) fn held_rows<T: Copy + Default + PartialEq>(values: &[T], width: usize) -> Vec<usize> {
    let width = width.max(1);
    let rows = values.len().div_ceil(width);
    let each = rows.div_ceil(PARTS);
    let mut found: [Vec<usize>; PARTS] = Default::default();
    for at in 0..each {
        for (part, found) in found.iter_mut().enumerate() {
            let row = part * each + at;
            let values = values.chunks(width).nth(row).unwrap_or(&[]);
            if holds(values) {
                found.push(row);
            }
        }
    }
    found.concat()
}

/// Is any value not the default? All are looked at, side by side: the last of them with some of those
/// before.
fn holds<T: Copy + Default + PartialEq>(values: &[T]) -> bool {
    const SOME: usize = 32;
    let held = |some: &[T]| some.iter().fold(false, |any, value| any | (*value != T::default()));
    let (groups, rest) = values.as_chunks::<SOME>();
    let last = if rest.is_empty() { None } else { values.last_chunk::<SOME>() };
    held(groups.as_flattened()) || held(last.map_or(rest, |last| last))
}

/// From the first to the last value that is not the default.
pub(crate) fn extent<T: Copy + Default + PartialEq>(row: &[T]) -> Range<usize> {
    let is = |value: &T| *value != T::default();
    let part = |k: usize| &row[k * GROUP..row.len().min((k + 1) * GROUP)];
    let mut parts = row.chunks(GROUP);
    let (first, last) = (parts.position(holds), row.chunks(GROUP).rposition(holds));
    let from = first.and_then(|k| Some(k * GROUP + part(k).iter().position(is)?));
    let to = last.and_then(|k| Some(k * GROUP + part(k).iter().rposition(is)? + 1));
    from.unwrap_or(0)..to.unwrap_or(0)
}

/// How many are true.
pub(crate) fn count(voxels: &[bool]) -> usize {
    // Bytes, as many as cannot overflow, are added side by side.
    let inside = |part: &[bool]| part.iter().fold(0_u8, |n, v| n + u8::from(*v));
    voxels.chunks(128).map(|part| usize::from(inside(part))).sum()
}

/// Consecutive voxels inside, of a row of an array `[z, y, x]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) z: usize,
    pub(crate) y: usize,
    pub(crate) x: Range<usize>,
}

/// The stretches of a mask `[z, y, x]`, in C order.
pub(crate) fn stretches_of(mask: &ArrayRef3<bool>) -> Vec<Stretch> {
    let (_, height, width) = mask.dim();
    let ordered = mask.as_standard_layout();
    let rows = ordered.as_slice().unwrap_or_default().chunks_exact(width.max(1));
    let mut found = Vec::new();
    for (at, row) in rows.enumerate() {
        stretches(row, |x| found.push(Stretch { z: at / height, y: at % height, x }));
    }
    found
}

/// The smallest box that holds stretches; `None` where there are none.
pub(crate) fn bounds_of(stretches: &[Stretch]) -> Option<IndexBox> {
    let boxes = stretches
        .iter()
        .map(|Stretch { z, y, x }| IndexBox { lo: [*z, *y, x.start], hi: [z + 1, y + 1, x.end] });
    boxes.reduce(|a, b| a.with(b))
}

/// The values in stretches of an array of the same shape, in C order.
pub(crate) fn values_in<T: Copy>(values: &ArrayRef3<T>, stretches: &[Stretch]) -> Vec<T> {
    let (_, height, width) = values.dim();
    let ordered = values.as_standard_layout();
    let all = ordered.as_slice().unwrap_or_default();
    let inside = stretches.iter().map(|stretch| stretch.x.len()).sum::<usize>();
    let mut found = Vec::with_capacity(inside.min(all.len()));
    for Stretch { z, y, x } in stretches {
        let row = (z * height + y) * width;
        found.extend_from_slice(all.get(row + x.start..row + x.end).unwrap_or_default());
    }
    found
}

/// The values where a mask of the same shape is true, in C order.
pub(crate) fn selected<T: Copy>(values: &ArrayRef3<T>, mask: &ArrayRef3<bool>) -> Vec<T> {
    values_in(values, &stretches_of(mask))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_rows_hold_is_found(
            width in 1_usize..40,
            values in proptest::collection::vec(0_u8..40, 0..600),
            least in 0_u8..41,
        ) {
            let values: Vec<u8> = values.into_iter().map(|v| if v < least { 0 } else { v }).collect();
            let rows = || values.chunks(width).enumerate();
            let plain: Vec<usize> =
                rows().filter(|(_, row)| row.iter().any(|v| *v != 0)).map(|(at, _)| at).collect();
            prop_assert_eq!(held_rows(&values, width), plain);
            for (_, row) in rows() {
                let first = row.iter().position(|v| *v != 0).unwrap_or(0);
                let end = row.iter().rposition(|v| *v != 0).map_or(0, |last| last + 1);
                prop_assert_eq!(extent(row), first..end);
            }
        }

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
            prop_assert_eq!(selected(&values, &mask), &*plain);
            // Rows that do not lie in memory as such.
            let (turned, mask) = (values.clone().reversed_axes(), mask.clone().reversed_axes());
            let plain: Vec<usize> =
                turned.iter().zip(&mask).filter(|(_, inside)| **inside).map(|(v, _)| *v).collect();
            prop_assert_eq!(selected(&turned, &mask), plain);
        }
    }
}

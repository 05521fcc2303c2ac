//! A voxel set as rows of bits.

use crate::geometry::IndexBox;
use ndarray::ArrayRef3;

/// A voxel set, one bit for each voxel, with a voxel of background on every side.
///
/// Voxel `[z, y, x]` is bit `x + 1` of row `[z + 1, y + 1]`, lowest bit of the first word first.
#[derive(Debug, Clone)]
pub struct BitRows {
    bits: Vec<u64>,
    words: usize,
    height: usize,
    bounds: IndexBox,
    count: usize,
}

/// Voxels that are packed at a time.
const GROUP: usize = 8;

impl BitRows {
    /// The voxels `[z, y, x]` that are `true`; `None` where there are none.
    pub fn new(region: &ArrayRef3<bool>) -> Option<Self> {
        let (depth, height, width) = region.dim();
        let words = (width + 2).div_ceil(u64::BITS as usize);
        let height = height + 2;
        let mut rows = Self {
            bits: vec![0; (depth + 2) * height * words],
            words,
            height,
            bounds: IndexBox { lo: [usize::MAX; 3], hi: [0; 3] },
            count: 0,
        };
        let mut columns = vec![0; words];
        let mut copy = Vec::new();
        for (z, plane) in region.outer_iter().enumerate() {
            for (y, row) in plane.outer_iter().enumerate() {
                let at = ((z + 1) * height + y + 1) * words;
                let out = &mut rows.bits[at..at + words];
                if let Some(row) = row.as_slice() {
                    pack(row, out);
                } else {
                    copy.clear();
                    copy.extend(row.iter().copied());
                    pack(&copy, out);
                }
                let inside: u32 = out.iter().map(|word| word.count_ones()).sum();
                if inside > 0 {
                    rows.count += inside as usize;
                    columns.iter_mut().zip(out).for_each(|(all, word)| *all |= *word);
                    let IndexBox { lo, hi } = &mut rows.bounds;
                    (lo[0], lo[1]) = (lo[0].min(z), lo[1].min(y));
                    (hi[0], hi[1]) = (z + 1, hi[1].max(y + 1));
                }
            }
        }
        let (first, last) = ends(&columns)?;
        (rows.bounds.lo[2], rows.bounds.hi[2]) = (first - 1, last);
        Some(rows)
    }

    /// Voxels inside.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Smallest box around the voxels inside.
    pub fn bounds(&self) -> IndexBox {
        self.bounds
    }

    /// Row `y` of plane `z`, both counted from the padding: voxel `[z, y, x]` is bit `x + 1` of row
    /// `[z + 1, y + 1]`.
    pub(super) fn row(&self, z: usize, y: usize) -> &[u64] {
        &self.bits[(z * self.height + y) * self.words..][..self.words]
    }

    /// First and last voxel of row `[z, y]` of the array; `None` where it holds none.
    pub(super) fn ends(&self, z: usize, y: usize) -> Option<(usize, usize)> {
        ends(self.row(z + 1, y + 1)).map(|(first, last)| (first - 1, last - 1))
    }

    /// Hands `f` each run of consecutive voxels as `z, y, first x, one past the last x`, in C order.
    pub fn runs(&self, mut f: impl FnMut(usize, usize, usize, usize)) {
        let IndexBox { lo, hi } = self.bounds;
        for (z, y) in (lo[0]..hi[0]).flat_map(|z| (lo[1]..hi[1]).map(move |y| (z, y))) {
            let row = self.row(z + 1, y + 1);
            let mut from = 0;
            while let Some(first) = next(row, from, false) {
                // A row ends with background.
                let end = next(row, first, true).unwrap_or(first + 1);
                f(z, y, first - 1, end - 1);
                from = end;
            }
        }
    }
}

/// Bits of `row` from bit 1 of `out` on.
fn pack(row: &[bool], out: &mut [u64]) {
    let mut put = |at: usize, bits: u64| {
        let (word, shift) = (at / 64, at % 64);
        out[word] |= bits << shift;
        let spilt = bits.checked_shr(64 - shift as u32).unwrap_or(0);
        if spilt != 0 {
            out[word + 1] |= spilt;
        }
    };
    let (groups, rest) = row.as_chunks::<GROUP>();
    for (k, group) in groups.iter().enumerate() {
        // Each of the eight bytes is moved to its bit of the topmost byte.
        let bytes = u64::from_le_bytes(group.map(u8::from));
        put(k * GROUP + 1, bytes.wrapping_mul(0x0102_0408_1020_4080) >> 56);
    }
    for (k, inside) in rest.iter().enumerate() {
        put(groups.len() * GROUP + k + 1, u64::from(*inside));
    }
}

/// First and last bit that is set.
fn ends(row: &[u64]) -> Option<(usize, usize)> {
    let first = row.iter().position(|word| *word != 0)?;
    let last = row.iter().rposition(|word| *word != 0)?;
    let low = row[first].trailing_zeros() as usize;
    let high = 63 - row[last].leading_zeros() as usize;
    Some((first * 64 + low, last * 64 + high))
}

/// The first bit from `from` on that is set, or, with `clear`, that is not.
fn next(row: &[u64], from: usize, clear: bool) -> Option<usize> {
    let turned = |word: u64| if clear { !word } else { word };
    let (at, shift) = (from / 64, from % 64);
    let head = turned(*row.get(at)?) >> shift << shift;
    if head != 0 {
        return Some(at * 64 + head.trailing_zeros() as usize);
    }
    let skip = row[at + 1..].iter().position(|word| turned(*word) != 0)?;
    let at = at + 1 + skip;
    Some(at * 64 + turned(row[at]).trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn bits_are_the_voxels_across_words() {
        for width in [1, 7, 8, 62, 63, 64, 65, 130] {
            let inside = |(z, y, x): (usize, usize, usize)| (z + 2 * y + x * x) % 3 == 0;
            let region = Array3::from_shape_fn((2, 3, width), inside);
            // Any memory order.
            for view in [region.view(), region.clone().reversed_axes().view().reversed_axes()] {
                let rows = BitRows::new(&view).unwrap();
                assert_eq!(rows.count(), region.iter().filter(|v| **v).count());
                let mut back = Array3::from_elem(region.dim(), false);
                rows.runs(|z, y, from, to| (from..to).for_each(|x| back[[z, y, x]] = true));
                assert_eq!(back, region);
            }
        }
        assert!(BitRows::new(&Array3::from_elem((2, 2, 2), false)).is_none());
        assert!(BitRows::new(&Array3::from_elem((0, 0, 0), true)).is_none());
    }

    #[test]
    fn the_box_is_tight() {
        let mut region = Array3::from_elem((4, 5, 70), false);
        region[[1, 3, 66]] = true;
        region[[2, 1, 0]] = true;
        let rows = BitRows::new(&region).unwrap();
        assert_eq!(rows.bounds(), IndexBox { lo: [1, 1, 0], hi: [3, 4, 67] });
        assert_eq!((rows.ends(1, 3), rows.ends(1, 1)), (Some((66, 66)), None));
    }
}

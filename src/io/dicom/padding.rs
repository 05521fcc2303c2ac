//! What Pixel Padding Value (0028,0120) and Pixel Padding Range Limit (0028,0121) mean in a file's
//! pixels (DICOM PS3.3 C.7.5.1.1.2).

use super::image::Image;

/// Numbers that mean "nothing here", from the lowest to the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    /// As the stored bits are read.
    Values((i64, i64)),
    /// As all allocated bits are read: no stored bits hold such a number, and the lower bits of it
    /// are tissue elsewhere.
    Cells((i64, i64)),
}

impl Padding {
    /// Of the value and the limit that a file states, which are the same where it states no limit;
    /// `None` where no pixel can hold them.
    pub fn of(image: &Image, value: i64, limit: i64) -> Option<Self> {
        let (value, limit) = match [value, limit].map(|number| meant(&image.cell(), number)) {
            [Some(value), Some(limit)] => (value, limit),
            [value, limit] => {
                let only = value.or(limit)?;
                (only, only)
            }
        };
        let [lowest, highest] = image.range();
        let fits = |(from, to): &(i64, i64)| lowest <= *from && *to <= highest;
        let range = (value.min(limit), value.max(limit));
        // Not every pixel is padding: of a range that says so, only its value is.
        let all = range.0 <= lowest && highest <= range.1 && !fits(&range);
        let range = if all { (value, value) } else { range };
        Some(if fits(&range) { Self::Values(range) } else { Self::Cells(range) })
    }
}

/// The number of a cell that is meant. The attribute's own type may be unsigned for signed pixels, or
/// the other way round (US or SS): same bits, same number.
fn meant(cell: &Image, number: i64) -> Option<i64> {
    let [lowest, highest] = cell.range();
    let holds = |number: &i64| (lowest..=highest).contains(number);
    if holds(&number) {
        return Some(number);
    }
    // The attribute has 16 bits, the cells may have 8.
    let turns = [1_i64 << cell.allocated, 1 << 16];
    let turned = turns.map(|turn| if cell.signed { number - turn } else { number + turn });
    let sign = |turned: &i64| (number < 0) != (*turned < 0);
    turned.into_iter().find(|turned| sign(turned) && holds(turned))
}

#[cfg(test)]
mod tests {
    use super::Padding::{Cells, Values};
    use super::*;

    fn of(allocated: u32, stored: u32, signed: bool, value: i64, limit: i64) -> Option<Padding> {
        Padding::of(&Image::test(1, 1, allocated, stored, signed), value, limit)
    }

    #[test]
    fn values_that_stored_bits_hold_are_compared_with_them() {
        assert_eq!(of(16, 16, true, -2000, -2000), Some(Values((-2000, -2000))));
        assert_eq!(of(16, 16, true, 63536, 63536), Some(Values((-2000, -2000))));
        assert_eq!(of(16, 12, true, 63536, 63536), Some(Values((-2000, -2000))));
        assert_eq!(of(16, 16, false, -2000, -2000), Some(Values((63536, 63536))));
        assert_eq!(of(16, 12, false, 4095, 4000), Some(Values((4000, 4095))));
        assert_eq!(of(8, 8, true, 0xFF80, 0xFF80), Some(Values((-128, -128))));
        assert_eq!(of(32, 32, true, 63536, 63536), Some(Values((63536, 63536))));
    }

    #[test]
    fn values_that_stored_bits_cannot_hold_are_folded_onto_none() {
        // The lower twelve bits of these are 0x428 and 0x830: soft tissue.
        assert_eq!(of(16, 12, false, 0xF428, 0xF428), Some(Cells((0xF428, 0xF428))));
        assert_eq!(of(16, 12, false, -2000, -2000), Some(Cells((63536, 63536))));
        assert_eq!(of(16, 12, true, 0xF428, 0xF428), Some(Cells((-3032, -3032))));
        assert_eq!(of(16, 12, true, -2000, -3000), Some(Cells((-3000, -2000))));
        assert_eq!(of(16, 12, false, 4000, 65535), Some(Cells((4000, 65535))));
        assert_eq!(of(8, 8, false, 300, 300), None);
        assert_eq!(of(8, 8, false, -2000, 3), Some(Values((3, 3))));
        assert_eq!(of(8, 8, true, 300, 300), None);
    }

    #[test]
    fn a_range_of_every_pixel_is_its_value_alone() {
        assert_eq!(of(16, 12, false, 63536, 0), Some(Cells((63536, 63536))));
        assert_eq!(of(16, 12, false, 0, 63536), Some(Values((0, 0))));
    }
}

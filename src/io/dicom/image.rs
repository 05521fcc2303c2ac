//! How pixels are stored (DICOM PS3.3 C.7.6.3, PS3.5 section 8), whatever they mean.

use super::header::Slice;
use super::tags::{Found, require};
use crate::io::IoError;

/// Size and number format of a frame, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Image {
    pub rows: usize,
    pub columns: usize,
    /// Bits Allocated: 1, 8, 16 or 32.
    pub allocated: u32,
    /// Bits Stored: the lowest ones of a number; those above are not part of it.
    pub stored: u32,
    pub signed: bool,
}

/// Most pixels of a frame: 16384².
const MOST: usize = 1 << 28;

impl Image {
    /// Reads and checks the attributes of a slice.
    ///
    /// # Errors
    /// [`IoError::DicomTag`].
    pub fn of(slice: &Slice) -> Result<Self, IoError> {
        let file = slice.file.as_str();
        let refuse = |tag, name, found: String, expected| IoError::DicomTag {
            file: file.to_owned(),
            tag,
            name,
            found,
            expected,
        };
        let number =
            |found: &Found<i64>, tag, name, expected| require(found, file, tag, name, expected);
        let count = |found: &Found<i64>, tag, name| {
            let expected = "a number from 1 to 65535";
            let count = number(found, tag, name, expected)?;
            let fits = usize::try_from(count).ok().filter(|n| (1..=65535).contains(n));
            fits.map_or_else(|| Err(refuse(tag, name, count.to_string(), expected)), Ok)
        };
        let rows = count(&slice.rows, "(0028,0010)", "Rows")?;
        let columns = count(&slice.columns, "(0028,0011)", "Columns")?;
        if rows.checked_mul(columns).is_none_or(|pixels| pixels > MOST) {
            let found = format!("{rows} with {columns} Columns");
            return Err(refuse("(0028,0010)", "Rows", found, "268435456 pixels at most"));
        }
        let samples = number(&slice.samples, "(0028,0002)", "Samples per Pixel", "1")?;
        if samples != 1 {
            return Err(refuse("(0028,0002)", "Samples per Pixel", samples.to_string(), "1"));
        }
        let expected = "1, 8, 16 or 32";
        let allocated = number(&slice.bits_allocated, "(0028,0100)", "Bits Allocated", expected)?;
        if ![1, 8, 16, 32].contains(&allocated) {
            return Err(refuse("(0028,0100)", "Bits Allocated", allocated.to_string(), expected));
        }
        let expected = "from 1 to Bits Allocated";
        let stored = number(&slice.bits_stored, "(0028,0101)", "Bits Stored", expected)?;
        if !(1..=allocated).contains(&stored) {
            return Err(refuse("(0028,0101)", "Bits Stored", stored.to_string(), expected));
        }
        let high = number(&slice.high_bit, "(0028,0102)", "High Bit", "Bits Stored less one")?;
        if high != stored - 1 {
            return Err(refuse(
                "(0028,0102)",
                "High Bit",
                high.to_string(),
                "Bits Stored less one",
            ));
        }
        let sign = number(&slice.representation, "(0028,0103)", "Pixel Representation", "0 or 1")?;
        if !(0..=1).contains(&sign) {
            return Err(refuse("(0028,0103)", "Pixel Representation", sign.to_string(), "0 or 1"));
        }
        let (allocated, stored) = (allocated as u32, stored as u32);
        Ok(Self { rows, columns, allocated, stored, signed: sign == 1 })
    }

    #[cfg(test)]
    pub fn test(rows: usize, columns: usize, allocated: u32, stored: u32, signed: bool) -> Self {
        Self { rows, columns, allocated, stored, signed }
    }

    /// Pixels of a frame.
    pub fn pixels(&self) -> usize {
        self.rows * self.columns
    }

    /// Bytes of a number; a bit takes one once it is unpacked.
    pub fn cell_bytes(&self) -> usize {
        self.allocated.div_ceil(8) as usize
    }

    /// Bytes of one frame alone.
    pub fn frame_bytes(&self) -> usize {
        self.bytes_of(1) as usize
    }

    /// Bytes of several frames without padding between them.
    pub fn bytes_of(&self, frames: usize) -> u64 {
        let pixels = (self.pixels() as u64).saturating_mul(frames as u64);
        pixels.saturating_mul(u64::from(self.allocated)).div_ceil(8)
    }

    /// The numbers of one frame that starts at bit `first` of little-endian `bytes`; none for
    /// pixels beyond their end.
    pub fn numbers(&self, bytes: &[u8], first: usize) -> Vec<u32> {
        if self.allocated == 1 {
            // The first pixel is the lowest bit (PS3.5 8.1.1).
            let bit = |at: usize| Some(u32::from(*bytes.get(at / 8)? >> (at % 8) & 1));
            return (first..first + self.pixels()).map_while(bit).collect();
        }
        let cells = bytes.get(first / 8..).unwrap_or(&[]).chunks_exact(self.cell_bytes());
        cells.take(self.pixels()).map(number).collect()
    }

    /// The lowest and the highest number that can be stored.
    pub fn range(&self) -> [i64; 2] {
        let numbers = 1_i64 << self.stored.clamp(1, 32);
        if self.signed { [-numbers / 2, numbers / 2 - 1] } else { [0, numbers - 1] }
    }

    /// The same where all allocated bits are part of a number.
    pub fn cell(&self) -> Self {
        Self { stored: self.allocated, ..*self }
    }

    /// The number that the stored bits of `raw` are.
    pub fn value(&self, raw: u32) -> i64 {
        let shift = 32 - self.stored.clamp(1, 32);
        if self.signed {
            i64::from((raw << shift) as i32 >> shift)
        } else {
            i64::from(raw << shift >> shift)
        }
    }
}

/// The number that little-endian bytes are.
pub(super) fn number(cell: &[u8]) -> u32 {
    cell.iter().rev().fold(0, |v, byte| v << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stored_bits_count() {
        let value = |raw, stored, signed| Image::test(1, 1, 32, stored, signed).value(raw);
        assert_eq!(value(0xF7FF, 12, false), 0x7FF);
        assert_eq!(value(0xF800, 12, true), -2048);
        assert_eq!(value(0xFFFF, 16, true), -1);
        assert_eq!(value(0xFFFF_FFFF, 32, true), -1);
        assert_eq!(value(0xFFFF_FFFF, 32, false), 4_294_967_295);
        assert_eq!(value(1, 1, true), -1);
        assert_eq!(Image::test(1, 1, 16, 12, false).range(), [0, 4095]);
        assert_eq!(Image::test(1, 1, 32, 32, true).range(), [-(1 << 31), (1 << 31) - 1]);
    }

    #[test]
    fn bits_run_on_from_frame_to_frame() {
        let image = Image::test(1, 3, 1, 1, false);
        assert_eq!(image.bytes_of(3), 2);
        let bytes = [0b0011_0101, 0b1];
        let frames: Vec<_> = (0..3).map(|n| image.numbers(&bytes, 3 * n)).collect();
        assert_eq!(frames, [[1, 0, 1], [0, 1, 1], [0, 0, 1]]);
        assert_eq!(Image::test(1, 2, 16, 16, false).numbers(&[1, 2, 3, 4, 5], 0), [0x201, 0x403]);
    }
}

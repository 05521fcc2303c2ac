//! JPEG-LS, one component (ITU-T T.87; DICOM PS3.5 A.4.3).
//!
//! Written here because `pure_jpegls` 2, the crate without C, overflows on damaged bytes and
//! refuses the zero byte that some writers put before the end.

mod bits;
mod header;
mod model;

use super::markers::ended;
use super::{Decoded, same_sign};
use crate::io::dicom::image::Image;
use bits::Bits;
use header::Parameters;
use model::{Interruptions, Model, Sample};

pub(super) fn lossless(bytes: &[u8], image: &Image) -> Decoded {
    let (parameters, scan) = Parameters::read(bytes, image)?;
    if parameters.near != 0 {
        return Err(format!("its NEAR is {}, and its transfer syntax lossless", parameters.near));
    }
    decode(&parameters, scan, image)
}

pub(super) fn near_lossless(bytes: &[u8], image: &Image) -> Decoded {
    let (parameters, scan) = Parameters::read(bytes, image)?;
    decode(&parameters, scan, image)
}

/// Bits of a run's length by run index (T.87 A.7.1.1).
const RUN_BITS: [u32; 32] = [
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13,
    14, 15,
];

fn decode(parameters: &Parameters, scan: &[u8], image: &Image) -> Decoded {
    let mut decoder = Decoder {
        near: parameters.near,
        bits: Bits::new(scan),
        model: Model::new(parameters),
        interruptions: Interruptions::new(parameters),
        sample: Sample::new(parameters),
        run: 0,
    };
    let columns = image.columns;
    let mut numbers = vec![0_u32; image.pixels()];
    // With one place before and one behind each row for the neighbours beyond its ends (A.2.1).
    let mut above = vec![0_i32; columns + 2];
    let mut row = vec![0_i32; columns + 2];
    for out in numbers.chunks_exact_mut(columns) {
        row[0] = above[1];
        above[columns + 1] = above[columns];
        decoder.row(&above, &mut row)?;
        for (number, value) in out.iter_mut().zip(&row[1..]) {
            *number = *value as u32;
        }
        std::mem::swap(&mut above, &mut row);
    }
    ended(decoder.bits.rest())?;
    same_sign(numbers, parameters.precision, image)
}

struct Decoder<'a> {
    near: i32,
    bits: Bits<'a>,
    model: Model,
    interruptions: Interruptions,
    sample: Sample,
    /// Run index (A.7.1).
    run: usize,
}

impl Decoder<'_> {
    /// Decodes the pixels 1 to n of a row of n + 2 places.
    fn row(&mut self, above: &[i32], row: &mut [i32]) -> Result<(), String> {
        let columns = row.len() - 2;
        let mut x = 1;
        while x <= columns {
            let left = row[x - 1];
            let [corner, up, right] = [above[x - 1], above[x], above[x + 1]];
            let gradients = [right - up, up - corner, corner - left];
            if gradients.iter().all(|g| g.abs() <= self.near) {
                x = self.run(above, row, x)?;
            } else {
                let around = [left, up, corner];
                row[x] = self.model.regular(&mut self.bits, &self.sample, gradients, around)?;
                x += 1;
            }
        }
        Ok(())
    }

    /// A run of one value and the pixel that ends it (A.7); the place after them.
    fn run(&mut self, above: &[i32], row: &mut [i32], start: usize) -> Result<usize, String> {
        let end = row.len() - 1;
        let value = row[start - 1];
        let mut x = start;
        loop {
            let bits = RUN_BITS[self.run];
            if self.bits.take(1)? == 1 {
                let whole = 1 << bits;
                let length = whole.min(end - x);
                row[x..x + length].fill(value);
                x += length;
                if length == whole {
                    self.run = (self.run + 1).min(RUN_BITS.len() - 1);
                }
                if x == end {
                    return Ok(x);
                }
            } else {
                let length = self.bits.take(bits)? as usize;
                if length >= end - x {
                    return Err("a run goes beyond its row".into());
                }
                row[x..x + length].fill(value);
                x += length;
                let neighbours = [value, above[x]];
                let (sample, spent) = (&self.sample, bits + 1);
                row[x] = self.interruptions.next(&mut self.bits, sample, neighbours, spent)?;
                self.run = self.run.saturating_sub(1);
                return Ok(x + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of T.87 annex H.3: 4 × 4 pixels of 8 bits, lossless, in 28 bytes with headers.
    #[test]
    fn the_example_of_the_standard_is_decoded() {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 8, 0, 4, 0, 4, 1, 1, 0x11, 0];
        bytes.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0]);
        bytes.extend([0xC0, 0x00, 0x00, 0x6C, 0x80, 0x20, 0x8E, 0x01, 0xC0, 0x00, 0x00, 0x57]);
        bytes.extend([0x40, 0x00, 0x00, 0x6E, 0xE6, 0x00, 0x00, 0x01, 0xBC, 0x18, 0x00, 0x00]);
        bytes.extend([0x05, 0xD8, 0x00, 0x00, 0x91, 0x60, 0xFF, 0xD9]);
        let image = Image::test(4, 4, 8, 8, false);
        let pixels = vec![0, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145];
        assert_eq!(lossless(&bytes, &image), Ok(pixels.clone()));
        assert_eq!(near_lossless(&bytes, &image), Ok(pixels));
        let end = bytes.len() - 2;
        bytes.insert(end, 0);
        assert!(lossless(&bytes, &image).is_ok(), "a byte of padding");
        assert!(lossless(&bytes[..end - 4], &image).is_err());
        assert!(lossless(&bytes, &Image::test(4, 5, 8, 8, false)).is_err());
        let near = bytes.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap() + 7;
        bytes[near] = 1;
        assert!(lossless(&bytes, &image).unwrap_err().contains("NEAR is 1"));
    }
}

//! Compressed pixels (DICOM PS3.5 section 8.2, annex A.4): one codec per file, one line each below.
//!
//! A decoder gets the bytes of one frame and what the header says of it, and yields exactly one
//! number per pixel or says why not. Whatever the bytes are, it does not panic, claims no memory
//! for a size the header does not confirm, and ends.

mod deflated;
mod jpeg_2000;
mod jpeg_lossless;
mod jpeg_ls;
mod markers;
mod rle;

use super::image::Image;

/// The numbers of a frame's pixels in rows, or why there are none. Bits above Bits Stored are not
/// part of a number.
type Decoded = Result<Vec<u32>, String>;

/// One way to compress pixels.
pub(super) struct Codec {
    /// Transfer Syntax UID.
    pub uid: &'static str,
    /// The name people know it by.
    pub name: &'static str,
    /// May its values differ from those that were compressed?
    pub lossy: bool,
    /// The bytes a frame starts with, where there are such.
    pub start: &'static [u8],
    decode: fn(&[u8], &Image) -> Decoded,
}

const JPEG: &[u8] = &[0xFF, 0xD8];
const JPEG_2000: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51];

/// All that are read.
#[rustfmt::skip]
static CODECS: &[Codec] = &[
    Codec { uid: "1.2.840.10008.1.2.5", name: "RLE Lossless", lossy: false, start: &[], decode: rle::decode },
    Codec { uid: "1.2.840.10008.1.2.4.57", name: "JPEG Lossless", lossy: false, start: JPEG, decode: jpeg_lossless::decode },
    Codec { uid: "1.2.840.10008.1.2.4.70", name: "JPEG Lossless SV1", lossy: false, start: JPEG, decode: jpeg_lossless::decode },
    Codec { uid: "1.2.840.10008.1.2.4.80", name: "JPEG-LS Lossless", lossy: false, start: JPEG, decode: jpeg_ls::lossless },
    Codec { uid: "1.2.840.10008.1.2.4.81", name: "JPEG-LS Near-Lossless", lossy: true, start: JPEG, decode: jpeg_ls::near_lossless },
    Codec { uid: "1.2.840.10008.1.2.4.90", name: "JPEG 2000 Lossless", lossy: false, start: JPEG_2000, decode: jpeg_2000::lossless },
    Codec { uid: "1.2.840.10008.1.2.4.91", name: "JPEG 2000", lossy: true, start: JPEG_2000, decode: jpeg_2000::lossy },
    Codec { uid: "1.2.840.10008.1.2.8.1", name: "Deflated Image Frame Compression", lossy: false, start: &[], decode: deflated::decode },
];

/// The codec of a transfer syntax.
pub(super) fn find(uid: &str) -> Option<&'static Codec> {
    CODECS.iter().find(|codec| codec.uid == uid)
}

/// Bytes pixels may have decoded, however few they were.
const FREE: u64 = 256 << 20;
/// Bytes it may have besides for each compressed byte.
const FOLD: u64 = 1024;

/// May `packed` bytes stand for `unpacked`? A bomb does not: real CT shrinks two- to tenfold, and
/// whole series of nothing but air are none.
pub(super) fn plausible(packed: u64, unpacked: u64) -> bool {
    unpacked <= FREE.saturating_add(packed.saturating_mul(FOLD))
}

impl Codec {
    /// The pixels of one frame from its bytes, all its fragments joined.
    ///
    /// # Errors
    /// What is wrong with the bytes, or with what the header says of them.
    pub fn decode_frame(&self, bytes: &[u8], image: &Image) -> Decoded {
        let pixels = image.pixels();
        // Decoders work on four bytes per pixel.
        if !plausible(bytes.len() as u64, pixels as u64 * 4) {
            let size = bytes.len();
            return Err(format!("{size} bytes are said to hold {pixels} pixels: not plausible"));
        }
        let decoded = (self.decode)(bytes, image)?;
        if decoded.len() != pixels {
            return Err(format!("{} pixels decoded, {pixels} expected", decoded.len()));
        }
        Ok(decoded)
    }
}

/// Checks a stream's own size against the header's.
fn same_size(rows: usize, columns: usize, image: &Image) -> Result<(), String> {
    if (rows, columns) == (image.rows, image.columns) {
        return Ok(());
    }
    let (r, c) = (image.rows, image.columns);
    Err(format!("it holds {rows} rows × {columns} columns, the header says {r} × {c}"))
}

/// Checks that numbers of `precision` bits are the header's.
///
/// JPEG and JPEG-LS know no sign: fewer bits than are stored leave open what the highest means.
fn same_sign(numbers: Vec<u32>, precision: u32, image: &Image) -> Decoded {
    let (allocated, stored) = (image.allocated.max(8), image.stored);
    if precision > allocated {
        return Err(format!("it has {precision} bits, Bits Allocated is {allocated}"));
    }
    let negative = |n: &u32| n >> (precision - 1) != 0;
    if image.signed && precision < stored && numbers.iter().any(negative) {
        return Err(format!("{precision} bits without a sign cannot be {stored} bits with one"));
    }
    Ok(numbers)
}

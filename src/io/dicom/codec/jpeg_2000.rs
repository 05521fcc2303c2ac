//! JPEG 2000 (ITU-T T.800; DICOM PS3.5 A.4.4), decoded by hayro-jpeg2000.
//!
//! That crate has no `unsafe`, but believes sizes, takes no notice of the sign and fills up what is
//! missing: the headers are read here first. Its SIMD code is left out, which rounds lossy images
//! otherwise on other machines.

mod header;

use super::{Decoded, same_size};
use crate::io::dicom::image::Image;
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image as Stream};
use header::Header;

pub(super) fn lossless(bytes: &[u8], image: &Image) -> Decoded {
    let header = Header::read(bytes)?;
    if !header.reversible {
        return Err("it is coded irreversibly, and its transfer syntax lossless".into());
    }
    decode(&header, bytes, image)
}

pub(super) fn lossy(bytes: &[u8], image: &Image) -> Decoded {
    decode(&Header::read(bytes)?, bytes, image)
}

fn decode(header: &Header, bytes: &[u8], image: &Image) -> Decoded {
    same_size(header.rows, header.columns, image)?;
    let (precision, allocated) = (header.precision, image.allocated.max(8));
    // Sixteen bits and those the transform adds are whole numbers in f32, which hayro computes in.
    if precision > allocated.min(16) {
        return Err(format!("it has {precision} bits, expected {} at most", allocated.min(16)));
    }
    // Of another sign, the same bits mean the header's numbers only where they are as many.
    if header.signed != image.signed && precision != image.stored {
        let sign = |signed| if signed { "signed" } else { "unsigned" };
        let (own, stored) = (sign(header.signed), image.stored);
        return Err(format!(
            "its {precision} bits are {own}, the header's {stored} bits are {}",
            sign(image.signed)
        ));
    }
    let settings =
        DecodeSettings { resolve_palette_indices: false, strict: true, ..Default::default() };
    let stream = Stream::new(bytes, &settings).map_err(|error| error.to_string())?;
    let mut context = DecoderContext::default();
    let decoded = stream.decode(&mut context).map_err(|error| error.to_string())?;
    let [component] = decoded.components() else {
        return Err(format!("it has {} components, expected 1", decoded.components().len()));
    };
    // hayro adds half the range whether the numbers have a sign or not.
    let half = f32::from(1_u16 << (precision - 1));
    let (offset, low) = if header.signed { (half, -half) } else { (0.0, 0.0) };
    // Rounding of lossy values may lead beyond the range, and must not lead around it (G.1.2).
    let bits = if header.reversible { precision } else { precision.min(image.stored) };
    let span = (2.0_f32).powi(bits as i32);
    let low = if header.signed { -span / 2.0 } else { low };
    let number =
        |v: &f32| (v - offset).round_ties_even().clamp(low, low + span - 1.0) as i32 as u32;
    Ok(component.samples().iter().map(number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 32 × 32 pixels of 5, three bits, written by `OpenJPEG` 2.5.
    #[rustfmt::skip]
    const FIVES: &[u8] = &[
        0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0, 0, 0, 0, 32, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 32, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 1,
        0xFF, 0x52, 0, 12, 0, 0, 0, 1, 0, 5, 4, 4, 0, 1,
        0xFF, 0x5C, 0, 19, 0x40, 0x18, 0x20, 0x20, 0x28, 0x20, 0x20, 0x28, 0x20, 0x20, 0x28,
        0x20, 0x20, 0x28, 0x20, 0x20, 0x28,
        0xFF, 0x90, 0, 10, 0, 0, 0, 0, 0, 22, 0, 1, 0xFF, 0x93,
        0xC4, 0x20, 0x03, 0x80, 0x80, 0x80, 0x80, 0x80, 0xFF, 0xD9,
    ];

    fn edited(at: &[u8], offset: usize, value: u8) -> Vec<u8> {
        let mut bytes = FIVES.to_vec();
        let start = bytes.windows(at.len()).position(|w| w == at).unwrap();
        bytes[start + offset] = value;
        bytes
    }

    #[test]
    fn what_the_header_does_not_confirm_is_refused() {
        let image = Image::test(32, 32, 8, 8, false);
        assert_eq!(lossless(FIVES, &image), Ok(vec![5; 1024]));
        assert_eq!(lossy(FIVES, &image), Ok(vec![5; 1024]));
        let why = |image: Image| lossless(FIVES, &image).unwrap_err();
        assert!(why(Image::test(32, 31, 8, 8, false)).contains("32 rows × 32 columns"));
        assert!(why(Image::test(32, 32, 16, 12, true)).contains("3 bits are unsigned"));
        // As many bits as are stored: the same bits with a sign.
        assert_eq!(lossless(FIVES, &Image::test(32, 32, 8, 3, true)), Ok(vec![5; 1024]));
    }

    #[test]
    fn what_cannot_be_is_refused_before_it_claims_memory() {
        let image = Image::test(32, 32, 8, 8, false);
        let why = |bytes: &[u8]| lossless(bytes, &image).unwrap_err();
        let (siz, cod, sot) = ([0xFF, 0x51], [0xFF, 0x52], [0xFF, 0x90]);
        assert!(why(&edited(&siz, 6, 0x7F)).contains("tiles in"));
        assert!(why(&edited(&siz, 25, 1)).contains("tiles in 104 bytes"));
        assert!(why(&edited(&siz, 39, 3)).contains("3 components"));
        assert!(why(&edited(&siz, 40, 0x1F)).contains("32 bits"));
        assert!(why(&edited(&cod, 6, 0x7F)).contains("packets in"));
        assert!(why(&edited(&cod, 9, 33)).contains("33 levels"));
        assert!(why(&edited(&cod, 13, 0)).contains("irreversibly"));
        assert!(why(&edited(&sot, 5, 1)).contains("no tile 1"));
        assert!(why(&edited(&sot, 9, 23)).contains("marker"));
        assert!(why(&FIVES[..FIVES.len() - 3]).contains("beyond the end"));
    }
}

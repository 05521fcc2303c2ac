//! Deflated Image Frame Compression (DICOM PS3.5 A.4.13): each frame deflated on its own (RFC 1951).

use super::Decoded;
use crate::io::dicom::image::Image;
use flate2::read::DeflateDecoder;
use std::io::Read;

pub(super) fn decode(bytes: &[u8], image: &Image) -> Decoded {
    let expected = image.frame_bytes();
    let mut plain = Vec::new();
    // One byte more than one of padding shows that there is more.
    let mut reader = DeflateDecoder::new(bytes).take(expected as u64 + 2);
    reader.read_to_end(&mut plain).map_err(|error| format!("it cannot be inflated: {error}"))?;
    let found = plain.len();
    if found != expected && found != expected + expected % 2 {
        return Err(format!("{found} bytes or more inflated, {expected} expected"));
    }
    Ok(image.numbers(&plain, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use std::io::Write;

    #[test]
    fn a_frame_has_its_bytes_and_no_more() {
        let deflate = |bytes: &[u8]| {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let image = Image::test(1, 2, 16, 16, false);
        assert_eq!(decode(&deflate(&[1, 2, 3, 4]), &image), Ok(vec![0x201, 0x403]));
        for wrong in [vec![1, 2, 3], vec![1, 2, 3, 4, 5], vec![0; 1 << 20]] {
            assert!(decode(&deflate(&wrong), &image).is_err());
        }
        let bits = Image::test(1, 3, 1, 1, false);
        assert_eq!(decode(&deflate(&[0b110, 0]), &bits), Ok(vec![0, 1, 1]));
    }
}

//! RLE Lossless (DICOM PS3.5 annex G): the bytes of a pixel apart, each plane run-length coded.

use super::Decoded;
use crate::io::dicom::image::Image;

/// A count and fifteen offsets of 32 bits.
const HEADER: usize = 64;

pub(super) fn decode(bytes: &[u8], image: &Image) -> Decoded {
    let word = |i: usize| {
        let found = bytes.get(4 * i..)?.first_chunk().map(|b| u32::from_le_bytes(*b));
        found.and_then(|n| usize::try_from(n).ok())
    };
    let count = word(0).filter(|_| bytes.len() >= HEADER).ok_or("its header is cut short")?;
    let planes = image.cell_bytes();
    if count != planes {
        return Err(format!("it has {count} segments, expected {planes}"));
    }
    let size = image.frame_bytes() / planes;
    let mut plain = vec![0; size * planes];
    for plane in 0..planes {
        let start = word(1 + plane).unwrap_or(0);
        let end = if plane + 1 < planes { word(2 + plane).unwrap_or(0) } else { bytes.len() };
        let segment = bytes.get(start..end).filter(|_| start >= HEADER);
        let segment = segment.ok_or_else(|| format!("segment {plane} is at {start} to {end}"))?;
        // The most significant byte comes first.
        let at = planes - 1 - plane;
        let out = plain.iter_mut().skip(at).step_by(planes);
        unpack(segment, out, size).map_err(|found| {
            format!("segment {plane} unpacks to {found} bytes, expected {size}")
        })?;
    }
    Ok(image.numbers(&plain, 0))
}

/// Unpacks one segment (G.3.2) into exactly `size` places; the number of bytes found otherwise.
fn unpack<'a>(
    segment: &[u8],
    mut out: impl Iterator<Item = &'a mut u8>,
    size: usize,
) -> Result<(), String> {
    let (mut at, mut found) = (0, 0);
    while let Some(&code) = segment.get(at) {
        let run = match code {
            // One zero byte makes a segment's length even.
            0 if at + 1 == segment.len() => break,
            0..=127 => usize::from(code) + 1,
            128 => 0,
            129.. => 257 - usize::from(code),
        };
        at += 1;
        found += run;
        if found > size {
            return Err(format!("{found} or more"));
        }
        let taken = if code < 128 { run } else { usize::from(run > 0) };
        let values = segment.get(at..at + taken).ok_or("too few")?;
        at += taken;
        for i in 0..run {
            if let (Some(place), Some(value)) = (out.next(), values.get(i.min(taken - 1))) {
                *place = *value;
            }
        }
    }
    if found < size { Err(found.to_string()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(segments: &[&[u8]]) -> Vec<u8> {
        let mut words = [0_u32; 16];
        words[0] = segments.len() as u32;
        let mut at = HEADER;
        for (i, segment) in segments.iter().enumerate() {
            words[1 + i] = at as u32;
            at += segment.len();
        }
        let header = words.iter().flat_map(|w| w.to_le_bytes());
        header.chain(segments.concat()).collect()
    }

    #[test]
    fn planes_are_unpacked_most_significant_first() {
        let image = Image::test(1, 4, 16, 16, true);
        // Four times 1; then 5, 6 literally, nothing, twice 7; one byte of padding.
        let bytes = frame(&[&[253, 1], &[1, 5, 6, 128, 255, 7, 0]]);
        assert_eq!(decode(&bytes, &image), Ok(vec![0x105, 0x106, 0x107, 0x107]));
    }

    #[test]
    fn segments_of_another_size_are_refused() {
        let image = Image::test(1, 4, 8, 8, false);
        assert_eq!(decode(&frame(&[&[253, 1]]), &image), Ok(vec![1; 4]));
        let wrong: [&[&[u8]]; 6] =
            [&[&[254, 1]], &[&[252, 1]], &[&[3, 1, 2, 3]], &[&[253]], &[], &[&[253, 1], &[253, 1]]];
        for segments in wrong {
            assert!(decode(&frame(segments), &image).is_err(), "{segments:?}");
        }
        let mut astray = frame(&[&[253, 1]]);
        astray[4] = 70;
        assert!(decode(&astray, &image).is_err());
        assert!(decode(&astray[..40], &image).is_err());
    }
}

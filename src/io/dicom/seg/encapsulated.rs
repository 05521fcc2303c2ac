//! Frames compressed one by one (DICOM PS3.5 annex A.4), and those of their codecs that are small.

use super::frames::Layout;
use crate::io::IoError;
use crate::io::dicom::syntax::syntax_name;
use dicom_dictionary_std::uids;
use flate2::read::DeflateDecoder;
use std::io::Read;

/// Most bytes that all frames together may inflate to.
const INFLATED: usize = 1 << 30;

/// All frames, each from a whole byte on, of the value that starts at `data`.
pub(super) fn frames_of(
    file: &str,
    syntax: &str,
    data: &[u8],
    layout: Layout,
) -> Result<Vec<u8>, IoError> {
    let malformed = |what: String| IoError::DicomMalformed { file: file.to_owned(), what };
    let decode: fn(&[u8], Layout) -> Option<Vec<u8>> = match syntax {
        uids::RLE_LOSSLESS => run_lengths,
        uids::DEFLATED_IMAGE_FRAME_COMPRESSION => deflated,
        uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN => {
            |frame, _| Some(frame.to_vec())
        }
        _ => {
            let (name, uid) = (syntax_name(syntax).to_owned(), syntax.to_owned());
            return Err(IoError::DicomSyntax { file: file.to_owned(), name, uid });
        }
    };
    let fragments =
        fragments(data).ok_or_else(|| malformed("its fragments are cut short".into()))?;
    let whole = match fragments.len() {
        n if n == layout.frames => fragments.into_iter().map(<[u8]>::to_vec).collect(),
        // Fragments of a single frame belong together.
        n if n > 1 && layout.frames == 1 => vec![fragments.concat()],
        n => return Err(malformed(format!("{} frames in {n} fragments", layout.frames))),
    };
    let size = layout.frame_bytes();
    if size.checked_mul(whole.len()).is_none_or(|bytes| bytes > INFLATED) {
        return Err(malformed(format!("its frames are more than {} MiB", INFLATED >> 20)));
    }
    let mut bytes = Vec::new();
    for (at, frame) in whole.iter().enumerate() {
        let pixels = decode(frame, layout).and_then(|decoded| packed(decoded, layout));
        let pixels = pixels.ok_or_else(|| {
            malformed(format!("frame {} does not decode to {size} bytes", at + 1))
        })?;
        bytes.extend(pixels);
    }
    Ok(bytes)
}

/// A frame as [`Layout`] has it, of a decoder that gives single bits as such or as bytes.
fn packed(decoded: Vec<u8>, layout: Layout) -> Option<Vec<u8>> {
    let (size, pixels) = (layout.frame_bytes(), layout.pixels());
    let padded = |n: usize| n..=n + n % 2;
    if padded(size).contains(&decoded.len()) {
        let mut exact = decoded;
        exact.truncate(size);
        return Some(exact);
    }
    (layout.bits == 1 && padded(pixels).contains(&decoded.len())).then(|| {
        let eight = |bytes: &[u8]| (0..).zip(bytes).fold(0, |b, (k, v)| b | u8::from(*v != 0) << k);
        decoded.get(..pixels).unwrap_or(&[]).chunks(8).map(eight).collect()
    })
}

/// The fragments after the Basic Offset Table; `None` where an item ends beyond the bytes.
fn fragments(data: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    let mut rest = data;
    loop {
        let header: [u8; 8] = *rest.first_chunk()?;
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        rest = rest.get(8..)?;
        match header {
            [0xFE, 0xFF, 0x00, 0xE0, ..] => {
                let length = usize::try_from(length).ok()?;
                found.push(rest.get(..length)?);
                rest = rest.get(length..)?;
            }
            [0xFE, 0xFF, 0xDD, 0xE0, ..] => break,
            _ => return None,
        }
    }
    (!found.is_empty()).then(|| found.split_off(1))
}

fn deflated(frame: &[u8], layout: Layout) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = layout.frame_bytes().max(layout.pixels()) as u64 + 2;
    DeflateDecoder::new(frame).take(limit).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// RLE (PS3.5 annex G): one run of bytes for each byte of a pixel, the highest first.
fn run_lengths(frame: &[u8], layout: Layout) -> Option<Vec<u8>> {
    let word =
        |at: usize| frame.get(4 * at..)?.first_chunk().map(|b| u32::from_le_bytes(*b) as usize);
    let planes = layout.bits.div_ceil(8);
    if word(0)? != planes {
        return None;
    }
    let mut bytes = Vec::new();
    for plane in 0..planes {
        let end = if plane + 1 < planes { word(plane + 2)? } else { frame.len() };
        let run = unpacked(frame.get(word(plane + 1)?..end)?, layout.pixels() + 1)?;
        if planes == 1 {
            return Some(run);
        }
        bytes.resize(planes * layout.pixels(), 0);
        for (pixel, value) in run.into_iter().take(layout.pixels()).enumerate() {
            *bytes.get_mut(pixel * planes + planes - 1 - plane)? = value;
        }
    }
    Some(bytes)
}

/// `PackBits`, at most `limit` bytes and what the last run adds.
fn unpacked(mut packed: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let [code, rest @ ..] = packed {
        if bytes.len() >= limit {
            break;
        }
        packed = match *code {
            128 => rest,
            copied @ 0..128 => {
                let count = usize::from(copied) + 1;
                // A final byte of padding looks like the start of a run.
                let Some(run) = rest.get(..count) else { break };
                bytes.extend(run);
                rest.get(count..)?
            }
            repeated => {
                let Some((value, rest)) = rest.split_first() else { break };
                bytes.resize(bytes.len() + 257 - usize::from(repeated), *value);
                rest
            }
        };
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout { frames: 1, rows: 3, columns: 3, bits: 1 };

    #[test]
    fn bits_come_packed_or_one_to_a_byte() {
        assert_eq!(packed(vec![0b1010_0001, 1], LAYOUT), Some(vec![0b1010_0001, 1]));
        let bytes = vec![1, 0, 0, 0, 0, 255, 0, 1, 1];
        assert_eq!(packed(bytes, LAYOUT), Some(vec![0b1010_0001, 1]));
        assert_eq!(packed(vec![1; 5], LAYOUT), None);
    }

    #[test]
    fn run_lengths_of_bytes_and_words() {
        let mut frame = vec![0; 64];
        frame[0] = 2;
        frame[4] = 64;
        frame[8] = 66;
        frame.extend([(257_u16 - 9) as u8, 1, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        let words = run_lengths(&frame, Layout { bits: 16, ..LAYOUT }).unwrap();
        let expected: Vec<u8> = (0..9).flat_map(|low| [low, 1]).collect();
        assert_eq!(words, expected);
        assert_eq!(run_lengths(&frame, LAYOUT), None);
        assert_eq!(run_lengths(&frame[..10], LAYOUT), None);
    }

    #[test]
    fn fragments_end_where_they_say() {
        let item = |bytes: &[u8]| {
            [&[0xFE, 0xFF, 0x00, 0xE0][..], &(bytes.len() as u32).to_le_bytes(), bytes].concat()
        };
        let end = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];
        let data = [item(b""), item(b"one!"), item(b"two!"), end.to_vec()].concat();
        assert_eq!(fragments(&data).unwrap(), [b"one!", b"two!"]);
        assert!(fragments(&data[..data.len() - 1]).is_none());
        assert!(fragments(&data[..20]).is_none() && fragments(b"").is_none());
    }
}

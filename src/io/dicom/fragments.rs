//! Where the fragments of compressed frames are (DICOM PS3.5 annex A.4).

use super::walk::Pixels;
use crate::io::{Files, IoError};
use std::io::{Read, Seek, SeekFrom};

/// A part of a file: offset and length in bytes.
type Piece = (u64, u32);

/// The pieces of each frame, in order.
///
/// One frame has all the fragments. Of several, each has one, or as many as the Basic Offset Table
/// says, or where that is empty, those up to the next fragment that begins with `start`. An
/// Extended Offset Table says nothing new: with it, each frame is one fragment.
///
/// # Errors
/// [`IoError::Read`] and [`IoError::DicomMalformed`].
pub(super) fn fragments(
    files: &dyn Files,
    file: &str,
    pixels: Pixels,
    frames: usize,
    start: &[u8],
) -> Result<Vec<Vec<Piece>>, IoError> {
    let malformed = |what: String| IoError::DicomMalformed { file: file.to_owned(), what };
    let failed = |source| IoError::Read { file: file.to_owned(), source };
    let pieces = pieces(files, file, pixels)?;
    let Some(((table, size), pieces)) = pieces.split_first() else {
        return Err(malformed("its compressed pixels have no offset table".into()));
    };
    if frames == 1 && !pieces.is_empty() {
        return Ok(vec![pieces.to_vec()]);
    }
    let firsts: Vec<usize> = if pieces.len() == frames {
        (0..frames).collect()
    } else if *size > 0 {
        let table = files.read_at(file, *table, u64::from(*size))?;
        // Offsets count from the first fragment's item on; 8 bytes of it come before its value.
        let origin = pieces.first().map_or(0, |(at, _)| *at);
        let offsets = table.chunks_exact(4).map(|b| origin + u64::from(u32_of(b)));
        let found = offsets.map(|at| pieces.binary_search_by_key(&at, |(at, _)| *at));
        let found: Result<_, _> = found.collect();
        found.map_err(|_| malformed("its offset table points beside its fragments".into()))?
    } else {
        let mut firsts = Vec::new();
        let mut reader = files.open(file).map_err(failed)?;
        for (i, (at, length)) in pieces.iter().enumerate() {
            let mut first = vec![0; start.len()];
            reader.seek(SeekFrom::Start(*at)).map_err(failed)?;
            let enough = *length as usize >= start.len() && !start.is_empty();
            if enough && reader.read_exact(&mut first).is_ok() && first == start {
                firsts.push(i);
            }
        }
        firsts
    };
    let ascend = firsts.is_sorted_by(|a, b| a < b) && firsts.first() == Some(&0);
    if !ascend || firsts.len() != frames {
        let (n, found) = (pieces.len(), firsts.len());
        return Err(malformed(format!("its {n} fragments make {found} frames, expected {frames}")));
    }
    let ends = firsts.iter().skip(1).copied().chain([pieces.len()]);
    Ok(firsts.iter().zip(ends).map(|(from, to)| pieces[*from..to].to_vec()).collect())
}

/// The values of all items: the offset table, then the fragments.
fn pieces(files: &dyn Files, file: &str, pixels: Pixels) -> Result<Vec<Piece>, IoError> {
    let failed = |source| IoError::Read { file: file.to_owned(), source };
    let malformed = |what: String| IoError::DicomMalformed { file: file.to_owned(), what };
    let size = files.size(file).map_err(failed)?;
    let mut reader = files.open(file).map_err(failed)?;
    let (mut at, mut pieces) = (pixels.offset, Vec::new());
    // A file may end with its last fragment; decoders notice where that is not whole.
    while at != size {
        let mut head = [0; 8];
        reader.seek(SeekFrom::Start(at)).map_err(failed)?;
        reader.read_exact(&mut head).map_err(|_| malformed("it ends within a fragment".into()))?;
        at += 8;
        let length = u32_of(&head[4..]);
        match head {
            [0xFE, 0xFF, 0x00, 0xE0, ..] if u64::from(length) <= size - at => {
                pieces.push((at, length));
                at += u64::from(length);
            }
            [0xFE, 0xFF, 0x00, 0xE0, ..] => {
                let left = size - at;
                let what = format!("a fragment of {length} bytes is declared, {left} are left");
                return Err(malformed(what));
            }
            [0xFE, 0xFF, 0xDD, 0xE0, ..] => break,
            _ => return Err(malformed(format!("a fragment was expected at byte {}", at - 8))),
        }
    }
    Ok(pieces)
}

fn u32_of(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |v, byte| v << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Memory;

    fn item(value: &[u8]) -> Vec<u8> {
        let length = (value.len() as u32).to_le_bytes();
        [&[0xFE, 0xFF, 0x00, 0xE0], &length[..], value].concat()
    }

    fn frames(items: &[&[u8]], count: usize) -> Result<Vec<Vec<Vec<u8>>>, IoError> {
        let mut bytes: Vec<u8> = items.iter().flat_map(|value| item(value)).collect();
        bytes.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0, 9, 9]);
        let mut files = Memory::default();
        files.insert("a", bytes.clone());
        let pixels = Pixels { offset: 0, length: None, words: false };
        let found = fragments(&files, "a", pixels, count, &[0xFF, 0xD8])?;
        let value = |(at, n): &Piece| bytes[*at as usize..][..*n as usize].to_vec();
        Ok(found.iter().map(|pieces| pieces.iter().map(value).collect()).collect())
    }

    #[test]
    fn fragments_are_given_to_frames_by_count_table_or_beginning() {
        let (a, b, c) = (&[0xFF, 0xD8, 1, 2][..], &[3, 4][..], &[0xFF, 0xD8][..]);
        let two = Ok::<_, ()>(vec![vec![a.to_vec(), b.to_vec()], vec![c.to_vec()]]);
        let shown = |found: Result<Vec<Vec<Vec<u8>>>, IoError>| found.map_err(|_| ());
        assert_eq!(shown(frames(&[&[], a, b], 1)), Ok(vec![vec![a.to_vec(), b.to_vec()]]));
        assert_eq!(shown(frames(&[&[], a, b], 2)), Ok(vec![vec![a.to_vec()], vec![b.to_vec()]]));
        assert_eq!(shown(frames(&[&[], a, b, c], 2)), two);
        let table = [0, 0, 0, 0, 22, 0, 0, 0];
        assert_eq!(shown(frames(&[&table, a, b, c], 2)), two);
    }

    #[test]
    fn tables_and_fragments_that_do_not_fit_are_refused() {
        let (a, b) = (&[1, 2, 3, 4][..], &[5, 6][..]);
        let astray = [0, 0, 0, 0, 13, 0, 0, 0];
        let cases: [(&[&[u8]], usize); 5] =
            [(&[], 1), (&[&[]], 1), (&[&[], a, b, b], 2), (&[&astray, a, b, b], 2), (&[&[], a], 3)];
        for (items, count) in cases {
            let error = frames(items, count).unwrap_err();
            assert!(matches!(error, IoError::DicomMalformed { .. }), "{items:?}");
        }
        let mut files = Memory::default();
        for (bytes, what) in [
            (vec![0xFE, 0xFF, 0x00, 0xE0, 255, 255, 255, 255, 1], "4294967295 bytes"),
            (vec![0xFE, 0xFF, 0x00], "within"),
            (vec![1; 8], "expected at byte 0"),
        ] {
            files.insert("a", bytes);
            let pixels = Pixels { offset: 0, length: None, words: false };
            let error = fragments(&files, "a", pixels, 1, &[]).unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
        }
    }
}

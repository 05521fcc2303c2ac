//! The frames of one image file, whatever its transfer syntax.

use super::codec::{Codec, find, plausible};
use super::fragments::fragments;
use super::header::Slice;
use super::image::{Image, number};
use super::open::{Place, inflate};
use super::syntax::{Encoding, encoding, syntax_name};
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::io::{Files, IoError};
use std::ops::Range;

/// Gives the stored numbers of any frame of a file.
pub(super) struct Frames<'a> {
    files: &'a dyn Files,
    file: &'a str,
    image: Image,
    source: Source,
    /// Zeros after the last pixel.
    trailing: u64,
}

enum Source {
    /// Frames one after another, from a byte of the file on.
    Native { offset: u64, swap: bool },
    /// The same, inflated.
    Inflated(Vec<u8>),
    /// The pieces of each frame.
    Compressed(&'static Codec, Vec<Vec<(u64, u32)>>),
}

/// Is the syntax of a slice read?
///
/// # Errors
/// [`IoError::DicomSyntax`].
pub(super) fn check_syntax(slice: &Slice) -> Result<(), IoError> {
    let compressed = encoding(&slice.syntax) == Encoding::Compressed;
    if !compressed || find(&slice.syntax).is_some() {
        return Ok(());
    }
    let (name, uid) = (syntax_name(&slice.syntax).to_owned(), slice.syntax.clone());
    Err(IoError::DicomSyntax { file: slice.file.clone(), name, uid })
}

impl<'a> Frames<'a> {
    /// Finds the frames and checks that all their bytes are there; decodes none.
    ///
    /// # Errors
    /// [`IoError::DicomSyntax`], [`IoError::DicomTag`], [`IoError::DicomPixelLength`],
    /// [`IoError::DicomMalformed`] and [`IoError::Read`].
    pub fn open(
        files: &'a dyn Files,
        slice: &'a Slice,
        image: Image,
        frames: usize,
        limit: MemoryLimit,
    ) -> Result<Self, IoError> {
        check_syntax(slice)?;
        let file = slice.file.as_str();
        let tag = |found: &str, expected| IoError::DicomTag {
            file: file.to_owned(),
            tag: "(7FE0,0010)",
            name: "Pixel Data",
            found: found.to_owned(),
            expected,
        };
        let Some(place) = slice.pixels else { return Err(tag("absent", "present")) };
        let mut trailing = 0;
        let source = if let Some(codec) = find(&slice.syntax) {
            if place.value.length.is_some() {
                return Err(tag("not in fragments", "fragments in a compressed syntax"));
            }
            let pieces = fragments(files, file, place.value, frames, codec.start)?;
            Source::Compressed(codec, pieces)
        } else {
            let swap = encoding(&slice.syntax) == Encoding::BigEndian && place.value.words;
            if encoding(&slice.syntax) == Encoding::BigEndian {
                // Words are swapped; how wider numbers are put in words is not agreed upon.
                let fits =
                    if place.value.words { image.allocated < 32 } else { image.allocated <= 8 };
                if !fits {
                    let found = format!("{} bits big endian", image.allocated);
                    return Err(tag(&found, "OW for 16 bits, OB or OW for fewer"));
                }
            }
            let expected = image.bytes_of(frames);
            // As long as the pixels, even; else all zeros must follow, and less than a frame of them.
            let found = place.value.length.map_or(0, u64::from);
            trailing = match found.checked_sub(expected) {
                Some(extra) if extra == expected % 2 => 0,
                Some(extra) if extra < image.frame_bytes() as u64 => extra,
                _ => return Err(wrong_length(file, found, expected)),
            };
            native(files, file, place, [expected, trailing], (swap, limit))?
        };
        Ok(Self { files, file, image, source, trailing })
    }

    /// Zeros after the last pixel that are no pixels.
    pub fn trailing(&self) -> u64 {
        self.trailing
    }

    /// Bytes of all compressed frames; `None` where the pixels are as long as they must be.
    pub fn packed(&self) -> Option<u64> {
        match &self.source {
            Source::Compressed(_, frames) => {
                Some(frames.iter().flatten().map(|(_, length)| u64::from(*length)).sum())
            }
            Source::Native { .. } | Source::Inflated(_) => None,
        }
    }

    /// Some rows of frame `n` as they are stored; of native little-endian pixels no other byte is
    /// read.
    ///
    /// # Errors
    /// As for [`Frames::decode`].
    pub fn rows(&self, n: usize, rows: Range<usize>) -> Result<Rows, IoError> {
        let (image, first) = (self.image, rows.start);
        let Source::Native { offset, swap: false } = &self.source else {
            return Ok(Rows { image, first: 0, stored: Stored::Numbers(self.decode(n)?) });
        };
        if image.allocated == 1 {
            return Ok(Rows { image, first: 0, stored: Stored::Numbers(self.decode(n)?) });
        }
        let row = image.columns * image.cell_bytes();
        let start = (n * image.rows + first).saturating_mul(row) as u64;
        let bytes = (rows.len() * row) as u64;
        let found = self.files.read_at(self.file, offset.saturating_add(start), bytes)?;
        if found.len() as u64 != bytes {
            return Err(wrong_length(self.file, found.len() as u64, bytes));
        }
        Ok(Rows { image, first, stored: Stored::Cells(found) })
    }

    /// The numbers of frame `n`, in rows; bits above Bits Stored are not part of them, see
    /// [`Image::value`].
    ///
    /// # Errors
    /// [`IoError::DicomFrame`], [`IoError::DicomPixelLength`] and [`IoError::Read`].
    pub fn decode(&self, n: usize) -> Result<Vec<u32>, IoError> {
        let (image, pixels) = (&self.image, self.image.pixels());
        let first = n.saturating_mul(pixels).saturating_mul(image.allocated as usize);
        let (from, bytes) =
            (first / 8, (first % 8 + image.allocated as usize * pixels).div_ceil(8));
        let numbers = match &self.source {
            Source::Native { offset, swap } => {
                // Words are even: one byte more on either side holds the halves of the outer ones.
                let odd = usize::from(*swap) * (from % 2);
                let limit = bytes + odd + usize::from(*swap) * ((bytes + odd) % 2);
                let start = offset.saturating_add((from - odd) as u64);
                let mut data = self.files.read_at(self.file, start, limit as u64)?;
                if *swap {
                    data.chunks_exact_mut(2).for_each(<[u8]>::reverse);
                }
                image.numbers(data.get(odd..).unwrap_or(&[]), first % 8)
            }
            Source::Inflated(data) => image.numbers(data.get(from..).unwrap_or(&[]), first % 8),
            Source::Compressed(codec, frames) => {
                let mut data = Vec::new();
                for (at, length) in frames.get(n).into_iter().flatten() {
                    data.extend(self.files.read_at(self.file, *at, u64::from(*length))?);
                }
                codec.decode_frame(&data, image).map_err(|what| IoError::DicomFrame {
                    file: self.file.to_owned(),
                    frame: n + 1,
                    syntax: codec.name,
                    what,
                })?
            }
        };
        if numbers.len() == pixels {
            return Ok(numbers);
        }
        let cell = image.cell_bytes();
        Err(wrong_length(self.file, (numbers.len() * cell) as u64, (pixels * cell) as u64))
    }
}

/// Rows of a frame.
pub(super) struct Rows {
    image: Image,
    /// Row at which `stored` begins.
    first: usize,
    stored: Stored,
}

enum Stored {
    /// Little-endian numbers of whole bytes.
    Cells(Vec<u8>),
    Numbers(Vec<u32>),
}

impl Rows {
    /// The numbers of a row that the stored bits are; 0 for a row that was not read.
    pub fn read(&self, row: usize, out: &mut [i64]) {
        self.read_as(&self.image, row, out);
    }

    /// The numbers of a row that all allocated bits are, those above Bits Stored included.
    pub fn read_cells(&self, row: usize, out: &mut [i64]) {
        self.read_as(&self.image.cell(), row, out);
    }

    fn read_as(&self, image: &Image, row: usize, out: &mut [i64]) {
        let columns = image.columns;
        let from = row.saturating_sub(self.first) * columns;
        match &self.stored {
            Stored::Numbers(numbers) => {
                let raw = numbers.get(from..).unwrap_or(&[]);
                out.iter_mut().zip(raw).for_each(|(out, raw)| *out = image.value(*raw));
            }
            Stored::Cells(bytes) => {
                let raw = bytes.get(from * image.cell_bytes()..).unwrap_or(&[]);
                if image.cell_bytes() == 2 {
                    let cells = raw.as_chunks::<2>().0.iter().map(|cell| u16::from_le_bytes(*cell));
                    out.iter_mut().zip(cells).for_each(|(out, raw)| *out = image.value(raw.into()));
                } else {
                    let cells = raw.chunks_exact(image.cell_bytes()).map(number);
                    out.iter_mut().zip(cells).for_each(|(out, raw)| *out = image.value(raw));
                }
            }
        }
    }
}

fn wrong_length(file: &str, found: u64, expected: u64) -> IoError {
    IoError::DicomPixelLength { file: file.to_owned(), found, expected }
}

/// Finds native pixels and what is `trailing` after them, which must be zeros.
///
/// DICOM knows one byte of padding, to make an odd length even (PS3.5 section 8.1.1). Some writers
/// fill up whole blocks; zeros cannot be pixels that were lost or misplaced, anything else may be.
fn native(
    files: &dyn Files,
    file: &str,
    place: Place,
    [expected, trailing]: [u64; 2],
    (swap, limit): (bool, MemoryLimit),
) -> Result<Source, IoError> {
    let wrong = |found| wrong_length(file, found, expected);
    let all = expected.saturating_add(trailing);
    let blank = |tail: &[u8]| tail.len() as u64 >= trailing && tail.iter().all(|byte| *byte == 0);
    if let Some(start) = place.deflated_from {
        let mut data = inflate(files, file, start, limit)?;
        let from = usize::try_from(place.value.offset).unwrap_or(usize::MAX).min(data.len());
        data.drain(..from);
        let left = data.len() as u64;
        if left < expected {
            return Err(wrong(left));
        }
        let ends = [expected, all.min(left)].map(|end| usize::try_from(end).unwrap_or(usize::MAX));
        let tail = data.get(ends[0]..ends[1]).unwrap_or(&[]);
        return if blank(tail) { Ok(Source::Inflated(data)) } else { Err(wrong(all)) };
    }
    let size = files.size(file);
    let size = size.map_err(|source| IoError::Read { file: file.to_owned(), source })?;
    let left = size.saturating_sub(place.value.offset);
    if left < expected {
        return Err(wrong(left));
    }
    if trailing > 0 {
        let start = place.value.offset.saturating_add(expected);
        if !blank(&files.read_at(file, start, trailing)?) {
            return Err(wrong(all));
        }
    }
    Ok(Source::Native { offset: place.value.offset, swap })
}

/// The warning `dicom.trailing_zeros`, where there were `bytes` of them in `count` files.
pub(super) fn trailing(count: usize, bytes: u64) -> Option<Warning> {
    let message = format!(
        "Pixel Data (7FE0,0010) of {count} files goes on after the last pixel, for {bytes} bytes \
         in all, every one 0: they were left out"
    );
    (count > 0).then(|| Warning::new("dicom.trailing_zeros", message))
}

/// Checks that `pixels` numbers can come from `packed` bytes.
///
/// # Errors
/// [`IoError::DicomMalformed`], which names `file`.
pub(super) fn check_bomb(file: &str, packed: u64, pixels: u64) -> Result<(), IoError> {
    if plausible(packed, pixels.saturating_mul(4)) {
        return Ok(());
    }
    let what = format!("{packed} bytes are said to hold {pixels} pixels: not plausible");
    Err(IoError::DicomMalformed { file: file.to_owned(), what })
}

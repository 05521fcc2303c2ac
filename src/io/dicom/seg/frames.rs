//! Frames' pixels: single bits, bytes or words (DICOM PS3.3 C.8.20.2, PS3.5 section 8.1).

use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::io::dicom::frames::{Frames as Source, check_bomb, trailing};
use crate::io::dicom::header::Slice;
use crate::io::dicom::image::Image;
use crate::io::dicom::tags::whole;
use crate::io::segmentation::Content;
use crate::io::{Files, IoError};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::BTreeMap;

/// Shape of the frames and size of their pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub frames: usize,
    pub rows: usize,
    pub columns: usize,
    /// Bits of a pixel: 1, 8 or 16.
    pub bits: usize,
}

/// What pixels say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// 1 inside.
    Binary,
    /// A fraction of this value.
    Fraction(f64),
    /// The number of a segment.
    LabelMap,
}

/// The frames of a segmentation.
#[derive(Debug)]
pub(super) struct Frames {
    layout: Layout,
    meaning: Meaning,
    /// Frame of each `(plane, segment)`; a label map's are all of segment 0.
    drawn: BTreeMap<(usize, usize), usize>,
    /// Numbers of the segments.
    numbers: Vec<i64>,
    /// Pixels in little-endian order; bits from the lowest on.
    bytes: Vec<u8>,
    /// Bits from one frame's first pixel to the next frame's.
    stride: usize,
}

impl Layout {
    pub fn of(file: &str, object: &InMemDicomObject, kind: &str) -> Result<Self, IoError> {
        let count = |tag: Tag, shown, name, range: std::ops::RangeInclusive<i64>, expected| {
            let found = match whole(object, tag) {
                Ok(value) if range.contains(&value) => return Ok(value as usize),
                Ok(value) => value.to_string(),
                Err(found) => found,
            };
            Err(IoError::DicomTag { file: file.to_owned(), tag: shown, name, found, expected })
        };
        let side = "a number from 1 to 65535";
        let frames = count(
            tags::NUMBER_OF_FRAMES,
            "(0028,0008)",
            "Number of Frames",
            1..=i64::from(i32::MAX),
            "a number from 1 on",
        )?;
        let rows = count(tags::ROWS, "(0028,0010)", "Rows", 1..=65535, side)?;
        let columns = count(tags::COLUMNS, "(0028,0011)", "Columns", 1..=65535, side)?;
        let (allowed, expected): (&[usize], _) = match kind {
            "BINARY" => (&[1, 8], "1 (or 8) for a binary segmentation"),
            "FRACTIONAL" => (&[8], "8 for a fractional segmentation"),
            _ => (&[8, 16], "8 or 16 for a label map"),
        };
        let (tag, shown, name) = (tags::BITS_ALLOCATED, "(0028,0100)", "Bits Allocated");
        let bits = count(tag, shown, name, 1..=16, expected)?;
        if !allowed.contains(&bits) {
            let found = bits.to_string();
            return Err(IoError::DicomTag {
                file: file.to_owned(),
                tag: shown,
                name,
                found,
                expected,
            });
        }
        Ok(Self { frames, rows, columns, bits })
    }

    /// Pixels of a frame: at most 65535 squared.
    pub fn pixels(self) -> usize {
        self.rows * self.columns
    }

    /// Bytes of a frame that starts at a byte.
    pub fn frame_bytes(self) -> usize {
        self.pixels().saturating_mul(self.bits).div_ceil(8)
    }
}

impl Frames {
    /// Decodes the pixels of all frames; says what followed them.
    pub fn read(
        files: &dyn Files,
        slice: &Slice,
        layout: Layout,
        meaning: Meaning,
        drawn: BTreeMap<(usize, usize), usize>,
        numbers: Vec<i64>,
        limit: MemoryLimit,
    ) -> Result<(Self, Option<Warning>), IoError> {
        let file = slice.file.as_str();
        // Pixels are decoded as numbers, one frame at a time, and kept as bits or bytes.
        IoError::claim(file, (layout.pixels(), "pixels of a frame"), size_of::<u32>(), limit)?;
        IoError::claim(file, (layout.frames, "frames"), layout.frame_bytes(), limit)?;
        let source = Source::open(files, slice, Image::of(slice)?, layout.frames, limit)?;
        if let Some(packed) = source.packed() {
            check_bomb(file, packed, layout.frames as u64 * layout.pixels() as u64)?;
        }
        // Each frame from a whole byte on: a bit stays a bit.
        let mut bytes = Vec::new();
        for frame in 0..layout.frames {
            let numbers = source.decode(frame)?;
            match layout.bits {
                1 => bytes.extend(numbers.chunks(8).map(|eight| {
                    (0..).zip(eight).fold(0_u8, |byte, (k, v)| byte | u8::from(*v != 0) << k)
                })),
                8 => bytes.extend(numbers.iter().map(|v| *v as u8)),
                _ => bytes.extend(numbers.iter().flat_map(|v| (*v as u16).to_le_bytes())),
            }
        }
        let stride = layout.frame_bytes() * 8;
        let zeros = source.trailing();
        let content = Self { layout, meaning, drawn, numbers, bytes, stride };
        Ok((content, trailing(usize::from(zeros > 0), zeros)))
    }

    /// `seg.unlisted` where a label map has values that are neither background nor a segment's number.
    pub fn unlisted(&self, file: &str, background: i64) -> Option<Warning> {
        if self.meaning != Meaning::LabelMap {
            return None;
        }
        let mut seen = vec![false; 1 << 16];
        match self.layout.bits {
            8 => self.bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true),
            _ => self.bytes.chunks_exact(2).for_each(|word| {
                seen[usize::from(u16::from_le_bytes([word[0], word[1]]))] = true;
            }),
        }
        for listed in self.numbers.iter().chain([&background]) {
            if let Some(seen) = usize::try_from(*listed).ok().and_then(|at| seen.get_mut(at)) {
                *seen = false;
            }
        }
        let mut unlisted = (0..seen.len()).filter(|value| seen[*value]);
        let shown: Vec<String> = unlisted.by_ref().take(8).map(|value| value.to_string()).collect();
        if shown.is_empty() {
            return None;
        }
        let more = if unlisted.next().is_some() { ", …" } else { "" };
        let message = format!(
            "{file}: pixels have the values {}{more}, which Segment Sequence (0062,0002) does not \
             list: they are taken for background",
            shown.join(", ")
        );
        Some(Warning::new("seg.unlisted", message))
    }

    fn pixel(&self, frame: usize, at: usize) -> u32 {
        let bit = frame * self.stride + at * self.layout.bits;
        let byte = |at: usize| u32::from(self.bytes.get(at).copied().unwrap_or(0));
        match self.layout.bits {
            1 => byte(bit / 8) >> (bit % 8) & 1,
            8 => byte(bit / 8),
            _ => byte(bit / 8) | byte(bit / 8 + 1) << 8,
        }
    }
}

impl Content for Frames {
    fn visit(&self, at: usize, threshold: f64, found: &mut dyn FnMut([usize; 3])) {
        let Some(&number) = self.numbers.get(at) else { return };
        let inside = |value: u32| match self.meaning {
            Meaning::Binary => value != 0,
            Meaning::Fraction(most) => value > 0 && f64::from(value) >= threshold * most,
            Meaning::LabelMap => i64::from(value) == number,
        };
        let segment = if self.meaning == Meaning::LabelMap { 0 } else { at };
        for ((plane, _), frame) in self.drawn.iter().filter(|((_, of), _)| *of == segment) {
            for pixel in 0..self.layout.pixels() {
                if inside(self.pixel(*frame, pixel)) {
                    found([*plane, pixel / self.layout.columns, pixel % self.layout.columns]);
                }
            }
        }
    }
}

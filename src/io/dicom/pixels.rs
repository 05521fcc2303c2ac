//! Pixel Data to Hounsfield units (DICOM PS3.3 C.7.6.3.1, C.11.1).

use super::Series;
use super::header::Slice;
use super::open::{Place, inflate};
use super::stack::{Stack, stack};
use super::syntax::{Encoding, encoding, sop_class_name, syntax_name};
use super::tags::require;
use crate::engine::Engine;
use crate::error::Warning;
use crate::image::{Intensity, Volume};
use crate::io::{Files, IoError};
use dicom_dictionary_std::uids;
use ndarray::Array3;
use std::ops::Range;
use std::sync::Mutex;

/// The volume of a CT series in Hounsfield units.
///
/// # Errors
/// Those of [`stack`] and [`decode`].
pub fn read_series(
    files: &dyn Files,
    series: &Series,
    engine: &Engine,
) -> Result<(Volume, Vec<Warning>), IoError> {
    // What a slice is comes before how the slices lie: an MR series is refused as such.
    check(series)?;
    let stack = stack(series)?;
    let (data, mut warnings) = decode(files, &stack, 0..stack.slices.len(), engine)?;
    warnings.extend(stack.warnings.iter().cloned());
    let volume = Volume::new(stack.grid.clone(), data, Intensity::Hounsfield);
    let volume = volume.map_err(|error| IoError::geometry(&series.uid, error))?;
    Ok((volume, warnings))
}

/// Checks, without reading a pixel, that the series holds CT slices whose pixels can be read as HU.
///
/// # Errors
/// [`IoError::DicomSopClass`], [`IoError::DicomSyntax`] and [`IoError::DicomTag`].
pub fn check(series: &Series) -> Result<(), IoError> {
    series.slices.iter().try_for_each(|slice| Layout::of(slice).map(drop))
}

/// HU of a range of slices, `[z, y, x]`, each slice by its own slope and intercept.
///
/// # Errors
/// [`IoError::DicomSopClass`], [`IoError::DicomSyntax`], [`IoError::DicomTag`] and
/// [`IoError::DicomPixelLength`], of the first slice that has one; a range beyond the stack is cut.
pub fn decode(
    files: &dyn Files,
    stack: &Stack,
    range: Range<usize>,
    engine: &Engine,
) -> Result<(Array3<f32>, Vec<Warning>), IoError> {
    let [_, rows, columns] = stack.grid.shape;
    let slices = stack.slices.get(range).unwrap_or(&[]);
    let layouts: Vec<Layout> = slices.iter().map(Layout::of).collect::<Result<_, _>>()?;
    for (slice, layout) in slices.iter().zip(&layouts) {
        let expected = rows as u64 * columns as u64 * layout.bytes as u64;
        let found = layout.place.value.length.map_or(0, u64::from);
        // One byte of padding makes an odd length even (PS3.5 section 8.1.1).
        if found != expected && found != expected + expected % 2 {
            return Err(IoError::DicomPixelLength { file: slice.file.clone(), found, expected });
        }
        let size = files.size(&slice.file);
        let size = size.map_err(|source| IoError::Read { file: slice.file.clone(), source })?;
        let left = size.saturating_sub(layout.place.value.offset);
        if layout.place.deflated_from.is_none() && left < expected {
            return Err(IoError::DicomPixelLength {
                file: slice.file.clone(),
                found: left,
                expected,
            });
        }
    }
    let mut data = Array3::<f32>::zeros((slices.len(), rows, columns));
    let outcomes = Mutex::new(Vec::with_capacity(slices.len()));
    if let Some(voxels) = data.as_slice_mut() {
        engine.fill(voxels, rows * columns, |at, out| {
            let (Some(slice), Some(layout)) = (slices.get(at), layouts.get(at)) else { return };
            let outcome = layout.read(files, slice, expected_of(layout, out.len()), out);
            if let Ok(mut outcomes) = outcomes.lock() {
                outcomes.push((at, outcome));
            }
        });
    }
    let mut outcomes = outcomes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    outcomes.sort_by_key(|(at, _)| *at);
    let mut padded = 0;
    for (_, outcome) in outcomes {
        padded += outcome?;
    }
    let mut warnings = Vec::new();
    if padded > 0 {
        let message = format!(
            "{padded} voxels hold the Pixel Padding Value (0028,0120): they lie outside what was \
             scanned, and are not HU"
        );
        warnings.push(Warning::new("dicom.padding", message));
    }
    Ok((data, warnings))
}

/// How one slice's pixels are stored and what they mean.
struct Layout {
    place: Place,
    /// Bytes of a pixel.
    bytes: usize,
    stored: u32,
    signed: bool,
    slope: f64,
    intercept: f64,
    /// Stored values that mean "nothing here".
    padding: Option<(i64, i64)>,
}

impl Layout {
    /// Checks everything that decides what the pixels mean, before any is read.
    fn of(slice: &Slice) -> Result<Self, IoError> {
        let file = slice.file.as_str();
        let refuse = |tag, name, found: String, expected| {
            Err(IoError::DicomTag { file: file.to_owned(), tag, name, found, expected })
        };
        let several = slice.frames.as_ref().is_ok_and(|n| *n > 1);
        if slice.sop_class != uids::CT_IMAGE_STORAGE || several {
            let frames = if several { " of several frames" } else { "" };
            let name = format!("{}{frames}", sop_class_name(&slice.sop_class));
            return Err(IoError::DicomSopClass { file: file.to_owned(), name });
        }
        if !matches!(
            encoding(&slice.syntax),
            Encoding::Implicit | Encoding::Explicit | Encoding::Deflated
        ) {
            let (name, uid) = (syntax_name(&slice.syntax).to_owned(), slice.syntax.clone());
            return Err(IoError::DicomSyntax { file: file.to_owned(), name, uid });
        }
        let number = |found, tag, name, expected| require(found, file, tag, name, expected);
        let samples = number(&slice.samples, "(0028,0002)", "Samples per Pixel", "1")?;
        if samples != 1 {
            return refuse("(0028,0002)", "Samples per Pixel", samples.to_string(), "1");
        }
        if slice.photometric.as_deref() != Some("MONOCHROME2") {
            let found = slice.photometric.clone().unwrap_or_else(|| "absent".into());
            return refuse("(0028,0004)", "Photometric Interpretation", found, "MONOCHROME2");
        }
        let allocated =
            number(&slice.bits_allocated, "(0028,0100)", "Bits Allocated", "8, 16 or 32")?;
        let bytes = match allocated {
            8 => 1,
            16 => 2,
            32 => 4,
            n => return refuse("(0028,0100)", "Bits Allocated", n.to_string(), "8, 16 or 32"),
        };
        let expected = "from 1 to Bits Allocated";
        let stored = number(&slice.bits_stored, "(0028,0101)", "Bits Stored", expected)?;
        if !(1..=allocated).contains(&stored) {
            return refuse("(0028,0101)", "Bits Stored", stored.to_string(), expected);
        }
        let high = number(&slice.high_bit, "(0028,0102)", "High Bit", "Bits Stored less one")?;
        if high != stored - 1 {
            return refuse("(0028,0102)", "High Bit", high.to_string(), "Bits Stored less one");
        }
        let sign = number(&slice.representation, "(0028,0103)", "Pixel Representation", "0 or 1")?;
        if !(0..=1).contains(&sign) {
            return refuse("(0028,0103)", "Pixel Representation", sign.to_string(), "0 or 1");
        }
        if slice.modality_lut {
            return refuse(
                "(0028,3000)",
                "Modality LUT Sequence",
                "present".into(),
                "a linear rescale",
            );
        }
        if let Some(unit) = slice.rescale_type.as_ref().filter(|unit| *unit != "HU") {
            return refuse("(0028,1054)", "Rescale Type", format!("{unit:?}"), "HU");
        }
        let (tag, name) = ("(0028,1053)", "Rescale Slope");
        let slope = require(&slice.slope, file, tag, name, "a number")?;
        if slope == 0.0 {
            return refuse(tag, name, "0".into(), "a number other than 0");
        }
        let (tag, name) = ("(0028,1052)", "Rescale Intercept");
        let intercept = require(&slice.intercept, file, tag, name, "a number")?;
        let Some(place) = slice.pixels else {
            return refuse("(7FE0,0010)", "Pixel Data", "absent".into(), "present");
        };
        let (stored, signed) = (stored as u32, sign == 1);
        // The value's own type may be unsigned for signed pixels (US or SS): same bits, same value.
        let value = |v: i64| extend(v as u32, stored, signed);
        let padding = slice.padding.map(|p| (value(p), value(slice.padding_limit.unwrap_or(p))));
        let padding = padding.map(|(a, b)| (a.min(b), a.max(b)));
        Ok(Self { place, bytes, stored, signed, slope, intercept, padding })
    }

    /// Reads one slice's pixels into `out` as HU; returns how many are padding.
    fn read(
        &self,
        files: &dyn Files,
        slice: &Slice,
        expected: u64,
        out: &mut [f32],
    ) -> Result<usize, IoError> {
        let Place { value, deflated_from } = self.place;
        let bytes = match deflated_from {
            None => files.read_at(&slice.file, value.offset, expected)?,
            Some(start) => {
                let data = inflate(files, &slice.file, start)?;
                let from = usize::try_from(value.offset).unwrap_or(usize::MAX).min(data.len());
                data.get(from..).unwrap_or(&[]).iter().copied().take(expected as usize).collect()
            }
        };
        if (bytes.len() as u64) < expected {
            let found = bytes.len() as u64;
            return Err(IoError::DicomPixelLength { file: slice.file.clone(), found, expected });
        }
        let mut padded = 0;
        for (pixel, hu) in bytes.chunks_exact(self.bytes).zip(out) {
            let raw = pixel.iter().rev().fold(0_u32, |v, byte| v << 8 | u32::from(*byte));
            let stored = extend(raw, self.stored, self.signed);
            padded += usize::from(self.padding.is_some_and(|(a, b)| a <= stored && stored <= b));
            *hu = (stored as f64 * self.slope + self.intercept) as f32;
        }
        Ok(padded)
    }
}

fn expected_of(layout: &Layout, pixels: usize) -> u64 {
    pixels as u64 * layout.bytes as u64
}

/// The number in the lowest `bits` bits; the bits above them are not part of it.
fn extend(raw: u32, bits: u32, signed: bool) -> i64 {
    let shift = 32 - bits.clamp(1, 32);
    if signed {
        i64::from((raw << shift) as i32 >> shift)
    } else {
        i64::from(raw << shift >> shift)
    }
}

#[cfg(test)]
mod tests {
    use super::extend;

    #[test]
    fn only_the_stored_bits_count() {
        assert_eq!(extend(0xF7FF, 12, false), 0x7FF);
        assert_eq!(extend(0xF800, 12, true), -2048);
        assert_eq!(extend(0xFFFF, 16, true), -1);
        assert_eq!(extend(0xFFFF_FFFF, 32, true), -1);
        assert_eq!(extend(0xFFFF_FFFF, 32, false), 4_294_967_295);
        assert_eq!(extend(1, 1, true), -1);
    }
}

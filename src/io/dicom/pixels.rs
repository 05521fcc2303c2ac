//! Pixel Data to Hounsfield units (DICOM PS3.3 C.7.6.3.1, C.11.1).

use super::Series;
use super::frames::{Frames, check_bomb, check_syntax};
use super::header::Slice;
use super::image::Image;
use super::stack::{Stack, stack};
use super::syntax::{Encoding, encoding, sop_class_name};
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
/// [`IoError::DicomSopClass`], [`IoError::DicomSyntax`], [`IoError::DicomTag`],
/// [`IoError::DicomPixelLength`] and [`IoError::DicomFrame`], of the first slice that has one; a
/// range beyond the stack is cut.
pub fn decode(
    files: &dyn Files,
    stack: &Stack,
    range: Range<usize>,
    engine: &Engine,
) -> Result<(Array3<f32>, Vec<Warning>), IoError> {
    let [_, rows, columns] = stack.grid.shape;
    let slices = stack.slices.get(range).unwrap_or(&[]);
    let layouts: Vec<Layout> = slices.iter().map(Layout::of).collect::<Result<_, _>>()?;
    let (mut sources, mut packed, mut pixels) = (Vec::with_capacity(slices.len()), 0, 0);
    for (slice, layout) in slices.iter().zip(&layouts) {
        // Inflated slices are held one at a time.
        let deflated = encoding(&slice.syntax) == Encoding::Deflated;
        let source = if deflated { None } else { Some(layout.frames(files, slice)?) };
        if let Some(bytes) = source.as_ref().and_then(Frames::packed) {
            packed += bytes;
            pixels += layout.image.pixels() as u64;
            check_bomb(&slice.file, packed, pixels)?;
        }
        sources.push(source);
    }
    let mut data = Array3::<f32>::zeros((slices.len(), rows, columns));
    let outcomes = Mutex::new(Vec::with_capacity(slices.len()));
    if let Some(voxels) = data.as_slice_mut() {
        engine.fill(voxels, rows * columns, |at, out| {
            let (Some(slice), Some(layout)) = (slices.get(at), layouts.get(at)) else { return };
            let outcome = match sources.get(at).and_then(Option::as_ref) {
                Some(frames) => layout.read(frames, out),
                None => layout.frames(files, slice).and_then(|frames| layout.read(&frames, out)),
            };
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
    image: Image,
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
        check_syntax(slice)?;
        let image = Image::of(slice)?;
        if image.allocated == 1 {
            return refuse("(0028,0100)", "Bits Allocated", "1".into(), "8, 16 or 32");
        }
        if slice.photometric.as_deref() != Some("MONOCHROME2") {
            let found = slice.photometric.clone().unwrap_or_else(|| "absent".into());
            return refuse("(0028,0004)", "Photometric Interpretation", found, "MONOCHROME2");
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
        if slice.pixels.is_none() {
            return refuse("(7FE0,0010)", "Pixel Data", "absent".into(), "present");
        }
        // The value's own type may be unsigned for signed pixels (US or SS): same bits, same value.
        let value = |v: i64| image.value(v as u32);
        let padding = slice.padding.map(|p| (value(p), value(slice.padding_limit.unwrap_or(p))));
        let padding = padding.map(|(a, b)| (a.min(b), a.max(b)));
        Ok(Self { image, slope, intercept, padding })
    }

    fn frames<'a>(&self, files: &'a dyn Files, slice: &'a Slice) -> Result<Frames<'a>, IoError> {
        Frames::open(files, slice, self.image, 1)
    }

    /// Reads one slice's pixels into `out` as HU; returns how many are padding.
    fn read(&self, frames: &Frames<'_>, out: &mut [f32]) -> Result<usize, IoError> {
        let mut padded = 0;
        for (raw, hu) in frames.decode(0)?.into_iter().zip(out) {
            let stored = self.image.value(raw);
            padded += usize::from(self.padding.is_some_and(|(a, b)| a <= stored && stored <= b));
            *hu = (stored as f64 * self.slope + self.intercept) as f32;
        }
        Ok(padded)
    }
}

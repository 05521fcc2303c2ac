//! The stored values of a single image file, before any rescale.

use super::frames::{Frames, check_bomb, trailing};
use super::image::Image;
use super::lossy::lossy;
use super::open::open;
use super::syntax::syntax_name;
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::io::{Files, IoError};
use ndarray::Array3;

/// What a file stores, whatever it means.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Name of its transfer syntax.
    pub syntax: &'static str,
    /// Stored values, `[frame, row, column]`; bits beyond Bits Stored left out.
    pub values: Array3<i64>,
    /// `dicom.lossy`, where it was compressed lossily, and `dicom.trailing_zeros`.
    pub warnings: Vec<Warning>,
}

/// Reads the stored values of an image of any SOP class with one sample per pixel; `None` where the
/// file is not DICOM.
///
/// # Errors
/// [`IoError::Read`], [`IoError::DicomMalformed`], [`IoError::DicomSyntax`], [`IoError::DicomTag`],
/// [`IoError::DicomPixelLength`], [`IoError::DicomFrame`] and [`IoError::Memory`].
pub fn stored(
    files: &dyn Files,
    file: &str,
    limit: MemoryLimit,
) -> Result<Option<Stored>, IoError> {
    let Some(opened) = open(files, file, limit)? else { return Ok(None) };
    let slice = opened.slice(file);
    let image = Image::of(&slice)?;
    let expected = "absent, or a number from 1 on";
    let frames = match &slice.frames {
        Err(found) if found == "absent" => 1,
        Ok(n) if *n > 0 => usize::try_from(*n).unwrap_or(usize::MAX),
        found => {
            return Err(IoError::DicomTag {
                file: file.to_owned(),
                tag: "(0028,0008)",
                name: "Number of Frames",
                found: found.as_ref().map_or_else(Clone::clone, ToString::to_string),
                expected,
            });
        }
    };
    let pixels = frames.saturating_mul(image.pixels());
    IoError::claim(file, (pixels, "pixels"), size_of::<i64>(), limit)?;
    let source = Frames::open(files, &slice, image, frames, limit)?;
    if let Some(packed) = source.packed() {
        check_bomb(file, packed, pixels as u64)?;
    }
    // Every frame has bytes of its own by now.
    let mut values = Vec::with_capacity(pixels);
    for frame in 0..frames {
        values.extend(source.decode(frame)?.into_iter().map(|raw| image.value(raw)));
    }
    let values = Array3::from_shape_vec((frames, image.rows, image.columns), values);
    let values = values.map_err(|error| IoError::DicomMalformed {
        file: file.to_owned(),
        what: format!("its frames make no array: {error}"),
    })?;
    let zeros = source.trailing();
    let told = [lossy(std::slice::from_ref(&slice)), trailing(usize::from(zeros > 0), zeros)];
    let warnings = told.into_iter().flatten().collect();
    Ok(Some(Stored { syntax: syntax_name(&slice.syntax), values, warnings }))
}

//! From paths to readers: with [`Folder`], the only place where paths are known. From here on no name
//! has folders in it.

use super::inspect::{Inspection, inspect_files};
use super::source::{FoundImages, ImageChoice, LoadedImage, MaskSource, read_image, read_mask};
use super::{Folder, IoError, Shown};
use crate::engine::Engine;
use std::path::Path;
use std::sync::Arc;

/// Opens an image: a DICOM folder or file, or a NIfTI file.
///
/// # Errors
/// As for [`read_image`], and [`IoError::Read`] for a path that does not open.
pub fn open_image(
    path: &Path,
    choice: &ImageChoice<'_>,
    engine: &Engine,
) -> Result<LoadedImage, IoError> {
    read_image(&files(path)?, &name_of(path, "the image"), choice, engine)
}

/// Looks for images; their planes are read from the files that come with them.
///
/// # Errors
/// As for [`FoundImages::new`], and [`IoError::Read`] for a path that does not open.
pub fn find_images(path: &Path, engine: &Engine) -> Result<(Shown, FoundImages), IoError> {
    let files = files(path)?;
    let found = FoundImages::new(&files, &name_of(path, "the image"), engine)?;
    Ok((files, found))
}

/// Opens a mask: an RTSTRUCT file, a folder with exactly one, or a NIfTI label image.
///
/// # Errors
/// As for [`read_mask`], and [`IoError::Read`] for a path that does not open.
pub fn open_mask(path: &Path, engine: &Engine) -> Result<MaskSource, IoError> {
    read_mask(&files(path)?, &name_of(path, "the mask"), engine)
}

/// Looks into a file or folder.
///
/// # Errors
/// [`IoError::Read`] for a path that does not open; all else is reported within.
pub fn inspect(path: &Path, engine: &Engine) -> Result<Inspection, IoError> {
    Ok(inspect_files(&files(path)?, &name_of(path, "the folder"), engine))
}

fn files(path: &Path) -> Result<Shown, IoError> {
    Ok(Shown::new(Arc::new(Folder::open(path)?)))
}

/// What messages call a path as a whole: a file by its last part, a folder, which exporters name after
/// patients, by what it is for.
fn name_of(path: &Path, folder: &str) -> String {
    let last = path.file_name().filter(|_| !path.is_dir());
    last.map_or_else(|| folder.into(), |name| name.to_string_lossy().into_owned())
}

//! What a format of files must offer; `source.rs` holds the table of them.

use super::source::{ImageChoice, ImageOptions, MaskSource, OpenedImage};
use super::{Files, IoError};
use crate::engine::Engine;

/// Files that may hold an image or a mask.
pub(super) struct Source<'a> {
    pub files: &'a dyn Files,
    /// What to call them as a whole.
    pub name: &'a str,
    #[cfg(any(feature = "dicom", feature = "metaimage", feature = "nifti", feature = "nrrd"))]
    pub engine: &'a Engine,
}

/// Opens the one that is meant of what was found.
pub(super) type Choose =
    Box<dyn FnOnce(&ImageChoice<'_>, ImageOptions<'_>) -> Result<OpenedImage, IoError> + Send>;

/// A format: its readers, which answer `None` for files of another.
pub(super) struct Format {
    /// Looks for images.
    pub find: fn(&Source<'_>) -> Result<Option<Choose>, IoError>,
    pub mask: fn(&Source<'_>) -> Result<Option<MaskSource>, IoError>,
}

impl<'a> Source<'a> {
    pub fn new(files: &'a dyn Files, name: &'a str, engine: &'a Engine) -> Self {
        // Without a format nothing is read.
        let _ = engine;
        Self {
            files,
            name,
            #[cfg(any(
                feature = "dicom",
                feature = "metaimage",
                feature = "nifti",
                feature = "nrrd"
            ))]
            engine,
        }
    }

    /// Files, and links that were not followed.
    pub fn counts(&self) -> (usize, usize) {
        (self.files.names().len(), self.files.not_followed().len())
    }
}

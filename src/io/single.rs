//! Formats of which one file, or a header beside one file of voxels, is a whole image.

use super::IoError;
use super::format::Source;
#[cfg(any(feature = "metaimage", feature = "nrrd"))]
use super::source::LoadedImage;
#[cfg(any(feature = "metaimage", feature = "nrrd"))]
use crate::error::Warning;
#[cfg(any(feature = "metaimage", feature = "nrrd"))]
use crate::image::{Acquisition, Volume};

/// Bytes that tell one format from another.
pub(super) const SNIFFED: u64 = 64 * 1024;

impl Source<'_> {
    /// The only file, where its first bytes are of a format; or one of two, where it `names` the
    /// other as the file of its voxels.
    pub fn sole(
        &self,
        is: fn(&[u8]) -> bool,
        names: fn(&[u8]) -> Option<String>,
    ) -> Result<Option<String>, IoError> {
        let start = |file: &str| self.files.read_at(file, 0, SNIFFED);
        match self.files.names()[..] {
            [only] => Ok(is(&start(only)?).then(|| only.to_owned())),
            [first, second] => {
                for (header, other) in [(first, second), (second, first)] {
                    let bytes = start(header)?;
                    let pair = || names(&bytes).and_then(|data| self.files.beside(header, &data));
                    if is(&bytes) && pair().as_deref() == Some(other) {
                        return Ok(Some(header.to_owned()));
                    }
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}

/// An image of a format that says nothing of the scan.
#[cfg(any(feature = "metaimage", feature = "nrrd"))]
pub(super) fn plain(file: String, volume: Volume, warnings: Vec<Warning>) -> LoadedImage {
    LoadedImage {
        name: file,
        volume,
        acquisition: Acquisition::default(),
        series_uid: None,
        frame_of_reference: None,
        patient: None,
        warnings,
    }
}

//! NIfTI among the formats.

use super::{is_nifti, read};
use crate::io::format::Format;
use crate::io::single::plain;
use crate::io::source::MaskSource;

pub(in crate::io) const FORMAT: Format = Format {
    image: |source, choice| {
        let Some(file) = source.sole(is_nifti, |_| None)? else { return Ok(None) };
        let read = read(&file, &source.files.read(&file)?)?;
        let volume = read.volume(choice.nifti_intensity)?;
        Ok(Some(plain(file, volume, read.warnings)))
    },
    mask: |source| {
        let Some(file) = source.sole(is_nifti, |_| None)? else { return Ok(None) };
        let read = read(&file, &source.files.read(&file)?)?;
        let labels = read.labels()?;
        Ok(Some(MaskSource::Labels { file, labels, warnings: read.warnings }))
    },
};

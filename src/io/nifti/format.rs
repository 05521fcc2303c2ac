//! NIfTI among the formats.

use super::{header, is_nifti, read};
use crate::io::format::Format;
use crate::io::opened::{OpenedImage, Voxels};
use crate::io::single::SNIFFED;
use crate::io::source::MaskSource;

pub(in crate::io) const FORMAT: Format = Format {
    open: |source, choice, _| {
        let Some(file) = source.sole(is_nifti, |_| None)? else { return Ok(None) };
        let (grid, warnings) = header(&file, &source.files.read_at(&file, 0, SNIFFED)?)?;
        let image = OpenedImage::new(&file, &grid, choice.nifti_intensity, Voxels::Nifti)?;
        Ok(Some(image.warned(warnings)))
    },
    mask: |source| {
        let Some(file) = source.sole(is_nifti, |_| None)? else { return Ok(None) };
        let read = read(&file, &source.files.read(&file)?, source.engine.memory())?;
        let labels = read.labels()?;
        Ok(Some(MaskSource::Labels { file, labels, warnings: read.warnings }))
    },
};

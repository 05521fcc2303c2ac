//! NIfTI among the formats.

use super::read::pair;
use super::{BUFFER, complete, is_nifti, read_labels};
use crate::io::IoError;
use crate::io::format::{Format, Source};
use crate::io::opened::{OpenedImage, Voxels};
use crate::io::source::MaskSource;
use std::io::BufReader;

pub(in crate::io) const FORMAT: Format = Format {
    find: |source| {
        let Some(file) = sole(source)? else { return Ok(None) };
        let (grid, warnings) = complete(source.files, &file, source.engine.memory())?;
        Ok(Some(Box::new(move |choice, _| {
            let image = OpenedImage::new(&file, &grid, choice.nifti_intensity, Voxels::Nifti)?;
            Ok(image.warned(warnings))
        })))
    },
    mask: |source| {
        let Some(file) = sole(source)? else { return Ok(None) };
        let reader = source.files.open(&file);
        let reader = reader.map_err(|source| IoError::Read { file: file.clone(), source })?;
        let reader = BufReader::with_capacity(BUFFER, reader);
        let (labels, warnings) = read_labels(&file, reader, source.engine.memory())?;
        Ok(Some(MaskSource::Labels { file, labels, warnings }))
    },
};

fn sole(source: &Source<'_>) -> Result<Option<String>, IoError> {
    pair(source)?;
    source.sole(is_nifti, |_| None)
}

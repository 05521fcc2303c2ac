//! DICOM among the formats.

use super::{Scan, choose, read_series, rtstruct, scan, seg};
use crate::error::Warning;
use crate::io::IoError;
use crate::io::format::{Format, Source};
use crate::io::source::{ImageChoice, LoadedImage, MaskSource};

pub(in crate::io) const FORMAT: Format = Format { image, mask };

fn image(source: &Source<'_>, choice: &ImageChoice<'_>) -> Result<Option<LoadedImage>, IoError> {
    let mut scan = scan(source.files, source.engine);
    if scan.series.is_empty() && scan.problems.is_empty() {
        return Ok(None);
    }
    let mut warnings = Vec::new();
    if let Some((_, error)) = scan.problems.first() {
        let message =
            format!("{} DICOM files cannot be read; the first: {error}", scan.problems.len());
        warnings.push(Warning::new("dicom.unreadable", message));
    }
    let series = choose(&mut scan, choice.series, choice.referenced)?;
    let (volume, found) = read_series(source.files, series, source.engine)?;
    warnings.extend(found);
    let (acquisition, found) = series.acquisition();
    warnings.extend(found);
    Ok(Some(LoadedImage {
        name: source.name.to_owned(),
        volume,
        acquisition,
        series_uid: Some(series.uid.clone()),
        frame_of_reference: series.frame_of_reference.clone(),
        warnings,
    }))
}

fn mask(source: &Source<'_>) -> Result<Option<MaskSource>, IoError> {
    let mut scan = scan(source.files, source.engine);
    match (&scan.structures[..], &scan.segmentations[..]) {
        ([only], []) => Ok(Some(MaskSource::Structures(rtstruct::read(source.files, only)?))),
        ([], [only]) => Ok(Some(MaskSource::Segments(seg::read(source.files, only)?))),
        ([], []) if scan.series.is_empty() && !scan.problems.is_empty() => {
            Err(scan.problems.swap_remove(0).1)
        }
        ([], []) => Ok(None),
        (_, []) => Err(IoError::RtSeveral { files: scan.structures }),
        _ => {
            let Scan { structures, segmentations, .. } = scan;
            Err(IoError::MaskSeveral { files: [structures, segmentations].concat() })
        }
    }
}

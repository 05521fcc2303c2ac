//! DICOM among the formats.

use super::passed::PASSED;
use super::{Scan, Series, Wanted, check, choose, regularised, rtstruct, scan, seg, stack};
use crate::error::Warning;
use crate::io::IoError;
use crate::io::format::{Format, Source};
use crate::io::opened::{ImageOptions, OpenedImage, Voxels};
use crate::io::source::{ImageChoice, MaskSource, UNREADABLE};

pub(in crate::io) const FORMAT: Format = Format {
    find: |source| {
        let (scan, name) = (scan(source.files, source.engine), source.name.to_owned());
        if scan.series.is_empty() && scan.problems.is_empty() {
            return Ok(None);
        }
        Ok(Some(Box::new(move |choice, options| open(&name, scan, choice, options))))
    },
    mask,
};

fn open(
    name: &str,
    mut scan: Scan,
    choice: &ImageChoice<'_>,
    options: ImageOptions<'_>,
) -> Result<OpenedImage, IoError> {
    let mut warnings: Vec<Warning> = unreadable(&scan, "").into_iter().collect();
    let ImageOptions { regularise, assume_hu, instances } = options;
    if assume_hu {
        scan.series.iter_mut().for_each(Series::assume_hu);
    }
    let wanted = Wanted { series: choice.series, referenced: choice.referenced, instances };
    let (series, found) = choose(&mut scan, &wanted)?;
    warnings.extend(found);
    // What a slice is comes before how the slices lie: a PET series is refused as such.
    let intensity = check(series)?;
    let stack = if regularise { regularised(series) } else { stack(series) };
    let stack = stack.map_err(|error| explained(error, warnings.iter().chain(&series.warnings)))?;
    warnings.extend(stack.warnings.iter().cloned());
    let (acquisition, found) = series.acquisition();
    warnings.extend(found);
    let grid = stack.grid.clone();
    let voxels = Voxels::Stack(Box::new(stack));
    let mut opened = OpenedImage::new(name, &grid, intensity, voxels)?.warned(warnings);
    opened.image.acquisition = acquisition;
    opened.image.series_uid = Some(series.uid.clone());
    opened.image.frame_of_reference.clone_from(&series.frame_of_reference);
    opened.image.patient = series.patient().cloned();
    Ok(opened)
}

/// A gap with what is told of files that may be the missing slices: an error ends what would tell it.
fn explained<'a>(mut error: IoError, told: impl Iterator<Item = &'a Warning>) -> IoError {
    let IoError::DicomGap { passed, .. } = &mut error else { return error };
    let may_be = |warning: &&Warning| warning.code == UNREADABLE || PASSED.contains(&warning.code);
    *passed = told.filter(may_be).map(|warning| warning.message.clone()).collect();
    error
}

/// The warning that there are DICOM files that cannot be read, and what that may mean.
fn unreadable(scan: &Scan, meaning: &str) -> Option<Warning> {
    let (_, error) = scan.problems.first()?;
    let message =
        format!("{} DICOM files cannot be read{meaning}; the first: {error}", scan.problems.len());
    Some(Warning::new(UNREADABLE, message))
}

fn mask(source: &Source<'_>) -> Result<Option<MaskSource>, IoError> {
    let limit = source.engine.memory();
    let mut scan = scan(source.files, source.engine);
    // What they are is unknown: images beside the mask, or the very mask that is meant.
    let beside = |file: &str| unreadable(&scan, &format!(" beside the mask {file}, which is used"));
    match (&scan.structures[..], &scan.segmentations[..]) {
        ([only], []) => {
            let mut set = rtstruct::read(source.files, only, limit)?;
            set.warnings.extend(beside(only));
            Ok(Some(MaskSource::Structures(set)))
        }
        ([], [only]) => {
            let mut set = seg::read(source.files, only, limit)?;
            set.warnings.extend(beside(only));
            Ok(Some(MaskSource::Segments(set)))
        }
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

//! A look into files that are images or labels by themselves.

use super::{Inspection, LabelSummary, NiftiSummary, Problem};
use crate::error::Warning;
use crate::geometry::SharedGrid;
#[cfg(any(feature = "metaimage", feature = "nrrd"))]
use crate::image::Intensity;
use crate::image::Volume;
use crate::io::single::SNIFFED;
use crate::io::{Files, IoError, Labels};

#[cfg(feature = "metaimage")]
pub(super) use with_metaimage::metaimage;
#[cfg(feature = "nifti")]
pub(super) use with_nifti::nifti;
#[cfg(feature = "nrrd")]
pub(super) use with_nrrd::nrrd;

/// Names of files that end so, or the only file where it begins so.
fn likely(
    files: &dyn Files,
    ends: &[&str],
    is: fn(&[u8]) -> bool,
    out: &mut Inspection,
) -> Vec<String> {
    let names = files.names();
    let named = |name: &str| ends.iter().any(|end| name.to_ascii_lowercase().ends_with(end));
    let begins = |name: &str| {
        // In a folder of slices only the name is asked: each file is read once.
        let asked = names.len() == 1 || name.to_ascii_lowercase().ends_with(".hdr");
        asked && files.read_at(name, 0, SNIFFED).is_ok_and(|bytes| is(&bytes))
    };
    let found: Vec<String> =
        names.iter().filter(|n| named(n) || begins(n)).map(|n| (*n).to_owned()).collect();
    out.skipped = out.skipped.saturating_sub(found.len());
    found
}

/// More values than this are intensities.
const LABELS: usize = 256;

/// A file's voxels as intensities and as labels, as far as they can be either.
struct Seen {
    grid: SharedGrid,
    volume: Result<Volume, IoError>,
    labels: Result<Labels, IoError>,
    warnings: Vec<Warning>,
}

fn summary(file: &str, read: Result<Seen, IoError>) -> NiftiSummary {
    let mut out = NiftiSummary {
        file: file.to_owned(),
        geometry: None,
        labels: Vec::new(),
        range: None,
        problems: Vec::new(),
    };
    if let Err(error) = read.and_then(|seen| fill(seen, &mut out)) {
        out.problems.push(Problem::from(&error));
    }
    out
}

fn fill(seen: Seen, out: &mut NiftiSummary) -> Result<(), IoError> {
    out.geometry = Some((&*seen.grid).into());
    out.problems.extend(seen.warnings.iter().map(Problem::from));
    let data = seen.volume?.data;
    let low = data.iter().copied().fold(f32::INFINITY, f32::min);
    let high = data.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    out.range = Some([low, high]);
    if let Ok(labels) = seen.labels
        && low >= 0.0
        && labels.counts().len() <= LABELS
    {
        let ml = seen.grid.voxel_mm3() / 1000.0;
        let label = |(&label, &voxels): (&i32, &usize)| LabelSummary {
            label,
            voxels,
            volume_ml: voxels as f64 * ml,
        };
        out.labels = labels.counts().iter().map(label).collect();
    }
    Ok(())
}

#[cfg(any(feature = "metaimage", feature = "nrrd"))]
impl Seen {
    fn of(voxels: &crate::io::voxels::Voxels, warnings: Vec<Warning>) -> Self {
        Self {
            grid: voxels.grid.clone(),
            volume: voxels.volume(Intensity::Arbitrary),
            labels: voxels.labels(),
            warnings,
        }
    }
}

#[cfg(feature = "nifti")]
mod with_nifti {
    use super::{Seen, likely, summary};
    use crate::engine::MemoryLimit;
    use crate::image::Intensity;
    use crate::io::Files;
    use crate::io::inspect::Inspection;
    use crate::io::nifti::{Nifti, is_nifti, read};

    pub(in crate::io::inspect) fn nifti(
        files: &dyn Files,
        limit: MemoryLimit,
        out: &mut Inspection,
    ) {
        for file in likely(files, &[".nii", ".nii.gz"], is_nifti, out) {
            let seen = |image: Nifti| Seen {
                grid: image.grid.clone(),
                volume: image.volume(Intensity::Arbitrary),
                labels: image.labels(),
                warnings: image.warnings,
            };
            let read = files.read(&file).and_then(|bytes| read(&file, &bytes, limit));
            out.nifti.push(summary(&file, read.map(seen)));
        }
    }
}

#[cfg(feature = "nrrd")]
mod with_nrrd {
    use super::{Seen, likely, summary};
    use crate::engine::MemoryLimit;
    use crate::io::Files;
    use crate::io::inspect::Inspection;
    use crate::io::inspect::segments::segments;
    use crate::io::nrrd::{Nrrd, is_nrrd, read};
    use crate::io::source::MaskSource;

    pub(in crate::io::inspect) fn nrrd(
        files: &dyn Files,
        limit: MemoryLimit,
        out: &mut Inspection,
    ) {
        for file in likely(files, &[".nrrd", ".nhdr"], is_nrrd, out) {
            let read = read(files, &file, limit);
            if read.as_ref().is_ok_and(Nrrd::is_segmentation) {
                match read.and_then(Nrrd::into_mask) {
                    Ok(MaskSource::Segments(set)) => {
                        out.segmentations.push(segments(&file, Ok(set)));
                    }
                    Ok(_) => {}
                    Err(error) => out.segmentations.push(segments(&file, Err(error))),
                }
                continue;
            }
            let voxels = read.and_then(Nrrd::into_voxels);
            out.nrrd.push(summary(&file, voxels.map(|voxels| Seen::of(&voxels, Vec::new()))));
        }
    }
}

#[cfg(feature = "metaimage")]
mod with_metaimage {
    use super::{Seen, likely, summary};
    use crate::engine::MemoryLimit;
    use crate::io::Files;
    use crate::io::inspect::Inspection;
    use crate::io::metaimage::{is_metaimage, read};

    pub(in crate::io::inspect) fn metaimage(
        files: &dyn Files,
        limit: MemoryLimit,
        out: &mut Inspection,
    ) {
        for file in likely(files, &[".mha", ".mhd"], is_metaimage, out) {
            let read =
                read(files, &file, limit).map(|(voxels, warnings)| Seen::of(&voxels, warnings));
            out.metaimage.push(summary(&file, read));
        }
    }
}

//! A look into files of voxels that are not NIfTI.

use super::Inspection;
use crate::io::Files;

#[cfg(feature = "metaimage")]
pub(super) use with_metaimage::metaimage;
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
        names.len() == 1 && files.read_at(name, 0, 4096).is_ok_and(|bytes| is(&bytes))
    };
    let found: Vec<String> =
        names.iter().filter(|n| named(n) || begins(n)).map(|n| (*n).to_owned()).collect();
    out.skipped = out.skipped.saturating_sub(found.len());
    found
}

mod of_voxels {
    use crate::error::Warning;
    use crate::image::Intensity;
    use crate::io::IoError;
    use crate::io::inspect::{LabelSummary, NiftiSummary, Problem};
    use crate::io::voxels::Voxels;

    /// More values than this are intensities.
    const LABELS: usize = 256;

    pub(super) fn summary(
        file: &str,
        read: Result<(Voxels, Vec<Warning>), IoError>,
    ) -> NiftiSummary {
        let mut out = NiftiSummary {
            file: file.to_owned(),
            geometry: None,
            labels: Vec::new(),
            range: None,
            problems: Vec::new(),
        };
        let filled = read.and_then(|(voxels, warnings)| {
            out.problems.extend(warnings.iter().map(Problem::from));
            fill(&voxels, &mut out)
        });
        if let Err(error) = filled {
            out.problems.push(Problem::from(&error));
        }
        out
    }

    fn fill(voxels: &Voxels, out: &mut NiftiSummary) -> Result<(), IoError> {
        out.geometry = Some((&*voxels.grid).into());
        let data = voxels.volume(Intensity::Arbitrary)?.data;
        let low = data.iter().copied().fold(f32::INFINITY, f32::min);
        let high = data.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        out.range = Some([low, high]);
        if let Ok(labels) = voxels.labels()
            && low >= 0.0
            && labels.counts().len() <= LABELS
        {
            let ml = voxels.grid.voxel_mm3() / 1000.0;
            let label = |(&label, &voxels): (&i32, &usize)| LabelSummary {
                label,
                voxels,
                volume_ml: voxels as f64 * ml,
            };
            out.labels = labels.counts().iter().map(label).collect();
        }
        Ok(())
    }
}

#[cfg(feature = "nrrd")]
mod with_nrrd {
    use super::{likely, of_voxels};
    use crate::io::Files;
    use crate::io::inspect::Inspection;
    use crate::io::inspect::segments::segments;
    use crate::io::nrrd::{Nrrd, is_nrrd, read};
    use crate::io::source::MaskSource;

    pub(in crate::io::inspect) fn nrrd(files: &dyn Files, out: &mut Inspection) {
        for file in likely(files, &[".nrrd", ".nhdr"], is_nrrd, out) {
            let read = read(files, &file);
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
            out.nrrd.push(of_voxels::summary(&file, voxels.map(|voxels| (voxels, Vec::new()))));
        }
    }
}

#[cfg(feature = "metaimage")]
mod with_metaimage {
    use super::{likely, of_voxels};
    use crate::io::Files;
    use crate::io::inspect::Inspection;
    use crate::io::metaimage::{is_metaimage, read};

    pub(in crate::io::inspect) fn metaimage(files: &dyn Files, out: &mut Inspection) {
        for file in likely(files, &[".mha", ".mhd"], is_metaimage, out) {
            out.metaimage.push(of_voxels::summary(&file, read(files, &file)));
        }
    }
}

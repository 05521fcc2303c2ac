//! One look into each format.

#[cfg(feature = "dicom")]
pub(super) use with_dicom::dicom;
#[cfg(feature = "nifti")]
pub(super) use with_nifti::nifti;

#[cfg(feature = "dicom")]
mod with_dicom {
    use crate::contour::{Holes, Rules, measure};
    use crate::engine::Engine;
    use crate::io::dicom::rtstruct::{self, RoiContours, StructureSet};
    use crate::io::dicom::{Series, check, scan, seg, stack};
    use crate::io::inspect::segments::segments;
    use crate::io::inspect::{
        Geometry, Inspection, Problem, RoiSummary, SeriesSummary, StructureSummary,
    };
    use crate::io::qa::{RoiQa, roi_records};
    use crate::io::{Files, IoError};
    use std::sync::Arc;

    pub(in crate::io::inspect) fn dicom(files: &dyn Files, engine: &Engine, out: &mut Inspection) {
        let scan = scan(files, engine);
        // What the other formats took is not DICOM either.
        let taken = out.files - out.skipped;
        out.skipped = scan.skipped.saturating_sub(taken);
        out.problems.extend(scan.problems.iter().map(|(_, error)| Problem::from(error)));
        out.series = scan.series.iter().map(series).collect();
        let set = |file: &String| structures(files, file, &out.series);
        let sets = scan.structures.iter().map(set).collect();
        out.structure_sets = sets;
        let segmentation = |file: &String| segments(file, seg::read(files, file));
        out.segmentations.extend(scan.segmentations.iter().map(segmentation));
    }

    fn series(series: &Series) -> SeriesSummary {
        let (acquisition, warnings) = series.acquisition();
        let mut problems: Vec<Problem> = warnings.iter().map(Problem::from).collect();
        let stack = match check(series).and_then(|_| stack(series)) {
            Ok(stack) => {
                problems.extend(stack.warnings.iter().map(Problem::from));
                Some(stack)
            }
            Err(error) => {
                problems.push(Problem::from(&error));
                None
            }
        };
        SeriesSummary {
            uid: series.uid.clone(),
            number: series.number.clone(),
            modality: series.modality.clone(),
            sop_class: series.sop_class.clone(),
            files: series.len(),
            frame_of_reference: series.frame_of_reference.clone(),
            geometry: stack.map(|stack| Geometry::from(&*stack.grid)),
            acquisition,
            problems,
        }
    }

    /// The records of a set on the series it was drawn on, where that is here too.
    fn records(set: &StructureSet, series: &[SeriesSummary]) -> Vec<RoiQa> {
        let own = |s: &&SeriesSummary| set.referenced_series.as_ref() == Some(&s.uid);
        let Some(series) = series.iter().find(own) else { return Vec::new() };
        let grid = series.geometry.as_ref().map(Geometry::grid).and_then(Result::ok);
        let frame = series.frame_of_reference.as_deref();
        let on = |grid| roi_records(set, &Arc::new(grid), frame, Rules::default(), false);
        grid.map(on).unwrap_or_default()
    }

    fn structures(files: &dyn Files, file: &str, series: &[SeriesSummary]) -> StructureSummary {
        let summary = |set: &StructureSet| StructureSummary {
            file: file.to_owned(),
            frame_of_reference: set.frame_of_reference.clone(),
            referenced_series: set.referenced_series.clone(),
            rois: set.rois.iter().map(|r| roi(file, r)).collect(),
            on_image: records(set, series),
            problems: set.warnings.iter().map(Problem::from).collect(),
        };
        let failed = |error: &IoError| StructureSummary {
            file: file.to_owned(),
            frame_of_reference: None,
            referenced_series: None,
            rois: Vec::new(),
            on_image: Vec::new(),
            problems: vec![Problem::from(error)],
        };
        rtstruct::read(files, file).map_or_else(|error| failed(&error), |set| summary(&set))
    }

    fn roi(file: &str, roi: &RoiContours) -> RoiSummary {
        let (contours, problems) = match roi.contours(file) {
            Ok(contours) => (contours, Vec::new()),
            Err(error) => (&[][..], vec![Problem::from(&error)]),
        };
        let size = measure(contours, Holes::Xor);
        RoiSummary {
            number: roi.number,
            name: roi.name.clone(),
            interpreted_type: roi.interpreted_type.clone(),
            contours: contours.len(),
            planes: size.planes,
            volume_ml: size.volume_ml,
            problems,
        }
    }
}

#[cfg(feature = "nifti")]
mod with_nifti {
    use crate::image::Intensity;
    use crate::io::inspect::{Geometry, Inspection, LabelSummary, NiftiSummary, Problem};
    use crate::io::nifti::{is_nifti, read};
    use crate::io::{Files, IoError};

    /// Bytes that tell whether a file is NIfTI.
    const SNIFFED: u64 = 64 * 1024;
    /// More values than this are intensities.
    const LABELS: usize = 256;

    pub(in crate::io::inspect) fn nifti(files: &dyn Files, out: &mut Inspection) {
        let names = files.names();
        let named = |name: &str| {
            let lower = name.to_ascii_lowercase();
            [".nii", ".nii.gz"].iter().any(|end| lower.ends_with(end))
        };
        for name in names.iter().copied() {
            // In a folder of slices only the name is asked: each file is read once.
            let likely = named(name)
                || names.len() == 1
                    && files.read_at(name, 0, SNIFFED).is_ok_and(|bytes| is_nifti(&bytes));
            if likely {
                out.skipped -= 1;
                out.nifti.push(summary(files, name));
            }
        }
    }

    fn summary(files: &dyn Files, file: &str) -> NiftiSummary {
        let mut summary = NiftiSummary {
            file: file.to_owned(),
            geometry: None,
            labels: Vec::new(),
            range: None,
            problems: Vec::new(),
        };
        if let Err(error) = fill(files, &mut summary) {
            summary.problems.push(Problem::from(&error));
        }
        summary
    }

    fn fill(files: &dyn Files, out: &mut NiftiSummary) -> Result<(), IoError> {
        let image = read(&out.file, &files.read(&out.file)?)?;
        out.geometry = Some(Geometry::from(&*image.grid));
        out.problems.extend(image.warnings.iter().map(Problem::from));
        let data = image.volume(Intensity::Arbitrary)?.data;
        let low = data.iter().copied().fold(f32::INFINITY, f32::min);
        let high = data.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        out.range = Some([low, high]);
        if let Ok(labels) = image.labels()
            && low >= 0.0
            && labels.counts().len() <= LABELS
        {
            let ml = image.grid.voxel_mm3() / 1000.0;
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

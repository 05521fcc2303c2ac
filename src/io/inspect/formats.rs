//! One look into each format.

#[cfg(feature = "dicom")]
pub(super) use with_dicom::dicom;

#[cfg(feature = "dicom")]
mod with_dicom {
    use crate::contour::{Holes, Rules, measure};
    use crate::engine::{Engine, MemoryLimit};
    use crate::error::Warning;
    use crate::image::Acquisition;
    use crate::io::dicom::rtstruct::{self, RoiContours, StructureSet};
    use crate::io::dicom::{Series, Stack, check, referred_to, scan, seg, stack};
    use crate::io::inspect::segments::segments;
    use crate::io::inspect::{
        Geometry, Inspection, Problem, RoiSummary, SeriesSummary, StructureSummary,
    };
    use crate::io::mark::other_patient;
    use crate::io::qa::{RoiQa, roi_record};
    use crate::io::source::{DrawnOn, VOXEL};
    use crate::io::{Files, IoError, Mark};
    use std::sync::Arc;

    /// The series that were found, and what is told of each.
    type Here<'a> = (&'a [Series], &'a [SeriesSummary]);

    pub(in crate::io::inspect) fn dicom(files: &dyn Files, engine: &Engine, out: &mut Inspection) {
        let scan = scan(files, engine);
        // What the other formats took is not DICOM either.
        let taken = out.files - out.skipped;
        out.skipped = scan.skipped.saturating_sub(taken);
        out.problems.extend(scan.problems.iter().map(|(_, error)| Problem::from(error)));
        out.series = scan.series.iter().map(series).collect();
        let here = (&scan.series[..], &out.series[..]);
        let set = |file: &String| structures(files, file, here, engine.memory());
        let sets = scan.structures.iter().map(set).collect();
        out.structure_sets = sets;
        let segmentation = |file: &String| {
            let mut read = seg::read(files, file, engine.memory());
            if let Ok(set) = &mut read {
                let drawn_on =
                    DrawnOn { series: set.referenced_series.clone(), instances: Vec::new() };
                let whose = (file.as_str(), set.patient.as_ref());
                set.warnings.extend(of_another(whose, &drawn_on, &scan.series));
            }
            segments(file, read)
        };
        out.segmentations.extend(scan.segmentations.iter().map(segmentation));
    }

    fn series(series: &Series) -> SeriesSummary {
        let (acquisition, warnings) = series.acquisition();
        let mut problems: Vec<Problem> = warnings.iter().map(Problem::from).collect();
        if series.holds_no_image() {
            let message = format!("{} is no image: left out", series.sop_class);
            problems.push(Problem::from(&Warning::new("dicom.not_images", message)));
            return summary(series, None, acquisition, problems);
        }
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
        summary(series, stack, acquisition, problems)
    }

    fn summary(
        series: &Series,
        stack: Option<Stack>,
        acquisition: Acquisition,
        problems: Vec<Problem>,
    ) -> SeriesSummary {
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

    /// The warning that a mask is another patient's than the series it was drawn on, where that is here.
    fn of_another(
        mask: (&str, Option<&Mark>),
        drawn_on: &DrawnOn,
        all: &[Series],
    ) -> Option<Warning> {
        let image = referred_to(all, drawn_on)?;
        other_patient(mask, (&format!("of series {}", image.uid), image.patient()))
    }

    /// The records of a set's ROIs, each on the series it was drawn on, where that is here too.
    fn records(
        set: &StructureSet,
        (all, series): Here<'_>,
        limit: MemoryLimit,
    ) -> Result<Vec<RoiQa>, IoError> {
        let mut records = Vec::new();
        for roi in &set.rois {
            let found = referred_to(all, &set.drawn_on(&[roi])).and_then(|own| {
                let summary = series.iter().find(|summary| summary.uid == own.uid)?;
                Some((summary, summary.geometry.as_ref()?.grid().ok()?))
            });
            let Some((series, grid)) = found else { continue };
            IoError::claim(&set.file, (grid.len(), "voxels of its image"), VOXEL, limit)?;
            let on = (&Arc::new(grid), series.frame_of_reference.as_deref());
            records.push(roi_record(set, roi, on, Rules::default(), false));
        }
        Ok(records)
    }

    fn structures(
        files: &dyn Files,
        file: &str,
        here: Here<'_>,
        limit: MemoryLimit,
    ) -> StructureSummary {
        let summary = |set: &StructureSet| {
            let mut problems: Vec<Problem> = set.warnings.iter().map(Problem::from).collect();
            let drawn_on = set.drawn_on(&set.rois.iter().collect::<Vec<_>>());
            let other = of_another((file, set.patient.as_ref()), &drawn_on, here.0);
            problems.extend(other.as_ref().map(Problem::from));
            let on_image = records(set, here, limit);
            problems.extend(on_image.as_ref().err().map(Problem::from));
            StructureSummary {
                file: file.to_owned(),
                frame_of_reference: set.frame_of_reference.clone(),
                referenced_series: set.referenced_series.clone(),
                rois: set.rois.iter().map(|r| roi(file, r)).collect(),
                on_image: on_image.unwrap_or_default(),
                problems,
            }
        };
        let failed = |error: &IoError| StructureSummary {
            file: file.to_owned(),
            frame_of_reference: None,
            referenced_series: None,
            rois: Vec::new(),
            on_image: Vec::new(),
            problems: vec![Problem::from(error)],
        };
        rtstruct::read(files, file, limit).map_or_else(|error| failed(&error), |set| summary(&set))
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

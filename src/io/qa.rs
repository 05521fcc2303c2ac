//! What became of each ROI of a structure set on an image: the record a physicist checks.

use super::inspect::Problem;
use crate::contour::RasterReport;
use serde::Serialize;

/// One ROI of a structure set on an image.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoiQa {
    /// Its file.
    pub file: String,
    /// ROI Number.
    pub number: i64,
    /// ROI Name.
    pub name: String,
    /// RT ROI Interpreted Type.
    pub interpreted_type: Option<String>,
    /// What became of its contours; `None` where they make no mask.
    pub raster: Option<RasterReport>,
    /// Why they make none, and what is odd about them.
    pub problems: Vec<Problem>,
}

#[cfg(feature = "dicom")]
pub use with_dicom::roi_record;

#[cfg(feature = "dicom")]
mod with_dicom {
    use super::{Problem, RoiQa};
    use crate::contour::Rules;
    use crate::geometry::SharedGrid;
    use crate::io::dicom::rtstruct::{RoiContours, StructureSet};

    /// An ROI of a structure set put on the lattice of an image, of which the Frame of Reference UID comes
    /// beside. One that cannot be put there has the reason among its problems. The mask is not kept.
    pub fn roi_record(
        set: &StructureSet,
        roi: &RoiContours,
        (grid, frame): (&SharedGrid, Option<&str>),
        rules: Rules,
        ignore_frame_of_reference: bool,
    ) -> RoiQa {
        let mut qa = RoiQa {
            file: set.file.clone(),
            number: roi.number,
            name: roi.name.clone(),
            interpreted_type: roi.interpreted_type.clone(),
            raster: None,
            problems: Vec::new(),
        };
        match set.rasterise(roi, grid, frame, rules, ignore_frame_of_reference) {
            Ok((_, raster, warnings)) => {
                qa.problems.extend(warnings.iter().map(Problem::from));
                qa.raster = Some(raster);
            }
            Err(error) => qa.problems.push(Problem::from(&error)),
        }
        qa
    }
}

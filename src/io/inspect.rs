//! Everything files say of themselves, problems included instead of failing.

use super::lattice::extent;
use super::qa::RoiQa;
use super::segmentation::Segment;
use super::{Files, IoError};
use crate::engine::Engine;
use crate::error::{Diagnose, Warning};
use crate::geometry::{GeometryError, Grid, Vec3};
use crate::image::Acquisition;
use serde::Serialize;

/// What a path holds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Inspection {
    /// The file's name; a folder, which exporters name after patients, is `the folder`.
    pub name: String,
    /// Files looked at.
    pub files: usize,
    /// Files of no format that is read.
    pub skipped: usize,
    /// DICOM series.
    pub series: Vec<SeriesSummary>,
    /// RTSTRUCT files.
    pub structure_sets: Vec<StructureSummary>,
    /// Segmentations: DICOM SEG, those of 3D Slicer.
    pub segmentations: Vec<SegmentationSummary>,
    /// NIfTI files.
    pub nifti: Vec<NiftiSummary>,
    /// NRRD files that are no segmentations.
    pub nrrd: Vec<NiftiSummary>,
    /// MetaImage files.
    pub metaimage: Vec<NiftiSummary>,
    /// What is wrong with files that belong to none of these.
    pub problems: Vec<Problem>,
}

impl Inspection {
    /// Does anything keep a series, an ROI or a file from being used?
    pub fn has_fatal_problem(&self) -> bool {
        let series = self.series.iter().flat_map(|series| &series.problems);
        let sets = self.structure_sets.iter().flat_map(|set| {
            set.problems.iter().chain(set.rois.iter().flat_map(|roi| &roi.problems))
        });
        let segments = self.segmentations.iter().flat_map(|set| &set.problems);
        let files = [&self.nifti, &self.nrrd, &self.metaimage];
        let files = files.into_iter().flatten().flat_map(|file| &file.problems);
        let all = self.problems.iter().chain(series).chain(sets).chain(segments).chain(files);
        all.into_iter().any(|problem| problem.fatal)
    }
}

/// An error or warning as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Can what it concerns not be used at all?
    pub fatal: bool,
    /// Stable machine code.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl From<&IoError> for Problem {
    fn from(error: &IoError) -> Self {
        let message = error.to_string();
        Self { fatal: true, code: error.code(), message, hint: error.hint() }
    }
}

impl From<&Warning> for Problem {
    fn from(warning: &Warning) -> Self {
        let message = warning.message.clone();
        Self { fatal: false, code: warning.code, message, hint: String::new() }
    }
}

/// A lattice as a reader wants to see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Geometry {
    /// Voxels along `[z, y, x]`.
    pub shape: [usize; 3],
    /// mm along `[z, y, x]`.
    pub spacing_mm: [f64; 3],
    /// Extent of the voxels along `[z, y, x]`, mm.
    pub extent_mm: [f64; 3],
    /// LPS position of the first voxel's centre `[x, y, z]`, mm.
    pub origin_mm: Vec3,
    /// Rows: LPS directions of the array axes `[z, y, x]`.
    pub axes: [Vec3; 3],
    /// Directions in which x, y and z mainly grow: `LPS` is the usual axial CT.
    pub orientation: String,
}

impl From<&Grid> for Geometry {
    fn from(grid: &Grid) -> Self {
        let letter = |axis: &Vec3| {
            let at = (0..3).max_by(|a, b| axis[*a].abs().total_cmp(&axis[*b].abs())).unwrap_or(0);
            [['R', 'L'], ['A', 'P'], ['I', 'S']][at][usize::from(axis[at] > 0.0)]
        };
        Self {
            shape: grid.shape,
            spacing_mm: grid.spacing,
            extent_mm: extent(grid),
            origin_mm: grid.origin,
            axes: grid.axes,
            orientation: grid.axes.iter().rev().map(letter).collect(),
        }
    }
}

impl Geometry {
    /// The lattice.
    ///
    /// # Errors
    /// As for [`Grid::new`]; cannot happen where it was made from one.
    pub fn grid(&self) -> Result<Grid, GeometryError> {
        Grid::new(self.shape, self.spacing_mm, self.origin_mm, self.axes)
    }
}

/// One DICOM series.
#[derive(Debug, Clone, Serialize)]
pub struct SeriesSummary {
    /// Series Instance UID.
    pub uid: String,
    /// Series Number.
    pub number: Option<String>,
    /// Modality.
    pub modality: Option<String>,
    /// Name of its SOP class.
    pub sop_class: String,
    /// Files in it.
    pub files: usize,
    /// Frame of Reference UID.
    pub frame_of_reference: Option<String>,
    /// Its lattice, where it has one.
    pub geometry: Option<Geometry>,
    /// How it was made.
    pub acquisition: Acquisition,
    /// Why it cannot be read, and what is odd about it.
    pub problems: Vec<Problem>,
}

/// One RTSTRUCT.
#[derive(Debug, Clone, Serialize)]
pub struct StructureSummary {
    /// Its file.
    pub file: String,
    /// Frame of Reference UID of its coordinates.
    pub frame_of_reference: Option<String>,
    /// Series Instance UID of the image it was drawn on.
    pub referenced_series: Option<String>,
    /// Its ROIs.
    pub rois: Vec<RoiSummary>,
    /// Its ROIs on the image it was drawn on, by the default rules; none where that is not among
    /// the files.
    pub on_image: Vec<RoiQa>,
    /// What is odd about it.
    pub problems: Vec<Problem>,
}

/// One ROI of an RTSTRUCT.
#[derive(Debug, Clone, Serialize)]
pub struct RoiSummary {
    /// ROI Number.
    pub number: i64,
    /// ROI Name.
    pub name: String,
    /// RT ROI Interpreted Type.
    pub interpreted_type: Option<String>,
    /// Contours of any type.
    pub contours: usize,
    /// Planes with closed contours.
    pub planes: usize,
    /// Contour area times plane spacing, mL.
    pub volume_ml: Option<f64>,
    /// Why its contours cannot be read.
    pub problems: Vec<Problem>,
}

/// One segmentation.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SegmentationSummary {
    /// Its file.
    pub file: String,
    /// What it is.
    pub format: String,
    /// The lattice that holds all its frames.
    pub geometry: Option<Geometry>,
    /// Frame of Reference UID of its coordinates.
    pub frame_of_reference: Option<String>,
    /// Series Instance UID of the image it was drawn on.
    pub referenced_series: Option<String>,
    /// Fraction from which on a voxel is inside, where voxels hold fractions.
    pub threshold: Option<f64>,
    /// Its segments.
    pub segments: Vec<SegmentSummary>,
    /// Why it cannot be read, and what is odd about it.
    pub problems: Vec<Problem>,
}

/// One segment and its size.
#[derive(Debug, Clone, Serialize)]
pub struct SegmentSummary {
    /// What the file says of it.
    #[serde(flatten)]
    pub segment: Segment,
    /// Its voxels.
    pub voxels: usize,
    /// Their volume, mL.
    pub volume_ml: f64,
}

/// One file of voxels: NIfTI, NRRD or MetaImage.
#[derive(Debug, Clone, Serialize)]
pub struct NiftiSummary {
    /// Its file.
    pub file: String,
    /// Its lattice, where it has one.
    pub geometry: Option<Geometry>,
    /// Its labels, where its voxels can be labels.
    pub labels: Vec<LabelSummary>,
    /// Smallest and largest voxel.
    pub range: Option<[f32; 2]>,
    /// Why it cannot be read, and what is odd about it.
    pub problems: Vec<Problem>,
}

/// One label of a label image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LabelSummary {
    /// Its value.
    pub label: i32,
    /// Its voxels.
    pub voxels: usize,
    /// Their volume, mL.
    pub volume_ml: f64,
}

/// Looks into files called `name` as a whole.
pub fn inspect_files(files: &dyn Files, name: &str, engine: &Engine) -> Inspection {
    let names = files.names();
    let mut found =
        Inspection { name: name.to_owned(), files: names.len(), ..Inspection::default() };
    found.skipped = names.len();
    #[cfg(feature = "nifti")]
    voxels::nifti(files, engine.memory(), &mut found);
    #[cfg(feature = "nrrd")]
    voxels::nrrd(files, engine.memory(), &mut found);
    #[cfg(feature = "metaimage")]
    voxels::metaimage(files, engine.memory(), &mut found);
    #[cfg(feature = "dicom")]
    formats::dicom(files, engine, &mut found);
    let _ = engine;
    found
}

#[cfg(feature = "dicom")]
mod formats;
#[cfg(any(feature = "dicom", feature = "nrrd"))]
mod segments;
#[cfg(any(feature = "metaimage", feature = "nifti", feature = "nrrd"))]
mod voxels;

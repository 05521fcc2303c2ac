//! What became of one lesion.

use crate::cohort::{Robustness, Stated};
use crate::error::{Diagnose, Warning};
use crate::geometry::Grid;
use crate::image::Acquisition;
use crate::io::qa::RoiQa;
use crate::io::segmentation::SegmentRecord;
use crate::model::{Card, Score};
use crate::pipeline::FeatureSet;
use serde::Serialize;

/// One lesion of the run: measured, or the reason why not. Never left out.
#[derive(Debug, Clone)]
pub struct Lesion {
    /// Case identifier.
    pub case: String,
    /// Name or label of the lesion.
    pub roi: String,
    /// What became of its contours, where it was drawn as such.
    pub contours: Vec<RoiQa>,
    /// Which segments it is, where it was drawn as such.
    pub segments: Vec<SegmentRecord>,
    /// What is odd about it, measured or not: how it was drawn, its regions, what was told of it.
    pub warnings: Vec<Warning>,
    /// Numbers or reason.
    pub result: Result<Measured, Failure>,
}

/// The numbers of one lesion.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Features of its regions.
    pub features: FeatureSet,
    /// What was told of it, where a score was asked for.
    pub clinical: Vec<Stated>,
    /// Its score, where one was asked for, or why there is none.
    pub score: Option<Result<Score, Failure>>,
    /// How far its numbers follow small changes, where that was asked for.
    pub robustness: Option<Robustness>,
}

/// An error as a row of a table carries it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// Stable machine code.
    pub code: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Failure {
    /// The failure an error tells of.
    pub fn of(error: &dyn Diagnose) -> Self {
        Self { code: error.code(), message: error.to_string(), hint: error.hint() }
    }
}

/// The image all lesions of the run lie in.
#[derive(Debug, Clone, Serialize)]
pub struct ImageFacts {
    /// Voxels along x, y, z.
    pub voxels_xyz: [usize; 3],
    /// Voxel edges along x, y, z, mm.
    pub spacing_mm_xyz: [f64; 3],
    /// Unit of the intensities.
    pub unit: &'static str,
    /// The scan.
    pub acquisition: Acquisition,
    /// What the reader must know about image and masks.
    pub warnings: Vec<Warning>,
}

impl ImageFacts {
    /// Facts of an image on `grid`.
    pub fn new(
        grid: &Grid,
        unit: &'static str,
        acquisition: Acquisition,
        warnings: Vec<Warning>,
    ) -> Self {
        let xyz = |[z, y, x]: [f64; 3]| [x, y, z];
        let [z, y, x] = grid.shape;
        Self {
            voxels_xyz: [x, y, z],
            spacing_mm_xyz: xyz(grid.spacing),
            unit,
            acquisition,
            warnings,
        }
    }
}

impl Lesion {
    /// A lesion that could not be drawn.
    pub fn lost(case: String, roi: String, failure: Failure) -> Self {
        let (contours, segments, warnings) = (Vec::new(), Vec::new(), Vec::new());
        Self { case, roi, contours, segments, warnings, result: Err(failure) }
    }

    /// All that the reader must know of it: of itself, of its score, of its repeats.
    pub fn noted(&self) -> impl Iterator<Item = &Warning> {
        let measured = self.result.as_ref().ok();
        let score = measured.and_then(|measured| measured.score.as_ref()?.as_ref().ok());
        let robustness = measured.and_then(|measured| measured.robustness.as_ref());
        let beside = score.map(|score| &score.warnings).into_iter();
        let beside = beside.chain(robustness.map(|robustness| &robustness.warnings));
        self.warnings.iter().chain(beside.flatten())
    }

    /// The model of its score, where it has one.
    pub(super) fn model(&self) -> Option<&Card> {
        let score = self.result.as_ref().ok()?.score.as_ref()?;
        score.as_ref().ok().map(|score| &score.model)
    }

    /// Did everything that was asked of this lesion succeed?
    pub fn failure(&self) -> Option<&Failure> {
        match &self.result {
            Err(failure) | Ok(Measured { score: Some(Err(failure)), .. }) => Some(failure),
            Ok(_) => None,
        }
    }
}

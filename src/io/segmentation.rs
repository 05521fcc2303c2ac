//! Named lesions drawn as voxels, which may overlap: DICOM SEG, `.seg.nrrd`.

use super::lattice::same;
use super::placement::{Placement, place};
use super::planes::Planes;
use super::{IoError, Labels, Mark};
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::geometry::{Grid, IndexBox, SharedGrid};
use crate::image::Mask;
use ndarray::Array3;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// Fraction of the largest value from which on a voxel of a fractional segmentation is inside.
pub const THRESHOLD: f64 = 0.5;

/// Segments on a lattice of their own.
#[derive(Debug, Clone)]
pub struct Segmentation {
    /// Its file.
    pub file: String,
    /// What it is: `DICOM SEG (BINARY)`, `Slicer segmentation`.
    pub format: String,
    /// The lattice that holds all its frames; a segmentation may cover a part of the image only.
    pub grid: SharedGrid,
    /// Its segments, in the file's order.
    pub segments: Vec<Segment>,
    /// Frame of Reference UID of its coordinates, where the format has one.
    pub frame_of_reference: Option<String>,
    /// Series Instance UID of the image it was drawn on.
    pub referenced_series: Option<String>,
    /// Do its voxels hold fractions, so that [`Segmentation::threshold`] counts?
    pub fractional: bool,
    /// Fraction of the largest value from which on a voxel is inside; [`THRESHOLD`] at first.
    pub threshold: f64,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
    /// Distance, in voxels, that a lattice which is no whole copy of the image's may lie off; `None`
    /// where it must be a copy.
    pub(super) cropped: Option<f64>,
    /// Whom it was drawn of, where the file says.
    pub(super) patient: Option<Mark>,
    pub(super) content: Arc<dyn Content>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// Segment Number (0062,0004), or label value.
    pub number: i64,
    /// Segment Label (0062,0005), or name.
    pub name: String,
    /// Meaning of the code for what it is in general, e.g. `Tissue`.
    pub category: Option<String>,
    /// Meaning of the code for what it is, e.g. `Liver`.
    pub kind: Option<String>,
    /// Segment Algorithm Type (0062,0008).
    pub algorithm: Option<String>,
    /// Frames drawn for it, where each frame belongs to one segment.
    pub frames: Option<usize>,
}

/// Voxels of segments, read one segment at a time.
pub(super) trait Content: fmt::Debug + Send + Sync {
    /// Calls `found` with the index `[z, y, x]` of every voxel of the segment at `at`.
    fn visit(&self, at: usize, threshold: f64, found: &mut dyn FnMut([usize; 3]));

    /// What the reader must know of the segment at `at` and of none of the others.
    fn noted(&self, _at: usize) -> Option<Warning> {
        None
    }
}

/// How a lesion came from a segmentation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentRecord {
    /// The segmentation's file.
    pub file: String,
    /// What it is.
    pub format: String,
    /// The segments, more than one where their union was asked for.
    pub segments: Vec<Segment>,
    /// Where its lattice is in the image's; `None` where it was resampled.
    pub placement: Option<Placement>,
    /// Fraction from which on a voxel is inside, for a fractional segmentation.
    pub threshold: Option<f64>,
}

/// Several labels or segments as one lesion; only where it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Union<'a> {
    /// Voxels of any of these labels or segment numbers, each of which must be there.
    Of(&'a [i32]),
    /// Every voxel that is not background.
    AnyNonzero,
}

impl Union<'_> {
    /// What to call the lesion.
    pub(super) fn name(self) -> String {
        match self {
            Self::Of([one]) => format!("label {one}"),
            Self::Of(labels) => {
                let labels: Vec<_> = labels.iter().map(ToString::to_string).collect();
                format!("labels {}", labels.join("+"))
            }
            Self::AnyNonzero => "any label".into(),
        }
    }

    /// The labels of an image it means.
    pub(super) fn of_labels(self, file: &str, labels: &Labels) -> Result<Vec<i32>, IoError> {
        let wanted: Vec<i32> = match self {
            Self::Of(wanted) => wanted.to_vec(),
            Self::AnyNonzero => labels.counts().keys().copied().collect(),
        };
        // An empty image, or an empty list, is no lesion.
        let first = wanted.first().copied();
        labels.choose(file, Some(first.unwrap_or(0)))?;
        for label in &wanted {
            labels.choose(file, Some(*label))?;
        }
        Ok(wanted)
    }
}

impl Segmentation {
    /// Voxels of a segment.
    pub fn count(&self, at: usize) -> usize {
        let mut count = 0;
        self.content.visit(at, self.threshold, &mut |_| count += 1);
        count
    }

    fn numbered(&self, number: i32) -> Result<usize, IoError> {
        let mut at =
            self.segments.iter().enumerate().filter(|(_, s)| s.number == i64::from(number));
        match (at.next(), at.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => {
                let same = self.segments.iter().filter(|s| s.number == i64::from(number));
                let names = same.map(|s| s.name.clone()).collect();
                Err(IoError::RoiAmbiguous { wanted: format!("label {number}"), names })
            }
            (None, _) => {
                let names =
                    self.segments.iter().map(|s| format!("{} {:?}", s.number, s.name)).collect();
                let wanted = format!("label {number}");
                Err(IoError::RoiUnknown { wanted, names, nearest: None })
            }
        }
    }

    /// The segments of a union.
    pub(super) fn union(&self, union: Union<'_>) -> Result<Vec<usize>, IoError> {
        match union {
            Union::Of(numbers) => numbers.iter().map(|number| self.numbered(*number)).collect(),
            Union::AnyNonzero => Ok((0..self.segments.len()).collect()),
        }
    }

    /// Checks that its coordinates are the image's.
    ///
    /// # Errors
    /// [`IoError::SegFrame`] where the two frames of reference differ, unless that is ignored.
    pub(super) fn check_frame(
        &self,
        image: Option<&str>,
        ignore: bool,
    ) -> Result<Vec<Warning>, IoError> {
        match (&self.frame_of_reference, image) {
            (Some(own), Some(image)) if own != image && ignore => {
                let message = format!(
                    "{}: its Frame of Reference UID is {own}, the image's is {image}: that they \
                     share coordinates is taken for granted because that was asked for",
                    self.file
                );
                Ok(vec![Warning::new("seg.frame_ignored", message)])
            }
            (Some(own), Some(image)) if own != image => Err(IoError::SegFrame {
                file: self.file.clone(),
                found: own.clone(),
                expected: image.to_owned(),
            }),
            (Some(_), None) => {
                let message = format!(
                    "{}: the image has no Frame of Reference UID: that they share coordinates is \
                     assumed",
                    self.file
                );
                Ok(vec![Warning::new("seg.no_frame_of_reference", message)])
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The voxels of some segments on an image's lattice; with the image's frame of reference comes
    /// whether another one is ignored.
    ///
    /// # Errors
    /// [`IoError::SegFrame`], [`IoError::LatticeApart`], [`IoError::LatticeOutside`] where voxels
    /// lie beyond the image, [`IoError::SegEmpty`] where there are none.
    pub(super) fn mask(
        &self,
        segments: &[usize],
        image: &SharedGrid,
        name: &str,
        frame_of_reference: (Option<&str>, bool),
    ) -> Result<(Mask, SegmentRecord, Vec<Warning>), IoError> {
        let mut warnings = self.warnings.clone();
        let (frame, ignore) = frame_of_reference;
        warnings.extend(self.check_frame(frame, ignore)?);
        let names = [name, &self.file];
        let (placement, found) = match self.cropped {
            Some(limit) => place(image, &self.grid, names, limit)?,
            None => (Placement::PLAIN, same(image, &self.grid, names)?),
        };
        warnings.extend(found);
        let mut voxels = Array3::from_elem(image.shape, false);
        let (mut inside, mut outside) = (0_usize, 0_usize);
        let mut planes = Planes::of(self.grid.shape[0]);
        for at in segments {
            self.content.visit(*at, self.threshold, &mut |index| {
                planes.hold(index[0]);
                let index =
                    placement.index(index).map(|i| usize::try_from(i).unwrap_or(usize::MAX));
                match voxels.get_mut(index) {
                    Some(voxel) => {
                        *voxel = true;
                        inside += 1;
                    }
                    None => outside += 1,
                }
            });
        }
        let file = self.file.clone();
        if outside > 0 {
            let of = inside + outside;
            return Err(IoError::LatticeOutside { file, roi: self.called(segments), outside, of });
        }
        if inside == 0 {
            return Err(self.empty(segments));
        }
        warnings.extend(planes.gaps(&self.called(segments)));
        let mask = Mask::new(image.clone(), voxels);
        let mask = mask.map_err(|error| IoError::geometry(&self.file, error))?;
        Ok((mask, self.record(segments, Some(placement)), warnings))
    }

    /// The voxels of some segments on their own lattice, cut to their box, and a warning where planes
    /// between them are empty.
    ///
    /// # Errors
    /// [`IoError::SegEmpty`] where there are none, [`IoError::Memory`] for a box too large.
    pub(super) fn own_mask(
        &self,
        segments: &[usize],
        limit: MemoryLimit,
    ) -> Result<(Mask, SegmentRecord, Option<Warning>), IoError> {
        let (mut lo, mut hi) = ([usize::MAX; 3], [0; 3]);
        let mut planes = Planes::of(self.grid.shape[0]);
        for at in segments {
            self.content.visit(*at, self.threshold, &mut |index| {
                planes.hold(index[0]);
                for axis in 0..3 {
                    lo[axis] = lo[axis].min(index[axis]);
                    hi[axis] = hi[axis].max(index[axis] + 1);
                }
            });
        }
        let bounds = IndexBox { lo, hi };
        if bounds.is_empty() {
            return Err(self.empty(segments));
        }
        let shape = bounds.shape();
        let count = shape.iter().try_fold(1_usize, |n, side| n.checked_mul(*side));
        let voxels = count.unwrap_or(usize::MAX);
        IoError::claim(
            &self.file,
            (voxels, "voxels around the segments"),
            size_of::<bool>(),
            limit,
        )?;
        let failed = |error| IoError::geometry(&self.file, error);
        let grid = Arc::new(self.grid.crop(bounds).map_err(failed)?);
        let mut inside = Array3::from_elem(shape, false);
        for at in segments {
            self.content.visit(*at, self.threshold, &mut |index| {
                let own = [0, 1, 2].map(|axis| index[axis].wrapping_sub(lo[axis]));
                if let Some(voxel) = inside.get_mut(own) {
                    *voxel = true;
                }
            });
        }
        let mask = Mask::new(grid, inside).map_err(failed)?;
        Ok((mask, self.record(segments, None), planes.gaps(&self.called(segments))))
    }

    fn empty(&self, segments: &[usize]) -> IoError {
        let (file, roi) = (self.file.clone(), self.called(segments));
        IoError::SegEmpty { file, roi, threshold: self.fractional.then_some(self.threshold) }
    }

    fn record(&self, segments: &[usize], placement: Option<Placement>) -> SegmentRecord {
        SegmentRecord {
            file: self.file.clone(),
            format: self.format.clone(),
            segments: segments.iter().filter_map(|at| self.segments.get(*at)).cloned().collect(),
            placement,
            threshold: self.fractional.then_some(self.threshold),
        }
    }

    /// What messages call some segments.
    fn called(&self, segments: &[usize]) -> String {
        let names = segments.iter().filter_map(|at| self.segments.get(*at));
        names.map(|segment| segment.name.as_str()).collect::<Vec<_>>().join(" + ")
    }

    /// Volume of one voxel, mL.
    pub fn voxel_ml(&self) -> f64 {
        let grid: &Grid = &self.grid;
        grid.voxel_mm3() / 1000.0
    }
}

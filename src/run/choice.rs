//! Which series and which lesions.

use super::bounds::{Bound, structures};
use crate::contour::{FillGaps, Holes, Rules};
use crate::engine::Engine;
use crate::image::Connectivity;
use crate::io::IoError;
use crate::io::lattice::MaskToImage;
use crate::io::lesions::{Drawn, MaskOptions, Split};
use crate::io::segmentation::Union;
use crate::io::select::{RoiMany, RoiQuery};
use crate::io::source::{LoadedImage, MaskSource};
use crate::report::Reading;
use crate::settings::Parameters;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What is asked of image and mask. Names of ROIs, segments and lesions are exact, patterns with `*`
/// and `?`, or regular expressions between slashes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Choice {
    /// Names of lesions.
    pub roi: Vec<String>,
    /// Labels, or numbers of segments or ROIs; several are one lesion unless [`Choice::roi_many`] is
    /// `separate`.
    pub label: BTreeSet<i32>,
    /// Is everything that is not background one lesion?
    pub any_nonzero: bool,
    /// Only ROIs of this RT ROI Interpreted Type.
    pub roi_type: Option<String>,
    /// Names of ROIs that are left out.
    pub roi_exclude: Vec<String>,
    /// Are upper and lower case one in names?
    pub ignore_case: bool,
    /// What to do where several ROIs match.
    pub roi_many: RoiMany,
    /// Is each connected part a lesion of its own?
    pub split: bool,
    /// Which voxels touch, for `split`.
    pub connectivity: Connectivity,
    /// Smallest part that is kept, for `split`, mL.
    pub min_volume: f64,
    /// How contours of one plane make holes.
    pub holes: Holes,
    /// Planes without contours between some that have them.
    pub fill_gaps: FillGaps,
    /// Fraction from which on a voxel of a fractional segmentation is inside; `None` for its own.
    pub seg_threshold: Option<f64>,
    /// What to do with a mask of another lattice than the image's.
    pub mask_to_image: MaskToImage,
    /// Are contours and segments of another frame of reference taken?
    pub ignore_frame_of_reference: bool,
    /// Label of a label image where neither name nor label is given: a parameter file's.
    pub usual_label: Option<i32>,
    /// Names of structures of the mask whose voxels are taken out of rings.
    pub ring_exclude: Vec<String>,
    /// Names of structures of the mask within which rings are kept.
    pub ring_within: Vec<String>,
    /// Names of lesions that are others to those measured, and are not measured.
    pub ring_neighbour: Vec<String>,
    /// Series of files that hold several: its UID, its number, a pattern of its description.
    pub series: Option<String>,
    /// Are tilted or unevenly spaced slices resampled onto a regular lattice?
    pub regularise: bool,
    /// Are DICOM CT numbers of unspecified unit taken as HU?
    pub assume_hu: bool,
}

impl Choice {
    /// Takes what a parameter file says of masks, where nothing else is asked for.
    pub fn take(&mut self, parameters: &Parameters) {
        self.usual_label = Some(parameters.label);
        if parameters.correct_mask && self.mask_to_image == MaskToImage::Refuse {
            self.mask_to_image = MaskToImage::Nearest;
        }
    }

    /// The same for a mask, as it is written to the output; `bounds` are structures of files of
    /// their own.
    pub(super) fn reading(&self, mask: &MaskSource, bounds: &[Bound], engine: &Engine) -> Reading {
        let mut label = self.label.clone();
        // A label image names nothing, so a label that is usual there may stand for a choice.
        let chosen = self.any_nonzero || !self.roi.is_empty() || !label.is_empty();
        if matches!(mask, MaskSource::Labels { .. }) && !chosen {
            label.extend(self.usual_label);
        }
        let join = label.len() > 1 && self.roi_many != RoiMany::Separate;
        let neighbours = self.ring_neighbour.iter();
        Reading {
            regularise: self.regularise,
            assume_hu: self.assume_hu,
            queries: if join || self.any_nonzero { Vec::new() } else { self.queries(&label) },
            joined: if join { label.into_iter().collect() } else { Vec::new() },
            any_nonzero: self.any_nonzero,
            ring_structures: structures(self, bounds).map(|(told, _)| told).collect(),
            ring_neighbours: neighbours.map(|name| self.query(name, RoiMany::Separate)).collect(),
            mask: self.options(engine),
        }
    }

    /// How what was drawn becomes masks.
    fn options(&self, engine: &Engine) -> MaskOptions {
        let split = Split { connectivity: self.connectivity, minimum_ml: self.min_volume };
        MaskOptions {
            rules: Rules { holes: self.holes, fill_gaps: self.fill_gaps },
            threshold: self.seg_threshold,
            to_image: self.mask_to_image,
            ignore_frame_of_reference: self.ignore_frame_of_reference,
            split: self.split.then_some(split),
            memory: engine.memory(),
        }
    }

    /// One query for each name or label, one unnamed where there is none.
    fn queries(&self, label: &BTreeSet<i32>) -> Vec<RoiQuery> {
        let common = RoiQuery {
            kind: self.roi_type.clone(),
            exclude: self.roi_exclude.clone(),
            ignore_case: self.ignore_case,
            many: self.roi_many,
            ..RoiQuery::default()
        };
        let names = self.roi.iter().map(|name| (Some(name.clone()), None));
        let numbers = label.iter().map(|&number| (None, Some(i64::from(number))));
        let mut queries: Vec<RoiQuery> = names
            .chain(numbers)
            .map(|(name, number)| RoiQuery { name, number, ..common.clone() })
            .collect();
        if queries.is_empty() {
            queries.push(common);
        }
        queries
    }

    /// A query for a name beside those of lesions.
    pub(super) fn query(&self, name: &str, many: RoiMany) -> RoiQuery {
        RoiQuery { ignore_case: self.ignore_case, many, ..RoiQuery::named(name) }
    }
}

/// All lesions that are meant, on the image's lattice, and a name that several had before numbers
/// told them apart.
///
/// # Errors
/// As for [`MaskSource::lesions_of`].
pub(super) fn drawn(
    mask: &MaskSource,
    reading: &Reading,
    image: &LoadedImage,
) -> Result<(Vec<Drawn>, Option<String>), IoError> {
    if reading.any_nonzero {
        return Ok((mask.unions(Union::AnyNonzero, &reading.mask, image)?, None));
    }
    if !reading.joined.is_empty() {
        return Ok((mask.unions(Union::Of(&reading.joined), &reading.mask, image)?, None));
    }
    mask.lesions_of(&reading.queries, &reading.mask, image)
}

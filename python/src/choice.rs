//! Which series and which lesions, as keywords say it.

use perirad::contour::{FillGaps, Holes, Rules};
use perirad::engine::Engine;
use perirad::image::Connectivity;
use perirad::io::IoError;
use perirad::io::lattice::MaskToImage;
use perirad::io::lesions::{Drawn, MaskOptions, Split};
use perirad::io::segmentation::Union;
use perirad::io::select::{RoiMany, RoiQuery};
use perirad::io::source::{LoadedImage, MaskSource};
use perirad::report::Reading;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The keywords of `perirad.Reading`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a keyword of its own")]
pub struct Choice {
    roi: Vec<String>,
    label: BTreeSet<i32>,
    any_nonzero: bool,
    roi_type: Option<String>,
    roi_exclude: Vec<String>,
    ignore_case: bool,
    roi_many: RoiMany,
    split: bool,
    connectivity: Connectivity,
    min_volume: f64,
    holes: Holes,
    fill_gaps: FillGaps,
    seg_threshold: Option<f64>,
    mask_to_image: MaskToImage,
    ignore_frame_of_reference: bool,
    /// Label of a label image where neither name nor label is given: a parameter file's.
    usual_label: Option<i32>,
    /// Intensities below which the share of each region is told.
    pub below: Option<Vec<f64>>,
    pub series: Option<String>,
    pub regularise: bool,
    pub assume_hu: bool,
}

impl Choice {
    /// The keywords, as JSON.
    ///
    /// # Errors
    /// `ValueError` that names the keyword or its value.
    pub fn parse(json: &str) -> PyResult<Self> {
        serde_json::from_str(json).map_err(|error| {
            let told = error.to_string();
            let told = told.split(" at line ").next().unwrap_or_default();
            PyValueError::new_err(format!("reading options: {told}"))
        })
    }

    /// What is asked of image and mask.
    pub fn reading(mut self, mask: &MaskSource, engine: &Engine) -> Reading {
        let chosen = self.any_nonzero || !self.roi.is_empty() || !self.label.is_empty();
        if matches!(mask, MaskSource::Labels { .. }) && !chosen {
            self.label.extend(self.usual_label);
        }
        let join = self.label.len() > 1 && self.roi_many != RoiMany::Separate;
        let queries = if join || self.any_nonzero { Vec::new() } else { self.queries() };
        Reading {
            regularise: self.regularise,
            assume_hu: self.assume_hu,
            queries,
            joined: if join { self.label.iter().copied().collect() } else { Vec::new() },
            any_nonzero: self.any_nonzero,
            mask: self.options(engine),
            ..Reading::default()
        }
    }

    /// How what was drawn becomes masks.
    pub fn options(&self, engine: &Engine) -> MaskOptions {
        MaskOptions {
            rules: Rules { holes: self.holes, fill_gaps: self.fill_gaps },
            threshold: self.seg_threshold,
            to_image: self.mask_to_image,
            ignore_frame_of_reference: self.ignore_frame_of_reference,
            split: self
                .split
                .then_some(Split { connectivity: self.connectivity, minimum_ml: self.min_volume }),
            memory: engine.memory(),
        }
    }

    /// One query for each name or label, one unnamed where there is none.
    fn queries(&self) -> Vec<RoiQuery> {
        let common = RoiQuery {
            kind: self.roi_type.clone(),
            exclude: self.roi_exclude.clone(),
            ignore_case: self.ignore_case,
            many: self.roi_many,
            ..RoiQuery::default()
        };
        let names = self.roi.iter().map(|name| (Some(name.clone()), None));
        let numbers = self.label.iter().map(|&number| (None, Some(i64::from(number))));
        let mut queries: Vec<RoiQuery> = names
            .chain(numbers)
            .map(|(name, number)| RoiQuery { name, number, ..common.clone() })
            .collect();
        if queries.is_empty() {
            queries.push(common);
        }
        queries
    }
}

/// All lesions that are meant, on the image's lattice.
///
/// # Errors
/// As for [`MaskSource::lesions`].
pub fn lesions(
    mask: &MaskSource,
    reading: &Reading,
    image: &LoadedImage,
) -> Result<Vec<Drawn>, IoError> {
    if reading.any_nonzero {
        return mask.unions(Union::AnyNonzero, &reading.mask, image);
    }
    if !reading.joined.is_empty() {
        return mask.unions(Union::Of(&reading.joined), &reading.mask, image);
    }
    let mut lesions = Vec::new();
    for query in &reading.queries {
        lesions.extend(mask.lesions(query, &reading.mask, image)?);
    }
    Ok(lesions)
}

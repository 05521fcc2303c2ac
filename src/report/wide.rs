//! The `csv` form: one row per lesion and region, one column per feature.

use super::Lesion;
use crate::feature::{Outcome, Wanted, registry};
use crate::image::Region;
use std::iter::once;

const FIXED: [&str; 7] = ["case", "roi", "region", "status", "error", "voxels", "volume_ml"];

/// The columns: fixed facts, then `feature:aggregation` in registry order.
pub fn wide_header(wanted: Wanted<'_>) -> Vec<String> {
    let features = registry::columns(wanted)
        .into_iter()
        .map(|(spec, aggregation)| format!("{}:{}", spec.key, aggregation.name()));
    FIXED.into_iter().map(String::from).chain(features).collect()
}

/// The rows of one lesion, one per region; undefined features are empty cells.
pub fn wide_row(lesion: &Lesion, regions: &[Region], columns: usize) -> Vec<Vec<String>> {
    let start = |region: Region, status: &str, error: &str| {
        [&lesion.case, &lesion.roi, region.name(), status, error].map(String::from)
    };
    match &lesion.result {
        Err(failure) => regions
            .iter()
            .map(|&region| {
                let mut row = start(region, "failed", failure.code).to_vec();
                row.resize(columns, String::new());
                row
            })
            .collect(),
        Ok(measured) => measured
            .features
            .regions
            .iter()
            .map(|region| {
                let size =
                    once(region.voxels.to_string()).chain(once(region.volume_ml.to_string()));
                let values = region.features.iter().map(|feature| match feature.outcome {
                    Outcome::Value(value) => value.to_string(),
                    Outcome::Undefined(_) => String::new(),
                });
                start(region.region, "ok", "").into_iter().chain(size).chain(values).collect()
            })
            .collect(),
    }
}

//! The `csv` form: one row per lesion and region, one column per feature.

use super::{ImageFacts, Lesion};
use crate::feature::{Outcome, Spec, Wanted, registry};
use crate::image::Region;
use crate::matrix::Aggregation;

/// The column with the digest of the settings, by which `model new` knows what made a table.
pub const SETTINGS_COLUMN: &str = "settings";

const FIXED: [&str; 9] = [
    "case",
    "roi",
    "region",
    "status",
    "error",
    "voxels",
    "volume_ml",
    "warnings",
    SETTINGS_COLUMN,
];

/// Whose names the columns have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names<'a> {
    /// `family.feature:aggregation`, every feature in registry order.
    Perirad,
    /// `original_class_Name`, for the features that pyradiomics has; where they are listed, those
    /// in that order. The aggregation follows only where a feature has several.
    Pyradiomics(Option<&'a [&'static str]>),
    /// `GLRLM_SRHGE`, `CONV_min`: for the features that LIFEx has, in registry order. The
    /// aggregation follows only where a feature has several.
    Lifex,
}

/// A column with a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its head.
    pub name: String,
    spec: &'static Spec,
    aggregation: Aggregation,
}

/// The columns with features of a run.
pub fn wide_columns(wanted: Wanted<'_>, names: Names<'_>) -> Vec<Column> {
    match names {
        Names::Perirad => registry::columns(wanted)
            .into_iter()
            .map(|(spec, aggregation)| {
                let name = format!("{}:{}", spec.key, aggregation.name());
                Column { name, spec, aggregation }
            })
            .collect(),
        Names::Pyradiomics(listed) => {
            let known = named(wanted, |spec| Some(format!("original_{}", spec.pyradiomics?)));
            let Some(listed) = listed else { return known };
            let of = |name: &'static str| {
                known.iter().filter(move |column| column.spec.pyradiomics == Some(name)).cloned()
            };
            listed.iter().copied().flat_map(of).collect()
        }
        Names::Lifex => named(wanted, |spec| spec.lifex.map(String::from)),
    }
}

/// The columns of the features that have such a name.
fn named(wanted: Wanted<'_>, name: impl Fn(&Spec) -> Option<String>) -> Vec<Column> {
    let all = registry::columns(wanted);
    all.iter()
        .filter_map(|&(spec, aggregation)| {
            let mut name = name(spec)?;
            if all.iter().filter(|(other, _)| other.key == spec.key).count() > 1 {
                name += &format!(":{}", aggregation.name());
            }
            Some(Column { name, spec, aggregation })
        })
        .collect()
}

/// The head of the table: fixed facts, then the features.
pub fn wide_header(columns: &[Column]) -> Vec<String> {
    let features = columns.iter().map(|column| column.name.clone());
    FIXED.into_iter().map(String::from).chain(features).collect()
}

/// The rows of one lesion, one per region; undefined features are empty cells. Of warnings there are
/// the codes, each once, those of the image first; of the settings the `digest`.
pub fn wide_row(
    image: &ImageFacts,
    lesion: &Lesion,
    regions: &[Region],
    columns: &[Column],
    digest: &str,
) -> Vec<Vec<String>> {
    let mut warnings: Vec<&str> = Vec::new();
    for warning in image.warnings.iter().chain(lesion.noted()) {
        if !warnings.contains(&warning.code) {
            warnings.push(warning.code);
        }
    }
    let warnings = warnings.join(";");
    let start = |region: Region, status: &str, error: &str| {
        [&lesion.case, &lesion.roi, region.name(), status, error].map(String::from)
    };
    match &lesion.result {
        Err(failure) => regions
            .iter()
            .map(|&region| {
                let mut row = start(region, "failed", failure.code).to_vec();
                row.extend([String::new(), String::new(), warnings.clone(), digest.into()]);
                row.resize(FIXED.len() + columns.len(), String::new());
                row
            })
            .collect(),
        Ok(measured) => measured
            .features
            .regions
            .iter()
            .map(|region| {
                let facts = [
                    region.voxels.to_string(),
                    region.volume_ml.to_string(),
                    warnings.clone(),
                    digest.to_string(),
                ];
                let values = columns.iter().map(|column| {
                    let wanted = (column.spec.key, column.aggregation);
                    let found =
                        region.features.iter().find(|f| (f.spec.key, f.aggregation) == wanted);
                    match found.map(|feature| feature.outcome) {
                        Some(Outcome::Value(value)) => value.to_string(),
                        Some(Outcome::Undefined(_)) | None => String::new(),
                    }
                });
                start(region.region, "ok", "").into_iter().chain(facts).chain(values).collect()
            })
            .collect(),
    }
}

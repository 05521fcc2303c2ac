//! The `long` form: one row per value. A public interface: its columns do not change.

use super::Lesion;
use super::text::discretisation_of;
use crate::cohort::{ClinicalValue, Robust, Robustness};
use crate::error::readable;
use crate::feature::{FeatureValue, Outcome, Unit};
use crate::model::{Card, NOTICE, Score};
use crate::pipeline::{FeatureSet, RegionFeatures};

/// How many columns the `long` form has.
pub(super) const LONG_COLUMNS: usize = 14;

/// The columns of the `long` form.
pub const LONG_HEADER: [&str; LONG_COLUMNS] = [
    "case",
    "roi",
    "region",
    "filter",
    "family",
    "feature",
    "short",
    "ibsi",
    "aggregation",
    "aggregation_ibsi",
    "discretisation",
    "value",
    "unit",
    "note",
];

/// The filter column of values measured on the image itself.
const NO_FILTER: &str = "none";

/// The rows of one lesion. A lesion or score that failed is one row with its reason in `note`.
pub fn long_rows(lesion: &Lesion) -> Vec<[String; LONG_COLUMNS]> {
    let mut rows = Vec::new();
    match &lesion.result {
        Err(failure) => {
            rows.push(row(
                lesion,
                ["", "", "", "", "", ""],
                &format!("{}: {}", failure.code, failure.message),
            ));
        }
        Ok(measured) => {
            feature_rows(&mut rows, lesion, &measured.features);
            rows.extend(measured.clinical.iter().map(|stated| {
                let key = format!("clinical.{}", stated.key);
                match &stated.value {
                    ClinicalValue::Number(value) => {
                        let cells = ["", "clinical", &key, &value.to_string(), "", ""];
                        row(lesion, cells, &stated.source)
                    }
                    // The column of values holds numbers.
                    ClinicalValue::Text(text) => {
                        let note = format!("{text}; {}", stated.source);
                        row(lesion, ["", "clinical", &key, "", "", ""], &note)
                    }
                }
            }));
            perturbed_rows(&mut rows, lesion, measured.robustness.as_ref());
            match &measured.score {
                None => {}
                Some(Err(failure)) => {
                    let note = format!("{}: {}", failure.code, failure.message);
                    rows.push(row(lesion, ["", "model", "model.score", "", "", ""], &note));
                }
                Some(Ok(score)) => {
                    let note = brief(&score.model);
                    for term in &score.contributions {
                        let key = format!("model.contribution.{}", term.term);
                        let value = term.contribution.to_string();
                        rows.push(row(lesion, ["", "model", &key, &value, "", ""], &note));
                    }
                    for term in &score.contributions {
                        let key = format!("model.input.{}", term.term);
                        let (value, from) = (term.value.to_string(), &term.source);
                        rows.push(row(lesion, ["", "model", &key, &value, term.unit, ""], from));
                    }
                    for one in &score.applicability {
                        let key = format!("model.applies.{}", one.what);
                        let told = format!("{}: {}", one.outcome.name(), one.message);
                        rows.push(row(lesion, ["", "model", &key, "", "", ""], &told));
                    }
                    let linear = ("linear_predictor", Some(score.linear_predictor), "");
                    let percentile = ("percentile", score.percentile, "%");
                    for (key, value, unit) in [linear, percentile] {
                        if let Some(value) = value.map(|value| value.to_string()) {
                            let key = format!("model.{key}");
                            rows.push(row(lesion, ["", "model", &key, &value, unit, ""], &note));
                        }
                    }
                    let value = score.intercept.to_string();
                    rows.push(row(lesion, ["", "model", "model.intercept", &value, "", ""], &note));
                    let value = score.value.to_string();
                    let said = said_of(score);
                    rows.push(row(lesion, ["", "model", "model.score", &value, "", ""], &said));
                }
            }
        }
    }
    rows
}

/// Model, status and notice in short: no number of a score stands without them.
fn brief(card: &Card) -> String {
    format!("{} {}: {}. {NOTICE}", card.name, card.version, card.status)
}

/// The same before a note; the note alone of what is of no model.
pub(super) fn beside(card: Option<&Card>, note: &str) -> String {
    let said = card.map(|card| brief(card) + " ").unwrap_or_default() + note;
    said.trim_end().into()
}

/// The whole card of the model that made a score, and its cut-off.
pub(super) fn said_of(score: &Score) -> String {
    let card = &score.model;
    let cutoff = score.cutoff.as_ref().map_or_else(String::new, |cutoff| {
        format!(" Cut-off {} ({}).", cutoff.value, cutoff.source)
    });
    format!(
        "{} {}: {}. {} {}; digest {}. {}. Fitted on: {}. {}.{cutoff}",
        card.name,
        card.version,
        card.status,
        score.notice,
        card.title,
        card.digest,
        card.citation,
        card.population,
        card.intended_use
    )
}

/// A row that is no feature: region, family, feature, value, unit and aggregation.
fn row(lesion: &Lesion, cells: [&str; 6], note: &str) -> [String; LONG_COLUMNS] {
    let [region, family, feature, value, unit, aggregation] = cells;
    [
        &lesion.case,
        &lesion.roi,
        region,
        "",
        family,
        feature,
        "",
        "",
        aggregation,
        "",
        "",
        value,
        unit,
        note,
    ]
    .map(String::from)
}

/// The spread of each value over repeats: a row for each statistic, told apart by the end of the
/// feature's name.
fn perturbed_rows(
    rows: &mut Vec<[String; LONG_COLUMNS]>,
    lesion: &Lesion,
    robustness: Option<&Robustness>,
) {
    let Some(robustness) = robustness else { return };
    for Robust { name, feature, region, aggregation, spread } in &robustness.values {
        let key = if feature.is_empty() { format!("model.{name}") } else { feature.clone() };
        let reasons = spread.undefined.iter().map(|r| format!("{} x {}", r.count, r.message));
        let card = lesion.model().filter(|_| feature.is_empty());
        let note = beside(card, &reasons.collect::<Vec<_>>().join("; "));
        let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
        for (end, value) in [
            ("mean", number(spread.mean)),
            ("sd", number(spread.sd)),
            ("cv", number(spread.cv)),
            ("percentile_2.5", number(spread.interval.map(|i| i[0]))),
            ("percentile_97.5", number(spread.interval.map(|i| i[1]))),
            ("repeats", spread.count.to_string()),
        ] {
            let key = format!("{key}.perturbed_{end}");
            rows.push(row(lesion, [region, "perturbation", &key, &value, "", aggregation], &note));
        }
    }
}

/// What the numbers of a region rest on: its darkest voxels, what was taken from a ring.
fn evidence_rows(
    rows: &mut Vec<[String; LONG_COLUMNS]>,
    lesion: &Lesion,
    region: &RegionFeatures,
    unit: &str,
) {
    let name = region.region.name();
    let mut add = |family: &str, key: &str, value: f64, unit: &str, note: &str| {
        let key = format!("{family}.{key}");
        rows.push(row(lesion, [name, family, &key, &value.to_string(), unit, ""], note));
    };
    if let Some(found) = &region.evidence {
        add("evidence", "minimum_voxels", found.minimum_voxels as f64, "1", "");
        for (axis, mm) in ["x", "y", "z"].iter().zip(found.minimum_mm) {
            add("evidence", &format!("minimum_{axis}"), mm, "mm", "");
        }
        add("evidence", "percentile_1", found.percentile_1, unit, "");
        for below in &found.below {
            let limit = format!("below {} {unit}", readable(below.intensity));
            for (key, value) in [
                ("voxels_below", below.voxels),
                ("runs_below", below.runs),
                ("low_grey_emphasis_below", below.low_grey_emphasis),
            ] {
                add("evidence", key, value, "1", &limit);
            }
        }
    }
    if let Some(ring) = &region.ring {
        add("ring", "whole_voxels", ring.whole() as f64, "1", "");
        add("ring", "outside_image_voxels", ring.outside_image as f64, "1", "");
        for removed in &ring.removed {
            let what = format!("{} {}", removed.by.name(), removed.name);
            add("ring", "removed_voxels", removed.voxels as f64, "1", what.trim_end());
        }
    }
}

fn feature_rows(rows: &mut Vec<[String; LONG_COLUMNS]>, lesion: &Lesion, set: &FeatureSet) {
    for region in &set.regions {
        for feature in &region.features {
            let FeatureValue { spec, aggregation, outcome } = feature;
            let (value, note) = match outcome {
                // The shortest text that reads back as the same f64.
                Outcome::Value(value) => (value.to_string(), ""),
                Outcome::Undefined(reason) => (String::new(), *reason),
            };
            rows.push(
                [
                    &lesion.case,
                    &lesion.roi,
                    region.region.name(),
                    NO_FILTER,
                    spec.family(),
                    spec.key,
                    spec.short,
                    spec.ibsi,
                    aggregation.name(),
                    aggregation.ibsi(),
                    &discretisation_of(spec, set),
                    &value,
                    set.unit(spec),
                    note,
                ]
                .map(String::from),
            );
        }
        evidence_rows(rows, lesion, region, Unit::Intensity.symbol(set.intensity));
    }
}

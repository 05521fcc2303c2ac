//! The `long` form of two scans: one row per value. Its columns do not change.

use super::{Follow, Followed};
use crate::cohort::{Change, SizeBy};
use crate::report::long::said_of;
use crate::report::text::discretisation_of;

/// How many columns the form has.
const COLUMNS: usize = 19;

/// The columns of the form.
pub const FOLLOW_HEADER: [&str; COLUMNS] = [
    "case_baseline",
    "case_followup",
    "roi_baseline",
    "roi_followup",
    "found",
    "region",
    "family",
    "feature",
    "short",
    "ibsi",
    "aggregation",
    "aggregation_ibsi",
    "discretisation",
    "baseline",
    "followup",
    "delta",
    "relative_delta",
    "unit",
    "note",
];

/// The rows of one lesion: its sizes, its response (a word in `note`), its score, its features. A
/// lesion that failed at a time has a row `lesion.failed_baseline` or `lesion.failed_followup`.
pub fn follow_rows(follow: &Follow, lesion: &Followed) -> Vec<[String; COLUMNS]> {
    let [before, after] = lesion.rois().map(Option::unwrap_or_default);
    let row = |names: [&str; 8], change: Option<&Change>, unit: &str, note: &str| {
        let [region, family, feature, short, ibsi, aggregation, code, discretisation] = names;
        let values = change.map(|c| [c.baseline, c.followup, c.delta, c.relative]);
        let text = |at: usize| {
            let value = values.and_then(|values| values.get(at)?.value());
            value.map(|value| value.to_string()).unwrap_or_default()
        };
        let [from, to] = follow.scans.each_ref().map(|scan| scan.case.as_str());
        let found = lesion.found();
        [
            from,
            to,
            before,
            after,
            found,
            region,
            family,
            feature,
            short,
            ibsi,
            aggregation,
            code,
            discretisation,
            &text(0),
            &text(1),
            &text(2),
            &text(3),
            unit,
            note,
        ]
        .map(String::from)
    };
    let named = |family, feature| ["", family, feature, "", "", "", "", ""];
    let mut rows = Vec::new();
    for (failure, feature) in
        lesion.failures().into_iter().zip(["lesion.failed_baseline", "lesion.failed_followup"])
    {
        if let Some(failure) = failure {
            let note = format!("{}: {}", failure.code, failure.message);
            rows.push(row(named("lesion", feature), None, "", &note));
        }
    }
    for (feature, size, unit) in [
        ("size.volume", SizeBy::Volume, "mL"),
        ("size.axial_diameter", SizeBy::Axial, "mm"),
        ("size.maximum_diameter", SizeBy::Maximum, "mm"),
    ] {
        let change = lesion.size(size);
        rows.push(row(named("size", feature), Some(&change), unit, &change.note()));
    }
    let note = match lesion.response(follow.rule) {
        Ok(response) => format!("{}; {}", response.name(), follow.rule.definition()),
        Err(reason) => reason.into(),
    };
    let change = lesion.size(follow.rule.size);
    let unit = if follow.rule.size == SizeBy::Volume { "mL" } else { "mm" };
    rows.push(row(named("response", "response.size"), Some(&change), unit, &note));
    if let Some(change) = lesion.score() {
        let card = lesion.scores().into_iter().flatten().next();
        let said = card.map(said_of);
        let note: Vec<String> = said.into_iter().chain([change.note()]).collect();
        let note = note.join(" ");
        rows.push(row(named("model", "model.score"), Some(&change), "1", note.trim()));
    }
    let set = lesion.sets().into_iter().flatten().next();
    for change in lesion.features() {
        let spec = change.spec;
        let names = [
            change.region.name(),
            spec.family(),
            spec.key,
            spec.short,
            spec.ibsi,
            change.aggregation.name(),
            change.aggregation.ibsi(),
            &set.map(|set| discretisation_of(spec, set)).unwrap_or_default(),
        ];
        let unit = set.map_or("", |set| set.unit(spec));
        rows.push(row(names, Some(&change.change), unit, &change.change.note()));
    }
    rows
}

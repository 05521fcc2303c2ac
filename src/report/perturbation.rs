//! Intervals of perturbed numbers, for people.

use super::long::{LONG_COLUMNS, beside};
use super::text::wrapped;
use super::{Lesion, Measured, Table};
use crate::cohort::{Agreement, Robust, Robustness, Spread, agreement};
use crate::error::readable;

/// ` (95 % of 30 perturbations: 2.71 to 2.99)`, and a new line for what follows; empty where there is
/// no interval.
pub(super) fn beside_score(robustness: &Robustness) -> String {
    let Some(spread) = robustness.score() else { return String::new() };
    let Some([low, high]) = spread.interval else { return String::new() };
    let of = if spread.count == spread.values.len() {
        spread.count.to_string()
    } else {
        format!("{} of {}", spread.count, spread.values.len())
    };
    format!(" (95 % of {of} perturbations: {} to {})\n      ", readable(low), readable(high))
}

/// Each value over repeats, a row each; of features a table for each region and family.
pub fn perturbation_text(robustness: &Robustness) -> String {
    let Robustness { repeats, seed, digest, noise_level, .. } = robustness;
    let mut head = format!("{repeats} repeats, seed {seed}, {digest}");
    if let Some(level) = noise_level {
        head += &format!("; the image's own noise is {}", readable(*level));
    }
    let mut text = wrapped("perturbed ", &head);
    let mut reasons = Vec::new();
    if robustness.score().is_some() {
        let headings = ["input", ">as it is", ">mean", ">SD", ">CV", ">2.5 %", ">97.5 %", ">n"];
        let mut table = Table::new(&headings);
        for value in &robustness.values {
            let Spread { unperturbed, mean, sd, cv, .. } = &value.spread;
            let mut row = vec![value.name.clone()];
            row.extend([unperturbed, mean, sd, cv].map(|number| shown(*number)));
            row.extend(ends(&value.spread, &mut reasons));
            table.row(row);
        }
        text += &table.render();
    } else {
        let family = |value: &Robust| value.feature.split('.').next().map(str::to_string);
        let alike = |a: &Robust, b: &Robust| a.region == b.region && family(a) == family(b);
        for values in robustness.values.chunk_by(alike) {
            text.push('\n');
            text += &family_table(values, &mut reasons);
        }
    }
    for (i, reason) in reasons.iter().enumerate() {
        text += &wrapped(&format!("[{}] ", i + 1), reason);
    }
    text
}

/// Features of one region and family.
fn family_table(values: &[Robust], reasons: &mut Vec<String>) -> String {
    let Some(first) = values.first() else { return String::new() };
    let family = first.feature.split('.').next().unwrap_or_default();
    let heading = format!("{} {family}", first.region);
    let mut table = Table::new(&[&heading, "aggregation", ">as it is", ">2.5 %", ">97.5 %", ">n"]);
    for value in values {
        let name = value.feature.trim_start_matches(family).trim_start_matches('.');
        let mut row = vec![name.to_string(), value.aggregation.clone()];
        row.push(shown(value.spread.unperturbed));
        row.extend(ends(&value.spread, reasons));
        table.row(row);
    }
    table.render()
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "none".into(), readable)
}

/// Both ends of the interval, and of how many repeats it is; reasons for the others are numbered as
/// they come.
fn ends(spread: &Spread, reasons: &mut Vec<String>) -> [String; 3] {
    let mut count = spread.count.to_string();
    if !spread.undefined.is_empty() {
        let each = spread.undefined.iter().map(|r| format!("{} x {}", r.count, r.message));
        let reason = each.collect::<Vec<_>>().join("; ");
        let at = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
            reasons.push(reason);
            reasons.len() - 1
        });
        count += &format!(" [{}]", at + 1);
    }
    let [low, high] = [0, 1].map(|end| shown(spread.interval.map(|interval| interval[end])));
    [low, high, count]
}

/// Agreement over the lesions of a run that were perturbed.
pub fn lesions_agreement(lesions: &[Lesion]) -> Vec<Agreement> {
    let one = |lesion: &'_ Lesion| match &lesion.result {
        Ok(Measured { robustness, .. }) => robustness.clone(),
        Err(_) => None,
    };
    let perturbed: Vec<Robustness> = lesions.iter().filter_map(one).collect();
    agreement(&perturbed.iter().collect::<Vec<_>>())
}

/// Agreement over lesions as rows of the `long` form, that of the score with its model in the note.
pub fn agreement_rows(case: &str, lesions: &[Lesion]) -> Vec<[String; LONG_COLUMNS]> {
    let card = lesions.iter().find_map(Lesion::model);
    let agreement = lesions_agreement(lesions);
    let rows = agreement.iter().flat_map(|row| {
        let note = beside(card.filter(|_| row.feature.is_empty()), row.note);
        let key = if row.feature.is_empty() {
            format!("model.{}", row.name)
        } else {
            row.feature.clone()
        };
        let (region, aggregation) = (row.region.as_str(), row.aggregation.as_str());
        let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
        let icc = row.icc;
        [
            ("icc_1_1", number(icc.map(|icc| icc.value))),
            ("icc_1_1_low", number(icc.map(|icc| icc.interval[0]))),
            ("icc_1_1_high", number(icc.map(|icc| icc.interval[1]))),
        ]
        .map(|(end, value)| {
            let key = format!("{key}.{end}");
            let family = "agreement";
            [case, "", region, "", family, &key, "", "", aggregation, "", "", &value, "1", &note]
                .map(String::from)
        })
    });
    rows.collect()
}

/// Agreement over lesions, a row each; empty where there is none.
pub fn agreement_text(agreement: &[Agreement]) -> String {
    if agreement.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[
        "over lesions",
        "region",
        "aggregation",
        ">ICC(1,1)",
        ">95 %",
        "",
        ">repeats",
    ]);
    for row in agreement {
        let names = [row.name.clone(), row.region.clone(), row.aggregation.clone()];
        let numbers = match row.icc {
            Some(icc) => {
                let [low, high] = icc.interval.map(|end| format!("{end:.3}"));
                [format!("{:.3}", icc.value), low, format!("to {high}"), icc.columns.to_string()]
            }
            None => ["none".into(), String::new(), row.note.into(), String::new()],
        };
        table.row(names.into_iter().chain(numbers));
    }
    table.render() + "\n"
}

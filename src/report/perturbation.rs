//! Intervals of perturbed numbers, for people.

use super::text::wrapped;
use super::{Lesion, Measured, Table};
use crate::cohort::{Agreement, Robustness, agreement};
use crate::error::readable;

/// ` (95 % of 30 perturbations: 2.71 to 2.99)`; empty where there is no interval.
pub(super) fn beside_score(robustness: &Robustness) -> String {
    let Some(spread) = robustness.score() else { return String::new() };
    let Some([low, high]) = spread.interval else { return String::new() };
    let of = if spread.count == spread.values.len() {
        spread.count.to_string()
    } else {
        format!("{} of {}", spread.count, spread.values.len())
    };
    format!(" (95 % of {of} perturbations: {} to {})", readable(low), readable(high))
}

/// Each value over repeats, a row each.
pub fn perturbation_text(robustness: &Robustness) -> String {
    let Robustness { repeats, seed, digest, noise_level, .. } = robustness;
    let mut head = format!("{repeats} repeats, seed {seed}, {digest}");
    if let Some(level) = noise_level {
        head += &format!("; the image's own noise is {}", readable(*level));
    }
    let mut text = wrapped("perturbed ", &head);
    let some_have_regions = robustness.values.iter().any(|value| value.name == value.feature);
    let mut headings = vec!["value", ">as it is", ">mean", ">SD", ">CV", ">2.5 %", ">97.5 %", ">n"];
    if some_have_regions {
        headings.splice(1..1, ["region", "aggregation"]);
    }
    let mut table = Table::new(&headings);
    let shown = |value: Option<f64>| value.map_or_else(|| "none".into(), readable);
    let mut reasons: Vec<String> = Vec::new();
    for value in &robustness.values {
        let spread = &value.spread;
        let mut row = vec![value.name.clone()];
        if some_have_regions {
            row.extend([value.region.clone(), value.aggregation.clone()]);
        }
        let [low, high] = [0, 1].map(|end| shown(spread.interval.map(|interval| interval[end])));
        row.extend([shown(spread.unperturbed), shown(spread.mean), shown(spread.sd)]);
        row.extend([shown(spread.cv), low, high]);
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
        row.push(count);
        table.row(row);
    }
    text += &table.render();
    for (i, reason) in reasons.iter().enumerate() {
        text += &wrapped(&format!("[{}] ", i + 1), reason);
    }
    text
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

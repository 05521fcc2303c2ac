//! What `check` found, for people to read.

use super::Table;
use crate::check::{Checked, UNKNOWN};
use crate::error::readable;
use crate::feature::registry;

/// Values passed of values published, by family and phantom, and every miss.
pub fn checked_text(checked: &[Checked]) -> String {
    let mut headings = vec!["family".to_string()];
    headings.extend(checked.iter().map(|one| format!(">{}", one.phantom)));
    let mut table = Table::new(&headings.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows(checked) {
        table.row(row);
    }
    let mut text = table.render();
    text.push('\n');
    text += &summary(checked);
    let misses = checked.iter().flat_map(|one| one.misses.iter().map(move |miss| (one, miss)));
    let mut missed = Table::new(&["miss", "feature", "aggregation", ">found", ">published", "+-"]);
    let mut any = false;
    for (one, miss) in misses {
        any = true;
        missed.row([
            one.phantom.to_string(),
            miss.short.clone(),
            miss.aggregation.clone(),
            miss.found.map_or_else(|| miss.reason.clone(), readable),
            miss.published.clone(),
            miss.tolerance.clone(),
        ]);
    }
    if any {
        text.push('\n');
        text += &missed.render();
    }
    text
}

/// The same counts as a table in Markdown, for documents.
pub fn checked_markdown(checked: &[Checked]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut headings = vec!["family".to_string()];
    headings.extend(checked.iter().map(|one| one.phantom.to_string()));
    let mut text = line(&headings);
    text += &line(&vec!["---".to_string(); headings.len()]);
    for row in rows(checked) {
        text += &line(&row);
    }
    text.push('\n');
    text + &summary(checked)
}

/// A row for each family that has anything to compare, and one of totals.
fn rows(checked: &[Checked]) -> Vec<Vec<String>> {
    let cell = |passed: usize, published: usize| match published {
        0 => "-".to_string(),
        _ => format!("{passed}/{published}"),
    };
    let row = |key: &str, name: &str| {
        let counted = |one: &Checked| {
            let score = one.families.iter().find(|score| score.family == key);
            score.map_or_else(|| cell(0, 0), |score| cell(score.passed, score.published))
        };
        std::iter::once(name.to_string()).chain(checked.iter().map(counted)).collect()
    };
    let mut rows: Vec<Vec<String>> =
        registry::FAMILIES.iter().map(|family| row(family.key, family.name)).collect();
    rows.push(row(UNKNOWN, "No family of perirad's"));
    rows.retain(|row| row[1..].iter().any(|cell| cell != "-"));
    let mut totals = vec!["all".to_string()];
    totals.extend(checked.iter().map(|one| cell(one.passed(), one.published())));
    rows.push(totals);
    rows
}

/// Totals in a sentence.
fn summary(checked: &[Checked]) -> String {
    let of = |with: bool| {
        let chosen = || checked.iter().filter(move |one| one.has_reference == with);
        (chosen().map(Checked::passed).sum::<usize>(), chosen().map(Checked::published).sum())
    };
    let ((passed, published), (given, columns)): ((_, usize), (_, usize)) = (of(true), of(false));
    let mut text = format!("{passed} of {published} published values within their tolerance\n");
    if columns > 0 {
        text += &format!("{given} of {columns} values given where none are published\n");
    }
    text
}

//! Two scans for people to read in a terminal.

use super::{Follow, FollowScan, Followed};
use crate::cohort::{Change, FeatureChange, SizeBy};
use crate::error::{Warning, readable};
use crate::feature::Outcome;
use crate::model::NOTICE;
use crate::report::Table;
use crate::report::text::{cell, image_line, notes, wrapped};

/// What became of each lesion: sizes and response, then the features of those that were
/// measured at both times.
pub fn follow_text(follow: &Follow) -> String {
    let [baseline, followup] = &follow.scans;
    let mut text = scan("baseline  ", baseline) + &scan("follow-up ", followup);
    text += &wrapped("pairs     ", &pairing(follow));
    text += &wrapped("response  ", follow.rule.definition());
    let score = follow.rows.iter().flat_map(Followed::scores).flatten().next();
    text += &score.map_or_else(String::new, |score| {
        let card = &score.model;
        let told = format!("{} {} ({}): {}", card.name, card.version, card.digest, card.status);
        let cutoff = score.cutoff.as_ref();
        let cutoff = cutoff.map(|c| format!("cut-off {} ({})", readable(c.value), c.source));
        let lines = [&card.title, &card.citation, &card.population, &card.intended_use];
        let lines = lines.into_iter().cloned().chain(cutoff);
        lines.fold(wrapped("score     ", &told), |text, line| text + &wrapped("          ", &line))
    });
    text.push('\n');
    text += &lesions(follow);
    for row in &follow.rows {
        text += &failures(row);
    }
    // Of a lesion that was measured once there is nothing to compare.
    for row in follow.rows.iter().filter(|row| row.sets().into_iter().all(|set| set.is_some())) {
        text += &format!("\nlesion {}\n", row.name());
        text += &features(&row.features());
    }
    text + &told(follow) + "\n" + NOTICE + "\n"
}

fn scan(margin: &str, scan: &FollowScan) -> String {
    wrapped(margin, &format!("case {}, {}", scan.case, image_line(&scan.image)))
}

fn pairing(follow: &Follow) -> String {
    let pairing = &follow.pairing;
    let mut text = match &pairing.table {
        Some(table) => format!("as {table} says"),
        None => format!("by {}", pairing.by),
    };
    if let (Some(shift), Some(mm)) = (pairing.shift, pairing.shift_mm) {
        let [x, y, z] = mm.map(readable);
        text += &match shift {
            "none" => ", without a shift".into(),
            _ => format!(" after a shift of {x}, {y}, {z} mm along x, y, z ({shift})"),
        };
    }
    if let Some([x, y, z]) = pairing.step_mm.map(|mm| mm.map(readable)) {
        text += &format!(", in steps of {x} x {y} x {z} mm");
    }
    text
}

/// A row for each lesion.
fn lesions(follow: &Follow) -> String {
    let overlap = follow.rows.iter().any(|row| row.pair.dice.is_some());
    let scored = follow.rows.iter().any(|row| row.score().is_some());
    let mut headings = vec!["lesion", "found"];
    headings.extend(overlap.then_some(">Dice"));
    headings.extend([">volume mL", ">axial mm", ">3D mm", ">change", "response"]);
    headings.extend(scored.then_some(">score"));
    let mut table = Table::new(&headings);
    for row in &follow.rows {
        let mut cells = vec![row.name(), row.found().into()];
        if overlap {
            cells.push(row.pair.dice.map(|dice| format!("{dice:.3}")).unwrap_or_default());
        }
        let sizes = [(SizeBy::Volume, 2), (SizeBy::Axial, 1), (SizeBy::Maximum, 1)];
        cells.extend(sizes.map(|(size, digits)| both(row.size(size), digits)));
        cells.push(percent(row.size(follow.rule.size).relative));
        cells.push(row.response(follow.rule).map_or("", |response| response.name()).into());
        if scored {
            cells.push(row.score().map(|change| both(change, 3)).unwrap_or_default());
        }
        table.row(cells);
    }
    table.render()
}

/// Both values, `-` where there is none.
fn both(change: Change, digits: usize) -> String {
    let told = |outcome: Outcome| {
        outcome.value().map_or_else(|| "-".into(), |value| format!("{value:.digits$}"))
    };
    format!("{} > {}", told(change.baseline), told(change.followup))
}

fn percent(relative: Outcome) -> String {
    relative.value().map(|share| format!("{:+.1} %", 100.0 * share)).unwrap_or_default()
}

fn failures(row: &Followed) -> String {
    let when = ["baseline", "follow-up"];
    let told = row.failures().into_iter().zip(when).filter_map(|(failure, when)| {
        Some(wrapped("failed    ", &format!("{} at {when}: {}", row.name(), failure?.message)))
    });
    told.collect()
}

/// The changes of a lesion's features, a table for each region, family and aggregation.
fn features(changes: &[FeatureChange]) -> String {
    let mut text = String::new();
    let mut reasons: Vec<&'static str> = Vec::new();
    let place = |c: &FeatureChange| (c.region, c.spec.family(), c.aggregation);
    for group in changes.chunk_by(|a, b| place(a) == place(b)) {
        let Some(first) = group.first() else { continue };
        let (region, family, aggregation) = place(first);
        let heading = format!("{}, {family}, {}", region.name(), aggregation.name());
        let mut table =
            Table::new(&[&heading, ">baseline", ">follow-up", ">delta", ">relative"]).indented(2);
        for change in group {
            let name = change.spec.key.trim_start_matches(family).trim_start_matches('.');
            let Change { baseline, followup, delta, relative } = change.change;
            let mut cells = vec![name.to_string()];
            cells.extend([baseline, followup, delta].map(|outcome| cell(outcome, &mut reasons)));
            cells.push(match relative {
                Outcome::Value(_) => percent(relative),
                Outcome::Undefined(_) => cell(relative, &mut reasons),
            });
            table.row(cells);
        }
        text += &table.render();
    }
    for (at, reason) in reasons.iter().enumerate() {
        text += &wrapped(&format!("  [{}] ", at + 1), reason);
    }
    text
}

/// All warnings: of both scans together, of each, of each lesion.
fn told(follow: &Follow) -> String {
    let prefixed = |prefix: String, warnings: &[Warning]| -> Vec<Warning> {
        let told = |w: &Warning| Warning::new(w.code, format!("{prefix}: {}", w.message));
        warnings.iter().map(told).collect()
    };
    let mut all = follow.warnings.clone();
    for (at, when) in ["baseline", "follow-up"].into_iter().enumerate() {
        all.extend(prefixed(when.into(), &follow.scans[at].image.warnings));
        for lesion in follow.rows.iter().filter_map(|row| row.lesions[at].as_ref()) {
            let own: Vec<Warning> = lesion.noted().cloned().collect();
            all.extend(prefixed(format!("{when}, {}", lesion.roi), &own));
        }
    }
    notes(&[&all])
}

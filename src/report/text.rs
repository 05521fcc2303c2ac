//! Results for people to read in a terminal, at most 100 columns wide.

use super::perturbation::beside_score;
use super::{ImageFacts, Lesion, Measured, Table};
use crate::cohort::{Robustness, Stated};
use crate::error::{Warning, readable};
use crate::feature::{Family, Outcome, Spec, Unit, registry};
use crate::image::Region;
use crate::model::Score;
use crate::pipeline::{Evidence, FeatureSet, RegionFeatures, Removed, Remover, RingFacts};
use std::ops::Range;

/// Columns of a terminal.
const WIDTH: usize = 100;

/// Text of the grey levels behind a feature; empty for families that use intensities as they are.
pub(super) fn discretisation_of(spec: &Spec, set: &FeatureSet) -> String {
    let discretised = registry::family(spec.family()).is_some_and(Family::discretised);
    if discretised { set.settings.discretise.to_string() } else { String::new() }
}

/// Text after a margin, broken at spaces so that no line is wider than a terminal; each line ended.
pub fn wrapped(margin: &str, text: &str) -> String {
    let blank = " ".repeat(margin.chars().count());
    let (mut out, mut line) = (String::new(), margin.to_string());
    let mut empty = true;
    for word in text.split_whitespace() {
        let needed = line.chars().count() + usize::from(!empty) + word.chars().count();
        if !empty && needed > WIDTH {
            out += line.trim_end();
            out.push('\n');
            line.clone_from(&blank);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    out += line.trim_end();
    out.push('\n');
    out
}

/// What was measured: image, lesion, ring, in a few lines.
pub fn summary(image: &ImageFacts, lesion: &Lesion) -> String {
    let mut text = format!("case     {}   lesion {}\n", lesion.case, lesion.roi);
    text += &wrapped("image    ", &image_line(image));
    if let Ok(Measured { features, .. }) = &lesion.result {
        text += &format!(
            "lesion   {:.2} mL, {} voxels of the image\n",
            features.native_ml, features.native_voxels
        );
        for region in &features.regions {
            text += &region_line(region, features);
        }
    }
    text
}

/// Voxels and scan of an image.
pub(super) fn image_line(image: &ImageFacts) -> String {
    let [x, y, z] = image.voxels_xyz;
    let [dx, dy, dz] = image.spacing_mm_xyz.map(|mm| format!("{mm:.2}"));
    let scan = &image.acquisition;
    let facts = [
        Some(format!("{x} x {y} x {z} voxels of {dx} x {dy} x {dz} mm")),
        scan.modality.clone(),
        scan.kvp.map(|kvp| format!("{kvp} kVp")),
        scan.kernel.as_ref().map(|kernel| format!("kernel {kernel}")),
        scan.contrast_agent.as_ref().map(|_| "contrast agent recorded".to_string()),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn region_line(region: &RegionFeatures, set: &FeatureSet) -> String {
    let mut text = format!(
        "{:<8} {:.2} mL, {} voxels measured",
        region.region.name(),
        region.volume_ml,
        region.intensity_voxels
    );
    if region.intensity_voxels < region.voxels {
        text += &format!(" of {}", region.voxels);
    }
    text += &extent(region.region, set);
    if let Some(ring) = &region.ring {
        if ring.outside_image > 0 {
            text += &format!("; {} voxels outside the image", ring.outside_image);
        }
        let gone: Vec<String> =
            ring.removed.iter().filter(|r| r.voxels > 0).map(|r| removed(r, ring)).collect();
        if !gone.is_empty() {
            text += &format!("; without {}", gone.join(", "));
        }
        if ring.interpolated > 0 {
            text += &format!("; without {} of excluded interpolated values", ring.interpolated);
        }
    }
    let evidence = region.evidence.as_ref().map(|found| evidence_line(found, set));
    wrapped(&text[..9], &text[9..]) + &evidence.unwrap_or_default()
}

/// The darkest voxels of a region.
fn evidence_line(found: &Evidence, set: &FeatureSet) -> String {
    let unit = Unit::Intensity.symbol(set.intensity);
    let [x, y, z] = found.minimum_mm;
    let mut text = format!(
        "darkest {} {unit} at x {x:.1}, y {y:.1}, z {z:.1} mm (LPS)",
        readable(found.minimum)
    );
    if found.minimum_voxels > 1 {
        text += &format!(", {} voxels", found.minimum_voxels);
    }
    text += &format!("; 1st percentile {} {unit}", readable(found.percentile_1));
    for below in found.below.iter().filter(|below| below.voxels > 0.0) {
        let [voxels, runs] = [below.voxels, below.runs].map(|share| 100.0 * share);
        let limit = readable(below.intensity);
        text += &format!("; below {limit} {unit} {voxels:.1} % of voxels, {runs:.1} % of runs");
    }
    wrapped("         ", &text)
}

/// From where to where a region reaches; nothing of the lesion itself.
fn extent(region: Region, set: &FeatureSet) -> String {
    match set.settings.ring.extent(region) {
        Some([Some(from), Some(to)]) if from >= 0.0 => {
            format!("; {} to {to} mm outside", from.abs())
        }
        Some([Some(from), Some(to)]) if to <= 0.0 => {
            format!("; {} to {} mm inside", to.abs(), -from)
        }
        Some([Some(from), Some(to)]) => format!("; {} mm inside to {to} mm outside", -from),
        Some([None, Some(to)]) => format!("; deeper than {} mm", to.abs()),
        _ => String::new(),
    }
}

/// How much of a ring was removed, and why: `120 voxels (3.1 %) of air`.
fn removed(removed: &Removed, ring: &RingFacts) -> String {
    let what = match removed.by {
        Remover::NoData => "of no data".to_string(),
        Remover::Intensity => format!("of {}", removed.name),
        Remover::OutsideStructure => format!("outside {}", removed.name),
        Remover::Structure => format!("in {}", removed.name),
        Remover::OtherLesion => "in other lesions".to_string(),
        Remover::OtherRing => "in other rings".to_string(),
    };
    format!("{} voxels ({:.1} %) {what}", removed.voxels, 100.0 * ring.fraction(removed.voxels))
}

/// Regions that stand side by side in a terminal.
const ABREAST: usize = 3;

/// The features of a lesion, one row each, one column per region; a table for each family, and for
/// each three regions of it.
pub fn feature_table(set: &FeatureSet) -> String {
    let Some(first) = set.regions.first() else { return String::new() };
    let mut text = String::new();
    let mut reasons: Vec<&str> = Vec::new();
    let mut at = 0;
    for family in first.features.chunk_by(|a, b| a.spec.family() == b.spec.family()) {
        let rows = at..at + family.len();
        at = rows.end;
        if rows.start > 0 {
            text.push('\n');
        }
        for (i, regions) in set.regions.chunks(ABREAST).enumerate() {
            if i > 0 {
                text.push('\n');
            }
            text += &family_table((set, regions), rows.clone(), &mut reasons);
        }
    }
    for (i, reason) in reasons.iter().enumerate() {
        text += &wrapped(&format!("[{}] ", i + 1), reason);
    }
    text
}

/// The features at these places of some regions, which are of one family; reasons for no value are
/// numbered as they come.
fn family_table(
    (set, regions): (&FeatureSet, &[RegionFeatures]),
    rows: Range<usize>,
    reasons: &mut Vec<&'static str>,
) -> String {
    let features = |at: usize| regions.iter().map(move |region| region.features.get(at));
    let Some(family) = features(rows.start).flatten().next().map(|f| f.spec.family()) else {
        return String::new();
    };
    let mut headings = vec![family, "IBSI", "aggregation"];
    let names: Vec<String> =
        regions.iter().map(|region| format!(">{}", region.region.name())).collect();
    headings.extend(names.iter().map(String::as_str));
    headings.push("unit");
    let mut table = Table::new(&headings);
    for at in rows {
        let Some(feature) = features(at).flatten().next() else { continue };
        let spec = feature.spec;
        // Under its family's heading a feature needs its own name only.
        let name = spec.key.trim_start_matches(family).trim_start_matches('.');
        let mut row =
            vec![name.to_string(), spec.ibsi.to_string(), feature.aggregation.name().to_string()];
        for found in features(at) {
            row.push(found.map(|found| cell(found.outcome, reasons)).unwrap_or_default());
        }
        row.push(set.unit(spec).to_string());
        table.row(row);
    }
    table.render()
}

/// A number, or the number of the reason for none, which is told below the table.
pub(super) fn cell(outcome: Outcome, reasons: &mut Vec<&'static str>) -> String {
    match outcome {
        Outcome::Value(value) => readable(value),
        Outcome::Undefined(reason) => {
            let known = reasons.iter().position(|known| *known == reason);
            let at = known.unwrap_or_else(|| {
                reasons.push(reason);
                reasons.len() - 1
            });
            format!("none [{}]", at + 1)
        }
    }
}

/// A score with what each input adds to it, and where it was perturbed with its interval.
pub fn score_text(score: &Score, robustness: Option<&Robustness>) -> String {
    let card = &score.model;
    let mut text = format!(
        "score    {}{}   by {} {} ({})\n         {}\n\n",
        readable(score.value),
        robustness.map(beside_score).unwrap_or_default(),
        card.name,
        card.version,
        card.digest,
        card.status
    );
    let mut table = Table::new(&["input", ">value", "unit", "from", ">training range", ">adds"]);
    for term in &score.contributions {
        let range = term.range.map_or_else(
            || "not stated".to_string(),
            |[low, high]| format!("{} to {}", readable(low), readable(high)),
        );
        let cells = [
            term.term.clone(),
            readable(term.value),
            term.unit.to_string(),
            term.source.clone(),
            range,
            readable(term.contribution),
        ];
        table.row(cells);
    }
    if score.kind.has_intercept() {
        table.row(["intercept", "", "", "", "", &readable(score.intercept)]);
    }
    table.row([score.kind.sum_name(), "", "", "", "", &readable(score.linear_predictor)]);
    text += &table.render();
    if let Some(site) = &score.site {
        text += &wrapped("", &format!("inputs without the effect of site {site} (ComBat)"));
    }
    if let (Some(percentile), Some(source)) = (score.percentile, &score.reference) {
        let told = format!("above {percentile:.1} % of the scores of {source}");
        text += &wrapped("", &told);
    }
    if let Some(cutoff) = &score.cutoff {
        let side = if score.at_or_above_cutoff == Some(true) { "at or above" } else { "below" };
        text += &format!("\n{side} the cut-off {} ({})\n", readable(cutoff.value), cutoff.source);
    }
    text.push('\n');
    for (i, one) in score.applicability.iter().enumerate() {
        let head = if i == 0 { "applies" } else { "" };
        let what = one.what.replace('_', " ");
        let margin = format!("{head:<9}{what:<17}{:<9}", one.outcome.name());
        text += &wrapped(&margin, &one.message);
    }
    text.push('\n');
    text += &wrapped("model    ", &card.title);
    for line in [&card.citation, &card.population, &card.intended_use] {
        text += &wrapped("         ", line);
    }
    text
}

/// What was told of a lesion, and where that is from; empty where nothing was.
pub fn clinical_text(stated: &[Stated]) -> String {
    let told = |fact: &Stated| format!("{}={} ({})", fact.key, fact.value, fact.source);
    let told: Vec<String> = stated.iter().map(told).collect();
    if told.is_empty() { String::new() } else { wrapped("clinical ", &told.join(", ")) }
}

/// What the reader must know of a lesion, measured or not, and of its image, a line each.
pub fn lesion_notes(image: &ImageFacts, lesion: &Lesion) -> String {
    let own: Vec<Warning> = lesion.noted().cloned().collect();
    notes(&[&image.warnings, &own])
}

/// What the reader must know, a line each; empty where there is nothing.
pub fn notes(warnings: &[&[Warning]]) -> String {
    let mut text = String::new();
    for warning in warnings.iter().copied().flatten() {
        if text.is_empty() {
            text += "\nplease note\n";
        }
        text += &wrapped("  - ", &warning.message);
    }
    text
}

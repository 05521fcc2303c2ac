//! `perirad follow`.

use super::measure;
use crate::args::{Choice, Follow as Args, Inputs, ScoreFormat};
use crate::fail::{Fatal, Outcome};
use crate::load::{self, Loaded};
use crate::output::{emit, warn};
use perirad::cohort::{
    ClinicalSources, Names, Pair, ResponseRule, Shift, Sizes, best_shift, dice, scan_differences,
};
use perirad::engine::Engine;
use perirad::error::Warning;
use perirad::image::{Mask, Region};
use perirad::model::Model;
use perirad::report::{
    FOLLOW_HEADER, Follow, FollowScan, Followed, Lesion, Pairing, follow_rows, follow_text,
};
use perirad::settings::Settings;
use std::iter::once;
use std::path::Path;

pub fn run(args: &Args, engine: &Engine) -> Result<Outcome, Fatal> {
    if args.shift.is_some() && args.pair != "overlap" {
        return Err(Fatal {
            code: "follow.shift",
            message: format!("--shift is given, and lesions are paired by {}", args.pair),
            hint: "A shift counts for --pair overlap only.".into(),
        });
    }
    let told = &args.clinical;
    let any = !told.told.is_empty() || told.table.is_some() || told.map.is_some();
    if args.model.is_none() && (any || told.site.is_some()) {
        return Err(Fatal {
            code: "follow.no_model",
            message: "clinical inputs or a site are given, and no model".into(),
            hint: "They go into a score: name its model with --model.".into(),
        });
    }
    let (settings, scoring) = plan(args)?;
    let regions = match &scoring {
        Some((model, _)) => model.regions(),
        None => args.region.list(settings.ring.shells_mm.len()),
    };
    let mut scans = load_both(args, &settings, &regions, engine)?;
    if let Some((_, sources)) = &scoring {
        for scan in &mut scans {
            scan.note_unused(sources);
        }
    }
    let (pairs, pairing, mut warnings) = paired(args, &scans)?;
    if args.choice.split.is_some() && args.pair == "name" {
        let message = "parts of --split components are numbered by place and are paired by number: \
                       a part may be another at follow-up; --pair overlap goes by place";
        warnings.push(Warning::new("follow.numbered_pairs", message));
    }
    let scoring = scoring.as_ref().map(|(model, sources)| (model, sources));
    let lesions = scans
        .each_ref()
        .map(|scan| measure::lesions(scan, &settings, &regions, scoring, None, engine));
    let row = |pair: &Pair| {
        let places = [pair.baseline, pair.followup];
        let lesion = |side: usize| lesions[side].get(places[side]?).cloned();
        let sizes = |side: usize| mask(&scans[side], places[side]?).and_then(Sizes::of);
        Followed { pair: *pair, lesions: [lesion(0), lesion(1)], sizes: [sizes(0), sizes(1)] }
    };
    let follow = Follow {
        scans: scans.each_ref().map(|scan| FollowScan {
            case: scan.case.clone(),
            image: scan.facts(),
            reading: scan.reading.clone(),
        }),
        settings,
        pairing,
        rule: ResponseRule { size: args.size.into() },
        rows: pairs.iter().map(row).collect(),
        warnings,
    };
    let text = match args.output.format {
        ScoreFormat::Table => follow_text(&follow),
        ScoreFormat::Json => {
            serde_json::to_string_pretty(&follow.document()).unwrap_or_default() + "\n"
        }
        ScoreFormat::Long => {
            let rows = follow.rows.iter().flat_map(|row| follow_rows(&follow, row));
            measure::csv(once(FOLLOW_HEADER.map(String::from)).chain(rows))
        }
    };
    emit(&text, args.output.output.as_deref())?;
    Ok(end(&follow, &lesions, args.output.format == ScoreFormat::Table))
}

/// What is measured, and with what it is scored.
fn plan(args: &Args) -> Result<(Settings, Option<(Model, ClinicalSources)>), Fatal> {
    let expected = args.settings.as_deref();
    let Some(name) = &args.model else {
        return Ok((load::settings(expected.unwrap_or("cd8"))?, None));
    };
    let model = load::model(name)?;
    let sources = load::clinical(&args.clinical, &args.choice, &model)?;
    let settings = load::extraction(&model, expected)?;
    Ok((settings, Some((model, sources))))
}

/// Both images with their lesions.
fn load_both(
    args: &Args,
    settings: &Settings,
    regions: &[Region],
    engine: &Engine,
) -> Result<[Loaded; 2], Fatal> {
    let one = |when: &str, image: &Path, mask: &Path, choice: Choice| {
        let (image, mask, case) = (image.to_owned(), mask.to_owned(), args.case.clone());
        load::inputs(
            &Inputs { image, mask, choice, case, below: None },
            settings,
            regions,
            None,
            engine,
        )
        .map_err(|error| Fatal { message: format!("{when}: {}", error.message), ..error })
    };
    let mut later = args.choice.clone();
    if !args.roi_followup.is_empty() {
        later.roi.clone_from(&args.roi_followup);
        later.label.clear();
    }
    if !args.label_followup.is_empty() {
        later.label.clone_from(&args.label_followup);
        later.roi.clear();
    }
    later.source.series = args.series_followup.clone().or(later.source.series);
    Ok([
        one("baseline", &args.baseline, &args.mask, args.choice.clone())?,
        one("follow-up", &args.followup, &args.mask_followup, later)?,
    ])
}

/// The voxels of a lesion; `None` where it could not be drawn.
fn mask(scan: &Loaded, at: usize) -> Option<&Mask> {
    scan.lesions.get(at).and_then(|(_, lesion)| Some(&lesion.as_ref().ok()?.mask))
}

/// Which lesion is which, how that was found, and what must be said of it and of the two scans.
fn paired(args: &Args, scans: &[Loaded; 2]) -> Result<(Vec<Pair>, Pairing, Vec<Warning>), Fatal> {
    let [before, after] = scans;
    let mut warnings = Vec::new();
    if before.image.case_code() == after.image.case_code() {
        let message = "baseline and follow-up are the same image";
        warnings.push(Warning::new("follow.same_image", message));
    }
    warnings.extend(scan_differences(&before.image.acquisition, &after.image.acquisition));
    let names = scans
        .each_ref()
        .map(|scan| scan.lesions.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
    let names = Names { baseline: &names[0], followup: &names[1] };
    let mut pairing =
        Pairing { by: "name", table: None, shift: None, shift_mm: None, step_mm: None };
    let pairs = match args.pair.as_str() {
        "name" => names.by_name(args.choice.roi_case == crate::args::Case::Ignore)?,
        "overlap" => {
            let shift = shift(args, scans, &mut pairing, &mut warnings);
            let dice = overlaps(scans, shift);
            let pairs = names.by_overlap(&dice);
            warnings.extend(names.overlapping(&pairs, &dice));
            pairs
        }
        path => {
            let (file, text) = load::text_of(Path::new(path))?;
            let pairs = names.by_table(&file, &text)?;
            pairing = Pairing { by: "table", table: Some(file), ..pairing };
            pairs
        }
    };
    if !pairs.iter().any(|pair| pair.baseline.is_some() && pair.followup.is_some()) {
        let [before, after] = [names.baseline, names.followup].map(|names| names.join(", "));
        let message =
            format!("no lesion has a partner: {before} at baseline, {after} at follow-up");
        warnings.push(Warning::new("follow.no_pairs", message));
    }
    Ok((pairs, pairing, warnings))
}

/// How far the patient has moved.
fn shift(
    args: &Args,
    scans: &[Loaded; 2],
    pairing: &mut Pairing,
    warnings: &mut Vec<Warning>,
) -> [f64; 3] {
    let [before, after] = scans;
    let frames = [&before.image.frame_of_reference, &after.image.frame_of_reference];
    let (origin, shift) = match (args.shift, frames) {
        (Some(mm), _) => ("given", Shift { mm, step_mm: None }),
        (None, [Some(one), Some(other)]) if one == other => {
            ("none", Shift { mm: [0.0; 3], step_mm: None })
        }
        (None, _) => {
            let masks = scans.each_ref().map(|scan| {
                (0..scan.lesions.len()).filter_map(|at| mask(scan, at)).collect::<Vec<_>>()
            });
            match best_shift(&masks[0], &masks[1]) {
                Some(found) => {
                    let message = "the shift was estimated from the lesions themselves, which are \
                                   of different frames of reference or of none: look whether the \
                                   pairs are right, or give it with --shift";
                    warnings.push(Warning::new("follow.shift_estimated", message));
                    ("estimated", found)
                }
                None => ("none", Shift { mm: [0.0; 3], step_mm: None }),
            }
        }
    };
    pairing.by = "overlap";
    pairing.shift = Some(origin);
    pairing.shift_mm = Some(shift.mm);
    pairing.step_mm = shift.step_mm;
    shift.mm
}

/// Dice coefficients of all lesions at baseline with all at follow-up.
fn overlaps(scans: &[Loaded; 2], shift: [f64; 3]) -> Vec<Vec<f64>> {
    let [before, after] = scans;
    let one = |at: usize, other: usize| match (mask(before, at), mask(after, other)) {
        (Some(a), Some(b)) => dice(a, b, shift),
        _ => 0.0,
    };
    let row = |at| (0..after.lesions.len()).map(|other| one(at, other)).collect();
    (0..before.lesions.len()).map(row).collect()
}

/// Tells failures, and warnings where the output has not.
fn end(follow: &Follow, lesions: &[Vec<Lesion>; 2], noted: bool) -> Outcome {
    if !noted {
        warn(&follow.warnings);
    }
    let ends = ["baseline, ", "follow-up, "]
        .iter()
        .zip(lesions)
        .zip(&follow.scans)
        .map(|((prefix, lesions), scan)| measure::end_of(prefix, &scan.image, lesions, noted));
    // Both are told, whatever the first says.
    let ends: Vec<Outcome> = ends.collect();
    if ends.contains(&Outcome::Faults) { Outcome::Faults } else { Outcome::Done }
}

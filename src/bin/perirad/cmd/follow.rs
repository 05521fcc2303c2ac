//! `perirad follow`.

use super::measure;
use crate::args::{Choice, Follow as Args, Inputs, ScoreFormat};
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::{emit, warn};
use perirad::cohort::ClinicalSources;
use perirad::engine::Engine;
use perirad::model::Model;
use perirad::report::{FOLLOW_HEADER, Follow, Lesion, follow_rows, follow_text};
use perirad::run::{self, FollowPlan, PairBy, Plan};
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
    let [mut baseline, mut followup] = scans(args).map(|scan| scan.named());
    let (settings, scoring) = plan(args, [&mut baseline.choice, &mut followup.choice])?;
    let regions = match &scoring {
        Some((model, _)) => model.regions(),
        None => args.region.list(settings.ring.shells_mm.len()),
    };
    let follow = FollowPlan {
        plan: Plan {
            settings: &settings,
            regions: &regions,
            scoring: scoring.as_ref().map(|(model, sources)| (model, sources)),
            perturbation: None,
        },
        pair: match args.pair.as_str() {
            "name" => PairBy::Name,
            "overlap" => PairBy::Overlap { shift: args.shift },
            path => PairBy::Table(load::table(Path::new(path))?),
        },
        size: args.size.into(),
    };
    let (follow, lesions) = follow.run(&baseline, &followup, engine, measure::quietly)?;
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
fn plan(
    args: &Args,
    choices: [&mut run::Choice; 2],
) -> Result<(Settings, Option<(Model, ClinicalSources)>), Fatal> {
    let expected = args.settings.as_deref();
    let Some(name) = &args.model else {
        return Ok((load::settings_with(expected.unwrap_or("cd8"), choices)?.0, None));
    };
    let model = load::model(name)?;
    let sources = load::clinical(&args.clinical, &args.choice, &model)?;
    let settings = load::extraction(&model, expected, choices)?;
    Ok((settings, Some((model, sources))))
}

/// Both images with their lesions.
fn scans(args: &Args) -> [Inputs; 2] {
    let one = |image: &Path, mask: &Path, choice: Choice| {
        let (image, mask, case) = (image.to_owned(), mask.to_owned(), args.case.clone());
        Inputs { image, mask, choice, case, below: None }
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
    [
        one(&args.baseline, &args.mask, args.choice.clone()),
        one(&args.followup, &args.mask_followup, later),
    ]
}

/// Tells failures, and warnings where the output has not.
fn end(follow: &Follow, lesions: &[Vec<Lesion>; 2], noted: bool) -> Outcome {
    if !noted {
        warn(&follow.warnings);
    }
    let ends = ["baseline", "follow-up"]
        .iter()
        .zip(lesions)
        .zip(&follow.scans)
        .map(|((name, lesions), scan)| measure::end_of(name, &scan.image, lesions, noted));
    // Both are told, whatever the first says.
    let ends: Vec<Outcome> = ends.collect();
    if ends.contains(&Outcome::Faults) { Outcome::Faults } else { Outcome::Done }
}

//! `perirad extract`.

use super::measure;
use crate::args::{Extract, ExtractFormat, NamesOf, Regions};
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::emit;
use perirad::engine::Engine;
use perirad::report::{
    ImageFacts, Lesion, Names, agreement_text, feature_table, lesion_notes, lesions_agreement,
    perturbation_text, summary, wide_columns, wide_header, wide_row, wrapped,
};
use perirad::run::{Case, Plan, RunError};
use std::iter::once;

pub fn run(args: &Extract, engine: &Engine) -> Result<Outcome, Fatal> {
    let mut inputs = args.inputs.named();
    let (settings, asked) = load::settings_with(&args.settings, [&mut inputs.choice])?;
    let usual = if asked.is_some() { Regions::Tumour } else { Regions::Both };
    let regions = args.region.unwrap_or(usual).list(settings.ring.shells_mm.len());
    if regions.is_empty() {
        return Err(RunError::NoShells.into());
    }
    let perturbation = load::perturbation(args.perturb.perturb.as_deref())?;
    if perturbation.is_some() && args.output.format == ExtractFormat::Csv {
        return Err(no_column_for_it());
    }
    let perturbation = perturbation.as_ref();
    let plan = Plan { settings: &settings, regions: &regions, scoring: None, perturbation };
    let case = Case::load(&inputs, &plan, engine)?;
    let lesions = case.measure(&plan, engine, measure::quietly);
    let facts = case.facts();
    let text = match args.output.format {
        ExtractFormat::Table => table(&facts, &lesions),
        ExtractFormat::Json => measure::json(&case, &plan, &lesions, None),
        ExtractFormat::Long => measure::long(&case.case, &lesions, None),
        ExtractFormat::Csv => {
            let names = match (args.names, &asked) {
                (Some(NamesOf::Perirad), _) | (None, None) => Names::Perirad,
                (Some(NamesOf::Lifex), _) => Names::Lifex,
                (_, asked) => Names::Pyradiomics(asked.as_deref()),
            };
            let columns = wide_columns(settings.wanted(), names);
            let digest = settings.digest();
            let rows =
                lesions.iter().flat_map(|l| wide_row(&facts, l, &regions, &columns, &digest));
            measure::csv(once(wide_header(&columns)).chain(rows))
        }
    };
    emit(&text, args.output.output.as_deref())?;
    let noted = args.output.format == ExtractFormat::Table;
    Ok(measure::end(&facts, &lesions, noted))
}

/// The `csv` form has a column for each feature and none for its interval.
fn no_column_for_it() -> Fatal {
    Fatal {
        code: "output.no_column",
        message: "the csv form has no column for what --perturb finds".into(),
        hint: "Choose --format long or json.".into(),
    }
}

fn table(facts: &ImageFacts, lesions: &[Lesion]) -> String {
    let mut text = String::new();
    for lesion in lesions {
        text += &summary(facts, lesion);
        if let Some(failure) = lesion.failure() {
            text += &wrapped("failed   ", &failure.message);
        }
        if let Ok(measured) = &lesion.result {
            text.push('\n');
            text += &feature_table(&measured.features);
            if let Some(robustness) = &measured.robustness {
                text.push('\n');
                text += &perturbation_text(robustness);
            }
        }
        text += &lesion_notes(facts, lesion);
        text.push('\n');
    }
    text += &agreement_text(&lesions_agreement(lesions));
    text + perirad::model::NOTICE + "\n"
}

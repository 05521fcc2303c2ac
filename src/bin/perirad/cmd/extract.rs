//! `perirad extract`.

use super::measure;
use crate::args::{Extract, ExtractFormat};
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::emit;
use perirad::engine::Engine;
use perirad::image::Region;
use perirad::report::{
    ImageFacts, Lesion, feature_table, notes, summary, wide_header, wide_row, wrapped,
};
use std::iter::once;

pub fn run(args: &Extract, engine: &Engine) -> Result<Outcome, Fatal> {
    let settings = load::settings(&args.settings)?;
    let regions = args.region.list();
    let with_ring = regions.contains(&Region::Ring);
    let loaded = load::inputs(&args.inputs, &settings, with_ring, engine)?;
    let lesions = measure::lesions(&loaded, &settings, regions, None, engine);
    let facts = loaded.facts();
    let text = match args.output.format {
        ExtractFormat::Table => table(&facts, &lesions),
        ExtractFormat::Json => measure::json(&loaded, &settings, &lesions, None),
        ExtractFormat::Long => measure::long(&loaded.case, &lesions, None),
        ExtractFormat::Csv => {
            let header = wide_header(settings.wanted());
            let rows = lesions.iter().flat_map(|l| wide_row(l, regions, header.len()));
            measure::csv(once(header.clone()).chain(rows))
        }
    };
    emit(&text, args.output.output.as_deref())?;
    let noted = args.output.format == ExtractFormat::Table;
    Ok(measure::end(&facts, &lesions, noted))
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
            text += &notes(&[&facts.warnings, &measured.features.warnings]);
        }
        text.push('\n');
    }
    text + perirad::model::NOTICE + "\n"
}

//! `perirad score`.

use super::measure;
use crate::args::{Score, ScoreFormat};
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::emit;
use perirad::engine::Engine;
use perirad::image::Region;
use perirad::model::{ModelError, NOTICE, differences};
use perirad::report::{ImageFacts, Lesion, notes, score_text, summary, wrapped};
use std::collections::BTreeMap;

pub fn run(args: &Score, engine: &Engine) -> Result<Outcome, Fatal> {
    let model = load::model(&args.model)?;
    let clinical: BTreeMap<String, f64> = args.clinical.iter().cloned().collect();
    // What can be refused before an image is read is refused now.
    model.ready(&clinical)?;
    let settings = model.extraction()?;
    if let Some(wanted) = &args.settings {
        let differences = differences(&settings, &load::settings(wanted)?);
        if !differences.is_empty() {
            return Err(ModelError::OtherSettings { model: model.name, differences }.into());
        }
    }
    let loaded = load::inputs(&args.inputs, &settings, true, engine)?;
    let regions = [Region::Tumour, Region::Ring];
    let lesions = measure::lesions(&loaded, &settings, &regions, Some((&model, &clinical)), engine);
    let facts = loaded.facts();
    let text = match args.output.format {
        ScoreFormat::Table => table(&facts, &lesions),
        ScoreFormat::Json => measure::json(&loaded, &settings, &lesions),
        ScoreFormat::Long => measure::long(&lesions),
    };
    emit(&text, args.output.output.as_deref())?;
    let noted = args.output.format == ScoreFormat::Table;
    Ok(measure::end(&facts, &lesions, noted))
}

fn table(facts: &ImageFacts, lesions: &[Lesion]) -> String {
    let mut text = String::new();
    for lesion in lesions {
        text += &summary(facts, lesion);
        text.push('\n');
        if let Some(failure) = lesion.failure() {
            text += &wrapped("no score ", &failure.message);
        }
        if let Ok(measured) = &lesion.result {
            let mut warnings = vec![&facts.warnings[..], &measured.features.warnings];
            if let Some(Ok(score)) = &measured.score {
                text += &score_text(score);
                warnings.push(&score.warnings);
            }
            text += &notes(&warnings);
        }
        text.push('\n');
    }
    text + NOTICE + "\n"
}

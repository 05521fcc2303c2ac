//! `perirad score`.

use super::measure;
use crate::args::{Score, ScoreFormat};
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::{emit, warn};
use perirad::cohort::{Patient, PatientRule, patient};
use perirad::engine::Engine;
use perirad::model::NOTICE;
use perirad::report::{
    ImageFacts, Lesion, agreement_text, clinical_text, lesion_notes, lesions_agreement,
    patient_text, perturbation_text, score_text, scored, summary, wrapped,
};
use perirad::run::{Case, Plan};

pub fn run(args: &Score, engine: &Engine) -> Result<Outcome, Fatal> {
    let model = load::model(&args.model)?;
    // What can be refused before an image is read is refused now.
    let sources = load::clinical(&args.clinical, &args.inputs.choice, &model)?;
    let mut inputs = args.inputs.named();
    let expected = args.settings.as_deref();
    let settings = load::extraction(&model, expected, [&mut inputs.choice])?;
    let perturbation = load::perturbation(args.perturb.perturb.as_deref())?;
    let plan = Plan {
        settings: &settings,
        regions: &model.regions(),
        scoring: Some((&model, &sources)),
        perturbation: perturbation.as_ref(),
    };
    let case = Case::load(&inputs, &plan, engine)?;
    let lesions = case.measure(&plan, engine, measure::quietly);
    let facts = case.facts();
    let rule = PatientRule { minimum_ml: args.patient_minimum_volume, bins: args.patient_bins };
    let patient = args.patient.then(|| patient(lesions.len(), &scored(&lesions), rule));
    let patient = patient.as_ref();
    let text = match args.output.format {
        ScoreFormat::Table => table(&facts, &lesions, patient),
        ScoreFormat::Json => measure::json(&case, &plan, &lesions, patient),
        ScoreFormat::Long => measure::long(&case.case, &lesions, patient),
    };
    emit(&text, args.output.output.as_deref())?;
    let noted = args.output.format == ScoreFormat::Table;
    if let (false, Some(patient)) = (noted, patient) {
        warn(&patient.warnings);
    }
    Ok(measure::end(&facts, &lesions, noted))
}

fn table(facts: &ImageFacts, lesions: &[Lesion], patient: Option<&Patient>) -> String {
    let mut text = String::new();
    for lesion in lesions {
        text += &summary(facts, lesion);
        if let Ok(measured) = &lesion.result {
            text += &clinical_text(&measured.clinical);
        }
        text.push('\n');
        if let Some(failure) = lesion.failure() {
            text += &wrapped("no score ", &failure.message);
        }
        if let Ok(measured) = &lesion.result {
            if let Some(Ok(score)) = &measured.score {
                text += &score_text(score, measured.robustness.as_ref());
            }
            if let Some(robustness) = &measured.robustness {
                text.push('\n');
                text += &perturbation_text(robustness);
            }
        }
        text += &lesion_notes(facts, lesion);
        text.push('\n');
    }
    text += &agreement_text(&lesions_agreement(lesions));
    if let Some(patient) = patient {
        text += &patient_text(patient);
        text.push('\n');
    }
    text + NOTICE + "\n"
}

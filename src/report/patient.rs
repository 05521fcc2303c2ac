//! The patient level, for people and for the `long` form.

use super::long::{LONG_COLUMNS, beside};
use super::text::{notes, wrapped};
use super::{Lesion, Measured, Table};
use crate::cohort::{Patient, Scored};
use crate::error::readable;

/// The lesions of a run that have a score.
pub fn scored(lesions: &[Lesion]) -> Vec<Scored> {
    let one = |lesion: &Lesion| match &lesion.result {
        Ok(Measured { features, score: Some(Ok(score)), .. }) => {
            let (roi, volume_ml) = (lesion.roi.clone(), features.native_ml);
            Some(Scored { roi, score: score.value, volume_ml })
        }
        _ => None,
    };
    lesions.iter().filter_map(one).collect()
}

/// All values across lesions, as a table.
pub fn patient_text(patient: &Patient) -> String {
    let Patient { rule, lesions, scored, counted, lowest_lesion, warnings, values } = patient;
    let mut counts = format!("{lesions} lesion(s), {scored} with a score");
    if rule.minimum_ml > 0.0 {
        counts += &format!(", {counted} of {} mL or more", rule.minimum_ml);
    }
    let mut text = wrapped("patient  ", &counts);
    if let Some(lowest) = lowest_lesion {
        text += &wrapped("lowest   ", &format!("lesion {lowest}"));
    }
    text.push('\n');
    let mut table = Table::new(&["score of the patient", ">value", "definition"]);
    for value in values {
        let shown = value.value.map_or_else(|| "none".into(), readable);
        let why = if value.note.is_empty() { value.definition } else { value.note };
        table.row([value.name.to_string(), shown, why.to_string()]);
    }
    text += &table.render();
    text + &notes(&[warnings])
}

/// The rows of the `long` form: one for each value, with the model of the lesions' scores in each note.
pub fn patient_rows(
    case: &str,
    lesions: &[Lesion],
    patient: &Patient,
) -> Vec<[String; LONG_COLUMNS]> {
    let card = lesions.iter().find_map(Lesion::model);
    let row = |key: &str, value: String, note: &str| {
        let note = beside(card, note);
        ["", "", "", "", "patient", key, "", "", "", "", "", &value, "1", &note].map(String::from)
    };
    let mut rows = vec![
        row("patient.lesions", patient.lesions.to_string(), ""),
        row("patient.lesions_scored", patient.scored.to_string(), ""),
        row("patient.lesions_counted", patient.counted.to_string(), ""),
    ];
    // A name, where numbers stand otherwise.
    rows.extend(
        patient.lowest_lesion.iter().map(|name| row("patient.lowest_lesion", String::new(), name)),
    );
    for value in &patient.values {
        let number = value.value.map(|number| number.to_string()).unwrap_or_default();
        rows.push(row(&format!("patient.{}", value.name), number, value.note));
    }
    for row in &mut rows {
        row[0] = case.to_string();
    }
    rows
}

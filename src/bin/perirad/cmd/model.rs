//! `perirad model`.

use super::model_new;
use crate::args::ModelCommand;
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::emit;
use perirad::model::{Fault, MODELS, builtin, schema};
use perirad::report::Table;
use perirad::run::{Text, model_text};

pub fn run(command: &ModelCommand) -> Result<Outcome, Fatal> {
    match command {
        ModelCommand::List => list(),
        ModelCommand::Show { model } => {
            let Text { text, .. } = model_text(model)?;
            emit(&text, None)?;
            Ok(Outcome::Done)
        }
        ModelCommand::Check { model } => check(model),
        ModelCommand::New(args) => model_new::run(args),
        ModelCommand::Schema => {
            emit(&(serde_json::to_string_pretty(&schema()).unwrap_or_default() + "\n"), None)?;
            Ok(Outcome::Done)
        }
    }
}

fn list() -> Result<Outcome, Fatal> {
    let mut table = Table::new(&["model", "version", "status"]);
    for (name, _) in MODELS {
        let model = builtin(name)?;
        table.row([model.name, model.version, model.status]);
    }
    emit(&table.render(), None)?;
    Ok(Outcome::Done)
}

fn check(name: &str) -> Result<Outcome, Fatal> {
    let model = load::model(name)?;
    let faults = model.faults();
    let mut text = format!("{} {}: {}\n", model.name, model.version, model.status);
    let absent = faults.iter().filter_map(|fault| match fault {
        Fault::Absent { key } => Some(key),
        Fault::Wrong { .. } => None,
    });
    let absent: Vec<_> = absent.collect();
    if !absent.is_empty() {
        let source = if model.citation.is_empty() { "its source" } else { &model.citation };
        text += &format!("\nto be transcribed from {source}:\n");
        for key in &absent {
            text += &format!("  {key}\n");
        }
    }
    for fault in &faults {
        if let Fault::Wrong { key, what } = fault {
            text += &format!("\nwrong: {key}: {what}");
        }
    }
    if !model.assumed.is_empty() {
        text += "\nassumed, to be confirmed:\n";
        for (key, reason) in &model.assumed {
            text += &format!("  {key}: {reason}\n");
        }
    }
    let outcome = if faults.is_empty() {
        text += "\nready to score\n";
        Outcome::Done
    } else {
        text += &format!("\nnot ready to score: {} fault(s)\n", faults.len());
        Outcome::Faults
    };
    emit(&text, None)?;
    Ok(outcome)
}

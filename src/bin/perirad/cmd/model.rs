//! `perirad model`.

use crate::args::ModelCommand;
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::emit;
use perirad::model::{Fault, MODELS, builtin};
use perirad::report::Table;

pub fn run(command: &ModelCommand) -> Result<Outcome, Fatal> {
    match command {
        ModelCommand::List => list(),
        ModelCommand::Show { model } => {
            let (_, text) = load::model_text(model)?;
            emit(&text, None)?;
            Ok(Outcome::Done)
        }
        ModelCommand::Check { model } => check(model),
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
        text += &format!("\nto be transcribed from {}:\n", model.citation);
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

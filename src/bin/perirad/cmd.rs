//! One file for each command: parse, call, print.

mod check;
mod convert;
mod extract;
mod features;
mod follow;
mod inspect;
mod measure;
mod model;
mod model_new;
mod perturb;
mod score;
mod settings;

use crate::args::Command;
use crate::fail::{Fatal, Outcome};
use crate::output::spares;
use perirad::engine::Engine;

pub fn run(command: Command, engine: &Engine) -> Result<Outcome, Fatal> {
    if let Some(output) = command.output() {
        spares(output, &command.inputs())?;
    }
    match command {
        Command::Score(args) => score::run(&args, engine),
        Command::Extract(args) => extract::run(&args, engine),
        Command::Follow(args) => follow::run(&args, engine),
        Command::Inspect(args) => inspect::run(&args, engine),
        Command::Convert(args) => convert::run(&args, engine),
        Command::Check(args) => check::run(&args, engine),
        Command::Features(args) => features::run(&args),
        Command::Settings { preset, schema } => settings::run(preset.as_deref(), schema),
        Command::Perturb { preset, schema } => perturb::run(preset.as_deref(), schema),
        Command::Model { command } => model::run(&command),
    }
}

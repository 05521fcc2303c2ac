//! The `perirad` program: parses, calls the library, prints. No measuring happens here.
//!
//! Data goes to standard output and nothing else does; errors and warnings go to standard error.

mod args;
mod cmd;
mod fail;
mod load;
mod output;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    let engine = perirad::engine::Engine::new(cli.threads).with_memory(cli.max_memory);
    // On one of the threads: from here, each piece of work would be handed over and back by itself.
    match engine.inside(|| cmd::run(cli.command, &engine)) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            output::tell(&error);
            ExitCode::from(2)
        }
    }
}

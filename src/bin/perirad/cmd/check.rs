//! `perirad check`.

use crate::args::{Check, DocumentFormat};
use crate::fail::{Fatal, Outcome};
use crate::output::emit;
use perirad::check::{Checked, check};
use perirad::engine::Engine;
use perirad::io::Folder;
use perirad::report::{checked_markdown, checked_text};

pub fn run(args: &Check, engine: &Engine) -> Result<Outcome, Fatal> {
    let checked = check(&Folder::open(&args.folder)?, engine)?;
    let text = match args.output.format {
        DocumentFormat::Table => checked_text(&checked),
        DocumentFormat::Markdown => checked_markdown(&checked),
        DocumentFormat::Json => serde_json::to_string_pretty(&checked).unwrap_or_default() + "\n",
    };
    emit(&text, args.output.output.as_deref())?;
    let all = checked.iter().all(|one: &Checked| one.misses.is_empty());
    Ok(if all { Outcome::Done } else { Outcome::Faults })
}

//! `perirad inspect`.

use crate::args::{Inspect, TableOrJson};
use crate::fail::{Fatal, Outcome};
use crate::output::emit;
use perirad::engine::Engine;
use perirad::io::inspect;
use perirad::io::inspect::Inspection;
use perirad::report::inspection_text;

pub fn run(args: &Inspect, engine: &Engine) -> Result<Outcome, Fatal> {
    let found: Vec<Inspection> =
        args.paths.iter().map(|path| inspect(path, engine)).collect::<Result<_, _>>()?;
    let text = match args.output.format {
        TableOrJson::Json => serde_json::to_string_pretty(&found).unwrap_or_default() + "\n",
        TableOrJson::Table => found.iter().map(inspection_text).collect::<Vec<_>>().join("\n"),
    };
    emit(&text, args.output.output.as_deref())?;
    let faulty = found.iter().any(Inspection::has_fatal_problem);
    Ok(if faulty { Outcome::Faults } else { Outcome::Done })
}

//! `perirad features`.

use crate::args::{DocumentFormat, Features};
use crate::fail::{Fatal, Outcome};
use crate::output::emit;
use perirad::feature::registry;
use perirad::image::Intensity;
use perirad::report::{Table, features_markdown};

pub fn run(args: &Features) -> Result<Outcome, Fatal> {
    let specs: Vec<_> = registry::specs().collect();
    let text = match args.output.format {
        DocumentFormat::Json => serde_json::to_string_pretty(&specs).unwrap_or_default() + "\n",
        DocumentFormat::Markdown => features_markdown(),
        DocumentFormat::Table => {
            let mut table = Table::new(&["feature", "IBSI", "short", "unit"]);
            for spec in &specs {
                let unit = spec.unit.symbol(Intensity::Hounsfield);
                table.row([spec.key, spec.ibsi, spec.short, unit]);
            }
            table.render()
        }
    };
    emit(&text, args.output.output.as_deref())?;
    Ok(Outcome::Done)
}

//! `perirad perturb`.

use crate::fail::{Fatal, Outcome};
use crate::output::emit;
use perirad::report::Table;
use perirad::run::perturbation_of;
use perirad::settings::{PERTURBATIONS, perturbation_schema};

pub fn run(preset: Option<&str>, as_schema: bool) -> Result<Outcome, Fatal> {
    let text = if as_schema {
        serde_json::to_string_pretty(&perturbation_schema()).unwrap_or_default() + "\n"
    } else if let Some(name) = preset {
        perturbation_of(name)?.to_toml()
    } else {
        let mut table = Table::new(&["perturbation", "meaning"]);
        for (name, meaning) in PERTURBATIONS {
            table.row([*name, *meaning]);
        }
        table.render()
    };
    emit(&text, None)?;
    Ok(Outcome::Done)
}

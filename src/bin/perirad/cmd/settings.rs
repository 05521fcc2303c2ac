//! `perirad settings`.

use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::emit;
use perirad::report::Table;
use perirad::settings::{PRESETS, schema};

pub fn run(preset: Option<&str>, as_schema: bool) -> Result<Outcome, Fatal> {
    let text = if as_schema {
        serde_json::to_string_pretty(&schema()).unwrap_or_default() + "\n"
    } else if let Some(name) = preset {
        load::settings(name)?.to_toml()
    } else {
        let mut table = Table::new(&["preset", "meaning"]);
        for (name, meaning) in PRESETS {
            table.row([*name, *meaning]);
        }
        table.render()
    };
    emit(&text, None)?;
    Ok(Outcome::Done)
}

//! `perirad settings`.

use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::emit;
use perirad::report::Table;
use perirad::settings::PRESETS;

pub fn run(preset: Option<&str>) -> Result<Outcome, Fatal> {
    let text = if let Some(name) = preset {
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

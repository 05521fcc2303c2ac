//! What users write of lesions: clinical tables and maps, and tables of pairs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::cohort::{ClinicalMap, ClinicalSources, ClinicalTable, Names};
use perirad::model::builtin;
use std::sync::LazyLock;

static MODEL: LazyLock<perirad::model::Model> =
    LazyLock::new(|| builtin("demo-synthetic").expect("there is one"));

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let names = ["GTV-1", "GTV-2"];
    let _ = Names { baseline: &names, followup: &names }.by_table("pairs.csv", text);
    let keys: Vec<&str> = MODEL.clinical_keys().collect();
    let table = ClinicalTable::parse("lesions.csv", text, &keys).ok();
    let map = ClinicalMap::parse("names.toml", text, &keys, false).ok();
    let sources = ClinicalSources { table, map, ..ClinicalSources::default() };
    let _ = (sources.check(&MODEL), sources.unused("case", &names));
    for name in names {
        let _ = sources.of(&MODEL, "case", name);
    }
});

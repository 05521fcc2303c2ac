//! `perirad model new` on tables of other settings, and on ones that do not tell.

use crate::common::{args, file, perirad, rows, stdout};
use std::path::Path;
use std::process::Output;

fn extract(settings: &str, region: &str) -> String {
    let (ct, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    let mut list = args(&[&"extract", &ct, &"--mask", &mask, &"--roi", &"GTV*"]);
    list.extend(args(&[&"--roi-many", &"separate", &"--format", &"csv"]));
    list.extend(args(&[&"--settings", &settings, &"--region", &region]));
    stdout(&list)
}

/// `model new` of a table with a name of its own; output and what it said.
fn begun(folder: &Path, table: &str, name: &str) -> (Output, String) {
    let path = folder.join("features.csv");
    std::fs::write(&path, table).unwrap();
    let input = "tumour:statistics.minimum:3d";
    let output = perirad(&args(&[
        &"model",
        &"new",
        &"--name",
        &name,
        &"--from",
        &path,
        &"--settings",
        &"cd8",
        &"--input",
        &input,
    ]));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, told)
}

#[test]
fn a_table_belongs_to_the_settings_that_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let table = extract("cd8", "tumour");
    let digest = perirad::settings::preset("cd8").unwrap().digest();
    assert!(rows(&table).iter().all(|row| row["settings"] == digest));
    let (output, told) = begun(folder.path(), &table, "mine");
    assert!(output.status.success() && told.is_empty(), "{told}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(&format!("settings_digest = \"{digest}\"")), "{text}");

    let other = table.replace(&digest, "0123456789abcdef");
    let (output, told) = begun(folder.path(), &other, "mine");
    assert_eq!(output.status.code(), Some(2));
    for part in ["model.table_settings]", "0123456789abcdef", &digest, "features.csv"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // Under one head rows of several settings.
    let both = table.clone() + other.split_once('\n').unwrap().1;
    assert_eq!(begun(folder.path(), &both, "mine").0.status.code(), Some(2));

    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let at = reader.headers().unwrap().iter().position(|head| head == "settings").unwrap();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    for row in reader.records().map(Result::unwrap) {
        let kept = row.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, cell)| cell);
        writer.write_record(kept).unwrap();
    }
    let older = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let (output, told) = begun(folder.path(), &older, "mine");
    assert!(output.status.success(), "{told}");
    assert!(
        told.contains("model.table_settings_unknown") && told.contains("features.csv"),
        "{told}"
    );
}

#[test]
fn lesions_that_fail_say_which_settings_were_asked_for() {
    let (ct, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    let mut list =
        args(&[&"extract", &ct, &"--mask", &mask, &"--roi", &"GTV-1", &"--format", &"csv"]);
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("s.toml");
    // A range without a voxel in it.
    std::fs::write(&settings, "base = \"cd8\"\n[resegment]\nlowest = 9000.0\nhighest = 9001.0\n")
        .unwrap();
    list.extend(args(&[&"--settings", &settings]));
    let text = String::from_utf8(perirad(&list).stdout).unwrap();
    let rows = rows(&text);
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row["settings"].len() == 16), "{text}");
}

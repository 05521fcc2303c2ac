//! What tests share: the shared data, reference tables, the program.

use perirad::check::Reference;
use perirad::feature::registry;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of the shared data; `None`, said loudly, where there is none.
///
/// # Panics
/// In CI, where the data is always there.
pub fn data(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PERIRAD_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = root.join(folder);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "PERIRAD_DATA has no {folder}: CI must not skip");
    // Written past the test harness, which would swallow it.
    let _ = writeln!(
        std::io::stderr(),
        "\n*** SKIPPED: no {folder} in the shared data; set PERIRAD_DATA ***\n"
    );
    None
}

/// The tests' Python; `None`, said loudly, where there is none.
///
/// # Panics
/// In CI, where it is always there.
pub fn python() -> Option<OsString> {
    let python = std::env::var_os("PERIRAD_PYTHON");
    if python.is_none() {
        assert!(std::env::var_os("CI").is_none(), "PERIRAD_PYTHON is not set: CI must not skip");
        let _ = writeln!(
            std::io::stderr(),
            "\n*** SKIPPED: no Python with tests/requirements.txt; set PERIRAD_PYTHON ***\n"
        );
    }
    python
}

/// A file of this repository.
pub fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Arguments of any kind as one list.
pub fn args(list: &[&dyn AsRef<OsStr>]) -> Vec<OsString> {
    list.iter().map(|a| a.as_ref().to_os_string()).collect()
}

/// Runs the program.
pub fn perirad(args: &[OsString]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_perirad"))
        .args(args)
        .env_remove("PERIRAD_THREADS")
        .output()
        .unwrap()
}

/// Standard output of a run that must succeed.
pub fn stdout(args: &[OsString]) -> String {
    let output = perirad(args);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

/// Features of families whose columns are there once.
pub const WHOLE: usize = 29 + 2 + 18 + 23 + 7;
/// Of these, those without a reference value: densities of oriented box and smallest ellipsoid, the
/// area under the intensity-volume histogram.
pub const UNPUBLISHED: usize = 5;
/// Features of families whose columns are repeated for each aggregation of directions.
pub const DIRECTIONAL: usize = 25 + 16;
/// Features of families whose columns are repeated for each aggregation without directions.
pub const SPATIAL: usize = 16 + 16 + 5 + 17;

/// Holds a document to what the program makes: the file, or the part between its marks.
///
/// With `PERIRAD_UPDATE` set it is written anew instead.
pub fn documented(path: &str, made: &str) {
    let there = std::fs::read_to_string(file(path)).unwrap_or_default();
    let part = there.split_once("<!-- made by").and_then(|(before, rest)| {
        let (command, rest) = rest.split_once("-->\n")?;
        let (_, after) = rest.split_once("<!-- /made -->")?;
        Some(format!("{before}<!-- made by{command}-->\n{made}<!-- /made -->{after}"))
    });
    let wanted = part.unwrap_or_else(|| made.into());
    if std::env::var_os("PERIRAD_UPDATE").is_some() {
        std::fs::write(file(path), &wanted).unwrap();
    }
    let stale = "is stale: run the tests once with PERIRAD_UPDATE=1 and look at what changed";
    assert!(std::fs::read_to_string(file(path)).unwrap_or_default() == wanted, "{path} {stale}");
}

/// A row of a CSV by column name.
pub type Row = BTreeMap<String, String>;

/// The rows of a CSV text.
pub fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// Does `value` agree with a published row, by the rules of the tables? `None` where the row has no
/// value.
pub fn agrees(row: &Row, value: f64) -> Option<bool> {
    row["value"].parse::<f64>().ok()?;
    Some(Reference::parse(&row["value"], &row["tolerance"]).unwrap().agrees(value))
}

/// Compares a `long` table with the published rows of all families there are; lists every miss.
///
/// Returns how many rows were compared.
pub fn compare(long: &str, published: &[Row], who: &str) -> usize {
    let measured: BTreeMap<(String, String), Row> = rows(long)
        .into_iter()
        .map(|row| ((row["short"].clone(), row["aggregation"].clone()), row))
        .collect();
    let (mut compared, mut misses) = (0, Vec::new());
    for row in published.iter().filter(|row| registry::family(&row["family"]).is_some()) {
        let name = format!("{who} {} {}", row["short_name"], row["aggregation"]);
        let Some(ours) = measured.get(&(row["short_name"].clone(), row["aggregation"].clone()))
        else {
            misses.push(format!("{name}: not measured"));
            continue;
        };
        assert_eq!(ours["ibsi"], row["ibsi_tag"], "{name}");
        let value: f64 = ours["value"].parse().unwrap_or(f64::NAN);
        match agrees(row, value) {
            None => {}
            Some(true) => compared += 1,
            Some(false) => {
                let (wanted, tolerance) = (&row["value"], &row["tolerance"]);
                misses.push(format!("{name}: {value}, published {wanted} +- {tolerance}"));
            }
        }
    }
    assert!(misses.is_empty(), "{} values miss:\n{}", misses.len(), misses.join("\n"));
    compared
}

//! Clinical inputs of each lesion through the program: which source wins, what is recorded, what is
//! refused.

use crate::common::{args, file, perirad, rows, stdout};
use serde_json::Value;
use std::ffi::OsString;
use std::path::Path;

/// `score` of both lesions of the embedded patient.
fn score(more: &[&str]) -> Vec<OsString> {
    let (ct, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    let mut list = args(&[&"score", &ct, &"--mask", &mask, &"--roi", &"GTV*"]);
    list.extend(args(&[&"--roi-many", &"separate", &"--model", &"demo-synthetic"]));
    list.extend(more.iter().map(Into::into));
    list
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn document(list: &[OsString]) -> Value {
    let mut list = list.to_vec();
    list.extend(args(&[&"--format", &"json"]));
    serde_json::from_slice(&perirad(&list).stdout).unwrap()
}

/// Value and source of `node` of each lesion.
fn nodes(document: &Value) -> Vec<(f64, String)> {
    let one = |lesion: &Value| {
        let terms = lesion["score"]["contributions"].as_array().unwrap().clone();
        let node = terms.into_iter().find(|term| term["term"] == "node").unwrap();
        (node["value"].as_f64().unwrap(), node["source"].as_str().unwrap().to_owned())
    };
    document["lesions"].as_array().unwrap().iter().map(one).collect()
}

fn row(value: f64, source: &str) -> (f64, String) {
    (value, source.into())
}

fn refused(list: &[OsString], says: &[&str]) {
    let output = perirad(list);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    for part in says {
        assert!(told.contains(part), "'{part}' is not in:\n{told}");
    }
    assert!(!told.contains("/tmp") || std::env::temp_dir() != Path::new("/tmp"), "{told}");
}

#[test]
fn the_most_specific_source_wins_and_conflicts_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let csv = write(folder.path(), "lesions.csv", "roi,node,organ\nGTV-2,1,lymph node\n");
    let map = write(
        folder.path(),
        "names.toml",
        "[[map]]\nroi = \"GTV*\"\nnode = 0\nhead_and_neck = 0\n[[map]]\nroi = \"Lung*\"\nnode = 1\n",
    );
    let all = ["--clinical", "head_and_neck=0", "--clinical", "node=1"];
    let by = |more: &[&str]| document(&score(&[&all[..], more].concat()));
    let hand = "given by hand";
    assert_eq!(nodes(&by(&[])), [row(1.0, hand), row(1.0, hand)]);
    let found = by(&["--clinical-map", &map]);
    assert_eq!(nodes(&found), [row(0.0, "from names.toml"), row(0.0, "from names.toml")]);
    let found = by(&["--clinical-map", &map, "--clinical-csv", &csv]);
    assert_eq!(nodes(&found), [row(0.0, "from names.toml"), row(1.0, "from lesions.csv")]);
    // The second lesion's sources differ, and its organ is on record.
    let lesion = &found["lesions"][1];
    let warnings = lesion["warnings"].as_array().unwrap();
    let told = warnings.iter().find(|w| w["code"] == "cohort.clinical_conflict").unwrap();
    let wanted = "'GTV-2': node=1, from lesions.csv, is taken; node=0 was from names.toml";
    assert_eq!(told["message"], wanted);
    assert!(
        found["lesions"][0]["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|w| w["code"] != told["code"])
    );
    let clinical = lesion["clinical"].as_array().unwrap();
    let organ = clinical.iter().find(|fact| fact["key"] == "organ").unwrap();
    assert_eq!(
        (&organ["value"], &organ["source"]),
        (&"lymph node".into(), &"from lesions.csv".into())
    );
    let some = ["--clinical", "/^GTV.2$/:node=0", "--clinical", "GTV*:organ=lung"];
    let found = by(&[&["--clinical-csv", &csv][..], &some].concat());
    assert_eq!(nodes(&found), [row(1.0, hand), row(0.0, hand)]);
    assert_eq!(found["lesions"][0]["clinical"][2]["value"], "lung");
    // A name goes before patterns.
    let name = ["--clinical", "GTV*:node=0", "--clinical", "GTV-2:node=1"];
    assert_eq!(nodes(&by(&name)), [row(0.0, hand), row(1.0, hand)]);
    // Each form says it: no path anywhere.
    let both = [&all[..], &["--clinical-csv", &csv]].concat();
    for format in ["table", "json", "long"] {
        let text = stdout(&score(&[&both[..], &["--format", format]].concat()));
        assert!(
            text.contains("from lesions.csv") && text.contains("lymph node"),
            "{format}: {text}"
        );
        assert!(!text.contains(folder.path().to_str().unwrap()), "{format}");
    }
    let long = rows(&stdout(&score(&[&both[..], &["--format", "long"]].concat())));
    let organ = long.iter().find(|row| row["feature"] == "clinical.organ").unwrap();
    assert_eq!(
        (organ["value"].as_str(), organ["note"].as_str()),
        ("", "lymph node; from lesions.csv")
    );
}

#[test]
fn a_lesion_that_nothing_is_known_of_is_a_failed_row() {
    let folder = tempfile::tempdir().unwrap();
    let text = "case,roi,node,head_and_neck\nA,GTV-2,1,0\nB,GTV-1,1,0\nA,GTV-7,1,0\n";
    let csv = write(folder.path(), "lesions.csv", text);
    let mut list = score(&["--clinical-csv", &csv, "--case", "A"]);
    let output = perirad(&[&list[..], &args(&[&"--format", &"long"])].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    for part in [
        "error[model.missing_input]: GTV-1: model demo-synthetic needs the clinical input \
         'head_and_neck', which is not given for 'GTV-1': lesions.csv has no row for it in case 'A'",
        "warning[cohort.clinical_unused]: lesions.csv, line 4: no lesion is called 'GTV-7'",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let document = document(&list);
    let status = |at: usize| document["lesions"][at]["status"].as_str().unwrap().to_owned();
    assert_eq!([status(0), status(1)], ["failed", "ok"]);
    // A table of other cases only says so, without telling which.
    let fallback = ["--clinical", "node=0", "--clinical", "head_and_neck=0"];
    let output =
        perirad(&score(&[&["--clinical-csv", &csv, "--case", "Z"], &fallback[..]].concat()));
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = "lesions.csv has a column case and no row of case 'Z': all that it says counts for \
                  nothing; where the table has another name for it, give that with --case";
    assert!(output.status.success() && text.contains(wanted), "{text}");
    // What is given for all fills the gap.
    list.extend(args(&[&"--clinical", &"node=0", &"--clinical", &"head_and_neck=0"]));
    assert_eq!(perirad(&list).status.code(), Some(0));
    // Two patterns that contradict each other fail their lesion.
    let some = ["GTV*:node=0", "*2:node=1"].map(|told| ["--clinical", told]).concat();
    let output = perirad(&score(&[&some[..], &["--clinical", "head_and_neck=0"]].concat()));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    let wanted = "'GTV-2' fits both node=0 for 'GTV*' and node=1 for '*2', given by hand";
    assert!(told.contains(wanted), "{told}");
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    for (text, told) in [
        (
            "roi,nodes\nGTV-1,1\n",
            "a column 'nodes'; it may have case, roi, kvp, node, head_and_neck, organ",
        ),
        ("roi,node\nGTV-1,1\nGTV-1,0\n", "line 3: 'GTV-1' has a row already, line 2"),
        ("roi,node\nGTV-1,yes\n", "c.csv, line 2: clinical input node=yes: a number is expected"),
        (
            "roi,node\nGTV-2,1\nGTV-1,3\n",
            "c.csv, line 3: clinical input node=3: 0 or 1 is expected",
        ),
        ("roi,node\n,1\n", "line 2: the cell of 'roi' is empty"),
        ("node\n1\n", "there is no column 'roi'"),
    ] {
        let csv = write(folder.path(), "c.csv", text);
        refused(&score(&["--clinical-csv", &csv]), &[told]);
    }
    for (text, told) in [
        (
            "[[map]]\nroi = \"GTV*\"\nnod = 1\n",
            "'nod' is no input of the model; there are kvp, node, head_and_neck, and organ",
        ),
        (
            "[[map]]\nroi = \"GTV*\"\nnode = 3\n",
            "m.toml, roi = \"GTV*\": clinical input node=3: 0 or 1 is expected",
        ),
        ("[[map]]\nnode = 1\n", "[[map]] number 1: there is no roi"),
        ("[[map]]\nroi = \"/(/\"\nnode = 1\n", "regular expression"),
        ("[[map]]\nroi = \"a\"\nnode = \"yes\"\n", "node = \"yes\" is no number"),
        ("map = 1\n", "there is no [[map]]"),
        ("node = 1\n", "'node' stands where only [[map]] may"),
    ] {
        let map = write(folder.path(), "m.toml", text);
        refused(&score(&["--clinical-map", &map]), &[told, "m.toml"]);
    }
    refused(&score(&["--clinical", "GTV-1:nod=1"]), &["'nod'", "kvp, node, head_and_neck"]);
    refused(&score(&["--clinical", "GTV-1:node=x"]), &["'x' is not a finite number"]);
    let twice = ["--clinical", "node=1", "--clinical", "node=0"];
    refused(&score(&twice), &["node is given twice, as 1 and as 0"]);
    refused(&score(&["--clinical-csv", "none.csv"]), &["none.csv cannot be read"]);
}

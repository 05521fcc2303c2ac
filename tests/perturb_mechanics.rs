//! Perturbation through the program: what it prints, counts and refuses.

use crate::common::{args, documented, file, perirad, rows, stdout};
use serde_json::Value;
use std::ffi::OsString;

fn call(command: &str, more: &[&str]) -> Vec<OsString> {
    let (ct, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    let mut list = args(&[&command, &ct, &"--mask", &mask]);
    if command == "score" {
        list.extend(args(&[&"--model", &"demo-synthetic"]));
        list.extend(args(&[&"--clinical", &"node=0", &"--clinical", &"head_and_neck=0"]));
    }
    list.extend(more.iter().map(Into::into));
    list
}

const ONE: [&str; 2] = ["--roi", "GTV-2"];
const TWO: [&str; 4] = ["--roi", "GTV*", "--roi-many", "separate"];

fn written(folder: &tempfile::TempDir, text: &str) -> String {
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().into()
}

#[test]
fn a_score_has_its_interval_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let few = written(&folder, "base = \"growth\"\n[run]\nrepeats = 5\n[growth]\nmm = 0.5\n");
    let form = |format: &str| {
        stdout(&call("score", &[&ONE[..], &["--perturb", &few, "--format", format]].concat()))
    };
    let json: Value = serde_json::from_str(&form("json")).unwrap();
    let lesion = &json["lesions"][0];
    let found = &lesion["perturbation"];
    assert_eq!((&found["repeats"], &found["seed"]), (&5.into(), &1.into()));
    assert_eq!(json["perturbation"]["settings"]["growth"]["mm"], 0.5);
    assert_eq!(json["perturbation"]["agreement"], Value::Array(Vec::new()));
    let values = found["values"].as_array().unwrap();
    let names: Vec<_> = values.iter().map(|value| value["name"].as_str().unwrap()).collect();
    let inputs = ["tumour_minimum", "tumour_srhge", "ring_lgre", "ring_srlge", "ring_lrlge"];
    assert_eq!(names[0], "score");
    assert_eq!(names[1..], inputs);
    assert_eq!(values[0]["unperturbed"], lesion["score"]["value"]);
    assert_eq!(values[0]["values"].as_array().unwrap().len(), 5);
    let [low, high] = [0, 1].map(|end| values[0]["interval"][end].as_f64().unwrap());
    assert!(low < high);

    let table = form("table");
    assert!(table.contains("(95 % of 5 perturbations: "), "{table}");
    assert!(table.contains("perturbed 5 repeats, seed 1, "), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");

    let long = rows(&form("long"));
    let of = |feature: &str| long.iter().find(|row| row["feature"] == feature).unwrap();
    assert_eq!(of("model.score.perturbed_percentile_2.5")["value"].parse::<f64>().unwrap(), low);
    assert_eq!(of("model.score.perturbed_repeats")["value"], "5");
    let score_notes = long.iter().filter(|row| row["feature"].starts_with("model.score.perturbed"));
    assert!(score_notes.map(|row| &row["note"]).all(|note| {
        note.starts_with("demo-synthetic ") && note.ends_with(perirad::model::NOTICE)
    }));
    let lgre = of("glrlm.low_grey_level_run_emphasis.perturbed_sd");
    assert_eq!((lgre["region"].as_str(), lgre["family"].as_str()), ("ring", "perturbation"));
    assert_eq!((lgre["aggregation"].as_str(), lgre["note"].as_str()), ("3d_avg", ""));
    // Without the option nothing of it is there.
    let plain = stdout(&call("score", &[&ONE[..], &["--format", "json"]].concat()));
    assert!(!plain.contains("perturb"));
}

#[test]
fn lesions_of_a_run_have_their_agreement() {
    let two = [&TWO[..], &["--perturb", "ring", "--region", "both", "--format", "json"]].concat();
    let json: Value = serde_json::from_str(&stdout(&call("extract", &two))).unwrap();
    let agreement = json["perturbation"]["agreement"].as_array().unwrap();
    let values = json["lesions"][0]["perturbation"]["values"].as_array().unwrap();
    assert_eq!(agreement.len(), values.len());
    let ring = agreement.iter().find(|row| row["region"] == "ring" && row["icc"].is_object());
    let icc = &ring.unwrap()["icc"];
    assert_eq!((&icc["rows"], &icc["columns"]), (&2.into(), &30.into()));
    let [low, high] = [0, 1].map(|end| icc["interval"][end].as_f64().unwrap());
    let value = icc["value"].as_f64().unwrap();
    assert!(low <= value && value <= high && high <= 1.0, "{icc}");
    // The tumour does not know how wide the ring is.
    let tumour = agreement.iter().find(|row| row["name"] == "statistics.mean").unwrap();
    assert_eq!(
        (tumour["region"].as_str(), tumour["icc"]["value"].as_f64()),
        (Some("tumour"), Some(1.0))
    );
    let table = stdout(&call("score", &[&TWO[..], &["--perturb", "ring"]].concat()));
    assert!(table.contains("ICC(1,1)"), "{table}");
    let long = [&TWO[..], &["--perturb", "ring", "--format", "long"]].concat();
    let rows = rows(&stdout(&call("score", &long)));
    let of = |start: &str| {
        let of = rows.iter().filter(|row| row["family"] == "agreement");
        of.filter(|row| row["feature"].starts_with(start)).collect::<Vec<_>>()
    };
    assert_eq!(of("model.score.").len(), 3);
    assert!(of("model.score.").iter().all(|row| row["note"].contains(perirad::model::NOTICE)));
    assert!(of("glrlm.").iter().all(|row| !row["note"].contains(perirad::model::NOTICE)));
}

#[test]
fn repeats_that_fail_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    // The node has a radius of about 7 mm.
    let deep = written(&folder, "base = \"growth\"\n[run]\nrepeats = 12\n[growth]\nmm = 20.0\n");
    let output =
        perirad(&call("score", &[&ONE[..], &["--perturb", &deep, "--format", "json"]].concat()));
    assert!(output.status.success());
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lesion = &json["lesions"][0];
    let failed = &lesion["perturbation"]["failed"];
    let lost: u64 =
        failed.as_array().unwrap().iter().map(|reason| reason["count"].as_u64().unwrap()).sum();
    assert!(lost > 0 && lost < 12, "{failed}");
    assert_eq!(failed[0]["code"], "preprocess.empty_mask");
    let score = &lesion["perturbation"]["values"][0];
    let undefined: u64 =
        score["undefined"].as_array().unwrap().iter().map(|r| r["count"].as_u64().unwrap()).sum();
    assert_eq!(score["count"].as_u64().unwrap() + undefined, 12);
    assert!(undefined >= lost);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("perturb.failed_repeats"), "{told}");
    let table = stdout(&call("score", &[&ONE[..], &["--perturb", &deep]].concat()));
    assert!(table.contains(" of 12 perturbations: "), "{table}");
}

#[test]
fn a_cut_off_within_the_interval_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let shown = stdout(&args(&[&"model", &"show", &"demo-synthetic"]));
    let with = |cutoff: f64| {
        let text = shown.replacen(
            "[[terms]]",
            &format!("[cutoff]\nvalue = {cutoff}\nsource = \"a test\"\n\n[[terms]]"),
            1,
        );
        let path = folder.path().join("model.toml");
        std::fs::write(&path, text).unwrap();
        let mut list = call("score", &[&ONE[..], &["--perturb", "growth"]].concat());
        let model = list.iter().position(|word| word == "demo-synthetic").unwrap();
        list[model] = path.into();
        stdout(&list)
    };
    assert!(with(2.5).contains("on both sides"), "{}", with(2.5));
    assert!(!with(-50.0).contains("on both sides"));
}

#[test]
fn what_cannot_be_is_refused_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let told = |command: &str, more: &[&str]| {
        let output = perirad(&call(command, &[&ONE[..], more].concat()));
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let text = told("score", &["--perturb", "defualt"]);
    assert!(text.contains("settings.unknown_perturbation") && text.contains("'default'"), "{text}");
    let typo = written(&folder, "base = \"all\"\n[growth]\nnm = 1.0\n");
    assert!(told("score", &["--perturb", &typo]).contains("did you mean 'growth.mm'"));
    let wrong = written(&folder, "base = \"all\"\n[growth]\nmm = -1.0\n");
    assert!(told("score", &["--perturb", &wrong]).contains("settings.out_of_range"));
    let text = told("extract", &["--perturb", "growth", "--format", "csv"]);
    assert!(text.contains("output.no_column") && text.contains("--format long"), "{text}");
}

#[test]
fn perturbations_are_listed_and_printed_and_have_a_schema() {
    let list = stdout(&args(&[&"perturb"]));
    for (name, _) in perirad::settings::PERTURBATIONS {
        assert!(list.contains(name), "{list}");
    }
    let whole = stdout(&args(&[&"perturb", &"all"]));
    let found = perirad::settings::parse_perturbation(&whole).unwrap();
    assert_eq!(Some(found), perirad::settings::perturbation("all"));
    documented("docs/perturb.schema.json", &stdout(&args(&[&"perturb", &"--schema"])));
}

//! Models that scikit-learn fitted on the project's phantoms, exported by `perirad.export`, score
//! as scikit-learn predicts; with sites, after neuroCombat harmonised the inputs.
#![cfg(all(feature = "cli", feature = "nifti"))]

use crate::common;
use crate::common::{args, file, rows, stdout};
use perirad_generator::cohort;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// Sums of eight terms in another order.
const TOLERANCE: f64 = 1e-12;

#[test]
fn exported_models_score_as_scikit_learn_predicts() {
    let Some(python) = common::python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (images, out) = (folder.path().join("cohort"), folder.path().join("out"));
    for path in [&images, &out] {
        std::fs::create_dir(path).unwrap();
    }
    for (name, bytes) in cohort::files(7, 24) {
        std::fs::write(images.join(name), bytes).unwrap();
    }
    let status = Command::new(python)
        .arg(file("tests/python/export_oracle.py"))
        .args([env!("CARGO_BIN_EXE_perirad").as_ref(), images.as_os_str(), out.as_os_str()])
        .status();
    assert!(status.unwrap().success());
    let predictions = rows(&std::fs::read_to_string(out.join("predictions.csv")).unwrap());
    let mut compared = BTreeMap::new();
    // Every model on the same few phantoms.
    for (at, row) in predictions.iter().enumerate().filter(|(at, _)| at % 24 < 4) {
        let model = out.join(format!("{}.toml", row["model"]));
        let text = std::fs::read_to_string(&model).unwrap();
        let mut call = args(&[
            &"score",
            &images.join(&row["image"]),
            &"--mask",
            &images.join(&row["mask"]),
            &"--model",
            &model,
            &"--format",
            &"json",
        ]);
        // Terms that weigh nothing are left out, and are not to be given.
        let known = |key: &&str| text.contains(&format!("\"{key}\""));
        for key in ["kvp", "node", "head_and_neck"].iter().filter(|key| known(key)) {
            call.extend(args(&[&"--clinical", &format!("{key}={}", row[*key])]));
        }
        if !row["site"].is_empty() {
            call.extend(args(&[&"--site", &row["site"]]));
        }
        let document: Value = serde_json::from_str(&stdout(&call)).unwrap();
        let ours = document["lesions"][0]["score"]["value"].as_f64().unwrap();
        let theirs: f64 = row["score"].parse().unwrap();
        assert!(
            (ours - theirs).abs() <= TOLERANCE * theirs.abs().max(1.0),
            "{at}: {ours} {theirs}"
        );
        *compared.entry(row["model"].clone()).or_insert(0) += 1;
    }
    assert_eq!(compared.into_values().collect::<Vec<_>>(), [4; 7]);
}

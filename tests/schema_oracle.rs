//! The JSON Schema of settings files, as a validator that others wrote reads it, says what perirad
//! says of a file.

use crate::common;
use perirad::model::{self, MODELS, Model};
use perirad::settings::{PRESETS, preset, resolve, schema};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};

/// Presets whole, and files with a base, good and bad.
fn files() -> Vec<Value> {
    let whole = PRESETS.iter().map(|(name, _)| {
        let settings = serde_json::to_value(preset(name).unwrap()).unwrap();
        without_null(settings)
    });
    let based = [
        json!({}),
        json!({ "ring": { "outer_mm": 4.0 } }),
        json!({ "ring": { "outer_mm": -4.0 } }),
        json!({ "ring": { "outer": 4.0 } }),
        json!({ "rings": { "outer_mm": 4.0 } }),
        json!({ "ring": { "exclude": [{ "name": "air", "highest": -500.0 }] } }),
        json!({ "ring": { "exclude": [{ "name": "fat", "lowest": -150.0, "highest": -50.0 }] } }),
        json!({ "ring": { "exclude": [{ "name": "air" }] } }),
        json!({ "ring": { "exclude": [{ "lowest": 300.0 }] } }),
        json!({ "ring": { "exclude": [{ "name": "", "lowest": 300.0 }] } }),
        json!({ "ring": { "exclude": [{ "name": "air", "top": -500.0 }] } }),
        json!({ "ring": { "shells_mm": [[-2.0, 0.0], [0.0, 2.0]], "overlap": "nearest" } }),
        json!({ "ring": { "shells_mm": [[-2.0]] } }),
        json!({ "ring": { "shells_mm": [[0.0, 200.0]] } }),
        json!({ "ring": { "shells_mm": vec![[0.0, 2.0]; 13] } }),
        json!({ "ring": { "lattice": "native" } }),
        json!({ "ring": { "lattice": "image" } }),
        json!({ "discretise": { "count": 64 } }),
        json!({ "discretise": { "method": "fixed_bin_width", "width": 25.0, "lowest": -1000.0 } }),
        json!({ "discretise": { "method": "fixed_bin_width", "width": 0.0 } }),
        json!({ "discretise": { "method": "fixed_bin_number", "width": 25.0 } }),
        json!({ "resample": { "spacing_mm": [1.0, "native", 3.0] } }),
        json!({ "resample": { "spacing_mm": [1.0, "native"] } }),
        json!({ "resample": { "spacing_mm": [1.0, "origin", 3.0] } }),
        json!({ "resample": { "mask_threshold": 0.0 } }),
        json!({ "texture": { "aggregations": ["2d", "3d_avg"] } }),
        json!({ "texture": { "aggregations": ["2d", "2d"] } }),
        json!({ "texture": { "aggregations": [] } }),
        json!({ "features": { "families": ["glcm", "glrmm"] } }),
        json!({ "features": { "leave_out": ["glcm.contrast", "morphology.moran_i"] } }),
        json!({ "features": { "leave_out": ["glcm.contrasts"] } }),
    ];
    let with_base = |mut file: Value| {
        file["base"] = json!("cd8");
        file
    };
    let wrong = [json!({ "base": "cd9" }), json!({ "ring": { "outer_mm": 4.0 } })];
    whole.chain(based.into_iter().map(with_base)).chain(wrong).collect()
}

/// TOML has no null: an absent limit is an absent key.
fn without_null(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key, without_null(value))).collect()
        }
        other => other,
    }
}

/// What a validator that others wrote says of each file.
fn accepted(python: &OsStr, schema: &Value, files: &[Value]) -> Vec<bool> {
    let mut child = Command::new(python)
        .arg(common::file("tests/python/schema_oracle.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let given = json!({ "schema": schema, "files": files }).to_string();
    child.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_validator_and_perirad_accept_the_same_files() {
    let Some(python) = common::python() else { return };
    for (file, valid) in files().into_iter().zip(accepted(&python, &schema(), &files())) {
        let ours = resolve(toml::Table::try_from(&file).unwrap());
        assert_eq!(ours.is_ok(), valid, "{file}: {ours:?}");
    }
}

/// The built-in models, and what becomes of one where a key is changed.
fn models() -> Vec<Value> {
    let built_in: Vec<Value> =
        MODELS.iter().map(|(_, text)| toml::from_str(text).unwrap()).collect();
    let changes: [(&str, Value); 12] = [
        ("/kind", json!("cox")),
        ("/kind", json!("quadratic")),
        ("/intercept", json!("2.5")),
        ("/terms/0/weight", json!(1.0)),
        ("/terms/0/range", json!([1.0])),
        ("/terms/0/predictor", json!({ "clinical": "node", "region": "tumour" })),
        ("/terms/0/predictor", json!({ "region": "liver", "feature": "f", "aggregation": "3d" })),
        ("/cutoff", json!({ "value": 2.0 })),
        ("/reference", json!({ "source": "s", "scores": [1.0] })),
        ("/applies", json!({ "source": "s", "kernels": ["B30f"], "minimum_ml": 1.0 })),
        ("/applies", json!({ "source": "s", "kernel": "B30f" })),
        ("/settings/ring/outer_mm", json!(-1.0)),
    ];
    let changed = changes.map(|(path, value)| {
        let mut model = built_in[1].clone();
        let (parent, key) = path.rsplit_once('/').unwrap();
        model.pointer_mut(parent).unwrap()[key] = value;
        model
    });
    built_in.iter().cloned().chain(changed).collect()
}

#[test]
fn a_validator_and_perirad_accept_the_same_models() {
    let Some(python) = common::python() else { return };
    let theirs = accepted(&python, &model::schema(), &models());
    assert_eq!(theirs.iter().filter(|valid| **valid).count(), 5);
    for (file, valid) in models().into_iter().zip(theirs) {
        let text = toml::to_string(&file).unwrap();
        let ours = Model::parse("m", &text).and_then(|model| model.extraction());
        assert_eq!(ours.is_ok(), valid, "{ours:?}: {text}");
    }
}

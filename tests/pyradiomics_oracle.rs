//! pyradiomics' own baselines, with the settings they were made with, read as a parameter file.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]
#![cfg(feature = "nrrd")]

mod common;

use common::{Row, agrees, data, rows};
use perirad::engine::Engine;
use perirad::feature::registry;
use perirad::image::{Intensity, Mask, Region};
use perirad::io::source::{ImageChoice, Lesion, LesionChoice, LoadedImage};
use perirad::io::{open_image, open_mask};
use perirad::pipeline::{FeatureSet, Subject, extract};
use perirad::settings::{Parameters, SettingsFile, Syntax};
use std::collections::BTreeMap;
use std::path::Path;

/// The text of a Python dict of plain values as JSON.
fn json(dict: &str) -> String {
    let words = [("'", "\""), ("None", "null"), ("True", "true"), ("False", "false")];
    words.iter().fold(dict.to_owned(), |text, (python, json)| text.replace(python, json))
}

/// The parameter file of a baseline.
fn parameters(row: &Row) -> Parameters {
    let text = format!(
        "{{\"imageType\": {}, \"setting\": {}, \"featureClass\": {{\"{}\": null}}}}",
        json(&row["image_types"]),
        json(&row["settings_python_dict"]),
        row["class"]
    );
    match SettingsFile::read(&text, Syntax::Json).unwrap() {
        SettingsFile::Pyradiomics(parameters) => *parameters,
        SettingsFile::Own(_) => panic!("not taken for a parameter file"),
    }
}

fn case(root: &Path, name: &str) -> (LoadedImage, Lesion) {
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    let engine = Engine::new(2);
    let image = open_image(&root.join(format!("{name}_image.nrrd")), &choice, &engine).unwrap();
    let mask = open_mask(&root.join(format!("{name}_label.nrrd")), &engine).unwrap();
    let lesion = mask.lesion(LesionChoice::default(), &image).unwrap();
    (image, lesion)
}

fn measure(image: &LoadedImage, mask: &Mask, parameters: &Parameters) -> FeatureSet {
    let subject = Subject {
        case: "case",
        roi: "1",
        image: &image.volume,
        mask,
        acquisition: &image.acquisition,
    };
    extract(&subject, &parameters.settings, &[Region::Tumour], &Engine::new(2)).unwrap()
}

/// The one value of a feature by pyradiomics' name.
fn value(set: &FeatureSet, name: &str) -> Option<f64> {
    let spec = registry::by_pyradiomics(name)?;
    let mut values = set.regions[0].features.iter().filter(|f| f.spec.key == spec.key);
    let value = values.next()?;
    assert!(values.next().is_none(), "{name} has several columns");
    value.outcome.value()
}

/// The slice of a mask with the most voxels: the masks of the baselines in 2D are these.
fn largest_slice(mask: &Mask) -> Mask {
    let counts = mask.voxels().outer_iter().map(|s| s.iter().filter(|v| **v).count());
    let (largest, _) = counts.enumerate().max_by_key(|(_, count)| *count).unwrap();
    let mut voxels = mask.voxels().clone();
    for (z, mut slice) in voxels.outer_iter_mut().enumerate() {
        if z != largest {
            slice.fill(false);
        }
    }
    Mask::new(mask.grid().clone(), voxels).unwrap()
}

#[test]
fn every_baseline_is_met() {
    let Some(root) = data("pyradiomics") else { return };
    let read = |name: &str| rows(&std::fs::read_to_string(root.join(name)).unwrap());
    let (published, settings) = (read("reference_values.csv"), read("test_settings.csv"));
    let cases: BTreeMap<&str, _> =
        ["brain1", "lung1"].into_iter().map(|name| (name, case(&root, name))).collect();
    let (mut met, mut misses) = (BTreeMap::<String, usize>::new(), Vec::new());
    for test in &settings {
        let config = format!("{}/{}", test["case"], test["test"]);
        let prefix = format!("original_{}_", test["class"]);
        let parameters = parameters(test);
        let (image, lesion) = &cases[test["case"].as_str()];
        let flat = largest_slice(&lesion.mask);
        let mask = if test["class"] == "shape2D" { &flat } else { &lesion.mask };
        let set = measure(image, mask, &parameters);
        let of_test =
            |row: &&Row| row["config"] == config && row["pyradiomics_key"].starts_with(&prefix);
        for row in published.iter().filter(of_test) {
            let name = row["pyradiomics_key"].strip_prefix("original_").unwrap();
            let found = value(&set, name);
            if found.and_then(|found| agrees(row, found)) == Some(true) {
                *met.entry(test["class"].clone()).or_default() += 1;
            } else {
                misses.push(format!("{config} {name}: {found:?}, baseline {}", row["value"]));
            }
        }
    }
    assert!(misses.is_empty(), "met {met:?}, missed {}:\n{}", misses.len(), misses.join("\n"));
    assert_eq!(met.values().sum::<usize>(), published.len(), "{met:?}");
}

//! `features.leave_out`: what is left out has no column in any form of output, and the rest keeps its
//! bits.

use crate::common::{args, file, perirad, rows, stdout};
use perirad::feature::{FeatureKey, registry};
use perirad::model::{Fault, Model};
use perirad::settings::{Settings, parse, preset};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

const FAMILIES: &str =
    "families = [\"morphology\", \"local_intensity\", \"statistics\", \"glrlm\"]";
const LEFT_OUT: [&str; 6] = [
    "morphology.moran_i",
    "morphology.geary_c",
    "morphology.volume_density_ombb",
    "statistics.minimum",
    "glrlm.low_grey_level_run_emphasis",
    // Of a family that is not asked for.
    "glcm.contrast",
];

/// A settings file with these keys left out.
fn text(keys: &[&str]) -> String {
    format!("base = \"cd8\"\n[features]\n{FAMILIES}\nleave_out = {keys:?}\n")
}

fn settings(keys: &[&str]) -> Settings {
    parse(&text(keys)).unwrap()
}

/// What the program prints of the embedded patient's lesion in this form.
fn extracted(folder: &Path, keys: &[&str], more: &[&str]) -> String {
    let own = folder.join(format!("{}.toml", keys.len()));
    std::fs::write(&own, text(keys)).unwrap();
    let (image, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    let lesion: [&dyn AsRef<std::ffi::OsStr>; 8] =
        [&"extract", &image, &"--mask", &mask, &"--roi", &"GTV-1", &"--settings", &own];
    let mut list = args(&lesion);
    list.extend(more.iter().map(OsString::from));
    stdout(&list)
}

#[test]
fn an_empty_list_is_no_list_and_unknown_keys_are_told() {
    let cd8 = preset("cd8").unwrap();
    let listed = parse("base = \"cd8\"\n[features]\nleave_out = []\n").unwrap();
    assert_eq!((&listed, listed.digest()), (&cd8, cd8.digest()));
    assert!(!serde_json::to_string(&cd8).unwrap().contains("leave_out"));
    let own = settings(&LEFT_OUT);
    assert_ne!(own.digest(), settings(&[]).digest());
    assert_eq!(parse(&own.to_toml()).unwrap(), own);
    // A printed file names the key where it is not stated.
    assert!(cd8.to_toml().contains("\n# leave_out: "), "{}", cd8.to_toml());
    let error = parse(&text(&["morphology.moran"])).unwrap_err().to_string();
    for part in ["'morphology.moran'", "did you mean 'morphology.moran_i'", "perirad features"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn every_form_of_output_lacks_what_is_left_out_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let gone = |key: &str| LEFT_OUT.contains(&key);
    let whole = rows(&extracted(folder.path(), &[], &["--format", "csv"]));
    let some = rows(&extracted(folder.path(), &LEFT_OUT, &["--format", "csv"]));
    assert_eq!((whole.len(), whole[0].len() - some[0].len()), (2, 5));
    for (whole, some) in whole.iter().zip(&some) {
        // Settings have another digest.
        assert_ne!(whole["settings"], some["settings"]);
        for (name, value) in whole.iter().filter(|(name, _)| *name != "settings") {
            let key = name.split(':').next().unwrap();
            assert_eq!(some.get(name), (!gone(key)).then_some(value), "{name}");
        }
    }
    let long = |keys: &[&str]| {
        let mut found = rows(&extracted(folder.path(), keys, &["--format", "long"]));
        // Settings have another digest.
        for row in &mut found {
            row.retain(|name, _| !name.contains("settings"));
        }
        found
    };
    let mut kept = long(&[]);
    kept.retain(|row| !gone(&row["feature"]));
    assert_eq!(long(&LEFT_OUT), kept);
    let json = |keys: &[&str]| extracted(folder.path(), keys, &["--format", "json"]);
    let keys: Value = serde_json::from_str(&json(&LEFT_OUT)).unwrap();
    let stated = keys.to_string();
    assert_eq!(stated.matches("morphology.moran_i").count(), 1, "it is in the settings alone");
    assert!(json(&[]).matches("morphology.moran_i").count() > 1);
    for (names, name) in [
        ("pyradiomics", "original_glrlm_LowGrayLevelRunEmphasis"),
        ("lifex", "GLRLM_LGRE"),
        ("lifex", "CONV_min"),
    ] {
        let head = |keys: &[&str]| {
            let told = extracted(folder.path(), keys, &["--format", "csv", "--names", names]);
            told.lines().next().unwrap().split(',').map(String::from).collect::<BTreeSet<_>>()
        };
        assert!(head(&[]).contains(name) && !head(&LEFT_OUT).contains(name), "{name}");
    }
}

#[test]
fn a_family_of_which_all_is_left_out_reads_nothing_around_the_region() {
    let families = "[features]\nfamilies = [\"local_intensity\", \"statistics\"]\n";
    let of = |keys: &[&str]| {
        parse(&format!("base = \"cd8\"\n{families}leave_out = {keys:?}\n")).unwrap()
    };
    let peaks = ["local_intensity.local_peak", "local_intensity.global_peak"];
    assert!(registry::reach_mm(of(&peaks[..1]).wanted()) > 6.0);
    assert!(registry::reach_mm(of(&peaks).wanted()) < 1e-9);
    let all: Vec<_> = registry::specs().map(|spec| spec.key).collect();
    assert_eq!(registry::columns(settings(&all).wanted()), []);
    assert!(FeatureKey::of("local_intensity.peak").is_none());
}

#[test]
fn a_model_whose_input_is_left_out_is_refused() {
    let shown = stdout(&args(&[&"model", &"show", &"demo-synthetic"]));
    assert!(shown.contains("low_grey_level_run_emphasis"), "{shown}");
    let demo = std::fs::read_to_string(file("models/demo-synthetic.toml")).unwrap();
    let own = demo.replace("families =", "leave_out = [\"statistics.minimum\"]\nfamilies =");
    let model = Model::parse("own.toml", &own).unwrap();
    let refused = |fault: &Fault| {
        let Fault::Wrong { key, what } = fault else { return false };
        key.ends_with(".predictor") && what.contains("leave")
    };
    assert!(model.faults().iter().any(refused), "{:?}", model.faults());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, own).unwrap();
    assert_eq!(perirad(&args(&[&"model", &"check", &path])).status.code(), Some(1));
}

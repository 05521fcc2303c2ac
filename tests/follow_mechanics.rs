//! `perirad follow` on the program: rows, forms, exit status, and what is refused.

use crate::common::{args, file, perirad, rows, stdout};
use ndarray::Array3;
use perirad::geometry::Grid;
use perirad::image::{Intensity, Volume};
use perirad::io::nifti;
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Writes an image or labels of 1 mm whose first voxel lies at `origin`.
fn write(path: &Path, origin: [f64; 3], value: impl Fn([usize; 3]) -> f32) {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new([24, 30, 40], [1.0; 3], origin, axes).unwrap());
    let data = Array3::from_shape_fn(grid.shape, |(z, y, x)| value([z, y, x]));
    let volume = Volume::new(grid, data, Intensity::Hounsfield).unwrap();
    let mut bytes = Vec::new();
    nifti::write_volume(&mut bytes, &volume, true).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn texture([z, y, x]: [usize; 3]) -> f32 {
    ((z * 7 + y * 5 + x * 3) % 11) as f32 * 10.0
}

/// Is a voxel in the block of `sides` voxels from `lo` on?
fn block(at: [usize; 3], lo: [usize; 3], sides: [usize; 3]) -> bool {
    (0..3).all(|a| lo[a] <= at[a] && at[a] < lo[a] + sides[a])
}

/// Two scans. At baseline: 1, 2 and 3. At follow-up, which is 10 HU brighter: 1 is longer by half,
/// 2 has vanished, 3 is as it was but called 7, and 5 is new. The patient has moved by 3, -2, 1 mm.
fn scans() -> (tempfile::TempDir, [PathBuf; 4]) {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a", "a-mask", "b", "b-mask"].map(|n| folder.path().join(format!("{n}.nii.gz")));
    write(&paths[0], [0.0; 3], texture);
    write(&paths[1], [0.0; 3], |at| match at {
        at if block(at, [5, 5, 5], [8, 6, 10]) => 1.0,
        at if block(at, [16, 5, 5], [5, 5, 5]) => 2.0,
        at if block(at, [5, 18, 25], [7, 7, 7]) => 3.0,
        _ => 0.0,
    });
    let moved = [3.0, -2.0, 1.0];
    write(&paths[2], moved, |at| texture(at) + 10.0);
    write(&paths[3], moved, |at| match at {
        at if block(at, [5, 5, 5], [8, 6, 15]) => 1.0,
        at if block(at, [5, 18, 25], [7, 7, 7]) => 7.0,
        at if block(at, [17, 22, 8], [4, 4, 4]) => 5.0,
        _ => 0.0,
    });
    (folder, paths)
}

fn follow(paths: &[PathBuf; 4], more: &[&str]) -> Vec<OsString> {
    let [a, am, b, bm] = paths;
    let mut list = args(&[&"follow", a, b, &"--mask", am, &"--mask-followup", bm]);
    let all = ["--roi", "*", "--roi-many", "separate"];
    list.extend(all.iter().chain(more).map(OsString::from));
    list
}

fn document(list: &[OsString]) -> Value {
    let mut list = list.to_vec();
    list.extend(args(&[&"--format", &"json"]));
    serde_json::from_str(&stdout(&list)).unwrap()
}

/// Name at baseline, name at follow-up, what was found and the response of each row.
fn found(document: &Value) -> Vec<[String; 4]> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let row = |l: &Value| {
        let [a, b] = ["baseline", "followup"].map(|time| text(&l[time]["roi"]));
        [a, b, text(&l["found"]), text(&l["response"])]
    };
    document["lesions"].as_array().unwrap().iter().map(row).collect()
}

fn feature<'a>(lesion: &'a Value, region: &str, key: &str) -> &'a Value {
    let all = lesion["features"].as_array().unwrap();
    all.iter().find(|f| f["region"] == region && f["feature"] == key).unwrap()
}

#[test]
fn lesions_pair_by_name_and_new_and_vanished_ones_are_rows() {
    let (_folder, paths) = scans();
    let text = document(&follow(&paths, &[]));
    assert_eq!(text["schema"], "perirad.follow/1");
    let rows_found = found(&text);
    let expected = [
        ["label 1", "label 1", "paired", "progressive"],
        ["label 2", "-", "vanished", "-"],
        ["label 3", "-", "vanished", "-"],
        ["-", "label 5", "new", "-"],
        ["-", "label 7", "new", "-"],
    ];
    assert_eq!(rows_found, expected.map(|row| row.map(String::from)));
    let lesion = &text["lesions"][0];
    // 480 and 720 voxels of 1 mm³; 10 by 5 mm in plane, 15 by 5.
    let change = |key: &str, part: &str| lesion[key][part].as_f64().unwrap();
    assert_eq!(change("volume_ml", "baseline"), 0.48);
    assert_eq!(change("volume_ml", "followup"), 0.72);
    assert!((change("volume_ml", "relative_delta") - 0.5).abs() < 1e-12);
    let axial = [125.0_f64.sqrt(), 250.0_f64.sqrt()];
    assert!((change("axial_diameter_mm", "baseline") - axial[0]).abs() < 1e-12);
    assert!((change("axial_diameter_mm", "followup") - axial[1]).abs() < 1e-12);
    let mean = feature(lesion, "ring", "statistics.minimum");
    assert!(mean["delta"].is_f64() && mean["unit"] == "HU");
    let gone = feature(&text["lesions"][1], "tumour", "statistics.mean");
    assert!(gone["baseline"].is_f64() && gone["delta"].is_null());
    assert_eq!(gone["note"], "there is no value at follow-up");
    let codes: Vec<&str> = text["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["follow.scans_unknown"]);
}

#[test]
fn overlap_finds_the_shift_and_a_table_says_which_is_which() {
    let (folder, paths) = scans();
    let text = document(&follow(&paths, &["--pair", "overlap"]));
    let expected = [
        ["label 1", "label 1", "paired", "progressive"],
        ["label 2", "-", "vanished", "-"],
        ["label 3", "label 7", "paired", "stable"],
        ["-", "label 5", "new", "-"],
    ];
    let expected = expected.map(|row| row.map(String::from));
    assert_eq!(found(&text), expected);
    let pairing = &text["pairing"];
    assert_eq!(pairing["shift"], "estimated");
    assert_eq!(pairing["shift_mm"], serde_json::json!([3.0, -2.0, 1.0]));
    assert_eq!(text["lesions"][2]["dice"], 1.0);
    let codes = text["warnings"].to_string();
    assert!(codes.contains("follow.shift_estimated"), "{codes}");
    // The lesion that only moved is 10 HU brighter.
    let change = |key: &str| feature(&text["lesions"][2], "tumour", key)["delta"].as_f64().unwrap();
    assert!((change("statistics.mean") - 10.0).abs() < 1e-9);
    assert!((change("statistics.minimum") - 10.0).abs() < 1e-9);
    let given = document(&follow(&paths, &["--pair", "overlap", "--shift", "3,-2,1"]));
    assert_eq!((found(&given), &given["pairing"]["shift"]), (expected.to_vec(), &"given".into()));
    let table = folder.path().join("pairs.csv");
    std::fs::write(&table, "baseline,followup\nlabel 3,label 7\nlabel 1,label 1\n").unwrap();
    let text = document(&follow(&paths, &["--pair", table.to_str().unwrap()]));
    assert_eq!(found(&text), expected);
    assert_eq!(text["pairing"]["table"], "pairs.csv");
    std::fs::write(&table, "baseline,followup\nlabel 3,label 8\n").unwrap();
    let wanted =
        ["pairs.csv, line 2: there is no lesion 'label 8' at follow-up", "label 5, label 7"];
    refused(&follow(&paths, &["--pair", table.to_str().unwrap()]), 2, &wanted);
}

#[test]
fn the_order_of_lesions_and_other_labels_do_not_matter() {
    let (_folder, [a, am, b, bm]) = scans();
    let one = |more: &[&str]| {
        let mut list = args(&[&"follow", &a, &b, &"--mask", &am, &"--mask-followup", &bm]);
        list.extend(more.iter().map(OsString::from));
        list
    };
    let label = one(&["--label", "3", "--label-followup", "7"]);
    let text = document(&label);
    // Names differ, so nothing pairs: that is told.
    assert_eq!(text["lesions"].as_array().unwrap().len(), 2);
    assert!(text["warnings"].to_string().contains("label 3 at baseline, label 7 at follow-up"));
    let union = one(&["--any-nonzero", "--size", "volume", "--region", "tumour"]);
    let text = document(&union);
    assert_eq!(found(&text)[0][2], "paired");
    assert_eq!(text["response_rule"]["progressive_from"], 1.728);
    let order = ["--label", "3,1", "--roi-many", "separate", "--label-followup", "7,1"];
    let swapped = ["--label", "1,3", "--roi-many", "separate", "--label-followup", "1,7"];
    assert_eq!(stdout(&one(&order)), stdout(&one(&swapped)));
}

/// `follow` of the embedded patient with itself.
fn patient(more: &[&str]) -> Vec<OsString> {
    let (ct, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    let mut list = args(&[&"follow", &ct, &ct, &"--mask", &mask, &"--mask-followup", &mask]);
    list.extend(args(&[&"--roi", &"GTV*", &"--roi-many", &"separate"]));
    list.extend(more.iter().map(OsString::from));
    list
}

const SCORED: [&str; 6] =
    ["--model", "demo-synthetic", "--clinical", "head_and_neck=0", "--clinical", "node=0"];

#[test]
fn a_scan_followed_by_itself_does_not_change_and_says_so() {
    let text = document(&patient(&[&SCORED[..], &["--pair", "overlap"]].concat()));
    assert!(text["warnings"].to_string().contains("follow.same_image"));
    // One frame of reference: nothing is to be found.
    assert_eq!(text["pairing"]["shift"], "none");
    for lesion in text["lesions"].as_array().unwrap() {
        assert_eq!((&lesion["response"], &lesion["dice"]), (&"stable".into(), &1.0.into()));
        assert_eq!(lesion["score"]["delta"], 0.0);
        assert_eq!(
            lesion["baseline"]["score"]["notice"],
            "Research use only; not a medical device."
        );
        for feature in lesion["features"].as_array().unwrap() {
            assert_eq!((&feature["delta"], &feature["note"]), (&0.0.into(), &"".into()));
        }
    }
    let table = stdout(&patient(&SCORED));
    assert!(table.lines().all(|line| line.chars().count() <= 100 && line == line.trim_end()));
    for form in [table, stdout(&patient(&[&SCORED[..], &["--format", "long"]].concat()))] {
        for part in ["demo-synthetic", "demonstration, no clinical meaning", "Research use only"] {
            assert!(form.contains(part), "'{part}' is missing");
        }
        assert!(!form.contains(env!("CARGO_MANIFEST_DIR")) && !form.contains("PERIRAD-TEST-1"));
    }
    let first = stdout(&patient(&["--format", "json", "--threads", "1"]));
    assert_eq!(first, stdout(&patient(&["--format", "json", "--threads", "3"])));
}

#[test]
fn long_has_a_row_for_each_value_and_failures_are_rows() {
    let (_folder, paths) = scans();
    let long = stdout(&follow(&paths, &["--format", "long", "--case", "P1"]));
    let rows_found = rows(&long);
    // Sizes, response, 18 statistics and 16 run lengths in tumour and ring, for five lesions.
    assert_eq!(rows_found.len(), 5 * (3 + 1 + 2 * (18 + 16)));
    let response = rows_found.iter().find(|row| row["feature"] == "response.size").unwrap();
    assert!(response["note"].starts_with("progressive; longest diameter within an axial plane"));
    assert_eq!((response["case_baseline"].as_str(), response["found"].as_str()), ("P1", "paired"));
    for row in &rows_found {
        assert!(row["relative_delta"].parse::<f64>().is_ok() || !row["note"].is_empty(), "{row:?}");
    }
    // No clinical input at follow-up: the score fails at both times, sizes and features stay.
    let map = paths[0].with_file_name("m.toml");
    std::fs::write(&map, "[[map]]\nroi = \"GTV-1\"\nnode = 0\nhead_and_neck = 0\n").unwrap();
    let more = ["--model", "demo-synthetic", "--clinical-map", map.to_str().unwrap()];
    let list = patient(&[&more[..], &["--format", "long"]].concat());
    let output =
        refused(&list, 1, &["baseline, GTV-2: ", "follow-up, GTV-2: ", "not given for 'GTV-2'"]);
    let failed: Vec<_> =
        rows(&output).into_iter().filter(|row| row["family"] == "lesion").collect();
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().all(|row| row["note"].starts_with("model.missing_input: ")));
}

/// Runs the program; it must end with this status and say all of this. Returns standard output.
fn refused(list: &[OsString], status: i32, says: &[&str]) -> String {
    let output = perirad(list);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{told}");
    for part in says {
        assert!(told.contains(part), "'{part}' is not in:\n{told}");
    }
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_does_not_fit_is_refused() {
    let (_folder, paths) = scans();
    refused(&follow(&paths, &["--shift", "1,2,3"]), 2, &["--shift is given", "by name"]);
    refused(&follow(&paths, &["--pair", "overlap", "--shift", "1,2"]), 2, &["is not X,Y,Z in mm"]);
    refused(&follow(&paths, &["--pair", "none.csv"]), 2, &["none.csv cannot be read"]);
    refused(&follow(&paths, &["--clinical", "node=1"]), 2, &["no model"]);
    let model = ["--model", "demo-synthetic", "--settings", "ibsi-c"];
    let clinical = ["--clinical", "node=0", "--clinical", "head_and_neck=0"];
    refused(&follow(&paths, &[model, clinical].concat()), 2, &["other settings"]);
    refused(&patient(&["--roi-followup", "GTV-9"]), 2, &["follow-up: ", "GTV-9", "GTV-2"]);
}

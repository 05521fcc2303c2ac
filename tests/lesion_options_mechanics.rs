//! Options that choose and shape lesions, on the program: each does what it says, and stands in
//! the JSON.

use crate::common::{args, data, file, perirad, stdout};
use ndarray::Array3;
use perirad::engine::Engine;
use perirad::geometry::{Grid, IndexBox, SharedGrid};
use perirad::image::{Intensity, Volume};
use perirad::io::source::MaskSource;
use perirad::io::{nifti, open_mask};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SHAPE: [usize; 3] = [12, 20, 20];

fn grid() -> SharedGrid {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    Arc::new(Grid::new(SHAPE, [2.0, 1.0, 1.0], [0.0; 3], axes).unwrap())
}

fn write(path: &Path, grid: &SharedGrid, value: impl Fn([usize; 3]) -> f32) {
    let data = Array3::from_shape_fn(grid.shape, |(z, y, x)| value([z, y, x]));
    let volume = Volume::new(grid.clone(), data, Intensity::Hounsfield).unwrap();
    let mut bytes = Vec::new();
    nifti::write_volume(&mut bytes, &volume, true).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn texture([z, y, x]: [usize; 3]) -> f32 {
    ((z * 7 + y * 5 + x * 3) % 11) as f32 * 10.0
}

/// Label 1 touches label 2 along x; label 5 is elsewhere, in two parts of 64 and 2 voxels.
fn label_at([z, y, x]: [usize; 3]) -> f32 {
    match [z, y, x] {
        [3..7, 4..8, 4..8] => 1.0,
        [3..7, 4..8, 8..10] => 2.0,
        [3..7, 12..16, 12..16] | [10, 18, 17..19] => 5.0,
        _ => 0.0,
    }
}

/// An image, labels on it, and labels on a crop of it.
fn labelled() -> (tempfile::TempDir, [PathBuf; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["image", "labels", "crop"].map(|n| folder.path().join(format!("{n}.nii.gz")));
    let grid = grid();
    write(&paths[0], &grid, texture);
    write(&paths[1], &grid, label_at);
    let lo = [2, 3, 3];
    let crop = Arc::new(grid.crop(IndexBox { lo, hi: [11, 19, 20] }).unwrap());
    write(&paths[2], &crop, |at| label_at([0, 1, 2].map(|a| at[a] + lo[a])));
    (folder, paths)
}

fn extract(image: &Path, mask: &Path, more: &[&str]) -> Vec<OsString> {
    let mut list = args(&[&"extract", &image, &"--mask", &mask, &"--format", &"json"]);
    list.extend(["--region", "tumour"].iter().chain(more).map(OsString::from));
    list
}

fn document(list: &[OsString]) -> Value {
    serde_json::from_str(&stdout(list)).unwrap()
}

/// Names and voxels of the lesions.
fn lesions(document: &Value) -> Vec<(String, u64)> {
    let lesion = |l: &Value| {
        (l["roi"].as_str().unwrap().to_owned(), l["native_voxels"].as_u64().unwrap_or_default())
    };
    document["lesions"].as_array().unwrap().iter().map(lesion).collect()
}

fn row(name: &str, voxels: u64) -> (String, u64) {
    (name.into(), voxels)
}

/// The message of a lesion's warning of that code.
fn warning(lesion: &Value, code: &str) -> Option<String> {
    let warnings = lesion["warnings"].as_array().unwrap();
    let found = warnings.iter().find(|w| w["code"] == code)?;
    Some(found["message"].as_str().unwrap().to_owned())
}

fn refused(list: &[OsString], says: &[&str]) {
    let output = perirad(list);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    for part in says {
        assert!(told.contains(part), "'{part}' is not in:\n{told}");
    }
}

#[test]
fn a_list_of_labels_is_one_lesion_that_says_what_was_joined() {
    let (_folder, [image, labels, _]) = labelled();
    let list = extract(&image, &labels, &["--label", "1,2,5"]);
    let document = document(&list);
    assert_eq!(lesions(&document), [row("labels 1+2+5", 64 + 32 + 66)]);
    let joined = warning(&document["lesions"][0], "mask.joined").unwrap();
    for part in ["labels.nii.gz: 3 labels", "1 (64 voxels), 2 (32 voxels), 5 (66 voxels)"] {
        assert!(joined.contains(part), "{joined}");
    }
    assert_eq!(document["reading"]["joined"], json!([1, 2, 5]));
    // Given one by one, in any order and twice, they are the same.
    let again = ["--label", "5", "--label", "2", "--label", "1,2"];
    assert_eq!(stdout(&extract(&image, &labels, &again)), stdout(&list));
    // The word is in the table and on standard error, too.
    let table = stdout(&args(&[
        &"extract",
        &image,
        &"--mask",
        &labels,
        &"--label",
        &"1,2",
        &"--region",
        &"tumour",
    ]));
    assert!(table.contains("labels 1+2") && table.contains("were joined to one lesion"), "{table}");
    let told = String::from_utf8(perirad(&list).stderr).unwrap();
    assert!(told.contains("warning[mask.joined]"), "{told}");
}

#[test]
fn labels_are_separate_lesions_on_request_and_unknown_ones_are_refused() {
    let (_folder, [image, labels, _]) = labelled();
    let separate = ["--label", "1,5", "--roi-many", "separate"];
    let found = document(&extract(&image, &labels, &separate));
    assert_eq!(lesions(&found), [row("label 1", 64), row("label 5", 66)]);
    assert_eq!(warning(&found["lesions"][0], "mask.joined"), None);
    refused(&extract(&image, &labels, &["--label", "1,3"]), &["no label 3", "2 (32 voxels)"]);
    refused(&extract(&image, &labels, &["--label", "1,x"]), &["invalid value 'x'"]);
    refused(&extract(&image, &labels, &["--label", "1", "--roi", "2"]), &["cannot be used with"]);
    refused(&extract(&image, &labels, &[]), &["1 (64 voxels), 2 (32 voxels), 5 (66 voxels)"]);
}

#[test]
fn every_nonzero_voxel_is_split_and_resampled_like_any_lesion() {
    let (_folder, [image, labels, crop]) = labelled();
    let any = |mask: &Path, more: &[&str]| {
        document(&extract(&image, mask, &[&["--any-nonzero"], more].concat()))
    };
    let whole = any(&labels, &[]);
    assert_eq!(lesions(&whole), [row("any label", 162)]);
    assert_eq!(whole["reading"]["any_nonzero"], true);
    assert!(warning(&whole["lesions"][0], "mask.joined").is_some());
    let split = ["--split", "components", "--connectivity", "6", "--min-volume", "0.01"];
    let parts = any(&labels, &split);
    assert_eq!(lesions(&parts), [row("any label/1", 96), row("any label/2", 64)]);
    assert!(warning(&parts["lesions"][0], "components.dropped").is_some());
    refused(&extract(&image, &crop, &["--any-nonzero"]), &["voxel [2, 3, 3]", "mask-to-image"]);
    for how in ["nearest", "linear"] {
        let brought = any(&crop, &["--mask-to-image", how]);
        assert_eq!(lesions(&brought), lesions(&whole), "{how}");
        let message = warning(&brought["lesions"][0], "mask.resampled").unwrap();
        assert!(message.contains(how), "{message}");
        assert_eq!(brought["reading"]["to_image"], how);
    }
}

fn patient(more: &[&str]) -> Value {
    let mask = file("testdata/patient/rtstruct.dcm");
    document(&extract(&file("testdata/patient/ct"), &mask, more))
}

#[test]
fn rois_are_chosen_by_glob_expression_number_type_and_exclusion() {
    let names = |more: &[&str]| -> Vec<String> {
        lesions(&patient(more)).into_iter().map(|(name, _)| name).collect()
    };
    let one = lesions(&patient(&["--roi", "GTV-1"]));
    for way in [
        &["--roi", "*-1"][..],
        &["--roi", "GTV?1"],
        &["--roi", "/^GTV-[13]$/"],
        &["--roi", "gtv-1", "--roi-case", "ignore"],
        &["--roi", "/^gtv.1/", "--roi-case", "ignore"],
        &["--label", "1"],
        &["--roi-type", "gtv", "--roi-exclude", "/2$/"],
        &["--roi", "GTV*", "--roi-exclude", "*-2"],
    ] {
        assert_eq!(lesions(&patient(way)), one, "{way:?}");
    }
    assert_eq!(names(&["--roi-type", "GTV", "--roi-many", "separate"]), ["GTV-1", "GTV-2"]);
    let union = patient(&["--roi", "GTV*", "--roi-many", "union"]);
    let numbers = patient(&["--label", "1,4"]);
    assert_eq!(lesions(&union), lesions(&numbers));
    assert_eq!(names(&["--label", "1,4"]), ["GTV-1+GTV-2"]);
    let joined = warning(&numbers["lesions"][0], "mask.joined").unwrap();
    assert!(joined.contains("GTV-1 (number 1, GTV), GTV-2 (number 4, GTV)"), "{joined}");
    let ct = file("testdata/patient/ct");
    let mask = file("testdata/patient/rtstruct.dcm");
    refused(&extract(&ct, &mask, &["--any-nonzero"]), &["ROIs, not labels", "union"]);
    refused(&extract(&ct, &mask, &["--roi", "/GTV(/"]), &["regular expression"]);
    refused(&extract(&ct, &mask, &["--label", "1,9"]), &["number 9", "GTV-1 (number 1, GTV)"]);
}

#[test]
fn everything_that_was_asked_for_stands_in_the_json() {
    let plain = patient(&["--roi", "GTV-1"]);
    assert_eq!(
        plain["reading"],
        json!({
            "regularise": false,
            "assume_hu": false,
            "queries": [{
                "name": "GTV-1", "number": null, "kind": null, "exclude": [],
                "ignore_case": false, "many": "error"
            }],
            "joined": [],
            "any_nonzero": false,
            "ring_structures": [],
            "ring_neighbours": [],
            "rules": { "holes": "xor", "fill_gaps": "none" },
            "threshold": null,
            "to_image": "refuse",
            "ignore_frame_of_reference": false,
            "split": null
        })
    );
    let options = "--roi gtv* --roi-case ignore --roi-type gtv --roi-exclude *2 --roi-many \
                   separate --split components --connectivity 18 --min-volume 0.5 --holes union \
                   --fill-gaps shape --mask-to-image linear --ignore-frame-of-reference \
                   --regularise --assume-hu";
    let changed = patient(&options.split_whitespace().collect::<Vec<_>>());
    assert_eq!(
        changed["reading"],
        json!({
            "regularise": true,
            "assume_hu": true,
            "queries": [{
                "name": "gtv*", "number": null, "kind": "gtv", "exclude": ["*2"],
                "ignore_case": true, "many": "separate"
            }],
            "joined": [],
            "any_nonzero": false,
            "ring_structures": [],
            "ring_neighbours": [],
            "rules": { "holes": "union", "fill_gaps": "shape" },
            "threshold": null,
            "to_image": "linear",
            "ignore_frame_of_reference": true,
            "split": { "connectivity": "18", "minimum_ml": 0.5 }
        })
    );
    let rules = &changed["lesions"][0]["contours"][0]["raster"]["rules"];
    assert_eq!(*rules, json!({ "holes": "union", "fill_gaps": "shape" }));
    for neighbours in ["6", "26"] {
        let split = ["--roi", "GTV-1", "--split", "components", "--connectivity", neighbours];
        assert_eq!(patient(&split)["reading"]["split"]["connectivity"], neighbours);
    }
    // An option that would do nothing is a mistake.
    let (ct, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    refused(&extract(&ct, &mask, &["--roi", "GTV-1", "--min-volume", "1"]), &["--split"]);
    let split = ["--roi", "GTV-1", "--split", "components", "--min-volume", "NaN"];
    refused(&extract(&ct, &mask, &split), &["minimum volume in mL is NaN"]);
    let image = args(&[&"convert", &ct, &"--roi", &"GTV-1", &"-o", &"never.nii"]);
    refused(&image, &["convert.no_mask", "--mask"]);
}

/// An image that covers a segmentation, two voxels more on every side, moved by `off` voxels.
fn around(seg: &Path, off: f64, path: &Path) {
    let MaskSource::Segments(set) = open_mask(seg, &Engine::serial()).unwrap() else { panic!() };
    let own = &*set.grid;
    let grid = Grid {
        shape: own.shape.map(|n| n + 4),
        origin: own.to_patient([-2.0, -2.0, -2.0 + off]),
        ..own.clone()
    };
    write(path, &Arc::new(grid), texture);
}

#[test]
fn the_threshold_of_a_fractional_segmentation_is_chosen_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (seg, image) = (file("testdata/seg/fractional.dcm"), folder.path().join("image.nii"));
    around(&seg, 0.0, &image);
    let at = |more: &[&str]| document(&extract(&image, &seg, &[&["--label", "1"], more].concat()));
    let half = at(&[]);
    assert_eq!(half["lesions"][0]["segments"][0]["threshold"], 0.5);
    assert_eq!(half["reading"]["threshold"], Value::Null);
    let fifth = at(&["--seg-threshold", "0.2"]);
    assert_eq!(fifth["lesions"][0]["segments"][0]["threshold"], 0.2);
    assert_eq!(fifth["reading"]["threshold"], 0.2);
    assert!(lesions(&fifth)[0].1 > lesions(&half)[0].1, "{:?}", lesions(&fifth));
    for wrong in ["0", "1.01", "-0.5", "NaN"] {
        let list = extract(&image, &seg, &["--label", "1", &format!("--seg-threshold={wrong}")]);
        refused(&list, &["mask.option", "expected above 0 to 1"]);
    }
    let binary = file("testdata/seg/binary.dcm");
    let told = document(&extract(&image, &binary, &["--label", "1,3", "--seg-threshold", "0.2"]));
    let lesion = &told["lesions"][0];
    assert!(warning(lesion, "mask.threshold_unused").is_some());
    let joined = warning(lesion, "mask.joined").unwrap();
    assert!(joined.contains("lesion 1 (number 1, Neoplasm), vessel (number 3"), "{joined}");
}

#[test]
fn what_a_parameter_file_says_of_masks_counts_for_every_command() {
    let (folder, [image, _, crop]) = labelled();
    let [settings, out] = ["params.json", "out.nii"].map(|name| folder.path().join(name));
    std::fs::write(&settings, r#"{"setting": {"label": 5, "correctMask": true}}"#).unwrap();
    let more = args(&[&"--settings", &settings]);
    let found = document(&[extract(&image, &crop, &[]), more.clone()].concat());
    assert_eq!(lesions(&found), [row("label 5", 66)]);
    let list = args(&[&"convert", &image, &"--mask", &crop, &"-o", &out]);
    stdout(&[list, more.clone()].concat());
    let written = open_mask(&out, &Engine::serial()).unwrap();
    let MaskSource::Labels { labels, .. } = written else { panic!("it is a label image") };
    assert_eq!(labels.counts()[&1], 66);
    let list = args(&[&"follow", &image, &image, &"--mask", &crop, &"--mask-followup", &crop]);
    let list = [list, args(&[&"--region", &"tumour", &"--format", &"json"]), more].concat();
    let lesion = &document(&list)["lesions"][0];
    assert_eq!([&lesion["baseline"]["roi"], &lesion["followup"]["roi"]], ["label 5"; 2]);
}

#[test]
fn a_segmentation_between_the_images_voxels_is_resampled_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (seg, image) = (file("testdata/seg/binary.dcm"), folder.path().join("image.nii"));
    around(&seg, 0.4, &image);
    refused(&extract(&image, &seg, &["--label", "3"]), &["0.40 voxel", "mask-to-image"]);
    let found = document(&extract(&image, &seg, &["--label", "3", "--mask-to-image", "nearest"]));
    assert_eq!(lesions(&found), [row("vessel", 91)]);
    let lesion = &found["lesions"][0];
    assert_eq!(lesion["segments"][0]["placement"], Value::Null);
    assert!(warning(lesion, "mask.resampled").unwrap().contains("91 voxels"));
}

#[test]
fn why_an_roi_makes_no_lesion_is_told_by_inspect_and_by_the_table() {
    let Some(folder) = data("dicom_odd/rtstruct_dicompyler") else { return };
    let flat = |text: Vec<u8>| {
        String::from_utf8(text).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let inspected = flat(perirad(&args(&[&"inspect", &folder])).stdout);
    for part in [
        "ROI \"Heart\": none of 33 contours can be used: 33 outside the image",
        "BODY: contours outside the image: 137 of 141; 14881.34 mL were drawn in all, 139.84 mL",
        "with all its slices?",
        "ROI \"Areola\": it is named and has no contour",
    ] {
        assert!(inspected.contains(part), "'{part}' is not in {inspected}");
    }
    let rtss = folder.join("rtss.dcm");
    let output = perirad(&args(&[&"extract", &folder, &"--mask", &rtss, &"--roi", &"Heart"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(flat(output.stdout).contains("failed ROI \"Heart\": none of 33 contours"));
}

#[test]
fn units_vouched_for_are_told_in_every_form_of_output() {
    let Some(case) = data("dicom_odd/seg_dcmqi/24x38x3") else { return };
    let (image, mask) = (case.join("image"), case.join("seg/label.seg.dcm"));
    refused(&extract(&image, &mask, &[]), &["Rescale Type (0028,1054) is \"US\"", "assume-hu"]);
    let found = document(&extract(&image, &mask, &["--assume-hu"]));
    assert_eq!(lesions(&found), [row("Liver", 315)]);
    assert_eq!(found["image"]["warnings"][0]["code"], "dicom.assumed_hu");
    assert_eq!(found["reading"]["assume_hu"], true);
    for format in ["table", "long", "csv"] {
        let list = args(&[&"extract", &image, &"--mask", &mask, &"--assume-hu"]);
        let output = perirad(&[list, args(&[&"--format", &format])].concat());
        let text = [output.stdout, output.stderr].concat();
        assert!(String::from_utf8(text).unwrap().contains("unspecified"), "{format}");
    }
}

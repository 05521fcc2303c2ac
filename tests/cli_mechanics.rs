//! Errors a user meets, each on the program: message, hint, exit status, and what stays on stdout.

use crate::common::{args, file, perirad, rows, stdout};
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::open_file;
use perirad::feature::FamilyKey;
use perirad::geometry::Grid;
use perirad::image::{Intensity, Mask, Volume};
use perirad::io::nifti;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

const CLINICAL: [&str; 4] = ["--clinical", "node=0", "--clinical", "head_and_neck=0"];

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs the program; it must end with this status and say all of this on standard error.
fn refused(args: &[OsString], status: i32, says: &[&str]) -> Output {
    let output = perirad(args);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(status), "{told}");
    for part in says {
        assert!(told.contains(part), "'{part}' is not in:\n{told}");
    }
    let home = file("");
    assert!(!told.contains(home.to_str().unwrap()), "an absolute path in:\n{told}");
    output
}

/// `score` of the embedded patient's lesion with the demonstration model.
fn score(ct: &Path, roi: &str, more: &[&str]) -> Vec<OsString> {
    let mask = file("testdata/patient/rtstruct.dcm");
    let mut list =
        args(&[&"score", &ct, &"--mask", &mask, &"--roi", &roi, &"--model", &"demo-synthetic"]);
    list.extend(CLINICAL.iter().chain(more).map(OsString::from));
    list
}

/// `extract` of the embedded patient's lesion.
fn extract_patient(more: &[&str]) -> Vec<OsString> {
    let mask = file("testdata/patient/rtstruct.dcm");
    let mut list = args(&[&"extract", &ct(), &"--mask", &mask, &"--roi", &"GTV-1"]);
    list.extend(more.iter().map(OsString::from));
    list
}

fn ct() -> PathBuf {
    file("testdata/patient/ct")
}

/// A copy of the embedded CT in which `change` may alter or drop each file by position (0 = lowest).
fn altered(
    change: impl Fn(usize, &mut dicom_object::DefaultDicomObject) -> bool,
) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut slices: Vec<(f64, PathBuf)> = fs::read_dir(ct())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let object = open_file(&path).unwrap();
            let position = object.element(tags::IMAGE_POSITION_PATIENT).unwrap();
            (position.to_multi_float64().unwrap()[2], path)
        })
        .collect();
    slices.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (i, (_, path)) in slices.iter().enumerate() {
        let mut object = open_file(path).unwrap();
        if change(i, &mut object) {
            object.write_to_file(folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    folder
}

fn without(tag: Tag) -> tempfile::TempDir {
    altered(|i, object| {
        if i == 7 {
            object.remove_element(tag);
        }
        true
    })
}

/// A small NIfTI image and mask: `value` and `inside` of each voxel index `[z, y, x]`.
fn nifti_case(
    value: impl Fn([usize; 3]) -> f32,
    inside: impl Fn([usize; 3]) -> bool,
) -> tempfile::TempDir {
    let shape = (8, 9, 10);
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new([8, 9, 10], [2.0, 1.0, 1.0], [0.0; 3], axes).unwrap());
    let at = |(z, y, x): (usize, usize, usize)| [z, y, x];
    let data = ndarray::Array3::from_shape_fn(shape, |i| value(at(i)));
    let voxels = ndarray::Array3::from_shape_fn(shape, |i| inside(at(i)));
    let volume = Volume::new(grid.clone(), data, Intensity::Hounsfield).unwrap();
    let mask = Mask::new(grid, voxels).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();
    let (mut image, mut labels) = (Vec::new(), Vec::new());
    nifti::write_volume(&mut image, &volume, true).unwrap();
    nifti::write_mask(&mut labels, &mask, true).unwrap();
    write("image.nii.gz", image);
    write("mask.nii.gz", labels);
    folder
}

fn extract(folder: &Path, more: &[&str]) -> Vec<OsString> {
    let (image, mask) = (folder.join("image.nii.gz"), folder.join("mask.nii.gz"));
    let mut list = args(&[&"extract", &image, &"--mask", &mask]);
    list.extend(more.iter().map(OsString::from));
    list
}

fn texture([z, y, x]: [usize; 3]) -> f32 {
    ((z * 7 + y * 5 + x * 3) % 11) as f32 * 10.0
}

#[test]
fn the_embedded_case_scores_and_its_contributions_add_up() {
    let mut list = score(&ct(), "GTV-1", &["--format", "json"]);
    let text = stdout(&list);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let score = &document["lesions"][0]["score"];
    let mut sum = score["intercept"].as_f64().unwrap();
    for term in score["contributions"].as_array().unwrap() {
        sum += term["contribution"].as_f64().unwrap();
    }
    assert_eq!(sum, score["value"].as_f64().unwrap());
    assert_eq!(score["contributions"].as_array().unwrap().len(), 8);
    for secret in ["SYNTHETIC^PHANTOM", "PERIRAD-TEST-1", env!("CARGO_MANIFEST_DIR")] {
        assert!(!text.contains(secret), "{secret} is in the output");
    }
    // Whose score it is stands in every form of it.
    for format in ["table", "json", "long"] {
        *list.last_mut().unwrap() = format.into();
        let text = stdout(&list);
        for part in ["demo-synthetic", "demonstration, no clinical meaning", "Research use only"] {
            assert!(text.contains(part), "{format}: '{part}' is missing");
        }
    }
}

#[test]
fn tables_fit_100_columns() {
    for list in [
        score(&ct(), "GTV-1", &[]),
        extract_patient(&[]),
        extract_patient(&["--settings", "ibsi-a"]),
        extract_patient(&["--settings", "ibsi-c"]),
        args(&[&"inspect", &file("testdata/patient")]),
        args(&[&"features"]),
        args(&[&"settings"]),
        args(&[&"model", &"list"]),
    ] {
        let text = stdout(&list);
        let long = text.lines().find(|line| line.chars().count() > 100);
        assert_eq!(long, None, "{list:?}");
        assert!(text.lines().all(|line| line == line.trim_end()), "{list:?}");
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    // Of few families so little is measured that one thread does it, whatever is asked for.
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("all.toml");
    let families: Vec<&str> = FamilyKey::ibsi().into_iter().map(FamilyKey::name).collect();
    fs::write(&settings, format!("base = \"cd8\"\nfeatures.families = {families:?}\n")).unwrap();
    let all = ["--settings", settings.to_str().unwrap(), "--region", "both", "--format", "json"];
    for list in [score(&ct(), "GTV-1", &["--format", "json"]), extract_patient(&all)] {
        let one = |threads: &str| stdout(&[list.clone(), args(&[&"--threads", &threads])].concat());
        let first = one("1");
        assert_eq!(first, one("2"));
        assert_eq!(first, one("7"));
    }
}

#[test]
fn no_such_roi_lists_the_names() {
    refused(&score(&ct(), "GTV-9", &[]), 2, &["GTV-9", "GTV-1", "GTV-2", "Body"]);
}

#[test]
fn two_rois_match_and_are_listed() {
    refused(&score(&ct(), "GTV*", &[]), 2, &["GTV-1", "GTV-2"]);
}

#[test]
fn several_rois_by_name_are_several_lesions() {
    let long = stdout(&score(&ct(), "GTV-1", &["--roi", "GTV-2", "--format", "long"]));
    let scores: Vec<_> =
        rows(&long).into_iter().filter(|row| row["feature"] == "model.score").collect();
    assert_eq!(scores.len(), 2);
    assert_eq!((scores[0]["roi"].as_str(), scores[1]["roi"].as_str()), ("GTV-1", "GTV-2"));
    assert_ne!(scores[0]["value"], scores[1]["value"]);
}

#[test]
fn mask_from_another_lattice_says_by_how_much() {
    let folder = nifti_case(texture, |[z, y, x]| z > 1 && y > 1 && x > 1);
    let list = args(&[&"extract", &ct(), &"--mask", &folder.path().join("mask.nii.gz")]);
    refused(&list, 2, &["mm", "8"]);
}

#[test]
fn missing_slope_or_intercept_names_file_and_tag() {
    let folder = without(tags::RESCALE_SLOPE);
    refused(&score(folder.path(), "GTV-1", &[]), 2, &["(0028,1053)", ".dcm"]);
    let folder = without(tags::RESCALE_INTERCEPT);
    refused(&score(folder.path(), "GTV-1", &[]), 2, &["(0028,1052)", ".dcm"]);
}

#[test]
fn missing_slice_names_the_gap() {
    let folder = altered(|i, _| i != 20);
    refused(&score(folder.path(), "GTV-1", &[]), 2, &["gap of 5.000 mm", "2.500 mm"]);
}

#[test]
fn missing_kvp_is_asked_for_and_taken_by_hand() {
    let folder = altered(|_, object| {
        object.remove_element(tags::KVP);
        true
    });
    let output = refused(&score(folder.path(), "GTV-1", &[]), 1, &["kvp", "--clinical kvp=120"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("no score"));
    let text = stdout(&score(folder.path(), "GTV-1", &["--clinical", "kvp=120"]));
    assert!(text.contains("given by hand"));
    let same = stdout(&score(&ct(), "GTV-1", &["--clinical", "kvp=100"]));
    assert!(same.contains("the header says 120"), "{same}");
}

#[test]
fn a_tube_voltage_that_cannot_be_is_missing_in_a_header_too() {
    for (kvp, says) in
        [("120000", "120000 in the image's header"), ("0.12", "0.12 in the image's header")]
    {
        let folder = altered(|_, object| {
            object.put(DataElement::new(tags::KVP, VR::DS, kvp));
            true
        });
        let says = ["model.missing_input", says, "20 to 200", "--clinical kvp=120"];
        refused(&score(folder.path(), "GTV-1", &[]), 1, &says);
        let text = stdout(&score(folder.path(), "GTV-1", &["--clinical", "kvp=120"]));
        assert!(text.contains("given by hand"), "{text}");
    }
}

#[test]
fn empty_mask_is_a_failed_row() {
    let folder = nifti_case(texture, |_| false);
    refused(&extract(folder.path(), &["--format", "long"]), 2, &["mask.nii.gz"]);
}

#[test]
fn one_voxel_has_values_or_reasons() {
    let folder = nifti_case(texture, |i| i == [4, 4, 4]);
    for settings in ["cd8", "ibsi-c", "ibsi-a"] {
        let output =
            perirad(&extract(folder.path(), &["--format", "long", "--settings", settings]));
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        for row in rows(&text) {
            let value: Option<f64> = row["value"].parse().ok();
            assert!(value.is_some_and(f64::is_finite) || !row["note"].is_empty(), "{row:?}");
        }
        assert_ne!(output.status.code(), Some(2), "{}", told(&output));
    }
}

#[test]
fn all_voxels_of_one_value_have_values_or_reasons() {
    let folder =
        nifti_case(|_| 40.0, |[z, y, x]| z > 1 && z < 7 && y > 1 && y < 8 && x > 1 && x < 9);
    for settings in ["cd8", "ibsi-c", "ibsi-d"] {
        let list = extract(folder.path(), &["--format", "long", "--settings", settings]);
        let text = stdout(&list);
        for row in rows(&text) {
            let value: Option<f64> = row["value"].parse().ok();
            assert!(value.is_some_and(f64::is_finite) || !row["note"].is_empty(), "{row:?}");
        }
    }
}

#[test]
fn unknown_key_in_a_settings_file_suggests_the_nearest() {
    let folder = nifti_case(texture, |[z, y, x]| z > 1 && y > 1 && x > 1);
    let settings = folder.path().join("mine.toml");
    fs::write(&settings, "base = \"cd8\"\n[ring]\nouter = 3.0\n").unwrap();
    let list = extract(folder.path(), &["--settings", settings.to_str().unwrap()]);
    refused(&list, 2, &["ring.outer", "did you mean 'ring.outer_mm'"]);
    refused(&extract(folder.path(), &["--settings", "ibsi-x"]), 2, &["ibsi-x", "ibsi-a"]);
}

#[test]
fn model_without_numbers_lists_them() {
    let list = args(&[
        &"score",
        &ct(),
        &"--mask",
        &file("testdata/patient/rtstruct.dcm"),
        &"--roi",
        &"GTV-1",
    ]);
    refused(&list, 2, &["cd8-sun2018", "intercept", "terms.tumour_minimum.coefficient"]);
    let check = perirad(&args(&[&"model", &"check", &"cd8-sun2018"]));
    assert_eq!(check.status.code(), Some(1));
    let text = String::from_utf8(check.stdout).unwrap();
    for part in ["intercept", "terms.ring_lrlge.scale", "terms.head_and_neck.centre"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(perirad(&args(&[&"model", &"check", &"demo-synthetic"])).status.code(), Some(0));
}

#[test]
fn a_transcribed_model_scores_and_tells_what_is_assumed() {
    // Numbers of the test's own under a name of its own: no signature.
    let text = fs::read_to_string(file("models/cd8-sun2018.toml")).unwrap();
    let text = text
        .replace("name = \"cd8-sun2018\"", "name = \"transcribed\"")
        .replace("kind = \"linear\"", "kind = \"linear\"\nintercept = 1.5")
        .replace("predictor = {", "coefficient = 0.5\ncentre = 0.0\nscale = 2.0\npredictor = {");
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("transcribed.toml");
    fs::write(&model, text).unwrap();
    let mut list = score(&ct(), "GTV-1", &["--format", "json"]);
    let at = list.iter().position(|a| a == "demo-synthetic").unwrap();
    list[at] = model.clone().into();
    let document: serde_json::Value = serde_json::from_str(&stdout(&list)).unwrap();
    let score = &document["lesions"][0]["score"];
    let expected: f64 = score["contributions"]
        .as_array()
        .unwrap()
        .iter()
        .fold(1.5, |sum, term| sum + 0.5 * (term["value"].as_f64().unwrap() / 2.0));
    assert!((score["value"].as_f64().unwrap() - expected).abs() < 1e-9 * expected.abs());
    let warnings = score["warnings"].as_array().unwrap();
    let assumed = warnings.iter().filter(|w| w["code"] == "model.assumed").count();
    assert_eq!(assumed, 14);
}

#[test]
fn model_with_other_settings_is_refused() {
    let list = score(&ct(), "GTV-1", &["--settings", "ibsi-c"]);
    refused(&list, 2, &["other settings", "resample.spacing_mm", "discretise.method"]);
}

#[test]
fn missing_and_impossible_clinical_inputs_are_named() {
    let mut list = score(&ct(), "GTV-1", &[]);
    let at = list.iter().position(|a| a == "node=0").unwrap();
    let mut without = list.clone();
    without.drain(at - 1..=at);
    refused(&without, 2, &["'node'", "--clinical node=0"]);
    list[at] = "node=2".into();
    refused(&list, 2, &["node=2", "0 or 1"]);
    list[at] = "nod=1".into();
    refused(&list, 2, &["'nod'", "node"]);
}

#[test]
fn an_output_file_is_written_whole_and_stdout_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.json");
    let list = score(&ct(), "GTV-1", &["--format", "json", "-o", path.to_str().unwrap()]);
    assert_eq!(stdout(&list), "");
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_read_is_never_written_over() {
    let folder = nifti_case(texture, |_| true);
    let [image, mask] = ["image.nii.gz", "mask.nii.gz"].map(|name| folder.path().join(name));
    let settings = folder.path().join("mine.toml");
    fs::write(&settings, stdout(&args(&[&"settings", &"cd8"]))).unwrap();
    let before = [&image, &mask, &settings].map(|path| fs::read(path).unwrap());
    let again = folder.path().join(".").join("image.nii.gz");
    let says = |name: &str| format!("error[output.input]: {name} is to be read and written over");
    refused(&args(&[&"convert", &image, &"-o", &again]), 2, &[&says("image.nii.gz")]);
    refused(&args(&[&"inspect", &mask, &"-o", &mask]), 2, &[&says("mask.nii.gz")]);
    for (output, name) in [(&mask, "mask.nii.gz"), (&settings, "mine.toml")] {
        let list = ["--settings".into(), settings.clone(), "-o".into(), output.clone()];
        let list = list.each_ref().map(|word| word.to_str().unwrap());
        refused(&extract(folder.path(), &list), 2, &[&says(name)]);
    }
    assert_eq!([&image, &mask, &settings].map(|path| fs::read(path).unwrap()), before);
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_or_a_pipe_stays_one() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let write = |to: &Path| assert_eq!(stdout(&args(&[&"features", &"-o", &to])), "");
    fs::create_dir(at("other")).unwrap();
    fs::write(at("other/old.txt"), "old").unwrap();
    // To a file that is there, to one that is not yet, and to another link.
    symlink("other/old.txt", at("old")).unwrap();
    symlink("other/new.txt", at("new")).unwrap();
    symlink("new", at("link")).unwrap();
    for (link, target) in [("old", "other/old.txt"), ("link", "other/new.txt")] {
        write(&at(link));
        assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink(), "{link}");
        assert!(fs::read_to_string(at(target)).unwrap().contains("statistics"), "{target}");
    }
    assert_eq!(fs::read_dir(at("other")).unwrap().count(), 2);
    // What standard output is sent to is not replaced under it, nor emptied.
    if Path::new("/proc/self/fd").exists() {
        fs::write(at("log"), "before\n").unwrap();
        let log = fs::OpenOptions::new().append(true).open(at("log")).unwrap();
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_perirad"));
        let run = program.args(["features", "-o", "/proc/self/fd/1"]).stdout(log).status();
        assert!(run.unwrap().success());
        let log = fs::read_to_string(at("log")).unwrap();
        assert!(log.starts_with("before\n") && log.contains("statistics"), "{log}");
    }
    let pipe = at("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    write(&pipe);
    // First, for a reader whose pipe is gone waits forever.
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(reader.join().unwrap().contains("statistics"));
}

#[test]
fn long_is_a_stable_interface() {
    let long = stdout(&extract_patient(&["--format", "long"]));
    assert_eq!(
        long.lines().next().unwrap(),
        "case,roi,region,filter,family,feature,short,ibsi,aggregation,aggregation_ibsi,\
         discretisation,value,unit,note"
    );
    let rows = rows(&long);
    let (features, beside): (Vec<_>, Vec<_>) = rows.iter().partition(|r| !r["short"].is_empty());
    assert_eq!(features.len(), 2 * (18 + 16));
    // What they rest on: nothing was removed from the ring for which there would be another row.
    assert!(beside.iter().all(|r| ["evidence", "ring"].contains(&r["family"].as_str())));
    let minimum = rows.iter().find(|r| r["short"] == "stat_min").unwrap();
    assert_eq!((minimum["ibsi"].as_str(), minimum["aggregation_ibsi"].as_str()), ("1GSF", "DHQ4"));
    assert_eq!((minimum["region"].as_str(), minimum["unit"].as_str()), ("tumour", "HU"));
    let srhge = rows.iter().find(|r| r["short"] == "rlm_srhge").unwrap();
    assert_eq!((srhge["ibsi"].as_str(), srhge["aggregation_ibsi"].as_str()), ("GD3A", "ITBB"));
    assert_eq!(srhge["discretisation"], "abs:400@-1000..3000");
}

#[test]
fn columns_have_the_names_of_lifex_where_asked_for() {
    let own = rows(&stdout(&extract_patient(&["--format", "csv"])));
    let lifex = rows(&stdout(&extract_patient(&["--format", "csv", "--names", "lifex"])));
    for (name, key) in [
        ("CONV_min", "statistics.minimum:3d"),
        ("GLRLM_SRHGE", "glrlm.short_run_high_grey_level_emphasis:3d_avg"),
        ("GLRLM_LGRE", "glrlm.low_grey_level_run_emphasis:3d_avg"),
        ("GLRLM_SRLGE", "glrlm.short_run_low_grey_level_emphasis:3d_avg"),
        ("GLRLM_LRLGE", "glrlm.long_run_low_grey_level_emphasis:3d_avg"),
    ] {
        for (lifex, own) in lifex.iter().zip(&own) {
            assert_eq!(lifex[name], own[key], "{name}");
        }
    }
    // 3 intensities and 11 run lengths beside the fixed columns; nothing LIFEx does not have.
    assert_eq!((lifex.len(), lifex[0].len()), (2, 9 + 3 + 11));
    let folder = tempfile::tempdir().unwrap();
    let two = folder.path().join("two.toml");
    let text = "base = \"cd8\"\n[texture]\naggregations = [\"3d_avg\", \"3d_merged\"]\n";
    fs::write(&two, text).unwrap();
    let two = two.to_str().unwrap();
    let more = ["--format", "csv", "--names", "lifex", "--settings", two];
    let head = stdout(&extract_patient(&more));
    assert!(head.contains("GLRLM_LGRE:3d_avg") && head.contains("GLRLM_LGRE:3d_merged"));
}

//! Which lesions a query means, on files made here: names, numbers, types, union, split, and the
//! frame of reference.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common::{args, perirad, rows};
use crate::dicom_maker::{Series, rtstruct};
use ndarray::Array3;
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::geometry::IndexBox;
use perirad::image::{Connectivity, Intensity, Mask};
use perirad::io::lattice::MaskToImage;
use perirad::io::lesions::{Drawn, MaskOptions, Split};
use perirad::io::qa::roi_record;
use perirad::io::select::{RoiMany, RoiQuery};
use perirad::io::source::{ImageChoice, LoadedImage, MaskSource, read_image, read_mask};
use perirad::io::{Files, IoError, Memory};
use std::sync::Arc;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

/// 12 slices of 3 rows and 2 columns, from z = 30 mm on every 2.5 mm.
fn image() -> LoadedImage {
    read_image(&Series::new(12).files(), "series", &CHOICE, &Engine::serial()).unwrap()
}

/// A rectangle around the voxels of both columns and of rows `rows`, on slice `z`.
fn block(z: usize, rows: std::ops::Range<usize>) -> String {
    let z = 30.0 + 2.5 * z as f64;
    let [low, high] =
        [rows.start as f64 - 0.45, rows.end as f64 - 0.55].map(|row| -20.0 + 0.8 * row);
    [[-10.3, low], [-9.0, low], [-9.0, high], [-10.3, high]]
        .map(|[x, y]| format!("{x}\\{y}\\{z}"))
        .join("\\")
}

fn structures() -> MaskSource {
    let gtv1: Vec<String> = [0, 1, 2].map(|z| block(z, 0..2)).to_vec();
    // Two parts: slices 5 and 6, and a lone row on slice 9.
    let gtv2 = [block(5, 0..3), block(6, 0..3), block(9, 0..1)];
    let lung = [block(2, 0..3), block(11, 0..3)];
    let rows = |data: &[String]| -> Vec<(i64, &'static str, String)> {
        data.iter().map(|data| (0, "CLOSED_PLANAR", data.clone())).collect()
    };
    let all = [rows(&gtv1), rows(&gtv2), rows(&lung)];
    let all: Vec<Vec<_>> = all
        .iter()
        .map(|rows| rows.iter().map(|(n, kind, data)| (*n, *kind, data.as_str(), "4")).collect())
        .collect();
    let rois =
        [(4, "GTV-1", &all[0][..]), (2, "gtv-2", &all[1]), (9, "Lung", &all[2]), (7, "empty", &[])];
    let mut files = Memory::default();
    files.insert("rs.dcm", rtstruct(&rois, "1.2.3.9"));
    let MaskSource::Structures(mut set) = read_mask(&files, "rs", &Engine::serial()).unwrap()
    else {
        panic!("it is an RTSTRUCT")
    };
    for (roi, kind) in set.rois.iter_mut().zip(["GTV", "GTV", "ORGAN", "GTV"]) {
        roi.interpreted_type = Some(kind.into());
    }
    MaskSource::Structures(set)
}

fn drawn(query: &RoiQuery, options: &MaskOptions) -> Result<Vec<Drawn>, IoError> {
    structures().lesions(query, options, &image())
}

/// Names and voxels of the lesions, or codes.
fn told(query: &RoiQuery, options: &MaskOptions) -> Vec<(String, Result<usize, &'static str>)> {
    let count =
        |(name, lesion): Drawn| (name, lesion.map(|l| l.mask.count()).map_err(|e| e.code()));
    drawn(query, options).unwrap().into_iter().map(count).collect()
}

fn row(name: &str, count: usize) -> (String, Result<usize, &'static str>) {
    (name.into(), Ok(count))
}

#[test]
fn queries_mean_one_several_or_a_union() {
    let plain = MaskOptions::default();
    let gtv = |many| RoiQuery { ignore_case: true, many, ..RoiQuery::named("GTV-?") };
    assert_eq!(told(&RoiQuery::named("GTV-1"), &plain), [row("GTV-1", 12)]);
    let error = drawn(&gtv(RoiMany::Error), &plain).unwrap_err();
    assert_eq!(error.code(), "io.roi_ambiguous");
    assert!(error.to_string().contains("GTV-1 (number 4, GTV), gtv-2 (number 2, GTV)"), "{error}");
    assert_eq!(told(&gtv(RoiMany::Separate), &plain), [row("GTV-1", 12), row("gtv-2", 14)]);
    assert_eq!(told(&gtv(RoiMany::Union), &plain), [row("GTV-1+gtv-2", 26)]);
    // Voxels that two share count once.
    let shared = RoiQuery { many: RoiMany::Union, ..RoiQuery::named("/GTV-1|Lung/") };
    assert_eq!(told(&shared, &plain), [row("GTV-1+Lung", 12 + 12 - 4)]);
    let number = RoiQuery { number: Some(9), ..RoiQuery::default() };
    assert_eq!(told(&number, &plain), [row("Lung", 12)]);
    // A lesion that cannot be made stands among the others with its reason.
    let kind =
        RoiQuery { kind: Some("gtv".into()), many: RoiMany::Separate, ..RoiQuery::default() };
    let found = told(&kind, &plain);
    assert_eq!(found[2], ("empty".into(), Err("contour.nothing_left")));
    let drawn_only = RoiQuery { exclude: vec!["empty".into()], ..kind };
    assert_eq!(told(&drawn_only, &plain).len(), 2);
}

#[test]
fn what_is_meant_twice_is_one_lesion_and_lesions_of_one_name_are_told_apart() {
    let (plain, image) = (MaskOptions::default(), image());
    let query = |name: &str| RoiQuery { many: RoiMany::Separate, ..RoiQuery::named(name) };
    let queries = [query("/GTV-1|gtv-2/"), query("GTV-1"), query("*2"), query("Lung")];
    let (found, shared) = structures().lesions_of(&queries, &plain, &image).unwrap();
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, shared), (vec!["GTV-1", "gtv-2", "Lung"], None));
    let twice = |at: usize| {
        let warnings = &found[at].1.as_ref().unwrap().warnings;
        warnings.iter().filter(|w| w.code == "mask.chosen_twice").count()
    };
    assert_eq!([0, 1, 2].map(twice), [1, 1, 0]);
    let MaskSource::Structures(mut set) = structures() else { panic!("it is an RTSTRUCT") };
    set.rois[2].name = "GTV-1".into();
    let set = MaskSource::Structures(set);
    let (found, shared) = set.lesions_of(&[query("*")], &plain, &image).unwrap();
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["GTV-1 (number 4)", "gtv-2", "GTV-1 (number 9)", "empty"]);
    assert_eq!(shared.as_deref(), Some("GTV-1"));
    // One of them alone keeps its name.
    let one = RoiQuery { number: Some(9), ..RoiQuery::default() };
    assert_eq!(set.lesions(&one, &plain, &image).unwrap()[0].0, "GTV-1");
}

/// Writes the image with a slice that is cut short, and ROIs of blocks by name and number: slice and
/// rows, or what lies outside the image.
fn study(rois: &[(i64, &str, &[String])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Series::new(12).files();
    let cut = files.read_at("slice0.dcm", 0, 200).unwrap();
    files.insert("cut.dcm", cut);
    let drawn: Vec<Vec<_>> = rois
        .iter()
        .map(|(_, _, data)| data.iter().map(|d| (0, "CLOSED_PLANAR", d.as_str(), "4")).collect())
        .collect();
    let rows: Vec<_> = rois
        .iter()
        .zip(&drawn)
        .map(|((number, name, _), rows)| (*number, *name, &rows[..]))
        .collect();
    files.insert("rs.dcm", rtstruct(&rows, "1.2.3.9"));
    for name in files.names() {
        let place = folder.path().join(if name == "rs.dcm" { "RS^JANE" } else { "CT^JANE" });
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join(name), files.read(name).unwrap()).unwrap();
    }
    folder
}

/// Standard output and standard error of the program on such a study, which must end with a status.
fn run(command: &str, folder: &tempfile::TempDir, status: i32, more: &[&str]) -> [String; 2] {
    let ct = folder.path();
    let mut list = args(&[&command, &ct]);
    if command != "inspect" {
        list.extend(args(&[&"--mask", &ct, &"--roi", &"GTV"]));
    }
    list.extend(more.iter().map(Into::into));
    let output = perirad(&list);
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(output.status.code(), Some(status), "{}", text[1]);
    text
}

const OUTSIDE: &str = "500\\0\\30\\510\\0\\30\\510\\10\\30\\500\\10\\30";

#[test]
fn a_lesion_that_fails_tells_what_was_drawn_and_what_is_odd_about_the_image() {
    let folder = study(&[(1, "GTV", &[block(3, 0..2), OUTSIDE.into()])]);
    let settings = folder.path().join("large.toml");
    std::fs::write(&settings, "base = \"ibsi-a\"\n[region]\nminimum_voxels = 99\n").unwrap();
    let settings = ["--settings", settings.to_str().unwrap(), "--region", "tumour"];
    let by = |format| run("extract", &folder, 1, &[&settings[..], &["--format", format]].concat());
    let [json, told] = by("json");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let lesion = &json["lesions"][0];
    assert_eq!(
        (&lesion["status"], &lesion["contours"][0]["raster"]["outside"]),
        (&"failed".into(), &1.into())
    );
    let codes = |all: &serde_json::Value| -> Vec<String> {
        all.as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap().to_owned()).collect()
    };
    assert!(codes(&lesion["warnings"]).contains(&"contour.outside".into()), "{lesion}");
    assert!(codes(&json["image"]["warnings"]).contains(&"dicom.unreadable".into()), "{json}");
    // Image and mask are of one folder: it is told once.
    assert!(!codes(&lesion["warnings"]).contains(&"dicom.unreadable".into()), "{lesion}");
    // On standard error the lesion is named, the image's are of the run.
    for part in ["warning[contour.outside]: GTV: ", "warning[dicom.unreadable]: 1 DICOM"] {
        assert!(told.contains(part), "{told}");
    }
    let [table, told] = by("table");
    assert!(!told.contains("warning"), "{told}");
    let table = table.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["failed", "DICOM files cannot be read", "contours outside the image: 1 of 2"] {
        assert!(table.contains(part), "'{part}' is not in {table}");
    }
    let [csv, _] = by("csv");
    let row = rows(&csv).remove(0);
    assert!(row["warnings"].starts_with("dicom.unreadable;"), "{csv}");
    assert!(row["warnings"].contains("contour.outside"), "{csv}");
}

#[test]
fn names_of_folders_are_shown_nowhere_and_equal_names_are_told_apart() {
    let folder = study(&[(1, "GTV", &[block(3, 0..2), block(4, 0..2)])]);
    let [json, told] = run("extract", &folder, 0, &["--settings", "ibsi-a", "--format", "json"]);
    assert!(json.contains("\"file\": \"rs.dcm\"") && told.contains("the first: cut.dcm"), "{told}");
    let [seen, _] = run("inspect", &folder, 1, &["--format", "json"]);
    for text in [json, told, seen] {
        assert!(!text.contains("JANE"), "{text}");
    }
    std::fs::copy(folder.path().join("CT^JANE/cut.dcm"), folder.path().join("RS^JANE/cut.dcm"))
        .unwrap();
    let [seen, _] = run("inspect", &folder, 1, &["--format", "json"]);
    assert!(seen.contains("folder 1/cut.dcm") && seen.contains("folder 2/cut.dcm"), "{seen}");
}

#[test]
fn lesions_of_one_name_are_not_paired_by_name() {
    let folder = study(&[(1, "GTV", &[block(3, 0..2)]), (2, "GTV", &[block(7, 0..2)])]);
    let all = ["--roi-many", "separate", "--settings", "ibsi-a", "--format", "csv"];
    let [csv, _] = run("extract", &folder, 0, &[&all[..], &["--region", "tumour"]].concat());
    let names: Vec<String> = rows(&csv).into_iter().map(|row| row["roi"].clone()).collect();
    assert_eq!(names, ["GTV (number 1)", "GTV (number 2)"]);
    let (ct, mask) = (folder.path(), folder.path().join("RS^JANE"));
    let list =
        args(&[&"follow", &ct, &ct, &"--mask", &mask, &"--mask-followup", &mask, &"--roi", &"GTV"]);
    let output = perirad(&[list, args(&[&"--roi-many", &"separate"])].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("two lesions at baseline are called 'GTV'"), "{told}");
}

#[test]
fn connected_parts_are_lesions_of_their_own() {
    let split = |minimum_ml| MaskOptions {
        split: Some(Split { connectivity: Connectivity::Faces, minimum_ml }),
        ..MaskOptions::default()
    };
    let query = RoiQuery::named("gtv-2");
    assert_eq!(told(&query, &split(0.0)), [row("gtv-2/1", 12), row("gtv-2/2", 2)]);
    assert_eq!(told(&RoiQuery::named("GTV-1"), &split(0.0)), [row("GTV-1/1", 12)]);
    // A voxel has 0.0014 mL.
    let (name, part) = drawn(&query, &split(0.01)).unwrap().remove(0);
    let warning = part.unwrap().warnings.into_iter().find(|w| w.code == "components.dropped");
    let message = warning.unwrap().message;
    assert_eq!(name, "gtv-2/1");
    assert!(message.contains("1 of 2") && message.contains("0.003 mL"), "{message}");
    let none = told(&query, &split(1.0));
    assert_eq!(none, [("gtv-2".into(), Err("components.small"))]);
}

#[test]
fn another_frame_of_reference_is_taken_only_when_asked_for() {
    let mut other = image();
    other.frame_of_reference = Some("1.2.3.8".into());
    let query = RoiQuery::named("GTV-1");
    let plain = MaskOptions::default();
    let error = structures().lesions(&query, &plain, &other).unwrap().remove(0).1.unwrap_err();
    assert_eq!(error.code(), "rtstruct.frame_of_reference");
    // It is said of each ROI, so that one ROI's does not lose the others.
    let MaskSource::Structures(mut set) = structures() else { panic!("it is an RTSTRUCT") };
    set.rois[1].frame_of_reference = other.frame_of_reference.clone();
    let gtv = RoiQuery { many: RoiMany::Separate, ..RoiQuery::named("/GTV-1|gtv-2/") };
    let found = MaskSource::Structures(set).lesions(&gtv, &plain, &image()).unwrap();
    assert_eq!(found[0].1.as_ref().map(|lesion| lesion.mask.count()).ok(), Some(12));
    let error = found[1].1.as_ref().unwrap_err();
    assert!(error.code() == "rtstruct.frame_of_reference" && error.to_string().contains("gtv-2"));
    let options = MaskOptions { ignore_frame_of_reference: true, ..MaskOptions::default() };
    let lesion = structures().lesions(&query, &options, &other).unwrap().remove(0).1.unwrap();
    assert_eq!((lesion.mask.count(), lesion.warnings[0].code), (12, "rtstruct.frame_ignored"));
    assert!(lesion.warnings[0].message.contains("1.2.3.8"));
}

#[test]
fn records_tell_of_every_roi() {
    let MaskSource::Structures(set) = structures() else { panic!("it is an RTSTRUCT") };
    let image = image();
    let frame = image.frame_of_reference.as_deref();
    let rules = perirad::contour::Rules::default();
    let on = (&image.volume.grid, frame);
    let records: Vec<_> =
        set.rois.iter().map(|roi| roi_record(&set, roi, on, rules, false)).collect();
    let names: Vec<&str> = records.iter().map(|qa| qa.name.as_str()).collect();
    assert_eq!(names, ["GTV-1", "gtv-2", "Lung", "empty"]);
    let raster = |at: usize| records[at].raster.as_ref();
    let second = raster(1).unwrap();
    assert_eq!((second.planes, second.empty_planes, second.filled.len()), (3, 2, 0));
    assert_eq!(records[1].problems[0].code, "contour.empty_planes");
    assert!(raster(3).is_none() && records[3].problems[0].fatal);
    let lung = raster(2).unwrap();
    assert_eq!((lung.planes, lung.step), (2, 9));
}

#[test]
fn labels_on_a_crop_are_resampled_only_when_asked_for() {
    let image = image();
    let grid = &image.volume.grid;
    let crop = Arc::new(grid.crop(IndexBox { lo: [2, 1, 0], hi: [9, 3, 2] }).unwrap());
    let voxels = Array3::from_shape_fn(crop.shape, |(z, _, _)| (2..5).contains(&z));
    let mask = Mask::new(crop, voxels).unwrap();
    let mut bytes = Vec::new();
    perirad::io::nifti::write_mask(&mut bytes, &mask, false).unwrap();
    let mut files = Memory::default();
    files.insert("m.nii", bytes);
    let source = read_mask(&files, "m", &Engine::serial()).unwrap();
    let by = |to_image| {
        let options = MaskOptions { to_image, ..MaskOptions::default() };
        source.lesions(&RoiQuery::default(), &options, &image)
    };
    let error = by(MaskToImage::Refuse).unwrap_err();
    assert_eq!(error.code(), "io.lattice_shape");
    assert!(error.to_string().contains("begins at voxel [2, 1, 0]"), "{error}");
    for how in [MaskToImage::Nearest, MaskToImage::Linear] {
        let (name, lesion) = by(how).unwrap().remove(0);
        let lesion = lesion.unwrap();
        assert_eq!((name.as_str(), lesion.mask.count()), ("label 1", 12));
        assert_eq!(lesion.mask.bounds().unwrap().lo, [4, 1, 0]);
        assert_eq!(lesion.warnings[0].code, "mask.resampled");
    }
    let label = RoiQuery { number: Some(3), ..RoiQuery::default() };
    let options = MaskOptions::default();
    assert_eq!(source.lesions(&label, &options, &image).unwrap_err().code(), "labels.unknown");
    let name = source.lesions(&RoiQuery::named("GTV"), &options, &image).unwrap_err();
    assert_eq!(name.code(), "io.roi_unknown");
}

//! The five inputs of the CD8 signature on real tumours and their rings, as other packages measure
//! them: MIRP live, and the table of `scripts/compare_signature.sh`.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common;
use crate::common::{args, data, file, python, rows, stdout};
use perirad::engine::Engine;
use perirad::image::{Intensity, Region};
use perirad::io::nifti::{write_mask, write_volume};
use perirad::io::source::{ImageChoice, LesionChoice};
use perirad::io::{open_image, open_mask};
use perirad::pipeline::{Around, Subject, prepare};
use perirad::settings::preset;
use std::collections::BTreeMap;
use std::fs::{File, read_to_string, write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Relative. Packages keep voxels in single or in double precision: that alone is 1e-7.
const TOLERANCE: f64 = 1e-6;

/// Short name and IBSI code.
const INPUTS: [(&str, &str); 5] = [
    ("minimum", "1GSF"),
    ("srhge", "GD3A"),
    ("lgre", "V3SW"),
    ("srlge", "HTZT"),
    ("lrlge", "IVPO"),
];

/// What MIRP does with CT: whole HU, and nothing outside the range that it counts bins from.
const AS_MIRP: &str =
    "[resample]\nround = \"nearest\"\n[resegment]\nlowest = -1000.0\nhighest = 3000.0\n";
/// Z-Rad keeps fractions of HU.
const AS_ZRAD: &str = "[resegment]\nlowest = -1000.0\nhighest = 3000.0\n";
/// pictologics has only the one matrix of all directions.
const AS_PICTOLOGICS: &str = "[texture]\naggregations = [\"3d_merged\"]\n";
/// pyradiomics counts levels from the region's lowest intensity.
const AS_PYRADIOMICS: &str = "[discretise]\nmethod = \"aligned_bin_width\"\nwidth = 10.0\n";
/// Leaves no voxel for which half inside or a little less is a matter of rounding.
const FROM: &str = "[resample]\nmask_threshold = 0.499\n";
/// pyradiomics' own resampling: another lattice, the nearest voxel of the mask, whole HU.
const PARAMETERS: &str = "\
imageType: {Original: {}}
featureClass:
  firstorder: [Minimum]
  glrlm: [ShortRunHighGrayLevelEmphasis, LowGrayLevelRunEmphasis, ShortRunLowGrayLevelEmphasis, \
          LongRunLowGrayLevelEmphasis]
setting: {binWidth: 10, resampledPixelSpacing: [1, 1, 1], interpolator: sitkLinear}
";

/// Image, mask and ROI of a shared case.
fn case(name: &str) -> Option<(PathBuf, PathBuf, &'static str)> {
    if name.starts_with("STS") {
        let folder = data("ibsi1_validation_sts")?.join(name);
        return Some((folder.join("image.nii.gz"), folder.join("mask.nii.gz"), ""));
    }
    let folder = data("real_ct")?.join(name);
    Some((folder.join("dicom"), folder.join("dicom_rtstruct"), "GTV-1"))
}

type Inputs = BTreeMap<(String, &'static str), f64>;

/// The inputs by region, under the preset `cd8` with these changes or by a parameter file.
fn measured(name: &str, changes: &str) -> Option<Inputs> {
    let (image, mask, roi) = case(name)?;
    let folder = tempfile::tempdir().unwrap();
    let (settings, text) = if changes == PARAMETERS {
        (folder.path().join("parameters.yaml"), changes.to_string())
    } else {
        (folder.path().join("settings.toml"), format!("base = \"cd8\"\n{changes}"))
    };
    write(&settings, text).unwrap();
    let mut all = args(&[&"extract", &image, &"--mask", &mask, &"--settings", &settings]);
    all.extend(args(&[&"--format", &"long", &"--region", &"both"]));
    if !roi.is_empty() {
        all.extend(args(&[&"--roi", &roi]));
    }
    let mut found = Inputs::new();
    for row in rows(&stdout(&all)) {
        if let Some((key, _)) = INPUTS.iter().find(|(_, code)| *code == row["ibsi"]) {
            found.insert((row["region"].clone(), key), row["value"].parse().unwrap());
        }
    }
    Some(found)
}

/// Holds the rows of one case to perirad's; returns how many were compared.
fn compare(theirs: &[&common::Row], ours: &Inputs, who: &str) -> usize {
    for row in theirs {
        let (key, _) = INPUTS.iter().find(|(key, _)| *key == row["input"]).unwrap();
        let (wanted, found): (f64, f64) =
            (row["value"].parse().unwrap(), ours[&(row["region"].clone(), *key)]);
        let apart = (found - wanted).abs() / wanted.abs();
        let name = format!("{who} {} {} {key}", row["case"], row["region"]);
        assert!(apart <= TOLERANCE, "{name}: {found}, theirs {wanted}");
    }
    theirs.len()
}

#[test]
fn mirp_has_the_same_inputs_of_real_tumours_and_rings() {
    let (Some(python), Some(_)) = (python(), data("real_ct")) else { return };
    let out = tempfile::tempdir().unwrap();
    let cases = ["nsclc_pat_2", "nsclc_pat_3"];
    for name in cases {
        write_case(&out.path().join(name), name);
    }
    let script = file("tests/python/signature_oracle.py");
    let told = Command::new(python).arg(script).arg(out.path()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let table = rows(&String::from_utf8(told.stdout).unwrap());
    for name in cases {
        let ours = measured(name, AS_MIRP).unwrap();
        let theirs: Vec<_> = table.iter().filter(|row| row["case"] == name).collect();
        assert_eq!(compare(&theirs, &ours, "MIRP"), 2 * INPUTS.len());
    }
}

/// The scan and its tumour, which MIRP resamples, and the ring, which it cannot make: that one with
/// the image at 1 mm.
fn write_case(folder: &Path, name: &str) {
    std::fs::create_dir(folder).unwrap();
    let engine = Engine::new(0);
    let (image, mask, roi) = case(name).unwrap();
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    let image = open_image(&image, &choice, &engine).unwrap();
    let choice = LesionChoice { roi: Some(roi), label: None };
    let mask = open_mask(&mask, &engine).unwrap().lesion(choice, &image).unwrap().mask;
    let settings = preset("cd8").unwrap();
    let subject = Subject {
        case: name,
        roi,
        image: &image.volume,
        mask: &mask,
        acquisition: &image.acquisition,
        around: Around::default(),
        below: &[],
    };
    let prepared = prepare(&subject, &settings, &[Region::Ring], &engine).unwrap();
    let create = |name: &str| File::create(folder.join(format!("{name}.nii.gz"))).unwrap();
    write_volume(create("image"), &image.volume, true).unwrap();
    write_mask(create("tumour"), &mask, true).unwrap();
    write_volume(create("image_1mm"), &prepared.image, true).unwrap();
    write_mask(create("ring_1mm"), &prepared.parts[0].mask, true).unwrap();
}

#[test]
fn every_package_has_the_same_inputs_under_the_same_settings() {
    let table = rows(&read_to_string(file("testdata/signature.csv")).unwrap());
    let twins = [
        ("one_mm", "mirp", "", AS_MIRP.into()),
        ("one_mm", "zrad", "", AS_ZRAD.into()),
        ("one_mm", "pictologics", "", AS_PICTOLOGICS.into()),
        ("one_mm", "pyradiomics", "", AS_PYRADIOMICS.into()),
        ("native", "mirp", "no anti-aliasing", AS_MIRP.into()),
        ("native", "zrad", "mask from 0.499", format!("{FROM}{AS_ZRAD}")),
        ("native", "pictologics", "mask from 0.499", format!("{FROM}{AS_PICTOLOGICS}")),
        ("native", "pyradiomics", "", PARAMETERS.into()),
        // Its matrices with the index not shifted are LIFEx's, and the preset's.
        ("one_mm", "pyradiomics", "its matrices, levels from -1000", String::new()),
    ];
    let mut compared = 0;
    for (lattice, package, setting, changes) in twins {
        let rows = table.iter().filter(|row| {
            (row["lattice"].as_str(), row["package"].as_str(), row["setting"].as_str())
                == (lattice, package, setting)
        });
        let rows: Vec<_> = rows.collect();
        for rows in rows.chunk_by(|a, b| a["case"] == b["case"]) {
            let Some(ours) = measured(&rows[0]["case"], &changes) else { return };
            compared += compare(rows, &ours, package);
        }
    }
    // Seven cases; tumour and ring at 1 mm, the tumour as scanned; the shifted matrices have no
    // minimum, and one tumour has voxels below -1000 HU, which the signature's bins take in.
    assert_eq!(compared, 7 * 5 * (4 * 2 + 4) + (7 * 2 - 1) * 4);
}

#[test]
fn the_table_of_the_document_has_what_is_measured() {
    let text = read_to_string(file("docs/signature.md")).unwrap();
    let columns = [
        ("minimum, HU", "tumour", "minimum"),
        ("SRHGE", "tumour", "srhge"),
        ("ring LGRE", "ring", "lgre"),
        ("ring SRLGE", "ring", "srlge"),
        ("ring LRLGE", "ring", "lrlge"),
    ];
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    let lines: Vec<_> = lines
        .iter()
        .filter(|cells| cells.len() > 7 && columns.iter().any(|(name, ..)| *name == cells[2]))
        .collect();
    assert_eq!(lines.len(), 7 * columns.len());
    for lines in lines.chunk_by(|a, b| a[1] == b[1]) {
        let Some(ours) = measured(lines[0][1], "") else { return };
        for cells in lines {
            let (_, region, key) = columns.iter().find(|(name, ..)| *name == cells[2]).unwrap();
            let (told, found): (f64, f64) =
                (cells[3].parse().unwrap(), ours[&((*region).to_string(), *key)]);
            // It has six digits.
            assert!((told - found).abs() <= 5e-6 * found.abs(), "{cells:?}: {found}");
        }
    }
}

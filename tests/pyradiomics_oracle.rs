//! pyradiomics' own baselines, with the settings they were made with, read as a parameter file.
#![cfg(feature = "nrrd")]

use crate::common::{Row, agrees, data, rows};
use perirad::engine::Engine;
use perirad::feature::registry;
use perirad::image::{Intensity, Mask, Region};
use perirad::io::source::{ImageChoice, Lesion, LesionChoice, LoadedImage};
use perirad::io::{open_image, open_mask};
use perirad::matrix::directions::{Steps, VOLUME};
use perirad::matrix::{
    Aggregation, Cell, DependenceCounts, PairCell, PairCounts, RunCounts, ToneCounts, ZoneCounts,
    ZoneKind,
};
use perirad::pipeline::{Around, FeatureSet, Subject, extract};
use perirad::preprocess::{Method, discretise};
use perirad::settings::{Parameters, SettingsFile, Syntax};
use std::collections::{BTreeMap, BTreeSet};
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
        around: Around::default(),
        below: &[],
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

/// What pyradiomics has for the entropy of certainty, which is 0: it adds the smallest step above
/// 1, 2.2e-16, to each probability before it takes the logarithm.
const ROUNDING: f64 = -3.203_426_503_814_918e-16;

fn is_rounding(baseline: &str) -> bool {
    (baseline.parse::<f64>().unwrap() - ROUNDING).abs() < 1e-30
}

/// The baselines that are nothing but that.
const ROUNDED: [&str; 7] = [
    "brain1/flatRegion glcm_JointEntropy",
    "brain1/flatRegion glcm_DifferenceEntropy",
    "brain1/flatRegion glcm_SumEntropy",
    "lung1/flatRegion glcm_JointEntropy",
    "lung1/flatRegion glcm_DifferenceEntropy",
    "lung1/flatRegion glcm_SumEntropy",
    "lung1/flatRegion glszm_ZoneEntropy",
];

#[test]
fn every_baseline_is_met() {
    let Some(root) = data("pyradiomics") else { return };
    let read = |name: &str| rows(&std::fs::read_to_string(root.join(name)).unwrap());
    let (published, settings) = (read("reference_values.csv"), read("test_settings.csv"));
    let cases: BTreeMap<&str, _> =
        ["brain1", "lung1"].into_iter().map(|name| (name, case(&root, name))).collect();
    let (mut met, mut misses) = (BTreeMap::<String, usize>::new(), Vec::new());
    let mut rounded = Vec::new();
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
            if found == Some(0.0) && is_rounding(&row["value"]) {
                rounded.push(format!("{config} {name}"));
            } else if found.and_then(|found| agrees(row, found)) == Some(true) {
                *met.entry(test["class"].clone()).or_default() += 1;
            } else {
                misses.push(format!("{config} {name}: {found:?}, baseline {}", row["value"]));
            }
        }
    }
    assert!(misses.is_empty(), "met {met:?}, missed {}:\n{}", misses.len(), misses.join("\n"));
    let expected = [
        ("firstorder", 144),
        ("glcm", 378),
        ("gldm", 196),
        ("glrlm", 256),
        ("glszm", 223),
        ("ngtdm", 70),
        ("shape", 56),
        ("shape2D", 18),
    ];
    assert_eq!(met, expected.map(|(class, count)| (class.to_owned(), count)).into());
    assert_eq!(rounded, ROUNDED);
}

/// A numpy array of `f64` in C order: its shape and values.
fn npy(path: &Path) -> (Vec<usize>, Vec<f64>) {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(bytes[..8], *b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
    assert!(header.contains("'<f8'") && header.contains("'fortran_order': False"), "{header}");
    let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
    let shape = shape.split(',').filter(|n| !n.trim().is_empty());
    let values = bytes[10 + length..].chunks_exact(8);
    let values = values.map(|v| f64::from_le_bytes(v.try_into().unwrap()));
    (shape.map(|n| n.trim().parse().unwrap()).collect(), values.collect())
}

/// Cells of several matrices as pyradiomics lays them out: rows are the levels of the region,
/// columns the second numbers that occur, and the matrix comes last.
fn dense(matrices: &[Vec<(u16, u64, f64)>], rows: &[u16]) -> (Vec<usize>, Vec<f64>) {
    let columns: BTreeSet<u64> = matrices.iter().flatten().map(|cell| cell.1).collect();
    let columns: Vec<u64> = columns.into_iter().collect();
    let mut values = vec![0.0; rows.len() * columns.len() * matrices.len()];
    for (last, cells) in matrices.iter().enumerate() {
        for (i, j, count) in cells {
            let at = (rows.binary_search(i).unwrap(), columns.binary_search(j).unwrap());
            values[(at.0 * columns.len() + at.1) * matrices.len() + last] += count;
        }
    }
    let mut shape = vec![rows.len(), columns.len()];
    shape.extend((matrices.len() > 1).then_some(matrices.len()));
    (shape, values)
}

/// pyradiomics' thirteen directions, as places in perirad's order of them.
fn angles() -> Vec<usize> {
    let down = || [1, 0, -1].into_iter();
    let all = down().flat_map(|z| down().flat_map(move |y| down().map(move |x| [z, y, x])));
    all.take(13).map(|angle| VOLUME.iter().position(|d| *d == angle).unwrap()).collect()
}

#[test]
fn every_matrix_is_equal() {
    let Some(root) = data("pyradiomics") else { return };
    let engine = Engine::new(2);
    let (averaged, steps) = (Aggregation::Average3d, Steps::default());
    let (asked, whole) = ([averaged], [Aggregation::Volume3d]);
    for name in ["brain1", "lung1"] {
        let (image, lesion) = case(&root, name);
        let method = Method::AlignedBinWidth { width: 25.0 };
        let levels = discretise(&image.volume, &lesion.mask, method).unwrap().levels;
        let levels = levels.placed(&lesion.mask);
        let rows: BTreeSet<u16> = levels.iter().copied().filter(|level| *level > 0).collect();
        let rows: Vec<u16> = rows.into_iter().collect();
        let lengths = |cells: &[Cell]| cells.iter().map(|c| (c.level, c.length, c.count)).collect();

        let pairs = PairCounts::count(&levels, &asked, &steps, true, &engine).matrices(averaged);
        let runs = RunCounts::count(&levels, &asked, &steps, &engine).matrices(averaged);
        let pairs: Vec<Vec<_>> = angles()
            .into_iter()
            .map(|at| {
                let total: f64 = pairs[at].cells().iter().map(|c| c.count).sum();
                let share = |c: &PairCell| (c.i, u64::from(c.j), c.count / total);
                pairs[at].cells().iter().map(share).collect()
            })
            .collect();
        let runs: Vec<Vec<_>> = angles().into_iter().map(|at| lengths(runs[at].cells())).collect();
        let zones = ZoneCounts::count(&levels, lesion.mask.voxels(), &whole, &engine);
        let zones = lengths(&zones.matrices(ZoneKind::Size, whole[0])[0].cells);
        let dependences = DependenceCounts::count(&levels, &whole, 1, 0, &engine);
        let dependences = lengths(dependences.matrices(whole[0])[0].cells());
        let tones = ToneCounts::count(&levels, &whole, 1, &engine).matrices(whole[0]).remove(0);
        let tones = tones.levels();
        let tones: Vec<f64> =
            tones.iter().flat_map(|(i, n, s)| [*n as f64, *s, f64::from(*i)]).collect();
        for (kind, (shape, values)) in [
            ("glcm", dense(&pairs, &rows)),
            ("glrlm", dense(&runs, &rows)),
            ("glszm", dense(&[zones], &rows)),
            ("gldm", dense(&[dependences], &rows)),
            ("ngtdm", (vec![tones.len() / 3, 3], tones)),
        ] {
            let baseline = npy(&root.join(format!("matrices/{name}_{kind}.npy")));
            assert_eq!(baseline.0, shape, "{name} {kind}");
            let apart = baseline.1.iter().zip(&values).map(|(a, b)| (a - b).abs());
            // pyradiomics' own tolerance.
            assert!(apart.fold(0.0, f64::max) < 1e-3, "{name} {kind}");
        }
    }
}

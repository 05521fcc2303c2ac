//! The IBSI digital phantom: published values and matrices (testdata/ibsi/README.md).
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod common;

use common::{
    DIRECTIONAL, Row, SPATIAL, UNPUBLISHED, WHOLE, agrees, args, compare, data, file, rows, stdout,
};
use ndarray::{Array3, ArrayRef3, Axis, Slice};
use perirad::engine::Engine;
use perirad::feature::{FamilyKey, FeatureValue, Input, Texture, registry};
use perirad::geometry::Grid;
use perirad::matrix::{Aggregation, Cell, RunCounts, RunLengths, directions};
use std::collections::{BTreeMap, BTreeSet};

fn table(name: &str) -> Vec<Row> {
    rows(&std::fs::read_to_string(file("testdata/ibsi").join(name)).unwrap())
}

fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(row: &Row, column: &str) -> T {
    row[column].parse().unwrap()
}

/// Intensities and region, `[z, y, x]`.
fn phantom() -> (Array3<f32>, Array3<bool>) {
    let mut image = Array3::zeros((4, 4, 5));
    let mut mask = Array3::from_elem((4, 4, 5), false);
    for row in table("digital_phantom_voxels.csv") {
        let index: [usize; 3] = ["z", "y", "x"].map(|axis| number(&row, axis));
        image[index] = number(&row, "intensity");
        mask[index] = &row["roi"] == "1";
    }
    assert_eq!(mask.iter().filter(|inside| **inside).count(), 74);
    (image, mask)
}

/// Its grey levels are its intensities.
fn levels() -> Array3<u16> {
    let (image, mask) = phantom();
    ndarray::Zip::from(&image).and(&mask).map_collect(|v, inside| *v as u16 * u16::from(*inside))
}

fn values() -> Vec<FeatureValue> {
    let ((image, mask), levels) = (phantom(), levels());
    let aggregations = [&Aggregation::DIRECTIONAL[..], &Aggregation::SPATIAL].concat();
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let input = Input {
        image: image.view(),
        region: mask.view(),
        mask: mask.view(),
        levels: levels.view(),
        grid: &Grid::new([4, 4, 5], [2.0; 3], [0.0; 3], axes).unwrap(),
        n_levels: 6,
        families: &FamilyKey::all(),
        texture: &Texture { minimum_voxels: 64, ..Texture::ibsi(aggregations) },
        engine: &Engine::serial(),
    };
    registry::run(&input).unwrap()
}

#[test]
fn every_published_value_is_met() {
    let ours = values();
    let published = table("digital_phantom_values.csv");
    for row in published.iter().filter(|row| registry::family(&row["family"]).is_some()) {
        let found: Vec<_> = ours
            .iter()
            .filter(|v| {
                v.spec.short == row["short_name"] && v.aggregation.name() == row["aggregation"]
            })
            .collect();
        let [ours] = found[..] else { panic!("{row:?}: {} columns", found.len()) };
        assert_eq!(ours.spec.ibsi, row["ibsi_tag"]);
        assert_eq!(ours.spec.name, row["feature"]);
        assert_eq!(ours.spec.family(), row["family"]);
        let value = ours.outcome.value().unwrap();
        assert_eq!(agrees(row, value), Some(true), "{value} for {row:?}");
    }
    assert_eq!(ours.len(), WHOLE + 6 * DIRECTIONAL + 3 * SPATIAL);
}

#[test]
fn the_program_meets_every_value_on_the_phantom_as_nifti() {
    let Some(ibsi) = data("ibsi1") else { return };
    let phantom = ibsi.join("digital_phantom");
    let (image, mask) = (phantom.join("image.nii.gz"), phantom.join("mask.nii.gz"));
    let long = stdout(&args(&[
        &"extract",
        &image,
        &"--mask",
        &mask,
        &"--settings",
        &"ibsi-digital",
        &"--region",
        &"tumour",
        &"--format",
        &"long",
    ]));
    let published = ibsi.join("reference_values_digital_phantom.csv");
    let published = rows(&std::fs::read_to_string(published).unwrap());
    let compared = compare(&long, &published, "digital phantom");
    assert_eq!(compared, WHOLE - UNPUBLISHED + 6 * DIRECTIONAL + 3 * SPATIAL);
}

/// The published matrices: direction or "merged", slice from 1 or "all", and cells.
fn published_matrices() -> BTreeMap<(String, String), Vec<Cell>> {
    let mut matrices: BTreeMap<_, Vec<Cell>> = BTreeMap::new();
    for row in table("digital_phantom_glrlm.csv") {
        let cell =
            Cell { level: number(&row, "i"), length: number(&row, "j"), count: number(&row, "n") };
        let key = (row["direction_xyz"].clone(), row["slice"].clone());
        matrices.entry(key).or_default().push(cell);
    }
    for cells in matrices.values_mut() {
        cells.sort_by_key(|c| (c.level, c.length));
    }
    matrices
}

fn one(levels: &ArrayRef3<u16>, aggregation: Aggregation, at: usize) -> RunLengths {
    let counts = RunCounts::count(levels, &[aggregation], &Engine::serial());
    counts.matrices(aggregation)[at].clone()
}

#[test]
fn every_published_run_length_matrix_is_equal() {
    let levels = levels();
    let mut seen = BTreeSet::new();
    for ((direction, slice), cells) in published_matrices() {
        let part = match slice.parse::<usize>() {
            Ok(z) => levels.slice_axis(Axis(0), Slice::from(z - 1..z)),
            Err(_) => levels.view(),
        };
        let volume = slice == "all";
        let ours = if direction == "merged" {
            one(&part, if volume { Aggregation::Merged3d } else { Aggregation::Merged25d }, 0)
        } else {
            let steps: Vec<isize> = direction.split(',').map(|s| s.parse().unwrap()).collect();
            let forward = [steps[2], steps[1], steps[0]];
            let at = directions::VOLUME
                .iter()
                .position(|d| *d == forward || d.map(|s| -s) == forward)
                .unwrap();
            one(&part, if volume { Aggregation::Average3d } else { Aggregation::Average2d }, at)
        };
        assert_eq!(ours.cells(), cells, "direction {direction}, slice {slice}");
        seen.insert((direction, slice));
    }
    // 4 slices x (4 directions + merged), 13 directions + merged.
    assert_eq!(seen.len(), 4 * 5 + 14);
}

//! The IBSI digital phantom: published values and matrices (testdata/ibsi/README.md).

use crate::common::{
    DIRECTIONAL, Row, SPATIAL, UNPUBLISHED, WHOLE, agrees, args, compare, data, file, rows, stdout,
};
use ndarray::{Array3, ArrayRef3, Axis, Slice};
use perirad::engine::Engine;
use perirad::feature::{FamilyKey, FeatureValue, Input, IvhBins, Texture, registry};
use perirad::geometry::Grid;
use perirad::matrix::directions::{self, Steps};
use perirad::matrix::{
    Aggregation, Cell, DependenceCounts, PairCounts, RunCounts, ToneCounts, ZoneCounts, ZoneKind,
};
use perirad::preprocess::Resegmentation;
use std::collections::BTreeMap;

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
    let (image, mask) = phantom();
    let levels: Vec<u16> = levels().into_iter().filter(|level| *level > 0).collect();
    let aggregations = [&Aggregation::DIRECTIONAL[..], &Aggregation::SPATIAL].concat();
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let input = Input {
        image: image.view(),
        region: mask.view(),
        mask: mask.view(),
        no_data: None,
        levels: &levels,
        grid: &Grid::new([4, 4, 5], [2.0; 3], [0.0; 3], axes).unwrap(),
        n_levels: 6,
        families: &FamilyKey::ibsi(),
        leave_out: &[],
        intensity_shift: 0.0,
        texture: &Texture { minimum_voxels: 64, ..Texture::ibsi(aggregations) },
        resegment: Resegmentation::default(),
        ivh: IvhBins::None,
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

/// A cell of a published matrix: `i`, `j` with six decimals, `n`.
type Published = (u16, String, u64);

fn published(i: u16, j: f64, n: f64) -> Published {
    // Counts without weights are whole.
    (i, format!("{j:.6}"), n as u64)
}

/// The matrix of one family: of these slices, or of the volume; of the direction at this place of
/// `VOLUME`, or merged (and so for families without directions).
fn ours(
    family: &str,
    levels: &ArrayRef3<u16>,
    volume: bool,
    direction: Option<usize>,
) -> Vec<Published> {
    use Aggregation::{Average2d, Average3d, Merged3d, Merged25d, Slices2d, Volume3d};
    let (engine, steps) = (Engine::serial(), Steps::default());
    let (how, at) = match direction {
        Some(at) => (if volume { Average3d } else { Average2d }, at),
        None => (if volume { Merged3d } else { Merged25d }, 0),
    };
    let spatial = if volume { Volume3d } else { Slices2d };
    let lengths = |cells: &[Cell]| -> Vec<Published> {
        cells.iter().map(|c| published(c.level, c.length as f64, c.count)).collect()
    };
    let zones = |kind| {
        let region = levels.mapv(|level| level > 0);
        let counts = ZoneCounts::count(levels, &region, &[spatial], &engine);
        lengths(&counts.matrices(kind, spatial)[0].cells)
    };
    match family {
        "glcm" => {
            let matrix =
                &PairCounts::count(levels, &[how], &steps, true, &engine).matrices(how)[at];
            matrix.cells().iter().map(|c| published(c.i, f64::from(c.j), c.count)).collect()
        }
        "glrlm" => {
            lengths(RunCounts::count(levels, &[how], &steps, &engine).matrices(how)[at].cells())
        }
        "glszm" => zones(ZoneKind::Size),
        "gldzm" => zones(ZoneKind::Distance),
        "ngtdm" => {
            let matrix = &ToneCounts::count(levels, &[spatial], 1, &engine).matrices(spatial)[0];
            matrix.levels().into_iter().map(|(i, n, s)| published(i, s, n as f64)).collect()
        }
        "ngldm" => {
            let counts = DependenceCounts::count(levels, &[spatial], 1, 0, &engine);
            lengths(counts.matrices(spatial)[0].cells())
        }
        other => panic!("no matrix of {other}"),
    }
}

#[test]
fn every_published_matrix_is_equal() {
    let levels = levels();
    let mut matrices: BTreeMap<_, Vec<Published>> = BTreeMap::new();
    for row in table("digital_phantom_matrices.csv") {
        let key = ["family", "direction_xyz", "slice"].map(|column| row[column].clone());
        let cell = published(number(&row, "i"), number(&row, "j"), number(&row, "n"));
        matrices.entry(key).or_default().push(cell);
    }
    let mut compared: BTreeMap<String, usize> = BTreeMap::new();
    for ([family, direction, slice], mut cells) in matrices {
        if registry::family(&family).is_none() {
            continue;
        }
        let part = match slice.parse::<usize>() {
            Ok(z) => levels.slice_axis(Axis(0), Slice::from(z - 1..z)),
            Err(_) => levels.view(),
        };
        let steps: Vec<isize> = direction.split(',').filter_map(|s| s.parse().ok()).collect();
        let at = (steps.len() == 3).then(|| {
            let forward = [steps[2], steps[1], steps[0]];
            let same = |d: &directions::Direction| *d == forward || d.map(|s| -s) == forward;
            directions::VOLUME.iter().position(same).unwrap()
        });
        let mut ours = ours(&family, &part, slice == "all", at);
        cells.sort_by(|a, b| a.partial_cmp(b).unwrap());
        ours.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(ours, cells, "{family}, direction {direction}, slice {slice}");
        *compared.entry(family).or_default() += 1;
    }
    // With directions: 4 slices x (4 directions + merged), 13 directions + merged.
    // Without: 4 slices and the volume.
    let expected = |family: &str| if ["glcm", "glrlm"].contains(&family) { 34 } else { 5 };
    let expected: BTreeMap<_, _> =
        compared.keys().map(|family| (family.clone(), expected(family))).collect();
    assert_eq!(compared, expected);
}

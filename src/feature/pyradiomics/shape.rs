//! Shape features that pyradiomics has beside IBSI's.

use super::super::spec::Row;
use super::super::{EMPTY, Family, Input, Layout, Outcome, Source, Spec, Unit, evaluate_whole};
use super::ROW;
use super::outline::{diameter, midpoints};
use ndarray::{Axis, Zip};

/// Registered in `registry::FAMILIES`.
pub(in crate::feature) static FAMILY: Family = Family {
    key: "pyradiomics_shape",
    ibsi: "",
    name: "Shape, as in pyradiomics",
    source: Source::Region,
    layout: Layout::Whole,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run: |shared| evaluate_whole(&shared.input, TABLE, diameters(&shared.input)),
};

/// The largest diameters in planes across z, y and x.
fn diameters(input: &Input<'_>) -> Result<[f64; 3], &'static str> {
    if !input.region.iter().any(|inside| *inside) {
        return Err(EMPTY);
    }
    Ok([0, 1, 2].map(|axis| across(input, axis)))
}

/// The largest distance of two vertices of the mesh in one plane across an axis.
///
/// The mesh has its vertices half-way between voxels inside and outside that share a face: in the
/// plane of a slice, on the outline of its voxels; between two slices, where one of them ends.
fn across(input: &Input<'_>, axis: usize) -> f64 {
    let mut plane = input.grid.spacing.to_vec();
    plane.remove(axis);
    let spacing = [plane[0], plane[1]];
    let slices: Vec<_> = input.region.axis_iter(Axis(axis)).collect();
    let outlines = input.engine.map(&slices, |slice| diameter(midpoints(slice, spacing)));
    let places: Vec<usize> = (0..=slices.len()).collect();
    let between = input.engine.map(&places, |&k| {
        let above = k.checked_sub(1).and_then(|k| slices.get(k));
        let ends = match (above, slices.get(k)) {
            (Some(a), Some(b)) => Zip::from(a).and(b).map_collect(|a, b| a != b),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => return 0.0,
        };
        let mut points = Vec::new();
        for (y, row) in ends.rows().into_iter().enumerate() {
            let outer = [row.iter().position(|v| *v), row.iter().rposition(|v| *v)];
            let place = |x: usize| [y as f64 * spacing[0], x as f64 * spacing[1]];
            points.extend(outer.into_iter().flatten().map(place));
        }
        diameter(points)
    });
    outlines.into_iter().chain(between).fold(0.0, f64::max)
}

static TABLE: &[Row<[f64; 3]>] = &[
    Row {
        spec: Spec {
            key: "pyradiomics_shape.maximum_2d_diameter_slice",
            short: "pr_diam_slice",
            name: "Maximum diameter within a slice",
            definition: "F = the largest distance of two mesh vertices of the same z",
            pyradiomics: Some("shape_Maximum2DDiameterSlice"),
            unit: Unit::Mm,
            ..ROW
        },
        value: |d| Outcome::of(d[0]),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape.maximum_2d_diameter_column",
            short: "pr_diam_column",
            name: "Maximum diameter within a plane across the columns of the image",
            definition: "F = the largest distance of two mesh vertices of the same y",
            pyradiomics: Some("shape_Maximum2DDiameterColumn"),
            unit: Unit::Mm,
            ..ROW
        },
        value: |d| Outcome::of(d[1]),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape.maximum_2d_diameter_row",
            short: "pr_diam_row",
            name: "Maximum diameter within a plane across the rows of the image",
            definition: "F = the largest distance of two mesh vertices of the same x",
            pyradiomics: Some("shape_Maximum2DDiameterRow"),
            unit: Unit::Mm,
            ..ROW
        },
        value: |d| Outcome::of(d[2]),
    },
];

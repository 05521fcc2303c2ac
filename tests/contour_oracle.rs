//! Shape-based filling of gaps against analytic cross sections.

use perirad::contour::{Contour, ContourKind, FillGaps, RasterReport, Rules, rasterise};
use perirad::geometry::{Grid, SharedGrid};
use perirad::image::Mask;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

const SPACING: [f64; 3] = [2.5, 0.9, 0.9];
/// A quarter of a pixel in the radius of the circle of the same area, mm.
const BOUND: f64 = 0.225;

fn grid() -> SharedGrid {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    Arc::new(Grid::new([33, 80, 80], SPACING, [-35.17, -36.41, 0.0], axes).unwrap())
}

/// Circles of a radius in mm by height, on every `step`-th plane where there is one.
fn filled(radius: impl Fn(f64) -> Option<f64>, step: usize) -> (Mask, RasterReport) {
    let grid = grid();
    let circle = |z: f64, r: f64| {
        let at = |k: i32| f64::from(k) * TAU / 180.0;
        let points = (0..180).map(|k| [r * at(k).cos(), r * at(k).sin(), z]).collect();
        Contour { points, kind: ContourKind::Closed }
    };
    let planes = (0..33).step_by(step).map(|k| 2.5 * f64::from(k));
    let contours: Vec<Contour> = planes.filter_map(|z| radius(z).map(|r| circle(z, r))).collect();
    let rules = Rules { fill_gaps: FillGaps::Shape, ..Rules::default() };
    rasterise(&contours, &grid, rules).unwrap()
}

/// Area of each plane in mm², by voxels.
fn areas(mask: &Mask) -> Vec<f64> {
    let pixels = |plane: ndarray::ArrayView2<'_, bool>| plane.iter().filter(|v| **v).count();
    let mm2 = SPACING[1] * SPACING[2];
    mask.voxels().outer_iter().map(|plane| pixels(plane) as f64 * mm2).collect()
}

/// A cone's radius is linear in height, as the mixture of distances is: what is left is the raster.
/// Areas are compared as radii.
#[test]
fn a_cone_drawn_on_every_second_or_fourth_plane_comes_back() {
    let radius = |z: f64| (5.0..=75.0).contains(&z).then_some(30.0 - 0.3 * z);
    for step in [2, 4] {
        let (mask, report) = filled(radius, step);
        let (first, last) = ([2, 4][step / 4], [30, 28][step / 4]);
        assert_eq!(report.step, step);
        assert_eq!(report.filled.len(), report.empty_planes);
        for (z, area) in areas(&mask).into_iter().enumerate() {
            if z < first || z > last {
                assert_eq!(area, 0.0, "plane {z} lies beyond the ends");
                continue;
            }
            let (got, wanted) = ((area / PI).sqrt(), 30.0 - 0.3 * 2.5 * z as f64);
            assert!((got - wanted).abs() < BOUND, "every {step}: plane {z}: {got}, {wanted} mm");
        }
    }
}

/// Between two planes of a sphere the mixture is the chord: it lies inside by at most the sagitta,
/// and never outside by more than the raster.
#[test]
fn a_sphere_drawn_on_every_second_plane_comes_back_within_its_sagitta() {
    let (centre, r) = (40.0, 32.0);
    let radius = |z: f64| {
        (r * r - (z - centre).powi(2) > 0.0).then(|| f64::sqrt(r * r - (z - centre).powi(2)))
    };
    let (mask, report) = filled(radius, 2);
    assert_eq!(report.filled.len(), report.empty_planes);
    for (z, area) in areas(&mask).into_iter().enumerate() {
        let Some(wanted) = radius(2.5 * z as f64) else {
            assert_eq!(area, 0.0);
            continue;
        };
        let chord = match [z - 1, z + 1].map(|k| radius(2.5 * k as f64)) {
            [Some(a), Some(b)] if report.filled.contains(&z) => 0.5 * (a + b),
            _ => wanted,
        };
        let got = (area / PI).sqrt();
        assert!((got - chord).abs() < BOUND, "plane {z}: {got}, chord {chord}, sphere {wanted} mm");
    }
}

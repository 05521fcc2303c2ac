//! Laws of shapes: bodies whose measures are known, symmetries, and regions of every odd kind.

use crate::region_maker::Shape;
use ndarray::Array3;
use perirad::engine::Engine;
use perirad::feature::Outcome;
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// An ellipsoid of these semi-axes in mm.
fn ellipsoid(semi_axes: [f64; 3], spacing: [f64; 3]) -> Shape {
    let half = [0, 1, 2].map(|a| (semi_axes[a] / spacing[a]).ceil() as usize + 1);
    Shape::new(half.map(|n| 2 * n + 1), spacing, |index| {
        let part = |a: usize| (index[a] as f64 - half[a] as f64) * spacing[a] / semi_axes[a];
        (0..3).map(|a| part(a).powi(2)).sum::<f64>() <= 1.0
    })
}

fn near(values: &BTreeMap<&str, f64>, name: &str, wanted: f64, relative: f64) {
    let found = values[name];
    assert!((found / wanted - 1.0).abs() <= relative, "{name}: {found}, expected {wanted}");
}

#[test]
fn ellipsoids_converge_to_their_measures() {
    for (semi_axes, spacing) in
        [([12.0; 3], [0.4; 3]), ([20.0, 12.0, 8.0], [0.8, 0.5, 0.3]), ([9.0, 15.0, 9.0], [0.3; 3])]
    {
        let values = ellipsoid(semi_axes, spacing).values();
        let mut axes = semi_axes;
        axes.sort_by(|a, b| b.total_cmp(a));
        let volume = 4.0 / 3.0 * PI * semi_axes.iter().product::<f64>();
        near(&values, "morph_volume", volume, 0.005);
        near(&values, "morph_vol_approx", volume, 0.005);
        near(&values, "morph_diam", 2.0 * axes[0], 0.03);
        // The second moment of a full ellipsoid is a^2 / 5.
        for (name, axis) in
            ["morph_pca_maj_axis", "morph_pca_min_axis", "morph_pca_least_axis"].iter().zip(axes)
        {
            near(&values, name, 4.0 * axis / 5.0_f64.sqrt(), 0.005);
        }
        near(&values, "morph_pca_elongation", axes[1] / axes[0], 0.005);
        near(&values, "morph_pca_flatness", axes[2] / axes[0], 0.005);
        near(&values, "morph_vol_dens_aabb", PI / 6.0, 0.05);
        near(&values, "morph_vol_dens_ombb", PI / 6.0, 0.05);
        near(&values, "morph_vol_dens_aee", (5.0_f64.sqrt() / 2.0).powi(3), 0.01);
        near(&values, "morph_vol_dens_mvee", 1.0, 0.08);
        near(&values, "morph_vol_dens_conv_hull", 1.0, 0.04);
    }
}

#[test]
fn a_box_fills_its_boxes() {
    let values = Shape::new([40, 60, 80], [1.0, 0.7, 0.4], |_| true).values();
    near(&values, "morph_vol_approx", 40.0 * 42.0 * 32.0, 1e-12);
    for name in ["aabb", "ombb", "conv_hull"] {
        near(&values, &format!("morph_vol_dens_{name}"), 1.0, 0.005);
        near(&values, &format!("morph_area_dens_{name}"), 1.0, 0.03);
    }
    // The ellipsoid around a box is sqrt(3) times the one within; the mesh has no sharp corners.
    near(&values, "morph_vol_dens_mvee", 6.0 / PI / 27.0_f64.sqrt(), 0.04);
}

/// A ragged region of two parts that touches every side of the array.
fn ragged() -> Shape {
    let mut state = 5_u64;
    let mut shape = Shape::new([9, 11, 14], [2.5, 0.9, 0.7], |[z, y, x]| {
        let [z, y, x] = [z, y, x].map(|i| i as f64);
        (z - 3.0).powi(2) / 16.0 + (y - 5.0).powi(2) / 36.0 + (x - 5.0).powi(2) / 30.0 < 1.0
            || z + 0.3 * y > 9.5 && x > 11.0
    });
    for inside in &mut shape.region {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        *inside ^= (state >> 12).is_multiple_of(10);
    }
    shape
}

/// Equal up to rounding, and the ellipsoid's tolerance.
fn same(a: &BTreeMap<&'static str, f64>, b: &BTreeMap<&'static str, f64>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, value) in a {
        let tolerance = if name.ends_with("mvee") { 1e-6 } else { 1e-9 };
        let other = b[name];
        assert!((value - other).abs() <= tolerance * value.abs(), "{name}: {value} {other}");
    }
}

#[test]
fn nothing_depends_on_the_order_or_sense_of_the_axes() {
    let shape = ragged();
    let values = shape.values();
    assert_eq!(values.len(), 29);
    for axes in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]] {
        for flips in 0..8 {
            let flipped = [0, 1, 2].map(|a| flips >> a & 1 == 1);
            same(&values, &shape.moved(axes, flipped).values());
        }
    }
}

#[test]
fn nothing_depends_on_the_place_or_on_voxels_outside() {
    let shape = ragged();
    let (nz, ny, nx) = shape.region.dim();
    for offset in [[0, 0, 0], [1, 2, 60], [3, 0, 1]] {
        let larger = [nz + 5, ny + 3, nx + 70];
        let inside = |at: [usize; 3]| {
            let from = [0, 1, 2].map(|a| at[a].wrapping_sub(offset[a]));
            shape.region.get(from).is_some_and(|inside| *inside)
        };
        let mut moved = Shape::new(larger, shape.spacing, inside);
        moved.image.fill(f32::NAN);
        for ((z, y, x), value) in shape.image.indexed_iter().filter(|(at, _)| shape.region[*at]) {
            moved.image[[z + offset[0], y + offset[1], x + offset[2]]] = *value;
        }
        same(&shape.values(), &moved.values());
    }
}

#[test]
fn autocorrelation_ignores_the_scale_of_intensities() {
    let shape = ragged();
    let scaled = Shape { image: shape.image.map(|v| 4.0 * v + 512.0), ..shape.clone() };
    let (values, scaled) = (shape.values(), scaled.values());
    for name in ["morph_moran_i", "morph_geary_c"] {
        assert!((values[name] - scaled[name]).abs() < 1e-12, "{name}");
    }
}

#[test]
fn autocorrelation_is_the_sum_over_all_pairs() {
    // Large enough to be measured by correlation.
    let shape = Shape::new([13, 14, 15], [2.0, 0.8, 0.7], |[z, y, x]| (z + y + x) % 11 > 0);
    let voxels: Vec<([f64; 3], f64)> = shape
        .region
        .indexed_iter()
        .filter(|(_, inside)| **inside)
        .map(|((z, y, x), _)| {
            let index = [z, y, x];
            ([0, 1, 2].map(|a| index[a] as f64 * shape.spacing[a]), f64::from(shape.image[index]))
        })
        .collect();
    let n = voxels.len() as f64;
    let mean = voxels.iter().map(|(_, v)| v).sum::<f64>() / n;
    let (mut weights, mut products, mut differences) = (0.0, 0.0, 0.0);
    for (k, (p, u)) in voxels.iter().enumerate() {
        for (q, v) in &voxels[..k] {
            let weight = 1.0 / (0..3).map(|a| (p[a] - q[a]).powi(2)).sum::<f64>().sqrt();
            weights += 2.0 * weight;
            products += 2.0 * weight * (u - mean) * (v - mean);
            differences += 2.0 * weight * (u - v).powi(2);
        }
    }
    let squares: f64 = voxels.iter().map(|(_, v)| (v - mean).powi(2)).sum();
    let values = shape.values();
    let moran = n / weights * products / squares;
    let geary = (n - 1.0) / (2.0 * weights) * differences / squares;
    assert!((values["morph_moran_i"] - moran).abs() < 1e-12, "{moran} {values:?}");
    assert!((values["morph_geary_c"] - geary).abs() < 1e-12, "{geary} {values:?}");
}

#[test]
fn threads_change_no_bit() {
    let shape = Shape { spacing: [1.0, 0.8, 0.7], ..ellipsoid([9.0, 8.0, 7.0], [1.0; 3]) };
    let of = |threads| shape.measured_with(&shape.region, &Engine::new(threads));
    assert_eq!(of(1), of(2));
    assert_eq!(of(1), of(7));
}

#[test]
fn bodies_enclose_one_another() {
    for shape in [ragged(), ellipsoid([5.0, 9.0, 6.0], [1.0; 3])] {
        let values = shape.values();
        assert!(values["morph_vol_dens_aabb"] <= values["morph_vol_dens_ombb"] * (1.0 + 1e-12));
        assert!(values["morph_vol_dens_ombb"] <= values["morph_vol_dens_conv_hull"]);
        assert!(values["morph_vol_dens_mvee"] <= values["morph_vol_dens_conv_hull"]);
        assert!(values["morph_vol_dens_conv_hull"] <= 1.0);
        assert!(values["morph_sphericity"] < 1.0);
    }
}

/// Names of the features without a value.
fn undefined(shape: &Shape) -> Vec<&'static str> {
    let values = shape.values();
    let measured = shape.measured();
    measured.into_keys().filter(|name| !values.contains_key(name)).collect()
}

#[test]
fn every_odd_region_has_values_or_reasons() {
    let cube = |n| Shape::new([n; 3], [2.0, 1.0, 0.5], |_| true);
    let axes = ["morph_pca_least_axis", "morph_pca_maj_axis", "morph_pca_min_axis"];
    let one = [
        "morph_area_dens_aee",
        "morph_geary_c",
        "morph_moran_i",
        "morph_pca_elongation",
        "morph_pca_flatness",
        axes[0],
        axes[1],
        axes[2],
        "morph_vol_dens_aee",
    ];
    assert_eq!(undefined(&cube(1)), one);
    assert_eq!(undefined(&cube(2)), [""; 0]);
    assert_eq!(undefined(&cube(3)), [""; 0]);
    let in_line = ["morph_area_dens_aee", "morph_vol_dens_aee"];
    let pair = Shape::new([1, 1, 2], [3.0, 1.0, 1.0], |_| true);
    assert_eq!(undefined(&pair), in_line);
    let row = Shape::new([5, 40, 5], [3.0, 1.0, 1.0], |[z, _, x]| z == 2 && x == 2);
    assert_eq!(undefined(&row), in_line);
    let diagonal = Shape::new([30; 3], [2.0, 1.1, 0.7], |[z, y, x]| z == y && y == x);
    assert_eq!(undefined(&diagonal), in_line);
    let flat = Shape::new([1, 12, 9], [3.0, 1.0, 1.0], |[_, y, x]| y != 4 || x > 2);
    assert_eq!(undefined(&flat), ["morph_vol_dens_aee"]);
    let leaning = Shape::new([12; 3], [3.0, 1.0, 1.0], |[z, y, _]| z == y);
    assert_eq!(undefined(&leaning), ["morph_vol_dens_aee"]);
    let parts = Shape::new([9, 80, 70], [1.0; 3], |[z, y, x]| z % 4 == 0 && (y + x) % 67 == 0);
    assert_eq!(undefined(&parts), [""; 0]);
    let none = Shape::new([3; 3], [1.0; 3], |_| false);
    assert_eq!(undefined(&none).len(), 29);
}

#[test]
fn intensities_may_be_missing_equal_or_no_numbers() {
    let shape = ellipsoid([5.0, 4.0, 4.0], [1.0; 3]);
    let of_intensities = ["morph_com", "morph_geary_c", "morph_integ_int", "morph_moran_i"];
    let nothing = Array3::from_elem(shape.region.dim(), false);
    let measured = shape.measured_with(&nothing, &Engine::serial());
    for (name, outcome) in &measured {
        let expected = of_intensities.contains(name);
        assert_eq!(matches!(outcome, Outcome::Undefined(_)), expected, "{name}");
    }
    let mut wrong = shape.clone();
    wrong.image.fill(f32::INFINITY);
    assert_eq!(undefined(&wrong), of_intensities);
    let mut equal = shape.clone();
    equal.image.fill(0.1);
    assert_eq!(undefined(&equal), ["morph_geary_c", "morph_moran_i"]);
    assert!(equal.values()["morph_com"] < 1e-12);
    equal.image.fill(0.0);
    assert_eq!(undefined(&equal), ["morph_com", "morph_geary_c", "morph_moran_i"]);
}

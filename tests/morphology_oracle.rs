//! Shapes against scipy and numpy (`testdata/morphology_scipy.py`) and pyradiomics' baselines.

use crate::common;
use crate::common::{args, data, file, rows, stdout};
use crate::region_maker::Shape;
use ndarray::Array3;

#[test]
fn hulls_axes_and_autocorrelation_are_scipys() {
    let table = rows(&std::fs::read_to_string(file("testdata/morphology.csv")).unwrap());
    assert_eq!(table.len(), 6);
    for row in table {
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        let shape = ["nz", "ny", "nx"].map(|name| number(name) as usize);
        let mut state = number("seed") as u64;
        let region = Array3::from_shape_simple_fn(shape, || {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            state * 100 < (number("percent") as u64) << 31
        });
        let mut k = 0;
        let image = Array3::from_shape_simple_fn(shape, || {
            k += 1;
            ((k - 1) * 37 % 101) as f32
        });
        let spacing = ["dz", "dy", "dx"].map(number);
        let measured = Shape { region, image, spacing }.measured();
        let value = |key: &str| measured[key].value().unwrap();
        let near = |found: f64, name: &str| {
            let wanted = number(name);
            assert!(
                (found - wanted).abs() <= 1e-9 * wanted.abs().max(1e-3),
                "{name}: {found} {row:?}"
            );
        };
        near(value("morph_volume") / value("morph_vol_dens_conv_hull"), "hull_volume");
        near(value("morph_area_mesh") / value("morph_area_dens_conv_hull"), "hull_area");
        near(value("morph_diam"), "diameter");
        near(value("morph_pca_maj_axis"), "major");
        near(value("morph_pca_min_axis"), "minor");
        near(value("morph_pca_least_axis"), "least");
        near(value("morph_com"), "shift");
        near(value("morph_moran_i"), "moran");
        near(value("morph_geary_c"), "geary");
    }
}

/// Native voxels; the levels do not matter here.
const SETTINGS: &str = "base = \"ibsi-digital\"\n[discretise]\nmethod = \"fixed_bin_number\"\ncount = 32\n[features]\nfamilies = [\"morphology\"]\n";

#[test]
fn pyradiomics_shapes_are_met() {
    let Some(pyradiomics) = data("pyradiomics") else { return };
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("native.toml");
    std::fs::write(&settings, SETTINGS).unwrap();
    let reference = std::fs::read_to_string(pyradiomics.join("reference_values.csv")).unwrap();
    for case in ["brain1", "lung1"] {
        let [image, mask] =
            ["image", "label"].map(|part| pyradiomics.join(format!("{case}_{part}.nrrd")));
        let long = stdout(&args(&[
            &"extract",
            &image,
            &"--mask",
            &mask,
            &"--settings",
            &settings,
            &"--region",
            &"tumour",
            &"--format",
            &"long",
        ]));
        let measured = rows(&long);
        let mut compared = 0;
        for row in rows(&reference).iter().filter(|row| row["config"] == format!("{case}/default"))
        {
            let ours = measured.iter().find(|ours| {
                perirad::feature::registry::by_key(&ours["feature"])
                    .and_then(|spec| spec.pyradiomics)
                    .is_some_and(|name| row["pyradiomics_key"] == format!("original_{name}"))
            });
            if let Some(ours) = ours {
                let value = ours["value"].parse().unwrap();
                assert_eq!(common::agrees(row, value), Some(true), "{value} for {row:?}");
                compared += 1;
            }
        }
        // All but the three diameters in planes, which IBSI does not have.
        assert_eq!(compared, 11, "{case}");
    }
}

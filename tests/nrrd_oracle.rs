//! NRRD against what SimpleITK reads (`tests/python/nrrd_oracle.py`).
#![cfg(feature = "nrrd")]

use crate::common::{data, file, rows};
use perirad::engine::Engine;
use perirad::image::Intensity;
use perirad::io::source::{ImageChoice, LesionChoice};
use perirad::io::{open_image, open_mask};

#[test]
fn images_and_labels_are_those_simpleitk_reads() {
    let Some(root) = data("pyradiomics") else { return };
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Arbitrary };
    let table = std::fs::read_to_string(file("testdata/oracles/nrrd.csv")).unwrap();
    for row in rows(&table) {
        let case = &row["case"];
        let engine = Engine::serial();
        let image = open_image(&root.join(format!("{case}_image.nrrd")), &choice, &engine).unwrap();
        let labels = open_mask(&root.join(format!("{case}_label.nrrd")), &engine).unwrap();
        let lesion = labels.lesion(LesionChoice::default(), &image).unwrap();
        assert!(image.warnings.is_empty() && lesion.warnings.is_empty());
        let whole = |name: &str| row[name].parse::<i64>().unwrap();
        let values: Vec<i64> = image.volume.data.iter().map(|v| *v as i64).collect();
        assert_eq!(values.iter().sum::<i64>(), whole("sum"), "{case}");
        assert_eq!(values.iter().copied().min(), Some(whole("minimum")));
        assert_eq!(values.iter().copied().max(), Some(whole("maximum")));
        let weighted: i64 = values.iter().zip(0..).map(|(v, at): (&i64, i64)| v * at).sum();
        assert_eq!(weighted, whole("weighted"), "{case}");
        assert_eq!(lesion.mask.count() as i64, whole("voxels"));
        let grid = lesion.mask.grid();
        let (mut roi, mut sum) = (0, [0.0; 3]);
        for ((at, inside), value) in lesion.mask.voxels().indexed_iter().zip(&values) {
            if *inside {
                let place = grid.to_patient([at.0, at.1, at.2].map(|i| i as f64));
                (0..3).for_each(|c| sum[c] += place[c]);
                roi += value;
            }
        }
        assert_eq!(roi, whole("roi_sum"), "{case}");
        for (name, sum) in ["x_mm", "y_mm", "z_mm"].into_iter().zip(sum) {
            let expected: f64 = row[name].parse().unwrap();
            let found = sum / lesion.mask.count() as f64;
            // Six decimals are those of the table.
            assert!((found - expected).abs() < 1e-6, "{case} {name}: {found}, {expected}");
        }
    }
}

#[test]
fn the_flipped_axis_of_brain1_is_kept() {
    let Some(root) = data("pyradiomics") else { return };
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Arbitrary };
    let image = open_image(&root.join("brain1_image.nrrd"), &choice, &Engine::serial()).unwrap();
    let grid = &image.volume.grid;
    assert_eq!((grid.shape, grid.spacing), ([25, 256, 256], [6.5, 0.781_25, 0.781_25]));
    assert_eq!(grid.axes[1], [0.0, -1.0, 0.0]);
}

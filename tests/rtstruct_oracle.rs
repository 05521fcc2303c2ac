//! RTSTRUCT shapes against the published counts of an even-odd pixel-centre raster.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]
#![cfg(all(feature = "dicom", feature = "nifti"))]

mod common;

use common::data;
use perirad::engine::Engine;
use perirad::image::Intensity;
use perirad::io::source::{ImageChoice, LesionChoice};
use perirad::io::{open_image, open_mask};

#[test]
fn analytic_shapes_keep_their_holes() {
    let Some(root) = data("rtstruct_shapes") else { return };
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    let engine = Engine::serial();
    let image = open_image(&root.join("dicom"), &choice, &engine).unwrap();
    let drawn = open_mask(&root.join("dicom_rtstruct"), &engine).unwrap();
    let mut table = csv::Reader::from_path(root.join("expected.csv")).unwrap();
    let mut wrong = Vec::new();
    for row in table.records() {
        let row = row.unwrap();
        let (roi, contours, expected) = (&row[0], &row[1], &row[3]);
        let lesion = drawn.lesion(LesionChoice { roi: Some(roi), label: None }, &image).unwrap();
        let report = lesion.contours.unwrap();
        assert_eq!(report.used.to_string(), contours, "{roi}");
        let hollow = ["torus", "hollow_sphere", "straw"].contains(&roi);
        assert_eq!(report.nested_planes > 0, hollow, "{roi}");
        if lesion.mask.count().to_string() != *expected {
            wrong.push(format!("{roi}: {} voxels, expected {expected}", lesion.mask.count()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

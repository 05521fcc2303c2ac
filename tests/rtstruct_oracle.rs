//! RTSTRUCT shapes against analytic masks and the published counts of an even-odd pixel-centre
//! raster.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common::data;
use perirad::contour::{Contour, ContourKind, Holes, Rules, rasterise};
use perirad::engine::Engine;
use perirad::image::{Intensity, Mask};
use perirad::io::lesions::MaskOptions;
use perirad::io::select::{RoiMany, RoiQuery};
use perirad::io::source::{ImageChoice, Lesion, LesionChoice, LoadedImage, MaskSource};
use perirad::io::{inspect, open_image, open_mask};
use std::path::{Path, PathBuf};

const HOLLOW: [&str; 3] = ["torus", "hollow_sphere", "straw"];

fn shapes() -> Option<(PathBuf, LoadedImage, MaskSource)> {
    let root = data("rtstruct_shapes")?;
    let drawn = open_mask(&root.join("dicom_rtstruct"), &Engine::serial()).unwrap();
    Some((root.clone(), image(&root.join("dicom")), drawn))
}

fn image(path: &Path) -> LoadedImage {
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    open_image(path, &choice, &Engine::serial()).unwrap()
}

fn lesion(source: &MaskSource, roi: &str, holes: Holes, image: &LoadedImage) -> Lesion {
    let rules = Rules { holes, ..Rules::default() };
    let options = MaskOptions { rules, ..MaskOptions::default() };
    let mut found = source.lesions(&RoiQuery::named(roi), &options, image).unwrap();
    found.pop().unwrap().1.unwrap()
}

fn dice(a: &Mask, b: &Mask) -> f64 {
    let both = a.voxels().iter().zip(b.voxels()).filter(|(a, b)| **a && **b).count();
    2.0 * both as f64 / (a.count() + b.count()) as f64
}

#[test]
fn analytic_shapes_keep_their_holes() {
    let Some((root, image, drawn)) = shapes() else { return };
    let mut table = csv::Reader::from_path(root.join("expected.csv")).unwrap();
    let mut wrong = Vec::new();
    for row in table.records() {
        let row = row.unwrap();
        let (roi, contours, expected) = (&row[0], &row[1], &row[3]);
        let found = lesion(&drawn, roi, Holes::Xor, &image);
        let report = found.contours[0].raster.as_ref().unwrap();
        assert_eq!(report.used.to_string(), contours, "{roi}");
        assert_eq!(report.nested_planes > 0, HOLLOW.contains(&roi), "{roi}");
        assert_eq!((report.empty_planes, report.void_planes, report.self_crossing), (0, 0, 0));
        let ratio = report.voxels_per_contour.unwrap();
        assert!((ratio - 1.0).abs() < 0.02, "{roi}: {ratio}");
        if found.mask.count().to_string() != *expected {
            wrong.push(format!("{roi}: {} voxels, expected {expected}", found.mask.count()));
        }
        let truth = open_mask(&root.join(format!("groundtruth/{roi}.nii.gz")), &Engine::serial());
        let truth = truth.unwrap().lesion(LesionChoice::default(), &image).unwrap().mask;
        let filled = lesion(&drawn, roi, Holes::Union, &image).mask;
        for (mask, column) in [(&found.mask, 4), (&filled, 5)] {
            // The table has four decimals.
            let (got, least) = (dice(mask, &truth), row[column].parse::<f64>().unwrap());
            if (got - least).abs() > 0.5e-4 && got < least {
                wrong.push(format!("{roi}: Dice {got:.5}, expected {least}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_folder_of_image_and_structures_is_recorded_roi_by_roi() {
    let Some(root) = data("rtstruct_shapes") else { return };
    let seen = inspect(&root, &Engine::serial()).unwrap();
    let records = &seen.structure_sets[0].on_image;
    assert_eq!(records.len(), seen.structure_sets[0].rois.len());
    assert!(records.iter().all(|qa| qa.raster.is_some() && qa.problems.is_empty()));
    let torus = records.iter().find(|qa| qa.name == "torus").unwrap();
    let json = serde_json::to_value(torus).unwrap();
    assert_eq!(json["raster"]["by_type"]["closed"], 18);
    assert_eq!(json["raster"]["rules"]["holes"], "xor");
}

#[test]
fn a_union_of_two_rois_holds_the_voxels_of_both() {
    let Some((_, image, drawn)) = shapes() else { return };
    let query = RoiQuery { many: RoiMany::Union, ..RoiQuery::named("/^(cube|sphere)$/") };
    let mut found = drawn.lesions(&query, &MaskOptions::default(), &image).unwrap();
    let (name, united) = found.pop().unwrap();
    let united = united.unwrap();
    let parts = name.split('+').map(|roi| lesion(&drawn, roi, Holes::Xor, &image).mask.count());
    assert!(name == "sphere+cube" || name == "cube+sphere", "{name}");
    assert_eq!(united.mask.count(), parts.sum::<usize>());
    assert_eq!(united.contours.len(), 2);
}

/// A ring of two circles on each plane, as two contours or as one with a channel of no width.
fn ring(image: &LoadedImage, kind: ContourKind, keyhole: bool) -> Vec<Contour> {
    let grid = &image.volume.grid;
    let circle = |z: f64, radius: f64| -> Vec<[f64; 3]> {
        let at = |k: i32| {
            let angle = f64::from(k) * std::f64::consts::TAU / 90.0;
            [z, 61.3 + radius * angle.sin(), 66.1 + radius * angle.cos()]
        };
        (0..90).map(|k| grid.to_patient(at(k))).collect()
    };
    let plane = |z: i32| {
        let z = f64::from(z);
        let (outer, mut inner) = (circle(z, 20.0), circle(z, 9.5));
        if !keyhole {
            return vec![outer, inner];
        }
        // Out on the circle, in through the channel, back round the hole, out again.
        inner.reverse();
        let (gate, entry) = (outer[0], inner[0]);
        vec![[outer, vec![gate], inner, vec![entry]].concat()]
    };
    let points = (10..20).flat_map(plane);
    points.map(|points| Contour { points, kind }).collect()
}

#[test]
fn keyhole_nested_and_xor_contours_make_the_same_mask() {
    let Some(root) = data("rtstruct_shapes") else { return };
    let image = image(&root.join("dicom"));
    let made = |contours: &[Contour], holes| {
        let rules = Rules { holes, ..Rules::default() };
        rasterise(contours, &image.volume.grid, rules).unwrap()
    };
    let (nested, _) = made(&ring(&image, ContourKind::Closed, false), Holes::Xor);
    let area = std::f64::consts::PI * (20.0 * 20.0 - 9.5 * 9.5);
    assert!((nested.count() as f64 / (10.0 * area) - 1.0).abs() < 0.01, "{}", nested.count());
    for holes in [Holes::Xor, Holes::Union, Holes::NonZero] {
        let (xor, _) = made(&ring(&image, ContourKind::ClosedXor, false), holes);
        assert_eq!(xor.voxels(), nested.voxels());
        let (keyhole, report) = made(&ring(&image, ContourKind::Closed, true), holes);
        assert_eq!(keyhole.voxels(), nested.voxels());
        assert_eq!((report.nested_planes, report.self_crossing), (0, 0));
    }
}

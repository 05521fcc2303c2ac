//! Multi-frame and oblique CT against pydicom's pixel values, and a converted series against the
//! slices it was made from.
//!
//! The shared samples state unspecified units (Rescale Type US), which is refused unless the caller
//! vouches for them.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common;
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::image::Intensity;
use perirad::io::source::{ImageChoice, ImageOptions, LoadedImage, read_header};
use perirad::io::{Folder, IoError};
use sha2::{Digest, Sha256};
use std::path::Path;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

fn read(path: &Path, assume_hu: bool) -> Result<LoadedImage, IoError> {
    let (engine, files) = (Engine::new(0), Folder::open(path)?);
    let options = ImageOptions { assume_hu, ..ImageOptions::default() };
    let opened = read_header(&files, "image", &CHOICE, options, &engine)?;
    opened.planes(&files, 0..usize::MAX, &engine)
}

/// The image, where the caller vouches for its unit.
fn in_hu(path: &Path) -> LoadedImage {
    read(path, true).unwrap()
}

fn manifest(root: &Path, file: &str) -> common::Row {
    let text = std::fs::read_to_string(root.join("manifest.csv")).unwrap();
    common::rows(&text).into_iter().find(|row| row["file"] == file).unwrap()
}

#[test]
fn unspecified_units_are_hounsfield_units_only_where_asked_for() {
    let Some(root) = common::data("dicom_odd") else { return };
    let folders = ["enhanced_ct", "oriented_ct", "seg_dcmqi/24x38x3/image"];
    for (folder, slices) in folders.into_iter().zip([2, 3, 3]) {
        let refused = read(&root.join(folder), false).unwrap_err();
        assert_eq!(refused.code(), "dicom.tag");
        assert!(refused.to_string().contains("(0028,1054) is \"US\""), "{refused}");
        assert!(refused.hint().contains("assume-hu"), "{}", refused.hint());
        let image = in_hu(&root.join(folder));
        assert_eq!(image.volume.intensity, Intensity::Hounsfield);
        let told = image.warnings.iter().find(|w| w.code == "dicom.assumed_hu").unwrap();
        assert!(told.message.contains(&format!("{slices} of {slices} slices")), "{told:?}");
    }
    // Whoever states HU needs no vouching.
    let stated = in_hu(&root.join("tiny_ct_series/98892001_CT5N"));
    assert!(stated.warnings.iter().all(|w| w.code != "dicom.assumed_hu"));
}

#[test]
fn enhanced_ct_has_the_pixels_of_the_manifest() {
    let Some(root) = common::data("dicom_odd") else { return };
    let image = in_hu(&root.join("enhanced_ct"));
    let grid = &image.volume.grid;
    assert_eq!((grid.shape, grid.spacing), ([2, 512, 512], [10.0, 0.388_672, 0.388_672]));
    // Its rows run to the right, so that its normal points to the feet: frame 2, at -149, is first.
    assert_eq!(grid.origin, [99.5, -301.5, -149.0]);
    assert_eq!(grid.axes, [[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]);
    assert_eq!(image.acquisition.contrast_agent.as_deref(), Some("Iohexol"));
    assert_eq!(image.acquisition.slice_thickness_mm, Some(10.0));
    assert!(image.warnings.iter().any(|w| w.code == "dicom.derived"), "{:?}", image.warnings);
    // The manifest's order is that of the file: the lower frame first.
    let mut digest = Sha256::new();
    for plane in [1, 0] {
        let plane = image.volume.data.index_axis(ndarray::Axis(0), plane);
        plane.iter().for_each(|hu| digest.update((*hu as i32 + 1024).to_le_bytes()));
    }
    let row = manifest(&root, "enhanced_ct/eCT_Supplemental.dcm");
    assert_eq!(format!("{:x}", digest.finalize()), row["stored_sha256_int32le"]);
}

#[test]
fn a_converted_series_is_the_slices_it_was_made_from() {
    let Some(root) = common::data("dicom_odd") else { return };
    let case = root.join("seg_dcmqi/24x38x3");
    let [converted, slices] = ["multiframe", "image"].map(|part| in_hu(&case.join(part)));
    assert_eq!(converted.volume.grid, slices.volume.grid);
    assert_eq!(converted.volume.data, slices.volume.data);
    assert_eq!(converted.frame_of_reference, slices.frame_of_reference);
    let row = manifest(&root, "seg_dcmqi/24x38x3/multiframe/mf.dcm");
    let sum: f32 = converted.volume.data.iter().sum();
    assert_eq!(sum, row["stored_sum"].parse::<f32>().unwrap());
}

#[test]
fn an_oblique_series_with_other_pixel_edges_has_its_numbers() {
    let Some(root) = common::data("dicom_odd") else { return };
    let image = in_hu(&root.join("oriented_ct"));
    let grid = &image.volume.grid;
    assert_eq!(grid.shape, [3, 50, 100]);
    assert_eq!(grid.spacing[1..], [3.5, 2.5]);
    for k in 0..3 {
        let row = manifest(&root, &format!("oriented_ct/{k}.dcm"));
        let plane = image.volume.data.index_axis(ndarray::Axis(0), k);
        let sum: f64 = plane.iter().map(|v| (f64::from(*v) / 0.001).round()).sum();
        assert_eq!(sum, row["stored_sum"].parse::<f64>().unwrap(), "{k}");
    }
}

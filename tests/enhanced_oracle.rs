//! Multi-frame and oblique CT against pydicom's pixel values, and a converted series against the
//! slices it was made from.
//!
//! The shared samples state unspecified units (Rescale Type US), which is refused; their pixels
//! are compared in copies in memory that state HU.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]
#![cfg(all(feature = "dicom", feature = "nifti"))]

mod common;

use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::image::Intensity;
use perirad::io::source::{ImageChoice, LoadedImage, read_image};
use perirad::io::{Files, Folder, IoError, Memory};
use sha2::{Digest, Sha256};
use std::path::Path;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

fn load(files: &Memory) -> Result<LoadedImage, IoError> {
    read_image(files, "image", &CHOICE, &Engine::new(0))
}

fn folder(path: &Path) -> Memory {
    let folder = Folder::open(path).unwrap();
    let mut files = Memory::default();
    for name in folder.names() {
        files.insert(name, folder.read(name).unwrap());
    }
    files
}

/// The same files, stating HU.
fn in_hu(files: &Memory) -> Memory {
    let mut changed = Memory::default();
    for name in files.names() {
        let mut bytes = files.read(name).unwrap();
        // Rescale Type, explicit or implicit, of two characters.
        for head in [&b"\x28\0\x54\x10LO\x02\0US"[..], &b"\x28\0\x54\x10\x02\0\0\0US"[..]] {
            let found = bytes.windows(head.len()).position(|window| window == head);
            if let Some(at) = found {
                bytes[at + head.len() - 2] = b'H';
                bytes[at + head.len() - 1] = b'U';
            }
        }
        changed.insert(name, bytes);
    }
    changed
}

fn manifest(root: &Path, file: &str) -> common::Row {
    let text = std::fs::read_to_string(root.join("manifest.csv")).unwrap();
    common::rows(&text).into_iter().find(|row| row["file"] == file).unwrap()
}

#[test]
fn enhanced_ct_has_the_pixels_of_the_manifest() {
    let Some(root) = common::data("dicom_odd") else { return };
    let files = folder(&root.join("enhanced_ct"));
    let refused = load(&files).unwrap_err();
    assert_eq!(refused.code(), "dicom.tag");
    assert!(refused.to_string().contains("(0028,1054) is \"US\""), "{refused}");
    let image = load(&in_hu(&files)).unwrap();
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
    let converted = load(&in_hu(&folder(&case.join("multiframe")))).unwrap();
    let slices = load(&in_hu(&folder(&case.join("image")))).unwrap();
    assert_eq!(converted.volume.grid, slices.volume.grid);
    assert_eq!(converted.volume.data, slices.volume.data);
    assert_eq!(converted.frame_of_reference, slices.frame_of_reference);
    let row = manifest(&root, "seg_dcmqi/24x38x3/multiframe/mf.dcm");
    let sum: f32 = converted.volume.data.iter().sum();
    assert_eq!(sum, row["stored_sum"].parse::<f32>().unwrap());
    assert!(load(&folder(&case.join("multiframe"))).is_err());
}

#[test]
fn an_oblique_series_with_other_pixel_edges_has_its_numbers() {
    let Some(root) = common::data("dicom_odd") else { return };
    let image = load(&in_hu(&folder(&root.join("oriented_ct")))).unwrap();
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

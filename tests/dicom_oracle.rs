//! DICOM series against the same images published as NIfTI, and against pydicom's statistics.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common::data;
use perirad::engine::Engine;
use perirad::image::Intensity;
use perirad::io::source::{
    ImageChoice, ImageOptions, Lesion, LesionChoice, LoadedImage, MaskSource,
};
use perirad::io::{IoError, find_images, open_image, open_mask};
use std::path::Path;

fn image(path: &Path) -> LoadedImage {
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    open_image(path, &choice, &Engine::new(0)).expect("the image is read")
}

fn lesion(path: &Path, image: &LoadedImage, roi: Option<&str>) -> Lesion {
    let mask: MaskSource = open_mask(path, &Engine::serial()).expect("the mask is read");
    mask.lesion(LesionChoice { roi, label: None }, image).expect("the lesion is there")
}

/// DICOM + RTSTRUCT and NIfTI of one case: same voxels, same mask, same lattice.
fn same_case(dicom: &Path, rtstruct: &Path, nifti: &Path, mask: &Path, roi: &str, round: bool) {
    let (a, mut b) = (image(dicom), image(nifti));
    if round {
        b.volume.data.mapv_inplace(f32::round);
    }
    assert_eq!(a.volume.grid.shape, b.volume.grid.shape);
    assert_eq!(a.volume.grid.spacing, b.volume.grid.spacing, "resampling starts from these bits");
    assert_eq!(a.volume.grid.axes, b.volume.grid.axes);
    let apart = perirad::geometry::difference(&a.volume.grid, &b.volume.grid).expect("shapes");
    assert!(apart.mm < 1e-4, "{apart:?}");
    assert_eq!(a.volume.data, b.volume.data);
    let (drawn, labelled) = (lesion(rtstruct, &a, Some(roi)), lesion(mask, &b, None));
    assert_eq!(drawn.mask.voxels(), labelled.mask.voxels());
    assert!(std::sync::Arc::ptr_eq(drawn.mask.grid(), &a.volume.grid));
    assert!(std::sync::Arc::ptr_eq(labelled.mask.grid(), &b.volume.grid));
}

#[test]
fn ct_phantom_is_the_same_from_dicom_and_nifti() {
    let Some(root) = data("ibsi1/ct_phantom") else { return };
    let nifti = root.join("nifti");
    same_case(
        &root.join("dicom"),
        &root.join("dicom_rtstruct"),
        &nifti.join("image.nii.gz"),
        &nifti.join("mask.nii.gz"),
        "GTV-1",
        true,
    );
    let image = image(&root.join("dicom"));
    assert_eq!(lesion(&root.join("dicom_rtstruct"), &image, Some("GTV-1")).mask.count(), 125_256);
}

#[test]
fn sarcomas_are_the_same_from_dicom_and_nifti() {
    for case in ["STS_002", "STS_019"] {
        let Some(root) = data(&format!("ibsi1_validation_sts/{case}")) else { return };
        same_case(
            &root.join("dicom"),
            &root.join("dicom_rtstruct"),
            &root.join("image.nii.gz"),
            &root.join("mask.nii.gz"),
            "GTV_Mass_CT",
            false,
        );
    }
}

#[test]
fn real_cases_have_the_published_voxel_counts_and_means() {
    let cases = [
        ("nsclc_pat_2", 2256, 6.46, -257.73),
        ("nsclc_pat_3", 4047, 11.59, 1.85),
        ("LUNG1-001_subset", 54639, 156.32, -64.13),
    ];
    for (case, voxels, ml, mean) in cases {
        let Some(root) = data(&format!("real_ct/{case}")) else { return };
        let image = image(&root.join("dicom"));
        assert_eq!(image.volume.grid.spacing[0], 3.0, "{case}");
        let lesion = lesion(&root.join("dicom_rtstruct"), &image, Some("GTV-1"));
        assert_eq!(lesion.mask.count(), voxels, "{case}");
        // The table has two decimals.
        assert!((lesion.mask.volume_ml() - ml).abs() <= 0.005, "{}", lesion.mask.volume_ml());
        let inside = image.volume.data.iter().zip(lesion.mask.voxels()).filter(|(_, m)| **m);
        let sum: f64 = inside.map(|(hu, _)| f64::from(*hu)).sum();
        assert!((sum / voxels as f64 - mean).abs() <= 0.005, "{case}: {}", sum / voxels as f64);
    }
}

#[test]
fn lossy_compression_makes_no_tissue_of_padding() {
    let Some(root) = data("dicom_odd/wg04_ct1") else { return };
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    let padding = |name: &str| {
        let image = in_hu(&root.join(name), &choice).unwrap();
        let told = image.warnings.iter().find(|w| w.code == "dicom.padding").unwrap();
        let near = told.message.contains("lossy");
        (image.volume.no_data().unwrap().clone(), near)
    };
    // -2000 stored, that is -3024 HU, in 55772 pixels; lossily within 352 of it.
    let (scanned, near) = padding("CT1_UNC.dcm");
    assert_eq!((scanned.iter().filter(|v| **v).count(), near), (55772, false));
    for lossy in ["CT1_J2KI.dcm", "CT1_JLSN.dcm"] {
        let (found, near) = padding(lossy);
        assert!(found == scanned && near, "{lossy}");
    }
}

/// An image whose unit the caller vouches for, where the file leaves it open.
fn in_hu(path: &Path, choice: &ImageChoice<'_>) -> Result<LoadedImage, IoError> {
    let (options, engine) =
        (ImageOptions { assume_hu: true, ..Default::default() }, Engine::new(0));
    let (folder, found) = find_images(path, &engine)?;
    found.open(choice, options)?.planes(&folder, 0..usize::MAX, &engine)
}

/// `dicom_odd/manifest.csv` holds minimum, maximum and sum of the stored values, by pydicom.
#[test]
fn odd_files_are_read_as_pydicom_reads_them_or_refused() {
    let Some(root) = data("dicom_odd") else { return };
    let mut read = 0;
    let mut table = csv::Reader::from_path(root.join("manifest.csv")).unwrap();
    let header = table.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    for row in table.records() {
        let row = row.unwrap();
        let cell = |name: &str| row[column(name)].to_owned();
        let number = |name: &str| cell(name).parse::<f64>().unwrap();
        // MR states no rescale: its stored values stand for themselves.
        let stated = |name: &str, none| if cell(name).is_empty() { none } else { number(name) };
        let opened = in_hu(&root.join(cell("file")), &choice);
        let class = cell("sop_class");
        let frames = class.contains("Enhanced CT Image Storage");
        let readable = (frames || ["CT Image Storage", "MR Image Storage"].contains(&&*class))
            && cell("decoded") == "yes";
        let image = match opened {
            Ok(image) => image,
            Err(error) => {
                // pydicom does not mind a single slice without a thickness; a reader of volumes
                // does.
                let reason = error.to_string().contains("(0018,0050) is absent");
                assert!(!readable || reason, "{}: {error}", cell("file"));
                continue;
            }
        };
        read += 1;
        assert!(readable, "{}", cell("file"));
        // Lossy JPEG 2000 is compared in transfer_syntax_oracle, frames in enhanced_oracle.
        if cell("transfer_syntax") == "1.2.840.10008.1.2.4.91" || frames {
            continue;
        }
        let (slope, intercept) = (stated("rescale_slope", 1.0), stated("rescale_intercept", 0.0));
        let stored =
            image.volume.data.iter().map(|v| ((f64::from(*v) - intercept) / slope).round());
        assert_eq!(stored.clone().fold(f64::INFINITY, f64::min), number("stored_min"));
        assert_eq!(stored.clone().fold(f64::NEG_INFINITY, f64::max), number("stored_max"));
        assert_eq!(stored.sum::<f64>(), number("stored_sum"), "{}", cell("file"));
    }
    // 43 CT, 7 MR and 2 multi-frame files can be decoded; 4 single slices have no thickness.
    assert_eq!(read, 43 + 7 + 2 - 4);
}

//! What is told of a series that is read: slices that may be missing, values that may mean something else.
#![cfg(feature = "dicom")]

use crate::dicom_maker::Series;
use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use perirad::engine::Engine;
use perirad::image::Intensity;
use perirad::io::inspect::inspect_files;
use perirad::io::source::{ImageChoice, read_image};
use perirad::io::{Files, Folder};

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

fn contains(text: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| text.contains(part)), "{text} lacks one of {parts:?}");
}

/// Warnings of a series by their code.
fn told(files: &dyn Files, code: &str) -> Vec<String> {
    let image = read_image(files, "series", &CHOICE, &Engine::serial()).unwrap();
    let found = image.warnings.into_iter().filter(|warning| warning.code == code);
    found.map(|warning| warning.message).collect()
}

#[test]
fn slices_farther_apart_than_their_headers_say_are_told() {
    // 2.5 mm apart, 2 mm thick; then every second one alone.
    let sparse = |series: &Series| told(&series.files(), "dicom.sparse_slices");
    let whole = Series::new(9);
    assert!(sparse(&whole).is_empty());
    let half = || {
        let mut series = Series::new(9);
        let mut at = 0;
        series.slices.retain(|_| {
            at += 1;
            at % 2 == 1
        });
        series
    };
    contains(&sparse(&half())[0], &["5 mm apart", "2.5 times", "(0018,0050) of 2 mm"]);
    let with = |between: &str| {
        let mut series = half();
        (0..5).for_each(|k| series.put(k, tags::SPACING_BETWEEN_SLICES, VR::DS, between));
        sparse(&series)
    };
    // Spacing Between Slices goes before the thickness, unless it is none.
    assert!(with("5").is_empty());
    contains(&with("2.5")[0], &["2.0 times", "Spacing Between Slices (0018,0088) of 2.5 mm"]);
    assert_eq!(with("0"), sparse(&half()));
    // Some write the gap alone: 4 mm thick and 1 mm between.
    let mut gap = half();
    for k in 0..5 {
        gap.put(k, tags::SLICE_THICKNESS, VR::DS, "4");
        gap.put(k, tags::SPACING_BETWEEN_SLICES, VR::DS, "1");
    }
    assert!(sparse(&gap).is_empty());
    // Slices that overlap.
    let mut overlap = Series::new(9);
    (0..9).for_each(|k| overlap.put(k, tags::SLICE_THICKNESS, VR::DS, "5"));
    assert!(sparse(&overlap).is_empty());
}

#[test]
fn files_that_may_be_slices_and_were_passed_over_are_told() {
    let mut series = Series::new(6);
    series.slices[5].remove_element(tags::SERIES_INSTANCE_UID);
    let mut files = series.files();
    files.insert("slice6.dcm", *b"");
    files.insert("slice7.dcm", vec![0; 5000]);
    files.insert("1.2.840.8", vec![0; 300]);
    for (name, bytes) in
        [("notes.txt", &b""[..]), ("DICOMDIR", b""), ("IM9", b"words"), ("a/8.dcm", b"")]
    {
        files.insert(name, bytes);
    }
    let blank = told(&files, "dicom.blank_files");
    assert_eq!(blank.len(), 1);
    contains(&blank[0], &["3 files", "the first 1.2.840.8"]);
    let stray = told(&files, "dicom.no_series_uid");
    contains(&stray[0], &["1 CT or MR images", "(0020,000E)", "slice5.dcm"]);
    let seen = inspect_files(&files, "folder", &Engine::serial());
    let codes: Vec<_> = seen.series[0].problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["dicom.blank_files", "dicom.no_series_uid"]);
}

#[test]
#[cfg(unix)]
fn links_out_of_the_folder_are_told() {
    let (root, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = Series::new(5).files();
    for name in files.names() {
        let bytes = files.read(name).unwrap();
        let linked = name == "slice4.dcm";
        let at = if linked { away.path() } else { root.path() }.join(name);
        std::fs::write(&at, bytes).unwrap();
        if linked {
            std::os::unix::fs::symlink(&at, root.path().join(name)).unwrap();
        }
    }
    let folder = Folder::open(root.path()).unwrap();
    contains(&told(&folder, "dicom.links_not_followed")[0], &["1 links", "slice4.dcm"]);
    (0..4).for_each(|k| std::fs::remove_file(root.path().join(format!("slice{k}.dcm"))).unwrap());
    let folder = Folder::open(root.path()).unwrap();
    let error = read_image(&folder, "ct", &CHOICE, &Engine::serial()).unwrap_err();
    contains(&error.to_string(), &["0 files looked at", "1 links"]);
}

#[test]
fn computed_tomography_that_cannot_hold_air_is_told() {
    let no_air = |series: &Series| told(&series.files(), "dicom.no_air");
    let mut series = Series::new(3);
    assert!(no_air(&series).is_empty());
    (1..3).for_each(|k| series.put(k, tags::RESCALE_INTERCEPT, VR::DS, "0"));
    let message = &no_air(&series)[0];
    contains(message, &["2 of 3 CT slices", "below 0 HU", "(0028,0103) is 0", "(0028,1052) 0"]);
    (1..3).for_each(|k| series.put_u16(k, tags::PIXEL_REPRESENTATION, 1));
    assert!(no_air(&series).is_empty());
    // Turned round: the highest stored value is the lowest number.
    let mut turned = Series::new(2);
    for k in 0..2 {
        turned.put(k, tags::RESCALE_SLOPE, VR::DS, "-1");
        turned.put(k, tags::RESCALE_INTERCEPT, VR::DS, "4095");
    }
    assert!(no_air(&turned).is_empty());
    for k in 0..2 {
        turned.put_u16(k, tags::BITS_STORED, 12);
        turned.put_u16(k, tags::HIGH_BIT, 11);
    }
    contains(&no_air(&turned)[0], &["below 0 HU", "(0028,0101) 12"]);
    (0..2).for_each(|k| turned.put(k, tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE));
    assert!(no_air(&turned).is_empty());
}

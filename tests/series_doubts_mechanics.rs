//! What is told of a series that is read: slices that may be missing, values that may mean something else.
#![cfg(feature = "dicom")]

use crate::dicom_maker::{Series, rtstruct};
use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::image::Intensity;
use perirad::io::inspect::inspect_files;
use perirad::io::source::{ImageChoice, LesionChoice, read_image, read_mask};
use perirad::io::{Files, Folder, Memory};
use perirad_generator::patient::Patient;

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
fn a_gap_tells_of_files_that_may_be_the_missing_slice() {
    let refused = |files: &Memory| {
        let error = read_image(files, "series", &CHOICE, &Engine::serial()).unwrap_err();
        (error.code(), error.to_string())
    };
    let mut files = Series::new(9).files();
    let start = files.read("slice4.dcm").unwrap()[..405].to_vec();
    files.insert("slice4.dcm", *b"");
    let (code, blank) = refused(&files);
    assert_eq!(code, "dicom.gap");
    contains(
        &blank,
        &["gap of 5.000 mm", "1 files not recognised as DICOM", "the first slice4.dcm"],
    );
    files.insert("slice4.dcm", start);
    let (code, cut) = refused(&files);
    assert_eq!(code, "dicom.gap");
    contains(&cut, &["1 DICOM files cannot be read", "slice4.dcm: damaged DICOM"]);
}

#[test]
fn images_that_all_lack_their_series_say_so() {
    let mut series = Series::new(3);
    series.slices.iter_mut().for_each(|slice| {
        slice.remove_element(tags::SERIES_INSTANCE_UID);
    });
    let files = series.files();
    let error = read_image(&files, "series", &CHOICE, &Engine::serial()).unwrap_err();
    assert_eq!(error.code(), "dicom.tag");
    contains(&error.to_string(), &["slice0.dcm", "Series Instance UID (0020,000E) is absent"]);
    let seen = inspect_files(&files, "folder", &Engine::serial());
    assert!(seen.has_fatal_problem());
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

#[test]
fn kernels_and_studies_that_differ_are_told() {
    let mut series = Series::new(4);
    assert!(told(&series.files(), "dicom.mixed_kernel").is_empty());
    series.put(1, tags::CONVOLUTION_KERNEL, VR::SH, "B70f");
    contains(&told(&series.files(), "dicom.mixed_kernel")[0], &["B30f", "B70f", "(0018,1210)"]);
    // Some that do not say are of any study, and of any patient.
    (0..3).for_each(|k| series.put(k, tags::STUDY_INSTANCE_UID, VR::UI, "1.2.77"));
    (0..3).for_each(|k| series.put(k, tags::PATIENT_ID, VR::LO, "4711"));
    assert!(told(&series.files(), "dicom.mixed_study").is_empty());
    series.put(2, tags::STUDY_INSTANCE_UID, VR::UI, "1.2.78");
    let found = told(&series.files(), "dicom.mixed_study");
    contains(&found[0], &["slice0.dcm", "slice2.dcm", "(0020,000D)"]);
    assert!(!found[0].contains("1.2.7"), "{found:?}");
}

#[test]
fn slices_of_two_patients_are_refused_and_neither_is_shown() {
    let mut series = Series::new(4);
    for (k, id) in ["", "4711", "4711 ", "0815"].into_iter().enumerate() {
        series.put(k, tags::PATIENT_ID, VR::LO, id);
    }
    let error = read_image(&series.files(), "series", &CHOICE, &Engine::serial()).unwrap_err();
    assert_eq!(error.code(), "dicom.differs");
    let text = format!("{error} | {} | {error:?}", error.hint());
    contains(&text, &["Patient ID (0010,0020)", "slice1.dcm", "slice3.dcm", "not shown"]);
    assert!(!text.contains("4711") && !text.contains("0815"), "{text}");
    series.put(3, tags::PATIENT_ID, VR::LO, "4711");
    assert!(read_image(&series.files(), "series", &CHOICE, &Engine::serial()).is_ok());
}

#[test]
fn contours_of_another_patient_are_told_and_used() {
    let square =
        [(1, "CLOSED_PLANAR", "-10\\-20\\30\\-9\\-20\\30\\-9\\-18\\30\\-10\\-18\\30", "4")];
    let drawn = rtstruct(&[(1, "GTV", &square)], "1.2.3.9");
    let told = |image: &str, mask: &str| {
        let mut series = Series::new(3);
        (0..3).for_each(|k| series.put(k, tags::PATIENT_ID, VR::LO, image));
        let image = read_image(&series.files(), "series", &CHOICE, &Engine::serial()).unwrap();
        // Patient ID stands before the sequences, in explicit little endian.
        let at = drawn.windows(6).position(|six| six == b"\x20\0\x0E\0UI").unwrap();
        let mut id = b"\x10\0\x20\0LO".to_vec();
        id.extend((mask.len() as u16).to_le_bytes());
        id.extend(mask.bytes());
        let mut files = Memory::default();
        files.insert("rs.dcm", [&drawn[..at], &id, &drawn[at..]].concat());
        let mask = read_mask(&files, "rs", &Engine::serial()).unwrap();
        let lesion = mask.lesion(LesionChoice { roi: None, label: None }, &image).unwrap();
        let found = lesion.warnings.into_iter().filter(|w| w.code == "dicom.other_patient");
        found.map(|warning| warning.message).collect::<Vec<_>>()
    };
    let found = told("4711", "0815");
    contains(&found[0], &["rs.dcm", "series", "(0010,0020)", "neither is shown"]);
    assert!(!found[0].contains("4711") && !found[0].contains("0815"), "{found:?}");
    for (image, mask) in [("4711", "4711"), ("4711", ""), ("", "0815"), ("4711", "4711  ")] {
        assert!(told(image, mask).is_empty());
    }
}

#[test]
fn a_set_of_another_patient_is_told_beside_its_series_too() {
    let inspected = |change: u8| {
        let mut files = Memory::default();
        for (name, mut bytes) in Patient::new(1).files().unwrap() {
            if name.ends_with("rtstruct.dcm") {
                let at = bytes.windows(6).position(|six| six == b"\x10\0\x20\0LO").unwrap();
                bytes[at + 8] ^= change;
            }
            files.insert(name, bytes);
        }
        let seen = inspect_files(&files, "folder", &Engine::serial());
        let problems = seen.structure_sets.into_iter().flat_map(|set| set.problems);
        problems.filter(|problem| problem.code == "dicom.other_patient").collect::<Vec<_>>()
    };
    assert!(inspected(0).is_empty());
    let [problem] = &inspected(1)[..] else { panic!("one set is another's") };
    assert!(!problem.fatal);
    contains(&problem.message, &["rtstruct.dcm", "the image of series", "neither is shown"]);
}

#[test]
fn spacing_and_axes_that_are_none_are_named() {
    let refused = |tag, value: &str| {
        let mut series = Series::new(3);
        (0..3).for_each(|k| series.put(k, tag, VR::DS, value));
        let error = read_image(&series.files(), "series", &CHOICE, &Engine::serial()).unwrap_err();
        assert_eq!(error.code(), "dicom.tag", "{error}");
        error.to_string()
    };
    for spacing in ["0\\0", "0.8\\0", "-0.8\\0.7", "0.8\\-0.7"] {
        contains(&refused(tags::PIXEL_SPACING, spacing), &["(0028,0030)", "above 0", "slice0"]);
    }
    let axes =
        ["0\\0\\0\\0\\0\\0", "2\\0\\0\\0\\2\\0", "1\\0\\0\\0.1\\0.995\\0", "1\\0\\0\\1\\0\\0"];
    for axes in axes {
        let text = refused(tags::IMAGE_ORIENTATION_PATIENT, axes);
        contains(&text, &["(0020,0037)", "unit vectors"]);
    }
    // Written with four digits.
    let mut series = Series::new(1);
    let rounded = "0.8138\\0.5812\\0.0000\\-0.5812\\0.8138\\0.0000";
    series.put(0, tags::IMAGE_ORIENTATION_PATIENT, VR::DS, rounded);
    assert!(read_image(&series.files(), "series", &CHOICE, &Engine::serial()).is_ok());
}

#[test]
fn padding_that_stored_bits_cannot_hold_is_no_tissue() {
    // 0xF002 over all sixteen bits; its lower twelve are 2.
    let padded = |values: &[u16], padding: u16| {
        let mut series = Series::new(1);
        series.put_u16(0, tags::BITS_STORED, 12);
        series.put_u16(0, tags::HIGH_BIT, 11);
        series.put_u16(0, tags::PIXEL_PADDING_VALUE, padding);
        series.pixels(0, values);
        told(&series.files(), "dicom.padding")
    };
    assert!(padded(&[0, 1, 2, 3, 4, 5], 0xF002).is_empty());
    contains(&padded(&[0, 0xF002, 2, 0xF002, 0x1002, 5], 0xF002)[0], &["2 voxels"]);
    contains(&padded(&[0, 1, 2, 3, 2, 5], 2)[0], &["2 voxels"]);
}

#[test]
fn private_sequences_of_unknown_vr_hold_implicit_elements() {
    let files = Series::new(3).files();
    let plain = read_image(&files, "series", &CHOICE, &Engine::serial()).unwrap();
    // (0029,1010) UN of undefined length, an item, (0029,0010) with its length after the tag.
    let mut private =
        b"\x29\0\x10\x10UN\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF".to_vec();
    private.extend(b"\x29\0\x10\0\x08\0\0\0SIEMENS ");
    private.extend(b"\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0");
    let mut with = Memory::default();
    for name in files.names() {
        let bytes = files.read(name).unwrap();
        let at = bytes.windows(6).position(|six| six == b"\x28\0\x02\0US").unwrap();
        with.insert(name, [&bytes[..at], &private, &bytes[at..]].concat());
    }
    let image = read_image(&with, "series", &CHOICE, &Engine::serial()).unwrap();
    assert_eq!((image.volume.data, image.warnings), (plain.volume.data, plain.warnings));
}

//! What folders hold beside the volume that is meant, and what makes no volume.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common;
use crate::dicom_maker;
use crate::dicom_maker::Series;
use crate::patient_maker;
use crate::patient_maker::{Source, bytes, item, put, sequence};
use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::io::source::{ImageChoice, ImageOptions, LoadedImage, read_header, read_image};
use perirad::io::{Folder, IoError, Memory};
use perirad::pipeline::{Around, Subject, extract};
use perirad::preprocess::Method;
use perirad::settings::preset;
use std::sync::Arc;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

fn load(files: &Memory) -> Result<LoadedImage, IoError> {
    read_image(files, "series", &CHOICE, &Engine::serial())
}

fn regularised(files: &dyn perirad::io::Files) -> Result<LoadedImage, IoError> {
    let options = ImageOptions { regularise: true, ..ImageOptions::default() };
    let engine = Engine::new(2);
    read_header(files, "series", &CHOICE, options, &engine)?.planes(files, 0..usize::MAX, &engine)
}

fn contains(text: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| text.contains(part)), "{text} lacks one of {parts:?}");
}

fn warned(image: &LoadedImage, code: &str) -> String {
    let found = image.warnings.iter().find(|warning| warning.code == code);
    found.unwrap_or_else(|| panic!("no {code} in {:?}", image.warnings)).message.clone()
}

#[test]
fn localisers_reports_and_single_slices_leave_one_volume() {
    let mut files = Series::of(4, "ct", "1.2.1", "2").files();
    let mut scout = Series::of(2, "scout", "1.2.2", "1");
    (0..2).for_each(|k| scout.put(k, tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\LOCALIZER"));
    scout.add_to(&mut files);
    Series::of(1, "single", "1.2.3", "3").add_to(&mut files);
    let mut report = Series::of(1, "report", "1.2.4", "999");
    report.put(0, tags::SOP_CLASS_UID, VR::UI, uids::X_RAY_RADIATION_DOSE_SR_STORAGE);
    report.put(0, tags::MODALITY, VR::CS, "SR");
    report.slices[0].remove_element(tags::PIXEL_DATA);
    report.add_to(&mut files);
    let mut mr = Series::of(3, "mr", "1.2.5", "5");
    (0..3).for_each(|k| mr.put(k, tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE));
    mr.add_to(&mut files);
    let image = load(&files).unwrap();
    assert_eq!(image.series_uid.as_deref(), Some("1.2.1"));
    assert!(image.warnings.is_empty(), "{:?}", image.warnings);

    let mut second = Series::of(3, "other", "1.2.6", "6");
    let name = "Chest of John Doe";
    (0..3).for_each(|k| second.put(k, tags::SERIES_DESCRIPTION, VR::LO, name));
    second.add_to(&mut files);
    let error = load(&files).unwrap_err();
    assert_eq!(error.code(), "dicom.series_ambiguous");
    contains(&error.to_string(), &["2 series", "UID 1.2.1)", "UID 1.2.6)"]);
    assert!(!format!("{error} {}", error.hint()).contains("Doe"));
    let choose = |choice: ImageChoice<'_>, instances: &[String]| {
        let options = ImageOptions { instances, ..ImageOptions::default() };
        read_header(&files, "series", &choice, options, &Engine::serial())
            .map(|opened| opened.image)
    };
    let uid = |image: LoadedImage| image.series_uid.unwrap();
    for asked in ["1.2.6", "6", "Chest*", "/(?i)john/", name] {
        let choice = ImageChoice { series: Some(asked), ..CHOICE };
        assert_eq!(uid(choose(choice, &[]).unwrap()), "1.2.6", "{asked}");
    }
    let unknown = choose(ImageChoice { series: Some("Abdomen*"), ..CHOICE }, &[]).unwrap_err();
    assert_eq!(unknown.code(), "dicom.series_unknown");
    assert!(!unknown.to_string().contains("Doe"));
    let bad = choose(ImageChoice { series: Some("/(/"), ..CHOICE }, &[]).unwrap_err();
    assert_eq!(bad.code(), "io.roi_pattern");
    // The mask's own reference goes before the guess, by UID or by slices; even to a scout.
    let referenced = ImageChoice { referenced: Some("1.2.2"), ..CHOICE };
    assert_eq!(uid(choose(referenced, &[]).unwrap()), "1.2.2");
    assert_eq!(uid(choose(CHOICE, &["1.2.6.1".into()]).unwrap()), "1.2.6");
    let elsewhere = ImageChoice { referenced: Some("9.9"), ..CHOICE };
    assert_eq!(uid(choose(elsewhere, &["1.2.1.0".into()]).unwrap()), "1.2.1");
    let mut alone = Series::of(2, "ct", "1.2.1", "2").files();
    Series::of(1, "single", "1.2.3", "3").add_to(&mut alone);
    let image = read_image(&alone, "series", &elsewhere, &Engine::serial()).unwrap();
    contains(&warned(&image, "dicom.other_series"), &["9.9"]);
}

#[test]
fn copies_are_left_out_and_different_slices_in_one_place_are_refused() {
    let ct = Series::of(4, "ct", "1.2.1", "2");
    let plain = load(&ct.files()).unwrap();
    let mut files = ct.files();
    let mut copy = Series::of(4, "copy", "1.2.1", "2");
    copy.add_to(&mut files);
    let image = load(&files).unwrap();
    assert_eq!(image.volume.data, plain.volume.data);
    contains(&warned(&image, "dicom.copies"), &["4 exact copies"]);
    copy.pixels(2, &[0, 1, 2, 3, 4, 6]);
    let mut files = ct.files();
    copy.add_to(&mut files);
    let error = load(&files).unwrap_err();
    assert_eq!(error.code(), "dicom.duplicate");
    contains(&error.to_string(), &["1 slices share", "copy2.dcm", "ct2.dcm"]);
}

#[test]
fn what_is_no_slice_of_its_own_series_is_left_out_and_derived_is_told() {
    let mut ct = Series::of(4, "ct", "1.2.1", "2");
    ct.put(0, tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\LOCALIZER");
    ct.put(0, tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "0\\1\\0\\0\\0\\-1");
    ct.put(3, tags::SOP_CLASS_UID, VR::UI, uids::SECONDARY_CAPTURE_IMAGE_STORAGE);
    ct.put(1, tags::IMAGE_TYPE, VR::CS, "DERIVED\\SECONDARY\\AXIAL");
    let image = load(&ct.files()).unwrap();
    assert_eq!(image.volume.grid.shape[0], 2);
    contains(&warned(&image, "dicom.localisers"), &["1 localisers", "ct0.dcm"]);
    contains(&warned(&image, "dicom.not_images"), &["Secondary Capture"]);
    contains(&warned(&image, "dicom.derived"), &["1 of 2", "DERIVED\\SECONDARY"]);
}

#[test]
fn what_is_never_an_image_is_a_note_and_no_fault_of_its_folder() {
    let mut files = Series::of(4, "ct", "1.2.1", "2").files();
    let classes = [
        uids::RT_DOSE_STORAGE,
        uids::RT_PLAN_STORAGE,
        uids::X_RAY_RADIATION_DOSE_SR_STORAGE,
        uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE,
    ];
    for (at, class) in classes.into_iter().enumerate() {
        let mut other =
            Series::of(1, ["dose", "plan", "sr", "state"][at], &format!("1.2.9.{at}"), "9");
        other.put(0, tags::SOP_CLASS_UID, VR::UI, class);
        other.add_to(&mut files);
    }
    let seen = perirad::io::inspect::inspect_files(&files, "x", &Engine::serial());
    assert!(!seen.has_fatal_problem());
    let notes =
        seen.series.iter().filter(|s| s.problems.iter().any(|p| p.code == "dicom.not_images"));
    assert_eq!(notes.count(), 4);
    let mut pet = Series::of(2, "pet", "1.2.10", "10");
    let class = uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE;
    (0..2).for_each(|k| pet.put(k, tags::SOP_CLASS_UID, VR::UI, class));
    pet.add_to(&mut files);
    assert!(
        perirad::io::inspect::inspect_files(&files, "x", &Engine::serial()).has_fatal_problem()
    );
}

#[test]
fn mr_has_no_unit_and_settings_in_hounsfield_units_refuse_it() {
    let mut mr = Series::of(8, "mr", "1.2.5", "5");
    for k in 0..8 {
        mr.put(k, tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE);
        for tag in [tags::RESCALE_SLOPE, tags::RESCALE_INTERCEPT] {
            mr.slices[k].remove_element(tag);
        }
        mr.put(k, tags::RESCALE_TYPE, VR::LO, "US");
    }
    let image = load(&mr.files()).unwrap();
    assert_eq!(image.volume.intensity, Intensity::Arbitrary);
    assert_eq!(image.volume.data[[1, 2, 1]], 5.0);
    mr.put(3, tags::RESCALE_SLOPE, VR::DS, "0.5");
    let error = load(&mr.files()).unwrap_err();
    contains(&error.to_string(), &["mr3.dcm", "(0028,1052)", "absent"]);
    let mut mixed = Series::of(4, "mixed", "1.2.7", "7");
    mixed.put(2, tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE);
    let error = load(&mixed.files()).unwrap_err();
    contains(&error.to_string(), &["(0008,0016)", "mixed0.dcm", "mixed2.dcm"]);
    mr.put(3, tags::RESCALE_INTERCEPT, VR::DS, "10");
    // Stored values of some slices and scaled ones of others make no volume.
    let error = load(&mr.files()).unwrap_err();
    assert_eq!(error.code(), "dicom.differs");
    contains(&error.to_string(), &["(0028,1053)", "absent in mr0.dcm", "0.5 in mr3.dcm"]);
    for k in [0, 1, 2, 4, 5, 6, 7] {
        mr.put(k, tags::RESCALE_SLOPE, VR::DS, "2");
        mr.put(k, tags::RESCALE_INTERCEPT, VR::DS, "10");
    }
    let scaled = load(&mr.files()).unwrap();
    assert_eq!(scaled.volume.data[[3, 2, 1]], 12.5);
    assert_eq!(scaled.volume.data[[2, 2, 1]], 20.0);
    contains(&warned(&scaled, "dicom.mixed_rescale"), &["0.5 to 2", "10 to 10"]);
    // The same with another digit.
    mr.put(3, tags::RESCALE_SLOPE, VR::DS, "2.0000001");
    assert!(load(&mr.files()).unwrap().warnings.is_empty());

    let everywhere = ndarray::Array3::from_elem(image.volume.grid.shape, true);
    let mask = Mask::new(image.volume.grid.clone(), everywhere).unwrap();
    let subject = Subject {
        case: "c",
        roi: "liver",
        image: &image.volume,
        mask: &mask,
        acquisition: &image.acquisition,
        around: Around::default(),
        below: &[],
    };
    let run = |settings: &perirad::settings::Settings| {
        extract(&subject, settings, &[Region::Tumour], &Engine::serial())
    };
    for (name, key) in [
        ("cd8", "discretise.lowest, discretise.highest"),
        ("ibsi-a", "discretise.lowest"),
        ("ibsi-b", "resegment.lowest"),
    ] {
        let error = run(&preset(name).unwrap()).unwrap_err();
        assert_eq!(error.code(), "pipeline.needs_hu", "{name}");
        contains(&error.to_string(), &["liver", key]);
    }
    let mut relative = preset("cd8").unwrap();
    relative.discretise = Method::FixedBinNumber { count: 4 };
    run(&relative).unwrap();
}

#[test]
fn frames_that_make_no_volume_are_named() {
    let source = Source::new();
    let mut series = source.oriented("HFS");
    series.slices.truncate(5);
    let whole = source.enhanced(&series);
    let read = |object| {
        let mut files = Memory::default();
        files.insert("e.dcm", bytes(object, uids::ENHANCED_CT_IMAGE_STORAGE));
        load(&files)
    };
    assert_eq!(read(whole.clone()).unwrap().volume.grid.shape[0], 5);
    let refused = |object, parts: &[&str]| {
        let error = read(object).unwrap_err();
        assert_eq!(error.code(), "dicom.frames", "{error}");
        contains(&error.to_string(), parts);
    };
    let frames = |object: &patient_maker::Item| {
        let element = object.element(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap();
        element.items().unwrap().to_vec()
    };
    let with = |change: &dyn Fn(&mut Vec<patient_maker::Item>)| {
        let mut object = whole.clone();
        let mut items = frames(&object);
        change(&mut items);
        sequence(&mut object, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, items);
        object
    };
    let lacking = with(&|items| {
        items[2].remove_element(tags::PLANE_POSITION_SEQUENCE);
    });
    refused(lacking, &["e.dcm", "frame 3", "Plane Position Sequence (0020,9113)"]);
    for (tag, name) in [
        (tags::PLANE_ORIENTATION_SEQUENCE, "Plane Orientation Sequence"),
        (tags::PIXEL_MEASURES_SEQUENCE, "Pixel Measures Sequence"),
        (tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, "Pixel Value Transformation Sequence"),
    ] {
        let mut object = whole.clone();
        let shared = object.element(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).unwrap();
        let mut shared = shared.items().unwrap()[0].clone();
        shared.remove_element(tag);
        sequence(&mut object, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]);
        refused(object, &["frame 1", name, "neither its own nor a shared one"]);
    }
    refused(with(&|items| drop(items.pop())), &["is 5", "4 items"]);
    let content = |tag, value: &'static str| {
        with(&move |items| {
            let content = item(&[(tags::STACK_ID, VR::SH, "1"), (tag, VR::SH, value)]);
            sequence(&mut items[4], tags::FRAME_CONTENT_SEQUENCE, vec![content]);
        })
    };
    refused(content(tags::STACK_ID, "2"), &["5 frames", "2 values of Stack ID", "(1, 2)"]);
    refused(content(tags::TEMPORAL_POSITION_INDEX, "2"), &["Temporal Position Index"]);
    let twice = with(&|items| items[1] = items[0].clone());
    let error = read(twice).unwrap_err();
    assert_eq!(error.code(), "dicom.duplicate");
    contains(&error.to_string(), &["e.dcm frame 1", "e.dcm frame 2"]);
    // A frame's own group goes before the shared one.
    let own = with(&|items| {
        let values = [(tags::RESCALE_INTERCEPT, "0"), (tags::RESCALE_SLOPE, "2")];
        let values = values.map(|(tag, value)| (tag, VR::DS, value));
        sequence(&mut items[0], tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, vec![item(&values)]);
    });
    let (own, plain) = (read(own).unwrap().volume.data, read(whole.clone()).unwrap().volume.data);
    assert_eq!(own[[0, 70, 70]], 2.0 * (plain[[0, 70, 70]] + 1024.0));
    assert_eq!(own[[1, 70, 70]], plain[[1, 70, 70]]);
    let mut short = whole.clone();
    patient_maker::pixels(&mut short, vec![0; 7]);
    assert_eq!(read(short).unwrap_err().code(), "dicom.pixel_length");
    let mut many = whole;
    put(&mut many, tags::NUMBER_OF_FRAMES, VR::IS, "2000000000");
    refused(many, &["2000000000", "5 items"]);
}

#[test]
fn damaged_frames_and_stacks_never_panic() {
    let source = Source::new();
    let mut series = source.oriented("HFS");
    series.slices.truncate(4);
    for slice in &mut series.slices {
        slice.pixels.truncate(6);
    }
    (series.rows, series.columns) = (2, 3);
    let enhanced = bytes(source.enhanced(&series), uids::ENHANCED_CT_IMAGE_STORAGE);
    let single = ramps(18.5, &[0.0, 4.0, 8.0, 9.0], |mm| 0.3 * mm);
    let mut state = 7_u64;
    let mut random = move |n: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    for round in 0..3000 {
        let mut files = if round % 2 == 0 { Memory::default() } else { single.clone() };
        let original = if round % 2 == 0 {
            &enhanced
        } else {
            &perirad::io::Files::read(&single, "7").unwrap()
        };
        let mut damaged = original.clone();
        for _ in 0..=random(4) {
            let at = 132 + random(damaged.len() - 132);
            damaged[at] = [random(256) as u8, b'9', b'1', 0xFF, 0][random(5)];
        }
        files.insert("7", damaged);
        let _ = load(&files);
        let _ = regularised(&files);
    }
}

/// Stored value and place of a linear ramp, LPS mm.
fn ramp([x, y, z]: [f64; 3]) -> f64 {
    400.0 + 40.0 * x - 20.0 * y + 12.0 * z
}

/// A ramp on slices of 6 x 8 pixels of 1.5 x 1 mm at distances along a normal in the y-z plane,
/// each moved along its columns.
fn ramps(tilt: f64, along: &[f64], down: impl Fn(f64) -> f64) -> Memory {
    let (cos, sin) = (tilt.to_radians().cos(), tilt.to_radians().sin());
    let (column, normal) = ([0.0, cos, -sin], [0.0, sin, cos]);
    let mut series = Series::new(along.len());
    for (k, &mm) in along.iter().enumerate() {
        let at = [0, 1, 2].map(|a| normal[a] * mm + column[a] * down(mm) + [1.0, 2.0, 0.0][a]);
        let text = at.map(|v| format!("{v:.10}")).join("\\");
        series.put(k, tags::IMAGE_POSITION_PATIENT, VR::DS, &text);
        let text = format!("1\\0\\0\\0\\{cos:.12}\\{:.12}", -sin);
        series.put(k, tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &text);
        series.put(k, tags::PIXEL_SPACING, VR::DS, "1.5\\1");
        series.put(k, tags::RESCALE_SLOPE, VR::DS, "0.000001");
        series.put(k, tags::RESCALE_INTERCEPT, VR::DS, "0");
        for (tag, value) in [
            (tags::ROWS, 6),
            (tags::COLUMNS, 8),
            (tags::BITS_ALLOCATED, 32),
            (tags::BITS_STORED, 32),
            (tags::HIGH_BIT, 31),
            (tags::PIXEL_REPRESENTATION, 1),
        ] {
            series.put_u16(k, tag, value);
        }
        let values = (0..6).flat_map(|r| (0..8).map(move |c| (f64::from(r), f64::from(c))));
        let stored = values.flat_map(|(r, c)| {
            let here = [0, 1, 2].map(|a| at[a] + 1.5 * r * column[a] + [c, 0.0, 0.0][a]);
            let bits = (ramp(here) * 1e6).round() as i32 as u32;
            [bits as u16, (bits >> 16) as u16]
        });
        series.pixels(k, &stored.collect::<Vec<u16>>());
    }
    let mut files = Memory::default();
    for (k, slice) in series.slices.iter().enumerate() {
        let name = format!("{}", k * 7 % 11);
        files.insert(name, dicom_maker::bytes_of(slice, uids::EXPLICIT_VR_LITTLE_ENDIAN));
    }
    files
}

/// Name, tilt in degrees, places along the normal, mm along the columns at a place, voxels.
type Case<'a> = (&'a str, f64, &'a [f64], fn(f64) -> f64, [usize; 3]);

#[test]
fn a_ramp_comes_back_linear_from_sheared_and_uneven_slices() {
    let uneven = [0.0, 4.0, 8.0, 12.0, 13.08, 20.08, 27.08];
    let even = [0.0, 2.5, 5.0, 7.5];
    let cases: [Case<'_>; 4] = [
        ("uneven", 0.0, &uneven, |_| 0.0, [26, 6, 8]),
        ("tilted", 18.5, &even, |mm| mm * 18.5_f64.to_radians().tan(), [4, 8, 8]),
        ("tilted the other way", -18.5, &even, |mm| -0.4 * mm, [4, 8, 8]),
        ("both", 18.5, &uneven, |mm| 0.3 * mm, [26, 12, 8]),
    ];
    for (name, tilt, along, down, shape) in cases {
        let files = ramps(tilt, along, down);
        let refused = load(&files).unwrap_err();
        assert!(["dicom.tilt", "dicom.gap"].contains(&refused.code()), "{name}: {refused}");
        let image = regularised(&files).unwrap();
        let grid = &image.volume.grid;
        assert_eq!(grid.shape, shape, "{name}");
        contains(&warned(&image, "dicom.regularised"), &["Resampled onto", "mm between planes"]);
        let marks = image.volume.no_data().cloned();
        let mut measured = 0;
        for ((z, y, x), value) in image.volume.data.indexed_iter() {
            if marks.as_ref().is_some_and(|marks| marks[[z, y, x]]) {
                continue;
            }
            measured += 1;
            let wanted = ramp(grid.to_patient([z as f64, y as f64, x as f64]));
            // f32 of values below 1000, and stored steps of 1e-6.
            assert!(
                (f64::from(*value) - wanted).abs() < 1e-4,
                "{name} {z} {y} {x}: {value} {wanted}"
            );
        }
        assert!(measured >= shape[0] * 4 * 8, "{name}: {measured}");
        assert_eq!(marks.is_some(), name != "uneven");
        // Planes on demand have the bits of the whole.
        let options = ImageOptions { regularise: true, ..ImageOptions::default() };
        let opened = read_header(&files, "series", &CHOICE, options, &Engine::serial()).unwrap();
        let part = opened.planes(&files, 1..3, &Engine::serial()).unwrap();
        let whole = image.volume.data.outer_iter().skip(1);
        assert!(part.volume.data.outer_iter().zip(whole).all(|(a, b)| a == b));
    }
    // Where nothing is wrong, nothing is done.
    let plain = ramps(0.0, &even, |_| 0.0);
    assert_eq!(regularised(&plain).unwrap().volume.data, load(&plain).unwrap().volume.data);
    // Slices too far apart to be one volume stay refused.
    let far = ramps(0.0, &[0.0, 1.0, 2.0, 3.0, 4000.0], |_| 0.0);
    assert_eq!(regularised(&far).unwrap_err().code(), "dicom.gap");
}

#[test]
fn a_real_tilted_uneven_series_is_refused_with_its_numbers_and_regularised_on_request() {
    let Some(root) = common::data("dicom_odd/ge_tilt_nonuniform") else { return };
    let files = Folder::open(&root).unwrap();
    let error = read_image(&files, "ge", &CHOICE, &Engine::serial()).unwrap_err();
    assert_eq!(error.code(), "dicom.tilt");
    contains(&error.to_string(), &["18.50°", "4.0/1.08/7.0 mm"]);
    contains(&error.hint(), &["regularise"]);
    let image = regularised(&files).unwrap();
    let told = warned(&image, "dicom.regularised");
    contains(&told, &["18.50°", "4.0/1.08/7.0 mm"]);
    let grid = &image.volume.grid;
    // 34.08 mm along the normal, 11.4 mm or 23.4 pixels aside.
    assert_eq!(grid.shape, [32, 536, 512]);
    assert!((grid.spacing[0] - 1.081).abs() < 0.001, "{:?}", grid.spacing);
    contains(&warned(&image, "dicom.padding"), &["Pixel Padding Value"]);
    let marks = image.volume.no_data().unwrap();
    let lowest = image.volume.data.iter().zip(marks).filter(|(_, nothing)| !**nothing);
    let lowest = lowest.map(|(hu, _)| *hu).fold(f32::INFINITY, f32::min);
    assert!(lowest > -1500.0, "{lowest}");
    // The first plane is the first slice, pixel by pixel.
    let bytes = perirad::io::Files::read(&files, "11.dcm").unwrap();
    let stored = &bytes[bytes.len() - 512 * 512 * 2..];
    let first = image.volume.data.outer_iter().next().unwrap();
    let offset = 24 * 512;
    let rows = first.iter().skip(offset).zip(stored.chunks_exact(2));
    let differ = rows.filter(|(hu, b)| **hu != f32::from(i16::from_le_bytes([b[0], b[1]])));
    assert_eq!(differ.count(), 0);
}

#[test]
fn padding_never_becomes_tissue() {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new([24, 24, 24], [1.5; 3], [0.0; 3], axes).unwrap());
    let squared = |(z, y, x): (usize, usize, usize)| {
        [z, y, x].map(|i| (i as f64 - 11.5).powi(2)).iter().sum::<f64>()
    };
    let voxels = ndarray::Array3::from_shape_fn((24, 24, 24), |i| squared(i) <= 36.0);
    let mask = Mask::new(grid.clone(), voxels).unwrap();
    // Padding of -2000 from x = 17 on: the edge of the ball, and the ring beyond it.
    let padding = ndarray::Array3::from_shape_fn((24, 24, 24), |(_, _, x)| x >= 17);
    let hu = ndarray::Array3::from_shape_fn((24, 24, 24), |(z, y, x)| {
        if x >= 17 { -2000.0 } else { 40.0 + ((z + y) % 5) as f32 }
    });
    let volume = Volume::new(grid, hu, Intensity::Hounsfield).unwrap();
    let run = |image: &Volume| {
        let acquisition = &Acquisition::default();
        let subject = Subject {
            case: "c",
            roi: "GTV",
            image,
            mask: &mask,
            acquisition,
            around: Around::default(),
            below: &[],
        };
        let regions = [Region::Tumour, Region::Ring];
        extract(&subject, &preset("cd8").unwrap(), &regions, &Engine::serial()).unwrap()
    };
    let (plain, marked) = (run(&volume), run(&volume.clone().marked(padding).unwrap()));
    assert!(plain.warnings.iter().all(|warning| warning.code != "image.no_data"));
    let told: Vec<_> = marked.warnings.iter().filter(|w| w.code == "image.no_data").collect();
    assert_eq!(told.len(), 2, "{:?}", marked.warnings);
    contains(&told[0].message, &["tumour of 'GTV'", "left out"]);
    contains(&told[1].message, &["ring of 'GTV'"]);
    for (region, at) in [(Region::Tumour, 0), (Region::Ring, 1)] {
        let lowest = |set: &perirad::pipeline::FeatureSet| {
            let of = |f: &&perirad::feature::FeatureValue| f.spec.key.ends_with(".minimum");
            let found = set.regions[at].features.iter().find(of).unwrap();
            match &found.outcome {
                perirad::feature::Outcome::Value(value) => *value,
                other @ perirad::feature::Outcome::Undefined(_) => panic!("{other:?}"),
            }
        };
        assert!(lowest(&plain) < -1000.0, "{region:?}");
        assert!(lowest(&marked) >= 40.0, "{region:?}");
    }
    assert_eq!(marked.regions[0].voxels, plain.regions[0].voxels, "the lesion stays as drawn");
    assert!(marked.regions[0].intensity_voxels < plain.regions[0].intensity_voxels);
    assert!(marked.regions[1].voxels < plain.regions[1].voxels);
}

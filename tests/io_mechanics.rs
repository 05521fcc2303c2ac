//! Every refusal of the readers, on files made here: its code, and the numbers in its message.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common;
use crate::dicom_maker::{Series, bytes_of, encoded, rtstruct};
use dicom_core::value::PixelFragmentSequence;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::{tags, uids};
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::image::Intensity;
use perirad::io::inspect::inspect_files;
use perirad::io::source::{
    ImageChoice, ImageOptions, Lesion, LesionChoice, LoadedImage, read_header, read_image,
    read_mask,
};
use perirad::io::{Files, IoError, Memory};

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

fn load(files: &Memory) -> Result<LoadedImage, IoError> {
    read_image(files, "series", &CHOICE, &Engine::serial())
}

/// The error of a series, with its code checked; its message and hint.
fn refusal(series: &Series, code: &str) -> String {
    let error = load(&series.files()).expect_err("it is refused");
    assert_eq!(error.code(), code, "{error}");
    format!("{error} | {}", error.hint())
}

fn contains(text: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| text.contains(part)), "{text} lacks one of {parts:?}");
}

#[test]
fn a_plain_series_is_read_in_order_and_in_hounsfield_units() {
    let mut series = Series::new(4);
    series.reverse();
    let image = load(&series.files()).unwrap();
    assert!(image.warnings.is_empty(), "{:?}", image.warnings);
    let grid = &image.volume.grid;
    assert_eq!((grid.shape, grid.spacing), ([4, 3, 2], [2.5, 0.8, 0.7]));
    assert_eq!(grid.origin, [-10.0, -20.0, 30.0]);
    // Slice k has slope 1, intercept -1000 - k and stored values 0, 1, 2, …
    assert_eq!(image.volume.data[[0, 0, 0]], -1000.0);
    assert_eq!(image.volume.data[[2, 1, 1]], 3.0 - 1002.0);
    assert_eq!(image.acquisition.kvp, Some(120.0));
    assert_eq!(image.acquisition.kernel.as_deref(), Some("B30f"));
    assert_eq!(image.frame_of_reference.as_deref(), Some("1.2.3.9"));
    for threads in [2, 3] {
        let engine = Engine::new(threads);
        let again = read_image(&series.files(), "series", &CHOICE, &engine).unwrap();
        assert_eq!(again.volume.data, image.volume.data);
    }
}

#[test]
fn hounsfield_units_are_never_guessed() {
    for (tag, shown) in
        [(tags::RESCALE_SLOPE, "(0028,1053)"), (tags::RESCALE_INTERCEPT, "(0028,1052)")]
    {
        let mut series = Series::new(3);
        series.slices[1].remove_element(tag);
        let text = refusal(&series, "dicom.tag");
        contains(&text, &["slice1.dcm", shown, "absent", "guess"]);
        series.put(1, tag, VR::DS, "abc");
        contains(&refusal(&series, "dicom.tag"), &["slice1.dcm", shown, "\"abc\""]);
    }
    let changes = [
        (tags::RESCALE_SLOPE, VR::DS, "0", "(0028,1053)"),
        (tags::RESCALE_TYPE, VR::LO, "US", "(0028,1054)"),
        (tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME1", "MONOCHROME2"),
        (tags::PIXEL_SPACING, VR::DS, "0.8", "(0028,0030)"),
        (tags::IMAGE_POSITION_PATIENT, VR::DS, "1\\2\\x", "(0020,0032)"),
        (tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0", "(0020,0037)"),
    ];
    for (tag, vr, value, shown) in changes {
        let mut series = Series::new(3);
        series.put(2, tag, vr, value);
        contains(&refusal(&series, "dicom.tag"), &["slice2.dcm", shown]);
    }
    for (tag, value, shown) in [
        (tags::HIGH_BIT, 14_u16, "(0028,0102)"),
        (tags::BITS_STORED, 17, "(0028,0101)"),
        (tags::BITS_ALLOCATED, 12, "(0028,0100)"),
        (tags::SAMPLES_PER_PIXEL, 3, "(0028,0002)"),
        (tags::PIXEL_REPRESENTATION, 2, "(0028,0103)"),
        (tags::ROWS, 0, "(0028,0010)"),
    ] {
        let mut series = Series::new(3);
        series.put_u16(0, tag, value);
        contains(&refusal(&series, "dicom.tag"), &["slice0.dcm", shown, &value.to_string()]);
    }
    // Another unit stays another, whatever the caller vouches for.
    let mut series = Series::new(3);
    series.put(1, tags::RESCALE_TYPE, VR::LO, "EDW");
    let options = ImageOptions { assume_hu: true, ..ImageOptions::default() };
    let refused = read_header(&series.files(), "series", &CHOICE, options, &Engine::serial());
    contains(&refused.unwrap_err().to_string(), &["slice1.dcm", "(0028,1054)", "\"EDW\""]);
    let mut series = Series::new(2);
    series.put_sequence(0, tags::MODALITY_LUT_SEQUENCE);
    contains(&refusal(&series, "dicom.tag"), &["(0028,3000)", "linear"]);
}

#[test]
fn stored_bits_are_masked_and_signed() {
    let mut series = Series::new(1);
    series.put_u16(0, tags::BITS_STORED, 12);
    series.put_u16(0, tags::HIGH_BIT, 11);
    series.put_u16(0, tags::PIXEL_REPRESENTATION, 1);
    series.pixels(0, &[0xFFFF, 0x0800, 0xF7FF, 0, 1, 2]);
    let image = load(&series.files()).unwrap();
    let hu: Vec<f32> = image.volume.data.iter().map(|v| v + 1000.0).collect();
    assert_eq!(hu, [-1.0, -2048.0, 2047.0, 0.0, 1.0, 2.0]);
    assert_eq!(image.warnings[0].code, "dicom.single_slice");
    assert_eq!(image.volume.grid.spacing[0], 2.0);
    series.slices[0].remove_element(tags::SLICE_THICKNESS);
    contains(&refusal(&series, "dicom.tag"), &["(0018,0050)"]);
}

#[test]
fn irregular_stacks_are_refused_with_numbers() {
    let mut series = Series::new(6);
    series.slices.remove(3);
    let text = refusal(&series, "dicom.gap");
    contains(&text, &["5.000 mm", "slice2.dcm", "slice4.dcm", "one slice is missing", "2.500 mm"]);
    let mut series = Series::new(4);
    series.place(3, [-10.0, -20.0, 38.5]);
    contains(&refusal(&series, "dicom.gap"), &["3.500 mm", "unevenly"]);
    let mut series = Series::new(4);
    series.place(2, [-10.0, -20.0, 32.5]);
    contains(&refusal(&series, "dicom.duplicate"), &["slice1.dcm", "slice2.dcm", "32.500"]);
    let mut series = Series::new(5);
    (0..5).for_each(|k| {
        let z = 2.5 * k as f64;
        series.place(k, [-10.0, -20.0 + z * 18.5_f64.to_radians().tan(), 30.0 + z]);
    });
    contains(&refusal(&series, "dicom.tilt"), &["18.50°"]);
    // One slice aside is no tilt.
    let mut series = Series::new(9);
    series.place(4, [-5.0, -20.0, 40.0]);
    let text = refusal(&series, "dicom.beside");
    contains(&text, &["1 of 9 slices", "slice4.dcm", "at 40.000 mm", "by 5.00 mm", "regularise"]);
    let mut series = Series::new(4);
    series.place(1, [-10.0, -20.0, 32.55]);
    let warnings = load(&series.files()).unwrap().warnings;
    assert_eq!(warnings[0].code, "dicom.uneven_slices");
    for (tag, value) in
        [(tags::PIXEL_SPACING, "0.8\\0.71"), (tags::IMAGE_ORIENTATION_PATIENT, "0\\1\\0\\-1\\0\\0")]
    {
        let mut series = Series::new(3);
        series.put(2, tag, VR::DS, value);
        contains(&refusal(&series, "dicom.differs"), &["slice0.dcm", "slice2.dcm"]);
    }
}

#[test]
fn what_is_neither_ct_nor_mr_is_refused_by_name() {
    for (uid, name) in [
        (uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE, "Positron Emission Tomography"),
        (uids::NUCLEAR_MEDICINE_IMAGE_STORAGE, "Nuclear Medicine"),
    ] {
        let mut series = Series::new(2);
        (0..2).for_each(|k| series.put(k, tags::SOP_CLASS_UID, VR::UI, uid));
        contains(&refusal(&series, "dicom.sop_class"), &[name]);
    }
    let mut series = Series::new(1);
    series.put(0, tags::NUMBER_OF_FRAMES, VR::IS, "2");
    contains(&refusal(&series, "dicom.sop_class"), &["several frames"]);
    for (uid, name) in [
        (uids::JPEG_BASELINE8_BIT, "JPEG Baseline"),
        (uids::JPEG_EXTENDED12_BIT, "JPEG Extended"),
        ("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless"),
        (uids::JPEGXL_LOSSLESS, "JPEG XL Lossless"),
        ("1.2.840.10008.1.2.4.102", "MPEG-4"),
        ("1.2.840.113619.5.2", "unknown"),
    ] {
        let mut series = Series::new(2);
        series.label_as = uid;
        contains(&refusal(&series, "dicom.transfer_syntax"), &["slice0.dcm", name, uid]);
    }
}

#[test]
fn pixels_that_are_cut_short_are_refused() {
    let mut series = Series::new(2);
    series.pixels(1, &[1, 2, 3, 4, 5]);
    contains(&refusal(&series, "dicom.pixel_length"), &["slice1.dcm", "10 bytes", "12"]);
    let mut files = Series::new(2).files();
    let whole = bytes_of(&Series::new(2).slices[1], uids::EXPLICIT_VR_LITTLE_ENDIAN);
    files.insert("slice1.dcm", &whole[..whole.len() - 4]);
    assert_eq!(load(&files).unwrap_err().code(), "dicom.pixel_length");
}

#[test]
fn zeros_after_the_last_pixel_are_left_out_and_anything_else_is_refused() {
    let expected = load(&Series::new(3).files()).unwrap().volume.data;
    let with = |tail: &[u16]| {
        let mut series = Series::new(3);
        series.pixels(1, &[&[0, 1, 2, 3, 4, 5], tail].concat());
        series
    };
    for tail in [&[0_u16][..], &[0; 5]] {
        let series = with(tail);
        let image = load(&series.files()).unwrap();
        assert_eq!(image.volume.data, expected);
        let told = image.warnings.iter().find(|w| w.code == "dicom.trailing_zeros").unwrap();
        contains(&told.message, &["of 1 files", &format!("{} bytes", 2 * tail.len())]);
        let mut deflated = series.files();
        let syntax = uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
        deflated.insert("slice1.dcm", encoded(&series.slices[1], syntax));
        assert_eq!(load(&deflated).unwrap().volume.data, expected);
    }
    // A frame more, or values: pixels of another size than the header's.
    for tail in [&[0; 6][..], &[0, 0, 7], &[9]] {
        let series = with(tail);
        let found = format!("{} bytes, expected 12", 12 + 2 * tail.len());
        contains(&refusal(&series, "dicom.pixel_length"), &["slice1.dcm", &found]);
        let mut deflated = series.files();
        let syntax = uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
        deflated.insert("slice1.dcm", encoded(&series.slices[1], syntax));
        assert_eq!(load(&deflated).unwrap_err().code(), "dicom.pixel_length");
    }
}

#[test]
fn implicit_deflated_and_big_endian_series_are_read_alike() {
    let plain = load(&Series::new(3).files()).unwrap();
    let big_endian = "1.2.840.10008.1.2.2";
    for uid in
        [uids::IMPLICIT_VR_LITTLE_ENDIAN, uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, big_endian]
    {
        let series = Series::new(3);
        let mut files = Memory::default();
        for (k, slice) in series.slices.iter().enumerate() {
            files.insert(format!("slice{k}.dcm"), encoded(slice, uid));
        }
        assert_eq!(load(&files).unwrap().volume.data, plain.volume.data, "{uid}");
    }
}

#[test]
fn lossy_compression_is_reported_once_per_series() {
    let mut series = Series::new(3);
    series.put(1, tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "01");
    series.put(1, tags::LOSSY_IMAGE_COMPRESSION_RATIO, VR::DS, "12.5");
    series.put(2, tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00");
    let warnings = load(&series.files()).unwrap().warnings;
    let found: Vec<_> = warnings.iter().filter(|w| w.code == "dicom.lossy").collect();
    assert_eq!(found.len(), 1);
    contains(&found[0].message, &["1 of 3 images", "before they were stored", "ratio 12.5"]);
    let seen = inspect_files(&series.files(), "folder", &Engine::serial());
    assert_eq!(seen.series[0].problems.iter().filter(|p| p.code == "dicom.lossy").count(), 1);
}

#[test]
fn a_compressed_series_is_read_or_its_broken_frame_named() {
    let plain = load(&Series::new(2).files()).unwrap();
    // Two planes of six bytes, the higher of them 0, literal runs.
    let rle = |values: [u8; 6]| {
        let mut bytes: Vec<u8> = [2_u32, 64, 66].iter().flat_map(|w| w.to_le_bytes()).collect();
        bytes.resize(64, 0);
        bytes.extend([251, 0, 5]);
        bytes.extend(values);
        bytes.push(0);
        bytes
    };
    let compressed = |frames: [Vec<u8>; 2]| {
        let mut series = Series::new(2);
        series.label_as = uids::RLE_LOSSLESS;
        for (k, frame) in frames.into_iter().enumerate() {
            let fragments = PixelFragmentSequence::new_fragments(vec![frame]);
            series.slices[k].put(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
        }
        series
    };
    let whole = rle([0, 1, 2, 3, 4, 5]);
    let series = compressed([whole.clone(), whole.clone()]);
    let image = load(&series.files()).unwrap();
    assert_eq!(image.volume.data, plain.volume.data);
    let text = refusal(&compressed([whole.clone(), whole[..70].to_vec()]), "dicom.frame");
    contains(&text, &["slice1.dcm", "frame 1", "RLE Lossless", "segment 1"]);
    let mut native = Series::new(2);
    native.label_as = uids::RLE_LOSSLESS;
    contains(&refusal(&native, "dicom.tag"), &["(7FE0,0010)", "not in fragments"]);
    // As large as the header says, and nothing in it.
    let mut bomb = compressed([whole.clone(), whole]);
    for k in 0..2 {
        bomb.put_u16(k, tags::ROWS, 16384);
        bomb.put_u16(k, tags::COLUMNS, 16384);
    }
    contains(&refusal(&bomb, "dicom.malformed"), &["268435456 pixels", "not plausible"]);
}

#[test]
fn voltage_and_padding_are_reported() {
    let mut series = Series::new(3);
    series.put(1, tags::KVP, VR::DS, "140");
    let image = load(&series.files()).unwrap();
    assert_eq!(image.acquisition.kvp, None);
    assert_eq!(image.warnings[0].code, "dicom.mixed_kvp");
    let mut series = Series::new(2);
    (0..2).for_each(|k| series.put(k, tags::KVP, VR::DS, "0"));
    series.put_u16(1, tags::PIXEL_PADDING_VALUE, 3);
    let image = load(&series.files()).unwrap();
    assert_eq!(image.acquisition.kvp, None);
    assert_eq!(image.warnings[0].code, "dicom.padding");
    contains(&image.warnings[0].message, &["1 voxels"]);
}

#[test]
fn the_series_is_chosen_or_the_choices_are_listed() {
    let (mut a, mut b) = (Series::new(2), Series::new(3));
    (a.prefix, b.prefix) = ("a", "b");
    (0..3).for_each(|k| {
        b.put(k, tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3.5");
        b.put(k, tags::SERIES_NUMBER, VR::IS, "7");
    });
    let mut files = a.files();
    b.add_to(&mut files);
    files.insert("notes.txt", *b"no image");
    files.insert("DICOMDIR", *b"short");
    let read = |choice| read_image(&files, "folder", &choice, &Engine::serial());
    let error = read(CHOICE).unwrap_err();
    assert_eq!(error.code(), "dicom.series_ambiguous");
    contains(&error.to_string(), &["series 2 (CT, 2 files", "series 7 (CT, 3 files", "2.5 ×"]);
    let seven = ImageChoice { series: Some("7"), ..CHOICE };
    assert_eq!(read(seven).unwrap().volume.grid.shape[0], 3);
    let uid = ImageChoice { series: Some("1.2.3.4"), ..CHOICE };
    assert_eq!(read(uid).unwrap().volume.grid.shape[0], 2);
    let referenced = ImageChoice { referenced: Some("1.2.3.5"), ..CHOICE };
    assert_eq!(read(referenced).unwrap().volume.grid.shape[0], 3);
    let unknown = ImageChoice { series: Some("9"), ..CHOICE };
    assert_eq!(read(unknown).unwrap_err().code(), "dicom.series_unknown");
    let seen = inspect_files(&files, "folder", &Engine::serial());
    assert_eq!((seen.series.len(), seen.files, seen.skipped), (2, 7, 2));
    assert_eq!(seen.series[1].geometry.as_ref().unwrap().orientation, "LPS");
    let mut text = Memory::default();
    text.insert("notes.txt", *b"no image");
    assert_eq!(load(&text).unwrap_err().code(), "io.not_an_image");
}

#[test]
fn declared_lengths_claim_no_memory() {
    let whole = bytes_of(&Series::new(1).slices[0], uids::EXPLICIT_VR_LITTLE_ENDIAN);
    // Patient comments as UT of 4 GB, put before the Series Instance UID.
    let at = whole.windows(4).position(|w| w == [0x20, 0, 0x0E, 0]).unwrap();
    let mut bytes = whole[..at].to_vec();
    bytes.extend([0x10, 0, 0, 0x40]);
    bytes.extend(*b"UT\0\0");
    bytes.extend(0xFFFF_FFF0_u32.to_le_bytes());
    bytes.extend(&whole[at..]);
    let mut files = Memory::default();
    files.insert("bad.dcm", bytes);
    let error = load(&files).unwrap_err();
    assert_eq!(error.code(), "dicom.malformed");
    contains(&error.to_string(), &["bad.dcm", "4294967280 bytes are declared"]);
}

#[test]
fn damaged_bytes_never_panic() {
    let series = Series::new(2);
    let dicom = bytes_of(&series.slices[0], uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let implicit = encoded(&series.slices[0], uids::IMPLICIT_VR_LITTLE_ENDIAN);
    let square = [(1, "CLOSED_PLANAR", "-10\\-20\\30\\-9\\-20\\30\\-9\\-18\\30", "3")];
    let structures = rtstruct(&[(1, "GTV", &square)], "1.2.3.9");
    let image = load(&series.files()).unwrap();
    let mut nifti = Vec::new();
    perirad::io::nifti::write_volume(&mut nifti, &image.volume, false).unwrap();
    let mut state = 1_u64;
    let mut random = move |n: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    for original in [dicom, implicit, structures, nifti] {
        for round in 0..1500 {
            let mut bytes = original.clone();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                bytes[at] = [random(256) as u8, 0xFF, 0][random(3)];
            }
            if round % 5 == 0 {
                bytes.truncate(random(bytes.len()));
            }
            let mut files = Memory::default();
            files.insert("x", bytes);
            let _ = load(&files);
            if let Ok(mask) = read_mask(&files, "x", &Engine::serial()) {
                let _ = mask.lesion(LesionChoice::default(), &image);
            }
            let _ = inspect_files(&files, "x", &Engine::serial());
        }
    }
}

type Drawn<'a> = [(i64, &'a str, &'a [(i64, &'a str, &'a str, &'a str)])];

fn drawn(rois: &Drawn<'_>, frame: &str, roi: Option<&str>) -> Result<Lesion, IoError> {
    let image = load(&Series::new(4).files())?;
    let mut files = Memory::default();
    files.insert("rs.dcm", rtstruct(rois, frame));
    let mask = read_mask(&files, "rs", &Engine::serial())?;
    mask.lesion(LesionChoice { roi, label: None }, &image)
}

const PLANE_0: &str = "-10.3\\-20.4\\30\\-8.9\\-20.4\\30\\-8.9\\-18.8\\30\\-10.3\\-18.8\\30";
const PLANE_1: &str =
    "-10.3\\-20.4\\32.5\\-9.6\\-20.4\\32.5\\-9.6\\-19.6\\32.5\\-10.3\\-19.6\\32.5";

#[test]
fn rois_are_paired_by_number_and_chosen_by_name() {
    // In the file the contour sequences stand in the reverse order of the names.
    let two = [(0, "CLOSED_PLANAR", PLANE_0, "4")];
    let one = [(0, "CLOSED_PLANAR", PLANE_1, "4"), (0, "POINT", "1\\2\\3", "1")];
    let rois: &Drawn<'_> = &[(5, "GTV-1", &one), (3, "GTV-2", &two), (9, "empty", &[])];
    let first = drawn(rois, "1.2.3.9", Some("GTV-1")).unwrap();
    assert_eq!((first.mask.count(), first.mask.voxels()[[1, 0, 0]]), (1, true));
    assert_eq!(first.warnings[0].code, "contour.ignored");
    assert_eq!(drawn(rois, "1.2.3.9", Some("*-2")).unwrap().mask.count(), 4);
    let fails = |roi| drawn(rois, "1.2.3.9", roi).unwrap_err().code();
    assert_eq!(fails(None), "io.roi_unspecified");
    assert_eq!(fails(Some("GTV*")), "io.roi_ambiguous");
    assert_eq!(fails(Some("PTV")), "io.roi_unknown");
    assert_eq!(fails(Some("empty")), "contour.nothing_left");
}

#[test]
fn bad_contours_are_named() {
    let cases = [
        (("CLOSED_PLANAR", "1\\2\\3\\4", "1"), "not a multiple of 3"),
        (("CLOSED_PLANAR", "1\\2\\3\\4\\5\\6", "3"), "is 3"),
        (("CLOSED_PLANAR", "1\\x\\3", "1"), "\"x\""),
        (("CLOSED_PLANAR", "1\\nan\\3", "1"), "\"nan\""),
    ];
    for ((kind, points, count), part) in cases {
        let contours = [(0, "CLOSED_PLANAR", PLANE_0, "4"), (0, kind, points, count)];
        let rois: &Drawn<'_> = &[(1, "bad", &contours), (2, "good", &contours[..1])];
        let error = drawn(rois, "1.2.3.9", Some("bad")).unwrap_err();
        assert_eq!(error.code(), "rtstruct.contour");
        contains(&error.to_string(), &["\"bad\"", "contour 2", part]);
        assert_eq!(drawn(rois, "1.2.3.9", Some("good")).unwrap().mask.count(), 4);
    }
}

#[test]
fn two_contour_sequences_for_one_roi_are_an_error_of_that_roi() {
    let contours: &[_] = &[(0, "CLOSED_PLANAR", PLANE_0, "4")];
    let rois: &Drawn<'_> = &[(1, "twice", contours), (2, "never", contours), (3, "good", contours)];
    let mut bytes = rtstruct(rois, "1.2.3.9");
    let refers = |number: u8| [b"\x06\x30\x84\x00IS\x02\x00", &[number, b' '][..]].concat();
    let at = bytes.windows(10).position(|window| window == refers(b'2')).unwrap();
    bytes[at..at + 10].copy_from_slice(&refers(b'1'));
    let image = load(&Series::new(4).files()).unwrap();
    let mut files = Memory::default();
    files.insert("rs.dcm", bytes);
    let mask = read_mask(&files, "rs", &Engine::serial()).unwrap();
    let lesion = |roi| mask.lesion(LesionChoice { roi: Some(roi), label: None }, &image);
    assert_eq!(lesion("good").unwrap().mask.count(), 4);
    let error = lesion("twice").unwrap_err();
    assert_eq!(error.code(), "rtstruct.contour");
    contains(&error.to_string(), &["\"twice\"", "(3006,0039)", "ROI Number 1", "expected one"]);
}

#[test]
fn a_folder_is_never_called_by_its_name() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("DOE^JANE_19500101");
    std::fs::create_dir(&folder).unwrap();
    let files = Series::new(4).files();
    for name in files.names() {
        std::fs::write(folder.join(name), files.read(name).unwrap()).unwrap();
    }
    let engine = Engine::serial();
    assert_eq!(perirad::io::open_image(&folder, &CHOICE, &engine).unwrap().name, "the image");
    assert_eq!(perirad::io::inspect(&folder, &engine).unwrap().name, "the folder");
    let error = perirad::io::open_mask(&folder, &engine).unwrap_err();
    assert!(error.to_string().starts_with("the mask: neither"), "{error}");
    let file = folder.join(files.names()[0]);
    let found = perirad::io::inspect(&file, &engine).unwrap();
    assert_eq!(Some(found.name.as_str()), file.file_name().unwrap().to_str());
}

#[test]
fn coordinates_must_be_the_images() {
    let contours = [(0, "CLOSED_PLANAR", PLANE_0, "4")];
    let rois: &Drawn<'_> = &[(1, "GTV", &contours)];
    let error = drawn(rois, "1.2.3.8", None).unwrap_err();
    assert_eq!(error.code(), "rtstruct.frame_of_reference");
    contains(&error.to_string(), &["1.2.3.8", "1.2.3.9"]);
    let silent = drawn(rois, "", None).unwrap();
    assert_eq!(silent.warnings[0].code, "rtstruct.no_frame_of_reference");
    let mut files = Memory::default();
    files.insert("a.dcm", rtstruct(rois, "1.2.3.9"));
    files.insert("b.dcm", rtstruct(rois, "1.2.3.9"));
    let several = read_mask(&files, "rs", &Engine::serial()).unwrap_err();
    assert_eq!(several.code(), "rtstruct.several");
    let none = read_mask(&Series::new(2).files(), "ct", &Engine::serial()).unwrap_err();
    assert_eq!(none.code(), "io.not_a_mask");
}

#[test]
fn a_damaged_file_beside_the_mask_is_told() {
    let contours = [(0, "CLOSED_PLANAR", PLANE_0, "4")];
    let whole = rtstruct(&[(1, "GTV", &contours)], "1.2.3.9");
    let mut files = Memory::default();
    files.insert("new.dcm", whole[..whole.len() * 2 / 3].to_vec());
    files.insert("old.dcm", whole);
    let mask = read_mask(&files, "masks", &Engine::serial()).unwrap();
    let image = load(&Series::new(4).files()).unwrap();
    let lesion = mask.lesion(LesionChoice::default(), &image).unwrap();
    assert_eq!((lesion.mask.count(), lesion.warnings[0].code), (4, "dicom.unreadable"));
    contains(&lesion.warnings[0].message, &["1 DICOM", "beside the mask old.dcm", "new.dcm"]);
}

/// Codes of all problems an inspection found.
fn codes(folder: &str) -> Option<Vec<&'static str>> {
    let path = common::data(folder)?;
    let seen = perirad::io::inspect(&path, &Engine::serial()).ok()?;
    let series = seen.series.iter().flat_map(|s| &s.problems);
    let structures = seen.structure_sets.iter().flat_map(|s| &s.problems);
    let rois = seen.structure_sets.iter().flat_map(|s| &s.rois).flat_map(|r| &r.problems);
    let all = series.chain(structures).chain(rois).chain(&seen.problems);
    let root = path.canonicalize().ok()?.display().to_string();
    assert!(serde_json::to_string(&seen).is_ok_and(|json| !json.contains(&root)));
    Some(all.map(|p| p.code).collect())
}

#[test]
fn odd_folders_are_inspected_without_failing() {
    let folders = [
        ("dicom_odd/ge_tilt_nonuniform", "dicom.tilt"),
        ("dicom_odd/enhanced_ct", "dicom.tag"),
        ("dicom_odd/wg04_ct1", "dicom.lossy"),
        ("dicom_odd/tiny_ct_series", "dicom.gap"),
        ("dicom_odd/misc", "dicom.lossy"),
        ("dicom_odd/rtstruct_dicompyler", "dicom.single_slice"),
        ("dicom_odd", "dicom.copies"),
    ];
    for (folder, code) in folders {
        let Some(found) = codes(folder) else { return };
        assert!(found.contains(&code), "{folder}: {found:?}");
    }
    let Some(found) = codes("rtstruct_shapes") else { return };
    // It was made by a program and says so.
    assert_eq!(found, ["dicom.derived"]);
}

#[test]
fn odd_structure_sets_are_read_or_refused() {
    let Some(root) = common::data("dicom_odd") else { return };
    let image = |path| perirad::io::open_image(&root.join(path), &CHOICE, &Engine::serial());
    let mask = |path| perirad::io::open_mask(&root.join(path), &Engine::serial());
    let set = mask("rtstruct_dicompyler/rtss.dcm").unwrap();
    let ct = image("rtstruct_dicompyler/ct.0.dcm").unwrap();
    let error = set.lesion(LesionChoice::default(), &ct).unwrap_err();
    assert_eq!(error.code(), "io.roi_unspecified");
    let number = LesionChoice { roi: None, label: Some(5) };
    let _ = set.lesion(number, &ct);
    for file in ["rtstruct_rtutils/rt.dcm", "rtstruct_rtutils/non_existent_reference_rt.dcm"] {
        let outcome = mask(file).and_then(|m| m.lesion(LesionChoice::default(), &ct));
        assert!(outcome.is_err(), "{file}");
    }
    // An RTSTRUCT without preamble and file meta group.
    assert!(mask("misc/rtstruct.dcm").is_ok());
    assert!(mask("misc/no_meta.dcm").is_err());
}

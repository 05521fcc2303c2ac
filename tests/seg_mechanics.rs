//! What a segmentation leaves out is told.
#![cfg(feature = "dicom")]

use crate::seg_oracle::own_image;
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::io::Memory;
use perirad::io::segmentation::Segmentation;
use perirad::io::source::{LesionChoice, MaskSource, read_mask};

const LABEL_MAP: &[u8] = include_bytes!("../testdata/seg/labelmap.dcm");

fn read(bytes: &[u8]) -> Segmentation {
    let mut files = Memory::default();
    files.insert("seg.dcm", bytes.to_vec());
    let mask = read_mask(&files, "seg", &Engine::serial()).unwrap();
    let MaskSource::Segments(set) = mask else { panic!("it is a SEG") };
    set
}

/// Codes and messages of the warnings of a segmentation of these bytes.
fn warnings(bytes: &[u8]) -> Vec<(&'static str, String)> {
    let warnings = read(bytes).warnings.into_iter();
    warnings.map(|warning| (warning.code, warning.message)).collect()
}

/// Segment Number (0062,0004).
fn number(value: u8) -> Vec<u8> {
    [b"\x62\0\x04\0US\x02\0".as_slice(), &[value, 0]].concat()
}

#[test]
fn values_of_a_label_map_that_no_segment_lists_are_told() {
    assert_eq!(warnings(LABEL_MAP), []);
    let second = number(2);
    let at = LABEL_MAP.windows(second.len()).position(|part| part == second).unwrap();
    let other = [&LABEL_MAP[..at], &number(7), &LABEL_MAP[at + second.len()..]].concat();
    let found = warnings(&other);
    let [("seg.unlisted", message)] = &found[..] else { panic!("{found:?}") };
    assert!(message.starts_with("seg.dcm: pixels have the values 2, which"), "{message}");
}

#[test]
fn a_segment_without_a_voxel_names_the_threshold() {
    let mut set = read(include_bytes!("../testdata/seg/fractional.dcm"));
    set.threshold = 1.5;
    let image = own_image(&set);
    let choice = LesionChoice { roi: None, label: Some(1) };
    let error = MaskSource::Segments(set).lesion(choice, &image).unwrap_err();
    assert_eq!(error.code(), "seg.empty");
    assert!(error.to_string().ends_with("no voxel from 1.5 of the largest fraction on"), "{error}");
}

//! Stored pixel values in every transfer syntax against those pydicom, pylibjpeg and GDCM decode.
#![cfg(feature = "dicom")]

use crate::common::{Row, data, rows};
use ndarray::Array3;
use perirad::engine::MemoryLimit;
use perirad::error::Diagnose;
use perirad::io::dicom::{Stored, stored};
use perirad::io::{Folder, IoError};
use sha2::{Digest, Sha256};
use std::path::Path;

fn read(path: &Path) -> Result<Stored, IoError> {
    let name = path.file_name().unwrap().to_str().unwrap();
    Ok(stored(&Folder::open(path)?, name, MemoryLimit::default())?.expect("it is DICOM"))
}

fn sha256(values: &Array3<i64>) -> String {
    let mut hash = Sha256::new();
    for value in values {
        hash.update(i32::try_from(*value).unwrap().to_le_bytes());
    }
    hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn largest_deviation(a: &Array3<i64>, b: &Array3<i64>) -> i64 {
    assert_eq!(a.dim(), b.dim());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).max().unwrap()
}

/// All rows of the manifest: those that have a checksum, and those that have no pixels, or none
/// that pydicom reads.
fn all_rows(root: &Path) -> (Vec<Row>, Vec<Row>) {
    let table = rows(&std::fs::read_to_string(root.join("manifest.csv")).unwrap());
    table.into_iter().partition(|row| !row["stored_sha256_int32le"].is_empty())
}

fn manifest(root: &Path) -> Vec<Row> {
    all_rows(root).0
}

const JPEG_2000_LOSSY: &str = "1.2.840.10008.1.2.4.91";
/// Segmentations that pydicom does not read, and that are the same as one that it reads.
const TWINS: [&str; 2] = ["seg_pydicom/liver_rle.dcm", "seg_pydicom/liver_deflate.dcm"];

#[test]
fn every_lossless_file_has_the_listed_checksum() {
    let Some(root) = data("dicom_odd") else { return };
    let table = manifest(&root);
    let (mut equal, mut syntaxes) = (0, std::collections::BTreeSet::new());
    // Each JPEG 2000 decoder rounds the irreversible transform in its own way.
    let read_here = |row: &&Row| row["transfer_syntax"] != JPEG_2000_LOSSY;
    for row in table.iter().filter(read_here) {
        let file = &row["file"];
        let stored = read(&root.join(file)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(sha256(&stored.values), row["stored_sha256_int32le"], "{file}");
        let lossy = row["transfer_syntax"] == "1.2.840.10008.1.2.4.81";
        // Zeros after the pixels, as many as a row has bytes.
        let long = file == "misc/MR_small_padded.dcm";
        for (code, expected) in [("dicom.lossy", lossy), ("dicom.trailing_zeros", long)] {
            let told = stored.warnings.iter().find(|warning| warning.code == code);
            assert_eq!(told.is_some(), expected, "{file}: {:?}", stored.warnings);
            assert!(!long || told.is_none_or(|told| told.message.contains("128 bytes")));
        }
        equal += 1;
        syntaxes.insert(stored.syntax);
    }
    assert_eq!((equal, equal + 3), (58, table.len()));
    let expected = [
        "Deflated Explicit VR Little Endian",
        "Explicit VR Big Endian",
        "Explicit VR Little Endian",
        "Implicit VR Little Endian",
        "JPEG 2000 Lossless",
        "JPEG Lossless SV1",
        "JPEG-LS Lossless",
        "JPEG-LS Near-Lossless",
        "RLE Lossless",
    ];
    assert_eq!(syntaxes.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn lossy_files_deviate_as_listed_and_say_so() {
    let Some(root) = data("dicom_odd") else { return };
    let original = read(&root.join("wg04_ct1/CT1_UNC.dcm")).unwrap().values;
    // NEAR of the one, the listed deviation of the other.
    for (file, limit) in [("CT1_JLSN", 4), ("CT1_J2KI", 352)] {
        let lossy = read(&root.join(format!("wg04_ct1/{file}.dcm"))).unwrap();
        let deviation = largest_deviation(&lossy.values, &original);
        assert!((1..=limit).contains(&deviation), "{file}: {deviation}");
        assert_eq!(lossy.warnings[0].code, "dicom.lossy");
        assert!(lossy.warnings[0].message.contains(lossy.syntax), "{file}");
    }
    // Coded reversibly and cut at a rate: nothing to round, so equal to the last bit.
    let table = manifest(&root);
    let listed = |file: &str| table.iter().find(|row| row["file"] == file).unwrap();
    let cut = read(&root.join("misc/693_J2KI.dcm")).unwrap();
    assert_eq!(sha256(&cut.values), listed("misc/693_J2KI.dcm")["stored_sha256_int32le"]);
    assert!(cut.warnings[0].message.contains("ratio 338.687338501292"), "{:?}", cut.warnings);
    // Rounding may move each value by one.
    for file in ["wg04_ct1/CT1_J2KI.dcm", "misc/JPEG2000.dcm"] {
        let (row, lossy) = (listed(file), read(&root.join(file)).unwrap());
        let sum: i64 = lossy.values.iter().sum();
        let off = (sum - row["stored_sum"].parse::<i64>().unwrap()).abs();
        assert!(off < lossy.values.len() as i64 / 100, "{file}: {off}");
        for (found, name) in [
            (lossy.values.iter().min().unwrap(), "stored_min"),
            (lossy.values.iter().max().unwrap(), "stored_max"),
        ] {
            assert!((found - row[name].parse::<i64>().unwrap()).abs() <= 1, "{file}");
        }
    }
}

#[test]
fn twins_of_a_segmentation_hold_the_same_bits() {
    let Some(root) = data("dicom_odd") else { return };
    let liver = read(&root.join("seg_dcmqi/liver.dcm")).unwrap().values;
    assert_eq!(liver.iter().sum::<i64>(), 107_098);
    for twin in ["liver_expb", "liver_j2k", "liver_rle", "liver_deflate"] {
        let twin = read(&root.join(format!("seg_pydicom/{twin}.dcm"))).unwrap().values;
        assert_eq!(twin, liver);
    }
}

#[test]
fn files_that_are_not_read_are_refused_with_the_reason() {
    let Some(root) = data("dicom_odd") else { return };
    let refusals = [
        ("misc/MR_truncated.dcm", "dicom.pixel_length", "8130 bytes, expected 8192"),
        ("misc/badVR.dcm", "dicom.tag", "Number of Frames (0028,0008) is \"1A\""),
        ("misc/rtstruct.dcm", "dicom.tag", "(0028,0010) is absent"),
        ("rtstruct_dicompyler/rtss.dcm", "dicom.tag", "(0028,0010) is absent"),
        ("rtstruct_rtutils/rt.dcm", "dicom.tag", "(0028,0010) is absent"),
        ("rtstruct_rtutils/non_existent_reference_rt.dcm", "dicom.tag", "(0028,0010) is absent"),
    ];
    for (file, code, words) in refusals {
        let error = read(&root.join(file)).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let path = root.join("misc/no_meta.dcm");
    let found = stored(&Folder::open(&path).unwrap(), "no_meta.dcm", MemoryLimit::default());
    assert!(!matches!(found, Ok(Some(_))), "{found:?}");
    // Nothing of the manifest is left out: the rest has a checksum or a twin that has one.
    let named = refusals.iter().map(|(file, ..)| *file).chain(TWINS).chain(["misc/no_meta.dcm"]);
    let named: std::collections::BTreeSet<&str> = named.collect();
    let (_, others) = all_rows(&root);
    assert_eq!(named, others.iter().map(|row| row["file"].as_str()).collect());
}

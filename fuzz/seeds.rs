//! Seeds for fuzzing, made by the generators of the tests: `cargo run --example fuzz-seeds OUT`.
//!
//! One folder for each target of `fuzz/fuzz_targets`; what the first bytes of a seed select, those
//! say. Seeds are small: a fuzzer changes a byte at a time.

#![allow(clippy::unwrap_used, reason = "makers of test files fail by panicking, as tests do")]

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_maker::{Series, bytes_of, encoded, rtstruct};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use patient_maker::Source;
use perirad::geometry::Grid;
use perirad::image::{Intensity, Volume};
use perirad::io::nifti::write_volume;
use perirad::model::MODELS;
use perirad::settings::{PERTURBATIONS, PRESETS, perturbation, preset};
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use voxel_maker::{gzip, metaimage_header, nrrd, nrrd_header, zlib};

#[path = "../tests/dicom_maker/mod.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod dicom_maker;
#[path = "../tests/patient_maker/mod.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod patient_maker;
#[path = "../tests/voxel_maker/mod.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod voxel_maker;

/// Stands between two files of one seed.
const MARK: &[u8] = b"\0\0NEXT\0\0";
/// First bytes that select rules: each alone, and all.
const RULES: [u8; 6] = [0, 1, 2 + 4, 8, 16, 63];

/// Name and bytes.
type Seeds = Vec<(String, Vec<u8>)>;
type Made = Result<Seeds, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args_os().nth(1).ok_or("where to? cargo run --example fuzz-seeds OUT")?;
    let all = [
        ("clinical", clinical()),
        ("dicom_object", objects()?),
        ("metaimage", metaimages()?),
        ("model", models()),
        ("nifti", niftis()?),
        ("nrrd", nrrds()?),
        ("perturb", perturbations()),
        ("pixels", pixels()),
        ("rtstruct", structures()),
        ("seg", segmentations()?),
        ("settings", settings()),
    ];
    for (target, seeds) in all {
        let folder = Path::new(&out).join(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}

/// Series of slices in each native encoding, tilted, and of frames.
fn objects() -> Made {
    let mut seeds = Seeds::new();
    let mut series = Series::new(3);
    let together = |series: &Series, syntax: &str| -> Vec<u8> {
        series.slices.iter().flat_map(|slice| encoded(slice, syntax)).collect()
    };
    for (name, syntax) in [
        ("explicit", uids::EXPLICIT_VR_LITTLE_ENDIAN),
        ("implicit", uids::IMPLICIT_VR_LITTLE_ENDIAN),
        ("big_endian", "1.2.840.10008.1.2.2"),
        ("deflated", uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN),
    ] {
        seeds.push((name.into(), together(&series, syntax)));
    }
    let bare = bytes_of(&series.slices[0], uids::EXPLICIT_VR_LITTLE_ENDIAN);
    // Without preamble and file meta group.
    let start = bare.windows(4).position(|w| w == [8, 0, 0x16, 0]).ok_or("no SOP Class UID")?;
    seeds.push(("bare".into(), bare[start..].to_vec()));
    for (k, mm) in [0.0, 4.0, 5.0].into_iter().enumerate() {
        series.place(k, [-10.0, -20.0 + 0.3 * mm, 30.0 + mm]);
        series.put_u16(k, tags::PIXEL_PADDING_VALUE, 3);
    }
    seeds.push(("tilted".into(), together(&series, uids::EXPLICIT_VR_LITTLE_ENDIAN)));
    let source = Source::new();
    let mut written = source.oriented("HFS");
    written.slices.truncate(3);
    written.slices.iter_mut().for_each(|slice| slice.pixels.truncate(6));
    (written.rows, written.columns) = (2, 3);
    let enhanced = patient_maker::bytes(source.enhanced(&written), uids::ENHANCED_CT_IMAGE_STORAGE);
    seeds.push(("enhanced".into(), enhanced));
    let mut mr = Series::new(2);
    for k in 0..2 {
        mr.put(k, tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE);
        mr.put(k, tags::MODALITY, VR::CS, "MR");
        mr.place(k, [0.0, 0.0, 3.0 * k as f64]);
    }
    seeds.push(("mr".into(), together(&mr, uids::EXPLICIT_VR_LITTLE_ENDIAN)));
    Ok(seeds)
}

/// What `fuzz_targets/pixels.rs` reads first: syntax, rows and columns, bits (Bits Allocated 1, 8,
/// 16, 32 as 0 to 3; 4 for a sign), Bits Stored, frames.
fn header(syntax: u8, [rows, columns]: [u8; 2], bits: u8, stored: u8, frames: u8) -> [u8; 6] {
    [syntax, rows - 1, columns - 1, bits, stored, frames]
}

/// One frame or two in each syntax.
fn pixels() -> Seeds {
    let words: Vec<u8> = (0..24_u16).flat_map(|k| (k * 97 % 4096).to_le_bytes()).collect();
    let swapped: Vec<u8> = words.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    let deflate = |bytes: &[u8]| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory takes bytes");
        encoder.finish().expect("memory takes bytes")
    };
    let rle = {
        // Two planes, the high bytes first: a literal run each.
        let plane = |odd: usize| words.iter().skip(odd).step_by(2).copied();
        let mut bytes = [2_u32, 64, 64 + 26].map(u32::to_le_bytes).concat();
        bytes.resize(64, 0);
        for odd in [1, 0] {
            bytes.push(23);
            bytes.extend(plane(odd));
            bytes.push(128);
        }
        bytes
    };
    let runs = {
        let mut bytes = [1_u32, 64].map(u32::to_le_bytes).concat();
        bytes.resize(64, 0);
        bytes.extend([241, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
        bytes
    };
    let jpeg = |predictor: u8, restart: u8, scan: &[u8]| {
        // Codes 0, 10, 110, 1110 for differences of no, one, two and three bits; 2 × 3 pixels.
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC4, 0, 23, 0, 1, 1, 1, 1];
        bytes.extend([0; 12]);
        bytes.extend([0, 1, 2, 3]);
        bytes.extend([0xFF, 0xC3, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
        bytes.extend([0xFF, 0xDD, 0, 4, 0, restart]);
        bytes.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, predictor, 0, 0]);
        [&bytes, scan, &[0xFF, 0xD9]].concat()
    };
    let rows = [0b0101_1101, 0b0100_1101, 0b1011_1111];
    let restarted = [0b0101_1101, 0b0111_1111, 0xFF, 0xD0, 0b0101_1101, 0b0111_1111];
    let with = |header: [u8; 6], parts: &[&[u8]]| [&header[..], &parts.join(&b"CUT!"[..])].concat();
    let mut seeds: Seeds = vec![
        ("native".into(), with(header(0, [4, 6], 2, 12, 1), &[&words])),
        ("native_bits".into(), with(header(0, [3, 5], 0, 1, 2), &[&[0x55, 0xAA, 0x0F, 0]])),
        ("native_signed_32".into(), with(header(0, [2, 6], 3 + 4, 32, 1), &[&words])),
        ("big_endian".into(), with(header(1, [4, 6], 2, 16, 0), &[&swapped])),
        ("rle".into(), with(header(2, [4, 6], 2, 16, 2), &[&rle, &rle])),
        ("rle_runs".into(), with(header(2, [4, 6], 1, 8, 1), &[&runs])),
        ("jpeg_restart".into(), with(header(3, [2, 3], 1, 8, 1), &[&jpeg(1, 3, &restarted)])),
        ("jpeg_ls".into(), with(header(5, [4, 4], 1, 8, 1), &[JPEG_LS])),
        ("jpeg_ls_cut".into(), with(header(6, [4, 4], 1, 8, 1), &[&JPEG_LS[..30], &JPEG_LS[30..]])),
        ("jpeg_2000".into(), with(header(7, [32, 32], 1, 8, 1), &[JPEG_2000])),
        ("jpeg_2000_lossy".into(), with(header(8, [32, 32], 1, 8, 2), &[JPEG_2000, JPEG_2000])),
        ("deflated".into(), with(header(9, [4, 6], 2, 12, 1), &[&deflate(&words)])),
    ];
    for predictor in 1..=7 {
        let bytes = with(header(4, [2, 3], 1, 8, 1), &[&jpeg(predictor, 0, &rows)]);
        seeds.push((format!("jpeg_{predictor}"), bytes));
    }
    seeds
}

/// The example of T.87 annex H.3: 4 × 4 pixels of 8 bits.
#[rustfmt::skip]
const JPEG_LS: &[u8] = &[
    0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 8, 0, 4, 0, 4, 1, 1, 0x11, 0,
    0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0,
    0xC0, 0x00, 0x00, 0x6C, 0x80, 0x20, 0x8E, 0x01, 0xC0, 0x00, 0x00, 0x57,
    0x40, 0x00, 0x00, 0x6E, 0xE6, 0x00, 0x00, 0x01, 0xBC, 0x18, 0x00, 0x00,
    0x05, 0xD8, 0x00, 0x00, 0x91, 0x60, 0xFF, 0xD9,
];

/// 32 × 32 pixels of 5, three bits, written by `OpenJPEG` 2.5.
#[rustfmt::skip]
const JPEG_2000: &[u8] = &[
    0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0, 0, 0, 0, 32, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 32, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 1,
    0xFF, 0x52, 0, 12, 0, 0, 0, 1, 0, 5, 4, 4, 0, 1,
    0xFF, 0x5C, 0, 19, 0x40, 0x18, 0x20, 0x20, 0x28, 0x20, 0x20, 0x28, 0x20, 0x20, 0x28,
    0x20, 0x20, 0x28, 0x20, 0x20, 0x28,
    0xFF, 0x90, 0, 10, 0, 0, 0, 0, 0, 22, 0, 1, 0xFF, 0x93,
    0xC4, 0x20, 0x03, 0x80, 0x80, 0x80, 0x80, 0x80, 0xFF, 0xD9,
];

/// Contours on the lattice of `perirad_fuzz::lattice`, by each rule.
fn structures() -> Seeds {
    let square = |z: f64, from: f64, to: f64| {
        [[from, from], [to, from], [to, to], [from, to]]
            .map(|[x, y]| format!("{:.2}\\{:.2}\\{z}", x - 10.0, y - 20.0))
            .join("\\")
    };
    let (outer, inner) = (square(32.5, 1.0, 9.0), square(32.5, 3.0, 6.0));
    let far = square(40.0, 2.0, 8.0);
    let first = [
        (0, "CLOSED_PLANAR", outer.as_str(), "4"),
        (0, "CLOSED_PLANAR", &inner, "4"),
        (0, "CLOSED_PLANAR", &far, "4"),
        (0, "POINT", "1\\2\\3", "1"),
    ];
    let beside = square(35.0, 12.0, 30.0);
    let second = [
        (0, "CLOSEDPLANAR_XOR", beside.as_str(), "4"),
        (0, "OPEN_PLANAR", "1\\2\\35\\2\\3\\35", "2"),
    ];
    let bytes =
        rtstruct(&[(5, "GTV-1", &first), (3, "GTV-2", &second), (9, "none", &[])], "1.2.3.9");
    RULES.iter().map(|rule| (format!("rules_{rule}"), [&[*rule], &bytes[..]].concat())).collect()
}

/// The committed segmentations.
fn segmentations() -> Made {
    let mut seeds = Seeds::new();
    for (name, rule) in [("binary", 0), ("fractional", 1), ("labelmap", 16), ("binary", 63)] {
        let path = format!("testdata/seg/{name}.dcm");
        let bytes = fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path))?;
        seeds.push((format!("{name}_{rule}"), [&[rule], &bytes[..]].concat()));
    }
    Ok(seeds)
}

const VOXELS: [u8; 24] = [0, 0, 0, 1, 1, 2, 2, 2, 0, 0, 255, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 7];

fn grid() -> Result<Grid, Box<dyn Error>> {
    let axes = [[0.0, 0.0, 1.0], [0.0, -1.0, 0.0], [1.0, 0.0, 0.0]];
    Ok(Grid::new([2, 3, 4], [2.5, 0.8, 0.7], [-5.0, 7.5, 100.0], axes)?)
}

/// A seed for each rule and file.
fn by_rules(files: Vec<(&str, Vec<u8>)>) -> Seeds {
    let rules = RULES.iter().cycle();
    let one = |((name, bytes), rule): ((&str, Vec<u8>), &u8)| {
        (format!("{name}_{rule}"), [&[*rule], &bytes[..]].concat())
    };
    files.into_iter().zip(rules).map(one).collect()
}

fn niftis() -> Made {
    let data = ndarray::Array3::from_shape_fn((2, 3, 4), |(z, y, x)| {
        f32::from(VOXELS[12 * z + 4 * y + x])
    });
    let volume = Volume::new(Arc::new(grid()?), data, Intensity::Hounsfield)?;
    let mut plain = Vec::new();
    write_volume(&mut plain, &volume, false)?;
    // The same as bytes, and with a scale.
    let mut bytes = plain.clone();
    bytes.truncate(352);
    bytes.splice(70..74, [2, 0, 8, 0]);
    bytes.splice(112..116, 1_f32.to_le_bytes());
    bytes.extend(VOXELS);
    let packed = gzip(&bytes);
    Ok(by_rules(vec![("float", plain), ("bytes", bytes), ("gzip", packed)]))
}

fn nrrds() -> Made {
    let grid = grid()?;
    let raw = nrrd_header(&grid, None, "uchar", "raw", false);
    let text = nrrd_header(&grid, None, "short", "ascii", true);
    let numbers = VOXELS.map(|v| v.to_string()).join(" ");
    let keys = "Segment0_Name:=a\nSegment0_Layer:=0\nSegment0_LabelValue:=1\nSegment1_ID:=b\n\
                Segment1_Layer:=1\nSegment1_LabelValue:=1\nSegment1_Tags:=TerminologyEntry:x~S^1^\
                Tissue~S^2^Mass|\n";
    let layered = nrrd_header(&grid, Some(2), "uchar", "gzip", false) + keys;
    let packed = gzip(&[VOXELS, VOXELS].concat());
    let detached = raw.clone() + "data file: a.raw\n\n";
    Ok(by_rules(vec![
        ("raw", nrrd(&raw, &VOXELS)),
        ("text", nrrd(&text, numbers.as_bytes())),
        ("layers", nrrd(&layered, &packed)),
        ("detached", [detached.as_bytes(), MARK, &VOXELS].concat()),
    ]))
}

fn metaimages() -> Made {
    let grid = grid()?;
    let raw = metaimage_header(&grid, "MET_UCHAR", false, "LOCAL");
    let packed = metaimage_header(&grid, "MET_UCHAR", true, "LOCAL");
    let text = raw.replace("BinaryData = True", "BinaryData = False");
    let numbers = VOXELS.map(|v| v.to_string()).join(" ");
    let detached = metaimage_header(&grid, "MET_UCHAR", false, "a.raw");
    Ok(by_rules(vec![
        ("raw", [raw.as_bytes(), &VOXELS].concat()),
        ("zlib", [packed.as_bytes(), &zlib(&VOXELS)].concat()),
        ("text", [text.as_bytes(), numbers.as_bytes()].concat()),
        ("detached", [detached.as_bytes(), MARK, &VOXELS].concat()),
    ]))
}

/// Tables and maps of lesions, and a table of pairs.
fn clinical() -> Seeds {
    [
        ("table", "case,roi,node,head_and_neck,organ\ncase,GTV-1,1,0,lung\n"),
        ("map", "[[map]]\nroi = \"/^GTV.[12]$/\"\nnode = 1\nhead_and_neck = 0\norgan = \"lung\"\n"),
        ("pairs", "baseline,followup\nGTV-1,GTV-2\nGTV-2,\n,GTV-1\n"),
    ]
    .map(|(name, text)| (name.into(), text.into()))
    .into()
}

fn settings() -> Seeds {
    let whole = PRESETS.iter().filter_map(|(name, ..)| Some((*name, preset(name)?.to_toml())));
    let mut seeds: Seeds = whole.map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    seeds.push(("base".into(), b"base = \"cd8\"\n[ring]\nouter_mm = 3.0\n".to_vec()));
    let ring = "base = \"cd8\"\n[ring]\nexclude = [{ name = \"air\", highest = -500.0 }]\n\
                overlap = \"nearest\"\nlattice = \"native\"\nshells_mm = [[-1.0, 0.5], [0.5, 2.0]]\n";
    seeds.push(("ring".into(), ring.into()));
    seeds
}

fn perturbations() -> Seeds {
    let text = |name| perturbation(name).map(|limits| limits.to_toml());
    let whole = PERTURBATIONS.iter().filter_map(|(name, _)| Some((*name, text(name)?)));
    whole.map(|(name, text)| (name.to_owned(), text.into_bytes())).collect()
}

fn models() -> Seeds {
    MODELS.iter().map(|(name, text)| ((*name).into(), text.as_bytes().to_vec())).collect()
}

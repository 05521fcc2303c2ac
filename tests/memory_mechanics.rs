//! The memory limit: every reader and step refuses what is over it, by its code, and works under it.
#![cfg(all(feature = "dicom", feature = "nifti", feature = "nrrd", feature = "metaimage"))]

use crate::common;
use crate::common::{args, file};
use crate::dicom_maker::{Series, bytes_of, encoded, rtstruct};
use crate::voxel_maker::{gzip, metaimage_header, nrrd, nrrd_header, zlib};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::uids;
use perirad::engine::{Engine, MemoryLimit};
use perirad::error::Diagnose;
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::io::dicom::stored;
use perirad::io::inspect::inspect_files;
use perirad::io::lesions::MaskOptions;
use perirad::io::nifti::write_volume;
use perirad::io::select::{RoiMany, RoiQuery};
use perirad::io::source::{ImageChoice, read_image, read_mask};
use perirad::io::{IoError, Memory};
use perirad::pipeline::{Around, Subject, extract, perturbed, planes_needed};
use perirad::preprocess::{Interpolation, ring};
use perirad::settings::{perturbation, preset};
use std::sync::Arc;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

fn lending(bytes: u64) -> Engine {
    Engine::serial().with_memory(MemoryLimit::of(bytes))
}

fn single(bytes: &[u8]) -> Memory {
    let mut files = Memory::default();
    files.insert("file", bytes);
    files
}

/// `read` works with `least` bytes, and one less is refused with both numbers.
fn needs<T>(what: &str, least: u64, read: impl Fn(&Engine) -> Result<T, IoError>) {
    if let Err(error) = read(&lending(least)) {
        panic!("{what} with {least} bytes: {error}");
    }
    let Err(error) = read(&lending(least - 1)) else { panic!("{what} with {} bytes", least - 1) };
    assert_eq!(error.code(), "io.memory_limit", "{what}: {error}");
    let limit = MemoryLimit::of(least - 1).to_string();
    assert!(error.to_string().contains(&format!("the memory limit is {limit}")), "{what}: {error}");
    assert!(error.hint().contains("--max-memory"), "{what}");
}

/// 2 × 3 × 4 voxels.
fn grid() -> Grid {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    Grid::new([2, 3, 4], [2.5, 0.8, 0.7], [-10.0, -20.0, 30.0], axes).unwrap()
}

const VOXELS: [u8; 24] = [0, 0, 0, 1, 1, 2, 2, 2, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 7];

fn nifti(shape: [usize; 3]) -> Vec<u8> {
    let data = ndarray::Array3::zeros(shape);
    let grid = Grid { shape, ..grid() };
    let volume = Volume::new(Arc::new(grid), data, Intensity::Hounsfield).unwrap();
    let mut bytes = Vec::new();
    write_volume(&mut bytes, &volume, false).unwrap();
    bytes
}

#[test]
fn files_of_voxels_claim_four_bytes_for_each_or_what_they_store() {
    let header = |number, encoding| nrrd_header(&grid(), None, number, encoding, false);
    let packed = metaimage_header(&grid(), "MET_UCHAR", true, "LOCAL");
    let wide: Vec<u8> = VOXELS.iter().flat_map(|v| f64::from(*v).to_le_bytes()).collect();
    for (what, least, bytes) in [
        ("NRRD", 96, nrrd(&header("uchar", "raw"), &VOXELS)),
        ("NRRD, gzip", 96, nrrd(&header("uchar", "gzip"), &gzip(&VOXELS))),
        ("NRRD, doubles", 192, nrrd(&header("double", "raw"), &wide)),
        ("MetaImage, zlib", 96, [packed.as_bytes(), &zlib(&VOXELS)].concat()),
        ("NIfTI", 96, nifti([2, 3, 4])),
        ("NIfTI, gzip", 96, gzip(&nifti([2, 3, 4]))),
    ] {
        let files = single(&bytes);
        needs(what, least, |engine| read_image(&files, "x", &CHOICE, engine));
        needs(what, least, |engine| read_mask(&files, "x", engine));
    }
    let layers = nrrd_header(&grid(), Some(2), "uchar", "raw", false);
    let layers = layers + "Segment0_Name:=a\nSegment1_Name:=b\n";
    let files = single(&nrrd(&layers, &[VOXELS, VOXELS].concat()));
    needs("seg.nrrd", 192, |engine| read_mask(&files, "x", engine));
}

#[test]
fn a_bomb_ends_in_an_error_that_names_what_it_declares() {
    // 32 MiB of zeros in some 33 kB.
    let bomb = gzip(&nifti([128, 256, 256]));
    let error = read_mask(&single(&bomb), "x", &lending(16 << 20)).unwrap_err();
    assert_eq!(error.code(), "io.memory_limit");
    let text = error.to_string();
    assert!(text.contains("8388608 voxels of 4 bytes, 0.03125 GiB"), "{text}");
    assert!(text.contains("the memory limit is 16 MiB"), "{text}");
    // Of a header alone no mask is made either.
    let mut header = nifti([2, 3, 4]);
    header.splice(42..48, [0xFF, 0x7F, 0xFF, 0x7F, 0xFF, 0x03]);
    let error = read_image(&single(&header), "x", &CHOICE, &Engine::serial()).unwrap_err();
    assert_eq!(error.code(), "io.memory_limit", "{error}");
}

#[test]
fn dicom_claims_its_voxels_its_frames_and_what_it_inflates_to() {
    let series = Series::new(3);
    let files = series.files();
    needs("CT series", 72, |engine| read_image(&files, "ct", &CHOICE, engine));
    let slice = encoded(&series.slices[0], uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let files = single(&slice);
    needs("stored values", 48, |engine| stored(&files, "file", engine.memory()));
    let deflated = encoded(&series.slices[0], uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
    // Both have the same preamble, and file meta groups that differ by the syntax's UID.
    let meta = bytes_of(&series.slices[0], uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
    let dataset = meta.windows(4).position(|w| w == [8, 0, 0x16, 0]).unwrap();
    let inflated = (meta.len() - dataset) as u64;
    let files = single(&deflated);
    needs("deflated", inflated, |engine| stored(&files, "file", engine.memory()));
    let seg = std::fs::read(file("testdata/seg/binary.dcm")).unwrap();
    // 35 pixels of a frame as numbers.
    needs("SEG", 140, |engine| read_mask(&single(&seg), "seg", engine));
}

const SQUARE: [(i64, &str, &str, &str); 1] = [(
    0,
    "CLOSED_PLANAR",
    "-10.3\\-20.4\\30\\-8.9\\-20.4\\30\\-8.9\\-18.8\\30\\-10.3\\-18.8\\30",
    "4",
)];

#[test]
fn a_long_header_is_asked_of_the_limit() {
    let mut series = Series::new(1);
    let private = PrimitiveValue::from(vec![0_u8; 300 << 10]);
    series.slices[0].put(DataElement::new(Tag(0x0029, 0x1010), VR::OB, private));
    let bytes = encoded(&series.slices[0], uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let files = single(&bytes);
    needs("a long header", bytes.len() as u64, |engine| stored(&files, "file", engine.memory()));
}

#[test]
fn the_lesions_of_a_query_are_held_together() {
    let engine = Engine::serial();
    let image = read_image(&Series::new(4).files(), "ct", &CHOICE, &engine).unwrap();
    let set = rtstruct(&[(1, "a", &SQUARE), (2, "b", &SQUARE)], "1.2.3.9");
    let mask = read_mask(&single(&set), "rs", &engine).unwrap();
    let query = RoiQuery { name: Some("*".into()), many: RoiMany::Separate, ..RoiQuery::default() };
    let held = |bytes| {
        let options = MaskOptions { memory: MemoryLimit::of(bytes), ..MaskOptions::default() };
        mask.lesions(&query, &options, &image)
    };
    assert_eq!(held(48).unwrap().len(), 2);
    let error = held(47).unwrap_err();
    assert_eq!(error.code(), "mask.too_many_lesions");
    assert!(error.to_string().contains("2 lesions of 24 voxels"), "{error}");
    assert!(error.hint().contains("--max-memory"));
}

/// A cube of 40 HU in a larger one of so many voxels along each axis.
fn cube(n: usize, inner: std::ops::Range<usize>) -> (Volume, Mask) {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new([n; 3], [1.0; 3], [0.0; 3], axes).unwrap());
    let inside = |(z, y, x): (usize, usize, usize)| [z, y, x].iter().all(|i| inner.contains(i));
    let hu = ndarray::Array3::from_shape_fn([n; 3], |at| if inside(at) { 40.0 } else { -80.0 });
    let image = Volume::new(grid.clone(), hu, Intensity::Hounsfield).unwrap();
    (image, Mask::new(grid, ndarray::Array3::from_shape_fn([n; 3], inside)).unwrap())
}

fn of_cube<'a>(image: &'a Volume, mask: &'a Mask, acquisition: &'a Acquisition) -> Subject<'a> {
    let around = Around::default();
    Subject { case: "case", roi: "r", image, mask, acquisition, around, below: &[] }
}

#[test]
fn a_box_and_a_ring_are_refused_before_they_are_made() {
    let (image, mask) = cube(12, 4..8);
    let acquisition = Acquisition::default();
    let subject = of_cube(&image, &mask, &acquisition);
    let settings = preset("cd8").unwrap();
    let code = |regions: &[Region], bytes| {
        let found = extract(&subject, &settings, regions, &lending(bytes));
        found.map_or_else(|error| error.code(), |_| "measured")
    };
    let both = [Region::Tumour, Region::Ring];
    assert_eq!(code(&[Region::Tumour], 12 * 12 * 12 * 16), "measured");
    assert_eq!(code(&[Region::Tumour], 1000), "pipeline.too_large");
    assert_eq!(code(&both, 12 * 12 * 12 * 16), "preprocess.ring_too_large");
    assert_eq!(code(&both, 1 << 20), "measured");
    let error =
        planes_needed(&mask, "r", &settings, &[Region::Tumour], &lending(1000)).unwrap_err();
    assert_eq!(error.code(), "pipeline.too_large");
    assert!(error.hint().contains("--max-memory"));
}

/// Splines need all voxels so near that they bear on coefficients, as `f64` in each repeat; what is
/// measured needs far less.
#[test]
fn the_copy_of_a_repeat_is_refused_before_it_is_made() {
    let (image, mask) = cube(30, 13..17);
    let acquisition = Acquisition::default();
    let subject = of_cube(&image, &mask, &acquisition);
    let mut limits = perturbation("translation").unwrap();
    limits.run.repeats = 3;
    let mut settings = preset("cd8").unwrap();
    let whole = 30 * 30 * 30 * 8;
    for (kind, bytes, fits) in [
        (Interpolation::CubicBspline, whole, true),
        (Interpolation::CubicBspline, whole - 1, false),
        // Linear taps read the image's own voxels where they are.
        (Interpolation::Linear, whole / 4, true),
    ] {
        settings.resample.image = kind;
        let found = perturbed(&subject, &settings, &limits, &[Region::Tumour], &lending(bytes));
        for set in found.unwrap().sets {
            let Err(error) = set else {
                assert!(fits, "{kind:?} {bytes}");
                continue;
            };
            assert!(!fits, "{kind:?} {bytes}: {error}");
            assert_eq!(error.code(), "preprocess.moved_too_large");
            assert!(error.to_string().contains("27000 voxels of 8 bytes"), "{error}");
            assert!(error.hint().contains("--max-memory"));
        }
    }
}

/// A mask with holes everywhere is almost all border.
#[test]
fn a_surface_of_more_points_than_there_is_memory_for_is_refused() {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new([40; 3], [1.0; 3], [0.0; 3], axes).unwrap());
    let code = |inside: fn((usize, usize, usize)) -> bool| {
        let mask = Mask::new(grid.clone(), ndarray::Array3::from_shape_fn([40; 3], inside));
        let made = ring(&mask.unwrap(), 0.0, 2.0, &lending(8 << 20));
        made.map_or_else(|error| error.code(), |_| "made")
    };
    assert_eq!(code(|_| true), "made");
    assert_eq!(code(|(z, y, x)| (z + y + x) % 2 == 0), "preprocess.surface_too_large");
}

#[test]
fn inspection_tells_and_goes_on() {
    let bytes = nrrd(&nrrd_header(&grid(), None, "uchar", "raw", false), &VOXELS);
    let found = inspect_files(&single(&bytes), "x", &lending(95));
    assert_eq!(found.nrrd[0].problems[0].code, "io.memory_limit");
    let deflated = encoded(&Series::new(1).slices[0], uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
    let found = inspect_files(&single(&deflated), "x", &lending(95));
    assert_eq!(found.problems[0].code, "io.memory_limit");
}

#[test]
fn the_program_takes_the_limit_as_an_option_or_from_the_environment() {
    let call = |size: &[&str]| {
        let ct = file("testdata/patient/ct");
        let rs = file("testdata/patient/rtstruct.dcm");
        let mut all = args(&[&"extract", &ct, &"--mask", &rs, &"--roi", &"GTV-1"]);
        all.extend(args(&[&"--region", &"tumour", &"--format", &"csv"]));
        all.extend(size.iter().map(Into::into));
        all
    };
    let told = |output: std::process::Output| {
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, text) = told(common::perirad(&call(&["--max-memory", "2MB"])));
    assert_eq!(status, Some(2), "{text}");
    let parts = ["995328 voxels of 4 bytes", "the memory limit is 2 MB", "--max-memory"];
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    let (status, text) = told(common::perirad(&call(&["--max-memory", "4 MiB"])));
    assert_eq!(status, Some(0), "{text}");
    let (status, text) = told(common::perirad(&call(&["--max-memory", "much"])));
    assert!(status == Some(2) && text.contains("4GiB or 512MB"), "{text}");
    let by_environment = std::process::Command::new(env!("CARGO_BIN_EXE_perirad"))
        .args(call(&[]))
        .env("PERIRAD_MAX_MEMORY", "1kB")
        .output();
    let (status, text) = told(by_environment.unwrap());
    assert!(status == Some(2) && text.contains("the memory limit is 1 kB"), "{text}");
}

#[test]
fn a_value_that_ends_within_a_number_claims_nothing() {
    // What is left of the value, and the next element's first bytes, were read as a header of
    // 4 GiB less some bytes.
    let mut bytes = bytes_of(&Series::new(1).slices[0], uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let rows = bytes.windows(6).position(|w| w == [0x28, 0, 0x10, 0, b'U', b'S']).unwrap();
    bytes.splice(rows + 6..rows + 10, [3, 0, 3, 0, 0]);
    let error = stored(&single(&bytes), "file", MemoryLimit::default()).unwrap_err();
    assert_eq!(error.code(), "dicom.malformed");
    assert!(error.to_string().contains("(0028,0010)"), "{error}");
}

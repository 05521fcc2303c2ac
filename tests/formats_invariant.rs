//! The embedded patient is the same volume and the same lesion in whatever format it is written.
#![cfg(all(feature = "dicom", feature = "nifti", feature = "nrrd", feature = "metaimage"))]

use crate::common::file;
use crate::voxel_maker::{gzip, metaimage_header, nrrd, nrrd_header, zlib};
use perirad::engine::Engine;
use perirad::geometry::{Grid, difference};
use perirad::image::{Intensity, Mask, Volume};
use perirad::io::source::{ImageChoice, LesionChoice, LoadedImage, read_image, read_mask};
use perirad::io::{Files, Memory, nifti, open_image, open_mask};
use std::sync::LazyLock;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

struct Patient {
    image: LoadedImage,
    /// `GTV-1` and the node, which do not touch.
    lesions: [Mask; 2],
}

static PATIENT: LazyLock<Patient> = LazyLock::new(|| {
    let engine = Engine::serial();
    let image = open_image(&file("testdata/patient/ct"), &CHOICE, &engine).unwrap();
    let drawn = open_mask(&file("testdata/patient/rtstruct.dcm"), &engine).unwrap();
    let lesions = ["GTV-1", "GTV-2"].map(|roi| {
        drawn.lesion(LesionChoice { roi: Some(roi), label: None }, &image).unwrap().mask
    });
    Patient { image, lesions }
});

fn files(list: &[(&str, Vec<u8>)]) -> Memory {
    let mut files = Memory::default();
    for (name, bytes) in list {
        files.insert(*name, bytes.clone());
    }
    files
}

/// Image and mask files give the patient's voxels and lesion.
fn same(image: &dyn Files, mask: &dyn Files, choice: LesionChoice<'_>, lesion: usize) {
    let engine = Engine::serial();
    let image = read_image(image, "image", &CHOICE, &engine).unwrap();
    assert!(image.warnings.is_empty(), "{:?}", image.warnings);
    let truth = &PATIENT.image.volume;
    // NIfTI keeps positions in 32 bits: 1e-4 mm are those of the last one at 700 mm.
    let apart = difference(&truth.grid, &image.volume.grid).unwrap();
    assert!(apart.mm < 1e-4, "{apart:?}");
    assert_eq!(image.volume.grid.spacing, truth.grid.spacing);
    assert_eq!(image.volume.data, truth.data);
    let found = read_mask(mask, "mask", &engine).unwrap().lesion(choice, &image).unwrap();
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    assert_eq!(found.mask.voxels(), PATIENT.lesions[lesion].voxels());
}

fn hu() -> Vec<i16> {
    PATIENT.image.volume.data.iter().map(|v| *v as i16).collect()
}

fn little(values: &[i16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// Both lesions as labels 1 and 2.
fn labels() -> Vec<u8> {
    let [first, second] = &PATIENT.lesions;
    let both = first.voxels().iter().zip(second.voxels());
    both.map(|(a, b)| u8::from(*a) + 2 * u8::from(*b)).collect()
}

fn label(number: i32) -> LesionChoice<'static> {
    LesionChoice { roi: None, label: Some(number) }
}

#[test]
fn as_nifti() {
    let (mut image, mut mask) = (Vec::new(), Vec::new());
    nifti::write_volume(&mut image, &PATIENT.image.volume, true).unwrap();
    nifti::write_mask(&mut mask, &PATIENT.lesions[0], true).unwrap();
    same(&files(&[("a", image)]), &files(&[("b", mask)]), LesionChoice::default(), 0);
}

#[test]
fn as_nrrd_in_each_encoding_byte_order_and_space() {
    let grid = &PATIENT.image.volume.grid;
    let mask = nrrd(&nrrd_header(grid, None, "uchar", "gzip", true), &gzip(&labels()));
    let mask = files(&[("mask.nrrd", mask)]);
    let data = little(&hu());
    let header = |number, encoding, ras| nrrd_header(grid, None, number, encoding, ras);
    let gzipped = nrrd(&header("short", "gzip", false), &gzip(&data));
    same(&files(&[("a.nrrd", gzipped)]), &mask, label(1), 0);
    let raw = nrrd(&header("int16", "raw", true), &data);
    same(&files(&[("a.nrrd", raw)]), &mask, label(2), 1);
    let big = header("signed short int", "raw", false).replace("little", "big");
    let swapped: Vec<u8> = hu().iter().flat_map(|v| v.to_be_bytes()).collect();
    same(&files(&[("a.nrrd", nrrd(&big, &swapped))]), &mask, label(1), 0);
    let text = hu().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let text = nrrd(&header("float", "ascii", false), text.as_bytes());
    same(&files(&[("a.nrrd", text)]), &mask, label(1), 0);
    let detached = header("short", "raw", false) + "data file: a.raw\nbyte skip: 5\n";
    let raw = [b"skip\n".to_vec(), data].concat();
    let pair = files(&[("x/a.nhdr", detached.clone().into_bytes()), ("x/a.raw", raw)]);
    same(&pair, &mask, label(1), 0);
    let crlf = nrrd(&detached.replace('\n', "\r\n"), b"");
    assert!(read_image(&files(&[("a.nhdr", crlf)]), "a", &CHOICE, &Engine::serial()).is_err());
}

#[test]
fn as_metaimage_packed_or_not_in_one_file_or_two() {
    let grid = &PATIENT.image.volume.grid;
    let mask = metaimage_header(grid, "MET_UCHAR", true, "LOCAL");
    let mask = files(&[("mask.mha", [mask.into_bytes(), zlib(&labels())].concat())]);
    let data = little(&hu());
    let packed = metaimage_header(grid, "MET_SHORT", true, "LOCAL");
    let packed = [packed.into_bytes(), zlib(&data)].concat();
    same(&files(&[("a.mha", packed)]), &mask, label(1), 0);
    let header = metaimage_header(grid, "MET_SHORT", false, "a.raw");
    same(&files(&[("a.mhd", header.into_bytes()), ("a.raw", data)]), &mask, label(2), 1);
    let big = metaimage_header(grid, "MET_SHORT", false, "LOCAL")
        .replace("BinaryDataByteOrderMSB = False", "ElementByteOrderMSB = True")
        .replace("TransformMatrix", "Rotation")
        .replace("Offset", "Position");
    let swapped: Vec<u8> = hu().iter().flat_map(|v| v.to_be_bytes()).collect();
    same(&files(&[("a.mha", [big.into_bytes(), swapped].concat())]), &mask, label(1), 0);
}

/// A `.seg.nrrd` of the box that holds both lesions, in two layers or one.
fn slicer(layers: usize) -> (Vec<u8>, Grid) {
    let [first, second] = &PATIENT.lesions;
    let (a, b) = (first.bounds().unwrap(), second.bounds().unwrap());
    let window = perirad::geometry::IndexBox {
        lo: [0, 1, 2].map(|axis| a.lo[axis].min(b.lo[axis])),
        hi: [0, 1, 2].map(|axis| a.hi[axis].max(b.hi[axis])),
    };
    let grid = PATIENT.image.volume.grid.crop(window).unwrap();
    let mut voxels = Vec::new();
    for z in window.lo[0]..window.hi[0] {
        for y in window.lo[1]..window.hi[1] {
            for x in window.lo[2]..window.hi[2] {
                let [one, two] = [first, second].map(|mask| u8::from(mask.voxels()[[z, y, x]]));
                if layers == 2 { voxels.extend([one, two]) } else { voxels.push(one + 2 * two) }
            }
        }
    }
    let axis = (layers == 2).then_some(2);
    let mut header = nrrd_header(&grid, axis, "unsigned char", "gzip", false);
    for (n, (name, term)) in [("lesion", "Neoplasm"), ("node", "Lymph node")].iter().enumerate() {
        let (layer, value) = if layers == 2 { (n, 1) } else { (0, n + 1) };
        header += &format!(
            "Segment{n}_ID:=Segment_{n}\nSegment{n}_Name:={name}\nSegment{n}_Layer:={layer}\n\
             Segment{n}_LabelValue:={value}\nSegment{n}_Extent:=0 3 0 3 0 3\n\
             Segment{n}_Tags:=TerminologyEntry:list~SCT^1^Tissue~SCT^2^{term}~^^~|Status:done|\n"
        );
    }
    header += "Segmentation_ReferenceImageExtentOffset:=3 4 5\n";
    (nrrd(&header, &gzip(&voxels)), grid)
}

#[test]
fn as_a_cropped_segmentation_of_slicer_in_layers_or_values() {
    let grid = &PATIENT.image.volume.grid;
    let image = nrrd(&nrrd_header(grid, None, "short", "gzip", false), &gzip(&little(&hu())));
    let image = files(&[("a.nrrd", image)]);
    for layers in [1, 2] {
        let (bytes, _) = slicer(layers);
        let mask = files(&[("m.seg.nrrd", bytes)]);
        let named = |roi| LesionChoice { roi: Some(roi), label: None };
        same(&image, &mask, named("lesion"), 0);
        same(&image, &mask, named("no*"), 1);
        if layers == 1 {
            same(&image, &mask, label(2), 1);
        }
    }
    let (bytes, cropped) = slicer(2);
    let loaded = read_image(&image, "image", &CHOICE, &Engine::serial()).unwrap();
    let mask = read_mask(&files(&[("m", bytes)]), "m", &Engine::serial()).unwrap();
    let lesion = mask.lesion(LesionChoice { roi: Some("node"), label: None }, &loaded).unwrap();
    let record = &lesion.segments[0];
    assert_eq!(record.segments[0].kind.as_deref(), Some("Lymph node"));
    let offset = grid.to_index(cropped.origin).map(|i| i.round() as i64);
    assert_eq!(record.placement.unwrap().offset, offset);
    // Two segments with one value, in two layers.
    let twice = mask.lesion(label(1), &loaded).unwrap_err();
    assert!(twice.to_string().contains("lesion (number 1, Neoplasm), node (number 1"), "{twice}");
}

#[test]
fn a_shifted_box_is_refused() {
    let (bytes, cropped) = slicer(1);
    let text = String::from_utf8_lossy(&bytes[..600]).into_owned();
    let origin = text.lines().find(|line| line.starts_with("space origin")).unwrap();
    let [x, y, z] = cropped.origin;
    let moved = format!("space origin: ({},{y},{z})", x + 0.45);
    // The header is text, the voxels follow unchanged.
    let at = bytes.windows(origin.len()).position(|w| w == origin.as_bytes()).unwrap();
    let bytes = [&bytes[..at], moved.as_bytes(), &bytes[at + origin.len()..]].concat();
    let mask = read_mask(&files(&[("m", bytes)]), "m", &Engine::serial()).unwrap();
    let choice = LesionChoice { roi: Some("node"), label: None };
    let error = mask.lesion(choice, &PATIENT.image).unwrap_err();
    assert!(error.to_string().contains("0.450 mm (0.50 voxel)"), "{error}");
}

#[test]
fn a_volume_is_what_was_written() {
    // Guards the writers: an image of nothing would make all of the above true.
    let volume: &Volume = &PATIENT.image.volume;
    assert!(volume.data.iter().any(|v| *v > 0.0) && volume.data.iter().any(|v| *v < -900.0));
    assert!(PATIENT.lesions.iter().all(|mask| mask.count() > 500));
}

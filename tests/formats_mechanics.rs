//! Readers of voxels: what is refused and how, and any bytes.
#![cfg(all(feature = "dicom", feature = "nrrd", feature = "metaimage"))]

use crate::common::file;
use crate::voxel_maker::{gzip, metaimage_header, nrrd, nrrd_header, zlib};
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::geometry::Grid;
use perirad::image::{Intensity, Volume};
use perirad::io::inspect::inspect_files;
use perirad::io::segmentation::Union;
use perirad::io::source::{
    ImageChoice, ImageOptions, LesionChoice, LoadedImage, MaskSource, read_header, read_image,
    read_mask,
};
use perirad::io::{IoError, Memory, nifti, open_image};
use std::sync::Arc;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Arbitrary };

fn grid() -> Grid {
    let axes = [[0.0, 0.0, 1.0], [0.0, -1.0, 0.0], [1.0, 0.0, 0.0]];
    Grid::new([2, 3, 4], [2.5, 0.8, 0.7], [-5.0, 7.5, 100.0], axes).unwrap()
}

const VOXELS: [u8; 24] = [0, 0, 0, 1, 1, 2, 2, 2, 0, 0, 255, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 7];

fn single(name: &str, bytes: &[u8]) -> Memory {
    let mut files = Memory::default();
    files.insert(name, bytes);
    files
}

fn image(bytes: &[u8]) -> Result<LoadedImage, IoError> {
    read_image(&single("file", bytes), "file", &CHOICE, &Engine::serial())
}

fn refused(bytes: &[u8], code: &str, part: &str) {
    let error = image(bytes).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(part), "{error} lacks {part:?}");
}

#[test]
fn nrrd_headers_that_leave_a_question_are_refused() {
    let header = nrrd_header(&grid(), None, "uchar", "raw", false);
    assert_eq!(*image(&nrrd(&header, &VOXELS)).unwrap().volume.grid, grid());
    let changes = [
        ("encoding: raw", "encoding: bzip2", "bzip2"),
        ("encoding: raw", "encoding: hex", "hex"),
        ("type: uchar", "type: block", "block"),
        ("type: uchar", "type: short", "24"),
        ("type: uchar", "type: unsigned", "unsigned"),
        ("space: left-posterior-superior", "space: scanner-xyz", "scanner-xyz"),
        ("space: left-posterior-superior\n", "spacings: 1 1 1\n", "nothing says where"),
        ("space origin", "space origins", "space origin"),
        ("(0.7,0,0)", "(0.7,0.3,0)", "sheared"),
        ("(0.7,0,0)", "(0.7,0)", "space directions"),
        ("(0.7,0,0)", "none", "2 axes of space"),
        ("sizes: 4 3 2", "sizes: 4 3 0", "sizes"),
        ("sizes: 4 3 2", "sizes: 4 3", "sizes"),
        ("sizes: 4 3 2", "sizes: 99999999 99999999 99999999", "cannot be held"),
        ("sizes: 4 3 2", "sizes: 9999 9999 9999", "the memory limit is 8 GiB"),
        ("endian: little", "space units: \"in\" \"in\" \"in\"", "\"in\""),
        ("endian: little", "endian: little\nendian: big", "stands twice"),
        ("endian: little", "data file: ../secret", "not in its folder"),
        ("endian: little", "data file: LIST", "several files"),
        ("endian: little", "byte skip: 99", "beyond the file"),
        ("endian: little", "line skip: 9", "fewer lines"),
    ];
    for (from, to, part) in changes {
        let changed = header.replace(from, to);
        assert_ne!(changed, header);
        let error = image(&nrrd(&changed, &VOXELS)).unwrap_err();
        assert!(error.to_string().contains(part), "{to}: {error} lacks {part:?}");
    }
    refused(&nrrd(&header, &VOXELS[..23]), "io.voxel_bytes", "23 present");
    let packed = gzip(&VOXELS);
    let header = nrrd_header(&grid(), None, "uchar", "gzip", false);
    refused(&nrrd(&header, &packed[..12]), "io.voxel_bytes", "24 bytes");
    refused(&nrrd(&header, b"no gzip at all"), "io.inflate", "inflated");
    let layered = nrrd_header(&grid(), Some(2), "uchar", "raw", false);
    refused(&nrrd(&layered, &[0; 48]), "nrrd.header", "2 values for each voxel");
    // A voxel that is no number.
    let header = nrrd_header(&grid(), None, "float", "raw", false);
    refused(&nrrd(&header, &[0xFF; 96]), "io.non_finite", "24 voxels");
}

#[test]
fn metaimage_headers_that_leave_a_question_are_refused() {
    let header = metaimage_header(&grid(), "MET_UCHAR", false, "LOCAL");
    let whole = |header: &str| [header.as_bytes(), &VOXELS].concat();
    assert_eq!(*image(&whole(&header)).unwrap().volume.grid, grid());
    let changes = [
        ("NDims = 3", "NDims = 4", "NDims"),
        ("MET_UCHAR", "MET_LONG", "another size"),
        ("MET_UCHAR", "MET_STRING", "MET_STRING"),
        ("MET_UCHAR", "MET_SHORT", "24 present"),
        ("ElementSpacing", "ElementSpace", "ElementSpacing"),
        ("ElementSpacing = 0.7 0.8 2.5", "ElementSpacing = 0.7 0 2.5", "spacing"),
        ("DimSize = 4 3 2", "DimSize = 4 3 -2", "DimSize"),
        ("DimSize = 4 3 2", "DimSize = 1e9 1e9 1e9", "cannot be held"),
        ("TransformMatrix = 1 0 0", "TransformMatrix = 1 0.4 0", "sheared"),
        ("TransformMatrix = 1 0 0", "TransformMatrix = 0 0 0", "perpendicular"),
        ("CompressedData = False", "CompressedData = True", "inflated"),
        ("CompressedData = False", "CompressedData = maybe", "maybe"),
        ("CenterOfRotation = 0 0 0", "ElementNumberOfChannels = 3", "3 values"),
        ("CenterOfRotation = 0 0 0", "HeaderSize = 99", "HeaderSize"),
        ("= LOCAL", "= LIST 2D", "several files"),
        ("= LOCAL", "= slice%03d.raw 1 2 1", "several files"),
        ("= LOCAL", "= /etc/passwd", "not in its folder"),
        ("= LOCAL", "= absent.raw", "absent.raw"),
    ];
    for (from, to, part) in changes {
        let changed = header.replace(from, to);
        assert_ne!(changed, header, "{from}");
        let error = image(&whole(&changed)).unwrap_err();
        assert!(error.to_string().contains(part), "{to}: {error} lacks {part:?}");
    }
    let unplaced = header.replace("Offset", "Unset");
    let loaded = image(&whole(&unplaced)).unwrap();
    assert_eq!(loaded.warnings[0].code, "metaimage.position");
}

#[test]
fn a_nifti_file_that_is_cut_short_is_refused_whatever_is_needed_of_it() {
    let array = ndarray::Array3::from_shape_fn([40, 50, 60], |(z, y, x)| ((z * y * x) % 97) as f32);
    let grid = Grid::new([40, 50, 60], [1.0; 3], [0.0; 3], grid().axes).unwrap();
    let volume = Volume::new(Arc::new(grid), array, Intensity::Arbitrary).unwrap();
    let mut plain = Vec::new();
    nifti::write_volume(&mut plain, &volume, false).unwrap();
    let (one, half) = (gzip(&plain), plain.len() / 2);
    let two = [gzip(&plain[..half]), gzip(&plain[half..])].concat();
    let open = |bytes: &[u8]| {
        let files = single("ct.nii", bytes);
        let opened =
            read_header(&files, "ct", &CHOICE, ImageOptions::default(), &Engine::serial())?;
        opened.planes(&files, 0..3, &Engine::serial())
    };
    for whole in [&plain, &one, &two] {
        assert_eq!(open(whole).unwrap().volume.planes(), 0..3);
        assert_eq!(open(&[whole, &[0; 9][..]].concat()).unwrap().volume.planes(), 0..3);
        let error = open(&whole[..whole.len() * 3 / 4]).unwrap_err();
        assert_eq!(error.code(), "nifti.size", "{error}");
        let declared = format!("{} bytes declared", plain.len());
        assert!(error.to_string().contains(&declared), "{error}");
    }
    // Without the second member, or the last voxel.
    assert_eq!(open(&gzip(&plain[..half])).unwrap_err().code(), "nifti.size");
    assert_eq!(open(&plain[..plain.len() - 1]).unwrap_err().code(), "nifti.size");
}

#[test]
fn compressed_voxels_that_do_not_match_their_checksum_are_refused() {
    let header = nrrd_header(&grid(), None, "uchar", "gzip", false);
    let as_nrrd = |packed: &[u8]| nrrd(&header, packed);
    let header = metaimage_header(&grid(), "MET_UCHAR", true, "LOCAL");
    let as_metaimage = |packed: &[u8]| [header.as_bytes(), packed].concat();
    let array = ndarray::Array3::from_shape_vec([2, 3, 4], VOXELS.map(f32::from).to_vec()).unwrap();
    let volume = Volume::new(Arc::new(grid()), array, Intensity::Arbitrary).unwrap();
    let mut plain = Vec::new();
    nifti::write_volume(&mut plain, &volume, false).unwrap();
    let engine = Engine::serial();
    let check = |packed: &[u8], padded: bool, as_file: &dyn Fn(&[u8]) -> Vec<u8>| {
        let whole = image(&as_file(packed)).unwrap().volume.data;
        if padded {
            // Zeros and empty members behind the voxels were never meant to be read.
            for behind in [vec![0; 4], vec![0; 512], gzip(&[]), [gzip(&[]), vec![0; 9]].concat()] {
                let file = as_file(&[packed, &behind].concat());
                assert_eq!(image(&file).unwrap().volume.data, whole);
                assert!(read_mask(&single("m", &file), "m", &engine).is_ok());
            }
        }
        // The checksum changed, or cut off.
        let mut changed = packed.to_vec();
        let at = if padded { packed.len() - 6 } else { packed.len() - 1 };
        changed[at] ^= 1;
        for damaged in [&changed, &packed[..packed.len() - 3]] {
            let file = as_file(damaged);
            let mask = read_mask(&single("m", &file), "m", &engine).unwrap_err();
            for error in [image(&file).unwrap_err(), mask] {
                // zlib may compare its checksum before it hands over the last voxels.
                let code = error.code();
                assert!(code == "io.checksum" || !padded, "{error}");
                assert!(["io.checksum", "io.inflate", "io.voxel_bytes"].contains(&code), "{error}");
                assert!(error.hint().contains("copy it again"), "{}", error.hint());
            }
            let found = inspect_files(&single("m", &file), "m", &engine);
            assert!(found.has_fatal_problem(), "{found:?}");
        }
    };
    check(&gzip(&VOXELS), true, &as_nrrd);
    check(&gzip(&VOXELS), true, &as_metaimage);
    check(&zlib(&VOXELS), false, &as_metaimage);
    check(&gzip(&plain), true, &<[u8]>::to_vec);
    let two = [gzip(&plain[..400]), gzip(&plain[400..])].concat();
    check(&two, true, &<[u8]>::to_vec);
}

#[test]
fn a_pair_of_nifti_files_is_refused_with_the_reason() {
    let array = ndarray::Array3::from_shape_vec([2, 3, 4], VOXELS.map(f32::from).to_vec()).unwrap();
    let volume = Volume::new(Arc::new(grid()), array, Intensity::Arbitrary).unwrap();
    let mut header = Vec::new();
    nifti::write_volume(&mut header, &volume, false).unwrap();
    let voxels = header.split_off(352);
    header[344..348].copy_from_slice(b"ni1\0");
    refused(&header, "nifti.header", "another file");
    let mut files = single("ct.hdr", &header);
    files.insert("ct.img", voxels);
    let engine = Engine::serial();
    assert_eq!(read_image(&files, "ct", &CHOICE, &engine).unwrap_err().code(), "nifti.header");
    assert_eq!(read_mask(&files, "ct", &engine).unwrap_err().code(), "nifti.header");
    assert!(inspect_files(&files, "ct", &engine).has_fatal_problem());
}

#[test]
fn a_header_opens_the_voxels_beside_it_and_a_folder_of_images_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let header = metaimage_header(&grid(), "MET_UCHAR", false, "a.raw");
    std::fs::write(folder.path().join("a.mhd"), &header).unwrap();
    std::fs::write(folder.path().join("a.raw"), VOXELS).unwrap();
    let engine = Engine::serial();
    for path in [folder.path().join("a.mhd"), folder.path().to_owned()] {
        let image = open_image(&path, &CHOICE, &engine).unwrap();
        assert_eq!(image.volume.data[[1, 2, 3]], 7.0);
    }
    std::fs::write(folder.path().join("b.mhd"), header).unwrap();
    let several = open_image(folder.path(), &CHOICE, &engine).unwrap_err();
    assert_eq!(several.code(), "io.not_an_image");
    let nrrd = nrrd(&nrrd_header(&grid(), None, "uchar", "raw", false), &VOXELS);
    let mut files = Memory::default();
    files.insert("a.nrrd", nrrd.clone());
    files.insert("b.nrrd", nrrd);
    let several = read_image(&files, "two", &CHOICE, &engine).unwrap_err();
    assert_eq!(several.code(), "io.not_an_image");
}

#[test]
fn several_labels_are_one_lesion_only_where_asked_for() {
    let bytes = nrrd(&nrrd_header(&grid(), None, "uchar", "raw", false), &VOXELS);
    let (image, engine) = (image(&bytes).unwrap(), Engine::serial());
    let mask = read_mask(&single("m.nrrd", &bytes), "m", &engine).unwrap();
    let count = |union| mask.union(union, &image).unwrap().mask.count();
    assert_eq!(count(Union::Of(&[255])), 1);
    assert_eq!(count(Union::Of(&[1, 2])), 8);
    assert_eq!(count(Union::AnyNonzero), 10);
    let code = |union| mask.union(union, &image).unwrap_err().code();
    assert_eq!(code(Union::Of(&[1, 3])), "labels.unknown");
    assert_eq!(code(Union::Of(&[])), "labels.unknown");
    assert_eq!(
        mask.lesion(LesionChoice::default(), &image).unwrap_err().code(),
        "labels.ambiguous"
    );
}

#[test]
fn inspection_lists_labels_and_segments() {
    let bytes = nrrd(&nrrd_header(&grid(), None, "uchar", "raw", false), &VOXELS);
    let found = inspect_files(&single("m.nrrd", &bytes), "m", &Engine::serial());
    let labels: Vec<_> = found.nrrd[0].labels.iter().map(|l| (l.label, l.voxels)).collect();
    assert_eq!(labels, [(1, 5), (2, 3), (7, 1), (255, 1)]);
    assert_eq!(found.skipped, 0);
    let seg = std::fs::read(file("testdata/seg/binary.dcm")).unwrap();
    let found = inspect_files(&single("s.dcm", &seg), "s", &Engine::serial());
    let set = &found.segmentations[0];
    let segments: Vec<_> = set.segments.iter().map(|s| (s.voxels, s.segment.frames)).collect();
    assert_eq!(segments, [(75, Some(5)), (31, Some(2)), (91, Some(6))]);
    assert!(!found.has_fatal_problem() && found.series.is_empty(), "{found:?}");
    let text = perirad::report::inspection_text(&found);
    assert!(text.contains("DICOM SEG (BINARY)") && text.contains("vessel"), "{text}");
}

/// A generator of bits of no quality.
struct Noise(u64);

impl Noise {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// Bytes of a file changed, removed, repeated or cut: readers answer, whatever it is.
fn survives(original: &[u8], rounds: usize) {
    let mut noise = Noise(7);
    let engine = Engine::serial();
    let mut read = 0;
    for _ in 0..rounds {
        let mut bytes = original.to_vec();
        for _ in 0..=noise.below(4) {
            // Most changes hit the header, where they matter.
            let span = if noise.below(4) == 0 { bytes.len() } else { bytes.len().min(3000) };
            let at = noise.below(span);
            match noise.below(6) {
                0 => bytes.truncate(at),
                1 => drop(bytes.splice(at..at, [b'9'; 5])),
                2 => drop(bytes.drain(at..(at + 1 + noise.below(9)).min(bytes.len()))),
                3 => bytes.iter_mut().skip(at).take(4).for_each(|b| *b = 0xFF),
                _ => {
                    let value =
                        [0, 1, 0x7F, 0x80, 0xFF, b'0', b'-', b'\n', b' ', noise.below(256) as u8];
                    let value = value[noise.below(10)];
                    bytes.iter_mut().skip(at).take(1).for_each(|b| *b = value);
                }
            }
        }
        let files = single("file", &bytes);
        let _ = inspect_files(&files, "file", &engine);
        let _ = read_image(&files, "file", &CHOICE, &engine);
        let Ok(mask) = read_mask(&files, "file", &engine) else { continue };
        let grid = match &mask {
            MaskSource::Segments(set) => set.grid.clone(),
            MaskSource::Labels { labels, .. } => labels.grid().clone(),
            MaskSource::Structures(_) => continue,
        };
        read += 1;
        if grid.len() > 1 << 20 {
            continue;
        }
        let (z, y, x) = (grid.shape[0], grid.shape[1], grid.shape[2]);
        let data = ndarray::Array3::zeros((z, y, x));
        let volume = perirad::image::Volume::new(grid, data, Intensity::Arbitrary).unwrap();
        let image = LoadedImage {
            name: "image".into(),
            volume,
            acquisition: perirad::image::Acquisition::default(),
            series_uid: None,
            frame_of_reference: None,
            patient: None,
            warnings: Vec::new(),
        };
        let _ = mask.union(Union::AnyNonzero, &image);
    }
    assert!(read > rounds / 100, "only {read} of {rounds} were read at all");
}

#[test]
fn any_bytes_are_survived() {
    for name in ["binary", "fractional", "labelmap"] {
        survives(&std::fs::read(file(&format!("testdata/seg/{name}.dcm"))).unwrap(), 2000);
    }
    let raw = nrrd_header(&grid(), None, "uchar", "raw", false);
    survives(&nrrd(&raw, &VOXELS), 3000);
    let text = nrrd_header(&grid(), None, "uchar", "ascii", true);
    survives(&nrrd(&text, VOXELS.map(|v| v.to_string()).join(" ").as_bytes()), 1000);
    let keys = "Segment0_Name:=a\nSegment0_Layer:=0\nSegment0_LabelValue:=1\nSegment1_ID:=b\n\
                Segment1_Layer:=1\nSegment1_LabelValue:=1\n";
    let layered = nrrd_header(&grid(), Some(2), "uchar", "gzip", false) + keys;
    survives(&nrrd(&layered, &gzip(&[VOXELS, VOXELS].concat())), 3000);
    let header = metaimage_header(&grid(), "MET_UCHAR", false, "LOCAL");
    survives(&[header.as_bytes(), &VOXELS].concat(), 3000);
    let packed = metaimage_header(&grid(), "MET_UCHAR", true, "LOCAL");
    survives(&[packed.as_bytes(), &zlib(&VOXELS)].concat(), 1000);
}

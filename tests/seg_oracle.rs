//! DICOM SEG against what highdicom reads (`tests/python/seg_oracle.py`).
#![cfg(feature = "dicom")]

use crate::common::{Row, data, file, rows};
use ndarray::Array3;
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::geometry::SharedGrid;
use perirad::image::{Acquisition, Intensity, Mask, Volume};
use perirad::io::lesions::MaskOptions;
use perirad::io::segmentation::{Segmentation, Union};
use perirad::io::select::RoiQuery;
use perirad::io::source::{ImageChoice, LesionChoice, LoadedImage, MaskSource, read_mask};
use perirad::io::{Memory, open_image, open_mask};
use std::path::{Path, PathBuf};

fn open(path: &Path) -> Segmentation {
    match open_mask(path, &Engine::serial()).unwrap() {
        MaskSource::Segments(set) => set,
        other => panic!("{other:?}"),
    }
}

/// An image of nothing on a lattice.
fn image_on(grid: &SharedGrid, frame_of_reference: Option<&str>) -> LoadedImage {
    let [z, y, x] = grid.shape;
    let data = Array3::zeros((z, y, x));
    LoadedImage {
        name: "image".into(),
        volume: Volume::new(grid.clone(), data, Intensity::Hounsfield).unwrap(),
        acquisition: Acquisition::default(),
        series_uid: None,
        frame_of_reference: frame_of_reference.map(str::to_owned),
        patient: None,
        warnings: Vec::new(),
    }
}

/// The image a segmentation would have if it covered it wholly.
pub(crate) fn own_image(set: &Segmentation) -> LoadedImage {
    image_on(&set.grid, set.frame_of_reference.as_deref())
}

fn centroid(mask: &Mask) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for ((z, y, x), inside) in mask.voxels().indexed_iter() {
        if *inside {
            let at = mask.grid().to_patient([z, y, x].map(|i| i as f64));
            (0..3).for_each(|c| sum[c] += at[c]);
        }
    }
    sum.map(|c| c / mask.count() as f64)
}

fn agrees(row: &Row, mask: &Mask) {
    assert_eq!(mask.count().to_string(), row["voxels"], "{row:?}");
    for (name, found) in ["x_mm", "y_mm", "z_mm"].into_iter().zip(centroid(mask)) {
        let expected: f64 = row[name].parse().unwrap();
        // Six decimals of the table; lattice numbers rounded to `f32` differ by less than 1e-4 mm.
        assert!((found - expected).abs() < 1e-4, "{row:?}: {name} {found}");
    }
}

fn path_of(row: &Row) -> Option<PathBuf> {
    match row["file"].strip_prefix("dicom_odd/") {
        Some(inside) => data("dicom_odd").map(|root| root.join(inside)),
        None => Some(file("testdata/seg").join(&row["file"])),
    }
}

#[test]
fn segments_have_the_voxels_highdicom_finds() {
    let table = std::fs::read_to_string(file("testdata/oracles/seg.csv")).unwrap();
    let mut compared = 0;
    for row in rows(&table) {
        let Some(path) = path_of(&row) else { continue };
        let set = open(&path);
        let image = own_image(&set);
        let number: i32 = row["segment"].parse().unwrap();
        let choice = LesionChoice { roi: None, label: Some(number) };
        let lesion = MaskSource::Segments(set.clone()).lesion(choice, &image).unwrap();
        assert_eq!(lesion.name, row["label"]);
        agrees(&row, &lesion.mask);
        let by_name = LesionChoice { roi: Some(&row["label"]), label: None };
        let same = MaskSource::Segments(set.clone()).lesion(by_name, &image).unwrap();
        assert_eq!(same.mask.voxels(), lesion.mask.voxels());
        let record = &lesion.segments[0];
        assert!(record.placement.unwrap().is_plain());
        assert_eq!(record.threshold.is_some(), set.fractional);
        compared += 1;
    }
    assert!(compared >= 7, "{compared} segments compared");
}

#[test]
fn the_liver_is_the_same_in_each_transfer_syntax_and_lies_on_its_ct() {
    let Some(root) = data("dicom_odd") else { return };
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    let engine = Engine::serial();
    let plain = open_mask(&root.join("seg_dcmqi/liver.dcm"), &engine).unwrap();
    let choice = ImageChoice { referenced: plain.referenced_series(), ..choice };
    let image = open_image(&root.join("seg_dcmqi/ct-3slice"), &choice, &engine).unwrap();
    let lesion = plain.lesion(LesionChoice::default(), &image).unwrap();
    assert_eq!((lesion.mask.count(), lesion.name.as_str()), (107_098, "Liver"));
    assert!(lesion.warnings.is_empty(), "{:?}", lesion.warnings);
    for twin in ["liver_rle", "liver_deflate", "liver_j2k", "liver_expb"] {
        let twin = open_mask(&root.join(format!("seg_pydicom/{twin}.dcm")), &engine).unwrap();
        let other = twin.lesion(LesionChoice::default(), &image).unwrap();
        assert_eq!(other.mask.voxels(), lesion.mask.voxels());
    }
}

#[test]
fn a_segmentation_finds_its_place_in_a_larger_and_turned_image() {
    let set = open(&file("testdata/seg/binary.dcm"));
    let own = own_image(&set);
    let plain = MaskSource::Segments(set.clone());
    let choice = LesionChoice { roi: Some("lesion 2"), label: None };
    let expected = plain.lesion(choice, &own).unwrap().mask;
    // Two more voxels on each side, planes and rows running the other way, rows and columns swapped.
    let grid = &*set.grid;
    let [nz, ny, nx] = grid.shape;
    let far = [nz + 1, ny + 1].map(|n| n as f64);
    let turned = perirad::geometry::Grid::new(
        [nz + 4, nx + 4, ny + 4],
        [grid.spacing[0], grid.spacing[2], grid.spacing[1]],
        grid.to_patient([far[0], far[1], -2.0]),
        [grid.axes[0].map(|c| -c), grid.axes[2], grid.axes[1].map(|c| -c)],
    );
    let frame = set.frame_of_reference.as_deref();
    let image = image_on(&SharedGrid::new(turned.unwrap()), frame);
    let lesion = plain.lesion(choice, &image).unwrap();
    assert_eq!(lesion.mask.count(), expected.count());
    for ((z, y, x), inside) in expected.voxels().indexed_iter() {
        let there = [nz + 1 - z, x + 2, ny + 1 - y];
        assert_eq!(lesion.mask.voxels()[there], *inside);
    }
    let record = &lesion.segments[0];
    assert_eq!(record.placement.unwrap().axes, [0, 2, 1]);
    assert_eq!(record.placement.unwrap().flipped, [true, true, false]);
}

#[test]
fn what_does_not_fit_the_image_is_refused() {
    let set = open(&file("testdata/seg/binary.dcm"));
    let plain = MaskSource::Segments(set.clone());
    let refused = |image: &LoadedImage, choice| {
        let error = plain.lesion(choice, image).unwrap_err();
        (error.code(), error.to_string())
    };
    let choice = LesionChoice { roi: Some("vessel"), label: None };
    let frame = set.frame_of_reference.as_deref();
    let changed = |change: &dyn Fn(&mut perirad::geometry::Grid)| {
        let mut grid = (*set.grid).clone();
        change(&mut grid);
        image_on(&SharedGrid::new(grid), frame)
    };
    let (code, text) = refused(&changed(&|grid| grid.origin[2] += 0.4), choice);
    assert_eq!(code, "io.lattice_apart");
    assert!(text.contains("0.400 mm (0.50 voxel)"), "{text}");
    let (code, text) = refused(&changed(&|grid| grid.spacing[0] *= 2.0), choice);
    assert!(code == "io.lattice_apart" && text.contains("resampled"), "{text}");
    let (code, text) = refused(&changed(&|grid| grid.shape[0] -= 2), choice);
    assert!(code == "io.lattice_outside" && text.contains("of 91 voxels of \"vessel\""), "{text}");
    assert_eq!(refused(&image_on(&set.grid, Some("1.2.3")), choice).0, "seg.frame_of_reference");
    let unknown = LesionChoice { roi: None, label: Some(9) };
    let (code, text) = refused(&own_image(&set), unknown);
    assert!(code == "io.roi_unknown" && text.contains("vessel (number 3"), "{text}");
    assert_eq!(refused(&own_image(&set), LesionChoice::default()).0, "io.roi_unspecified");
    let ignored = MaskOptions { ignore_frame_of_reference: true, ..MaskOptions::default() };
    let other = image_on(&set.grid, Some("1.2.3"));
    let taken = plain.lesions(&RoiQuery::named("vessel"), &ignored, &other).unwrap().remove(0).1;
    let taken = taken.unwrap();
    assert_eq!((taken.mask.count(), taken.warnings[0].code), (91, "seg.frame_ignored"));
    let unnamed = plain.lesion(choice, &image_on(&set.grid, None)).unwrap();
    assert_eq!(unnamed.warnings[0].code, "seg.no_frame_of_reference");
}

#[test]
fn unions_and_thresholds_are_those_asked_for() {
    let set = open(&file("testdata/seg/binary.dcm"));
    let image = own_image(&set);
    let plain = MaskSource::Segments(set);
    let one = |label| {
        let choice = LesionChoice { roi: None, label: Some(label) };
        plain.lesion(choice, &image).unwrap().mask.voxels().clone()
    };
    let either = &one(1) | &one(3);
    let union = plain.union(Union::Of(&[1, 3]), &image).unwrap();
    assert_eq!((union.mask.voxels(), union.name.as_str()), (&either, "labels 1+3"));
    let any = plain.union(Union::AnyNonzero, &image).unwrap();
    assert_eq!(any.mask.voxels(), &(&either | &one(2)));
    assert_eq!(plain.union(Union::Of(&[1, 9]), &image).unwrap_err().code(), "io.roi_unknown");

    let mut set = open(&file("testdata/seg/fractional.dcm"));
    let image = own_image(&set);
    let choice = LesionChoice { roi: None, label: Some(1) };
    let half = MaskSource::Segments(set.clone()).lesion(choice, &image).unwrap();
    set.threshold = 0.2;
    let fifth = MaskSource::Segments(set).lesion(choice, &image).unwrap();
    assert!(fifth.mask.count() > half.mask.count());
    assert_eq!(half.segments[0].threshold, Some(0.5));
    assert_eq!(fifth.segments[0].threshold, Some(0.2));
}

#[test]
fn a_segmentation_of_lossy_pixels_says_so() {
    let Some(root) = data("dicom_odd") else { return };
    let twin = std::fs::read(root.join("seg_pydicom/liver_j2k.dcm")).unwrap();
    let plain = std::fs::read(root.join("seg_dcmqi/liver.dcm")).unwrap();
    let engine = Engine::serial();
    let lesion = |bytes: Vec<u8>| {
        let mut files = Memory::default();
        files.insert("seg.dcm", bytes);
        let mask = read_mask(&files, "seg", &engine).unwrap();
        let MaskSource::Segments(set) = &mask else { panic!("it is a SEG") };
        mask.lesion(LesionChoice::default(), &own_image(set)).unwrap()
    };
    let replaced = |bytes: &[u8], from: &[u8], to: &[u8]| {
        let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
        [&bytes[..at], to, &bytes[at + from.len()..]].concat()
    };
    assert!(lesion(twin.clone()).warnings.is_empty());
    // The syntax that may lose something, and one that loses nothing after something that did.
    let [from, to] = ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"].map(str::as_bytes);
    let coded = replaced(&twin, from, to);
    let flag = |value: &str| [b"\x28\0\x10\x21CS\x02\0", value.as_bytes()].concat();
    let earlier = replaced(&plain, &flag("00"), &flag("01"));
    for (bytes, how) in [(coded, "JPEG 2000"), (earlier, "before they were stored")] {
        let lesion = lesion(bytes);
        let [warning] = &lesion.warnings[..] else { panic!("{:?}", lesion.warnings) };
        assert_eq!((warning.code, lesion.mask.count()), ("dicom.lossy", 107_098));
        for part in ["seg.dcm", how, "not be those that were drawn"] {
            assert!(warning.message.contains(part), "{warning:?}");
        }
    }
}

#[test]
fn segmentations_are_inspected_as_such() {
    let Some(root) = data("dicom_odd") else { return };
    let seen = perirad::io::inspect(&root.join("seg_highdicom"), &Engine::serial()).unwrap();
    let voxels: Vec<_> =
        seen.segmentations.iter().flat_map(|set| &set.segments).map(|s| s.voxels).collect();
    assert_eq!(voxels, [638, 638, 1832]);
    assert!(seen.segmentations.iter().all(|set| set.problems.is_empty()));
    assert!(seen.series.iter().all(|series| series.modality.as_deref() == Some("CT")));
}

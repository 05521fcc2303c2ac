//! One patient, written in every way: features do not move.
//!
//! Where slices and pixels come in the same order the bits are the same: shuffled files, an
//! Enhanced CT of shuffled frames, planes read on demand. Where an axis is turned or swapped, sums
//! run in another order: 1e-9 of the value.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::patient_maker::{POSITIONS, Source, bytes};
use perirad::engine::Engine;
use perirad::feature::Outcome;
use perirad::geometry::Vec3;
use perirad::image::{Intensity, Region};
use perirad::io::source::{
    ImageChoice, ImageOptions, Lesion, LesionChoice, LoadedImage, read_header, read_image,
    read_mask,
};
use perirad::io::{Files, Memory, ReadSeek};
use perirad::pipeline::{Around, FeatureSet, Subject, extract, planes_needed};
use perirad::settings::{Settings, preset};
use std::io::{Cursor, Read, Result, Seek, SeekFrom};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
const REGIONS: [Region; 2] = [Region::Tumour, Region::Ring];

fn load(files: &dyn Files) -> LoadedImage {
    read_image(files, "ct", &CHOICE, &Engine::new(0)).unwrap()
}

fn lesion(source: &Source, image: &LoadedImage, roi: &str) -> Lesion {
    let mask = read_mask(&source.structure_files(), "rt", &Engine::serial()).unwrap();
    mask.lesion(LesionChoice { roi: Some(roi), label: None }, image).unwrap()
}

fn measure(image: &LoadedImage, lesion: &Lesion, settings: &Settings) -> FeatureSet {
    let subject = Subject {
        case: "c",
        roi: "r",
        image: &image.volume,
        mask: &lesion.mask,
        acquisition: &image.acquisition,
        around: Around::default(),
        below: &[],
    };
    extract(&subject, settings, &REGIONS, &Engine::new(0)).unwrap()
}

fn values(set: &FeatureSet) -> Vec<(String, Outcome)> {
    let of = |region: &perirad::pipeline::RegionFeatures| {
        let name = region.region.name();
        let row = |f: &perirad::feature::FeatureValue| {
            (format!("{name} {} {:?}", f.spec.key, f.aggregation), f.outcome)
        };
        region.features.iter().map(row).collect::<Vec<_>>()
    };
    set.regions.iter().flat_map(of).collect()
}

/// The largest relative difference, and where it is.
fn apart(a: &FeatureSet, b: &FeatureSet) -> (f64, String) {
    let (a, b) = (values(a), values(b));
    assert!(a.len() > 50 && a.len() == b.len());
    let mut worst = (0.0, String::new());
    for ((name, a), (_, b)) in a.iter().zip(&b) {
        match (a, b) {
            (Outcome::Value(a), Outcome::Value(b)) => {
                let difference = (a - b).abs() / a.abs().max(b.abs()).max(1e-12);
                if difference > worst.0 {
                    worst = (difference, format!("{name}: {a} {b}"));
                }
            }
            (a, b) => assert_eq!(a, b, "{name}"),
        }
    }
    worst
}

fn middle(image: &LoadedImage) -> Vec3 {
    let grid = &image.volume.grid;
    grid.to_patient(grid.shape.map(|n| (n - 1) as f64 / 2.0))
}

#[test]
fn all_eight_patient_positions_give_the_same_features() {
    let source = Source::new();
    let settings = preset("cd8").unwrap();
    let plain = load(&source.slices(&source.oriented("HFS")));
    let expected: Vec<FeatureSet> = ["GTV-1", "GTV-2"]
        .map(|roi| measure(&plain, &lesion(&source, &plain, roi), &settings))
        .into();
    for (position, _, _) in POSITIONS {
        let image = load(&source.slices(&source.oriented(position)));
        let same = middle(&image).iter().zip(middle(&plain)).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(same, "{position}");
        for (roi, expected) in ["GTV-1", "GTV-2"].iter().zip(&expected) {
            let found = measure(&image, &lesion(&source, &image, roi), &settings);
            assert_eq!(found.native_voxels, expected.native_voxels, "{position} {roi}");
            let voxels =
                |set: &FeatureSet| set.regions.iter().map(|r| r.voxels).collect::<Vec<_>>();
            assert_eq!(voxels(&found), voxels(expected), "{position} {roi}");
            let (difference, at) = apart(&found, expected);
            assert!(difference <= 1e-9, "{position} {roi}: {difference:e} {at}");
        }
    }
}

#[test]
fn an_enhanced_ct_has_the_bits_of_its_slices() {
    let source = Source::new();
    let settings = preset("cd8").unwrap();
    for position in ["HFS", "FFDR"] {
        let series = source.oriented(position);
        let single = load(&source.slices(&series));
        let mut files = Memory::default();
        files.insert("e.dcm", bytes(source.enhanced(&series), "1.2.840.10008.5.1.4.1.1.2.1"));
        let enhanced = load(&files);
        assert_eq!(enhanced.volume.grid, single.volume.grid);
        assert_eq!(enhanced.volume.data, single.volume.data);
        assert_eq!(enhanced.acquisition, single.acquisition);
        let measured = |image| measure(image, &lesion(&source, image, "GTV-1"), &settings);
        assert_eq!(values(&measured(&enhanced)), values(&measured(&single)));
    }
}

/// Counts what is opened and how many bytes are read.
struct Counting<'a> {
    files: &'a Memory,
    opened: Mutex<Vec<String>>,
    bytes: AtomicU64,
}

struct Counted<'a>(Cursor<Vec<u8>>, &'a AtomicU64);

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let n = self.0.read(into)?;
        self.1.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.seek(to)
    }
}

impl Files for Counting<'_> {
    fn names(&self) -> Vec<&str> {
        self.files.names()
    }
    fn open(&self, name: &str) -> Result<Box<dyn ReadSeek + '_>> {
        self.opened.lock().unwrap().push(name.to_owned());
        let bytes = self.files.read(name).map_err(|_| std::io::ErrorKind::NotFound)?;
        Ok(Box::new(Counted(Cursor::new(bytes), &self.bytes)))
    }
    fn size(&self, name: &str) -> Result<u64> {
        self.files.size(name)
    }
}

/// Opens the header, puts the lesion on it, reads the planes it needs; returns the image, the
/// planes, and what was opened and read for them.
fn on_demand(
    files: &Memory,
    lesion_of: impl Fn(&LoadedImage) -> Lesion,
    settings: &Settings,
) -> (LoadedImage, Lesion, std::ops::Range<usize>, Vec<String>, u64) {
    let counting = Counting { files, opened: Mutex::default(), bytes: AtomicU64::new(0) };
    let engine = Engine::new(2);
    let opened = read_header(&counting, "ct", &CHOICE, ImageOptions::default(), &engine).unwrap();
    assert!(opened.image.volume.data.is_empty());
    let lesion = lesion_of(&opened.image);
    let planes = planes_needed(&lesion.mask, "r", settings, &REGIONS, &engine).unwrap();
    counting.opened.lock().unwrap().clear();
    counting.bytes.store(0, Ordering::Relaxed);
    let image = opened.planes(&counting, planes.clone(), &engine).unwrap();
    let mut names = counting.opened.lock().unwrap().clone();
    names.sort();
    names.dedup();
    (image, lesion, planes, names, counting.bytes.load(Ordering::Relaxed))
}

#[test]
fn planes_on_demand_have_the_bits_of_the_whole_and_no_other_slice_is_decoded() {
    let source = Source::new();
    let series = source.oriented("HFS");
    let files = source.slices(&series);
    let whole = load(&files);
    for name in ["cd8", "ibsi-c", "ibsi-a"] {
        let settings = preset(name).unwrap();
        for roi in ["GTV-1", "GTV-2"] {
            let (image, lesion, planes, names, bytes) =
                on_demand(&files, |image| lesion(&source, image, roi), &settings);
            assert_eq!(names.len(), planes.len(), "{name} {roi}");
            assert!(planes.len() < 24, "{name} {roi}: {planes:?}");
            assert_eq!(bytes, (planes.len() * series.rows * series.columns * 2) as u64);
            assert_eq!(image.volume.planes(), planes);
            assert_eq!(image.case_code(), whole.case_code());
            let (a, b) = (measure(&image, &lesion, &settings), measure(&whole, &lesion, &settings));
            assert_eq!(values(&a), values(&b), "{name} {roi}");
        }
    }
    // A cubic spline reaches 28 slices further: more than this patient has.
    let spline = preset("ibsi-e").unwrap();
    let (image, lesion, planes, _, _) =
        on_demand(&files, |image| lesion(&source, image, "GTV-1"), &spline);
    let (a, b) = (measure(&image, &lesion, &spline), measure(&whole, &lesion, &spline));
    assert_eq!(values(&a), values(&b), "{planes:?}");
    // A slab without the planes that are needed is an error, not a number.
    let cd8 = preset("cd8").unwrap();
    let opened =
        read_header(&files, "ct", &CHOICE, ImageOptions::default(), &Engine::serial()).unwrap();
    let short = opened.planes(&files, 20..24, &Engine::serial()).unwrap();
    let subject = Subject {
        case: "c",
        roi: "r",
        image: &short.volume,
        mask: &lesion.mask,
        acquisition: &short.acquisition,
        around: Around::default(),
        below: &[],
    };
    let error = extract(&subject, &cd8, &REGIONS, &Engine::serial()).unwrap_err();
    assert_eq!(perirad::error::Diagnose::code(&error), "preprocess.planes");
}

#[test]
fn a_nifti_stream_ends_after_the_last_needed_plane() {
    let source = Source::new();
    let whole = load(&source.slices(&source.oriented("HFS")));
    let settings = preset("cd8").unwrap();
    let drawn = lesion(&source, &whole, "GTV-1");
    let expected = values(&measure(&whole, &drawn, &settings));
    for packed in [false, true] {
        let mut bytes = Vec::new();
        perirad::io::nifti::write_volume(&mut bytes, &whole.volume, packed).unwrap();
        let total = bytes.len() as u64;
        let mut files = Memory::default();
        files.insert("ct.nii", bytes);
        let (image, lesion, planes, _, read) =
            on_demand(&files, |image| lesion(&source, image, "GTV-1"), &settings);
        assert!(planes.end < 36, "{planes:?}");
        let share = planes.end.max(25) as f64 / 48.0;
        assert!((read as f64) < (share + 0.1) * total as f64, "{read} of {total}, {planes:?}");
        let full = load(&files);
        assert_eq!(image.case_code(), full.case_code());
        assert_eq!(values(&measure(&image, &lesion, &settings)), expected);
    }
}

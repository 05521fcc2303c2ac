//! Of an image only the lesion's box is read and held: the features have the bits of the whole image.

use perirad::engine::{Engine, MemoryLimit};
use perirad::error::Diagnose;
use perirad::geometry::IndexBox;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::io::source::{
    ImageChoice, ImageOptions, LesionChoice, LoadedImage, read_header, read_image, read_mask,
};
use perirad::io::{Labels, Memory, nifti};
use perirad::pipeline::{
    Around, PipelineError, Subject, box_needed, box_perturbed, extract, perturbed,
};
use perirad::preprocess::{Interpolation, PreprocessError, Rounding};
use perirad::settings::{Lattice, Settings, perturbation, preset};
use perirad_generator::patient::Patient;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
const REGIONS: [Region; 2] = [Region::Tumour, Region::Ring];

fn patient() -> Memory {
    let mut files = Memory::default();
    for (name, bytes) in Patient::new(1).files().unwrap() {
        files.insert(name, bytes);
    }
    files
}

fn lesion(files: &Memory, image: &LoadedImage) -> Mask {
    let roi = LesionChoice { roi: Some("GTV-2"), label: None };
    read_mask(files, "patient", &Engine::serial()).unwrap().lesion(roi, image).unwrap().mask
}

fn subject<'a>(image: &'a Volume, mask: &'a Mask, acquisition: &'a Acquisition) -> Subject<'a> {
    let (case, roi, around, below) = ("case", "lesion", Around::default(), &[-500.0][..]);
    Subject { case, roi, image, mask, acquisition, around, below }
}

/// All that is told of a lesion; floating-point numbers are shown so that other bits look other.
fn told(image: &Volume, mask: &Mask, settings: &Settings) -> String {
    let acquisition = Acquisition::default();
    let subject = subject(image, mask, &acquisition);
    format!("{:?}", extract(&subject, settings, &REGIONS, &Engine::new(2)).unwrap())
}

fn variants() -> Vec<Settings> {
    let cd8 = preset("cd8").unwrap();
    let mut native = cd8.clone();
    native.ring.lattice = Lattice::Native;
    native.ring.outer_mm = 9.0;
    let mut spline = cd8.clone();
    spline.resample.image = Interpolation::CubicBspline;
    let mut truncated = cd8.clone();
    truncated.resample.round = Rounding::TruncateIntegers;
    let mut normalised = preset("ibsi-d").unwrap();
    normalised.normalise.scale = Some(100.0);
    normalised.ring.exclude.clear();
    vec![cd8, native, spline, truncated, normalised, preset("ibsi-a").unwrap()]
}

#[test]
fn a_box_of_dicom_slices_has_the_bits_of_the_whole() {
    let (files, engine) = (patient(), Engine::new(2));
    let whole = read_image(&files, "ct", &CHOICE, &engine).unwrap();
    let mask = lesion(&files, &whole);
    let opened = read_header(&files, "ct", &CHOICE, ImageOptions::default(), &engine).unwrap();
    for settings in variants() {
        let needed = box_needed(&mask, "r", &settings, &REGIONS, &engine).unwrap();
        let part = opened.part(&files, needed, &engine).unwrap();
        assert_eq!((part.volume.held(), part.case_code()), (needed, whole.case_code()));
        assert_eq!(told(&part.volume, &mask, &settings), told(&whole.volume, &mask, &settings));
    }
}

#[test]
fn a_box_of_a_nifti_stream_has_the_bits_of_the_whole_and_names_the_same_case() {
    let (files, engine) = (patient(), Engine::new(2));
    let whole = read_image(&files, "ct", &CHOICE, &engine).unwrap();
    let mask = lesion(&files, &whole);
    let mut bytes = Vec::new();
    nifti::write_volume(&mut bytes, &whole.volume, true).unwrap();
    let mut stream = Memory::default();
    stream.insert("ct.nii.gz", bytes);
    let whole = read_image(&stream, "ct", &CHOICE, &engine).unwrap();
    let mask = mask.put_on(whole.volume.grid.clone()).unwrap();
    let opened = read_header(&stream, "ct", &CHOICE, ImageOptions::default(), &engine).unwrap();
    for settings in variants() {
        let needed = box_needed(&mask, "r", &settings, &REGIONS, &engine).unwrap();
        let part = opened.part(&stream, needed, &engine).unwrap();
        assert_eq!((part.volume.held(), part.case_code()), (needed, whole.case_code()));
        assert_eq!(told(&part.volume, &mask, &settings), told(&whole.volume, &mask, &settings));
    }
}

#[test]
fn repeats_need_no_more_than_the_box_they_name() {
    let (files, engine) = (patient(), Engine::new(2));
    let whole = read_image(&files, "ct", &CHOICE, &engine).unwrap();
    let mask = lesion(&files, &whole);
    let opened = read_header(&files, "ct", &CHOICE, ImageOptions::default(), &engine).unwrap();
    let mut limits = perturbation("default").unwrap();
    limits.run.repeats = 4;
    let acquisition = Acquisition::default();
    for settings in variants() {
        let needed = box_perturbed(&mask, "r", &settings, &limits, &REGIONS, &engine).unwrap();
        let part = opened.part(&files, needed, &engine).unwrap();
        let [a, b] = [&part.volume, &whole.volume].map(|image| {
            let subject = subject(image, &mask, &acquisition);
            format!("{:?}", perturbed(&subject, &settings, &limits, &REGIONS, &engine).unwrap())
        });
        assert_eq!(a, b);
    }
}

/// Whether an image is one of integers, and its interpolated intensities are truncated, is asked of all of
/// it, whatever lesion is measured.
#[test]
fn all_of_an_image_tells_whether_it_is_of_integers() {
    let (files, engine) = (patient(), Engine::serial());
    let whole = read_image(&files, "ct", &CHOICE, &engine).unwrap();
    let mask = lesion(&files, &whole);
    let mut settings = preset("cd8").unwrap();
    let plain = told(&whole.volume, &mask, &settings);
    settings.resample.round = Rounding::TruncateIntegers;
    let needed = box_needed(&mask, "r", &settings, &REGIONS, &engine).unwrap();
    assert_eq!(needed, mask.grid().bounds());
    let truncated = told(&whole.volume, &mask, &settings);
    // One fraction, far from the lesion.
    let mut data = whole.volume.data.clone();
    data[[0, 0, 0]] += 0.5;
    let image = Volume::new(mask.grid().clone(), data, whole.volume.intensity).unwrap();
    let kept = told(&image, &mask, &settings).replace("TruncateIntegers", "None");
    assert_eq!(kept, plain);
    assert_ne!(truncated.replace("TruncateIntegers", "None"), plain);
    // What is not interpolated needs no more than its box.
    settings.resample.spacing_mm = preset("ibsi-a").unwrap().resample.spacing_mm;
    let needed = box_needed(&mask, "r", &settings, &REGIONS, &engine).unwrap();
    assert!(needed.shape()[0] < mask.grid().shape[0]);
}

#[test]
fn a_box_that_is_too_small_is_an_error_and_not_a_number() {
    let (files, engine) = (patient(), Engine::serial());
    let opened = read_header(&files, "ct", &CHOICE, ImageOptions::default(), &engine).unwrap();
    let mask = lesion(&files, &opened.image);
    let settings = preset("cd8").unwrap();
    let needed = box_needed(&mask, "r", &settings, &REGIONS, &engine).unwrap();
    let mut narrow = needed;
    narrow.hi[2] -= 1;
    let image = opened.part(&files, narrow, &engine).unwrap();
    let acquisition = Acquisition::default();
    let subject = subject(&image.volume, &mask, &acquisition);
    let error = extract(&subject, &settings, &REGIONS, &engine).unwrap_err();
    assert_eq!(error.code(), "preprocess.part");
    let PipelineError::Preprocess { source: PreprocessError::Part { needed: asked, held }, .. } =
        error
    else {
        panic!("{error}")
    };
    assert_eq!((asked[1].clone(), held[1].end), (needed.lo[2]..needed.hi[2], narrow.hi[2]));
    // What lies beyond the image is cut.
    let beyond = IndexBox { lo: [40, 100, 0], hi: [90, usize::MAX, 3] };
    let image = opened.part(&files, beyond, &engine).unwrap();
    assert_eq!(image.volume.held(), IndexBox { lo: [40, 100, 0], hi: [48, 144, 3] });
}

#[test]
fn labels_are_the_same_from_numbers_of_any_kind_and_from_a_stream() {
    let files = patient();
    let image = read_image(&files, "ct", &CHOICE, &Engine::serial()).unwrap();
    let (grid, mask) = (image.volume.grid.clone(), lesion(&files, &image));
    let mut values = vec![0_i16; grid.len()];
    for (value, inside) in values.iter_mut().zip(mask.voxels()) {
        *value = i16::from(*inside) * 7;
    }
    (values[0], values[5], values[grid.len() - 1]) = (-3, 7, 2);
    let labels = Labels::of_whole("labels", grid.clone(), &values).unwrap();
    let floats = values.iter().map(|value| f64::from(*value));
    let slow = Labels::new("labels", grid.clone(), floats).unwrap();
    assert_eq!(labels.counts(), slow.counts());
    assert_eq!(labels.counts().keys().copied().collect::<Vec<_>>(), [-3, 2, 7]);
    for label in [-3, 2, 7, 9] {
        let dense = values.iter().map(|value| i32::from(*value) == label);
        let found = labels.mask_of(label).unwrap();
        assert!(found.voxels().iter().copied().eq(dense), "{label}");
        assert_eq!(found.bounds(), slow.mask_of(label).unwrap().bounds());
    }
    assert!(Labels::of_whole("labels", grid.clone(), &values[1..]).is_err());
    let mut bytes = Vec::new();
    nifti::write_mask(&mut bytes, &labels.mask_of_any(&[7, 2]).unwrap(), true).unwrap();
    let read = nifti::read("m.nii.gz", &bytes, MemoryLimit::default()).unwrap();
    let whole = read.labels().unwrap();
    let mut stream = Memory::default();
    stream.insert("m.nii.gz", bytes);
    let found = read_mask(&stream, "m", &Engine::serial()).unwrap();
    let candidates = found.candidates();
    assert_eq!(candidates.len(), whole.counts().len());
    let one = LesionChoice { roi: None, label: Some(1) };
    let streamed = found.lesion(one, &image).unwrap().mask;
    assert_eq!(streamed.voxels(), whole.mask_of(1).unwrap().voxels());
}

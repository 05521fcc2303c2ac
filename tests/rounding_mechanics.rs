//! An image that rounding may leave nothing of is told.

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::pipeline::{Around, Subject, extract};
use perirad::preprocess::{Method, Resegmentation, Rounding};
use perirad::settings::{Settings, preset};
use std::sync::Arc;

/// Is it told of an image of steps of `step`?
fn told(intensity: Intensity, step: f32, settings: &Settings) -> bool {
    let shape = [4, 5, 6];
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new(shape, [1.0; 3], [0.0; 3], axes).unwrap());
    let data = Array3::from_shape_fn(shape, |(z, y, x)| step * (1 + 30 * z + 6 * y + x) as f32);
    let image = Volume::new(grid.clone(), data, intensity).unwrap();
    let mask = Mask::new(grid, Array3::from_elem(shape, true)).unwrap();
    let (acquisition, around) = (Acquisition::default(), Around::default());
    let (case, roi, below) = ("case", "lesion", &[][..]);
    let (image, mask, acquisition) = (&image, &mask, &acquisition);
    let subject = Subject { case, roi, image, mask, acquisition, around, below };
    let found = extract(&subject, settings, &[Region::Tumour], &Engine::serial()).unwrap();
    found.warnings.iter().any(|warning| warning.code == "image.rounded")
}

#[test]
fn fractions_without_a_unit_are_told_where_they_are_rounded() {
    let mut settings = preset("ibsi-a").unwrap();
    settings.resegment = Resegmentation::default();
    settings.discretise = Method::FixedBinNumber { count: 8 };
    settings.resample.round = Rounding::Nearest;
    assert!(told(Intensity::Arbitrary, 0.125, &settings));
    assert!(!told(Intensity::Arbitrary, 1.0, &settings));
    assert!(!told(Intensity::Hounsfield, 0.125, &settings));
    let mut normalised = settings.clone();
    normalised.normalise.scale = Some(1.0);
    assert!(told(Intensity::Hounsfield, 1.0, &normalised));
    settings.resample.round = Rounding::None;
    assert!(!told(Intensity::Arbitrary, 0.125, &settings));
}

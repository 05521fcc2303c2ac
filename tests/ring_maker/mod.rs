//! Spheres in memory, and what becomes of rings around them.
#![allow(clippy::unwrap_used, dead_code, reason = "each test file uses its part")]

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::geometry::{Grid, SharedGrid};
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::pipeline::{Around, Evidence, FeatureSet, Part, Removed, Remover, RingFacts};
use perirad::pipeline::{Structure, Subject, extract, prepare};
use perirad::settings::{Settings, Spacing, preset};
use std::sync::Arc;

pub const AXES: [[f64; 3]; 3] = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];

/// `cd8` on the image's own voxels.
pub fn settings() -> Settings {
    let mut settings = preset("cd8").unwrap();
    let native = preset("ibsi-digital").unwrap().resample.spacing_mm;
    settings.resample.spacing_mm = native;
    settings
}

/// The same with voxels of so many mm.
pub fn resampled(mm: f64) -> Settings {
    let mut settings = preset("cd8").unwrap();
    settings.resample.spacing_mm = [Spacing::Mm(mm); 3];
    settings
}

/// A lattice whose index `[0, 0, 0]` is at 0 mm.
pub fn grid(shape: [usize; 3], spacing: [f64; 3]) -> SharedGrid {
    Arc::new(Grid::new(shape, spacing, [0.0; 3], AXES).unwrap())
}

/// A ball by its centre in mm `[z, y, x]`.
pub fn ball(grid: &SharedGrid, centre: [f64; 3], radius: f64) -> Mask {
    let inside = |(z, y, x): (usize, usize, usize)| {
        let at = [z, y, x];
        let mm = |a: usize| at[a] as f64 * grid.spacing[a] - centre[a];
        (0..3).map(|a| mm(a).powi(2)).sum::<f64>() <= radius * radius
    };
    Mask::new(grid.clone(), Array3::from_shape_fn(grid.shape, inside)).unwrap()
}

/// An image in HU.
pub fn image(grid: &SharedGrid, hu: impl Fn([usize; 3]) -> f32) -> Volume {
    let data = Array3::from_shape_fn(grid.shape, |(z, y, x)| hu([z, y, x]));
    Volume::new(grid.clone(), data, Intensity::Hounsfield).unwrap()
}

/// A lesion with everything that bears on its ring.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub image: &'a Volume,
    pub before: &'a [&'a Mask],
    pub after: &'a [&'a Mask],
    pub structures: &'a [Structure<'a>],
}

/// Below what the share of voxels and runs is told.
const BELOW: &[f64] = &Evidence::BELOW_HU;

impl<'a> Scene<'a> {
    pub fn of(image: &'a Volume) -> Self {
        Self { image, before: &[], after: &[], structures: &[] }
    }

    fn with<T>(&self, mask: &Mask, act: impl FnOnce(&Subject<'_>) -> T) -> T {
        let around = Around { before: self.before, after: self.after, structures: self.structures };
        act(&Subject {
            case: "c",
            roi: "r",
            image: self.image,
            mask,
            acquisition: &Acquisition::default(),
            around,
            below: BELOW,
        })
    }

    pub fn parts(&self, mask: &Mask, settings: &Settings, regions: &[Region]) -> Vec<Part> {
        assert_eq!(settings.faults(), []);
        self.with(mask, |s| prepare(s, settings, regions, &Engine::new(2)).unwrap().parts)
    }

    pub fn ring(&self, mask: &Mask, settings: &Settings) -> Part {
        self.parts(mask, settings, &[Region::Ring]).pop().unwrap()
    }

    pub fn measured(&self, mask: &Mask, settings: &Settings, regions: &[Region]) -> FeatureSet {
        self.with(mask, |s| extract(s, settings, regions, &Engine::new(2)).unwrap())
    }
}

pub fn facts(part: &Part) -> &RingFacts {
    part.facts.as_ref().unwrap()
}

/// Voxels that were removed so.
pub fn removed(part: &Part, by: Remover) -> usize {
    let of = |r: &&Removed| r.by == by;
    facts(part).removed.iter().filter(of).map(|r| r.voxels).sum()
}

/// The same voxels on a whole lattice of the same voxels.
pub fn placed(mask: &Mask, grid: &SharedGrid) -> Array3<bool> {
    let mut voxels = Array3::from_elem(grid.shape, false);
    for ((z, y, x), _) in mask.voxels().indexed_iter().filter(|(_, inside)| **inside) {
        let index = grid.to_index(mask.grid().to_patient([z, y, x].map(|i| i as f64)));
        voxels[index.map(|i| i.round() as usize)] = true;
    }
    voxels
}

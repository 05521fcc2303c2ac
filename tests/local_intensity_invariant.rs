//! Intensity peaks are the means of the definition, and the room they need changes nothing else.

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::feature::{FamilyKey, Input, IvhBins, Outcome, Texture, registry};
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::pipeline::{Around, FeatureSet, Subject, extract, planes_needed};
use perirad::preprocess::Resegmentation;
use perirad::settings::{Settings, preset};
use proptest::prelude::*;
use std::sync::Arc;

const AXES: [[f64; 3]; 3] = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];

#[derive(Debug)]
struct Case {
    image: Array3<f32>,
    mask: Array3<bool>,
    no_data: Array3<bool>,
    grid: Grid,
}

impl Case {
    fn input<'a>(&'a self, levels: &'a [u16], rest: &'a (Texture, Engine)) -> Input<'a> {
        Input {
            image: self.image.view(),
            region: self.mask.view(),
            mask: self.mask.view(),
            no_data: Some(self.no_data.view()),
            levels,
            grid: &self.grid,
            n_levels: 1,
            families: &[],
            leave_out: &[],
            texture: &rest.0,
            resegment: Resegmentation::default(),
            ivh: IvhBins::None,
            intensity_shift: 0.0,
            engine: &rest.1,
        }
    }

    fn peaks(&self, threads: usize) -> [Outcome; 2] {
        let levels = vec![1; self.mask.iter().filter(|inside| **inside).count()];
        let rest = (Texture::ibsi(Vec::new()), Engine::new(threads));
        let family = registry::family("local_intensity").unwrap();
        let values = family.run(&self.input(&levels, &rest)).unwrap();
        [values[0].outcome, values[1].outcome]
    }

    /// Local and global peak by comparing every voxel with every other.
    fn by_definition(&self) -> Option<[f64; 2]> {
        let radius = 10.0 * (3.0 / (4.0 * std::f64::consts::PI)).cbrt();
        let region = || self.mask.indexed_iter().filter(|(_, inside)| **inside).map(|(at, _)| at);
        let highest = region().map(|at| self.image[at]).reduce(f32::max)?;
        let (mut local, mut global) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (z, y, x) in region() {
            let near = self.image.indexed_iter().filter(|((k, j, i), _)| {
                let away: f64 = [(z, *k), (y, *j), (x, *i)]
                    .iter()
                    .zip(self.grid.spacing)
                    .map(|((a, b), mm)| (a.abs_diff(*b) as f64 * mm).powi(2))
                    .sum();
                away.sqrt() <= radius && !self.no_data[(*k, *j, *i)]
            });
            let values: Vec<f64> = near.map(|(_, v)| f64::from(*v)).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            global = global.max(mean);
            if self.image[(z, y, x)] == highest {
                local = local.max(mean);
            }
        }
        Some([local, global])
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let shape = (1..24_usize, 1..8_usize, 1..8_usize);
    let spacing = [0.9..9.0_f64, 0.9..9.0_f64, 0.9..9.0_f64];
    (shape, spacing).prop_flat_map(|(shape, spacing)| {
        let n = shape.0 * shape.1 * shape.2;
        // Few different intensities, so that several voxels are the highest.
        let voxel = (
            prop_oneof![(0..5_i16).prop_map(f32::from), -1000.0..400.0_f32],
            proptest::bool::weighted(0.4),
            proptest::bool::weighted(0.1),
        );
        proptest::collection::vec(voxel, n).prop_map(move |voxels| {
            let of = |f: fn(&(f32, bool, bool)) -> bool| {
                Array3::from_shape_vec(shape, voxels.iter().map(f).collect()).unwrap()
            };
            let image = voxels.iter().map(|v| v.0).collect();
            let grid = [shape.0, shape.1, shape.2];
            Case {
                image: Array3::from_shape_vec(shape, image).unwrap(),
                mask: of(|v| v.1 && !v.2),
                no_data: of(|v| v.2),
                grid: Grid::new(grid, spacing, [0.0; 3], AXES).unwrap(),
            }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn peaks_are_those_of_the_definition(case in cases()) {
        let ours = case.peaks(1);
        prop_assert_eq!(ours, case.peaks(7));
        match case.by_definition() {
            None => prop_assert_eq!(ours, [Outcome::Undefined("no voxel of the region counts as intensity"); 2]),
            Some(expected) => {
                for (ours, expected) in ours.iter().zip(expected) {
                    let ours = ours.value().unwrap();
                    let scale = expected.abs().max(1.0);
                    prop_assert!((ours - expected).abs() < 1e-10 * scale, "{ours} {expected}");
                }
            }
        }
    }
}

/// A lesion that touches the border of its image, with a rough surrounding.
fn lesion() -> (Volume, Mask) {
    let grid = Arc::new(Grid::new([30, 40, 44], [2.0, 0.9, 1.1], [0.0; 3], AXES).unwrap());
    let mut state = 1_u32;
    let hu = Array3::from_shape_fn(grid.shape, |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 20) as f32 * 0.37 - 700.0
    });
    let inside = Array3::from_shape_fn(grid.shape, |(z, y, x)| {
        let squares = [(z, 12.0, 2.0), (y, 7.0, 0.9), (x, 20.0, 1.1)];
        squares.iter().map(|(i, centre, mm)| ((*i as f64 - centre) * mm).powi(2)).sum::<f64>()
            < 60.0
    });
    let volume = Volume::new(grid.clone(), hu, Intensity::Hounsfield).unwrap();
    (volume, Mask::new(grid, inside).unwrap())
}

fn measured(settings: &Settings, regions: &[Region]) -> FeatureSet {
    let (image, mask) = lesion();
    let subject = Subject {
        case: "c",
        roi: "r",
        image: &image,
        mask: &mask,
        acquisition: &Acquisition::default(),
        around: Around::default(),
        below: &[],
    };
    extract(&subject, settings, regions, &Engine::serial()).unwrap()
}

fn bits(set: &FeatureSet, region: usize, without: &str) -> Vec<(String, Option<u64>)> {
    let features = set.regions[region].features.iter();
    features
        .filter(|f| f.spec.family() != without)
        .map(|f| {
            let key = format!("{} {}", f.spec.key, f.aggregation.name());
            (key, f.outcome.value().map(f64::to_bits))
        })
        .collect()
}

#[test]
fn room_for_peaks_changes_nothing_else() {
    let mut settings = preset("ibsi-e").unwrap();
    let both = [Region::Tumour, Region::Ring];
    let all = measured(&settings, &both);
    let alone = measured(&settings, &both[..1]);
    // Nor does the ring's room change the tumour's peaks.
    assert_eq!(bits(&all, 0, ""), bits(&alone, 0, ""));
    settings.features.families =
        FamilyKey::ibsi().into_iter().filter(|f| f.name() != "local_intensity").collect();
    let without = measured(&settings, &both);
    for region in 0..2 {
        let (with, without) = (&all.regions[region], &without.regions[region]);
        assert_eq!(with.intensity_voxels, without.intensity_voxels);
        assert_eq!(with.ring, without.ring);
    }
    for region in 0..2 {
        assert_eq!(bits(&all, region, "local_intensity"), bits(&without, region, ""));
        assert!(all.regions[region].features.iter().all(|f| f.outcome.value().is_some()));
    }
}

#[test]
fn planes_that_peaks_read_are_asked_for() {
    let mut settings = preset("ibsi-c").unwrap();
    let (_, mask) = lesion();
    let planes = |settings: &Settings| {
        planes_needed(&mask, "r", settings, &[Region::Tumour], &Engine::serial()).unwrap()
    };
    let with = planes(&settings);
    settings.features.families.retain(|f| f.name() != "local_intensity");
    let without = planes(&settings);
    // 6.2 mm are more than three planes of 2 mm.
    assert!(with.start + 3 <= without.start && with.end >= without.end + 3, "{with:?} {without:?}");
}

//! Regions in memory, and what morphology measures of them.
#![allow(clippy::unwrap_used, dead_code, reason = "each test file uses its part")]

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::feature::{FamilyKey, Input, IvhBins, Outcome, Texture, registry};
use perirad::geometry::Grid;
use perirad::preprocess::Resegmentation;
use std::collections::BTreeMap;

/// A region whose intensities are all those inside.
#[derive(Debug, Clone)]
pub struct Shape {
    /// `[z, y, x]`.
    pub region: Array3<bool>,
    pub image: Array3<f32>,
    /// mm.
    pub spacing: [f64; 3],
}

impl Shape {
    /// Where `inside` says so of the index `[z, y, x]`; intensities vary without a pattern.
    pub fn new(shape: [usize; 3], spacing: [f64; 3], inside: impl Fn([usize; 3]) -> bool) -> Self {
        let region = Array3::from_shape_fn(shape, |(z, y, x)| inside([z, y, x]));
        let image = Array3::from_shape_fn(shape, |(z, y, x)| {
            ((z * 7919 + y * 104_729 + x * 1_299_709 + z * y * x) % 83) as f32 - 20.0
        });
        Self { region, image, spacing }
    }

    /// What became of each feature, by its short name.
    pub fn measured(&self) -> BTreeMap<&'static str, Outcome> {
        self.measured_with(&self.region, &Engine::serial())
    }

    /// The same with another intensity mask.
    pub fn measured_with(
        &self,
        mask: &Array3<bool>,
        engine: &Engine,
    ) -> BTreeMap<&'static str, Outcome> {
        let (z, y, x) = self.region.dim();
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let families = FamilyKey::all().into_iter().filter(|key| key.name() == "morphology");
        let levels = vec![1; mask.iter().filter(|inside| **inside).count()];
        let input = Input {
            image: self.image.view(),
            region: self.region.view(),
            mask: mask.view(),
            no_data: None,
            levels: &levels,
            grid: &Grid::new([z, y, x], self.spacing, [0.0; 3], axes).unwrap(),
            n_levels: 1,
            families: &families.collect::<Vec<_>>(),
            leave_out: &[],
            texture: &Texture::ibsi(Vec::new()),
            resegment: Resegmentation::default(),
            ivh: IvhBins::None,
            intensity_shift: 0.0,
            engine,
        };
        let values = registry::run(&input).unwrap();
        values.into_iter().map(|value| (value.spec.short, value.outcome)).collect()
    }

    /// The values of those that are defined, all checked to be numbers.
    pub fn values(&self) -> BTreeMap<&'static str, f64> {
        let measured = self.measured();
        assert_eq!(measured.len(), 29);
        let value = |(name, outcome): (_, Outcome)| outcome.value().map(|value| (name, value));
        let values: BTreeMap<_, _> = measured.into_iter().filter_map(value).collect();
        assert!(values.values().all(|value| value.is_finite()), "{values:?}");
        values
    }

    /// With axes in another order and some turned round.
    pub fn moved(&self, axes: [usize; 3], flipped: [bool; 3]) -> Self {
        fn moved<T: Clone>(array: &Array3<T>, axes: [usize; 3], flipped: [bool; 3]) -> Array3<T> {
            let mut view = array.view().permuted_axes(axes);
            for (axis, flipped) in flipped.into_iter().enumerate() {
                if flipped {
                    view.invert_axis(ndarray::Axis(axis));
                }
            }
            view.as_standard_layout().to_owned()
        }
        Self {
            region: moved(&self.region, axes, flipped),
            image: moved(&self.image, axes, flipped),
            spacing: axes.map(|a| self.spacing[a]),
        }
    }
}

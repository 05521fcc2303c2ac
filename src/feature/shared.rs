//! What several families need of one region, made once.

use super::{Input, Texture, textures};
use crate::matrix::{PairCounts, ZoneCounts};
use std::cell::OnceCell;

/// The input, and what is made of it when the first family asks.
pub(super) struct Shared<'a> {
    pub(super) input: Input<'a>,
    intensities: OnceCell<Result<Vec<f64>, &'static str>>,
    pairs: OnceCell<Result<PairCounts, &'static str>>,
    zones: OnceCell<Result<ZoneCounts, &'static str>>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(input: &Input<'a>) -> Self {
        let (intensities, pairs, zones) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { input: *input, intensities, pairs, zones }
    }

    /// The intensities of the region in ascending order, or why it has none.
    pub(super) fn intensities(&self) -> Result<&[f64], &'static str> {
        let made = self.intensities.get_or_init(|| sorted(&self.input));
        made.as_deref().map_err(|reason| *reason)
    }

    /// The neighbour pairs of the region, or why it has no textures.
    pub(super) fn pairs(&self) -> Result<&PairCounts, &'static str> {
        let input = &self.input;
        let count = || {
            let Texture { aggregations, symmetric, .. } = input.texture;
            let steps = input.texture.pair_steps(input.grid.spacing);
            PairCounts::count(&input.levels, aggregations, &steps, *symmetric, input.engine)
        };
        let made = self.pairs.get_or_init(|| textures(input, count));
        made.as_ref().map_err(|reason| *reason)
    }

    /// The zones of the region, or why it has no textures.
    pub(super) fn zones(&self) -> Result<&ZoneCounts, &'static str> {
        let input = &self.input;
        let count = || {
            let chosen = &input.texture.aggregations;
            ZoneCounts::count(&input.levels, &input.region, chosen, input.engine)
        };
        let made = self.zones.get_or_init(|| textures(input, count));
        made.as_ref().map_err(|reason| *reason)
    }
}

fn sorted(input: &Input<'_>) -> Result<Vec<f64>, &'static str> {
    let inside = input.image.iter().zip(&input.mask).filter(|(_, inside)| **inside);
    let mut sorted: Vec<f32> = inside.map(|(intensity, _)| *intensity).collect();
    if sorted.iter().any(|intensity| !intensity.is_finite()) {
        return Err("an intensity of the region is not a finite number");
    }
    sorted.sort_unstable_by(f32::total_cmp);
    Ok(sorted.into_iter().map(f64::from).collect())
}

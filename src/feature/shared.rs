//! What several families need of one region, made once.

use super::moments::Moments;
use super::ordered::Ordered;
use super::{EMPTY, Input, Texture, textures};
use crate::matrix::{PairCounts, ZoneCounts};
use std::cell::OnceCell;

/// The input, and what is made of it when the first family asks.
pub(crate) struct Shared<'a> {
    pub(super) input: Input<'a>,
    intensities: OnceCell<Result<Ordered, &'static str>>,
    moments: OnceCell<Result<Moments, &'static str>>,
    pairs: OnceCell<Result<PairCounts, &'static str>>,
    zones: OnceCell<Result<ZoneCounts, &'static str>>,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(input: &Input<'a>) -> Self {
        let (intensities, moments) = (OnceCell::new(), OnceCell::new());
        let (pairs, zones) = (OnceCell::new(), OnceCell::new());
        Self { input: *input, intensities, moments, pairs, zones }
    }

    /// The intensities of the region in ascending order, or why it has none.
    pub(crate) fn intensities(&self) -> Result<&Ordered, &'static str> {
        let made = self.intensities.get_or_init(|| Ordered::of(&self.input));
        made.as_ref().map_err(|reason| *reason)
    }

    /// Their moments and percentiles.
    pub(super) fn moments(&self) -> Result<Moments, &'static str> {
        let made = || self.intensities().and_then(|all| Moments::of(all).ok_or(EMPTY));
        *self.moments.get_or_init(made)
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

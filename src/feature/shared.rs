//! What several families need of one region, made once.

use super::moments::Moments;
use super::ordered::Ordered;
use super::{FeatureError, Input, NO_INTENSITY, TOO_SMALL, Texture};
use crate::engine::Engine;
use crate::image::Selected;
use crate::matrix::{Block, PairCounts, ZoneCounts};
use std::sync::OnceLock;

/// The input, and what is made of it when the first family asks.
///
/// Families of different sources run side by side. A part in whose making work is shared out is asked for by
/// families of one source only: a thread that waits within must not come to ask for the same.
pub(crate) struct Shared<'a> {
    pub(super) input: Input<'a>,
    /// For the textures, which share out many short pieces of work.
    pub(super) textures: Engine,
    selected: OnceLock<Selected>,
    intensities: OnceLock<Result<Ordered, &'static str>>,
    moments: OnceLock<Result<Moments, &'static str>>,
    block: OnceLock<Option<Block>>,
    pairs: OnceLock<Result<PairCounts, &'static str>>,
    zones: OnceLock<Result<ZoneCounts, &'static str>>,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(input: &Input<'a>) -> Self {
        let (selected, intensities, moments) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let (block, pairs, zones) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let textures = input.engine.over(input.mask.len());
        Self { input: *input, textures, selected, intensities, moments, block, pairs, zones }
    }

    /// The same, of an input whose intensities are known.
    pub(crate) fn of(input: &Input<'a>, intensities: Selected) -> Self {
        Self { selected: intensities.into(), ..Self::new(input) }
    }

    /// Are all parts on one lattice, and has each voxel of the region a grey level?
    ///
    /// That takes the intensities out of the image, which families side by side then find there.
    pub(super) fn check(&self) -> Result<(), FeatureError> {
        self.input.check()?;
        let (levels, expected) = (self.input.levels, self.selected().values().len());
        let highest = self.input.n_levels;
        let ends = (u16::MAX, 0_u16);
        let (low, high) =
            levels.iter().fold(ends, |(low, high), level| (low.min(*level), high.max(*level)));
        if low > 0 && high <= highest && levels.len() == expected {
            return Ok(());
        }
        let found = levels.iter().filter(|level| (1..=highest).contains(*level)).count();
        Err(FeatureError::Levels { found, expected, highest })
    }

    /// The intensities of the region in the order of its voxels.
    pub(crate) fn selected(&self) -> &Selected {
        self.selected.get_or_init(|| Selected::of(&self.input.image, &self.input.mask))
    }

    /// The intensities of the region in ascending order, or why it has none.
    pub(crate) fn intensities(&self) -> Result<&Ordered, &'static str> {
        let made = self.intensities.get_or_init(|| Ordered::of(self.selected()));
        made.as_ref().map_err(|reason| *reason)
    }

    /// Their moments and percentiles.
    pub(super) fn moments(&self) -> Result<Moments, &'static str> {
        let made = || self.intensities().and_then(|all| Moments::of(all).ok_or(NO_INTENSITY));
        *self.moments.get_or_init(made)
    }

    /// The grey levels of the region, for all that textures step; or why it has no textures.
    pub(super) fn block(&self) -> Result<&Block, &'static str> {
        let smallest = self.input.texture.minimum_voxels as u64;
        let block = self.any_block().ok_or(NO_INTENSITY)?;
        if block.n_voxels() < smallest { Err(TOO_SMALL) } else { Ok(block) }
    }

    /// The same of a region of any size; `None` without a voxel.
    pub(crate) fn any_block(&self) -> Option<&Block> {
        let input = &self.input;
        let made = || Block::of(self.selected().stretches(), input.levels, input.texture.reach());
        self.block.get_or_init(made).as_ref()
    }

    /// The neighbour pairs of the region, or why it has no textures.
    pub(super) fn pairs(&self) -> Result<&PairCounts, &'static str> {
        let input = &self.input;
        let count = |block| {
            let Texture { aggregations, symmetric, .. } = input.texture;
            let steps = input.texture.pair_steps(input.grid.spacing);
            PairCounts::of(Some(block), aggregations, &steps, *symmetric, &self.textures)
        };
        let made = self.pairs.get_or_init(|| self.block().map(count));
        made.as_ref().map_err(|reason| *reason)
    }

    /// The zones of the region, or why it has no textures.
    pub(super) fn zones(&self) -> Result<&ZoneCounts, &'static str> {
        let input = &self.input;
        let count = |block| {
            let chosen = &input.texture.aggregations;
            ZoneCounts::of(Some(block), &input.region, chosen, &self.textures)
        };
        let made = self.zones.get_or_init(|| self.block().map(count));
        made.as_ref().map_err(|reason| *reason)
    }
}

//! Inputs as they are opened: the lesions that are meant, on an image whose voxels are not read yet.

use super::bounds::Bounds;
use super::choice::drawn;
use super::source::{Found, Opened};
use super::{Inputs, RunError};
use crate::engine::Engine;
use crate::image::Mask;
use crate::io::lesions::Drawn;
use crate::io::source::{MaskSource, UNREADABLE};
use crate::pipeline::{Around, Structure};
use crate::report::Reading;
use std::borrow::Cow;

/// Opened inputs.
pub(super) struct Chosen<'a> {
    inputs: &'a Inputs,
    mask: Cow<'a, MaskSource>,
    /// The image.
    pub opened: Opened,
    /// What was asked of both.
    pub reading: Reading,
    /// The lesions that are meant.
    pub drawn: Vec<Drawn>,
    /// A name that several of them had before numbers told them apart.
    pub shared: Option<String>,
}

impl<'a> Chosen<'a> {
    /// Opens both and chooses the lesions.
    ///
    /// # Errors
    /// Those of the readers; a choice that means no lesion, or several.
    pub(super) fn open(inputs: &'a Inputs, engine: &Engine) -> Result<Self, RunError> {
        let choice = &inputs.choice;
        // Side by side; what is wrong with the mask comes first.
        let (mask, found) =
            engine.join(|| inputs.mask.open(engine), || Found::new(&inputs.image, engine));
        let mask = mask?;
        let found = found?;
        let reading = choice.reading(&mask, &inputs.bounds, engine);
        let opened = found.open(&mask.drawn_on(&reading.queries, &reading.joined)?, choice)?;
        let (mut drawn, shared) = drawn(&mask, &reading, opened.header())?;
        if inputs.mask.is_from(&inputs.image) {
            // The image tells it, once.
            for lesion in drawn.iter_mut().filter_map(|(_, lesion)| lesion.as_mut().ok()) {
                lesion.warnings.retain(|warning| warning.code != UNREADABLE);
            }
        }
        Ok(Self { inputs, mask, opened, reading, drawn, shared })
    }

    /// What bounds their rings.
    ///
    /// # Errors
    /// As for [`Bounds::load`].
    pub(super) fn bounds(&self, engine: &Engine) -> Result<Bounds, RunError> {
        let asked = (&self.inputs.choice, &self.inputs.bounds[..]);
        let image = self.opened.header();
        Ok(Bounds::load(asked, &self.mask, &self.reading, image, engine)?)
    }
}

/// What lies around one of some lesions, by its place among them.
pub(super) fn around<'a>(
    masks: &'a [&'a Mask],
    at: usize,
    structures: &'a [Structure<'a>],
) -> Around<'a> {
    let (before, after) = masks.split_at(at.min(masks.len()));
    Around { before, after: after.get(1..).unwrap_or_default(), structures }
}

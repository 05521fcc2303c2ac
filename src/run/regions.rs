//! Images, lesions and their regions as they are, to be looked at or written.

use super::chosen::{Chosen, around};
use super::source::Found;
use super::{Choice, ImageFrom, Inputs, RunError};
use crate::engine::Engine;
use crate::error::Warning;
use crate::image::{Mask, Region};
use crate::io::source::{DrawnOn, Lesion, LoadedImage};
use crate::pipeline::{Subject, native_region};
use crate::settings::Settings;
use std::sync::Arc;

/// An image, whole.
///
/// # Errors
/// Those of its reader.
pub fn image(
    from: &ImageFrom,
    choice: &Choice,
    engine: &Engine,
) -> Result<Arc<LoadedImage>, RunError> {
    Ok(Found::new(from, engine)?.open(&DrawnOn::default(), choice)?.whole(engine)?)
}

/// The lesions that are meant, on the image's lattice, and what is odd about the image.
///
/// # Errors
/// What keeps any of them from the image.
pub fn lesions(inputs: &Inputs, engine: &Engine) -> Result<(Vec<Lesion>, Vec<Warning>), RunError> {
    let Chosen { opened, drawn, .. } = Chosen::open(inputs, engine)?;
    let lesions = drawn.into_iter().map(|(_, lesion)| lesion).collect::<Result<_, _>>()?;
    Ok((lesions, opened.header().warnings.clone()))
}

/// A region of each of the lesions that are meant, on the image's lattice, in the place of its
/// voxels; with what is odd about the bounds of rings.
///
/// # Errors
/// What keeps any of them from being drawn.
pub fn region(
    inputs: &Inputs,
    (settings, region): (&Settings, Region),
    engine: &Engine,
) -> Result<(Vec<Lesion>, Arc<LoadedImage>), RunError> {
    let chosen = Chosen::open(inputs, engine)?;
    let bounds = chosen.bounds(engine)?;
    let Chosen { opened, drawn, .. } = chosen;
    let image = opened.whole(engine)?;
    let lesions: Vec<Lesion> =
        drawn.into_iter().map(|(_, lesion)| lesion).collect::<Result<_, _>>()?;
    let masks: Vec<&Mask> =
        lesions.iter().map(|lesion| &lesion.mask).chain(bounds.neighbours()).collect();
    let structures = bounds.structures();
    let mut regions = Vec::with_capacity(lesions.len());
    for (at, lesion) in lesions.iter().enumerate() {
        let subject = Subject {
            case: "",
            roi: &lesion.name,
            image: &image.volume,
            mask: &lesion.mask,
            acquisition: &image.acquisition,
            around: around(&masks, at, &structures),
            below: &[],
        };
        let mask = native_region(&subject, settings, region, engine)?;
        regions.push(mask);
    }
    let put = |(lesion, mask): (Lesion, Mask)| {
        let warnings = lesion.warnings.iter().chain(bounds.warnings()).cloned().collect();
        Lesion { mask, warnings, ..lesion }
    };
    Ok((lesions.into_iter().zip(regions).map(put).collect(), image))
}

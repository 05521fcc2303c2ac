//! An image and the lesions that are meant, read.

use super::bounds::Bounds;
use super::chosen::Chosen;
use super::{Bound, Choice, ImageFrom, MaskFrom, Plan, RunError};
use crate::cohort::ClinicalSources;
use crate::engine::Engine;
use crate::error::Warning;
use crate::feature::Unit;
use crate::geometry::IndexBox;
use crate::image::{Intensity, Mask};
use crate::io::source::{Lesion, LoadedImage};
use crate::pipeline::{Around, Evidence, Subject, box_needed, box_perturbed};
use crate::report::{Failure, ImageFacts, Reading};
use crate::settings::Overlap;
use std::sync::Arc;

/// What the user names.
#[derive(Clone)]
pub struct Inputs {
    /// The image.
    pub image: ImageFrom,
    /// Its mask.
    pub mask: MaskFrom,
    /// Which series and lesions.
    pub choice: Choice,
    /// Structures that bound rings, of masks of their own.
    pub bounds: Vec<Bound>,
    /// Name of the case in the output; `None` for a code made from the image.
    pub case: Option<String>,
    /// Intensities below which the share of each region is told; `None` for [`Evidence::BELOW_HU`]
    /// of an image in HU.
    pub below: Option<Vec<f64>>,
}

/// Most intensities below which the share of regions is told.
const MOST_BELOW: usize = 16;

/// An image and the lesions that are meant.
pub struct Case {
    /// Case identifier for the output.
    pub case: String,
    /// The image.
    pub image: Arc<LoadedImage>,
    /// How both were read.
    pub reading: Reading,
    /// What the reader must know of image and masks.
    pub warnings: Vec<Warning>,
    /// Its lesions, or why one could not be put on it.
    pub lesions: Vec<(String, Result<Lesion, Failure>)>,
    below: Vec<f64>,
    pub(super) bounds: Bounds,
    /// A name that several lesions had before numbers told them apart.
    pub(super) shared: Option<String>,
}

impl Case {
    /// Reads image and mask and chooses the lesions; of the image only the box that a plan needs.
    ///
    /// # Errors
    /// What keeps every lesion from being measured. A choice that means no lesion, or several, is a
    /// mistake in the call and ends it; a lesion whose contours cannot be used becomes a row.
    pub fn load(inputs: &Inputs, plan: &Plan<'_>, engine: &Engine) -> Result<Self, RunError> {
        if let Some(count) = inputs.below.as_ref().map(Vec::len).filter(|n| *n > MOST_BELOW) {
            return Err(RunError::Below { count, most: MOST_BELOW });
        }
        let chosen = Chosen::open(inputs, engine)?;
        let bounds = chosen.bounds(engine)?;
        let Chosen { opened, reading, drawn, shared, .. } = chosen;
        let needed = drawn.iter().filter_map(|(name, lesion)| {
            let mask = &lesion.as_ref().ok()?.mask;
            // A lesion that needs no voxels says why when it is measured.
            let (settings, regions) = (plan.settings, plan.regions);
            match plan.perturbation {
                None => box_needed(mask, name, settings, regions, engine).ok(),
                Some(limits) => box_perturbed(mask, name, settings, limits, regions, engine).ok(),
            }
        });
        let none = IndexBox { lo: [0; 3], hi: [0; 3] };
        let image = opened.part(needed.reduce(|a, b| a.with(b)).unwrap_or(none), engine)?;
        let mut warnings = image.warnings.clone();
        warnings.extend(bounds.warnings().cloned());
        let lost: Vec<&str> =
            drawn.iter().filter(|(_, lesion)| lesion.is_err()).map(|(name, _)| &name[..]).collect();
        if !lost.is_empty() && plan.settings.ring.overlap != Overlap::Allow {
            let message = format!(
                "{} could not be drawn: the rings of the others go on as if it were not there",
                lost.join(", ")
            );
            warnings.push(Warning::new("ring.neighbour_missing", message));
        }
        // What is normalised has no unit any more.
        let normalised = plan.settings.normalise.scale.is_some();
        let below = inputs.below.clone().unwrap_or_else(|| match image.volume.intensity {
            Intensity::Hounsfield if !normalised => Evidence::BELOW_HU.to_vec(),
            _ => Vec::new(),
        });
        let case = inputs.case.clone().unwrap_or_else(|| image.case_code());
        let kept = |(name, lesion): (String, Result<Lesion, _>)| {
            (name, lesion.map_err(|error| Failure::of(&error)))
        };
        let lesions: Vec<_> = drawn.into_iter().map(kept).collect();
        let mut case = Self { case, image, reading, warnings, lesions, below, bounds, shared };
        if let Some((_, sources)) = plan.scoring {
            case.note_unused(sources);
        }
        Ok(case)
    }

    /// Notes what was told of lesions that are not there.
    fn note_unused(&mut self, sources: &ClinicalSources) {
        let names: Vec<&str> = self.lesions.iter().map(|(name, _)| name.as_str()).collect();
        self.warnings.extend(sources.unused(&self.case, &names));
    }

    /// The voxels of a lesion; `None` where it could not be drawn.
    pub(super) fn mask(&self, at: usize) -> Option<&Mask> {
        self.lesions.get(at).and_then(|(_, lesion)| Some(&lesion.as_ref().ok()?.mask))
    }

    /// All lesions that there are, in their order, and then those that are only neighbours.
    pub(super) fn masks(&self) -> Vec<&Mask> {
        let lesions = self.lesions.iter().filter_map(|(_, lesion)| lesion.as_ref().ok());
        lesions.map(|lesion| &lesion.mask).chain(self.bounds.neighbours()).collect()
    }

    /// What the pipeline is to measure.
    pub(super) fn subject<'a>(&'a self, lesion: &'a Lesion, around: Around<'a>) -> Subject<'a> {
        Subject {
            case: &self.case,
            roi: &lesion.name,
            image: &self.image.volume,
            mask: &lesion.mask,
            acquisition: &self.image.acquisition,
            around,
            below: &self.below,
        }
    }

    /// Facts of the image for the output.
    pub fn facts(&self) -> ImageFacts {
        let volume = &self.image.volume;
        let unit = Unit::Intensity.symbol(volume.intensity);
        let acquisition = self.image.acquisition.clone();
        ImageFacts::new(&volume.grid, unit, acquisition, self.warnings.clone())
    }
}

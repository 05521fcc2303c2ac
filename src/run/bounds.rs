//! What bounds rings beside the settings: structures and lesions that are not measured.

use super::{Choice, MaskFrom};
use crate::engine::Engine;
use crate::error::Warning;
use crate::image::Mask;
use crate::io::IoError;
use crate::io::lesions::{Drawn, MaskOptions};
use crate::io::segmentation::Union;
use crate::io::select::RoiMany;
use crate::io::source::{Lesion, LoadedImage, MaskSource};
use crate::pipeline::{Structure, StructureRule};
use crate::report::{Reading, RingStructure};

/// A structure that is drawn in a mask of its own.
#[derive(Clone)]
pub struct Bound {
    /// What it does.
    pub rule: StructureRule,
    /// Its mask.
    pub mask: MaskFrom,
    /// Which of what is drawn there; `None`: all of it.
    pub name: Option<String>,
}

/// What bounds rings, on the image's lattice.
#[derive(Default)]
pub(super) struct Bounds {
    structures: Vec<(StructureRule, Lesion)>,
    neighbours: Vec<Lesion>,
}

/// The structures that are asked for, in the order in which they are applied, each with its own mask
/// where it has one.
pub(super) fn structures<'a>(
    choice: &'a Choice,
    bounds: &'a [Bound],
) -> impl Iterator<Item = (RingStructure, Option<&'a MaskFrom>)> {
    let query = |name: &str| Some(choice.query(name, RoiMany::Union));
    let of = move |rule: StructureRule, names: &'a [String]| {
        let named = names
            .iter()
            .map(move |name| (RingStructure { rule, own_file: false, query: query(name) }, None));
        let own = bounds.iter().filter(move |bound| bound.rule == rule).map(move |bound| {
            let query = bound.name.as_deref().and_then(query);
            (RingStructure { rule, own_file: true, query }, Some(&bound.mask))
        });
        named.chain(own)
    };
    of(StructureRule::Within, &choice.ring_within)
        .chain(of(StructureRule::Exclude, &choice.ring_exclude))
}

impl Bounds {
    /// Reads what is asked for; `mask` is where the lesions are drawn.
    ///
    /// # Errors
    /// A structure that is not there or cannot be put on the image ends the run: without it the ring
    /// would be another.
    pub(super) fn load(
        (choice, bounds): (&Choice, &[Bound]),
        mask: &MaskSource,
        reading: &Reading,
        image: &LoadedImage,
        engine: &Engine,
    ) -> Result<Self, IoError> {
        let options = MaskOptions { split: None, ..reading.mask };
        let mut found = Self::default();
        for (structure, own) in structures(choice, bounds) {
            let own = own.map(|own| own.open(engine)).transpose()?;
            let source = own.as_deref().unwrap_or(mask);
            let drawn = match &structure.query {
                Some(query) => source.lesions(query, &options, image)?,
                None => source.unions(Union::AnyNonzero, &options, image)?,
            };
            for lesion in placed(drawn)? {
                found.structures.push((structure.rule, lesion));
            }
        }
        let (neighbours, _) = mask.lesions_of(&reading.ring_neighbours, &options, image)?;
        found.neighbours = placed(neighbours)?;
        Ok(found)
    }

    /// As the pipeline wants them.
    pub(super) fn structures(&self) -> Vec<Structure<'_>> {
        let all = self.structures.iter();
        all.map(|(rule, lesion)| Structure { name: &lesion.name, rule: *rule, mask: &lesion.mask })
            .collect()
    }

    /// Lesions that are only neighbours.
    pub(super) fn neighbours(&self) -> impl Iterator<Item = &Mask> {
        self.neighbours.iter().map(|lesion| &lesion.mask)
    }

    /// What is odd about any of them.
    pub(super) fn warnings(&self) -> impl Iterator<Item = &Warning> {
        let structures = self.structures.iter().map(|(_, lesion)| lesion);
        structures.chain(&self.neighbours).flat_map(|lesion| &lesion.warnings)
    }
}

fn placed(drawn: Vec<Drawn>) -> Result<Vec<Lesion>, IoError> {
    drawn.into_iter().map(|(_, lesion)| lesion).collect()
}

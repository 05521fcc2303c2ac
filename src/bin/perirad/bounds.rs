//! What bounds rings beside the settings: structures and lesions that are not measured.

use crate::args::{Case, Choice};
use crate::fail::Fatal;
use perirad::engine::Engine;
use perirad::error::Warning;
use perirad::image::Mask;
use perirad::io::lesions::{Drawn, MaskOptions};
use perirad::io::open_mask;
use perirad::io::segmentation::Union;
use perirad::io::select::{RoiMany, RoiQuery};
use perirad::io::source::{Lesion, LoadedImage, MaskSource};
use perirad::pipeline::{Structure, StructureRule};
use perirad::report::{Reading, RingStructure};
use std::path::{Path, PathBuf};

/// What bounds rings, on the image's lattice.
#[derive(Default)]
pub struct Bounds {
    structures: Vec<(StructureRule, Lesion)>,
    neighbours: Vec<Lesion>,
}

/// The structures that are asked for, in the order in which they are applied, each with its own file
/// where it has one.
pub fn structures(choice: &Choice) -> Vec<(RingStructure, Option<PathBuf>)> {
    let bounds = &choice.bounds;
    let query = |name: &str| Some(query(choice, name, RoiMany::Union));
    let mut found = Vec::new();
    for (rule, names, files) in [
        (StructureRule::Within, &bounds.within, &bounds.within_mask),
        (StructureRule::Exclude, &bounds.exclude, &bounds.exclude_mask),
    ] {
        for name in names {
            found.push((RingStructure { rule, own_file: false, query: query(name) }, None));
        }
        for text in files {
            // A file whose own name has a # in it is meant where it is there.
            let split = text.rsplit_once('#').filter(|_| !Path::new(text).exists());
            let (file, name) =
                split.map_or((text.as_str(), None), |(file, name)| (file, Some(name)));
            let structure = RingStructure { rule, own_file: true, query: name.and_then(query) };
            found.push((structure, Some(file.into())));
        }
    }
    found
}

/// The lesions that are only neighbours.
pub fn neighbours(choice: &Choice) -> Vec<RoiQuery> {
    let names = choice.bounds.neighbour.iter();
    names.map(|name| query(choice, name, RoiMany::Separate)).collect()
}

fn query(choice: &Choice, name: &str, many: RoiMany) -> RoiQuery {
    let ignore_case = choice.roi_case == Case::Ignore;
    RoiQuery { ignore_case, many, ..RoiQuery::named(name) }
}

impl Bounds {
    /// Reads what `choice` asks for; `mask` is where the lesions are drawn.
    ///
    /// # Errors
    /// A structure that is not there or cannot be put on the image ends the run: without it the ring
    /// would be another.
    pub fn load(
        choice: &Choice,
        mask: &MaskSource,
        reading: &Reading,
        image: &LoadedImage,
        engine: &Engine,
    ) -> Result<Self, Fatal> {
        let options = MaskOptions { split: None, ..reading.mask };
        let mut bounds = Self::default();
        for (structure, file) in structures(choice) {
            let own = file.map(|file| open_mask(&file, engine)).transpose()?;
            let source = own.as_ref().unwrap_or(mask);
            let drawn = match &structure.query {
                Some(query) => source.lesions(query, &options, image)?,
                None => source.unions(Union::AnyNonzero, &options, image)?,
            };
            for lesion in placed(drawn)? {
                bounds.structures.push((structure.rule, lesion));
            }
        }
        for query in &reading.ring_neighbours {
            bounds.neighbours.extend(placed(mask.lesions(query, &options, image)?)?);
        }
        Ok(bounds)
    }

    /// As the pipeline wants them.
    pub fn structures(&self) -> Vec<Structure<'_>> {
        let all = self.structures.iter();
        all.map(|(rule, lesion)| Structure { name: &lesion.name, rule: *rule, mask: &lesion.mask })
            .collect()
    }

    /// Lesions that are only neighbours.
    pub fn neighbours(&self) -> impl Iterator<Item = &Mask> {
        self.neighbours.iter().map(|lesion| &lesion.mask)
    }

    /// What is odd about any of them.
    pub fn warnings(&self) -> impl Iterator<Item = &Warning> {
        let structures = self.structures.iter().map(|(_, lesion)| lesion);
        structures.chain(&self.neighbours).flat_map(|lesion| &lesion.warnings)
    }
}

fn placed(drawn: Vec<Drawn>) -> Result<Vec<Lesion>, Fatal> {
    Ok(drawn.into_iter().map(|(_, lesion)| lesion).collect::<Result<_, _>>()?)
}

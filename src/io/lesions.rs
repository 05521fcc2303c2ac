//! From what was drawn to lesions on an image: choice, placement, union and split.

mod put;

use super::IoError;
use super::lattice::MaskToImage;
use super::segmentation::{Segment, Union};
use super::select::{Candidate, RoiMany, RoiQuery, choose};
use super::source::{DrawnOn, Lesion, LesionChoice, LoadedImage, MaskSource};
use crate::contour::Rules;
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::image::{Components, Connectivity};
use serde::Serialize;
use std::collections::BTreeMap;
use std::slice::from_ref;

/// How what was drawn becomes masks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct MaskOptions {
    /// Contours to voxels.
    pub rules: Rules,
    /// Fraction of the largest value from which on a voxel of a fractional segmentation is inside,
    /// above 0 to 1; `None` for the segmentation's own.
    pub threshold: Option<f64>,
    /// Label images and segmentations on another lattice than the image's.
    pub to_image: MaskToImage,
    /// Are contours and segments taken whose Frame of Reference UID is not the image's? It is recorded as a
    /// warning.
    pub ignore_frame_of_reference: bool,
    /// Is each connected part a lesion of its own?
    pub split: Option<Split>,
    /// What all lesions of one query may hold together, one byte for each voxel of the image.
    #[serde(skip)]
    pub memory: MemoryLimit,
}

/// How a lesion is split into its connected parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Split {
    /// Which voxels touch.
    pub connectivity: Connectivity,
    /// Parts smaller than this are left out, mL.
    pub minimum_ml: f64,
}

impl MaskOptions {
    /// Are its numbers of any meaning?
    fn check(&self) -> Result<(), IoError> {
        let refuse = |name, found, expected| Err(IoError::MaskOption { name, found, expected });
        if let Some(found) =
            self.threshold.filter(|fraction| !(*fraction > 0.0 && *fraction <= 1.0))
        {
            return refuse("threshold of a fractional segmentation", found, "above 0 to 1");
        }
        match self.split {
            Some(Split { minimum_ml, .. }) if !(minimum_ml >= 0.0 && minimum_ml.is_finite()) => {
                refuse("minimum volume in mL", minimum_ml, "0 or more")
            }
            _ => Ok(()),
        }
    }
}

/// A lesion by its name, or why it is none while others of the query may be.
pub type Drawn = (String, Result<Lesion, IoError>);

/// The candidates that make one lesion.
struct Group {
    /// What it is called.
    name: String,
    /// Their positions.
    positions: Vec<usize>,
    /// What must be said of the choice.
    noted: Vec<Warning>,
}

impl MaskSource {
    /// What may be chosen, in the order of the file.
    pub fn candidates(&self) -> Vec<Candidate> {
        match self {
            #[cfg(feature = "dicom")]
            Self::Structures(set) => {
                let candidate = |roi: &super::dicom::rtstruct::RoiContours| Candidate {
                    number: roi.number,
                    name: roi.name.clone(),
                    kind: roi.interpreted_type.clone(),
                };
                set.rois.iter().map(candidate).collect()
            }
            Self::Labels { labels, .. } => {
                let candidate = |&label: &i32| Candidate {
                    number: label.into(),
                    name: label.to_string(),
                    kind: None,
                };
                labels.counts().keys().map(candidate).collect()
            }
            Self::Segments(set) => {
                let candidate = |segment: &Segment| Candidate {
                    number: segment.number,
                    name: segment.name.clone(),
                    kind: segment.kind.clone(),
                };
                set.segments.iter().map(candidate).collect()
            }
        }
    }

    /// What the lesions that queries and numbers mean were drawn on; what all were drawn on where they
    /// mean nothing or the file does not tell lesions apart.
    ///
    /// # Errors
    /// Those of a choice that means no ROI of an RTSTRUCT, or several.
    pub fn drawn_on(&self, queries: &[RoiQuery], numbers: &[i32]) -> Result<DrawnOn, IoError> {
        #[cfg(feature = "dicom")]
        if let Self::Structures(set) = self {
            let of =
                |number: &i32| RoiQuery { number: Some((*number).into()), ..RoiQuery::default() };
            let numbers: Vec<RoiQuery> = numbers.iter().map(of).collect();
            let candidates = self.candidates();
            let chosen = queries.iter().chain(&numbers).map(|query| choose(query, &candidates));
            let places = chosen.collect::<Result<Vec<_>, _>>()?.concat().concat();
            let rois: Vec<_> = if places.is_empty() {
                set.rois.iter().collect()
            } else {
                places.iter().filter_map(|at| set.rois.get(*at)).collect()
            };
            return Ok(set.drawn_on(&rois));
        }
        let _ = (queries, numbers);
        let series = self.referenced_series().map(str::to_owned);
        Ok(DrawnOn { series, instances: Vec::new() })
    }

    /// The lesions a query means: as [`MaskSource::lesions_of`].
    ///
    /// # Errors
    /// As for [`MaskSource::lesions_of`].
    pub fn lesions(
        &self,
        query: &RoiQuery,
        options: &MaskOptions,
        image: &LoadedImage,
    ) -> Result<Vec<Drawn>, IoError> {
        Ok(self.lesions_of(from_ref(query), options, image)?.0)
    }

    /// The lesions that queries mean, those of each in the order of the file; each connected part by itself where
    /// that is asked for, named `NAME/1`, `NAME/2`, … by its first voxel.
    ///
    /// A union is named by its parts, joined by `+`, and says in a warning what was joined. What a
    /// later query means again is one lesion, which says so. Lesions of one name get their numbers, as
    /// `GTV (number 3)`; the first name that was several lesions' comes beside.
    ///
    /// # Errors
    /// Where a query means none, or several and that is an error; where lattice or frame of
    /// reference is another; [`IoError::MaskOption`]; [`IoError::LesionsMany`] for more masks than
    /// `options.memory` holds. What concerns one
    /// lesion only stands in its place.
    pub fn lesions_of(
        &self,
        queries: &[RoiQuery],
        options: &MaskOptions,
        image: &LoadedImage,
    ) -> Result<(Vec<Drawn>, Option<String>), IoError> {
        options.check()?;
        let candidates = self.candidates();
        let mut groups: Vec<Group> = Vec::new();
        let mut known: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        for query in queries {
            let (found, noted) = self.groups(query, &candidates)?;
            for positions in found {
                if let Some(group) = known.get(&positions).and_then(|at| groups.get_mut(*at)) {
                    group.again();
                    continue;
                }
                known.insert(positions.clone(), groups.len());
                let name = self.name_of(&positions, &candidates);
                groups.push(Group { name, positions, noted: noted.clone() });
            }
        }
        let shared = tell_apart(&mut groups, &candidates);
        Ok((self.drawn(&groups, options, image)?, shared))
    }

    /// Several labels, segments or ROIs by their numbers as one lesion; each connected part by
    /// itself where that is asked for.
    ///
    /// # Errors
    /// As for [`MaskSource::lesions`]; [`IoError::NoLabels`] where any voxel is asked of an RTSTRUCT.
    pub fn unions(
        &self,
        union: Union<'_>,
        options: &MaskOptions,
        image: &LoadedImage,
    ) -> Result<Vec<Drawn>, IoError> {
        options.check()?;
        let positions = match self {
            #[cfg(feature = "dicom")]
            Self::Structures(set) => {
                let Union::Of(numbers) = union else {
                    return Err(IoError::NoLabels { file: set.file.clone() });
                };
                let candidates = self.candidates();
                let chosen = numbers.iter().map(|number| {
                    let number = Some(i64::from(*number));
                    choose(&RoiQuery { number, ..RoiQuery::default() }, &candidates)
                });
                let positions = chosen.collect::<Result<Vec<_>, _>>()?.concat().concat();
                // Names tell more than numbers.
                let name = self.name_of(&positions, &candidates);
                return self.drawn(&[Group { name, positions, noted: Vec::new() }], options, image);
            }
            Self::Labels { file, labels, .. } => {
                let wanted = union.of_labels(file, labels)?;
                let place = |label: &i32| labels.counts().keys().position(|own| own == label);
                wanted.iter().filter_map(place).collect()
            }
            Self::Segments(set) => set.union(union)?,
        };
        let group = Group { name: union.name(), positions, noted: Vec::new() };
        self.drawn(&[group], options, image)
    }

    /// Each group of candidates as one lesion, or its parts.
    fn drawn(
        &self,
        groups: &[Group],
        options: &MaskOptions,
        image: &LoadedImage,
    ) -> Result<Vec<Drawn>, IoError> {
        let mut found = Vec::new();
        for Group { name, positions, noted } in groups {
            let parts = match (self.united(name, positions, options, image), options.split) {
                (Err(error), _) => Err(error),
                (Ok(lesion), None) => Ok(vec![lesion]),
                (Ok(lesion), Some(split)) => parts(&lesion, split, found.len(), options.memory),
            };
            match parts {
                Ok(parts) => found.extend(parts.into_iter().map(|mut lesion| {
                    lesion.warnings.extend_from_slice(noted);
                    (lesion.name.clone(), Ok(lesion))
                })),
                Err(error) if error.concerns_one_lesion() => found.push((name.clone(), Err(error))),
                Err(error) => return Err(error),
            }
            room(found.len(), image.volume.grid.len(), options.memory)?;
        }
        Ok(found)
    }

    /// Groups of positions, and what must be said of the choice; a label image has its own words
    /// for its labels.
    fn groups(
        &self,
        query: &RoiQuery,
        candidates: &[Candidate],
    ) -> Result<(Vec<Vec<usize>>, Vec<Warning>), IoError> {
        let by_label = query.name.is_none()
            && query.kind.is_none()
            && query.exclude.is_empty()
            && query.many == RoiMany::Error;
        if let (Self::Labels { file, labels, .. }, true) = (self, by_label) {
            // A number beyond 32 bits is no label: the next choice says which there are.
            if let Ok(number) = query.number.map(i32::try_from).transpose() {
                let (label, warnings) = labels.choose(file, number)?;
                let at = candidates.iter().position(|c| c.number == i64::from(label));
                return Ok((at.map(|at| vec![at]).into_iter().collect(), warnings));
            }
        }
        Ok((choose(query, candidates)?, Vec::new()))
    }

    /// Several labels or segments as one lesion, by the default rules; see [`MaskSource::unions`].
    ///
    /// # Errors
    /// As for [`MaskSource::unions`].
    pub fn union(&self, union: Union<'_>, image: &LoadedImage) -> Result<Lesion, IoError> {
        let mut found = self.unions(union, &MaskOptions::default(), image)?;
        let none = || Err(IoError::RoiUnspecified { names: Vec::new() });
        found.pop().map_or_else(none, |(_, lesion)| lesion)
    }
}

impl Group {
    /// Notes that it is meant again.
    fn again(&mut self) {
        let message = format!("{} is meant more than once: it is one lesion", self.name);
        let warning = Warning::new("mask.chosen_twice", message);
        if !self.noted.contains(&warning) {
            self.noted.push(warning);
        }
    }
}

/// Adds numbers to names that several lesions have, or places in the file where numbers are the same,
/// too; gives the first such name.
fn tell_apart(groups: &mut [Group], candidates: &[Candidate]) -> Option<String> {
    let mut shared = None;
    for by in ["number", "place"] {
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for group in &*groups {
            *names.entry(group.name.clone()).or_default() += 1;
        }
        for group in groups.iter_mut().filter(|group| names.get(&group.name) > Some(&1)) {
            shared.get_or_insert_with(|| group.name.clone());
            let part = |at: &usize| {
                let Candidate { name, number, .. } = candidates.get(*at)?;
                let place = i64::try_from(at + 1).unwrap_or(i64::MAX);
                let which = if by == "number" { *number } else { place };
                Some(format!("{name} ({by} {which})"))
            };
            group.name = group.positions.iter().filter_map(part).collect::<Vec<_>>().join("+");
        }
    }
    shared
}

impl From<LesionChoice<'_>> for RoiQuery {
    fn from(choice: LesionChoice<'_>) -> Self {
        let name = choice.roi.map(str::to_owned);
        Self { name, number: choice.label.map(i64::from), ..Self::default() }
    }
}

/// The connected parts of a lesion that are large enough.
fn parts(
    lesion: &Lesion,
    split: Split,
    held: usize,
    limit: MemoryLimit,
) -> Result<Vec<Lesion>, IoError> {
    let components = Components::new(&lesion.mask, split.connectivity);
    let ml = |voxels: usize| voxels as f64 * lesion.mask.grid().voxel_mm3() / 1000.0;
    let sizes = components.sizes();
    let (large, small): (Vec<usize>, Vec<usize>) =
        (0..sizes.len()).partition(|part| ml(sizes[*part]) >= split.minimum_ml);
    if large.is_empty() {
        return Err(IoError::ComponentsSmall {
            roi: lesion.name.clone(),
            count: sizes.len(),
            minimum_ml: split.minimum_ml,
            largest_ml: ml(sizes.iter().copied().max().unwrap_or_default()),
        });
    }
    room(held + large.len(), lesion.mask.grid().len(), limit)?;
    let mut warnings = lesion.warnings.clone();
    if !small.is_empty() {
        let message = format!(
            "{}: {} of {} connected parts are smaller than {} mL and were left out, {:.3} mL \
             together",
            lesion.name,
            small.len(),
            sizes.len(),
            split.minimum_ml,
            ml(small.iter().map(|part| sizes[*part]).sum())
        );
        warnings.push(Warning::new("components.dropped", message));
    }
    let part = |(at, part): (usize, usize)| {
        let mask = components.mask(part).map_err(|error| IoError::geometry(&lesion.name, error))?;
        let name = format!("{}/{}", lesion.name, at + 1);
        Ok(Lesion { name, mask, warnings: warnings.clone(), ..lesion.clone() })
    };
    large.into_iter().enumerate().map(part).collect()
}

/// Is there memory for so many masks?
fn room(count: usize, voxels: usize, limit: MemoryLimit) -> Result<(), IoError> {
    if !limit.holds(count, voxels) {
        return Err(IoError::LesionsMany { count, voxels, limit });
    }
    Ok(())
}

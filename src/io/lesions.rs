//! From what was drawn to lesions on an image: choice, placement, union and split.

use super::lattice::{MaskToImage, bring};
use super::segmentation::{Segment, Segmentation, Union};
use super::select::{Candidate, RoiMany, RoiQuery, choose};
use super::source::{Lesion, LesionChoice, LoadedImage, MaskSource};
use super::{IoError, Labels};
use crate::contour::Rules;
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::image::{Components, Connectivity, Mask};
use ndarray::Zip;

#[cfg(feature = "dicom")]
use super::dicom::rtstruct::StructureSet;
#[cfg(feature = "dicom")]
use super::qa::RoiQa;

/// How what was drawn becomes masks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MaskOptions {
    /// Contours to voxels.
    pub rules: Rules,
    /// Label images and segmentations on another lattice than the image's.
    pub to_image: MaskToImage,
    /// Are contours taken whose Frame of Reference UID is not the image's? It is recorded as a
    /// warning.
    pub ignore_frame_of_reference: bool,
    /// Is each connected part a lesion of its own?
    pub split: Option<Split>,
    /// What all lesions of one query may hold together, one byte for each voxel of the image.
    pub memory: MemoryLimit,
}

/// How a lesion is split into its connected parts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Split {
    /// Which voxels touch.
    pub connectivity: Connectivity,
    /// Parts smaller than this are left out, mL.
    pub minimum_ml: f64,
}

/// A lesion by its name, or why it is none while others of the query may be.
pub type Drawn = (String, Result<Lesion, IoError>);

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

    /// The lesions a query means, in the order of the file; each connected part by itself where
    /// that is asked for, named `NAME/1`, `NAME/2`, … by its first voxel.
    ///
    /// A union is named by its parts, joined by `+`.
    ///
    /// # Errors
    /// Where the query means none, or several and that is an error; where lattice or frame of
    /// reference is another; [`IoError::LesionsMany`] for more masks than `options.memory` holds. What concerns one
    /// lesion only stands in its place.
    pub fn lesions(
        &self,
        query: &RoiQuery,
        options: &MaskOptions,
        image: &LoadedImage,
    ) -> Result<Vec<Drawn>, IoError> {
        let candidates = self.candidates();
        let (groups, noted) = self.groups(query, &candidates)?;
        let mut found = Vec::new();
        for group in groups {
            let names: Vec<&str> = group.iter().map(|at| candidates[*at].name.as_str()).collect();
            let drawn = self.united(&group, &candidates, options, image);
            let parts = match (drawn, options.split) {
                (Err(error), _) => Err(error),
                (Ok(lesion), None) => Ok(vec![lesion]),
                (Ok(lesion), Some(split)) => parts(&lesion, split, found.len(), options.memory),
            };
            let parts = parts.map(|mut parts| {
                for part in &mut parts {
                    part.warnings.extend(noted.clone());
                }
                parts
            });
            match parts {
                Ok(parts) => found.extend(parts.into_iter().map(|l| (l.name.clone(), Ok(l)))),
                Err(error) if error.concerns_one_lesion() => {
                    found.push((names.join("+"), Err(error)));
                }
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

    /// Several candidates as one lesion.
    fn united(
        &self,
        group: &[usize],
        candidates: &[Candidate],
        options: &MaskOptions,
        image: &LoadedImage,
    ) -> Result<Lesion, IoError> {
        let mut group = group.iter();
        let first = group.next().and_then(|at| candidates.get(*at));
        let Some(first) = first else { return Err(IoError::RoiUnspecified { names: Vec::new() }) };
        let mut lesion = self.put(first, options, image)?;
        for at in group {
            let other = self.put(&candidates[*at], options, image)?;
            let mut voxels = lesion.mask.voxels().clone();
            Zip::from(&mut voxels).and(other.mask.voxels()).for_each(|a, b| *a |= *b);
            lesion.mask = Mask::new(image.volume.grid.clone(), voxels)
                .map_err(|error| IoError::geometry(&other.name, error))?;
            lesion.name = format!("{}+{}", lesion.name, other.name);
            lesion.contours.extend(other.contours);
            lesion.segments.extend(other.segments);
            for warning in other.warnings {
                if !lesion.warnings.contains(&warning) {
                    lesion.warnings.push(warning);
                }
            }
        }
        Ok(lesion)
    }

    /// Several labels or segments as one lesion.
    ///
    /// # Errors
    /// As for [`MaskSource::lesion`]; [`IoError::NoLabels`] for an RTSTRUCT.
    pub fn union(&self, union: Union<'_>, image: &LoadedImage) -> Result<Lesion, IoError> {
        match self {
            #[cfg(feature = "dicom")]
            Self::Structures(set) => Err(IoError::NoLabels { file: set.file.clone() }),
            Self::Labels { file, labels, warnings } => {
                let own = union.of_labels(file, labels)?;
                let names = [image.name.as_str(), file];
                let (mask, placed) = bring(&own, &image.volume.grid, names, MaskToImage::Refuse)?;
                let warnings = [warnings.clone(), placed].concat();
                let name = union.name();
                Ok(Lesion { name, mask, contours: Vec::new(), segments: Vec::new(), warnings })
            }
            Self::Segments(set) => segmented(set, &set.union(union)?, union.name(), image),
        }
    }

    /// One candidate on the image's lattice.
    fn put(
        &self,
        candidate: &Candidate,
        options: &MaskOptions,
        image: &LoadedImage,
    ) -> Result<Lesion, IoError> {
        match self {
            #[cfg(feature = "dicom")]
            Self::Structures(set) => structure(set, candidate, options, image),
            Self::Labels { file, labels, warnings } => {
                label(file, labels, warnings, candidate, options.to_image, image)
            }
            Self::Segments(set) => {
                let same = |s: &Segment| s.number == candidate.number && s.name == candidate.name;
                let at = set.segments.iter().position(same).unwrap_or(usize::MAX);
                segmented(set, &[at], candidate.name.clone(), image)
            }
        }
    }
}

impl From<LesionChoice<'_>> for RoiQuery {
    fn from(choice: LesionChoice<'_>) -> Self {
        let name = choice.roi.map(str::to_owned);
        Self { name, number: choice.label.map(i64::from), ..Self::default() }
    }
}

#[cfg(feature = "dicom")]
fn structure(
    set: &StructureSet,
    candidate: &Candidate,
    options: &MaskOptions,
    image: &LoadedImage,
) -> Result<Lesion, IoError> {
    let unknown = || IoError::RoiUnspecified { names: vec![candidate.name.clone()] };
    // Numbers are unique in a structure set, names are not.
    let roi = set.rois.iter().find(|roi| roi.number == candidate.number).ok_or_else(unknown)?;
    let frame = image.frame_of_reference.as_deref();
    let (mask, raster, found) = set.rasterise(
        roi,
        &image.volume.grid,
        frame,
        options.rules,
        options.ignore_frame_of_reference,
    )?;
    let warnings = [set.warnings.clone(), found].concat();
    let qa = RoiQa {
        file: set.file.clone(),
        number: roi.number,
        name: roi.name.clone(),
        interpreted_type: roi.interpreted_type.clone(),
        raster: Some(raster),
        problems: Vec::new(),
    };
    Ok(Lesion { name: roi.name.clone(), mask, contours: vec![qa], segments: Vec::new(), warnings })
}

fn label(
    file: &str,
    labels: &Labels,
    warnings: &[Warning],
    candidate: &Candidate,
    to_image: MaskToImage,
    image: &LoadedImage,
) -> Result<Lesion, IoError> {
    // The number is one of the image's own.
    let label = i32::try_from(candidate.number).unwrap_or_default();
    let own = labels.mask_of(label)?;
    let names = [image.name.as_str(), file];
    let (mask, placed) = bring(&own, &image.volume.grid, names, to_image)?;
    let warnings = [warnings, &placed].concat();
    let name = format!("label {label}");
    Ok(Lesion { name, mask, contours: Vec::new(), segments: Vec::new(), warnings })
}

fn segmented(
    set: &Segmentation,
    segments: &[usize],
    name: String,
    image: &LoadedImage,
) -> Result<Lesion, IoError> {
    let frame = image.frame_of_reference.as_deref();
    let (mask, record, warnings) = set.mask(segments, &image.volume.grid, &image.name, frame)?;
    Ok(Lesion { name, mask, contours: Vec::new(), segments: vec![record], warnings })
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

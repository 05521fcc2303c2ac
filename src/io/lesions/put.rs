//! Candidates put on an image's lattice, several of them as one lesion.

use super::MaskOptions;
use crate::error::Warning;
use crate::image::Mask;
use crate::io::lattice::{MaskToImage, bring};
use crate::io::mark::other_patient;
use crate::io::segmentation::Segmentation;
use crate::io::select::Candidate;
use crate::io::source::{Lesion, LoadedImage, MaskSource};
use crate::io::{IoError, Labels, Mark};

#[cfg(feature = "dicom")]
use crate::io::dicom::rtstruct::StructureSet;
#[cfg(feature = "dicom")]
use crate::io::qa::RoiQa;
#[cfg(feature = "dicom")]
use ndarray::Zip;

/// Most parts of a union that a message lists.
const SHOWN: usize = 20;

impl MaskSource {
    /// What a lesion made of these candidates is called.
    pub(super) fn name_of(&self, group: &[usize], candidates: &[Candidate]) -> String {
        let parts: Vec<&str> =
            group.iter().filter_map(|at| Some(candidates.get(*at)?.name.as_str())).collect();
        let name = parts.join("+");
        match (matches!(self, Self::Labels { .. }), parts.len()) {
            (true, 1) => format!("label {name}"),
            (true, _) => format!("labels {name}"),
            (false, _) => name,
        }
    }

    /// The candidates of a group as one lesion on the image's lattice.
    pub(super) fn united(
        &self,
        name: &str,
        group: &[usize],
        options: &MaskOptions,
        image: &LoadedImage,
    ) -> Result<Lesion, IoError> {
        if group.is_empty() {
            return Err(IoError::RoiUnspecified { names: Vec::new() });
        }
        let mut lesion = match self {
            #[cfg(feature = "dicom")]
            Self::Structures(set) => structures(set, group, options, image)?,
            Self::Labels { file, labels, warnings } => {
                let (mask, placed) = joined((file, name), labels, group, options.to_image, image)?;
                let warnings = [warnings.clone(), placed].concat();
                Lesion {
                    name: String::new(),
                    mask,
                    contours: Vec::new(),
                    segments: Vec::new(),
                    warnings,
                }
            }
            Self::Segments(set) => segments((set, name), group, options, image)?,
        };
        let fractional = matches!(self, Self::Segments(set) if set.fractional);
        if options.threshold.is_some() && !fractional {
            let message = "the threshold given counts for nothing: the mask holds no fractions";
            lesion.warnings.push(Warning::new("mask.threshold_unused", message));
        }
        if group.len() > 1 {
            lesion.warnings.push(self.told_union(group));
        }
        name.clone_into(&mut lesion.name);
        Ok(lesion)
    }

    /// The warning that several became one.
    fn told_union(&self, group: &[usize]) -> Warning {
        let candidates = self.candidates();
        let mut parts: Vec<String> = group
            .iter()
            .take(SHOWN)
            .filter_map(|at| {
                let candidate = candidates.get(*at)?;
                let Self::Labels { labels, .. } = self else { return Some(candidate.told()) };
                let voxels = labels.counts().get(&i32::try_from(candidate.number).ok()?)?;
                Some(format!("{} ({voxels} voxels)", candidate.name))
            })
            .collect();
        if group.len() > SHOWN {
            parts.push("…".into());
        }
        let (file, what) = match self {
            #[cfg(feature = "dicom")]
            Self::Structures(set) => (&set.file, "ROIs"),
            Self::Labels { file, .. } => (file, "labels"),
            Self::Segments(set) => (&set.file, "segments"),
        };
        let (count, parts) = (group.len(), parts.join(", "));
        let message = format!("{file}: {count} {what} were joined to one lesion: {parts}");
        Warning::new("mask.joined", message)
    }
}

/// ROIs of a structure set, by their positions.
#[cfg(feature = "dicom")]
fn structures(
    set: &StructureSet,
    group: &[usize],
    options: &MaskOptions,
    image: &LoadedImage,
) -> Result<Lesion, IoError> {
    let frame = image.frame_of_reference.as_deref();
    let ignored = options.ignore_frame_of_reference;
    let mut warnings = set.warnings.clone();
    warnings.extend(of_another((&set.file, set.patient.as_ref()), image));
    let (mut united, mut contours): (Option<Mask>, _) = (None, Vec::new());
    for roi in group.iter().filter_map(|at| set.rois.get(*at)) {
        let (mask, raster, found) =
            set.rasterise(roi, &image.volume.grid, frame, options.rules, ignored)?;
        for warning in found {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        contours.push(RoiQa {
            file: set.file.clone(),
            number: roi.number,
            name: roi.name.clone(),
            interpreted_type: roi.interpreted_type.clone(),
            raster: Some(raster),
            problems: Vec::new(),
        });
        united = Some(match united {
            None => mask,
            Some(other) => {
                let mut voxels = other.voxels().clone();
                Zip::from(&mut voxels).and(mask.voxels()).for_each(|a, b| *a |= *b);
                Mask::new(image.volume.grid.clone(), voxels)
                    .map_err(|error| IoError::geometry(&roi.name, error))?
            }
        });
    }
    let none = || IoError::RoiUnspecified { names: Vec::new() };
    let mask = united.ok_or_else(none)?;
    Ok(Lesion { name: String::new(), mask, contours, segments: Vec::new(), warnings })
}

/// Labels by their positions, joined before they are put on the image's lattice: resampled one by
/// one, neighbours would part.
fn joined(
    (file, lesion): (&str, &str),
    labels: &Labels,
    group: &[usize],
    to_image: MaskToImage,
    image: &LoadedImage,
) -> Result<(Mask, Vec<Warning>), IoError> {
    let all: Vec<i32> = labels.counts().keys().copied().collect();
    let wanted: Vec<i32> = group.iter().filter_map(|at| all.get(*at).copied()).collect();
    let names = [image.name.as_str(), file, lesion];
    bring(&labels.mask_of_any(&wanted)?, &image.volume.grid, names, to_image)
}

/// The warning that the mask of a file is another patient's than the image.
fn of_another(mask: (&str, Option<&Mark>), image: &LoadedImage) -> Option<Warning> {
    other_patient(mask, (&image.name, image.patient.as_ref()))
}

/// Segments by their positions.
fn segments(
    (set, lesion): (&Segmentation, &str),
    group: &[usize],
    options: &MaskOptions,
    image: &LoadedImage,
) -> Result<Lesion, IoError> {
    let threshold = options.threshold.unwrap_or(set.threshold);
    let mut set = Segmentation { threshold, ..set.clone() };
    set.warnings.extend(of_another((&set.file, set.patient.as_ref()), image));
    let frame = image.frame_of_reference.as_deref();
    let ignored = options.ignore_frame_of_reference;
    let names = [image.name.as_str(), set.file.as_str(), lesion];
    let (mask, record, mut warnings) =
        match (set.mask(group, &image.volume.grid, names[0], (frame, ignored)), options.to_image) {
            (
                Err(
                    IoError::LatticeApart { .. }
                    | IoError::LatticeOutside { .. }
                    | IoError::LatticeShape { .. },
                ),
                how @ (MaskToImage::Nearest | MaskToImage::Linear),
            ) => {
                let checked = set.check_frame(frame, ignored)?;
                let (own, record, gaps) = set.own_mask(group, options.memory)?;
                let (mask, placed) = bring(&own, &image.volume.grid, names, how)?;
                let gaps = gaps.into_iter().collect();
                (mask, record, [set.warnings.clone(), checked, placed, gaps].concat())
            }
            (found, _) => found?,
        };
    warnings.extend(group.iter().filter_map(|at| set.content.noted(*at)));
    Ok(Lesion { name: String::new(), mask, contours: Vec::new(), segments: vec![record], warnings })
}

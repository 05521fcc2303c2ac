//! One front for all formats: an image, and lesions drawn on it.

use super::format::{Format, Source};
use super::lattice::same;
use super::segmentation::{SegmentRecord, Segmentation, Union};
use super::select::choose_roi;
use super::{Files, IoError, Labels};
use crate::contour::RasterReport;
#[cfg(feature = "dicom")]
use crate::contour::rasterise;
use crate::digest::Digest;
use crate::engine::Engine;
use crate::error::Warning;
use crate::image::{Acquisition, Intensity, Mask, Volume};
use ndarray::Axis;

#[cfg(feature = "dicom")]
use super::dicom::rtstruct::StructureSet;

/// The formats, in the order in which files are shown to them.
const FORMATS: &[Format] = &[
    #[cfg(feature = "nifti")]
    super::nifti::FORMAT,
    #[cfg(feature = "nrrd")]
    super::nrrd::FORMAT,
    #[cfg(feature = "metaimage")]
    super::metaimage::FORMAT,
    #[cfg(feature = "dicom")]
    super::dicom::FORMAT,
];

/// Which image is meant, where files hold several, and what its voxels are.
#[derive(Debug, Clone, Copy)]
pub struct ImageChoice<'a> {
    /// Series Instance UID or Series Number.
    pub series: Option<&'a str>,
    /// Series Instance UID the mask refers to; decides where `series` says nothing.
    pub referenced: Option<&'a str>,
    /// What voxels of NIfTI, NRRD and MetaImage mean: the files do not say. DICOM CT is always in HU.
    pub nifti_intensity: Intensity,
}

/// An image with what is known of it.
#[derive(Debug, Clone)]
pub struct LoadedImage {
    /// What to call it in messages.
    pub name: String,
    /// Its voxels.
    pub volume: Volume,
    /// How it was made.
    pub acquisition: Acquisition,
    /// Series Instance UID.
    pub series_uid: Option<String>,
    /// Frame of Reference UID.
    pub frame_of_reference: Option<String>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
}

impl LoadedImage {
    /// A name for the case that tells images apart and tells nothing of the patient: of the Series
    /// Instance UID, or of lattice and middle slice where there is none.
    pub fn case_code(&self) -> String {
        let mut digest = Digest::default();
        if let Some(uid) = &self.series_uid {
            digest.update(uid);
        } else {
            let grid = &self.volume.grid;
            let numbers = grid.spacing.iter().chain(&grid.origin).chain(grid.axes.iter().flatten());
            numbers.for_each(|number| digest.update(number.to_le_bytes()));
            let middle = self.volume.data.index_axis(Axis(0), grid.shape[0] / 2);
            middle.iter().for_each(|voxel| digest.update(voxel.to_le_bytes()));
        }
        format!("case-{}", &digest.digits()[..8])
    }
}

/// Lesions that were drawn, not yet put on an image.
#[derive(Debug, Clone)]
pub enum MaskSource {
    /// An RTSTRUCT.
    #[cfg(feature = "dicom")]
    Structures(StructureSet),
    /// A DICOM SEG or a segmentation of 3D Slicer.
    Segments(Segmentation),
    /// A label image.
    Labels {
        /// Its file.
        file: String,
        /// Its voxels.
        labels: Labels,
        /// What is odd about it.
        warnings: Vec<Warning>,
    },
}

/// Which lesion is meant. Several labels as one lesion: [`MaskSource::union`].
#[derive(Debug, Clone, Copy, Default)]
pub struct LesionChoice<'a> {
    /// ROI or segment name or pattern; for labels, the label's number.
    pub roi: Option<&'a str>,
    /// Label or segment number; for an RTSTRUCT, the ROI Number.
    pub label: Option<i32>,
}

/// One lesion on an image's lattice.
#[derive(Debug, Clone)]
pub struct Lesion {
    /// ROI Name, segment name, or `label N`.
    pub name: String,
    /// Its voxels, on the image's own lattice.
    pub mask: Mask,
    /// What became of its contours, where it was drawn as such.
    pub contours: Option<RasterReport>,
    /// Which segments it is and where they were put, where it was drawn as such.
    pub segments: Option<SegmentRecord>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
}

/// Reads an image from files called `name` as a whole.
///
/// # Errors
/// [`IoError::NotAnImage`], and those of the format's reader.
pub fn read_image(
    files: &dyn Files,
    name: &str,
    choice: &ImageChoice<'_>,
    engine: &Engine,
) -> Result<LoadedImage, IoError> {
    let source = Source::new(files, name, engine);
    for format in FORMATS {
        if let Some(image) = (format.image)(&source, choice)? {
            return Ok(image);
        }
    }
    Err(IoError::NotAnImage { name: source.name.to_owned(), files: source.files.names().len() })
}

/// Reads a mask from files called `name` as a whole.
///
/// # Errors
/// [`IoError::NotAMask`], [`IoError::RtSeveral`], [`IoError::MaskSeveral`], and those of the format's reader.
pub fn read_mask(files: &dyn Files, name: &str, engine: &Engine) -> Result<MaskSource, IoError> {
    let source = Source::new(files, name, engine);
    for format in FORMATS {
        if let Some(mask) = (format.mask)(&source)? {
            return Ok(mask);
        }
    }
    Err(IoError::NotAMask { name: source.name.to_owned(), files: source.files.names().len() })
}

impl MaskSource {
    /// Series Instance UID of the image it was drawn on, where it says so.
    pub fn referenced_series(&self) -> Option<&str> {
        match self {
            #[cfg(feature = "dicom")]
            Self::Structures(set) => set.referenced_series.as_deref(),
            Self::Segments(set) => set.referenced_series.as_deref(),
            Self::Labels { .. } => None,
        }
    }

    /// One lesion on the image's lattice.
    ///
    /// # Errors
    /// Where the choice means none or several, the lattice or frame of reference is another, or no
    /// contour can be used.
    pub fn lesion(&self, choice: LesionChoice<'_>, image: &LoadedImage) -> Result<Lesion, IoError> {
        match self {
            #[cfg(feature = "dicom")]
            Self::Structures(set) => structure(set, choice, image),
            Self::Labels { file, labels, warnings } => {
                let wanted = match (choice.label, choice.roi) {
                    (None, Some(roi)) => Some(label_called(labels, roi)?),
                    (label, _) => label,
                };
                let (label, found) = labels.choose(file, wanted)?;
                let (own, name) = (labels.mask_of(label)?, format!("label {label}"));
                let warnings = [warnings.clone(), found].concat();
                labelled(image, file, &own, name, warnings)
            }
            Self::Segments(set) => {
                let at = set.choose(choice.roi, choice.label)?;
                let name = set.segments.get(at).map(|s| s.name.clone()).unwrap_or_default();
                segmented(image, set, &[at], name)
            }
        }
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
                labelled(image, file, &own, union.name(), warnings.clone())
            }
            Self::Segments(set) => segmented(image, set, &set.union(union)?, union.name()),
        }
    }
}

/// A mask of a label image on the image's lattice, which must be the same.
fn labelled(
    image: &LoadedImage,
    file: &str,
    own: &Mask,
    name: String,
    mut warnings: Vec<Warning>,
) -> Result<Lesion, IoError> {
    warnings.extend(same(&image.volume.grid, own.grid(), [&image.name, file])?);
    let mask = Mask::new(image.volume.grid.clone(), own.voxels().clone());
    let mask = mask.map_err(|error| IoError::geometry(file, error))?;
    Ok(Lesion { name, mask, contours: None, segments: None, warnings })
}

fn segmented(
    image: &LoadedImage,
    set: &Segmentation,
    segments: &[usize],
    name: String,
) -> Result<Lesion, IoError> {
    let frame = image.frame_of_reference.as_deref();
    let (mask, record, warnings) = set.mask(segments, &image.volume.grid, &image.name, frame)?;
    Ok(Lesion { name, mask, contours: None, segments: Some(record), warnings })
}

fn label_called(labels: &Labels, roi: &str) -> Result<i32, IoError> {
    let numbers: Vec<i32> = labels.counts().keys().copied().collect();
    let names: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(numbers[choose_roi(&names, Some(roi))?])
}

#[cfg(feature = "dicom")]
fn structure(
    set: &StructureSet,
    choice: LesionChoice<'_>,
    image: &LoadedImage,
) -> Result<Lesion, IoError> {
    let at = match (choice.roi, choice.label) {
        (None, Some(number)) => {
            let numbers: Vec<String> = set.rois.iter().map(|r| r.number.to_string()).collect();
            let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
            choose_roi(&numbers, Some(&number.to_string()))?
        }
        (roi, _) => choose_roi(&set.names(), roi)?,
    };
    let roi = &set.rois[at];
    let mut warnings = set.warnings.clone();
    warnings.extend(set.check_frame(roi, image.frame_of_reference.as_deref())?);
    let contours = roi.contours(&set.file)?;
    let (mask, report) = rasterise(contours, &image.volume.grid)
        .map_err(|source| IoError::Contour { roi: roi.name.clone(), source })?;
    warnings.extend(report.warnings());
    Ok(Lesion { name: roi.name.clone(), mask, contours: Some(report), segments: None, warnings })
}

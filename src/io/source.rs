//! One front for all formats: an image, and lesions drawn on it.

use super::format::{Choose, Format, Source};
use super::lesions::MaskOptions;
pub use super::opened::{ImageOptions, OpenedImage};
use super::qa::RoiQa;
use super::segmentation::{SegmentRecord, Segmentation};
use super::{Files, IoError, Labels, Mark};
use crate::digest::Digest;
use crate::engine::{Engine, MemoryLimit};
use crate::error::Warning;
use crate::image::{Acquisition, Intensity, Mask, Volume};

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

/// Bytes of a voxel that is an intensity or a label.
pub(super) const VOXEL: usize = 4;

/// Which image is meant, where files hold several, and what its voxels are.
#[derive(Debug, Clone, Copy)]
pub struct ImageChoice<'a> {
    /// Series Instance UID, Series Number, or a pattern of Series Description.
    pub series: Option<&'a str>,
    /// Series Instance UID the mask refers to; decides where `series` says nothing.
    pub referenced: Option<&'a str>,
    /// What voxels of NIfTI, NRRD and MetaImage mean: the files do not say. DICOM CT is always in HU,
    /// MR never.
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
    /// Whom it shows, where the files say.
    pub patient: Option<Mark>,
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
            if let Some(middle) = self.volume.middle() {
                middle.iter().for_each(|voxel| digest.update(voxel.to_le_bytes()));
            }
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

/// Code of the warning that some DICOM files, of an image's folder or of a mask's, cannot be read.
pub const UNREADABLE: &str = "dicom.unreadable";

/// What lesions were drawn on, as far as their file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnOn {
    /// Series Instance UID.
    pub series: Option<String>,
    /// SOP Instance UIDs of the slices.
    pub instances: Vec<String>,
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
    /// What became of its contours, where it was drawn as such: one record for each ROI in it.
    pub contours: Vec<RoiQa>,
    /// Which segments it is and where they were put, where it was drawn as such.
    pub segments: Vec<SegmentRecord>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
}

/// Reads an image from files called `name` as a whole.
///
/// # Errors
/// As for [`read_header`].
pub fn read_image(
    files: &dyn Files,
    name: &str,
    choice: &ImageChoice<'_>,
    engine: &Engine,
) -> Result<LoadedImage, IoError> {
    read_header(files, name, choice, ImageOptions::default(), engine)?.planes(
        files,
        0..usize::MAX,
        engine,
    )
}

/// Images that were found, before it is said which is meant.
pub struct FoundImages {
    choose: Choose,
    memory: MemoryLimit,
}

impl FoundImages {
    /// Looks for images in files called `name` as a whole.
    ///
    /// # Errors
    /// [`IoError::NotAnImage`], and those of the format's reader.
    pub fn new(files: &dyn Files, name: &str, engine: &Engine) -> Result<Self, IoError> {
        let source = Source::new(files, name, engine);
        for format in FORMATS {
            if let Some(choose) = (format.find)(&source)? {
                return Ok(Self { choose, memory: engine.memory() });
            }
        }
        let (files, links) = source.counts();
        Err(IoError::NotAnImage { name: source.name.to_owned(), files, links })
    }

    /// Opens the one that is meant, and reads none of its voxels where the format allows that.
    ///
    /// # Errors
    /// [`IoError::Memory`] for an image of more voxels than memory holds, and those of the format's
    /// reader.
    pub fn open(
        self,
        choice: &ImageChoice<'_>,
        options: ImageOptions<'_>,
    ) -> Result<OpenedImage, IoError> {
        let opened = (self.choose)(choice, options)?;
        // Whatever part of it is read: masks of it are whole.
        let voxels = (opened.image.volume.grid.len(), "voxels");
        IoError::claim(&opened.image.name, voxels, VOXEL, self.memory)?;
        Ok(opened)
    }
}

/// Opens an image from files called `name` as a whole, and reads none of its voxels where the
/// format allows that.
///
/// # Errors
/// As for [`FoundImages::new`] and [`FoundImages::open`].
pub fn read_header(
    files: &dyn Files,
    name: &str,
    choice: &ImageChoice<'_>,
    options: ImageOptions<'_>,
    engine: &Engine,
) -> Result<OpenedImage, IoError> {
    FoundImages::new(files, name, engine)?.open(choice, options)
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
    let (files, links) = source.counts();
    Err(IoError::NotAMask { name: source.name.to_owned(), files, links })
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

    /// One lesion on the image's lattice, by the default rules; see [`MaskSource::lesions`].
    ///
    /// # Errors
    /// Where the choice means none or several, the lattice or frame of reference is another, or no
    /// contour can be used.
    pub fn lesion(&self, choice: LesionChoice<'_>, image: &LoadedImage) -> Result<Lesion, IoError> {
        let mut found = self.lesions(&choice.into(), &MaskOptions::default(), image)?;
        // A query that several would match is an error, and one that none matches too.
        let none = || Err(IoError::RoiUnspecified { names: Vec::new() });
        found.pop().map_or_else(none, |(_, lesion)| lesion)
    }
}

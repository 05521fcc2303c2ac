//! Where images and masks come from.

use super::Choice;
use crate::engine::Engine;
use crate::error::Warning;
use crate::geometry::IndexBox;
use crate::image::Intensity;
use crate::io::source::{
    ImageChoice, ImageOptions, LoadedImage, MaskSource, OpenedImage, read_header, read_mask,
};
use crate::io::{Files, IoError, Memory, open_header, open_mask};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

/// What messages call files in memory as a whole.
const UNNAMED: &str = "data sets";

/// Where an image comes from.
#[derive(Clone)]
pub enum ImageFrom {
    /// A folder or file.
    Path(PathBuf),
    /// Files in memory.
    Files(Arc<Memory>),
    /// An image that is read.
    Loaded(Arc<LoadedImage>),
}

/// Where lesions come from.
#[derive(Clone)]
pub enum MaskFrom {
    /// A folder or file.
    Path(PathBuf),
    /// Files in memory.
    Files(Arc<Memory>),
    /// A mask that is read.
    Read(Arc<MaskSource>),
}

impl MaskFrom {
    /// Reads it, unless it is read.
    ///
    /// # Errors
    /// Those of its reader.
    pub fn open(&self, engine: &Engine) -> Result<Cow<'_, MaskSource>, IoError> {
        Ok(match self {
            Self::Path(path) => Cow::Owned(open_mask(path, engine)?),
            Self::Files(files) => Cow::Owned(read_mask(&**files, UNNAMED, engine)?),
            Self::Read(mask) => Cow::Borrowed(&**mask),
        })
    }
}

/// An image whose lattice is known.
pub(super) enum Opened {
    Files(Arc<dyn Files + Send + Sync>, Box<OpenedImage>),
    Whole(Arc<LoadedImage>),
}

impl Opened {
    /// Opens an image; a mask tells which series is meant.
    ///
    /// # Errors
    /// Those of its reader.
    pub(super) fn new(
        from: &ImageFrom,
        mask: Option<&MaskSource>,
        choice: &Choice,
        engine: &Engine,
    ) -> Result<Self, IoError> {
        let series = ImageChoice {
            series: choice.series.as_deref(),
            referenced: mask.and_then(MaskSource::referenced_series),
            nifti_intensity: Intensity::Hounsfield,
        };
        let instances = mask.map(MaskSource::referenced_instances).unwrap_or_default();
        let Choice { regularise, assume_hu, .. } = *choice;
        let options = ImageOptions { regularise, assume_hu, instances };
        Ok(match from {
            ImageFrom::Path(path) => {
                let (folder, opened) = open_header(path, &series, options, engine)?;
                Self::Files(Arc::new(folder), Box::new(opened))
            }
            ImageFrom::Files(files) => {
                let opened = read_header(&**files, UNNAMED, &series, options, engine)?;
                Self::Files(files.clone(), Box::new(opened))
            }
            ImageFrom::Loaded(image) => Self::Whole(image.clone()),
        })
    }

    /// Its lattice and facts; of an image in memory its voxels, too.
    pub(super) fn header(&self) -> &LoadedImage {
        match self {
            Self::Files(_, opened) => &opened.image,
            Self::Whole(image) => image,
        }
    }

    /// With all its voxels.
    ///
    /// # Errors
    /// Those of its reader.
    pub(super) fn whole(self, engine: &Engine) -> Result<Arc<LoadedImage>, IoError> {
        let all = IndexBox { lo: [0; 3], hi: self.header().volume.grid.shape };
        self.part(all, engine)
    }

    /// With the voxels of a box, of an image in memory with all.
    ///
    /// # Errors
    /// Those of its reader.
    pub(super) fn part(
        self,
        window: IndexBox,
        engine: &Engine,
    ) -> Result<Arc<LoadedImage>, IoError> {
        Ok(match self {
            Self::Files(files, opened) => {
                let mut image = opened.part(&*files, window, engine)?;
                if image.acquisition.modality.is_none() {
                    image.warnings.push(unit_assumed(&image.name));
                }
                Arc::new(image)
            }
            Self::Whole(image) => image,
        })
    }
}

/// The warning of an image that says nothing of its unit: it is in HU for all that is known.
pub fn unit_assumed(name: &str) -> Warning {
    let message = format!("{name} states no unit: its voxels are taken as HU");
    Warning::new("image.unit_assumed", message)
}

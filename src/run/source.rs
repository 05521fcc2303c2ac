//! Where images and masks come from.

use super::Choice;
use crate::engine::Engine;
use crate::error::Warning;
use crate::geometry::IndexBox;
use crate::image::Intensity;
use crate::io::source::{
    DrawnOn, FoundImages, ImageChoice, ImageOptions, LoadedImage, MaskSource, OpenedImage,
    read_mask,
};
use crate::io::{Files, IoError, Memory, Shown, find_images, open_mask};
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
    /// Is an image from the same folder or files?
    pub(super) fn is_from(&self, image: &ImageFrom) -> bool {
        match (self, image) {
            (Self::Path(mask), ImageFrom::Path(image)) => mask == image,
            (Self::Files(mask), ImageFrom::Files(image)) => Arc::ptr_eq(mask, image),
            _ => false,
        }
    }

    /// Reads it, unless it is read.
    ///
    /// # Errors
    /// Those of its reader.
    pub fn open(&self, engine: &Engine) -> Result<Cow<'_, MaskSource>, IoError> {
        Ok(match self {
            Self::Path(path) => Cow::Owned(open_mask(path, engine)?),
            Self::Files(files) => {
                Cow::Owned(read_mask(&Shown::new(files.clone()), UNNAMED, engine)?)
            }
            Self::Read(mask) => Cow::Borrowed(&**mask),
        })
    }
}

/// Images that were found, before it is known which is meant.
pub(super) enum Found {
    Files(Arc<dyn Files + Send + Sync>, Box<FoundImages>),
    Whole(Arc<LoadedImage>),
}

impl Found {
    /// Looks for images.
    ///
    /// # Errors
    /// Those of their reader.
    pub(super) fn new(from: &ImageFrom, engine: &Engine) -> Result<Self, IoError> {
        Ok(match from {
            ImageFrom::Path(path) => {
                let (files, found) = find_images(path, engine)?;
                Self::Files(Arc::new(files), Box::new(found))
            }
            ImageFrom::Files(files) => {
                let files = Shown::new(files.clone());
                let found = FoundImages::new(&files, UNNAMED, engine)?;
                Self::Files(Arc::new(files), Box::new(found))
            }
            ImageFrom::Loaded(image) => Self::Whole(image.clone()),
        })
    }

    /// Opens the one that is meant; what lesions were drawn on tells which series that is.
    ///
    /// # Errors
    /// Those of its reader.
    pub(super) fn open(self, drawn_on: &DrawnOn, choice: &Choice) -> Result<Opened, IoError> {
        let (files, found) = match self {
            Self::Files(files, found) => (files, found),
            Self::Whole(image) => return Ok(Opened::Whole(image)),
        };
        let series = ImageChoice {
            series: choice.series.as_deref(),
            referenced: drawn_on.series.as_deref(),
            nifti_intensity: Intensity::Hounsfield,
        };
        let Choice { regularise, assume_hu, .. } = *choice;
        let options = ImageOptions { regularise, assume_hu, instances: &drawn_on.instances };
        Ok(Opened::Files(files, Box::new(found.open(&series, options)?)))
    }
}

/// An image whose lattice is known.
pub(super) enum Opened {
    Files(Arc<dyn Files + Send + Sync>, Box<OpenedImage>),
    Whole(Arc<LoadedImage>),
}

impl Opened {
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

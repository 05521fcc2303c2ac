//! An image whose voxels are not read yet: lattice and facts first, planes when they are known.

use super::source::LoadedImage;
use super::{Files, IoError};
use crate::engine::Engine;
use crate::error::Warning;
use crate::geometry::{IndexBox, SharedGrid};
use crate::image::{Acquisition, Intensity, Volume};
use ndarray::Array3;
use std::ops::Range;

#[cfg(feature = "dicom")]
use super::dicom;
#[cfg(feature = "nifti")]
use super::nifti;

/// What may be done with an image while it is opened, and what else a mask says of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImageOptions<'a> {
    /// Resample sheared or unevenly spaced slices onto a regular lattice instead of refusing them.
    pub regularise: bool,
    /// Take CT numbers whose Rescale Type (0028,1054) is US, unspecified, for Hounsfield units
    /// instead of refusing them; a warning (`dicom.assumed_hu`) says so.
    pub assume_hu: bool,
    /// SOP Instance UIDs the mask refers to; they tell its series where its UID does not.
    pub instances: &'a [String],
}

/// An image without its voxels.
#[derive(Debug, Clone)]
pub struct OpenedImage {
    /// The whole lattice and the facts; its volume holds no plane. Lesions can be put on it.
    pub image: LoadedImage,
    voxels: Voxels,
}

/// Where the voxels of an opened image come from.
#[derive(Debug, Clone)]
pub(super) enum Voxels {
    /// Slices of a DICOM series.
    #[cfg(feature = "dicom")]
    Stack(Box<dicom::Stack>),
    /// A NIfTI stream.
    #[cfg(feature = "nifti")]
    Nifti,
    /// They were read with the header.
    Whole(Box<Volume>),
}

impl OpenedImage {
    /// An image called `name` that says nothing of the scan yet.
    pub(super) fn new(
        name: &str,
        grid: &SharedGrid,
        intensity: Intensity,
        voxels: Voxels,
    ) -> Result<Self, IoError> {
        let none = Array3::zeros((0, grid.shape[1], grid.shape[2]));
        let volume = Volume::slab(grid.clone(), 0, none, intensity);
        let image = LoadedImage {
            name: name.to_owned(),
            volume: volume.map_err(|error| IoError::geometry(name, error))?,
            acquisition: Acquisition::default(),
            series_uid: None,
            frame_of_reference: None,
            patient: None,
            warnings: Vec::new(),
        };
        Ok(Self { image, voxels })
    }

    /// An image whose voxels are at hand: of a format that is read in one go, or from memory.
    ///
    /// # Errors
    /// [`IoError::Geometry`] where its lattice is none.
    pub fn whole(image: LoadedImage) -> Result<Self, IoError> {
        let (grid, intensity) = (image.volume.grid.clone(), image.volume.intensity);
        let voxels = Voxels::Whole(Box::new(image.volume));
        let opened = Self::new(&image.name, &grid, intensity, voxels)?;
        Ok(opened.warned(image.warnings))
    }

    /// The same with warnings.
    pub(super) fn warned(mut self, warnings: Vec<Warning>) -> Self {
        self.image.warnings = warnings;
        self
    }

    /// The image with some of its planes, cut to those there are, from the files it was opened
    /// from: [`OpenedImage::part`] of all their rows and columns.
    ///
    /// # Errors
    /// Those of the format's reader.
    pub fn planes(
        &self,
        files: &dyn Files,
        planes: Range<usize>,
        engine: &Engine,
    ) -> Result<LoadedImage, IoError> {
        let [_, rows, columns] = self.image.volume.grid.shape;
        let window = IndexBox { lo: [planes.start, 0, 0], hi: [planes.end, rows, columns] };
        self.part(files, window, engine)
    }

    /// The image with a box of its voxels, cut to those there are, from the files it was opened from.
    /// Of DICOM only the slices of the box are read; a NIfTI stream is read to the last of its planes,
    /// or to the middle plane, which names the case and is kept; where voxels came with the header,
    /// all stay.
    ///
    /// # Errors
    /// Those of the format's reader.
    pub fn part(
        &self,
        files: &dyn Files,
        window: IndexBox,
        engine: &Engine,
    ) -> Result<LoadedImage, IoError> {
        let _ = (files, window, engine);
        let (volume, found) = match &self.voxels {
            #[cfg(feature = "dicom")]
            Voxels::Stack(stack) => {
                dicom::decode(files, stack, window, self.image.volume.intensity, engine)?
            }
            #[cfg(feature = "nifti")]
            Voxels::Nifti => {
                let file = &self.image.name;
                let reader = files.open(file);
                let reader =
                    reader.map_err(|source| IoError::Read { file: file.clone(), source })?;
                let reader = std::io::BufReader::with_capacity(nifti::BUFFER, reader);
                let intensity = self.image.volume.intensity;
                (nifti::read_part(file, reader, window, intensity, engine.memory())?, Vec::new())
            }
            Voxels::Whole(volume) => (Volume::clone(volume), Vec::new()),
        };
        let warnings = found.into_iter().chain(self.image.warnings.iter().cloned()).collect();
        Ok(LoadedImage { volume, warnings, ..self.image.clone() })
    }
}

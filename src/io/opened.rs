//! An image whose voxels are not read yet: lattice and facts first, planes when they are known.

use super::source::{ImageChoice, LoadedImage};
use super::{Files, IoError};
use crate::engine::Engine;
use crate::geometry::SharedGrid;
use crate::image::{Intensity, Volume};
use ndarray::Array3;
use std::ops::Range;

#[cfg(feature = "dicom")]
use super::dicom;
#[cfg(feature = "nifti")]
use super::{nifti, source};

/// What may be done with an image while it is opened, and what else a mask says of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImageOptions<'a> {
    /// Resample sheared or unevenly spaced slices onto a regular lattice instead of refusing them.
    pub regularise: bool,
    /// SOP Instance UIDs the mask refers to; they tell its series where its UID does not.
    pub instances: &'a [String],
}

/// An image without its voxels.
#[derive(Debug, Clone)]
pub struct OpenedImage {
    /// The whole lattice and the facts; its volume holds no plane. Lesions can be put on it.
    pub image: LoadedImage,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    #[cfg(feature = "dicom")]
    Stack(Box<dicom::Stack>),
    #[cfg(feature = "nifti")]
    Nifti,
}

/// Opens an image from files called `name` as a whole, and reads none of its voxels.
///
/// # Errors
/// [`IoError::NotAnImage`], and those of the format's reader.
pub fn read_header(
    files: &dyn Files,
    name: &str,
    choice: &ImageChoice<'_>,
    options: ImageOptions<'_>,
    engine: &Engine,
) -> Result<OpenedImage, IoError> {
    #[cfg(feature = "nifti")]
    if let Some(file) = source::nifti_file(files)? {
        let (grid, warnings) = nifti::header(&file, &files.read_at(&file, 0, source::SNIFFED)?)?;
        let image = LoadedImage {
            volume: unread(&file, &grid, choice.nifti_intensity)?,
            name: file,
            acquisition: crate::image::Acquisition::default(),
            series_uid: None,
            frame_of_reference: None,
            warnings,
        };
        return Ok(OpenedImage { image, source: Source::Nifti });
    }
    #[cfg(feature = "dicom")]
    {
        let mut scan = dicom::scan(files, engine);
        if !(scan.series.is_empty() && scan.problems.is_empty()) {
            return series(name, &mut scan, choice, options);
        }
    }
    let _ = (options, engine);
    Err(IoError::NotAnImage { name: name.to_owned(), files: files.names().len() })
}

#[cfg(feature = "dicom")]
fn series(
    name: &str,
    scan: &mut dicom::Scan,
    choice: &ImageChoice<'_>,
    options: ImageOptions<'_>,
) -> Result<OpenedImage, IoError> {
    let mut warnings = Vec::new();
    if let Some((_, error)) = scan.problems.first() {
        let message =
            format!("{} DICOM files cannot be read; the first: {error}", scan.problems.len());
        warnings.push(crate::error::Warning::new("dicom.unreadable", message));
    }
    let ImageOptions { regularise, instances } = options;
    let wanted = dicom::Wanted { series: choice.series, referenced: choice.referenced, instances };
    let (series, found) = dicom::choose(scan, &wanted)?;
    warnings.extend(found);
    // What a slice is comes before how the slices lie: a PET series is refused as such.
    let intensity = dicom::check(series)?;
    let stack = if regularise { dicom::regularised(series) } else { dicom::stack(series) }?;
    warnings.extend(stack.warnings.iter().cloned());
    let (acquisition, found) = series.acquisition();
    warnings.extend(found);
    let image = LoadedImage {
        name: name.to_owned(),
        volume: unread(name, &stack.grid, intensity)?,
        acquisition,
        series_uid: Some(series.uid.clone()),
        frame_of_reference: series.frame_of_reference.clone(),
        warnings,
    };
    Ok(OpenedImage { image, source: Source::Stack(Box::new(stack)) })
}

fn unread(name: &str, grid: &SharedGrid, intensity: Intensity) -> Result<Volume, IoError> {
    let none = Array3::zeros((0, grid.shape[1], grid.shape[2]));
    Volume::slab(grid.clone(), 0, none, intensity).map_err(|error| IoError::geometry(name, error))
}

impl OpenedImage {
    /// The image with some of its planes, cut to those there are, from the files it was opened
    /// from. Of DICOM only their slices are read; a NIfTI stream is read to the last of them, or
    /// to the middle plane, which names the case.
    ///
    /// # Errors
    /// Those of the format's reader.
    pub fn planes(
        &self,
        files: &dyn Files,
        planes: Range<usize>,
        engine: &Engine,
    ) -> Result<LoadedImage, IoError> {
        let _ = engine;
        let (volume, found) = match &self.source {
            #[cfg(feature = "dicom")]
            Source::Stack(stack) => {
                dicom::decode(files, stack, planes, self.image.volume.intensity, engine)?
            }
            #[cfg(feature = "nifti")]
            Source::Nifti => {
                let file = &self.image.name;
                let middle = self.image.volume.grid.shape[0] / 2;
                let planes = planes.start.min(middle)..planes.end.max(middle + 1);
                let reader = files.open(file);
                let reader =
                    reader.map_err(|source| IoError::Read { file: file.clone(), source })?;
                let read = nifti::read_planes(file, std::io::BufReader::new(reader), planes)?;
                (read.volume(self.image.volume.intensity)?, Vec::new())
            }
        };
        let warnings = found.into_iter().chain(self.image.warnings.iter().cloned()).collect();
        Ok(LoadedImage { volume, warnings, ..self.image.clone() })
    }
}

//! Images and masks, wherever they come from.

use crate::choice::{Choice, lesions};
use crate::error::Fault;
use crate::image::{Image, Place, grid, unit_assumed};
use perirad::engine::Engine;
use perirad::geometry::SharedGrid;
use perirad::image::Intensity;
use perirad::io::lesions::Drawn;
use perirad::io::segmentation::Union;
use perirad::io::source::{
    ImageChoice, ImageOptions, Lesion, LoadedImage, MaskSource, OpenedImage, read_header, read_mask,
};
use perirad::io::{Files, Folder, IoError, Labels, Memory, open_header, open_mask};
use perirad::report::Reading;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// What messages call files that have no name as a whole.
const UNNAMED: &str = "data sets";

/// Where an image comes from.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct ImageInput(pub Arc<ImageSource>);

pub enum ImageSource {
    Path(PathBuf),
    Memory(Arc<Memory>),
    Loaded(Arc<LoadedImage>),
}

#[pymethods]
impl ImageInput {
    /// A file or folder.
    #[staticmethod]
    fn path(path: PathBuf) -> Self {
        Self(Arc::new(ImageSource::Path(path)))
    }

    /// Files by their names.
    #[staticmethod]
    fn files(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self(Arc::new(ImageSource::Memory(memory(files))))
    }

    /// An image in memory.
    #[staticmethod]
    fn image(image: &Image) -> Self {
        Self(Arc::new(ImageSource::Loaded(image.0.clone())))
    }
}

/// Where lesions come from.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct MaskInput(pub Arc<Drawing>);

pub enum Drawing {
    Path(PathBuf),
    Memory(Arc<Memory>),
    /// Label images: one that is nameless, or one for each lesion.
    Labels(Vec<(Option<String>, MaskSource)>),
}

/// A lesion's name, voxels, shape and place.
type LabelArray<'py> = (Option<String>, Bound<'py, PyAny>, [usize; 3], Place);

#[pymethods]
impl MaskInput {
    /// A file or folder.
    #[staticmethod]
    fn path(path: PathBuf) -> Self {
        Self(Arc::new(Drawing::Path(path)))
    }

    /// Files by their names.
    #[staticmethod]
    fn files(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self(Arc::new(Drawing::Memory(memory(files))))
    }

    /// Arrays `[z, y, x]` of `uint8`, `int32` or `float64`, which are copied: a label image, or
    /// lesions by name, each of them whatever is not 0.
    #[staticmethod]
    fn labels(py: Python<'_>, arrays: Vec<LabelArray<'_>>) -> PyResult<Self> {
        let mut labels = Vec::with_capacity(arrays.len());
        for (name, array, shape, place) in arrays {
            let file = name.clone().unwrap_or_else(|| "mask".into());
            let numbers = Numbers::new(&array)?;
            let made = py.detach(|| numbers.labels(&file, grid(&file, shape, place)?));
            let read = made.map_err(|error| Fault::from(error).raised(py))?;
            labels.push((name, MaskSource::Labels { file, labels: read, warnings: Vec::new() }));
        }
        Ok(Self(Arc::new(Drawing::Labels(labels))))
    }
}

fn memory(files: BTreeMap<String, Vec<u8>>) -> Arc<Memory> {
    let mut memory = Memory::default();
    for (name, bytes) in files {
        memory.insert(name, bytes);
    }
    Arc::new(memory)
}

/// Voxels of a label image as Python holds them.
enum Numbers {
    Small(Vec<u8>),
    Whole(Vec<i32>),
    Any(Vec<f64>),
}

impl Numbers {
    fn new(array: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = array.py();
        if let Ok(buffer) = PyBuffer::get(array) {
            return buffer.to_vec(py).map(Self::Small);
        }
        if let Ok(buffer) = PyBuffer::get(array) {
            return buffer.to_vec(py).map(Self::Whole);
        }
        match PyBuffer::get(array) {
            Ok(buffer) => buffer.to_vec(py).map(Self::Any),
            Err(_) => Err(PyTypeError::new_err("a mask of uint8, int32 or float64 was expected")),
        }
    }

    fn labels(self, file: &str, grid: SharedGrid) -> Result<Labels, IoError> {
        match self {
            Self::Small(values) => Labels::new(file, grid, values.into_iter().map(f64::from)),
            Self::Whole(values) => Labels::new(file, grid, values.into_iter().map(f64::from)),
            Self::Any(values) => Labels::new(file, grid, values.into_iter()),
        }
    }
}

/// Lesions that were drawn, read.
pub enum OpenedMask<'a> {
    One(Cow<'a, MaskSource>),
    Named(&'a [(Option<String>, MaskSource)]),
}

fn source_of<'m>(mask: Option<&'m OpenedMask<'_>>) -> Option<&'m MaskSource> {
    match mask {
        Some(OpenedMask::One(mask)) => Some(mask),
        _ => None,
    }
}

impl<'a> OpenedMask<'a> {
    /// Opens a mask.
    ///
    /// # Errors
    /// Those of its reader.
    pub fn new(drawing: &'a Drawing, engine: &Engine) -> Result<Self, IoError> {
        Ok(match drawing {
            Drawing::Path(path) => Self::One(Cow::Owned(open_mask(path, engine)?)),
            Drawing::Memory(memory) => {
                Self::One(Cow::Owned(read_mask(&**memory, UNNAMED, engine)?))
            }
            Drawing::Labels(labels) => match &labels[..] {
                [(None, mask)] => Self::One(Cow::Borrowed(mask)),
                named => Self::Named(named),
            },
        })
    }

    /// The lesions that are meant, and what was asked.
    ///
    /// # Errors
    /// A choice that means none, or several; what keeps all lesions from the image.
    pub fn lesions(
        &self,
        choice: Choice,
        image: &LoadedImage,
        engine: &Engine,
    ) -> Result<(Reading, Vec<Drawn>), IoError> {
        let named = match self {
            Self::One(mask) => {
                let reading = choice.reading(mask, engine);
                let lesions = lesions(mask, &reading, image)?;
                return Ok((reading, lesions));
            }
            Self::Named(named) => named,
        };
        let options = choice.options(engine);
        let mut found: Vec<Drawn> = Vec::new();
        for (name, mask) in *named {
            let name = name.clone().unwrap_or_default();
            match mask.unions(Union::AnyNonzero, &options, image) {
                Err(error) => found.push((name, Err(error))),
                Ok(drawn) => found.extend(drawn.into_iter().map(|(own, lesion)| {
                    // Parts keep their number.
                    let part = own.split_once('/').map(|(_, part)| format!("{name}/{part}"));
                    let name = part.unwrap_or_else(|| name.clone());
                    (name.clone(), lesion.map(|lesion| Lesion { name, ..lesion }))
                })),
            }
        }
        let reading = Reading { any_nonzero: true, mask: options, ..Reading::default() };
        Ok((reading, found))
    }
}

/// An image whose lattice is known.
pub enum Opened {
    Files(Arc<dyn Files + Send + Sync>, Box<OpenedImage>),
    Whole(Arc<LoadedImage>),
}

impl Opened {
    /// Opens an image; a mask tells which series is meant.
    ///
    /// # Errors
    /// Those of its reader.
    pub fn new(
        source: &ImageSource,
        mask: Option<&OpenedMask<'_>>,
        choice: &Choice,
        engine: &Engine,
    ) -> Result<Self, IoError> {
        let series = ImageChoice {
            series: choice.series.as_deref(),
            referenced: source_of(mask).and_then(MaskSource::referenced_series),
            nifti_intensity: Intensity::Hounsfield,
        };
        let instances = source_of(mask).map(MaskSource::referenced_instances).unwrap_or_default();
        let Choice { regularise, assume_hu, .. } = *choice;
        let options = ImageOptions { regularise, assume_hu, instances };
        Ok(match source {
            ImageSource::Path(path) => {
                let (folder, opened): (Folder, _) = open_header(path, &series, options, engine)?;
                Self::Files(Arc::new(folder), Box::new(opened))
            }
            ImageSource::Memory(memory) => {
                let opened = read_header(&**memory, UNNAMED, &series, options, engine)?;
                Self::Files(memory.clone(), Box::new(opened))
            }
            ImageSource::Loaded(image) => Self::Whole(image.clone()),
        })
    }

    /// Its lattice and facts.
    pub fn header(&self) -> &LoadedImage {
        match self {
            Self::Files(_, opened) => &opened.image,
            Self::Whole(image) => image,
        }
    }

    /// With the voxels of some planes, of an image in memory of all.
    ///
    /// # Errors
    /// Those of its reader.
    pub fn planes(
        self,
        planes: Range<usize>,
        engine: &Engine,
    ) -> Result<Arc<LoadedImage>, IoError> {
        Ok(match self {
            Self::Files(files, opened) => {
                let mut image = opened.planes(&*files, planes, engine)?;
                if image.acquisition.modality.is_none() {
                    image.warnings.push(unit_assumed(&image.name));
                }
                Arc::new(image)
            }
            Self::Whole(image) => image,
        })
    }
}

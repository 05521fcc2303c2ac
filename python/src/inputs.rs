//! Images and masks, wherever they come from.

use crate::error::{Fault, option};
use crate::image::{Image, Place, grid};
use perirad::geometry::SharedGrid;
use perirad::io::segmentation::Segmentation;
use perirad::io::source::MaskSource;
use perirad::io::{IoError, Labels, Memory};
use perirad::pipeline::StructureRule;
use perirad::run::{Bound as RingBound, Choice, ImageFrom, Inputs, MaskFrom};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What messages call masks that are given by name.
const MASKS: &str = "masks";
/// What messages call a mask that has no name.
const MASK: &str = "mask";

/// Where an image comes from.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct ImageInput(pub ImageFrom);

#[pymethods]
impl ImageInput {
    /// A file or folder.
    #[staticmethod]
    fn path(path: PathBuf) -> Self {
        Self(ImageFrom::Path(path))
    }

    /// Files by their names.
    #[staticmethod]
    fn files(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self(ImageFrom::Files(memory(files)))
    }

    /// An image in memory.
    #[staticmethod]
    fn image(image: &Image) -> Self {
        Self(ImageFrom::Loaded(image.0.clone()))
    }
}

/// Where lesions come from.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct MaskInput(pub MaskFrom);

/// A lesion's name, voxels, shape and place.
type LabelArray<'py> = (Option<String>, Bound<'py, PyAny>, [usize; 3], Place);

#[pymethods]
impl MaskInput {
    /// A file or folder.
    #[staticmethod]
    fn path(path: PathBuf) -> Self {
        Self(MaskFrom::Path(path))
    }

    /// Files by their names.
    #[staticmethod]
    fn files(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self(MaskFrom::Files(memory(files)))
    }

    /// Arrays `[z, y, x]` of `uint8`, `int32` or `float64`, which are copied: a label image without
    /// a name, or lesions by name, each of them whatever is not 0.
    #[staticmethod]
    fn labels(py: Python<'_>, arrays: Vec<LabelArray<'_>>) -> PyResult<Self> {
        let raised = |error: IoError| Fault::from(error).raised(py);
        let mut lesions = Vec::with_capacity(arrays.len());
        for (name, array, shape, place) in arrays {
            let file = name.clone().unwrap_or_else(|| MASK.into());
            let numbers = Numbers::new(&array)?;
            let made = py.detach(|| numbers.labels(&file, grid(&file, shape, place)?));
            let labels = made.map_err(raised)?;
            let Some(name) = name else {
                let mask = MaskSource::Labels { file, labels, warnings: Vec::new() };
                return Ok(Self(MaskFrom::Read(Arc::new(mask))));
            };
            lesions.push((name, labels));
        }
        let named = Segmentation::named(MASKS, lesions).map_err(raised)?;
        Ok(Self(MaskFrom::Read(Arc::new(MaskSource::Segments(named)))))
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
            Self::Small(values) => Labels::of_whole(file, grid, &values),
            Self::Whole(values) => Labels::of_whole(file, grid, &values),
            Self::Any(values) => Labels::new(file, grid, values.into_iter()),
        }
    }
}

/// A structure that bounds rings: `within` or `exclude`, its mask, which of it.
type BoundArgument<'py> = (String, Bound<'py, MaskInput>, Option<String>);

/// Image, mask, options as JSON, structures that bound rings, name of the case, intensities below
/// which shares are told.
#[derive(FromPyObject)]
pub struct Asked<'py>(
    Bound<'py, ImageInput>,
    Bound<'py, MaskInput>,
    String,
    Vec<BoundArgument<'py>>,
    Option<String>,
    Option<Vec<f64>>,
);

impl Asked<'_> {
    /// As the library takes it, owned.
    ///
    /// # Errors
    /// `ValueError` that names the keyword or its value.
    pub fn inputs(self) -> PyResult<Inputs> {
        let Self(image, mask, options, bounds, case, below) = self;
        let bound = |(rule, mask, name): BoundArgument<'_>| {
            let rule = match rule.as_str() {
                "within" => StructureRule::Within,
                _ => StructureRule::Exclude,
            };
            RingBound { rule, mask: mask.get().0.clone(), name }
        };
        Ok(Inputs {
            image: image.get().0.clone(),
            mask: mask.get().0.clone(),
            choice: choice(&options)?,
            bounds: bounds.into_iter().map(bound).collect(),
            case,
            below,
        })
    }
}

/// Options as JSON.
///
/// # Errors
/// `ValueError` that names the keyword or its value.
pub fn choice(json: &str) -> PyResult<Choice> {
    serde_json::from_str(json).map_err(|error| {
        let told = error.to_string();
        let told = told.split(" at line ").next().unwrap_or_default();
        option(format!("reading options: {told}"))
    })
}

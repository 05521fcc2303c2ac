//! An image in memory.

use crate::error::Fault;
use crate::kept::{Kept, again, kept};
use ndarray::Array3;
use perirad::error::{Warning, readable};
use perirad::geometry::{GeometryError, Grid, SharedGrid};
use perirad::image::{Acquisition, Intensity, Volume};
use perirad::io::IoError;
use perirad::io::lattice::shortest;
use perirad::io::source::LoadedImage;
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;
use std::sync::Arc;

/// Spacing, origin and direction as ITK states them: mm along x, y, z; LPS mm of the first voxel's
/// centre; a matrix by rows whose columns are the axes x, y, z.
pub type Place = ([f64; 3], [f64; 3], [f64; 9]);

/// The lattice of an array `[z, y, x]`; spacings are rounded as the readers of files round them.
///
/// # Errors
/// [`IoError::Geometry`] in the name of `name`.
pub fn grid(name: &str, shape: [usize; 3], place: Place) -> Result<SharedGrid, IoError> {
    let ([x, y, z], origin, direction) = place;
    let spacing = [z, y, x].map(shortest);
    Grid::new(shape, spacing, origin, axes_of(direction))
        .map(Arc::new)
        .map_err(|source| named(name, source))
}

/// The axes `[z, y, x]` of a direction.
pub fn axes_of(d: [f64; 9]) -> [[f64; 3]; 3] {
    [[d[2], d[5], d[8]], [d[1], d[4], d[7]], [d[0], d[3], d[6]]]
}

/// The place of a lattice.
pub fn place(grid: &Grid) -> Place {
    let [z, y, x] = grid.spacing;
    let mut direction = [0.0; 9];
    for (at, entry) in direction.iter_mut().enumerate() {
        *entry = grid.axes[2 - at % 3][at / 3];
    }
    ([x, y, z], grid.origin, direction)
}

pub fn named(name: &str, source: GeometryError) -> IoError {
    IoError::Geometry { file: name.to_owned(), source }
}

/// An image in memory: `perirad.Image` holds one.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct Image(pub Arc<LoadedImage>);

#[pymethods]
impl Image {
    /// An image of an array `[z, y, x]` of `float32` in C order, which is copied; its unit is `HU`,
    /// any other word for none, or `None` where it is not known and taken as HU. What was rounded
    /// to `float32` says by how much at most, and what the numbers span.
    #[new]
    fn new(
        py: Python<'_>,
        voxels: PyBuffer<f32>,
        shape: [usize; 3],
        place: Place,
        unit: Option<&str>,
        name: String,
        rounded: Option<(f64, f64)>,
    ) -> PyResult<Self> {
        let voxels = voxels.to_vec(py)?;
        let loaded = |name| {
            let mut image = loaded(name, voxels, shape, place, unit)?;
            image.warnings.extend(rounded.map(|rounded| told_rounded(&image.name, rounded)));
            Ok(image)
        };
        py.detach(|| loaded(name))
            .map(|image| Self(Arc::new(image)))
            .map_err(|error: IoError| Fault::from(error).raised(py))
    }

    /// All of it, to be pickled.
    fn kept<'py>(&self, py: Python<'py>) -> PyResult<Kept<'py>> {
        kept(py, &self.0)
    }

    /// What was kept.
    #[staticmethod]
    fn again(py: Python<'_>, all: Kept<'_>) -> PyResult<Self> {
        again(py, all).map(|image| Self(Arc::new(image)))
    }

    /// Voxels `[z, y, x]` as `float32` in C order and the machine's byte order.
    fn voxels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        let data = &self.0.volume.data;
        PyByteArray::new_with(py, data.len() * size_of::<f32>(), |bytes| {
            for (to, voxel) in bytes.chunks_exact_mut(size_of::<f32>()).zip(data) {
                to.copy_from_slice(&voxel.to_ne_bytes());
            }
            Ok(())
        })
    }

    #[getter]
    fn shape(&self) -> [usize; 3] {
        self.0.volume.grid.shape
    }

    #[getter]
    fn place(&self) -> Place {
        place(&self.0.volume.grid)
    }

    #[getter]
    fn hounsfield(&self) -> bool {
        self.0.volume.intensity == Intensity::Hounsfield
    }

    #[getter]
    fn name(&self) -> String {
        self.0.name.clone()
    }

    /// Facts of the scan as JSON.
    #[getter]
    fn acquisition(&self) -> String {
        serde_json::to_string(&self.0.acquisition).unwrap_or_default()
    }

    /// Code and message of each warning.
    #[getter]
    fn warnings(&self) -> Vec<(&'static str, String)> {
        self.0.warnings.iter().map(|w| (w.code, w.message.clone())).collect()
    }
}

fn told_rounded(name: &str, (error, span): (f64, f64)) -> Warning {
    let [error, span, percent] = [error, span, 100.0 * error / span].map(readable);
    let message = format!(
        "{name}: numbers were rounded by up to {error}, {percent} % of the {span} that they span, since \
         voxels are kept as 32-bit floats: take away a number near all of them first"
    );
    Warning::new("image.rounded", message)
}

fn loaded(
    name: String,
    voxels: Vec<f32>,
    shape: [usize; 3],
    place: Place,
    unit: Option<&str>,
) -> Result<LoadedImage, IoError> {
    let count = voxels.iter().filter(|v| !v.is_finite()).count();
    if count > 0 {
        return Err(IoError::VoxelsNonFinite { file: name, count });
    }
    let grid = grid(&name, shape, place)?;
    let array = [1, 1, voxels.len()];
    let mismatch = |_| named(&name, GeometryError::ShapeMismatch { grid: shape, array });
    let data = Array3::from_shape_vec(shape, voxels).map_err(mismatch)?;
    let intensity = match unit {
        None | Some("HU") => Intensity::Hounsfield,
        Some(_) => Intensity::Arbitrary,
    };
    let warnings =
        if unit.is_none() { vec![perirad::run::unit_assumed(&name)] } else { Vec::new() };
    let volume = Volume::new(grid, data, intensity).map_err(|error| named(&name, error))?;
    Ok(LoadedImage {
        name,
        volume,
        acquisition: Acquisition::default(),
        series_uid: None,
        frame_of_reference: None,
        patient: None,
        warnings,
    })
}

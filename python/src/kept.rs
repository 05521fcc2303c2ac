//! An image as it is pickled: whole, with all that is known of it.

use crate::error::Fault;
use crate::image::{Place, axes_of, place};
use ndarray::Array3;
use perirad::error::Warning;
use perirad::geometry::Grid;
use perirad::image::{Intensity, Volume};
use perirad::io::IoError;
use perirad::io::source::LoadedImage;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Name, voxels, marks of voxels that measure nothing, shape, place, in HU?, acquisition as JSON,
/// Series Instance and Frame of Reference UID, warnings. Voxels are little endian.
pub type Kept<'py> = (
    String,
    Bound<'py, PyBytes>,
    Option<Bound<'py, PyBytes>>,
    [usize; 3],
    Place,
    bool,
    String,
    [Option<String>; 2],
    Vec<(String, String)>,
);

/// All of an image.
pub fn kept<'py>(py: Python<'py>, image: &LoadedImage) -> PyResult<Kept<'py>> {
    let volume = &image.volume;
    let bytes = PyBytes::new_with(py, volume.data.len() * size_of::<f32>(), |bytes| {
        for (to, voxel) in bytes.chunks_exact_mut(size_of::<f32>()).zip(&volume.data) {
            to.copy_from_slice(&voxel.to_le_bytes());
        }
        Ok(())
    })?;
    let marks = volume.no_data().map(|marks| {
        let marks: Vec<u8> = marks.iter().map(|mark| u8::from(*mark)).collect();
        PyBytes::new(py, &marks)
    });
    let told = image.warnings.iter().map(|w| (w.code.to_owned(), w.message.clone()));
    Ok((
        image.name.clone(),
        bytes,
        marks,
        volume.grid.shape,
        place(&volume.grid),
        volume.intensity == Intensity::Hounsfield,
        serde_json::to_string(&image.acquisition).unwrap_or_default(),
        [image.series_uid.clone(), image.frame_of_reference.clone()],
        told.collect(),
    ))
}

/// The image that was kept.
///
/// # Errors
/// What [`kept`] cannot have made.
pub fn again(py: Python<'_>, kept: Kept<'_>) -> PyResult<LoadedImage> {
    let (name, bytes, marks, shape, place, hounsfield, acquisition, uids, warnings) = kept;
    let broken = || PyValueError::new_err("not an image as perirad pickles it");
    let (voxels, _) = bytes.as_bytes().as_chunks::<{ size_of::<f32>() }>();
    let voxels = voxels.iter().map(|voxel| f32::from_le_bytes(*voxel)).collect();
    let data = Array3::from_shape_vec(shape, voxels).map_err(|_| broken())?;
    let raised = |source| {
        let error = IoError::Geometry { file: name.clone(), source };
        Fault::from(error).raised(py)
    };
    let ([x, y, z], origin, direction) = place;
    let grid = Grid::new(shape, [z, y, x], origin, axes_of(direction)).map_err(raised)?;
    let unit = if hounsfield { Intensity::Hounsfield } else { Intensity::Arbitrary };
    let mut volume = Volume::new(Arc::new(grid), data, unit).map_err(raised)?;
    if let Some(marks) = marks {
        let marks = marks.as_bytes().iter().map(|mark| *mark != 0).collect();
        let marks = Array3::from_shape_vec(shape, marks).map_err(|_| broken())?;
        volume = volume.marked(marks).map_err(raised)?;
    }
    let [series_uid, frame_of_reference] = uids;
    Ok(LoadedImage {
        volume,
        acquisition: serde_json::from_str(&acquisition).map_err(|_| broken())?,
        series_uid,
        frame_of_reference,
        patient: None,
        warnings: warnings.into_iter().map(|(c, message)| Warning::new(code(c), message)).collect(),
        name,
    })
}

/// Codes that came out of pickles; each is kept once, for codes live as long as the program.
static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

fn code(text: String) -> &'static str {
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = codes.get(text.as_str()) {
        return known;
    }
    let code = Box::leak(text.into_boxed_str());
    codes.insert(code);
    code
}

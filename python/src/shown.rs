//! Images and masks as they are read, for Python to look at.

use crate::engine::{Lent, engine};
use crate::error::Fault;
use crate::image::{Image, Place, place};
use crate::inputs::{Asked, ImageInput, choice};
use crate::settings::{Settings, regions};
use crate::watch::attended;
use perirad::image::Mask;
use perirad::io::source::Lesion;
use perirad::run;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;
use std::path::PathBuf;

/// A mask as Python gets it: name, voxels `[z, y, x]` of a byte each, shape, place, warnings.
type Shown<'py> = (String, Bound<'py, PyByteArray>, [usize; 3], Place, Vec<(&'static str, String)>);

/// Reads an image whole.
#[pyfunction]
pub fn read_image(
    py: Python<'_>,
    image: &ImageInput,
    options: &str,
    lent: Lent,
) -> PyResult<Image> {
    let (from, choice) = (image.0.clone(), choice(options)?);
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let read = attended(py, None, engine, false, move |_, engine| {
        run::image(&from, &choice, engine).map_err(Fault::from)
    })?;
    Ok(Image(read.map_err(|fault| fault.raised(py))?))
}

/// The lesions that are meant, on the image's lattice.
#[pyfunction]
pub fn read_masks<'py>(
    py: Python<'py>,
    asked: Asked<'py>,
    lent: Lent,
) -> PyResult<Vec<Shown<'py>>> {
    let inputs = asked.inputs()?;
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let read =
        attended(py, None, engine, false, move |_, engine| Ok(run::lesions(&inputs, engine)?.0))?;
    all_shown(py, read)
}

/// A region of the lesions that are meant, on the image's lattice.
#[pyfunction]
pub fn region<'py>(
    py: Python<'py>,
    asked: Asked<'py>,
    settings: &Settings,
    region: String,
    lent: Lent,
) -> PyResult<Vec<Shown<'py>>> {
    let (inputs, settings) = (asked.inputs()?, settings.tree.clone());
    let region = regions(&[region])?[0];
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let made = attended(py, None, engine, false, move |_, engine| {
        Ok(run::region(&inputs, (&settings, region), engine)?.0)
    })?;
    all_shown(py, made)
}

fn all_shown(py: Python<'_>, lesions: Result<Vec<Lesion>, Fault>) -> PyResult<Vec<Shown<'_>>> {
    let lesions = lesions.map_err(|fault| fault.raised(py))?;
    lesions.iter().map(|lesion| shown(py, lesion)).collect()
}

fn shown<'py>(
    py: Python<'py>,
    Lesion { name, mask, warnings, .. }: &Lesion,
) -> PyResult<Shown<'py>> {
    let told = warnings.iter().map(|w| (w.code, w.message.clone())).collect();
    Ok((name.clone(), bytes(py, mask)?, mask.grid().shape, place(mask.grid()), told))
}

fn bytes<'py>(py: Python<'py>, mask: &Mask) -> PyResult<Bound<'py, PyByteArray>> {
    let voxels = mask.voxels();
    PyByteArray::new_with(py, voxels.len(), |bytes| {
        bytes.iter_mut().zip(voxels).for_each(|(to, inside)| *to = u8::from(*inside));
        Ok(())
    })
}

/// Name and text of a table of lesions.
#[pyfunction]
pub fn table(py: Python<'_>, path: PathBuf) -> PyResult<(String, String)> {
    let read = run::Text::read("cohort.file", &path);
    read.map(|text| (text.file, text.text)).map_err(|error| Fault::from(error).raised(py))
}

/// What a file or folder holds, as the program's JSON.
#[pyfunction]
pub fn inspect(py: Python<'_>, path: PathBuf, lent: Lent) -> PyResult<String> {
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let found = attended(py, None, engine, false, move |_, engine| {
        let found = perirad::io::inspect(&path, engine)?;
        Ok::<_, Fault>(serde_json::to_string(&found).unwrap_or_default())
    })?;
    found.map_err(|fault| fault.raised(py))
}

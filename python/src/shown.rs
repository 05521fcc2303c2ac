//! Images and masks as they are read, for Python to look at.

use crate::choice::Choice;
use crate::engine::{Lent, engine};
use crate::error::Fault;
use crate::image::{Image, Place, place};
use crate::inputs::{ImageInput, MaskInput, Opened, OpenedMask};
use crate::settings::{Settings, regions};
use crate::watch::attended;
use perirad::image::Mask;
use perirad::io::source::Lesion;
use perirad::pipeline::{Around, Subject, native_region};
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
    reading: &str,
    lent: Lent,
) -> PyResult<Image> {
    let (source, choice) = (image.0.clone(), Choice::parse(reading)?);
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let read = attended(py, None, move |_| {
        let opened = Opened::new(&source, None, &choice, &engine)?;
        Ok::<_, Fault>(opened.planes(0..usize::MAX, &engine)?)
    })?;
    Ok(Image(read.map_err(|fault| fault.raised(py))?))
}

/// The lesions that are meant, on the image's lattice.
#[pyfunction]
pub fn read_masks<'py>(
    py: Python<'py>,
    image: &ImageInput,
    mask: &MaskInput,
    reading: &str,
    lent: Lent,
) -> PyResult<Vec<Shown<'py>>> {
    let (source, drawing, choice) = (image.0.clone(), mask.0.clone(), Choice::parse(reading)?);
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let read = attended(py, None, move |_| {
        let mask = OpenedMask::new(&drawing, &engine)?;
        let opened = Opened::new(&source, Some(&mask), &choice, &engine)?;
        let (_, drawn) = mask.lesions(choice, opened.header(), &engine)?;
        let lesions = drawn.into_iter().map(|(_, lesion)| lesion).collect::<Result<Vec<_>, _>>();
        Ok::<_, Fault>(lesions?)
    })?;
    let lesions: Vec<Lesion> = read.map_err(|fault| fault.raised(py))?;
    let told = |lesion: &Lesion| {
        lesion.warnings.iter().map(|w| (w.code, w.message.clone())).collect::<Vec<_>>()
    };
    lesions.iter().map(|lesion| shown(py, &lesion.name, &lesion.mask, told(lesion))).collect()
}

/// A region of the lesions that are meant, on the image's lattice.
#[pyfunction]
pub fn region<'py>(
    py: Python<'py>,
    image: &ImageInput,
    mask: &MaskInput,
    settings: &Settings,
    region: String,
    reading: &str,
    lent: Lent,
) -> PyResult<Vec<Shown<'py>>> {
    let (source, drawing, choice) = (image.0.clone(), mask.0.clone(), Choice::parse(reading)?);
    let (settings, region) = (settings.tree.clone(), regions(&[region])?[0]);
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let made = attended(py, None, move |watch| {
        let mask = OpenedMask::new(&drawing, &engine)?;
        let opened = Opened::new(&source, Some(&mask), &choice, &engine)?;
        let (_, drawn) = mask.lesions(choice, opened.header(), &engine)?;
        let image = opened.planes(0..usize::MAX, &engine)?;
        let mut rings = Vec::new();
        let drawn = drawn.into_iter().map(|(_, lesion)| lesion).collect::<Result<Vec<_>, _>>()?;
        let masks: Vec<&Mask> = drawn.iter().map(|lesion| &lesion.mask).collect();
        for (at, lesion) in drawn.iter().enumerate() {
            if watch.stopped() {
                break;
            }
            let (before, after) = (&masks[..at], &masks[at + 1..]);
            let subject = Subject {
                case: "",
                roi: &lesion.name,
                image: &image.volume,
                mask: &lesion.mask,
                acquisition: &image.acquisition,
                around: Around { before, after, structures: &[] },
                below: &[],
            };
            let ring = native_region(&subject, &settings, region, &engine)?;
            rings.push((lesion.name.clone(), ring, lesion.warnings.clone()));
        }
        Ok::<_, Fault>(rings)
    })?;
    let rings = made.map_err(|fault| fault.raised(py))?;
    let told = rings.into_iter().map(|(name, ring, warnings)| {
        let warnings = warnings.into_iter().map(|w| (w.code, w.message)).collect();
        shown(py, &name, &ring, warnings)
    });
    told.collect()
}

fn shown<'py>(
    py: Python<'py>,
    name: &str,
    mask: &Mask,
    warnings: Vec<(&'static str, String)>,
) -> PyResult<Shown<'py>> {
    let voxels = mask.voxels();
    let bytes = PyByteArray::new_with(py, voxels.len(), |bytes| {
        bytes.iter_mut().zip(voxels).for_each(|(to, inside)| *to = u8::from(*inside));
        Ok(())
    })?;
    let grid = mask.grid();
    Ok((name.to_owned(), bytes, grid.shape, place(grid), warnings))
}

/// What a file or folder holds, as the program's JSON.
#[pyfunction]
pub fn inspect(py: Python<'_>, path: PathBuf, lent: Lent) -> PyResult<String> {
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let found = attended(py, None, move |_| {
        let found = perirad::io::inspect(&path, &engine)?;
        Ok::<_, Fault>(serde_json::to_string(&found).unwrap_or_default())
    })?;
    found.map_err(|fault| fault.raised(py))
}

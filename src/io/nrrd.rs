//! NRRD images, label images, and segmentations of 3D Slicer (`.nrrd`, `.nhdr`, `.seg.nrrd`).
//!
//! Read are one volume of three axes, and a fourth axis of layers in a segmentation. Where `space`
//! is absent nothing says where the voxels are: such files are refused, `spacings` or not.

mod geometry;
mod header;
mod seg;

use super::format::{Format, Source};
use super::gzip::Gzip;
use super::single::plain;
use super::source::{MaskSource, OpenedImage};
use super::voxels::{Voxels, claimed, exactly, from_text, inflated};
use super::{Files, IoError};
use crate::engine::MemoryLimit;
use crate::geometry::{Grid, SharedGrid};
use header::{Encoding, Header};
use std::sync::Arc;

pub use header::is_nrrd;

pub(super) const FORMAT: Format = Format {
    find: |source| {
        let Some(file) = sole(source)? else { return Ok(None) };
        let voxels = read(source.files, &file, source.engine.memory())?.into_voxels()?;
        Ok(Some(Box::new(move |choice, _| {
            let volume = voxels.volume(choice.nifti_intensity)?;
            OpenedImage::whole(plain(file, volume, Vec::new()))
        })))
    },
    mask: |source| {
        let Some(file) = sole(source)? else { return Ok(None) };
        read(source.files, &file, source.engine.memory())?.into_mask().map(Some)
    },
};

fn sole(source: &Source<'_>) -> Result<Option<String>, IoError> {
    source.sole(is_nrrd, |start| Header::parse(start).ok()?.0.data_file)
}

/// An NRRD file: its lattice, and voxels not yet given a meaning.
pub(super) struct Nrrd {
    /// Its lattice, LPS.
    pub grid: SharedGrid,
    file: String,
    header: Header,
    /// Voxels as stored, first axis fastest.
    bytes: Vec<u8>,
}

/// Reads an NRRD file; voxels may be in another file beside it.
///
/// # Errors
/// [`IoError::Nrrd`] for a header that cannot be used, [`IoError::VoxelBytes`],
/// [`IoError::Memory`], [`IoError::Inflate`], [`IoError::Checksum`] and [`IoError::Geometry`].
pub(super) fn read(files: &dyn Files, file: &str, limit: MemoryLimit) -> Result<Nrrd, IoError> {
    let fault = |what: String| IoError::Nrrd { file: file.to_owned(), what };
    let bytes = files.read(file)?;
    let (header, start) = Header::parse(&bytes).map_err(fault)?;
    let axes = geometry::axes(&header).map_err(fault)?;
    let grid = Grid::new(axes.shape, axes.spacing, axes.origin, axes.directions)
        .map_err(|error| IoError::geometry(file, error))?;
    let voxels = grid.len().saturating_mul(header.layers());
    let expected = claimed(file, voxels, header.kind.bytes, limit)?;
    let elsewhere = match &header.data_file {
        None => None,
        Some(name) => {
            let name = files.beside(file, name);
            let name = name.ok_or_else(|| fault("its data file is not in its folder".into()))?;
            Some(files.read(&name)?)
        }
    };
    let data = elsewhere.as_deref().unwrap_or_else(|| bytes.get(start..).unwrap_or(&[]));
    let data = header.skipped(data, expected).map_err(fault)?;
    let voxels = match header.encoding {
        Encoding::Raw => exactly(file, data, expected)?,
        Encoding::Gzip => inflated(file, Gzip::new(data), expected)?,
        Encoding::Text => from_text(file, data, voxels)?,
    };
    Ok(Nrrd { grid: Arc::new(grid), file: file.to_owned(), header, bytes: voxels })
}

impl Nrrd {
    /// Is it a segmentation of 3D Slicer?
    pub fn is_segmentation(&self) -> bool {
        seg::is_segmentation(&self.header)
    }

    /// Voxels of one volume.
    pub fn into_voxels(self) -> Result<Voxels, IoError> {
        if self.header.layers() > 1 {
            let what = format!("{} values for each voxel, expected 1", self.header.layers());
            return Err(IoError::Nrrd { file: self.file, what });
        }
        let Self { grid, file, header, bytes } = self;
        Ok(Voxels { file, grid, kind: header.kind, bytes })
    }

    /// Segments of 3D Slicer, or labels.
    pub fn into_mask(self) -> Result<MaskSource, IoError> {
        if self.is_segmentation() {
            return seg::segmentation(self).map(MaskSource::Segments);
        }
        let voxels = self.into_voxels()?;
        let labels = voxels.labels()?;
        Ok(MaskSource::Labels { file: voxels.file, labels, warnings: Vec::new() })
    }
}

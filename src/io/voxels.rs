//! Voxels as files store them, not yet given a meaning, and how much of them a file may claim.

use super::gzip::check;
use super::source::VOXEL;
use super::stored::Kind;
use super::{IoError, Labels};
use crate::engine::MemoryLimit;
use crate::geometry::SharedGrid;
use crate::image::{Intensity, Volume};
use ndarray::Array3;
use std::io::Read;

/// Voxels on their lattice, as stored: exactly as many bytes as the lattice asks for.
#[derive(Debug, Clone)]
pub(super) struct Voxels {
    pub file: String,
    pub grid: SharedGrid,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

impl Voxels {
    /// Intensities `[z, y, x]`.
    ///
    /// # Errors
    /// [`IoError::VoxelsNonFinite`], with their count, where voxels are not finite numbers.
    pub fn volume(&self, intensity: Intensity) -> Result<Volume, IoError> {
        let voxels: Vec<f32> = self.values().map(|v| v as f32).collect();
        let count = voxels.iter().filter(|v| !v.is_finite()).count();
        if count > 0 {
            return Err(IoError::VoxelsNonFinite { file: self.file.clone(), count });
        }
        let (file, found) = (self.file.clone(), self.bytes.len() as u64);
        let expected = self.grid.len() as u64 * self.kind.bytes as u64;
        let array = Array3::from_shape_vec(self.grid.shape, voxels)
            .map_err(|_| IoError::VoxelBytes { file, found, expected })?;
        Volume::new(self.grid.clone(), array, intensity)
            .map_err(|error| IoError::geometry(&self.file, error))
    }

    /// Labels.
    ///
    /// # Errors
    /// [`IoError::LabelValue`] where they are not whole numbers.
    pub fn labels(&self) -> Result<Labels, IoError> {
        Labels::new(&self.file, self.grid.clone(), self.values())
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.bytes.chunks_exact(self.kind.bytes).map(self.kind.value)
    }
}

/// Bytes that `voxels` of `size` bytes take, where a file may claim them, as they are stored and as
/// what they become.
///
/// # Errors
/// [`IoError::Memory`].
pub(super) fn claimed(
    file: &str,
    voxels: usize,
    size: usize,
    limit: MemoryLimit,
) -> Result<u64, IoError> {
    IoError::claim(file, (voxels, "voxels"), size.max(VOXEL), limit)?;
    Ok(voxels as u64 * size as u64)
}

/// Exactly `expected` bytes of a stream; memory grows with the bytes that come, whatever is
/// declared.
///
/// # Errors
/// [`IoError::VoxelBytes`] where the stream ends early, [`IoError::Inflate`] where it fails.
pub(super) fn exactly(
    file: &str,
    mut stream: impl Read,
    expected: u64,
) -> Result<Vec<u8>, IoError> {
    let mut bytes = Vec::new();
    let ended = stream.by_ref().take(expected).read_to_end(&mut bytes);
    if bytes.len() as u64 == expected {
        return Ok(bytes);
    }
    match ended {
        Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            Err(IoError::Inflate { file: file.to_owned(), why: error.to_string() })
        }
        _ => {
            let found = bytes.len() as u64;
            Err(IoError::VoxelBytes { file: file.to_owned(), found, expected })
        }
    }
}

/// As [`exactly`], of a compressed stream, whose checksum is compared.
///
/// # Errors
/// As for [`exactly`], and [`IoError::Checksum`].
pub(super) fn inflated(
    file: &str,
    mut stream: impl Read,
    expected: u64,
) -> Result<Vec<u8>, IoError> {
    let bytes = exactly(file, &mut stream, expected)?;
    check(file, stream)?;
    Ok(bytes)
}

/// Numbers written as text, as bytes of `Number::F64`, little endian.
///
/// # Errors
/// [`IoError::VoxelBytes`] (in bytes of text) where there are too few or some are no numbers.
pub(super) fn from_text(file: &str, text: &[u8], voxels: usize) -> Result<Vec<u8>, IoError> {
    let words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut bytes = Vec::new();
    for word in words.take(voxels) {
        let value = std::str::from_utf8(word).ok().and_then(|word| word.parse::<f64>().ok());
        bytes.extend(value.unwrap_or(f64::NAN).to_le_bytes());
    }
    let expected = voxels as u64;
    match bytes.len() as u64 / 8 {
        found if found == expected => Ok(bytes),
        found => Err(IoError::VoxelBytes { file: file.to_owned(), found, expected }),
    }
}

//! Bytes to voxels.

use super::orient;
use crate::error::Warning;
use crate::geometry::SharedGrid;
use crate::image::{Intensity, Volume};
use crate::io::{IoError, Labels};
use flate2::read::MultiGzDecoder;
use ndarray::Array3;
use nifti::{Endianness, NiftiHeader};
use std::io::Read;

const HEADER: usize = 348;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A NIfTI-1 file: its lattice, and voxels not yet given a meaning.
pub struct Nifti {
    /// The file's name, for messages.
    pub file: String,
    /// Its lattice, LPS.
    pub grid: SharedGrid,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
    kind: Kind,
    slope: f64,
    intercept: f64,
    /// Voxels as stored, x fastest: exactly as many bytes as the lattice has voxels.
    voxels: Vec<u8>,
}

/// One stored type: bytes of a voxel, and how they become a number.
struct Kind {
    bytes: usize,
    value: fn(&[u8]) -> f64,
}

/// Do the bytes begin like NIfTI, gzipped or not?
pub fn is_nifti(bytes: &[u8]) -> bool {
    let mut header = [0; HEADER];
    let mut start: Box<dyn Read> = if bytes.starts_with(&GZIP) {
        Box::new(MultiGzDecoder::new(bytes))
    } else {
        Box::new(bytes)
    };
    start.read_exact(&mut header).is_ok()
        && (header[344..] == *b"n+1\0" || declared(&header) == 540)
}

/// Reads a NIfTI-1 file (`n+1`), gzipped or not, of either byte order.
///
/// # Errors
/// [`IoError::Nifti`] for a header that cannot be used (NIfTI-2, pairs of files, more than three
/// dimensions, colours and complex numbers, no orientation, shear), [`IoError::NiftiSize`] for
/// bytes that end early, [`IoError::Geometry`] for an impossible lattice.
pub fn read(file: &str, bytes: &[u8]) -> Result<Nifti, IoError> {
    let fault = |what: String| IoError::Nifti { file: file.to_owned(), what };
    let mut stream: Box<dyn Read> = if bytes.starts_with(&GZIP) {
        Box::new(MultiGzDecoder::new(bytes))
    } else {
        Box::new(bytes)
    };
    let mut start = [0; HEADER];
    stream.read_exact(&mut start).map_err(|e| fault(format!("no header of 348 bytes: {e}")))?;
    match (declared(&start), &start[344..]) {
        (540, _) => return Err(fault("NIfTI-2 is not read; convert it to NIfTI-1".into())),
        (348, b"ni1\0") => return Err(fault("a header with its voxels in another file".into())),
        (348, b"n+1\0") => {}
        (size, _) => {
            return Err(fault(format!("sizeof_hdr is {size}, expected 348 with magic n+1")));
        }
    }
    let mut header =
        NiftiHeader::from_reader(start.as_slice()).map_err(|e| fault(e.to_string()))?;
    header.fix();
    let shape = shape(&header).map_err(fault)?;
    let little = header.endianness == Endianness::Little;
    let kind = kind(header.datatype, little).map_err(fault)?;
    let offset = f64::from(header.vox_offset);
    if !(offset.fract() == 0.0 && (348.0..=16_777_216.0).contains(&offset)) {
        return Err(fault(format!("vox_offset is {offset}, expected 352")));
    }
    let (grid, warnings) = orient::grid(file, &header, shape)?;
    let expected = grid.len() as u64 * kind.bytes as u64;
    let before = offset as u64 - HEADER as u64;
    let short = |found: usize| IoError::NiftiSize {
        file: file.to_owned(),
        found: found as u64 + HEADER as u64,
        expected: expected + offset as u64,
    };
    // The vector grows with the bytes that come, whatever the header declares.
    let mut voxels = Vec::new();
    let skipped = std::io::copy(&mut stream.by_ref().take(before), &mut std::io::sink());
    let skipped = skipped.map_err(|e| fault(format!("cannot be inflated: {e}")))?;
    let ended = stream.take(expected).read_to_end(&mut voxels);
    if skipped < before || voxels.len() as u64 != expected {
        return Err(short(skipped as usize + voxels.len()));
    }
    ended.map_err(|e| fault(format!("cannot be inflated: {e}")))?;
    let (slope, inter) = (f64::from(header.scl_slope), f64::from(header.scl_inter));
    let scaled = slope != 0.0 && slope.is_finite() && inter.is_finite();
    let (slope, intercept) = if scaled { (slope, inter) } else { (1.0, 0.0) };
    Ok(Nifti { file: file.to_owned(), grid, warnings, kind, slope, intercept, voxels })
}

impl Nifti {
    /// Its voxels as intensities `[z, y, x]`, scaled in `f64`. NIfTI does not say what they mean:
    /// the caller does.
    ///
    /// # Errors
    /// [`IoError::NiftiNonFinite`], with their count, where voxels are not finite numbers.
    pub fn volume(&self, intensity: Intensity) -> Result<Volume, IoError> {
        let voxels: Vec<f32> = self.values().map(|v| v as f32).collect();
        let count = voxels.iter().filter(|v| !v.is_finite()).count();
        if count > 0 {
            return Err(IoError::NiftiNonFinite { file: self.file.clone(), count });
        }
        let array = Array3::from_shape_vec(self.grid.shape, voxels);
        let array = array.map_err(|error| self.fault(&error))?;
        Volume::new(self.grid.clone(), array, intensity)
            .map_err(|error| IoError::geometry(&self.file, error))
    }

    /// Its voxels as labels.
    ///
    /// # Errors
    /// [`IoError::LabelValue`] where they are not whole numbers.
    pub fn labels(&self) -> Result<Labels, IoError> {
        Labels::new(&self.file, self.grid.clone(), self.values())
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let value = self.kind.value;
        self.voxels
            .chunks_exact(self.kind.bytes)
            .map(move |b| value(b) * self.slope + self.intercept)
    }

    fn fault(&self, what: &dyn std::error::Error) -> IoError {
        IoError::Nifti { file: self.file.clone(), what: what.to_string() }
    }
}

/// `sizeof_hdr` in whichever byte order makes sense of it.
fn declared(header: &[u8; HEADER]) -> i32 {
    let bytes = [header[0], header[1], header[2], header[3]];
    let (little, big) = (i32::from_le_bytes(bytes), i32::from_be_bytes(bytes));
    if matches!(big, 348 | 540) { big } else { little }
}

/// Voxels along `[z, y, x]`.
fn shape(header: &NiftiHeader) -> Result<[usize; 3], String> {
    let n = usize::from(header.dim[0]);
    let dims = header.dim.get(1..=n).filter(|_| n >= 1).ok_or(format!("dim[0] is {n}"))?;
    if dims.iter().any(|d| *d == 0 || *d > i16::MAX as u16) {
        return Err(format!("dimensions {dims:?} are not all from 1 to 32767"));
    }
    let (space, rest) = dims.split_at(dims.len().min(3));
    if n < 3 || rest.iter().any(|d| *d != 1) {
        return Err(format!("dimensions {dims:?}; one volume of three dimensions is read"));
    }
    Ok([space[2], space[1], space[0]].map(usize::from))
}

fn kind(datatype: i16, little: bool) -> Result<Kind, String> {
    macro_rules! kind {
        ($t:ty) => {{
            let value: fn(&[u8]) -> f64 = if little {
                |b| b.first_chunk().map_or(f64::NAN, |b| <$t>::from_le_bytes(*b) as f64)
            } else {
                |b| b.first_chunk().map_or(f64::NAN, |b| <$t>::from_be_bytes(*b) as f64)
            };
            Ok(Kind { bytes: size_of::<$t>(), value })
        }};
    }
    match datatype {
        2 => kind!(u8),
        4 => kind!(i16),
        8 => kind!(i32),
        16 => kind!(f32),
        64 => kind!(f64),
        256 => kind!(i8),
        512 => kind!(u16),
        768 => kind!(u32),
        1024 => kind!(i64),
        1280 => kind!(u64),
        other => Err(format!("datatype {other} is no real number type that is read")),
    }
}

//! Bytes to voxels.

use super::orient;
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::geometry::SharedGrid;
use crate::image::{Intensity, Volume};
use crate::io::format::Source;
use crate::io::gzip::{GZIP, Gzip, check};
use crate::io::single::SNIFFED;
use crate::io::source::VOXEL;
use crate::io::stored::{Kind, Number};
use crate::io::{IoError, Labels};
use ndarray::Array3;
use nifti::{Endianness, NiftiHeader};
use std::io::{self, BufRead, Read};

pub(super) const HEADER: usize = 348;

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

/// Do the bytes begin like NIfTI, gzipped or not?
pub fn is_nifti(bytes: &[u8]) -> bool {
    let mut header = [0; HEADER];
    Stream::new(bytes).read_exact(&mut header).is_ok()
        && (header[344..] == *b"n+1\0" || declared(&header) == 540 || is_half(&header))
}

/// Is it the header of a pair of files?
fn is_half(header: &[u8; HEADER]) -> bool {
    header[344..] == *b"ni1\0" && declared(header) == 348
}

/// The error of two files of which one is the header of the other.
pub(super) fn pair(source: &Source<'_>) -> Result<(), IoError> {
    let names = source.files.names();
    for file in names.iter().filter(|_| names.len() == 2) {
        let start = source.files.read_at(file, 0, SNIFFED)?;
        let mut header = [0; HEADER];
        let whole = Stream::new(start.as_slice()).read_exact(&mut header).is_ok();
        if whole && is_half(&header) {
            Header::read(file, &mut header.as_slice())?;
        }
    }
    Ok(())
}

/// Reads a NIfTI-1 file (`n+1`), gzipped or not, of either byte order.
///
/// # Errors
/// [`IoError::Nifti`] for a header that cannot be used (NIfTI-2, pairs of files, more than three
/// dimensions, colours and complex numbers, no orientation, shear), [`IoError::NiftiSize`] for
/// bytes that end early, [`IoError::Inflate`] and [`IoError::Checksum`] for damaged ones,
/// [`IoError::Geometry`] for an impossible lattice, [`IoError::Memory`] for more voxels than the
/// limit holds.
pub fn read(file: &str, bytes: &[u8], limit: MemoryLimit) -> Result<Nifti, IoError> {
    let mut stream = Stream::new(bytes);
    Header::read(file, &mut stream)?.voxels(file, stream, limit)
}

/// The bytes of a file as they are, or inflated where they are gzipped.
pub(super) enum Stream<R> {
    Plain(R),
    Packed(Box<Gzip<R>>),
}

impl<R: BufRead> Stream<R> {
    pub fn new(mut source: R) -> Self {
        // A source that cannot be read says so again when it is.
        if source.fill_buf().is_ok_and(|bytes| bytes.starts_with(&GZIP)) {
            Self::Packed(Box::new(Gzip::new(source)))
        } else {
            Self::Plain(source)
        }
    }

    /// Compares the checksum, where there is one, of a stream whose voxels were read.
    ///
    /// # Errors
    /// [`IoError::Checksum`].
    pub fn check(&mut self, file: &str) -> Result<(), IoError> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Packed(stream) => check(file, stream),
        }
    }
}

impl<R: BufRead> Read for Stream<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => source.read(into),
            Self::Packed(stream) => stream.read(into),
        }
    }
}

/// What the header says.
pub(super) struct Header {
    pub grid: SharedGrid,
    pub warnings: Vec<Warning>,
    pub kind: Kind,
    pub slope: f64,
    pub intercept: f64,
    /// Bytes between header and voxels.
    pub before: u64,
    /// Can a voxel be no finite `f32`?
    pub overflows: bool,
}

impl Header {
    pub fn read(file: &str, stream: &mut dyn Read) -> Result<Self, IoError> {
        let fault = |what: String| IoError::Nifti { file: file.to_owned(), what };
        let mut start = [0; HEADER];
        stream.read_exact(&mut start).map_err(|e| fault(format!("no header of 348 bytes: {e}")))?;
        match (declared(&start), &start[344..]) {
            (540, _) => return Err(fault("NIfTI-2 is not read; convert it to NIfTI-1".into())),
            (348, b"ni1\0") => {
                return Err(fault(
                    "magic ni1: a header with its voxels in another file (.hdr and .img), expected n+1; \
                     convert the pair to one .nii"
                        .into(),
                ));
            }
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
        let (bits, expected) = (header.bitpix, 8 * kind.bytes);
        // Some writers leave it at 0, which says nothing.
        if bits != 0 && i64::from(bits) != expected as i64 {
            let datatype = header.datatype;
            return Err(fault(format!(
                "bitpix is {bits}, expected {expected} for datatype {datatype}: one of the two is wrong; \
                 write the file again"
            )));
        }
        let offset = f64::from(header.vox_offset);
        if !(offset.fract() == 0.0 && (348.0..=16_777_216.0).contains(&offset)) {
            return Err(fault(format!("vox_offset is {offset}, expected 352")));
        }
        let (grid, warnings) = orient::grid(file, &header, shape)?;
        let (slope, inter) = (f64::from(header.scl_slope), f64::from(header.scl_inter));
        // A slope of 0, NaN or infinity means none, whatever the intercept is; so nibabel reads and
        // writes it.
        let scaled = slope != 0.0 && slope.is_finite();
        if scaled && !inter.is_finite() {
            return Err(fault(format!(
                "scl_slope is {slope} with scl_inter {inter}, expected a finite number: the intensities \
                 would be a guess; set both, or scl_slope 0 for no scaling"
            )));
        }
        let (slope, intercept) = if scaled { (slope, inter) } else { (1.0, 0.0) };
        let before = offset as u64 - HEADER as u64;
        // Whole numbers have 64 bits at most.
        let largest = 2_f64.powi(64) * slope.abs() + intercept.abs();
        let overflows = matches!(header.datatype, 16 | 64) || largest > f64::from(f32::MAX);
        Ok(Self { grid, warnings, kind, slope, intercept, before, overflows })
    }

    /// Bytes of the file, as long as nothing follows its voxels.
    pub fn declared(&self) -> u64 {
        let voxels = (self.grid.len() as u64).saturating_mul(self.kind.bytes as u64);
        voxels.saturating_add(HEADER as u64).saturating_add(self.before)
    }

    fn voxels(
        self,
        file: &str,
        mut stream: Stream<impl BufRead>,
        limit: MemoryLimit,
    ) -> Result<Nifti, IoError> {
        let Self { grid, warnings, kind, slope, intercept, before, .. } = self;
        let fault = |what: String| IoError::Nifti { file: file.to_owned(), what };
        let voxels = grid.len();
        IoError::claim(file, (voxels, "voxels"), kind.bytes.max(VOXEL), limit)?;
        let expected = voxels as u64 * kind.bytes as u64;
        let short = |found: u64| IoError::NiftiSize {
            file: file.to_owned(),
            found: found + HEADER as u64,
            expected: before + expected + HEADER as u64,
        };
        // The vector grows with the bytes that come, whatever the header declares.
        let mut voxels = Vec::new();
        let skipped = std::io::copy(&mut stream.by_ref().take(before), &mut std::io::sink());
        let skipped = skipped.map_err(|e| fault(format!("cannot be inflated: {e}")))?;
        let ended = stream.by_ref().take(expected).read_to_end(&mut voxels);
        if skipped < before || voxels.len() as u64 != expected {
            let short = || short(skipped + voxels.len() as u64);
            return Err(ended.err().and_then(|e| damaged(file, &e)).unwrap_or_else(short));
        }
        stream.check(file)?;
        Ok(Nifti { file: file.to_owned(), grid, warnings, kind, slope, intercept, voxels })
    }
}

/// The error of a stream that did not end too early, but cannot be inflated.
pub(super) fn damaged(file: &str, error: &io::Error) -> Option<IoError> {
    let why = (error.kind() != io::ErrorKind::UnexpectedEof).then(|| error.to_string())?;
    Some(IoError::Inflate { file: file.to_owned(), why })
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
    let number = match datatype {
        2 => Number::U8,
        4 => Number::I16,
        8 => Number::I32,
        16 => Number::F32,
        64 => Number::F64,
        256 => Number::I8,
        512 => Number::U16,
        768 => Number::U32,
        1024 => Number::I64,
        1280 => Number::U64,
        other => return Err(format!("datatype {other} is no real number type that is read")),
    };
    Ok(number.kind(little))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;
    use crate::geometry::Grid;
    use crate::io::nifti::write_volume;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;
    use std::sync::Arc;

    fn read(file: &str, bytes: &[u8]) -> Result<Nifti, IoError> {
        super::read(file, bytes, MemoryLimit::default())
    }

    /// 2 × 2 × 3 voxels of `float32`: 0.5, 1.5, …
    fn file() -> Vec<u8> {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Grid::new([2, 2, 3], [3.0, 0.8, 0.7], [1.0, 2.0, 3.0], axes).unwrap();
        let data = Array3::from_shape_fn((2, 2, 3), |(z, y, x)| (6 * z + 3 * y + x) as f32 + 0.5);
        let volume = Volume::new(Arc::new(grid), data, Intensity::Hounsfield).unwrap();
        let mut bytes = Vec::new();
        write_volume(&mut bytes, &volume, false).unwrap();
        bytes
    }

    fn changed(at: usize, value: &[u8]) -> Vec<u8> {
        let mut bytes = file();
        bytes[at..at + value.len()].copy_from_slice(value);
        bytes
    }

    fn refused(bytes: &[u8], code: &str, part: &str) {
        let outcome = read("x.nii", bytes).and_then(|n| n.volume(Intensity::Hounsfield));
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }

    #[test]
    fn every_stored_type_and_byte_order_is_read() {
        let types: [(i16, usize); 10] = [
            (2, 1),
            (4, 2),
            (8, 4),
            (16, 4),
            (64, 8),
            (256, 1),
            (512, 2),
            (768, 4),
            (1024, 8),
            (1280, 8),
        ];
        for (code, size) in types {
            for big in [false, true] {
                let bits = (8 * size as i16).to_le_bytes();
                let mut bytes = changed(70, &[code.to_le_bytes(), bits].concat());
                bytes.truncate(352);
                for k in 0..12_u8 {
                    let value = match code {
                        16 => f32::from(k).to_le_bytes().to_vec(),
                        64 => f64::from(k).to_le_bytes().to_vec(),
                        _ => u64::from(k).to_le_bytes()[..size].to_vec(),
                    };
                    bytes.extend(value);
                }
                if big {
                    let fields: &[(usize, usize, usize)] = &[
                        (0, 4, 1),
                        (32, 4, 1),
                        (36, 2, 1),
                        (40, 2, 8),
                        (56, 4, 3),
                        (68, 2, 4),
                        (76, 4, 11),
                        (120, 2, 1),
                        (124, 4, 6),
                        (252, 2, 2),
                        (256, 4, 18),
                        (352, size, 12),
                    ];
                    for &(start, width, count) in fields {
                        bytes[start..start + width * count]
                            .chunks_exact_mut(width)
                            .for_each(<[u8]>::reverse);
                    }
                }
                let read = read("x.nii", &bytes).unwrap();
                let volume = read.volume(Intensity::Arbitrary).unwrap();
                let expected: Vec<f32> = (0..12_u8).map(f32::from).collect();
                assert_eq!(volume.data.iter().copied().collect::<Vec<_>>(), expected, "{code}");
                assert_eq!(volume.grid.spacing, [3.0, 0.8, 0.7]);
                assert_eq!(read.labels().unwrap().counts().len(), 11);
            }
        }
    }

    #[test]
    fn scaling_is_applied_unless_it_is_none() {
        let scaled = |slope: f32, inter: f32| {
            let values = [slope.to_le_bytes(), inter.to_le_bytes()].concat();
            let read = read("x.nii", &changed(112, &values)).unwrap();
            read.volume(Intensity::Hounsfield).unwrap().data[[1, 0, 0]]
        };
        assert_eq!(scaled(2.0, -1024.0), 13.0 - 1024.0);
        assert_eq!(scaled(0.0, 5.0), 6.5);
        assert_eq!(scaled(f32::NAN, 5.0), 6.5);
        assert_eq!(scaled(f32::NAN, f32::NAN), 6.5);
        assert_eq!(scaled(0.0, f32::NAN), 6.5);
        let factor = [2_f32.to_le_bytes(), f32::NAN.to_le_bytes()].concat();
        refused(&changed(112, &factor), "nifti.header", "scl_inter NaN");
    }

    #[test]
    fn gzip_is_told_by_its_magic_and_may_have_several_members() {
        let bytes = file();
        let mut packed = Vec::new();
        for part in bytes.chunks(200) {
            let mut member = GzEncoder::new(Vec::new(), Compression::fast());
            member.write_all(part).unwrap();
            packed.extend(member.finish().unwrap());
        }
        assert!(is_nifti(&packed) && is_nifti(&bytes) && !is_nifti(&bytes[..300]));
        let volume = |b: &[u8]| read("x.nii", b).unwrap().volume(Intensity::Hounsfield).unwrap();
        assert_eq!(volume(&packed).data, volume(&bytes).data);
        packed.truncate(packed.len() - 40);
        assert_eq!(read("x.nii", &packed).err().unwrap().code(), "nifti.size");
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let float = |v: f32| v.to_le_bytes();
        refused(&changed(0, &540_i32.to_le_bytes()), "nifti.header", "NIfTI-2");
        refused(&changed(344, b"ni1\0"), "nifti.header", "another file");
        refused(&changed(40, &[4, 0, 3, 0, 2, 0, 2, 0, 2, 0]), "nifti.header", "three dimensions");
        refused(&changed(40, &[2, 0]), "nifti.header", "three dimensions");
        refused(&changed(42, &[0, 0]), "nifti.header", "32767");
        refused(&changed(70, &[128, 0]), "nifti.header", "datatype 128");
        refused(&changed(72, &[64, 0]), "nifti.header", "bitpix is 64, expected 32");
        assert!(read("x.nii", &changed(72, &[0, 0])).is_ok());
        refused(&changed(108, &float(f32::NAN)), "nifti.header", "vox_offset");
        refused(&changed(123, &[1]), "nifti.header", "spatial unit 1");
        refused(&changed(252, &[0; 4]), "nifti.header", "neither sform nor qform");
        refused(&changed(284, &float(0.1)), "nifti.header", "sheared");
        refused(&changed(280, &float(f32::NAN)), "geometry.spacing", "x.nii");
        refused(&changed(352, &float(f32::INFINITY)), "nifti.non_finite", "1 voxels");
        // A header of 3.5e13 voxels claims no memory.
        let huge = [3, 0, 0xFF, 0x7F, 0xFF, 0x7F, 0xFF, 0x7F];
        assert!(read("x.nii", &changed(40, &huge)).is_err());
        let large = [3, 0, 0xFF, 0x7F, 0xFF, 0x7F, 0xFF, 0];
        refused(&changed(40, &large), "io.memory_limit", "273787453695 voxels");
        let cut = [3, 0, 0xFF, 0x03, 0xFF, 0x03, 0xFF, 0];
        refused(&changed(40, &cut), "nifti.size", "present");
        let file = file();
        refused(&file[..file.len() - 1], "nifti.size", "399");
        refused(&file[..100], "nifti.header", "no header");
    }

    #[test]
    fn sform_goes_before_qform_and_disagreement_is_told() {
        let moved = read("x.nii", &changed(268, &7_f32.to_le_bytes())).unwrap();
        assert_eq!(moved.warnings[0].code, "nifti.sform_qform");
        assert_eq!(moved.grid.origin, [1.0, 2.0, 3.0]);
        // Without sform the qform stands; a pixdim[0] of 0 means 1.
        let mut only = changed(254, &[0; 2]);
        only[76..80].copy_from_slice(&[0; 4]);
        let only = read("x.nii", &only).unwrap();
        assert!(only.warnings.is_empty());
        assert_eq!((only.grid.origin, only.grid.spacing), ([1.0, 2.0, 3.0], [3.0, 0.8, 0.7]));
    }
    #[test]
    fn a_qform_that_is_no_turn_is_refused_where_it_is_used() {
        let with = |at: usize, values: &[f32], sform: bool| {
            let mut bytes =
                changed(at, &values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>());
            if !sform {
                bytes[254..256].copy_from_slice(&[0; 2]);
            }
            bytes
        };
        refused(&with(256, &[2.0, 1.0, 0.0], false), "nifti.header", "length² 5");
        refused(&with(256, &[f32::NAN; 3], false), "nifti.header", "quatern_b");
        refused(&with(80, &[-0.7], false), "nifti.header", "pixdim[1] is -0.7");
        // Rounding.
        assert!(read("x.nii", &with(256, &[1.000_1, 0.0, 0.0], false)).is_ok());
        for (at, value) in [(256, 2.0), (80, -0.7)] {
            let read = read("x.nii", &with(at, &[value], true)).unwrap();
            assert_eq!(read.warnings[0].code, "nifti.sform_qform");
            assert!(read.warnings[0].message.contains("sform is used"));
            assert_eq!(read.grid.spacing[0], 3.0);
        }
    }
}

//! MetaImage images and label images (`.mha`, `.mhd` with a file of voxels), as ITK reads them.
//!
//! Positions are LPS. A file without position or directions is taken to lie at the origin, along
//! the axes, as ITK does, with a warning; without spacing it is refused.

use super::format::{Format, Source};
use super::gzip::{GZIP, Gzip};
use super::lattice::shortest;
use super::single::plain;
use super::source::{MaskSource, OpenedImage};
use super::stored::{Kind, Number};
use super::voxels::{Voxels, claimed, exactly, from_text, inflated};
use super::{Files, IoError};
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::geometry::{Grid, Vec3, dot, norm};
use flate2::read::ZlibDecoder;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest header that is read, bytes.
const LONGEST: usize = 1 << 20;
/// Axes may be off perpendicular by rounding (cosine).
const PERPENDICULAR: f64 = 1e-3;

pub(super) const FORMAT: Format = Format {
    find: |source| {
        let Some(file) = sole(source)? else { return Ok(None) };
        let (voxels, warnings) = read(source.files, &file, source.engine.memory())?;
        Ok(Some(Box::new(move |choice, _| {
            let volume = voxels.volume(choice.nifti_intensity)?;
            OpenedImage::whole(plain(file, volume, warnings))
        })))
    },
    mask: |source| {
        let Some(file) = sole(source)? else { return Ok(None) };
        let (voxels, warnings) = read(source.files, &file, source.engine.memory())?;
        let labels = voxels.labels()?;
        Ok(Some(MaskSource::Labels { file, labels, warnings }))
    },
};

fn sole(source: &Source<'_>) -> Result<Option<String>, IoError> {
    let data = |start: &[u8]| Header::parse(start).ok().map(|(header, _)| header.data_file);
    source.sole(is_metaimage, data)
}

/// Do the bytes begin like MetaImage?
pub fn is_metaimage(bytes: &[u8]) -> bool {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or(&[]);
    let key = first.split(|b| *b == b'=').next().unwrap_or(&[]).trim_ascii();
    first.contains(&b'=') && [&b"ObjectType"[..], b"NDims", b"Comment"].contains(&key)
}

/// Reads a MetaImage file; voxels may be in another file beside it.
///
/// # Errors
/// [`IoError::MetaImage`] for a header that cannot be used, [`IoError::VoxelBytes`],
/// [`IoError::Memory`], [`IoError::Inflate`], [`IoError::Checksum`] and [`IoError::Geometry`].
pub(super) fn read(
    files: &dyn Files,
    file: &str,
    limit: MemoryLimit,
) -> Result<(Voxels, Vec<Warning>), IoError> {
    let fault = |what: String| IoError::MetaImage { file: file.to_owned(), what };
    let bytes = files.read(file)?;
    let (header, start) = Header::parse(&bytes).map_err(fault)?;
    let kind = header.kind().map_err(fault)?;
    let (axes, assumed) = header.axes().map_err(fault)?;
    let grid = Grid::new(axes.shape, axes.spacing, axes.origin, axes.directions)
        .map_err(|error| IoError::geometry(file, error))?;
    let expected = claimed(file, grid.len(), kind.bytes, limit)?;
    let elsewhere = match header.data_file.as_str() {
        name if name.eq_ignore_ascii_case("local") => None,
        name => {
            let name = files.beside(file, name);
            let name = name.ok_or_else(|| fault("its data file is not in its folder".into()))?;
            Some(files.read(&name)?)
        }
    };
    let data = elsewhere.as_deref().unwrap_or_else(|| bytes.get(start..).unwrap_or(&[]));
    let text = header.is_set(&["BinaryData"], true).map_err(fault).map(|binary| !binary)?;
    let packed = header.is_set(&["CompressedData"], false).map_err(fault)?;
    let skipped = match header.get(&["HeaderSize"]).unwrap_or("0").parse::<i64>() {
        // Voxels at the end of the file, whatever comes before.
        Ok(-1) if !text && !packed => data.len().saturating_sub(expected as usize),
        Ok(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
        Err(_) => usize::MAX,
    };
    let data = data.get(skipped..).ok_or_else(|| fault("HeaderSize beyond the file".into()))?;
    let bytes = match (text, packed) {
        (true, _) => from_text(file, data, grid.len())?,
        (false, false) => exactly(file, data, expected)?,
        (false, true) if data.starts_with(&GZIP) => inflated(file, Gzip::new(data), expected)?,
        (false, true) => inflated(file, ZlibDecoder::new(data), expected)?,
    };
    let mut warnings = Vec::new();
    if !assumed.is_empty() {
        let message = format!("{file}: {} absent, taken as ITK does", assumed.join(" and "));
        warnings.push(Warning::new("metaimage.position", message));
    }
    let kind = if text { Number::F64.kind(true) } else { kind };
    Ok((Voxels { file: file.to_owned(), grid: Arc::new(grid), kind, bytes }, warnings))
}

/// What a header says, by key.
struct Header {
    entries: BTreeMap<String, String>,
    data_file: String,
}

/// A lattice's parts, `[z, y, x]` and LPS.
struct Axes {
    shape: [usize; 3],
    spacing: [f64; 3],
    origin: Vec3,
    directions: [Vec3; 3],
}

impl Header {
    /// The lines up to `ElementDataFile`, which ends a header, and where that line ends.
    fn parse(bytes: &[u8]) -> Result<(Self, usize), String> {
        let mut entries = BTreeMap::new();
        let mut at = 0;
        while at < bytes.len().min(LONGEST) {
            let rest = bytes.get(at..).unwrap_or(&[]);
            let line = rest.split(|b| *b == b'\n').next().unwrap_or(&[]);
            at = (at + line.len() + 1).min(bytes.len());
            let line = String::from_utf8_lossy(line);
            let Some((key, value)) = line.split_once('=') else { continue };
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            if key == "ElementDataFile" {
                return match value.as_str() {
                    "" => Err("ElementDataFile is empty".into()),
                    list if list.starts_with("LIST") || list.contains('%') => {
                        Err("voxels in several files are not read".into())
                    }
                    _ => Ok((Self { entries, data_file: value }, at)),
                };
            }
            entries.insert(key, value);
        }
        Err("ElementDataFile is absent".into())
    }

    fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.entries.get(*name)).map(String::as_str)
    }

    fn is_set(&self, names: &[&str], default: bool) -> Result<bool, String> {
        match self.get(names).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(default),
            Some("true" | "1" | "yes" | "t" | "y") => Ok(true),
            Some("false" | "0" | "no" | "f" | "n") => Ok(false),
            Some(other) => Err(format!("{} is {other:?}, expected True or False", names[0])),
        }
    }

    fn numbers<const N: usize>(&self, names: &[&str]) -> Result<Option<[f64; N]>, String> {
        let Some(text) = self.get(names) else { return Ok(None) };
        let parse = |word: &str| word.parse::<f64>().ok().filter(|v| v.is_finite());
        let parsed: Option<Vec<f64>> = text.split_whitespace().map(parse).collect();
        let array = parsed.and_then(|list| list.try_into().ok());
        array.map(Some).ok_or_else(|| format!("{} is {text:?}, expected {N} numbers", names[0]))
    }

    fn kind(&self) -> Result<Kind, String> {
        if let Some(channels) = self.get(&["ElementNumberOfChannels"]).filter(|n| *n != "1") {
            return Err(format!("{channels} values for each voxel, expected 1"));
        }
        let scaled = ["ElementToIntensityFunctionSlope", "ElementToIntensityFunctionOffset"];
        for (name, neutral) in scaled.into_iter().zip([1.0, 0.0]) {
            if self.numbers::<1>(&[name])?.is_some_and(|[value]| value != neutral) {
                return Err(format!("{name} is not read"));
            }
        }
        let names = ["BinaryDataByteOrderMSB", "ElementByteOrderMSB", "ByteOrderMSB"];
        let little = !self.is_set(&names, false)?;
        let number = match self.get(&["ElementType"]).unwrap_or("absent") {
            "MET_CHAR" | "MET_ASCII_CHAR" => Number::I8,
            "MET_UCHAR" => Number::U8,
            "MET_SHORT" => Number::I16,
            "MET_USHORT" => Number::U16,
            "MET_INT" => Number::I32,
            "MET_UINT" => Number::U32,
            "MET_LONG_LONG" => Number::I64,
            "MET_ULONG_LONG" => Number::U64,
            "MET_FLOAT" => Number::F32,
            "MET_DOUBLE" => Number::F64,
            long @ ("MET_LONG" | "MET_ULONG") => {
                return Err(format!("ElementType {long} has another size on each machine"));
            }
            other => return Err(format!("ElementType {other:?} is not read")),
        };
        Ok(number.kind(little))
    }

    /// Its lattice, and the names of what ITK's defaults stand in for.
    fn axes(&self) -> Result<(Axes, Vec<&'static str>), String> {
        if self.get(&["NDims"]) != Some("3") {
            return Err(format!("NDims is {:?}, expected 3", self.get(&["NDims"]).unwrap_or("")));
        }
        let sizes = self.numbers::<3>(&["DimSize"])?.ok_or("DimSize is absent")?;
        if sizes.iter().any(|n| !(1.0..=1e9).contains(n) || n.fract() != 0.0) {
            return Err(format!("DimSize {sizes:?}"));
        }
        let spacing = self.numbers::<3>(&["ElementSpacing", "ElementSize"])?;
        let spacing = spacing.ok_or("ElementSpacing is absent")?;
        let mut assumed = Vec::new();
        let origin = self.numbers::<3>(&["Offset", "Position", "Origin"])?.unwrap_or_else(|| {
            assumed.push("Offset");
            [0.0; 3]
        });
        let turn = self.numbers::<9>(&["TransformMatrix", "Rotation", "Orientation"])?;
        let turn = turn.unwrap_or_else(|| {
            assumed.push("TransformMatrix");
            [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
        });
        // Each three numbers are the direction of one axis, x first.
        let [xx, xy, xz, yx, yy, yz, zx, zy, zz] = turn;
        let columns = [[zx, zy, zz], [yx, yy, yz], [xx, xy, xz]];
        let directions = columns.map(|v| v.map(|c| c / norm(v)));
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            let cosine = dot(directions[a], directions[b]).abs();
            if cosine > PERPENDICULAR {
                let degrees = cosine.min(1.0).asin().to_degrees();
                return Err(format!(
                    "its axes are {degrees:.2}° off perpendicular: a sheared volume"
                ));
            }
        }
        let zyx = |[x, y, z]: [f64; 3]| [z, y, x];
        let shape = zyx(sizes).map(|n| n as usize);
        let spacing = zyx(spacing).map(shortest);
        Ok((Axes { shape, spacing, origin, directions }, assumed))
    }
}

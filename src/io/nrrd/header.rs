//! The header: lines of text before an empty line (NRRD file format, sections 2 to 5).

use crate::io::stored::{Kind, Number};
use std::collections::BTreeMap;

/// Longest header that is read, bytes; that of a segmentation grows with its segments.
const LONGEST: usize = 8 << 20;

/// How voxels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Raw,
    Gzip,
    Text,
}

/// What a header says.
#[derive(Debug)]
pub(super) struct Header {
    /// Voxels along each axis, the first fastest.
    pub sizes: Vec<usize>,
    pub kind: Kind,
    pub encoding: Encoding,
    /// The file of the voxels, where they are in another.
    pub data_file: Option<String>,
    /// Fields by their names in lower case.
    pub fields: BTreeMap<String, String>,
    /// Key/value pairs, in the letter case of the file.
    pub keys: BTreeMap<String, String>,
}

/// Do the bytes begin like NRRD?
pub fn is_nrrd(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"NRRD000").and_then(<[u8]>::first).is_some_and(u8::is_ascii_digit)
}

impl Header {
    /// The header at the start of `bytes`, and where it ends.
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), String> {
        if !is_nrrd(bytes) {
            return Err("it does not begin with NRRD000".into());
        }
        let (mut fields, mut keys) = (BTreeMap::new(), BTreeMap::new());
        let mut at = 0;
        let mut first = true;
        // The header of a detached file may end with the file.
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or(&[]);
            let line = rest.split(|b| *b == b'\n').next().unwrap_or(&[]);
            at = (at + line.len() + 1).min(bytes.len());
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                break;
            }
            if at > LONGEST {
                return Err(format!("its header is longer than {} MiB", LONGEST >> 20));
            }
            let line = String::from_utf8_lossy(line);
            if std::mem::take(&mut first) || line.starts_with('#') {
                continue;
            }
            let (field, pair) = (line.find(": "), line.find(":="));
            match (field, pair) {
                (Some(colon), pair) if pair.is_none_or(|pair| colon < pair) => {
                    let name = line[..colon].trim().to_lowercase();
                    let value = line[colon + 2..].trim().to_owned();
                    if fields.insert(name.clone(), value).is_some() {
                        return Err(format!("field {name:?} stands twice"));
                    }
                }
                (_, Some(colon)) => {
                    keys.insert(line[..colon].to_owned(), line[colon + 2..].trim().to_owned());
                }
                _ => {}
            }
        }
        Self::new(fields, keys).map(|header| (header, at))
    }

    fn new(
        fields: BTreeMap<String, String>,
        keys: BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let field = |name: &str| fields.get(name).map(String::as_str);
        let needed = |name: &str| field(name).ok_or_else(|| format!("field {name:?} is absent"));
        let dimension = needed("dimension")?;
        let sizes: Option<Vec<usize>> = needed("sizes")?
            .split_whitespace()
            .map(|n| n.parse().ok().filter(|n| *n > 0))
            .collect();
        let sizes = sizes.filter(|sizes| dimension.parse() == Ok(sizes.len()));
        let sizes = sizes.ok_or_else(|| {
            format!("sizes {:?} for dimension {dimension:?}", needed("sizes").unwrap_or_default())
        })?;
        let number = number(needed("type")?)?;
        let encoding = match needed("encoding")?.to_ascii_lowercase().as_str() {
            "raw" => Encoding::Raw,
            "gzip" | "gz" => Encoding::Gzip,
            "ascii" | "text" | "txt" => Encoding::Text,
            "bzip2" | "bz2" => return Err("encoding bzip2 is not read; use gzip or raw".into()),
            other => return Err(format!("encoding {other:?} is not read; use gzip or raw")),
        };
        let endian = field("endian").map(str::to_ascii_lowercase);
        let kind = match endian.as_deref() {
            // Text is turned into numbers of this type.
            _ if encoding == Encoding::Text => Number::F64.kind(true),
            Some("little") => number.kind(true),
            Some("big") => number.kind(false),
            None if number.kind(true).bytes == 1 => number.kind(true),
            None => return Err("field \"endian\" is absent".into()),
            Some(other) => return Err(format!("endian {other:?}")),
        };
        let data_file = field("data file").or(field("datafile")).map(str::to_owned);
        if let Some(name) = &data_file
            && (name.starts_with("LIST") || name.contains('%'))
        {
            return Err("voxels in several files are not read".into());
        }
        Ok(Self { sizes, kind, encoding, data_file, fields, keys })
    }

    /// A field's value.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// Values for each voxel: voxels along the one axis that is not of space, else 1.
    pub fn layers(&self) -> usize {
        self.list_axis().and_then(|axis| self.sizes.get(axis)).copied().unwrap_or(1)
    }

    /// The axis that is not of space, by its absent direction.
    pub fn list_axis(&self) -> Option<usize> {
        let directions = self.field("space directions")?;
        super::geometry::vectors(directions).ok()?.iter().position(Option::is_none)
    }

    /// The voxels' bytes behind the lines and bytes to be skipped.
    pub fn skipped<'a>(&self, data: &'a [u8], expected: u64) -> Result<&'a [u8], String> {
        let number = |names: [&str; 2]| {
            let text = names.iter().find_map(|name| self.field(name)).unwrap_or("0");
            text.parse::<i64>().map_err(|_| format!("{} {text:?}", names[0]))
        };
        let (lines, bytes) =
            (number(["line skip", "lineskip"])?, number(["byte skip", "byteskip"])?);
        let mut data = data;
        for _ in 0..lines {
            let end = data.iter().position(|b| *b == b'\n');
            data = end.and_then(|end| data.get(end + 1..)).ok_or("fewer lines than line skip")?;
        }
        let from = match bytes {
            // Raw voxels at the end of the file, whatever comes before.
            -1 if self.encoding == Encoding::Raw => {
                data.len().saturating_sub(usize::try_from(expected).unwrap_or(usize::MAX))
            }
            bytes => usize::try_from(bytes).map_err(|_| format!("byte skip {bytes}"))?,
        };
        data.get(from..).ok_or_else(|| format!("byte skip {from} beyond the file"))
    }
}

fn number(name: &str) -> Result<Number, String> {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> =
        name.split_whitespace().filter(|word| !matches!(*word, "signed" | "int")).collect();
    Ok(match (&words[..], name.as_str()) {
        (_, "signed char") | (["int8" | "int8_t"], _) => Number::I8,
        (["unsigned", "char"] | ["uchar" | "uint8" | "uint8_t"], _) => Number::U8,
        (["short" | "int16" | "int16_t"], _) => Number::I16,
        (["unsigned", "short"] | ["ushort" | "uint16" | "uint16_t"], _) => Number::U16,
        ([], "int" | "signed int") | (["int32" | "int32_t"], _) => Number::I32,
        (["unsigned"], "unsigned int") | (["uint" | "uint32" | "uint32_t"], _) => Number::U32,
        (["long", "long"] | ["longlong" | "int64" | "int64_t"], _) => Number::I64,
        (["unsigned", "long", "long"] | ["ulonglong" | "uint64" | "uint64_t"], _) => Number::U64,
        (["float"], _) => Number::F32,
        (["double"], _) => Number::F64,
        _ => return Err(format!("type {name:?} is no number type that is read")),
    })
}

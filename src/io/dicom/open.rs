//! From bytes to a parsed header.

use super::header::Slice;
use super::multiframe::{several, split};
use super::plain::Plain;
use super::syntax::{Encoding, encoding, syntax_name};
use super::unknown::named;
use super::walk::{Element, Form, Noted, Pixels, Stop, walk_noting};
use crate::engine::MemoryLimit;
use crate::io::{Files, IoError};
use dicom_dictionary_std::uids;
use dicom_object::{InMemDicomObject, OpenFileOptions};
use flate2::read::DeflateDecoder;
use std::cell::Cell;
use std::io::{Cursor, Read};
use std::ops::Range;

/// Bytes read first of each file, and where the header is longer.
const PREFIXES: [u64; 2] = [8 * 1024, 256 * 1024];

/// How many times more is read of a header that is longer still.
const GROWTH: u64 = 4;

/// A DICOM file's header.
pub(super) struct Opened {
    /// All attributes before Pixel Data.
    pub object: InMemDicomObject,
    /// Transfer Syntax UID.
    pub syntax: String,
    /// Where the pixels are.
    pub pixels: Option<Place>,
}

impl Opened {
    /// What is kept of it for an image.
    pub fn slice(&self, file: &str) -> Slice {
        Slice::new(file, &self.object, (&self.syntax, self.pixels))
    }
}

/// Where a file's pixels are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Offset and length, counted from the start of the file, or of the inflated data set.
    pub value: Pixels,
    /// Byte at which the deflated data set starts, where it is deflated.
    pub deflated_from: Option<u64>,
}

/// A DICOM file's header as bytes whose lengths were walked.
pub(super) struct Header {
    bytes: Vec<u8>,
    /// Where the data set starts in `bytes`, and the pixels or what else ends it.
    range: Range<usize>,
    form: Form,
    /// Transfer Syntax UID.
    syntax: String,
    pixels: Option<Place>,
    elements: Vec<Element>,
}

/// Reads one file's header; `None` where the file is not DICOM.
///
/// # Errors
/// [`IoError::Read`], [`IoError::DicomMalformed`], and [`IoError::DicomSyntax`] where even the
/// header cannot be read; [`IoError::Memory`] where it is longer, or inflates to more, than the limit.
pub(super) fn open(
    files: &dyn Files,
    file: &str,
    limit: MemoryLimit,
) -> Result<Option<Opened>, IoError> {
    let Some(header) = walked(files, file, limit, Noted::Outer)? else { return Ok(None) };
    let object = header.parse(file)?;
    Ok(Some(Opened { object, syntax: header.syntax, pixels: header.pixels }))
}

/// What is kept of one file's header, for each of its frames; `None` where the file is not DICOM.
///
/// # Errors
/// As for [`open`].
pub(super) fn slices(
    files: &dyn Files,
    file: &str,
    limit: MemoryLimit,
) -> Result<Option<Vec<Slice>>, IoError> {
    let Some(header) = walked(files, file, limit, Noted::Outer)? else { return Ok(None) };
    let kept = (&header.syntax[..], header.pixels);
    let odd = Cell::new(false);
    if let Some(plain) = header.plain(&odd) {
        let slice = Slice::new(file, &plain, kept);
        if !odd.get() && !several(&slice) {
            return Ok(Some(vec![slice]));
        }
    }
    let object = header.parse(file)?;
    Ok(Some(split(Slice::new(file, &object, kept), &object)))
}

/// Reads one file's header and walks over it; `None` where the file is not DICOM.
///
/// # Errors
/// As for [`open`].
pub(super) fn walked(
    files: &dyn Files,
    file: &str,
    limit: MemoryLimit,
    noted: Noted,
) -> Result<Option<Header>, IoError> {
    let (prefix, size) = files.head(file, PREFIXES[0])?;
    let malformed = |what: String| IoError::DicomMalformed { file: file.to_owned(), what };
    let stopped = |stop| match stop {
        Stop::Malformed(what) => malformed(what),
        Stop::NeedMore => malformed("it ends within its header".into()),
    };
    let (prefix, found) = match meta(&prefix) {
        // The file meta group may be cut short by the end of what was read.
        Err(_) if (prefix.len() as u64) < size => {
            let longer = files.read_at(file, 0, PREFIXES[1])?;
            let found = meta(&longer);
            (longer, found)
        }
        found => (prefix, found),
    };
    let Some(meta) = found.map_err(malformed)? else { return Ok(None) };
    let Meta { syntax, dataset } = meta;
    let start = dataset as u64;
    let mut elements = Vec::with_capacity(96);
    let explicit = Form { explicit: true, big_endian: false };
    let form = match encoding(&syntax) {
        Encoding::Implicit => Form { explicit: false, big_endian: false },
        Encoding::Explicit | Encoding::Compressed => explicit,
        Encoding::BigEndian => Form { explicit: true, big_endian: true },
        Encoding::Deflated => {
            let bytes = inflate(files, file, start, limit)?;
            let total = bytes.len() as u64;
            let walked =
                walk_noting(&bytes, total, explicit, (&mut elements, noted)).map_err(stopped)?;
            let pixels = walked.pixels.map(|value| Place { value, deflated_from: Some(start) });
            let range = 0..walked.header.min(bytes.len());
            let header = Header { bytes, range, form: explicit, syntax, pixels, elements };
            return header.known(walked.unknown, noted).map(Some).map_err(malformed);
        }
        Encoding::Unreadable => {
            let name = syntax_name(&syntax).to_owned();
            return Err(IoError::DicomSyntax { file: file.to_owned(), name, uid: syntax });
        }
    };
    let mut bytes = prefix;
    let total = size.saturating_sub(start);
    let mut walk = |bytes: &[u8], total| {
        walk_noting(bytes.get(dataset..).unwrap_or(&[]), total, form, (&mut elements, noted))
    };
    let mut walked = walk(&bytes, total);
    if walked == Err(Stop::NeedMore) && (bytes.len() as u64) < PREFIXES[1] {
        bytes = files.read_at(file, 0, PREFIXES[1])?;
        walked = walk(&bytes, total);
    }
    // Headers of many frames or contours are long; the pixels behind them are never read here.
    while walked == Err(Stop::NeedMore) && (bytes.len() as u64) < size {
        let longer = size.min((bytes.len() as u64).saturating_mul(GROWTH));
        let count = usize::try_from(longer).unwrap_or(usize::MAX);
        let had = bytes.len();
        if !limit.holds(count, 1) {
            let what = format!("its header goes on after {had} bytes");
            return Err(IoError::Memory { file: file.to_owned(), what, limit });
        }
        bytes = files.read_at(file, 0, longer)?;
        // A file that is cut short meanwhile has no more to give.
        let total =
            if bytes.len() > had { total } else { bytes.len().saturating_sub(dataset) as u64 };
        walked = walk(&bytes, total);
    }
    let walked = walked.map_err(stopped)?;
    let end = dataset.saturating_add(walked.header).min(bytes.len());
    let pixels = walked.pixels.map(|value| Place {
        value: Pixels { offset: value.offset + start, ..value },
        deflated_from: None,
    });
    let range = dataset.min(end)..end;
    let header = Header { bytes, range, form, syntax, pixels, elements };
    header.known(walked.unknown, noted).map(Some).map_err(malformed)
}

impl Header {
    /// The same, its sequences of VR UN written as sequences.
    fn known(self, unknown: bool, noted: Noted) -> Result<Self, String> {
        if !unknown {
            return Ok(self);
        }
        let bytes = named(self.dataset(), self.form)?;
        let (range, mut elements) = (0..bytes.len(), Vec::new());
        let walked = walk_noting(&bytes, bytes.len() as u64, self.form, (&mut elements, noted));
        walked.map_err(|_| "its sequences of VR UN cannot be read".to_owned())?;
        Ok(Self { bytes, range, elements, ..self })
    }

    fn dataset(&self) -> &[u8] {
        self.bytes.get(self.range.clone()).unwrap_or(&[])
    }

    /// The attributes without a parser, as [`Plain::new`] has them.
    pub fn plain<'a>(&'a self, odd: &'a Cell<bool>) -> Option<Plain<'a>> {
        Plain::new(self.dataset(), self.form, &self.elements, odd)
    }

    /// The attributes as dicom-rs has them.
    ///
    /// # Errors
    /// [`IoError::DicomMalformed`].
    pub fn parse(&self, file: &str) -> Result<InMemDicomObject, IoError> {
        parse(self.dataset(), self.form).map_err(|why| IoError::DicomMalformed {
            file: file.to_owned(),
            what: format!("its header cannot be read: {why}"),
        })
    }
}

/// The inflated data set that starts at byte `start`; deflate can expand a thousandfold.
pub(super) fn inflate(
    files: &dyn Files,
    file: &str,
    start: u64,
    limit: MemoryLimit,
) -> Result<Vec<u8>, IoError> {
    let size = files.size(file);
    let size = size.map_err(|source| IoError::Read { file: file.to_owned(), source })?;
    let packed = usize::try_from(size.saturating_sub(start)).unwrap_or(usize::MAX);
    IoError::claim(file, (packed, "deflated bytes"), 1, limit)?;
    let packed = files.read_at(file, start, u64::MAX)?;
    let mut data = Vec::new();
    let most = limit.bytes().saturating_add(1);
    let read = DeflateDecoder::new(packed.as_slice()).take(most).read_to_end(&mut data);
    let malformed = |what: String| IoError::DicomMalformed { file: file.to_owned(), what };
    read.map_err(|error| malformed(format!("it cannot be inflated: {error}")))?;
    if data.len() as u64 > limit.bytes() {
        let what = format!("its {} deflated bytes inflate to more", packed.len());
        return Err(IoError::Memory { file: file.to_owned(), what, limit });
    }
    Ok(data)
}

struct Meta {
    syntax: String,
    dataset: usize,
}

/// The file meta group (PS3.10 section 7.1), or what stands in for it where a file has none.
fn meta(bytes: &[u8]) -> Result<Option<Meta>, String> {
    let part10 = bytes.get(128..132) == Some(b"DICM");
    let mut at = if part10 { 132 } else { 0 };
    let mut syntax = None;
    while bytes.get(at..at + 2) == Some(&[2, 0]) {
        let element = bytes.get(at + 2..at + 4);
        let vr = bytes.get(at + 4..at + 6).unwrap_or(&[]);
        let (value, length) = if matches!(vr, b"OB" | b"OW" | b"UN" | b"UT" | b"SQ" | b"UC" | b"UR")
        {
            (
                at + 12,
                bytes.get(at + 8..at + 12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])),
            )
        } else {
            (at + 8, bytes.get(at + 6..at + 8).map(|b| u32::from(u16::from_le_bytes([b[0], b[1]]))))
        };
        let end = length.and_then(|n| value.checked_add(usize::try_from(n).ok()?));
        let Some(content) = end.and_then(|end| bytes.get(value..end)) else {
            // Without the preamble two bytes are too little to call it a damaged DICOM file.
            return if part10 { Err("its file meta group is cut short".into()) } else { Ok(None) };
        };
        if element == Some(&[0x10, 0]) {
            let text = String::from_utf8_lossy(content);
            syntax = Some(text.trim_matches(['\0', ' ']).to_owned());
        }
        at = value + content.len();
    }
    let first = bytes.get(at..at + 8);
    let syntax = match (syntax, first) {
        (Some(syntax), _) => syntax,
        // A bare data set starts with group 8; two capital letters after the tag are a VR.
        (None, Some([8, 0, 0..=0x18, 0, a, b, ..]))
            if a.is_ascii_uppercase() && b.is_ascii_uppercase() =>
        {
            uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned()
        }
        (None, Some([8, 0, 0..=0x18, 0, _, _, 0, 0])) => uids::IMPLICIT_VR_LITTLE_ENDIAN.to_owned(),
        (None, _) if part10 => return Err("Transfer Syntax UID (0002,0010) is missing".into()),
        (None, _) => return Ok(None),
    };
    Ok(Some(Meta { syntax, dataset: at }))
}

/// Parses a header whose lengths were walked.
fn parse(header: &[u8], form: Form) -> Result<InMemDicomObject, String> {
    let uid = match form {
        Form { big_endian: true, .. } => "1.2.840.10008.1.2.2",
        Form { explicit: true, .. } => uids::EXPLICIT_VR_LITTLE_ENDIAN,
        Form { .. } => uids::IMPLICIT_VR_LITTLE_ENDIAN,
    };
    // dicom-rs takes a data set alone only with a type of another crate; a file meta group of our
    // own says the same, and spares it the file's.
    let padded = format!("{uid}{}", if uid.len() % 2 == 1 { "\0" } else { "" });
    let mut meta = b"DICM".to_vec();
    meta.extend([2, 0, 0, 0, b'U', b'L', 4, 0]);
    meta.extend((padded.len() as u32 + 8).to_le_bytes());
    meta.extend([2, 0, 0x10, 0, b'U', b'I', padded.len() as u8, 0]);
    meta.extend(padded.bytes());
    OpenFileOptions::new()
        .from_reader(Cursor::new(meta).chain(header))
        .map(dicom_object::FileDicomObject::into_inner)
        .map_err(|error| chain(&error))
}

/// An error with its causes, without values of the file.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::io::Memory;
    use crate::io::dicom::scan;
    use perirad_generator::patient::Patient;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Remembers the most bytes that were read at once.
    struct Counted(Memory, AtomicU64);

    impl Files for Counted {
        fn names(&self) -> Vec<&str> {
            self.0.names()
        }
        fn open(&self, name: &str) -> std::io::Result<Box<dyn crate::io::ReadSeek + '_>> {
            self.0.open(name)
        }
        fn size(&self, name: &str) -> std::io::Result<u64> {
            self.0.size(name)
        }
        fn read_at(&self, name: &str, offset: u64, limit: u64) -> Result<Vec<u8>, IoError> {
            let bytes = self.0.read_at(name, offset, limit)?;
            self.1.fetch_max(bytes.len() as u64, Ordering::Relaxed);
            Ok(bytes)
        }
    }

    /// A slice with a private value of `long` bytes in its header, and `more` bytes after its pixels.
    fn slice(long: usize, more: usize) -> Counted {
        let files = Patient::new(1).files().unwrap();
        let (_, bytes) =
            files.into_iter().find(|(name, _)| !name.ends_with("rtstruct.dcm")).unwrap();
        let at = bytes.windows(6).position(|six| six == b"\x28\0\x02\0US").unwrap();
        let mut private = b"\x29\0\x10\x10OB\0\0".to_vec();
        private.extend((long as u32).to_le_bytes());
        private.resize(private.len() + long, 0);
        let mut files = Memory::default();
        files.insert("a", [&bytes[..at], &private, &bytes[at..], &vec![0; more]].concat());
        Counted(files, AtomicU64::new(0))
    }

    #[test]
    fn of_a_long_header_no_more_is_read_than_it_takes() {
        let files = slice(300 << 10, 8 << 20);
        assert!(slices(&files, "a", MemoryLimit::default()).unwrap().is_some());
        assert_eq!(files.1.into_inner(), 1 << 20);
    }

    #[test]
    fn a_header_longer_than_the_limit_is_refused_before_it_is_read() {
        let files = slice(3 << 20, 0);
        let limit = MemoryLimit::of(1 << 20);
        assert!(matches!(slices(&files, "a", limit), Err(IoError::Memory { .. })));
        assert!(files.1.load(Ordering::Relaxed) <= limit.bytes());
        // It may be too long for the part of a thread only.
        let engine = Engine::new(4).with_memory(MemoryLimit::of(8 << 20));
        assert_eq!(scan(&files, &engine).series.len(), 1);
    }
}

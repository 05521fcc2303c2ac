//! Voxels as they are inflated: what is not asked for is never held.

use super::read::{HEADER, Header, Stream, damaged};
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::geometry::{IndexBox, SharedGrid};
use crate::image::{Intensity, Volume};
use crate::io::gzip::GZIP;
use crate::io::labels::LabelRows;
use crate::io::single::SNIFFED;
use crate::io::source::VOXEL;
use crate::io::{Files, IoError, Labels};
use ndarray::{Array2, Array3};
use std::io::{BufRead, BufReader, Read, copy, sink};
use std::ops::Range;

/// Bytes read from a file at once.
pub(in crate::io) const BUFFER: usize = 256 * 1024;

/// The lattice of a file whose bytes are all there, and what is odd about it.
///
/// A plain file is as long as its header declares, or longer. A gzipped one ends with the length of
/// its last member (RFC 1952), of the whole where that is the only one: where it is as declared
/// nothing is inflated, else everything is, to be counted.
///
/// # Errors
/// As for [`read`](super::read).
pub(in crate::io) fn complete(
    files: &dyn Files,
    file: &str,
    limit: MemoryLimit,
) -> Result<(SharedGrid, Vec<Warning>), IoError> {
    let (start, size) = files.head(file, SNIFFED)?;
    let header = Header::read(file, &mut Stream::new(start.as_slice()))?;
    IoError::claim(file, (header.grid.len(), "voxels"), VOXEL, limit)?;
    let expected = header.declared();
    let found = if start.starts_with(&GZIP) {
        let end = files.read_at(file, size.saturating_sub(4), 4)?;
        // The lowest 32 bits of the length are told.
        if end == (expected as u32).to_le_bytes() {
            expected
        } else {
            let failed = |source| IoError::Read { file: file.to_owned(), source };
            let source = BufReader::with_capacity(BUFFER, files.open(file).map_err(failed)?);
            let mut stream = Stream::new(source);
            let mut all = stream.by_ref().take(expected);
            if let Some(error) = copy(&mut all, &mut sink()).err().and_then(|e| damaged(file, &e)) {
                return Err(error);
            }
            let found = expected - all.limit();
            if found == expected {
                stream.check(file)?;
            }
            found
        }
    } else {
        size
    };
    if found < expected {
        return Err(IoError::NiftiSize { file: file.to_owned(), found, expected });
    }
    Ok((header.grid, header.warnings))
}

/// The planes of a stream, one after another.
struct Planes<'a, R> {
    file: &'a str,
    stream: Stream<R>,
    header: Header,
    /// Bytes read, and those that are there at least.
    read: u64,
    expected: u64,
    /// The bytes of one plane.
    bytes: Vec<u8>,
}

impl<'a, R: BufRead> Planes<'a, R> {
    fn open(file: &'a str, source: R) -> Result<Self, IoError> {
        let mut stream = Stream::new(source);
        let header = Header::read(file, &mut stream)?;
        let (read, bytes) = (HEADER as u64, Vec::new());
        Ok(Self { file, stream, header, read, expected: read, bytes })
    }

    /// Goes to the first of so many planes that are to be read.
    fn begin(&mut self, planes: usize) -> Result<(), IoError> {
        self.expected = HEADER as u64 + self.header.before + self.plane() * planes as u64;
        self.fill(self.header.before, false)
    }

    /// Bytes of a plane.
    fn plane(&self) -> u64 {
        let [_, rows, columns] = self.header.grid.shape;
        (rows * columns) as u64 * self.header.kind.bytes as u64
    }

    /// Reads so many bytes, whose absence or damage is told differently of voxels.
    fn fill(&mut self, count: u64, voxels: bool) -> Result<(), IoError> {
        // The vector grows with the bytes that come, whatever the header declares.
        self.bytes.clear();
        let ended = self.stream.by_ref().take(count).read_to_end(&mut self.bytes);
        let found = self.bytes.len() as u64;
        self.read += found;
        match ended {
            Err(error) if !voxels => {
                let what = format!("cannot be inflated: {error}");
                Err(IoError::Nifti { file: self.file.to_owned(), what })
            }
            ended if found < count => {
                let (file, expected) = (self.file.to_owned(), self.expected);
                let short = IoError::NiftiSize { file, found: self.read, expected };
                Err(ended.err().and_then(|e| damaged(self.file, &e)).unwrap_or(short))
            }
            _ => Ok(()),
        }
    }

    /// The next plane.
    fn next(&mut self, wanted: bool) -> Result<(), IoError> {
        self.fill(self.plane(), wanted)
    }

    /// The bytes of each row of the plane.
    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.header.grid.shape[2] * self.header.kind.bytes)
    }

    /// The values of a row's bytes.
    fn values(&self, row: &[u8]) -> impl Iterator<Item = f64> {
        let Header { kind, slope, intercept, .. } = &self.header;
        let kind = *kind;
        let [slope, intercept] = [*slope, *intercept];
        row.chunks_exact(kind.bytes).map(move |b| (kind.value)(b) * slope + intercept)
    }
}

/// A box of the file's voxels, cut to those there are, as intensities scaled in `f64`; the stream is
/// inflated no further than the last of its planes, or the middle one, which is kept.
///
/// # Errors
/// As for [`read`](super::read); [`IoError::NiftiNonFinite`], with their count, where voxels of the
/// planes between are not finite numbers. Bytes missing behind the last plane are not noticed here, but
/// by [`complete`]; the checksum of a gzipped file is compared where its last plane is read.
pub(in crate::io) fn read_part(
    file: &str,
    source: impl BufRead,
    window: IndexBox,
    intensity: Intensity,
    limit: MemoryLimit,
) -> Result<Volume, IoError> {
    let mut stream = Planes::open(file, source)?;
    let grid = stream.header.grid.clone();
    let cut = |a: usize| {
        let end = window.hi[a].min(grid.shape[a]);
        window.lo[a].min(end)..end
    };
    let [planes, rows, columns] = [0, 1, 2].map(cut);
    let middle = grid.shape[0] / 2;
    let read = planes.start.min(middle)..planes.end.max(middle + 1);
    let shape = [planes.len(), rows.len(), columns.len()];
    let voxels = shape.iter().product::<usize>();
    let held = voxels.max(grid.shape[1] * grid.shape[2]);
    IoError::claim(file, (held, "voxels"), stream.header.kind.bytes.max(VOXEL), limit)?;
    stream.begin(read.end)?;
    let (mut data, mut kept) = (Vec::with_capacity(voxels), Vec::new());
    let mut count = 0;
    for plane in 0..read.end {
        stream.next(read.contains(&plane))?;
        if !read.contains(&plane) {
            continue;
        }
        for (y, row) in stream.rows().enumerate() {
            let all = || stream.values(row).map(|v| v as f32);
            if stream.header.overflows {
                count += all().filter(|v| !v.is_finite()).count();
            }
            if plane == middle {
                kept.extend(all());
            }
            if planes.contains(&plane) && rows.contains(&y) {
                let size = stream.header.kind.bytes;
                let Range { start, end } = columns;
                let part = row.get(start * size..end * size).unwrap_or(&[]);
                data.extend(stream.values(part).map(|v| v as f32));
            }
        }
    }
    if read.end == grid.shape[0] {
        stream.stream.check(file)?;
    }
    if count > 0 {
        return Err(IoError::NiftiNonFinite { file: file.to_owned(), count });
    }
    let array = |error: ndarray::ShapeError| IoError::Nifti {
        file: file.to_owned(),
        what: error.to_string(),
    };
    let data = Array3::from_shape_vec(shape, data).map_err(array)?;
    let kept = Array2::from_shape_vec([grid.shape[1], grid.shape[2]], kept).map_err(array)?;
    let first = [planes.start, rows.start, columns.start];
    Volume::part(grid, first, data, intensity)
        .and_then(|volume| volume.with_middle(kept))
        .map_err(|error| IoError::geometry(file, error))
}

/// The file's voxels as labels, and what is odd about it.
///
/// # Errors
/// As for [`read`](super::read), and [`IoError::LabelValue`] where voxels are not whole numbers.
pub(in crate::io) fn read_labels(
    file: &str,
    source: impl BufRead,
    limit: MemoryLimit,
) -> Result<(Labels, Vec<Warning>), IoError> {
    let mut stream = Planes::open(file, source)?;
    let grid = stream.header.grid.clone();
    let size = stream.header.kind.bytes.max(VOXEL);
    IoError::claim(file, (grid.len(), "voxels"), size, limit)?;
    stream.begin(grid.shape[0])?;
    let mut labels = LabelRows::new(grid.clone());
    let blank = stream.header.intercept == 0.0;
    for _ in 0..grid.shape[0] {
        stream.next(true)?;
        for row in stream.rows() {
            if blank && row.iter().fold(0, |any, byte| any | byte) == 0 {
                labels.skip(grid.shape[2]);
            } else {
                labels.push(stream.values(row));
            }
        }
    }
    stream.stream.check(file)?;
    let warnings = stream.header.warnings;
    Ok((labels.finish(file)?, warnings))
}

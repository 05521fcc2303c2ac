//! Pixel Data to intensities (DICOM PS3.3 C.7.6.3.1, C.11.1).

use super::Series;
use super::frames::{Frames, check_bomb, check_syntax, trailing};
use super::header::Slice;
use super::image::Image;
use super::lossy::is_lossy;
use super::meaning::{all_scaled_or_none, is_bare};
use super::padding::Padding;
use super::regular::Slices;
use super::stack::Stack;
use super::syntax::{Encoding, encoding, kind, sop_class_name};
use super::tags::require;
use crate::engine::Engine;
use crate::error::Warning;
use crate::geometry::IndexBox;
use crate::image::{Intensity, Volume};
use crate::io::{Files, IoError};
use ndarray::{Array3, Axis};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Checks, without reading a pixel, that the series holds CT or MR slices whose pixels can be
/// read, and says what they mean: CT numbers are Hounsfield units, MR has none.
///
/// # Errors
/// [`IoError::DicomSopClass`], [`IoError::DicomFrames`], [`IoError::DicomSyntax`],
/// [`IoError::DicomTag`], and [`IoError::DicomDiffers`] where CT and MR are mixed, or slices of MR with
/// a rescale and without.
pub fn check(series: &Series) -> Result<Intensity, IoError> {
    series.slices.iter().try_for_each(|slice| Layout::of(slice).map(drop))?;
    let first = |ct| {
        let of = |slice: &&Arc<Slice>| kind(&slice.sop_class).is_some_and(|kind| kind.ct == ct);
        series.slices.iter().find(of)
    };
    if let (Some(ct), Some(mr)) = (first(true), first(false)) {
        return Err(IoError::DicomDiffers {
            tag: "(0008,0016)",
            name: "SOP Class UID",
            files: Box::new([ct.label(), mr.label()]),
            values: Box::new([sop_class_name(&ct.sop_class), sop_class_name(&mr.sop_class)]),
        });
    }
    if !series.is_ct() {
        all_scaled_or_none(&series.slices)?;
    }
    Ok(if series.is_ct() { Intensity::Hounsfield } else { Intensity::Arbitrary })
}

/// A box of a stack, each slice by its own slope and intercept; voxels of padding are marked, and
/// those of the whole of its planes are counted.
///
/// Slices that must be resampled are read whole, and so are the planes made of them.
///
/// # Errors
/// [`IoError::DicomSopClass`], [`IoError::DicomSyntax`], [`IoError::DicomTag`] and
/// [`IoError::DicomPixelLength`], of the first slice that has one; a box beyond the stack is cut.
pub fn decode(
    files: &dyn Files,
    stack: &Stack,
    window: IndexBox,
    intensity: Intensity,
    engine: &Engine,
) -> Result<(Volume, Vec<Warning>), IoError> {
    let [_, rows, columns] = stack.grid.shape;
    let [planes, of_rows, of_columns] =
        [0, 1, 2].map(|a| within(window.lo[a]..window.hi[a], stack.grid.shape[a]));
    let mut first = [planes.start, 0, 0];
    let Decoded { data, marks, padded, trailing } = match &stack.plan {
        None => {
            let slices = stack.slices.get(planes).unwrap_or(&[]);
            (first[1], first[2]) = (of_rows.start, of_columns.start);
            slices_of(files, slices, &[of_rows, of_columns], engine)?
        }
        Some(plan) => {
            let needed = plan.slices(planes.clone());
            let slices = stack.slices.get(needed.clone()).unwrap_or(&[]);
            let own = slices_of(files, slices, &plan.native.map(|n| 0..n), engine)?;
            let native =
                Slices { first: needed.start, data: &own.data, no_data: own.marks.as_ref() };
            let (data, marks) = plan.fill(&native, planes, [rows, columns], engine);
            Decoded { data, marks: Some(marks), ..own }
        }
    };
    let mut warnings: Vec<Warning> = trailing.into_iter().collect();
    if padded > 0 {
        let near = if stack.slices.iter().any(|slice| is_lossy(slice)) {
            " or, where compression was lossy, are nearer to it than to air"
        } else {
            ""
        };
        let message = format!(
            "{padded} voxels hold the Pixel Padding Value (0028,0120){near}: they lie outside what \
             was scanned, and measure nothing"
        );
        warnings.push(Warning::new("dicom.padding", message));
    }
    let file = stack.slices.first().map_or("", |slice| slice.file.as_str());
    let volume = Volume::part(stack.grid.clone(), first, data, intensity);
    let volume = volume.and_then(|volume| match marks {
        Some(marks) => volume.marked(marks),
        None => Ok(volume),
    });
    Ok((volume.map_err(|error| IoError::geometry(file, error))?, warnings))
}

/// A range cut to `0..count`.
fn within(range: Range<usize>, count: usize) -> Range<usize> {
    let start = range.start.min(count);
    start..range.end.min(count).max(start)
}

/// Intensities of slices, or of a part of each, `[z, y, x]`.
struct Decoded {
    data: Array3<f32>,
    /// Where they are padding, and how many are in the whole slices.
    marks: Option<Array3<bool>>,
    padded: usize,
    /// What followed the last pixel.
    trailing: Option<Warning>,
}

fn slices_of(
    files: &dyn Files,
    slices: &[Arc<Slice>],
    part: &[Range<usize>; 2],
    engine: &Engine,
) -> Result<Decoded, IoError> {
    let file = slices.first().map_or("", |slice| slice.file.as_str());
    let [rows, columns] = part.each_ref().map(ExactSizeIterator::len);
    let pixels = rows.saturating_mul(columns).saturating_mul(slices.len());
    IoError::claim(file, (pixels, "pixels"), size_of::<f32>(), engine.memory())?;
    let layouts: Vec<Layout> =
        slices.iter().map(|slice| Layout::of(slice)).collect::<Result<_, _>>()?;
    let (mut sources, mut packed, mut pixels) = (Vec::with_capacity(slices.len()), 0, 0);
    for (slice, layout) in slices.iter().zip(&layouts) {
        // Inflated slices are held one at a time.
        let deflated = encoding(&slice.syntax) == Encoding::Deflated;
        let source = if deflated { None } else { Some(layout.frames(files, slice, engine)?) };
        if let Some(bytes) = source.as_ref().and_then(Frames::packed) {
            packed += bytes / count_of(slice) as u64;
            pixels += layout.image.pixels() as u64;
            check_bomb(&slice.file, packed, pixels)?;
        }
        sources.push(source);
    }
    let mut data = Array3::<f32>::zeros((slices.len(), rows, columns));
    let outcomes = Mutex::new(Vec::with_capacity(slices.len()));
    if let Some(voxels) = data.as_slice_mut() {
        engine.fill(voxels, rows * columns, |at, out| {
            let (Some(slice), Some(layout)) = (slices.get(at), layouts.get(at)) else { return };
            let read = |frames: &Frames<'_>, out| {
                Ok((layout.read(frames, slice.frame, part, out)?, frames.trailing()))
            };
            let outcome = match sources.get(at).and_then(Option::as_ref) {
                Some(frames) => read(frames, out),
                None => layout.frames(files, slice, engine).and_then(|frames| read(&frames, out)),
            };
            if let Ok(mut outcomes) = outcomes.lock() {
                outcomes.push((at, outcome));
            }
        });
    }
    let mut outcomes = outcomes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    outcomes.sort_by_key(|(at, _)| *at);
    let (mut padded, mut count, mut long, mut zeros) = (Vec::new(), 0, BTreeSet::new(), 0);
    for (at, outcome) in outcomes {
        let (found, trailing) = outcome?;
        // Frames of one file share what follows them.
        if trailing > 0 && slices.get(at).is_some_and(|slice| long.insert(slice.file.as_str())) {
            zeros += trailing;
        }
        count += found.count;
        if !found.at.is_empty() {
            padded.push((at, found.at));
        }
    }
    let marks = (!padded.is_empty()).then(|| {
        let mut marks = Array3::from_elem(data.dim(), false);
        for (at, found) in padded {
            let mut slice = marks.index_axis_mut(Axis(0), at);
            if let Some(slice) = slice.as_slice_mut() {
                for pixel in found {
                    slice[pixel] = true;
                }
            }
        }
        marks
    });
    Ok(Decoded { data, marks, padded: count, trailing: trailing(long.len(), zeros) })
}

/// Frames in the file of a slice.
fn count_of(slice: &Slice) -> usize {
    slice.frames.as_ref().map_or(1, |n| usize::try_from(*n).unwrap_or(1).max(1))
}

/// Pixels of a frame that are padding.
#[derive(Default)]
struct Padded {
    /// In the whole frame.
    count: usize,
    /// Those in the part that is read, counted in it.
    at: Vec<usize>,
}

/// How one slice's pixels are stored and what they mean.
struct Layout {
    image: Image,
    slope: f64,
    intercept: f64,
    /// What means "nothing here".
    padding: Option<Padding>,
}

/// Lowest value that CT means anything by, HU.
const AIR: f64 = -1024.0;

/// The padding of lossy CT slices: compression changed it, so what is nearer to it than to air is
/// padding, too. Padding within the range of tissue cannot be told from it, and stays as it is.
fn blurred((low, high): (i64, i64), [slope, intercept]: [f64; 2]) -> (i64, i64) {
    let highest = high as f64 * slope + intercept;
    if slope <= 0.0 || highest >= AIR {
        return (low, high);
    }
    let between = (f64::midpoint(highest, AIR) - intercept) / slope;
    (i64::MIN, high.max(between.floor() as i64))
}

impl Layout {
    /// Checks everything that decides what the pixels mean, before any is read.
    fn of(slice: &Slice) -> Result<Self, IoError> {
        let label = slice.label();
        let file = label.as_str();
        let refuse = |tag, name, found: String, expected| {
            Err(IoError::DicomTag { file: file.to_owned(), tag, name, found, expected })
        };
        if let Some(what) = slice.fault.clone() {
            return Err(IoError::DicomFrames { file: file.to_owned(), what });
        }
        let several = slice.frames.as_ref().is_ok_and(|n| *n > 1);
        let kind = kind(&slice.sop_class).filter(|kind| kind.frames || !several);
        let Some(kind) = kind else {
            let frames = if several { " of several frames" } else { "" };
            let name = format!("{}{frames}", sop_class_name(&slice.sop_class));
            return Err(IoError::DicomSopClass { file: file.to_owned(), name });
        };
        check_syntax(slice)?;
        let image = Image::of(slice)?;
        if image.allocated == 1 {
            return refuse("(0028,0100)", "Bits Allocated", "1".into(), "8, 16 or 32");
        }
        if slice.photometric.as_deref() != Some("MONOCHROME2") {
            let found = slice.photometric.clone().unwrap_or_else(|| "absent".into());
            return refuse("(0028,0004)", "Photometric Interpretation", found, "MONOCHROME2");
        }
        if slice.modality_lut {
            return refuse(
                "(0028,3000)",
                "Modality LUT Sequence",
                "present".into(),
                "a linear rescale",
            );
        }
        let unit = slice.rescale_type.as_ref().filter(|unit| *unit != "HU");
        if let Some(unit) = unit.filter(|_| kind.ct) {
            return refuse("(0028,1054)", "Rescale Type", format!("{unit:?}"), "HU");
        }
        let [slope, intercept] = if !kind.ct && is_bare(slice) {
            // MR has no unit, so that stored values are as good as any.
            [1.0, 0.0]
        } else {
            let (tag, name) = ("(0028,1053)", "Rescale Slope");
            let slope = require(&slice.slope, file, tag, name, "a number")?;
            if slope == 0.0 {
                return refuse(tag, name, "0".into(), "a number other than 0");
            }
            let (tag, name) = ("(0028,1052)", "Rescale Intercept");
            [slope, require(&slice.intercept, file, tag, name, "a number")?]
        };
        if slice.pixels.is_none() {
            return refuse("(7FE0,0010)", "Pixel Data", "absent".into(), "present");
        }
        let padding = slice.padding;
        let padding =
            padding.and_then(|p| Padding::of(&image, p, slice.padding_limit.unwrap_or(p)));
        let padding = padding.map(|padding| match padding {
            Padding::Values(range) if kind.ct && is_lossy(slice) => {
                Padding::Values(blurred(range, [slope, intercept]))
            }
            padding => padding,
        });
        Ok(Self { image, slope, intercept, padding })
    }

    fn frames<'a>(
        &self,
        files: &'a dyn Files,
        slice: &'a Slice,
        engine: &Engine,
    ) -> Result<Frames<'a>, IoError> {
        Frames::open(files, slice, self.image, count_of(slice), engine.memory())
    }

    /// Reads a part of the pixels of frame `n` into `out`, rows and columns.
    fn read(
        &self,
        frames: &Frames<'_>,
        n: usize,
        [rows, columns]: &[Range<usize>; 2],
        out: &mut [f32],
    ) -> Result<Padded, IoError> {
        let mut padded = Padded::default();
        // Padding is counted wherever it is.
        let all = 0..self.image.rows;
        let wanted = if self.padding.is_some() { all } else { rows.clone() };
        let found = frames.rows(n, wanted.clone())?;
        let (mut row, mut cells) = (vec![0; self.image.columns], Vec::new());
        let mut out = out.chunks_exact_mut(columns.len().max(1));
        for at in wanted {
            found.read(at, &mut row);
            let here = rows.contains(&at);
            let (range, numbers) = match self.padding {
                None => (None, &row),
                Some(Padding::Values(range)) => (Some(range), &row),
                Some(Padding::Cells(range)) => {
                    cells.resize(row.len(), 0);
                    found.read_cells(at, &mut cells);
                    (Some(range), &cells)
                }
            };
            if let Some((lowest, highest)) = range {
                let is = |stored: &i64| lowest <= *stored && *stored <= highest;
                let found = numbers.iter().filter(|stored| is(stored)).count();
                padded.count += found;
                if found > 0 && here {
                    let first = (at - rows.start) * columns.len();
                    let own = numbers.get(columns.clone()).unwrap_or(&[]).iter().enumerate();
                    padded.at.extend(own.filter(|(_, v)| is(v)).map(|(x, _)| first + x));
                }
            }
            if here && let Some(out) = out.next() {
                for (value, stored) in out.iter_mut().zip(row.iter().skip(columns.start)) {
                    *value = (*stored as f64 * self.slope + self.intercept) as f32;
                }
            }
        }
        Ok(padded)
    }
}

//! Slices stacked to a regular lattice (DICOM PS3.3 C.7.6.2.1.1).

use super::header::Slice;
use super::line::Line;
use super::regular::{self, Plan};
use super::scan::Series;
use super::sparse::sparse;
use super::tags::{Found, directions, plane, require};
use super::whose::one_patient;
use crate::error::Warning;
use crate::geometry::{Grid, SharedGrid, Vec3, cross, dot, norm, sub};
use crate::io::IoError;
use crate::io::lattice::{roundest, shortest};
use std::sync::Arc;

/// Slices closer than this are in one place, mm.
const SAME_PLACE_MM: f64 = 1e-3;
/// Deviation from a regular stack, in slices or pixels, above which there is none.
const IRREGULAR: f64 = 0.1;
/// Deviation that deserves a word.
const UNEVEN: f64 = 0.01;
/// Direction cosines may differ by rounding.
const SAME_COSINE: f64 = 1e-4;
/// Pixel spacings may differ by rounding, mm.
const SAME_SPACING_MM: f64 = 1e-4;

/// A series in order, and its lattice.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The series' lattice.
    pub grid: SharedGrid,
    /// Its slices, ascending along the normal.
    pub(crate) slices: Vec<Arc<Slice>>,
    /// How they are resampled, where they do not lie on the lattice themselves.
    pub(super) plan: Option<Plan>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
}

pub(super) struct Placed<'a> {
    slice: &'a Arc<Slice>,
    pub(super) position: Vec3,
    /// Distance along the normal, mm.
    pub(super) along: f64,
}

/// Sorts the slices by position along their normal and checks that they form a regular volume.
///
/// # Errors
/// [`IoError::DicomTag`] for an absent or unreadable attribute, [`IoError::DicomDiffers`],
/// [`IoError::DicomDuplicate`], [`IoError::DicomTilt`], [`IoError::DicomBeside`],
/// [`IoError::DicomGap`], and [`IoError::Geometry`].
pub fn stack(series: &Series) -> Result<Stack, IoError> {
    stacked(series, false)
}

/// As [`stack`]; slices that are sheared (gantry tilt) or spaced unevenly are to be resampled onto
/// a regular lattice from their true positions, with a warning (`dicom.regularised`).
///
/// The lattice has the slices' own rows, columns and normal. Its planes are one smallest slice
/// spacing apart, or the mean one where the spacing is even, from the first slice to the last at
/// most; rows and columns are added as far as any slice lies beyond the first. With a wider
/// spacing two slices could share a plane, and the contours drawn on them would mix. Between
/// slices intensities are linear.
///
/// # Errors
/// As for [`stack`]; [`IoError::DicomTilt`], [`IoError::DicomBeside`] and [`IoError::DicomGap`] only
/// where the lattice would have more than eight times the voxels of the slices.
pub fn regularised(series: &Series) -> Result<Stack, IoError> {
    stacked(series, true)
}

fn stacked(series: &Series, regularise: bool) -> Result<Stack, IoError> {
    let Some(first) = series.slices.first() else {
        return Err(IoError::DicomNoSeries { files: 0, skipped: 0, problems: Vec::new() });
    };
    if let Some(slice) = series.slices.iter().find(|slice| slice.fault.is_some()) {
        let what = slice.fault.clone().unwrap_or_default();
        return Err(IoError::DicomFrames { file: slice.file.clone(), what });
    }
    one_patient(&series.slices)?;
    let plane = Plane::of(first)?;
    let (row, column) = directions(plane.orientation);
    let normal = cross(row, column);
    let length = norm(normal);
    let normal = normal.map(|c| c / length);
    let mut placed = Vec::with_capacity(series.slices.len());
    for slice in &series.slices {
        plane.same(first, slice)?;
        let position = require(
            &slice.position,
            &slice.label(),
            "(0020,0032)",
            "Image Position (Patient)",
            "three numbers",
        )?;
        placed.push(Placed { slice, position, along: dot(position, normal) });
    }
    placed.sort_by(|a, b| a.along.total_cmp(&b.along));
    let mut warnings = series.warnings.clone();
    let origin = placed.first().map_or([0.0; 3], |p| p.position);
    let shape = [placed.len(), plane.rows, plane.columns];
    let axes = [normal, column, row];
    let lattice = |step: f64| {
        let spacing = [step, plane.spacing[0], plane.spacing[1]].map(shortest);
        Grid::new(shape, spacing, origin, axes)
            .map_err(|error| IoError::geometry(&first.file, error))
    };
    let found = match placed.len() {
        1 => single(first, &mut warnings),
        _ => regular(&placed, normal, plane.spacing, &mut warnings),
    };
    let (grid, plan) = match found {
        Ok(step) => (lattice(step)?, None),
        Err(
            error @ (IoError::DicomTilt { .. }
            | IoError::DicomBeside { .. }
            | IoError::DicomGap { .. }),
        ) if regularise => {
            let step = finest(&placed);
            let made = regular::plan(&placed, &lattice(step)?)
                .map_err(|error| IoError::geometry(&first.file, error))?;
            let Some((grid, plan)) = made else { return Err(error) };
            let [z, y, x] = grid.shape;
            let message = format!(
                "{error}. Resampled onto {z} × {y} × {x} voxels (z, y, x), {} mm between planes, \
                 from the slices' true positions, linear between them; contours belong to the \
                 nearest of these planes, and planes without stay empty unless gaps are filled",
                grid.spacing[0]
            );
            warnings.push(Warning::new("dicom.regularised", message));
            (grid, Some(plan))
        }
        Err(error) => return Err(error),
    };
    let slices: Vec<Arc<Slice>> = placed.into_iter().map(|p| p.slice.clone()).collect();
    if slices.len() > 1 {
        warnings.extend(sparse(&slices, grid.spacing[0]));
    }
    Ok(Stack { grid: Arc::new(grid), slices, plan, warnings })
}

/// The spacing for a regular lattice: the mean where it is even, else the smallest.
fn finest(placed: &[Placed<'_>]) -> f64 {
    let steps = steps(placed);
    let mean = steps.iter().sum::<f64>() / steps.len().max(1) as f64;
    let even = steps.iter().all(|step| (step - mean).abs() <= UNEVEN * mean);
    let mm = if even { mean } else { steps.into_iter().fold(f64::INFINITY, f64::min) };
    // Positions are written with at least four decimals.
    roundest(mm, 1e-4)
}

fn steps(placed: &[Placed<'_>]) -> Vec<f64> {
    placed.windows(2).map(|p| p[1].along - p[0].along).collect()
}

/// Spacings that differ by more than a hundredth of a mm, in the order of the slices.
fn distinct(steps: &[f64]) -> Vec<f64> {
    let mut found: Vec<f64> = Vec::new();
    for step in steps {
        let rounded = (step * 100.0).round() / 100.0;
        if !found.iter().any(|other| (other - rounded).abs() < 0.015) {
            found.push(rounded);
        }
    }
    found
}

/// What all slices must share.
struct Plane {
    rows: usize,
    columns: usize,
    orientation: [f64; 6],
    /// `[y, x]`, mm.
    spacing: [f64; 2],
}

impl Plane {
    fn of(slice: &Slice) -> Result<Self, IoError> {
        let count = |found: &Found<i64>, tag, name| {
            let value = require(found, &slice.file, tag, name, "a number from 1 to 65535")?;
            usize::try_from(value).ok().filter(|n| (1..=65535).contains(n)).ok_or_else(|| {
                IoError::DicomTag {
                    file: slice.file.clone(),
                    tag,
                    name,
                    found: value.to_string(),
                    expected: "a number from 1 to 65535",
                }
            })
        };
        let rows = count(&slice.rows, "(0028,0010)", "Rows")?;
        let columns = count(&slice.columns, "(0028,0011)", "Columns")?;
        let (orientation, spacing) = plane(&slice.file, &slice.orientation, &slice.spacing)?;
        Ok(Self { rows, columns, orientation, spacing })
    }

    fn same(&self, first: &Slice, slice: &Slice) -> Result<(), IoError> {
        let other = Self::of(slice)?;
        let differs = |tag, name, a: String, b: String| {
            let files = Box::new([first.label(), slice.label()]);
            Err(IoError::DicomDiffers { tag, name, files, values: Box::new([a, b]) })
        };
        let apart =
            |a: &[f64], b: &[f64], limit| a.iter().zip(b).any(|(a, b)| (a - b).abs() > limit);
        if self.rows != other.rows {
            return differs("(0028,0010)", "Rows", self.rows.to_string(), other.rows.to_string());
        }
        if self.columns != other.columns {
            let (a, b) = (self.columns.to_string(), other.columns.to_string());
            return differs("(0028,0011)", "Columns", a, b);
        }
        if apart(&self.orientation, &other.orientation, SAME_COSINE) {
            let (a, b) = (format!("{:?}", self.orientation), format!("{:?}", other.orientation));
            return differs("(0020,0037)", "Image Orientation (Patient)", a, b);
        }
        if apart(&self.spacing, &other.spacing, SAME_SPACING_MM) {
            let (a, b) = (format!("{:?} mm", self.spacing), format!("{:?} mm", other.spacing));
            return differs("(0028,0030)", "Pixel Spacing", a, b);
        }
        if slice.frame_of_reference != first.frame_of_reference {
            let show = |s: &Slice| s.frame_of_reference.clone().unwrap_or_else(|| "absent".into());
            return differs("(0020,0052)", "Frame of Reference UID", show(first), show(slice));
        }
        Ok(())
    }
}

/// The thickness of a single slice stands in for its spacing.
fn single(slice: &Slice, warnings: &mut Vec<Warning>) -> Result<f64, IoError> {
    let expected = "a number: a single slice has no spacing";
    let thickness = &slice.thickness;
    let mm = require(thickness, &slice.file, "(0018,0050)", "Slice Thickness", expected)?;
    let message = format!("a single slice: its thickness of {mm} mm is taken as slice spacing");
    warnings.push(Warning::new("dicom.single_slice", message));
    Ok(mm)
}

/// The spacing of two or more slices, which must be even and stacked along the normal.
fn regular(
    placed: &[Placed<'_>],
    normal: Vec3,
    pixel: [f64; 2],
    warnings: &mut Vec<Warning>,
) -> Result<f64, IoError> {
    let (Some(first), Some(last)) = (placed.first(), placed.last()) else { return Ok(0.0) };
    let steps = steps(placed);
    let same: Vec<usize> = (0..steps.len()).filter(|i| steps[*i] < SAME_PLACE_MM).collect();
    if let Some(&at) = same.first() {
        return Err(IoError::DicomDuplicate {
            first: placed[at].slice.label(),
            second: placed[at + 1].slice.label(),
            mm: placed[at].along,
            count: same.len(),
        });
    }
    let sideways = |p: &Placed<'_>| {
        let offset = sub(p.position, first.position);
        norm(sub(offset, normal.map(|c| c * (p.along - first.along))))
    };
    let slip = placed.iter().map(sideways).fold(0.0, f64::max) / pixel[0].min(pixel[1]);
    // A comparison with NaN is false, so what cannot be compared is refused.
    let upright = slip <= IRREGULAR;
    if !upright {
        let line = Line::through(&placed.iter().map(|p| (p.along, p.position)).collect::<Vec<_>>());
        let beside = |p: &&Placed<'_>| line.distance(p.along, p.position);
        let limit = IRREGULAR * pixel[0].min(pixel[1]);
        let count = placed.iter().filter(|p| beside(p) > limit).count();
        let worst = placed.iter().max_by(|a, b| beside(a).total_cmp(&beside(b)));
        if let Some(worst) = worst.filter(|_| count > 0) {
            return Err(IoError::DicomBeside {
                count,
                of: placed.len(),
                file: worst.slice.label(),
                at_mm: worst.along,
                mm: beside(&worst),
                spacings: distinct(&steps),
            });
        }
        let mm = sideways(last);
        let degrees = mm.atan2(last.along - first.along).to_degrees();
        return Err(IoError::DicomTilt { degrees, mm, spacings: distinct(&steps) });
    }
    let mut sorted = steps.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let mean = (last.along - first.along) / steps.len() as f64;
    let drift = placed
        .iter()
        .enumerate()
        .map(|(i, p)| (p.along - first.along - i as f64 * mean).abs() / mean)
        .fold(0.0, f64::max);
    let uneven = |step: f64| (step - median).abs() / median;
    let worst = (0..steps.len()).max_by(|a, b| uneven(steps[*a]).total_cmp(&uneven(steps[*b])));
    let worst = worst.unwrap_or(0);
    let even = uneven(steps[worst]) <= IRREGULAR && drift <= IRREGULAR;
    if !even {
        let (from, to) = (&placed[worst], &placed[worst + 1]);
        let ratio = steps[worst] / median;
        let whole = (ratio - ratio.round()).abs() < IRREGULAR && ratio > 1.5;
        return Err(IoError::DicomGap {
            gap_mm: steps[worst],
            median_mm: median,
            from_mm: from.along,
            to_mm: to.along,
            from_file: from.slice.label(),
            to_file: to.slice.label(),
            missing: if whole { ratio.round() as usize - 1 } else { 0 },
            spacings: distinct(&steps).into(),
            passed: [].into(),
        });
    }
    if drift > UNEVEN || slip > UNEVEN {
        let message = format!(
            "slices lie up to {:.4} mm along and {slip:.3} pixel beside a regular stack of {mean:.4} mm",
            drift * mean
        );
        warnings.push(Warning::new("dicom.uneven_slices", message));
    }
    // Rounding of the first and last position to `f32`, spread over the steps between them.
    let rounding = f64::from(f32::EPSILON) * first.along.abs().max(last.along.abs());
    Ok(roundest(mean, rounding / steps.len() as f64))
}

//! Where frames are (functional groups, DICOM PS3.3 C.7.6.16), and the lattice that holds them all.

use super::frames::Layout;
use crate::error::Warning;
use crate::geometry::{Grid, SharedGrid, Vec3, cross, dot, norm, sub};
use crate::io::IoError;
use crate::io::dicom::tags::{Found, directions, items, numbers, one, plane, require, whole};
use crate::io::lattice::{APART, NEARLY, roundest, shortest};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::sync::Arc;

/// Frames closer than this along the normal are in one plane, mm.
const SAME_PLACE_MM: f64 = 1e-3;
/// Direction cosines may differ by rounding.
const SAME_COSINE: f64 = 1e-4;
/// Pixel spacings may differ by rounding, mm.
const SAME_SPACING_MM: f64 = 1e-4;
/// More planes than this are no segmentation of an image.
const PLANES: f64 = 1e6;

/// One frame's place.
pub(super) struct Placed {
    /// Its plane, counted along the normal.
    pub plane: usize,
    /// Referenced Segment Number (0062,000B).
    pub segment: Found<i64>,
}

/// What the functional groups say of one frame.
struct Frame {
    orientation: [f64; 6],
    /// `[y, x]`, mm.
    pixel: [f64; 2],
    position: Vec3,
    segment: Found<i64>,
}

impl Frame {
    /// From the frame's own groups, else the shared ones.
    fn of(
        file: &str,
        shared: Option<&InMemDicomObject>,
        group: &InMemDicomObject,
    ) -> Result<Self, IoError> {
        let item = |sequence: Tag| {
            let own = items(group, sequence).first();
            own.or_else(|| shared.and_then(|shared| items(shared, sequence).first()))
        };
        let orientation = item(tags::PLANE_ORIENTATION_SEQUENCE)
            .map_or_else(absent, |item| numbers(item, tags::IMAGE_ORIENTATION_PATIENT));
        let pixel = item(tags::PIXEL_MEASURES_SEQUENCE)
            .map_or_else(absent, |item| numbers(item, tags::PIXEL_SPACING));
        let position = item(tags::PLANE_POSITION_SEQUENCE)
            .map_or_else(absent, |item| numbers(item, tags::IMAGE_POSITION_PATIENT));
        let (orientation, pixel) = plane(file, &orientation, &pixel)?;
        let (tag, name) = ("(0020,0032)", "Image Position (Patient)");
        let position = require(&position, file, tag, name, "three numbers")?;
        let segment = item(tags::SEGMENT_IDENTIFICATION_SEQUENCE)
            .map_or_else(absent, |item| whole(item, tags::REFERENCED_SEGMENT_NUMBER));
        Ok(Self { orientation, pixel, position, segment })
    }
}

fn absent<T>() -> Found<T> {
    Err("absent".to_owned())
}

/// The lattice of all frames: planes between them that hold no frame are empty.
pub(super) fn lattice(
    file: &str,
    object: &InMemDicomObject,
    layout: Layout,
) -> Result<(SharedGrid, Vec<Placed>, Vec<Warning>), IoError> {
    let fault = |what: String| IoError::Seg { file: file.to_owned(), what };
    let shared = items(object, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
    let groups = items(object, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    if groups.len() != layout.frames {
        return Err(fault(format!(
            "{} frames, but functional groups (5200,9230) of {}",
            layout.frames,
            groups.len()
        )));
    }
    let frames: Vec<Frame> =
        groups.iter().map(|group| Frame::of(file, shared, group)).collect::<Result<_, _>>()?;
    let Some(Frame { orientation, pixel, .. }) = frames.first() else {
        return Err(fault("it has no frame".into()));
    };
    let apart = |a: &[f64], b: &[f64], limit| a.iter().zip(b).any(|(a, b)| (a - b).abs() > limit);
    let other = frames.iter().position(|frame| {
        apart(orientation, &frame.orientation, SAME_COSINE)
            || apart(pixel, &frame.pixel, SAME_SPACING_MM)
    });
    if let Some(at) = other {
        return Err(fault(format!(
            "frames 1 and {} differ in orientation or pixel spacing",
            at + 1
        )));
    }
    let (orientation, pixel) = (*orientation, *pixel);
    let measure = |tag| {
        let in_group = |group| items(group, tags::PIXEL_MEASURES_SEQUENCE).first();
        let item = shared.and_then(in_group).or_else(|| groups.first().and_then(in_group));
        item.and_then(|item| one(item, tag).ok()).map(f64::abs).filter(|mm| *mm > 0.0)
    };
    let declared = [measure(tags::SPACING_BETWEEN_SLICES), measure(tags::SLICE_THICKNESS)];
    let (row, column) = directions(orientation);
    let normal = cross(row, column);
    let length = norm(normal);
    let normal = normal.map(|c| c / length);
    let along: Vec<f64> = frames.iter().map(|frame| dot(frame.position, normal)).collect();
    let first = (0..along.len()).min_by(|a, b| along[*a].total_cmp(&along[*b])).unwrap_or(0);
    let origin = frames.get(first).map_or([0.0; 3], |frame| frame.position);
    let depth: Vec<f64> = along.iter().map(|mm| mm - along[first]).collect();
    let step = step(&depth, declared).map_err(fault)?;
    let (mut placed, mut worst) = (Vec::with_capacity(frames.len()), 0.0);
    for (Frame { position, segment, .. }, mm) in frames.into_iter().zip(&depth) {
        let plane = (mm / step).round();
        let off = (mm / step - plane).abs();
        let beside = sub(sub(position, origin), normal.map(|c| c * mm));
        let slip = norm(beside) / pixel[0].min(pixel[1]);
        let near = off <= APART && slip <= APART;
        if !near {
            return Err(fault(format!(
                "frames lie on no regular lattice of {step:.3} mm: one is {off:.2} plane and \
                 {slip:.2} pixel off"
            )));
        }
        worst = off.max(slip).max(worst);
        placed.push(Placed { plane: plane as usize, segment });
    }
    let mut warnings = Vec::new();
    if worst > NEARLY {
        let message =
            format!("{file}: frames lie up to {worst:.3} voxel off a regular lattice of {step} mm");
        warnings.push(Warning::new("seg.uneven_frames", message));
    }
    let planes = placed.iter().map(|frame| frame.plane).max().unwrap_or(0) + 1;
    let shape = [planes, layout.rows, layout.columns];
    let spacing = [step, pixel[0], pixel[1]].map(shortest);
    let grid = Grid::new(shape, spacing, origin, [normal, column, row])
        .map_err(|error| IoError::geometry(file, error))?;
    Ok((Arc::new(grid), placed, warnings))
}

/// The distance of planes: what the file declares where the frames lie on such planes, else the
/// smallest distance between frames.
///
/// Frames may be sparse, so their distances alone do not tell; the declared spacing may be absent,
/// and the thickness is often that of another reconstruction.
fn step(depth: &[f64], declared: [Option<f64>; 2]) -> Result<f64, String> {
    let mut sorted = depth.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.last().copied().unwrap_or(0.0);
    let steps = sorted.windows(2).map(|pair| pair[1] - pair[0]);
    let smallest = steps.filter(|mm| *mm > SAME_PLACE_MM).fold(f64::INFINITY, f64::min);
    if !smallest.is_finite() {
        let [between, thickness] = declared;
        return between.or(thickness).ok_or_else(|| {
            "a single plane without Spacing Between Slices (0018,0088) or Slice Thickness \
             (0018,0050)"
                .into()
        });
    }
    let fitted = |mm: f64| {
        let planes = (last / mm).round();
        if !(1.0..=PLANES).contains(&planes) {
            return None;
        }
        let mean = last / planes;
        let even = depth.iter().all(|d| (d / mean - (d / mean).round()).abs() <= APART);
        // A declared spacing that is much larger or smaller than the one found says something else.
        (even && (mean - mm).abs() <= APART * mm).then_some(mean)
    };
    let candidates = declared.into_iter().flatten().filter(|mm| *mm <= smallest * (1.0 + APART));
    let mean = candidates.chain([smallest]).find_map(fitted);
    let mean = mean.ok_or_else(|| {
        format!("frames {smallest:.3} mm apart at least lie on no regular lattice")
    })?;
    // Rounding of positions to `f32`, spread over the steps between them.
    let rounding = f64::from(f32::EPSILON) * 1e3_f64.max(last);
    Ok(roundest(mean, rounding / (last / mean).round()))
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn planes_are_as_far_apart_as_declared_where_frames_agree() {
        let none = [None, None];
        assert_eq!(step(&[0.0, 2.5, 5.0], none), Ok(2.5));
        // Sparse frames: the declared spacing divides their distances.
        assert_eq!(step(&[0.0, 10.0, 5.0], [Some(2.5), None]), Ok(2.5));
        assert_eq!(step(&[0.0, 10.0, 5.0], [None, Some(2.5)]), Ok(2.5));
        // A thickness of overlapping slices is no spacing.
        assert_eq!(step(&[0.0, 1.0, 2.0], [None, Some(1.25)]), Ok(1.0));
        assert_eq!(step(&[0.0, 1.0, 2.0], [Some(1.0), Some(1.25)]), Ok(1.0));
        assert_eq!(step(&[3.0, 3.0], [Some(-0.0), Some(4.0)]), Ok(0.0));
        assert!(step(&[0.0], none).is_err());
        assert!(step(&[0.0, 1.0, 2.4], none).is_err());
        assert!(step(&[0.0, 1e9, 2e9 + 0.5], [Some(1e-3), None]).is_ok());
    }
}

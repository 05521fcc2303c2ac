//! Where frames are (functional groups, DICOM PS3.3 C.7.6.16), and the lattice that holds them all.

use super::frames::Layout;
use crate::error::Warning;
use crate::geometry::{Grid, SharedGrid, Vec3, cross, dot, norm, sub};
use crate::io::IoError;
use crate::io::dicom::tags::{Found, directions, items, numbers, one, require, whole};
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
    let mut common: Option<([f64; 6], [f64; 2])> = None;
    let mut positions = Vec::with_capacity(groups.len());
    for (at, group) in groups.iter().enumerate() {
        let macro_of = |sequence: Tag| {
            let own = items(group, sequence).first();
            own.or_else(|| shared.and_then(|shared| items(shared, sequence).first()))
        };
        let value = |sequence: Tag, tag, shown, name, expected| {
            let found: Found<Vec<f64>> = match macro_of(sequence) {
                Some(item) => values(item, tag),
                None => Err("absent".into()),
            };
            require(&found, file, shown, name, expected)
        };
        let orientation = value(
            tags::PLANE_ORIENTATION_SEQUENCE,
            tags::IMAGE_ORIENTATION_PATIENT,
            "(0020,0037)",
            "Image Orientation (Patient)",
            "six numbers",
        )?;
        let spacing = value(
            tags::PIXEL_MEASURES_SEQUENCE,
            tags::PIXEL_SPACING,
            "(0028,0030)",
            "Pixel Spacing",
            "two numbers",
        )?;
        let position = value(
            tags::PLANE_POSITION_SEQUENCE,
            tags::IMAGE_POSITION_PATIENT,
            "(0020,0032)",
            "Image Position (Patient)",
            "three numbers",
        )?;
        let frame: Option<([f64; 6], [f64; 2])> =
            orientation.try_into().ok().zip(spacing.try_into().ok());
        let position: Option<Vec3> = position.try_into().ok();
        let (Some((orientation, spacing)), Some(position)) = (frame, position) else {
            return Err(fault(format!("the geometry of frame {} is incomplete", at + 1)));
        };
        let (first, pixel) = common.get_or_insert((orientation, spacing));
        let apart =
            |a: &[f64], b: &[f64], limit| a.iter().zip(b).any(|(a, b)| (a - b).abs() > limit);
        if apart(first, &orientation, SAME_COSINE) || apart(pixel, &spacing, SAME_SPACING_MM) {
            return Err(fault(format!(
                "frames 1 and {} differ in orientation or pixel spacing",
                at + 1
            )));
        }
        let segment = match macro_of(tags::SEGMENT_IDENTIFICATION_SEQUENCE) {
            Some(item) => whole(item, tags::REFERENCED_SEGMENT_NUMBER),
            None => Err("absent".into()),
        };
        positions.push((position, segment));
    }
    let Some((orientation, pixel)) = common else { return Err(fault("it has no frame".into())) };
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
    let along: Vec<f64> = positions.iter().map(|(at, _)| dot(*at, normal)).collect();
    let first = (0..along.len()).min_by(|a, b| along[*a].total_cmp(&along[*b])).unwrap_or(0);
    let origin = positions.get(first).map_or([0.0; 3], |(at, _)| *at);
    let depth: Vec<f64> = along.iter().map(|mm| mm - along[first]).collect();
    let step = step(&depth, declared).map_err(fault)?;
    let (mut placed, mut worst) = (Vec::with_capacity(positions.len()), 0.0);
    for ((position, segment), mm) in positions.into_iter().zip(&depth) {
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

fn values(item: &InMemDicomObject, tag: Tag) -> Found<Vec<f64>> {
    match tag {
        tags::PIXEL_SPACING => numbers::<2>(item, tag).map(Vec::from),
        tags::IMAGE_POSITION_PATIENT => numbers::<3>(item, tag).map(Vec::from),
        _ => numbers::<6>(item, tag).map(Vec::from),
    }
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

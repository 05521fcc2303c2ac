//! Segmentation and Label Map Segmentation (DICOM PS3.3 A.51, C.8.20).

mod frames;
mod lattice;

use super::lossy::lossy_segmentation;
use super::open::open;
use super::tags::{items, one, text, whole};
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::io::segmentation::{Segment, Segmentation, THRESHOLD};
use crate::io::{Files, IoError, Mark};
use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;
use frames::{Frames, Layout, Meaning};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Frames may lie this far off the image's voxels.
const APART: f64 = 0.1;

/// Is it a SOP class of segmentations made of voxels?
pub(super) fn is_seg(sop_class: &str) -> bool {
    [uids::SEGMENTATION_STORAGE, uids::LABEL_MAP_SEGMENTATION_STORAGE].contains(&sop_class)
}

/// Reads a segmentation: binary, fractional or label map; its segments may overlap, its frames come
/// in any order, and frames without a voxel may be left out.
///
/// # Errors
/// [`IoError::DicomMalformed`], [`IoError::DicomTag`], [`IoError::DicomSyntax`] for compressed
/// frames that are not read, [`IoError::DicomPixelLength`], and [`IoError::Seg`] for a file that is
/// none, segments or frames that contradict each other, or frames on no regular lattice.
pub fn read(files: &dyn Files, file: &str, limit: MemoryLimit) -> Result<Segmentation, IoError> {
    let fault = |what: String| IoError::Seg { file: file.to_owned(), what };
    let opened = open(files, file, limit)?;
    let Some(opened) = opened else { return Err(fault("it is not DICOM".into())) };
    let object = &opened.object;
    let class = text(object, tags::SOP_CLASS_UID).unwrap_or_default();
    if !is_seg(&class) {
        return Err(fault("its SOP class is another".into()));
    }
    let kind = text(object, tags::SEGMENTATION_TYPE);
    let kind = kind.ok_or_else(|| fault("Segmentation Type (0062,0001) is absent".into()))?;
    let layout = Layout::of(file, object, &kind)?;
    let mut segments = segments(object).map_err(fault)?;
    // Background may be listed as a segment (C.8.20.2): its number is the padding value.
    let background = whole(object, tags::PIXEL_PADDING_VALUE).unwrap_or(0);
    let meaning = match kind.as_str() {
        "BINARY" => Meaning::Binary,
        "FRACTIONAL" => {
            let most = one(object, tags::MAXIMUM_FRACTIONAL_VALUE).ok().filter(|most| *most >= 1.0);
            Meaning::Fraction(most.ok_or_else(|| {
                fault("Maximum Fractional Value (0062,000E) is not from 1 on".into())
            })?)
        }
        "LABELMAP" => {
            segments.retain(|segment| segment.number != background);
            Meaning::LabelMap
        }
        other => return Err(fault(format!("Segmentation Type (0062,0001) {other:?} is not read"))),
    };
    let (grid, placed, mut warnings) = lattice::lattice(file, object, layout)?;
    let mut drawn = BTreeMap::new();
    if meaning == Meaning::LabelMap {
        for (frame, placed) in placed.iter().enumerate() {
            if let Some(other) = drawn.insert((placed.plane, 0), frame) {
                let (a, b) = (other + 1, frame + 1);
                return Err(fault(format!("frames {a} and {b} lie in one plane")));
            }
        }
    } else {
        let places: BTreeMap<i64, usize> =
            segments.iter().enumerate().map(|(at, segment)| (segment.number, at)).collect();
        let mut counts = vec![0; segments.len()];
        for (frame, placed) in placed.iter().enumerate() {
            let named = placed.segment.clone().map_err(|found| {
                fault(format!(
                    "Referenced Segment Number (0062,000B) of frame {} is {found}",
                    frame + 1
                ))
            })?;
            let at = *places.get(&named).ok_or_else(|| {
                fault(format!("frame {} is of segment {named}, which is not listed", frame + 1))
            })?;
            if let Some(other) = drawn.insert((placed.plane, at), frame) {
                let (a, b) = (other + 1, frame + 1);
                return Err(fault(format!(
                    "frames {a} and {b} are of segment {named} in one plane"
                )));
            }
            counts[at] += 1;
        }
        for (segment, count) in segments.iter_mut().zip(counts) {
            segment.frames = Some(count);
        }
    }
    let numbers = segments.iter().map(|segment| segment.number).collect();
    let slice = opened.slice(file);
    warnings.extend(lossy_segmentation(&slice));
    let (content, trailing) = Frames::read(files, &slice, layout, meaning, drawn, numbers, limit)?;
    warnings.extend(trailing);
    warnings.extend(content.unlisted(file, background));
    let referenced: Vec<_> = items(object, tags::REFERENCED_SERIES_SEQUENCE)
        .iter()
        .filter_map(|item| text(item, tags::SERIES_INSTANCE_UID))
        .collect();
    let mut segmentation = Segmentation {
        file: file.to_owned(),
        format: format!("DICOM SEG ({kind})"),
        grid,
        segments,
        frame_of_reference: text(object, tags::FRAME_OF_REFERENCE_UID),
        // Of several images it does not say on which it was drawn.
        referenced_series: (referenced.len() == 1).then(|| referenced.concat()),
        fractional: matches!(meaning, Meaning::Fraction(_)),
        threshold: THRESHOLD,
        warnings,
        cropped: Some(APART),
        patient: text(object, tags::PATIENT_ID).map(|id| Mark::of(&id)),
        content: Arc::new(content),
    };
    if segmentation.frame_of_reference.is_none() {
        let message = format!(
            "{file}: Frame of Reference UID (0020,0052) is absent: that segmentation and image \
             share coordinates is assumed"
        );
        segmentation.warnings.push(Warning::new("seg.no_frame_of_reference", message));
    }
    Ok(segmentation)
}

/// The segments of Segment Sequence (0062,0002).
fn segments(object: &InMemDicomObject) -> Result<Vec<Segment>, String> {
    let (mut segments, mut numbers) = (Vec::new(), BTreeSet::new());
    for item in items(object, tags::SEGMENT_SEQUENCE) {
        let number = whole(item, tags::SEGMENT_NUMBER)
            .map_err(|found| format!("Segment Number (0062,0004) is {found}"))?;
        if !numbers.insert(number) {
            return Err(format!("two segments have the number {number}"));
        }
        segments.push(Segment {
            number,
            name: text(item, tags::SEGMENT_LABEL).unwrap_or_else(|| format!("segment {number}")),
            category: meaning(item, tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE),
            kind: meaning(item, tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE),
            algorithm: text(item, tags::SEGMENT_ALGORITHM_TYPE),
            frames: None,
        });
    }
    if segments.is_empty() {
        Err("Segment Sequence (0062,0002) is empty".into())
    } else {
        Ok(segments)
    }
}

fn meaning(item: &InMemDicomObject, sequence: Tag) -> Option<String> {
    items(item, sequence).first().and_then(|code| text(code, tags::CODE_MEANING))
}

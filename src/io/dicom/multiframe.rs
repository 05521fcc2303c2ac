//! Multi-frame images: one slice for each frame (DICOM PS3.3 C.7.6.16).
//!
//! What differs between frames stands in functional groups: in the frame's own item, or in the
//! one item that all frames share. A frame without a group that is needed is an error.

use super::header::Slice;
use super::syntax::{Kind, kind};
use super::tags::{items, numbers, one, text};
use crate::geometry::Vec3;
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::BTreeSet;

/// More frames than a scanner makes; each takes memory before a pixel is read.
const MOST: usize = 1 << 16;

/// The frames of a file, each as a slice; the file's one slice where it has no frames.
///
/// A file whose frames cannot be told apart stays one slice, with its fault.
pub(super) fn split(base: Slice, object: &InMemDicomObject) -> Vec<Slice> {
    if !several(&base) {
        return vec![base];
    }
    frames(&base, object).unwrap_or_else(|fault| vec![Slice { fault: Some(fault), ..base }])
}

/// Does a slice stand for frames that functional groups describe?
pub(super) fn several(base: &Slice) -> bool {
    matches!(kind(&base.sop_class), Some(Kind { frames: true, .. }))
}

/// The functional groups of one frame: its own before those all frames share.
#[derive(Clone, Copy)]
struct Groups<'a> {
    own: &'a InMemDicomObject,
    shared: Option<&'a InMemDicomObject>,
    /// From 1, as DICOM counts.
    frame: usize,
}

impl<'a> Groups<'a> {
    fn find(self, tag: Tag) -> Option<&'a InMemDicomObject> {
        let shared = || self.shared.and_then(|shared| items(shared, tag).first());
        items(self.own, tag).first().or_else(shared)
    }

    fn need(self, tag: Tag, name: &str) -> Result<&'a InMemDicomObject, String> {
        self.find(tag).ok_or_else(|| {
            format!("frame {} has no {name} {tag}, neither its own nor a shared one", self.frame)
        })
    }

    /// Text of an attribute that a converted image keeps among those that found no group.
    fn unassigned(self, tag: Tag) -> Option<String> {
        [
            tags::UNASSIGNED_PER_FRAME_CONVERTED_ATTRIBUTES_SEQUENCE,
            tags::UNASSIGNED_SHARED_CONVERTED_ATTRIBUTES_SEQUENCE,
        ]
        .into_iter()
        .find_map(|group| text(self.find(group)?, tag))
    }
}

fn frames(base: &Slice, object: &InMemDicomObject) -> Result<Vec<Slice>, String> {
    let own = items(object, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    let shared = items(object, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
    let declared = base.frames.clone().map_err(|found| {
        format!("Number of Frames (0028,0008) is {found}, expected a whole number")
    })?;
    if usize::try_from(declared) != Ok(own.len()) || own.is_empty() || own.len() > MOST {
        return Err(format!(
            "Number of Frames (0028,0008) is {declared}, Per-Frame Functional Groups Sequence \
             (5200,9230) has {} items; expected as many, from 1 to {MOST}",
            own.len()
        ));
    }
    let groups = |(at, own)| Groups { own, shared, frame: at + 1 };
    let all: Vec<Groups<'_>> = own.iter().enumerate().map(groups).collect();
    one_stack(&all)?;
    all.iter().map(|groups| slice(base, *groups, object)).collect()
}

/// Frames of several stacks or moments in time are several volumes.
fn one_stack(frames: &[Groups<'_>]) -> Result<(), String> {
    for (tag, name) in [
        (tags::STACK_ID, "Stack ID (0020,9056)"),
        (tags::TEMPORAL_POSITION_INDEX, "Temporal Position Index (0020,9128)"),
    ] {
        let value = |groups: &Groups<'_>| text(groups.find(tags::FRAME_CONTENT_SEQUENCE)?, tag);
        let values: BTreeSet<Option<String>> = frames.iter().map(value).collect();
        if values.len() > 1 {
            let shown: Vec<String> = values
                .iter()
                .take(8)
                .map(|value| value.clone().unwrap_or_else(|| "none".into()))
                .collect();
            return Err(format!(
                "its {} frames have {} values of {name} ({}): they are several volumes, and one \
                 is read",
                frames.len(),
                values.len(),
                shown.join(", ")
            ));
        }
    }
    Ok(())
}

fn slice(base: &Slice, groups: Groups<'_>, object: &InMemDicomObject) -> Result<Slice, String> {
    let ct = kind(&base.sop_class).is_some_and(|kind| kind.ct);
    let position = groups.need(tags::PLANE_POSITION_SEQUENCE, "Plane Position Sequence")?;
    let orientation =
        groups.need(tags::PLANE_ORIENTATION_SEQUENCE, "Plane Orientation Sequence")?;
    let measures = groups.need(tags::PIXEL_MEASURES_SEQUENCE, "Pixel Measures Sequence")?;
    let tag = tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE;
    let values = match groups.find(tag) {
        None if ct => Some(groups.need(tag, "Pixel Value Transformation Sequence")?),
        found => found,
    };
    let absent = || Err("absent".to_owned());
    let frame_type = groups
        .find(tags::CT_IMAGE_FRAME_TYPE_SEQUENCE)
        .or_else(|| groups.find(tags::MR_IMAGE_FRAME_TYPE_SEQUENCE))
        .and_then(|item| text(item, tags::FRAME_TYPE));
    let source = groups.find(tags::CONVERSION_SOURCE_ATTRIBUTES_SEQUENCE);
    let tube = groups.find(tags::CTX_RAY_DETAILS_SEQUENCE);
    let kvp = tube
        .and_then(|item| one(item, tags::KVP).ok())
        .or_else(|| groups.unassigned(tags::KVP).and_then(|text| super::tags::number(&text)));
    let reconstruction = groups.find(tags::CT_RECONSTRUCTION_SEQUENCE);
    let kernel = reconstruction.and_then(|item| text(item, tags::CONVOLUTION_KERNEL));
    let agent = items(object, tags::CONTRAST_BOLUS_AGENT_SEQUENCE).first();
    let agent = agent.and_then(|item| text(item, tags::CODE_MEANING));
    let at: super::tags::Found<Vec3> = numbers(position, tags::IMAGE_POSITION_PATIENT);
    Ok(Slice {
        frame: groups.frame - 1,
        position: at,
        orientation: numbers(orientation, tags::IMAGE_ORIENTATION_PATIENT),
        spacing: numbers(measures, tags::PIXEL_SPACING),
        thickness: one(measures, tags::SLICE_THICKNESS),
        between: one(measures, tags::SPACING_BETWEEN_SLICES),
        slope: values.map_or_else(absent, |item| one(item, tags::RESCALE_SLOPE)),
        intercept: values.map_or_else(absent, |item| one(item, tags::RESCALE_INTERCEPT)),
        rescale_type: values.and_then(|item| text(item, tags::RESCALE_TYPE)),
        image_type: frame_type.or_else(|| base.image_type.clone()),
        source_instance: source.and_then(|item| text(item, tags::REFERENCED_SOP_INSTANCE_UID)),
        kvp: kvp.filter(|kv| *kv > 0.0).or(base.kvp),
        kernel: kernel
            .or_else(|| groups.unassigned(tags::CONVOLUTION_KERNEL))
            .or_else(|| base.kernel.clone()),
        contrast_agent: base
            .contrast_agent
            .clone()
            .or_else(|| groups.unassigned(tags::CONTRAST_BOLUS_AGENT))
            .or(agent),
        ..base.clone()
    })
}

//! Segmentations of 3D Slicer: segments are values in layers, described by key/value pairs.

use super::Nrrd;
use super::header::Header;
use crate::io::IoError;
use crate::io::segmentation::{Content, Segment, Segmentation, THRESHOLD};
use crate::io::stored::Kind;
use std::sync::Arc;

/// A box cut out of the image has its very voxels; what lies off by more is another lattice.
const CROPPED: f64 = 0.01;

/// Voxels of all layers, and the layer and value of each segment.
#[derive(Debug)]
struct Layers {
    /// Voxels along `[z, y, x]`.
    shape: [usize; 3],
    kind: Kind,
    bytes: Vec<u8>,
    /// Voxels from one layer to the next, and from one voxel of a layer to the next.
    strides: [usize; 2],
    /// Layer and value.
    segments: Vec<(usize, i64)>,
}

/// Does it describe segments?
pub(super) fn is_segmentation(header: &Header) -> bool {
    header.keys.contains_key("Segment0_ID") || header.keys.contains_key("Segment0_Name")
}

/// The segments of a file.
///
/// Before version 4.11 each segment had a layer of its own with the value 1, and no keys to say so.
/// `SegmentN_Extent` only repeats where the voxels are, and the offset in the reference image is in
/// `space origin` already: neither is needed.
pub(super) fn segmentation(nrrd: Nrrd) -> Result<Segmentation, IoError> {
    let fault = |what: String| IoError::Nrrd { file: nrrd.file.clone(), what };
    let layers = nrrd.header.layers();
    let (mut segments, mut places) = (Vec::new(), Vec::new());
    for n in 0_i64.. {
        let key = |name: &str| nrrd.header.keys.get(&format!("Segment{n}_{name}"));
        let whole = |name: &str| {
            let parsed = key(name).map(|text| (text.parse::<i64>(), text));
            match parsed {
                None => Ok(None),
                Some((Ok(value), _)) => Ok(Some(value)),
                Some((Err(_), text)) => Err(fault(format!("Segment{n}_{name} is {text:?}"))),
            }
        };
        let Some(name) = key("Name").or(key("ID")) else { break };
        let declared = whole("LabelValue")?;
        let layer = whole("Layer")?.unwrap_or(if declared.is_none() { n } else { 0 });
        let layer = usize::try_from(layer).ok().filter(|layer| *layer < layers);
        let layer =
            layer.ok_or_else(|| fault(format!("Segment{n}_Layer beyond its {layers} layers")))?;
        let value = declared.unwrap_or(1);
        if value == 0 || places.contains(&(layer, value)) {
            let what = "0 or that of another segment";
            return Err(fault(format!("Segment{n}_LabelValue {value} is {what}")));
        }
        let mut terms = key("Tags").map(|tags| terms(tags)).unwrap_or_default().into_iter();
        places.push((layer, value));
        segments.push(Segment {
            number: declared.unwrap_or(n + 1),
            name: name.clone(),
            category: terms.next().flatten(),
            kind: terms.next().flatten(),
            algorithm: None,
            frames: None,
        });
    }
    let last = nrrd.header.list_axis() == Some(3);
    let content = Layers {
        shape: nrrd.grid.shape,
        kind: nrrd.header.kind,
        bytes: nrrd.bytes,
        strides: if last { [nrrd.grid.len(), 1] } else { [1, layers] },
        segments: places,
    };
    Ok(Segmentation {
        file: nrrd.file,
        format: "Slicer segmentation".into(),
        grid: nrrd.grid,
        segments,
        frame_of_reference: None,
        patient: None,
        referenced_series: None,
        fractional: false,
        threshold: THRESHOLD,
        warnings: Vec::new(),
        cropped: Some(CROPPED),
        content: Arc::new(content),
    })
}

/// Meanings of category and type in the tag `TerminologyEntry:context~scheme^code^meaning~…`.
fn terms(tags: &str) -> Vec<Option<String>> {
    let entry = tags.split('|').find_map(|tag| tag.trim().strip_prefix("TerminologyEntry:"));
    let meaning = |code: &str| {
        code.split('^').nth(2).filter(|meaning| !meaning.is_empty()).map(str::to_owned)
    };
    entry.map(|entry| entry.split('~').skip(1).take(2).map(meaning).collect()).unwrap_or_default()
}

impl Content for Layers {
    fn visit(&self, at: usize, _: f64, found: &mut dyn FnMut([usize; 3])) {
        let Some(&(layer, value)) = self.segments.get(at) else { return };
        let [_, rows, columns] = self.shape;
        let wanted = value as f64;
        let size = self.kind.bytes;
        let first = layer * self.strides[0] * size;
        let voxels = self.bytes.get(first..).unwrap_or(&[]).chunks(self.strides[1] * size);
        for (voxel, bytes) in voxels.take(self.shape.iter().product()).enumerate() {
            if (self.kind.value)(bytes) == wanted {
                let plane = rows * columns;
                found([voxel / plane, voxel % plane / columns, voxel % columns]);
            }
        }
    }
}

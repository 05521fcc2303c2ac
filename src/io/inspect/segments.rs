//! A look into segmentations of any format.

use super::{Problem, SegmentSummary, SegmentationSummary};
use crate::io::IoError;
use crate::io::segmentation::Segmentation;

/// Segments with their voxels; each is decoded.
pub(super) fn segments(file: &str, read: Result<Segmentation, IoError>) -> SegmentationSummary {
    let set = match read {
        Ok(set) => set,
        Err(error) => {
            return SegmentationSummary {
                file: file.to_owned(),
                problems: vec![Problem::from(&error)],
                ..SegmentationSummary::default()
            };
        }
    };
    let segments = set.segments.iter().enumerate().map(|(at, segment)| {
        let voxels = set.count(at);
        let volume_ml = voxels as f64 * set.voxel_ml();
        SegmentSummary { segment: segment.clone(), voxels, volume_ml }
    });
    SegmentationSummary {
        file: file.to_owned(),
        format: set.format.clone(),
        geometry: Some((&*set.grid).into()),
        frame_of_reference: set.frame_of_reference.clone(),
        referenced_series: set.referenced_series.clone(),
        threshold: set.fractional.then_some(set.threshold),
        segments: segments.collect(),
        problems: set.warnings.iter().map(Problem::from).collect(),
    }
}

//! Lesions in memory by their names, as segments that may overlap.

use super::segmentation::{Content, Segment, Segmentation, THRESHOLD};
use super::{IoError, Labels};
use crate::error::Warning;
use std::sync::Arc;

/// Labels that a warning lists before it breaks off.
const SHOWN: usize = 20;

/// A label image for each segment, which is whatever is not 0 in it.
#[derive(Debug)]
struct Named {
    names: Vec<String>,
    labels: Vec<Labels>,
}

impl Content for Named {
    fn visit(&self, at: usize, _: f64, found: &mut dyn FnMut([usize; 3])) {
        self.labels.get(at).into_iter().for_each(|labels| labels.visit(found));
    }

    fn noted(&self, at: usize) -> Option<Warning> {
        let counts = self.labels.get(at)?.counts();
        let joined = counts.iter().take(SHOWN);
        let mut parts: Vec<String> =
            joined.map(|(label, voxels)| format!("{label} ({voxels} voxels)")).collect();
        if counts.len() > SHOWN {
            parts.push("…".into());
        }
        let (name, count, parts) = (self.names.get(at)?, counts.len(), parts.join(", "));
        let message = format!("mask '{name}': {count} labels were joined to one lesion: {parts}");
        (count > 1).then(|| Warning::new("mask.joined", message))
    }
}

impl Segmentation {
    /// Segments from label images of one lattice by their names, numbered from 1 in their order;
    /// messages call them `file` together.
    ///
    /// # Errors
    /// [`IoError::LatticesDiffer`] where two are of different lattices, [`IoError::RoiUnspecified`] where
    /// there are none.
    pub fn named(file: &str, lesions: Vec<(String, Labels)>) -> Result<Self, IoError> {
        let (names, labels): (Vec<_>, Vec<_>) = lesions.into_iter().unzip();
        let none = || IoError::RoiUnspecified { names: Vec::new() };
        let grid = labels.first().ok_or_else(none)?.grid().clone();
        if let Some(at) = labels.iter().position(|other| *other.grid() != grid) {
            let (first, other) = (names[0].clone(), names[at].clone());
            return Err(IoError::LatticesDiffer { file: file.to_owned(), first, other });
        }
        let segment = |(name, number): (String, i64)| Segment {
            number,
            name,
            category: None,
            kind: None,
            algorithm: None,
            frames: None,
        };
        Ok(Self {
            file: file.to_owned(),
            format: "named masks".to_owned(),
            grid,
            segments: names.iter().cloned().zip(1..).map(segment).collect(),
            frame_of_reference: None,
            patient: None,
            referenced_series: None,
            fractional: false,
            threshold: THRESHOLD,
            warnings: Vec::new(),
            cropped: None,
            content: Arc::new(Named { names, labels }),
        })
    }
}

//! Label images: one whole number for each voxel.

use super::IoError;
use crate::error::Warning;
use crate::geometry::{GeometryError, SharedGrid};
use crate::image::Mask;
use ndarray::Array3;
use std::collections::BTreeMap;

/// Labels fit 32 bits.
const WHOLE: std::ops::RangeInclusive<f64> = i32::MIN as f64..=i32::MAX as f64;

/// A label image on a lattice; 0 is background.
#[derive(Debug, Clone)]
pub struct Labels {
    grid: SharedGrid,
    voxels: Array3<i32>,
    counts: BTreeMap<i32, usize>,
}

impl Labels {
    /// Labels from values in C order, which must be whole numbers that fit 32 bits.
    ///
    /// # Errors
    /// [`IoError::LabelValue`] for any other value; [`IoError::Geometry`] where there are not as
    /// many as the lattice has voxels.
    pub fn new(
        file: &str,
        grid: SharedGrid,
        values: impl Iterator<Item = f64>,
    ) -> Result<Self, IoError> {
        let mut voxels = Vec::with_capacity(values.size_hint().0);
        let mut odd = None;
        let mut count = 0;
        for value in values {
            let whole = value.fract() == 0.0 && WHOLE.contains(&value);
            if !whole {
                odd.get_or_insert(value);
                count += 1;
            }
            voxels.push(value as i32);
        }
        if let Some(value) = odd {
            return Err(IoError::LabelValue { file: file.to_owned(), value, count });
        }
        let array = [1, 1, voxels.len()];
        let voxels = Array3::from_shape_vec(grid.shape, voxels).map_err(|_| {
            IoError::geometry(file, GeometryError::ShapeMismatch { grid: grid.shape, array })
        })?;
        let mut counts = BTreeMap::new();
        for label in &voxels {
            if *label != 0 {
                *counts.entry(*label).or_insert(0) += 1;
            }
        }
        Ok(Self { grid, voxels, counts })
    }

    /// Where the voxels are.
    pub fn grid(&self) -> &SharedGrid {
        &self.grid
    }

    /// Voxels of each label but 0.
    pub fn counts(&self) -> &BTreeMap<i32, usize> {
        &self.counts
    }

    /// Calls `found` with the index `[z, y, x]` of every voxel that is not background.
    pub(super) fn visit(&self, found: &mut dyn FnMut([usize; 3])) {
        let inside = self.voxels.indexed_iter().filter(|(_, label)| **label != 0);
        inside.for_each(|((z, y, x), _)| found([z, y, x]));
    }

    /// The voxels of one label.
    ///
    /// # Errors
    /// [`IoError::Geometry`]; cannot happen for labels made by [`Labels::new`].
    pub fn mask_of(&self, label: i32) -> Result<Mask, IoError> {
        self.mask_of_any(&[label])
    }

    /// The voxels of any of some labels.
    ///
    /// # Errors
    /// As for [`Labels::mask_of`].
    pub fn mask_of_any(&self, labels: &[i32]) -> Result<Mask, IoError> {
        Mask::new(self.grid.clone(), self.voxels.mapv(|v| labels.contains(&v)))
            .map_err(|error| IoError::geometry("labels", error))
    }

    /// The label that is wanted: the one asked for, or the only one there is.
    ///
    /// # Errors
    /// [`IoError::LabelNone`] in an empty image, [`IoError::LabelUnknown`] and
    /// [`IoError::LabelAmbiguous`], which list the labels with their voxels.
    pub fn choose(&self, file: &str, wanted: Option<i32>) -> Result<(i32, Vec<Warning>), IoError> {
        let file = file.to_owned();
        let present = || self.counts.iter().map(|(label, count)| (*label, *count)).collect();
        match (wanted, self.counts.first_key_value()) {
            (_, None) => Err(IoError::LabelNone { file }),
            (Some(label), _) if self.counts.contains_key(&label) => Ok((label, Vec::new())),
            (Some(label), _) => Err(IoError::LabelUnknown { file, label, labels: present() }),
            (None, Some((&label, count))) if self.counts.len() == 1 => {
                let message = format!("{file}: its only label is {label} ({count} voxels)");
                let warning = Warning::new("labels.only_label", message);
                Ok((label, if label == 1 { Vec::new() } else { vec![warning] }))
            }
            (None, _) => Err(IoError::LabelAmbiguous { file, labels: present() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;
    use crate::geometry::Grid;
    use std::sync::Arc;

    fn labels(values: &[f64]) -> Result<Labels, IoError> {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Grid::new([1, 1, values.len()], [1.0; 3], [0.0; 3], axes).unwrap();
        Labels::new("m.nii", Arc::new(grid), values.iter().copied())
    }

    #[test]
    fn the_only_label_is_found_and_others_are_listed() {
        let one = labels(&[0.0, 255.0, 255.0]).unwrap();
        let (label, warnings) = one.choose("m.nii", None).unwrap();
        assert_eq!((label, warnings[0].code), (255, "labels.only_label"));
        assert_eq!(one.mask_of(label).unwrap().count(), 2);
        assert!(labels(&[1.0]).unwrap().choose("m.nii", None).unwrap().1.is_empty());
        let two = labels(&[0.0, 1.0, 2.0, 2.0]).unwrap();
        let several = two.choose("m.nii", None).unwrap_err();
        assert_eq!(several.code(), "labels.ambiguous");
        assert!(several.to_string().contains("2 (2 voxels)"), "{several}");
        let absent = two.choose("m.nii", Some(7)).unwrap_err();
        assert_eq!(absent.code(), "labels.unknown");
        assert_eq!(two.choose("m.nii", Some(2)).unwrap().0, 2);
        let none = labels(&[0.0, 0.0]).unwrap().choose("m.nii", Some(1)).unwrap_err();
        assert_eq!(none.code(), "labels.none");
    }

    #[test]
    fn values_that_are_no_labels_are_refused() {
        let error = labels(&[0.0, 0.00392, 1.0, 0.5]).unwrap_err();
        assert_eq!(error.code(), "labels.value");
        assert!(error.to_string().contains("2 voxels"), "{error}");
        assert!(labels(&[f64::NAN]).is_err() && labels(&[3e9]).is_err());
    }
}

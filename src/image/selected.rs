//! The intensities of a region, taken out of the image once for all who ask.

use super::extremes::{Extremes, Whole};
use super::stretches::{Stretch, stretches_of, values_in};
use ndarray::ArrayRef3;

/// Intensities of the voxels of a mask in C order, where they lie, and what numbers they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selected {
    values: Vec<f32>,
    stretches: Vec<Stretch>,
    extremes: Option<Extremes>,
}

impl Selected {
    /// Of a mask of the image's shape.
    pub(crate) fn of(image: &ArrayRef3<f32>, mask: &ArrayRef3<bool>) -> Self {
        let stretches = stretches_of(mask);
        let values = values_in(image, &stretches);
        Self { extremes: Extremes::of(&values), values, stretches }
    }

    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// Where they lie.
    pub(crate) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Between which numbers they lie; `None` where there are none.
    pub(crate) fn extremes(&self) -> Option<Extremes> {
        self.extremes
    }

    /// `None` where one is no whole number that a table can be indexed by, and where there are none.
    pub(crate) fn whole(&self) -> Option<Whole> {
        self.extremes?.whole
    }

    /// How many are NaN or infinite.
    pub(crate) fn not_finite(&self) -> usize {
        self.extremes.map_or(0, |extremes| extremes.not_finite)
    }
}

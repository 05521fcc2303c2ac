//! The intensities of a region, taken out of the image once for all who ask.

use super::stretches::{Whole, selected};
use ndarray::ArrayRef3;

/// Intensities of the voxels of a mask in C order, and whether they are all whole numbers.
#[derive(Debug, Clone)]
pub(crate) struct Selected {
    values: Vec<f32>,
    whole: Option<Whole>,
}

impl Selected {
    /// Of a mask of the image's shape.
    pub(crate) fn of(image: &ArrayRef3<f32>, mask: &ArrayRef3<bool>) -> Self {
        selected(image, mask).into()
    }

    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// `None` where one is no whole number that a table can be indexed by, and where there are none.
    pub(crate) fn whole(&self) -> Option<Whole> {
        self.whole
    }

    /// How many are NaN or infinite.
    pub(crate) fn not_finite(&self) -> usize {
        let odd = |value: &f32| usize::from(!value.is_finite());
        if self.whole.is_some() { 0 } else { self.values.iter().map(odd).sum() }
    }
}

impl From<Vec<f32>> for Selected {
    fn from(values: Vec<f32>) -> Self {
        let whole = Whole::of(&values);
        Self { values, whole }
    }
}

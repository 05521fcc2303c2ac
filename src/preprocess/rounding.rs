//! Interpolated intensities made whole numbers again.

use super::{PreprocessError, holds};
use crate::image::Volume;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of resampled intensities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// They stay as they are.
    None,
    /// The nearest integer, half-way the even one: CT numbers are integers (IBSI 68QD). Those of an image
    /// that keeps its voxels, too.
    Nearest,
    /// Of an image of integers, the integer towards 0; others stay. ITK, and so pyradiomics,
    /// casts what it resamples to the type of the image.
    TruncateIntegers,
}

impl Rounding {
    /// What of it is left to do where voxels are interpolated, or are not: integers of the image itself
    /// are whole numbers already.
    pub(crate) fn where_interpolated(self, interpolated: bool) -> Self {
        if self == Self::TruncateIntegers && !interpolated { Self::None } else { self }
    }
}

/// Rounds intensities that were interpolated from those of `source`.
///
/// # Errors
/// [`PreprocessError::Planes`] and [`PreprocessError::Part`] for a source that is held in part, where it
/// is asked whether it is one of integers.
pub fn round_intensities(
    volume: &mut Volume,
    source: &Volume,
    rounding: Rounding,
) -> Result<(), PreprocessError> {
    match rounding {
        Rounding::None => {}
        Rounding::Nearest => match volume.data.as_slice_mut() {
            Some(values) => values.chunks_mut(GROUP).for_each(round_ties_even),
            None => volume.data.mapv_inplace(f32::round_ties_even),
        },
        Rounding::TruncateIntegers => {
            holds(source, source.grid.bounds())?;
            if source.data.iter().all(|v| v.fract() == 0.0) {
                volume.data.mapv_inplace(f32::trunc);
            }
        }
    }
    Ok(())
}

/// Intensities that are rounded together.
const GROUP: usize = 32;

/// Rounds each to the nearest integer, half-way to the even one.
fn round_ties_even(values: &mut [f32]) {
    // Beside this number, which has no bits for fractions, the processor rounds so itself.
    const ROUNDS: f32 = 12_582_912.0;
    const SMALL: f32 = 4_194_304.0;
    // What is not a number stays so.
    let large = values.iter().fold(false, |any, value| any | (value.abs() >= SMALL));
    if large {
        for value in values {
            *value = value.round_ties_even();
        }
    } else {
        for value in values {
            *value = (*value + ROUNDS - ROUNDS).copysign(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use crate::image::Intensity;
    use ndarray::Array3;
    use std::sync::Arc;

    #[test]
    fn rounding_in_groups_is_rounding() {
        let values = (0..4000).map(|k| (k - 2000) as f32 * 0.125).chain([
            -0.0,
            4_194_303.5,
            4_194_304.5,
            8_388_609.0,
            1e30,
            f32::INFINITY,
            f32::NAN,
        ]);
        for value in values {
            for mut group in [vec![value; 5], vec![value, 1e20, 2.5]] {
                round_ties_even(&mut group);
                assert_eq!(group[0].to_bits(), value.round_ties_even().to_bits(), "{value}");
            }
        }
    }

    #[test]
    fn rounding_goes_to_even_or_towards_zero() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Arc::new(Grid::new([1, 1, 4], [1.0; 3], [0.0; 3], axes).unwrap());
        let data = Array3::from_shape_vec((1, 1, 4), vec![0.5, 1.5, -0.5, 2.4]).unwrap();
        let volume = Volume::new(grid, data, Intensity::Arbitrary).unwrap();
        let mut rounded = volume.clone();
        round_intensities(&mut rounded, &volume, Rounding::Nearest).unwrap();
        assert_eq!(rounded.data.as_slice().unwrap(), [0.0, 2.0, 0.0, 2.0]);
        let mut kept = volume.clone();
        round_intensities(&mut kept, &volume, Rounding::TruncateIntegers).unwrap();
        assert_eq!(kept.data, volume.data);
        round_intensities(&mut kept, &rounded, Rounding::TruncateIntegers).unwrap();
        assert_eq!(kept.data.as_slice().unwrap(), [0.0, 1.0, 0.0, 2.0]);
    }
}

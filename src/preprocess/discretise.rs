//! Intensities to grey levels (IBSI 4R0B).

use super::{Method, PreprocessError, same_lattice};
use crate::engine::{Loop, wide};
use crate::image::{Mask, Selected, Volume, Whole};
use ndarray::Array3;

/// Grey levels of a region.
#[derive(Debug, Clone)]
pub struct Levels {
    /// Levels of the voxels inside, in the C order of `[z, y, x]`: 1 to `n_levels`.
    pub levels: Vec<u16>,
    /// Number of bins; the highest level found where the method fixes none.
    pub n_levels: u16,
    /// How they were made.
    pub method: Method,
}

impl Levels {
    /// The levels of the voxels of the mask they were made for, `[z, y, x]`: 0 outside.
    pub fn placed(&self, mask: &Mask) -> Array3<u16> {
        let inside = mask.voxels();
        let mut placed = Array3::zeros(inside.dim());
        let places = placed.iter_mut().zip(inside).filter(|(_, inside)| **inside);
        places.zip(&self.levels).for_each(|((place, _), level)| *place = *level);
        placed
    }
}

/// Grey levels, and how many voxels the outer bins took in from beyond the bounds.
#[derive(Debug, Clone)]
pub struct Discretised {
    /// The levels.
    pub levels: Levels,
    /// Voxels below the lowest bound, now in the first bin; 0 unless the bounds are absolute.
    pub below: usize,
    /// Voxels above the highest bound, now in the last bin; 0 unless the bounds are absolute.
    pub above: usize,
    /// What they were made of.
    pub(crate) intensities: Selected,
}

/// The grey levels of the voxels inside `mask`.
///
/// # Errors
/// [`PreprocessError`]: lattices differ, impossible parameters, empty mask, intensities that are
/// not finite or lie below the first bin, more than 65535 levels, or (method none) intensities
/// that are no integers from 1.
pub fn discretise(
    volume: &Volume,
    mask: &Mask,
    method: Method,
) -> Result<Discretised, PreprocessError> {
    same_lattice(&volume.grid, mask.grid())?;
    method.check()?;
    let intensities = Selected::of(&volume.data, mask.voxels());
    let Some(extremes) = intensities.extremes() else { return Err(PreprocessError::EmptyMask) };
    let count = extremes.not_finite;
    if count > 0 {
        return Err(PreprocessError::NotFinite { count });
    }
    let (values, whole) = (intensities.values(), extremes.whole);
    // Adding 0 makes 0 of -0.
    let [minimum, maximum] = [extremes.low, extremes.high].map(|end| f64::from(end) + 0.0);
    let count = |which: fn(f64, f64) -> bool, end: f64| {
        values.iter().filter(|value| which(f64::from(**value), end)).count()
    };
    let (under, over) = (|v, end| v < end, |v, end| v > end);
    let too_many = |found| PreprocessError::TooManyLevels { method: method.to_string(), found };
    let (mut below, mut above) = (0, 0);
    let (levels, n_levels) = match method {
        Method::FixedBinWidth { width, lowest } => {
            let lowest = lowest.unwrap_or(minimum);
            if minimum < lowest {
                let count = count(under, lowest);
                return Err(PreprocessError::BelowLowest { count, lowest, minimum });
            }
            // Nothing is below the lowest: what is cut off is what `floor` cuts off.
            let bin = |v: f64| (v - lowest) / width;
            let highest = bin(maximum).floor() + 1.0;
            if highest > f64::from(u16::MAX) {
                return Err(too_many(highest));
            }
            (each(values, whole, |v| bin(v) as u16 + 1), highest as u16)
        }
        Method::AlignedBinWidth { width } => {
            let lowest = minimum - minimum.rem_euclid(width);
            let highest = aligned_level(maximum, lowest, width);
            if highest > f64::from(u16::MAX) {
                return Err(too_many(highest));
            }
            (each(values, whole, |v| aligned_level(v, lowest, width) as u16), highest as u16)
        }
        Method::FixedBinNumber { count } => {
            (each(values, whole, |v| equal_bin(v, minimum, maximum, count)), count)
        }
        Method::Absolute { lowest, highest, count: bins } => {
            below = if minimum < lowest { count(under, lowest) } else { 0 };
            above = if maximum > highest { count(over, highest) } else { 0 };
            (each(values, whole, |v| equal_bin(v, lowest, highest, bins)), bins)
        }
        Method::None => {
            let none = |v: &&f32| !(**v >= 1.0 && v.fract() == 0.0);
            if let Some(&first) = values.iter().find(none) {
                let (count, first) = (values.iter().filter(none).count(), f64::from(first));
                return Err(PreprocessError::NotLevels { count, first });
            }
            if maximum > f64::from(u16::MAX) {
                return Err(too_many(maximum));
            }
            (values.iter().map(|v| *v as u16).collect::<Vec<_>>(), maximum as u16)
        }
    };
    let levels = Levels { levels, n_levels, method };
    Ok(Discretised { levels, below, above, intensities })
}

/// A table of levels is made where there are so many times fewer whole numbers than values.
const REPEATED: usize = 2;

/// The level of each value; of whole numbers from one to another, which repeat, each level is found
/// once.
fn each(values: &[f32], whole: Option<Whole>, level: impl Fn(f64) -> u16) -> Vec<u16> {
    if let Some(whole) = whole.filter(|whole| whole.places() <= values.len() / REPEATED) {
        let table: Vec<u16> =
            (whole.low..=whole.high).map(|value| level(f64::from(value))).collect();
        return values.iter().map(|value| table[whole.place(*value)]).collect();
    }
    wide(Each { values, level })
}

/// The level of each value by itself.
struct Each<'a, F> {
    values: &'a [f32],
    level: F,
}

impl<F: Fn(f64) -> u16> Loop for Each<'_, F> {
    type Output = Vec<u16>;

    #[inline(always)]
    fn call(self) -> Vec<u16> {
        let mut levels = vec![0; self.values.len()];
        for (level, value) in levels.iter_mut().zip(self.values) {
            *level = (self.level)(f64::from(*value));
        }
        levels
    }
}

/// The level of a value in bins from `lowest`: as many as there are edges up to it, however a
/// quotient would round. The edges are those of `numpy.arange`, which repeats its first step, so
/// that intensities on an edge fall where pyradiomics has them.
fn aligned_level(value: f64, lowest: f64, width: f64) -> f64 {
    // Of a width that is lost beside the intensities there are more levels than can be held.
    let step = (lowest + width) - lowest;
    let width = if step > 0.0 { step } else { width };
    let bin = ((value - lowest) / width).floor().max(0.0);
    if lowest + (bin + 1.0) * width <= value {
        bin + 2.0
    } else if bin > 0.0 && lowest + bin * width > value {
        bin
    } else {
        bin + 1.0
    }
}

/// The level of a value in `count` equal bins from `lowest` to `highest`, kept to the outer bins.
///
/// In a flat region that is 0/0, which the cast makes 0. Below 0, where it cuts off less than `floor`
/// does, all is in the first bin.
pub(crate) fn equal_bin(value: f64, lowest: f64, highest: f64, count: u16) -> u16 {
    let bin = (f64::from(count) * (value - lowest) / (highest - lowest)) as i32;
    bin.saturating_add(1).clamp(1, i32::from(count)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;
    use crate::geometry::Grid;
    use crate::image::Intensity;
    use std::sync::Arc;

    fn run(values: &[f32], method: Method) -> Result<(Vec<u16>, u16), PreprocessError> {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let shape = [1, 1, values.len() + 1];
        let grid = Arc::new(Grid::new(shape, [1.0; 3], [0.0; 3], axes).unwrap());
        let mut data = values.to_vec();
        data.push(f32::NAN);
        let mask = Array3::from_shape_fn(shape, |(_, _, x)| x < values.len());
        let volume = Volume::new(
            grid.clone(),
            Array3::from_shape_vec(shape, data).unwrap(),
            Intensity::Hounsfield,
        );
        let mask = Mask::new(grid, mask).unwrap();
        let Levels { levels, n_levels, .. } = discretise(&volume.unwrap(), &mask, method)?.levels;
        Ok((levels, n_levels))
    }

    #[test]
    fn fixed_bin_width_counts_from_its_origin() {
        let method = Method::FixedBinWidth { width: 25.0, lowest: Some(-500.0) };
        let found = run(&[-500.0, -475.1, -475.0, 400.0], method).unwrap();
        assert_eq!(found, (vec![1, 1, 2, 37], 37));
        let method = Method::FixedBinWidth { width: 2.5, lowest: None };
        assert_eq!(run(&[3.0, 5.4, 5.5], method).unwrap(), (vec![1, 1, 2], 2));
    }

    #[test]
    fn aligned_bins_start_at_a_multiple_of_the_width() {
        let aligned = |values: &[f32], width| run(values, Method::AlignedBinWidth { width });
        // numpy.digitize with the edges 50, 75, .., 175; below 0 with -50, -25, 0.
        let found = aligned(&[54.0, 75.0, 166.0, 74.9], 25.0).unwrap();
        assert_eq!(found, (vec![1, 2, 5, 1], 5));
        assert_eq!(aligned(&[-26.0, -25.0, -0.1], 25.0).unwrap(), (vec![1, 2, 2], 2));
        assert_eq!(aligned(&[50.0, 50.0], 25.0).unwrap(), (vec![1, 1], 1));
        assert_eq!(aligned(&[0.0, 0.25, 0.5], 0.25).unwrap(), (vec![1, 2, 3], 3));
        assert_eq!(aligned(&[0.0, 1e9], 1.0).unwrap_err().code(), "preprocess.too_many_levels");
        assert_eq!(aligned(&[0.0], 0.0).unwrap_err().code(), "preprocess.parameter");
    }

    #[test]
    fn fixed_bin_number_puts_the_maximum_into_the_last_bin() {
        let method = Method::FixedBinNumber { count: 4 };
        assert_eq!(run(&[0.0, 1.0, 2.0, 3.9, 4.0], method).unwrap(), (vec![1, 2, 3, 4, 4], 4));
        assert_eq!(run(&[7.0, 7.0], method).unwrap(), (vec![1, 1], 4));
    }

    #[test]
    fn absolute_bounds_take_in_what_lies_outside() {
        let method = Method::Absolute { lowest: -1000.0, highest: 3000.0, count: 400 };
        let values = [-1024.0, -1000.0, -990.0, 3000.0, 3071.0];
        assert_eq!(run(&values, method).unwrap(), (vec![1, 1, 2, 400, 400], 400));
    }

    #[test]
    fn refusals() {
        let code = |values: &[f32], method| run(values, method).unwrap_err().code();
        let width = |width, lowest| Method::FixedBinWidth { width, lowest };
        assert_eq!(code(&[-501.0], width(25.0, Some(-500.0))), "preprocess.below_lowest");
        assert_eq!(code(&[0.0, 1e9], width(1.0, None)), "preprocess.too_many_levels");
        assert_eq!(code(&[0.0], width(-1.0, None)), "preprocess.parameter");
        assert_eq!(code(&[0.0], Method::FixedBinNumber { count: 0 }), "preprocess.parameter");
        assert_eq!(code(&[0.0], Method::None), "preprocess.not_levels");
        assert_eq!(code(&[1.5], Method::None), "preprocess.not_levels");
        assert_eq!(code(&[65536.0], Method::None), "preprocess.too_many_levels");
        assert_eq!(code(&[f32::INFINITY], Method::None), "preprocess.not_finite");
        assert_eq!(code(&[], Method::None), "preprocess.empty_mask");
        assert_eq!(run(&[1.0, 6.0], Method::None).unwrap(), (vec![1, 6], 6));
    }
}

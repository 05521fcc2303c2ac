//! Interpolation onto another lattice (IBSI VTM2), one axis after the other.

use super::combine::Made;
use super::interpolate::{Samples, interpolate, nearest, source_box};
use super::{PreprocessError, Target, copied, cut, holds, padding, same_lattice};
use crate::engine::Engine;
use crate::geometry::IndexBox;
use crate::image::{Mask, Volume};
use ndarray::{Array3, CowArray};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How intensities between voxel centres are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The nearest voxel (IBSI MDE7); half-way, the one of the higher index.
    Nearest,
    /// Trilinear (IBSI 61GW); bilinear where an axis is kept.
    Linear,
    /// Cubic B-spline through the samples (IBSI, tricubic spline), mirrored at the outer voxels.
    CubicBspline,
}

impl Interpolation {
    /// How marks of voxels without data go with intensities: a voxel one of whose nearest samples is
    /// marked stays without, along each axis the one or two that linear interpolation reads.
    ///
    /// A spline is made of more samples than these; [`padding::fill`] keeps those that are marked out.
    pub(super) fn of_marks(self) -> Self {
        match self {
            Self::Nearest => Self::Nearest,
            Self::Linear | Self::CubicBspline => Self::Linear,
        }
    }
}

/// How membership between voxel centres is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaskInterpolation {
    /// The nearest voxel (IBSI MDE7).
    Nearest,
    /// Trilinear partial volume (IBSI 61GW), compared with a threshold.
    Linear,
}

impl From<MaskInterpolation> for Interpolation {
    fn from(of_mask: MaskInterpolation) -> Self {
        match of_mask {
            MaskInterpolation::Nearest => Self::Nearest,
            MaskInterpolation::Linear => Self::Linear,
        }
    }
}

/// Partial volume this little below the threshold counts as on it: weights are rounded.
const THRESHOLD_ALLOWANCE: f64 = 1e-9;

/// Is a voxel of this partial volume inside?
#[inline(always)]
pub(super) fn is_inside(volume: f64, threshold: f64) -> bool {
    volume > 0.0 && volume >= threshold - THRESHOLD_ALLOWANCE
}

/// The volume on the target's window. Outside the source the nearest voxel counts (IBSI QCY4).
///
/// # Errors
/// [`PreprocessError::Lattice`] where the volume is not on the target's source lattice.
pub fn resample_image(
    volume: &Volume,
    target: &Target,
    interpolation: Interpolation,
    engine: &Engine,
) -> Result<Volume, PreprocessError> {
    resampled(volume, target, interpolation, None, engine)
}

/// [`resample_image`], or of it no more than what lies inside a mask on the target's window: what does
/// not may be NaN.
///
/// # Errors
/// As for [`resample_image`]; the same for the mask and the window.
pub(crate) fn resampled(
    volume: &Volume,
    target: &Target,
    interpolation: Interpolation,
    inside: Option<&Mask>,
    engine: &Engine,
) -> Result<Volume, PreprocessError> {
    same_lattice(&volume.grid, target.source())?;
    inside.map_or(Ok(()), |mask| same_lattice(mask.grid(), target.grid()))?;
    let read = box_read(target, interpolation);
    holds(volume, read)?;
    let lo = volume.held().lo;
    let data = if target.interpolates() {
        let filled = match interpolation {
            Interpolation::CubicBspline => filled(volume, target, read, engine),
            Interpolation::Nearest | Interpolation::Linear => None,
        };
        let (array, lo) = match filled {
            Some(filled) => (CowArray::from(filled), read.lo),
            None => (CowArray::from(&volume.data), lo),
        };
        let samples = Samples { array, lo, number: f64::from };
        let inside = inside.map(Mask::voxels);
        let made = Made { write: |v| v as f32, inside, outside: f32::NAN };
        interpolate(&samples, target, interpolation, &made, engine)
    } else {
        copied(&volume.data, target.window().counted_from(lo), |value| value)
    };
    let image = Volume::new(target.grid().clone(), data, volume.intensity)?;
    let Some(marks) = volume.no_data() else { return Ok(image) };
    let marks = if target.interpolates() {
        let samples = Samples { array: CowArray::from(marks), lo, number: one_or_none };
        let made = Made { write: |v| v > 0.0, inside: None, outside: false };
        interpolate(&samples, target, interpolation.of_marks(), &made, engine)
    } else {
        cut(marks, target.window().counted_from(lo)).to_owned()
    };
    Ok(image.marked(marks)?)
}

/// What a spline onto the target reads of the volume, with measured samples in the place of those
/// without data; `None` where all of it was measured.
fn filled(
    volume: &Volume,
    target: &Target,
    read: IndexBox,
    engine: &Engine,
) -> Option<Array3<f32>> {
    let from = read.counted_from(volume.held().lo);
    let marks = cut(volume.no_data()?, from);
    if !marks.iter().any(|marked| *marked) {
        return None;
    }
    let mut samples = copied(&volume.data, from, |value| value);
    padding::fill(&mut samples, &marks, target.resampled(), engine);
    Some(samples)
}

/// 1 inside, 0 outside.
pub(super) fn one_or_none(inside: bool) -> f64 {
    f64::from(u8::from(inside))
}

/// The voxels of the source that [`resample_image`] reads for the target's window.
pub fn box_read(target: &Target, interpolation: Interpolation) -> IndexBox {
    if target.interpolates() { source_box(target, interpolation) } else { target.window() }
}

/// The mask on the target's window: voxels of at least `threshold` partial volume (0.5 in IBSI).
///
/// # Errors
/// [`PreprocessError::Lattice`] where the mask is not on the target's source lattice,
/// [`PreprocessError::Parameter`] for a threshold outside 0 (excluded) to 1.
pub fn resample_mask(
    mask: &Mask,
    target: &Target,
    interpolation: MaskInterpolation,
    threshold: f64,
    engine: &Engine,
) -> Result<Mask, PreprocessError> {
    same_lattice(mask.grid(), target.source())?;
    if !(threshold > 0.0 && threshold <= 1.0) {
        let expected = "above 0 and at most 1";
        return Err(PreprocessError::parameter("mask threshold", threshold, expected));
    }
    if !target.interpolates() {
        return Ok(mask.alone(target.window(), target.grid().clone())?);
    }
    let voxels = match interpolation {
        MaskInterpolation::Nearest => nearest(|needed| mask.cut(needed), target, engine),
        MaskInterpolation::Linear => {
            let needed = source_box(target, Interpolation::Linear);
            let array = CowArray::from(mask.cut(needed));
            let samples = Samples { array, lo: needed.lo, number: one_or_none };
            let made = Made { write: |v| is_inside(v, threshold), inside: None, outside: false };
            interpolate(&samples, target, Interpolation::Linear, &made, engine)
        }
    };
    Ok(Mask::new(target.grid().clone(), voxels)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;
    use crate::geometry::{Grid, SharedGrid};
    use crate::image::Intensity;
    use std::sync::Arc;

    fn lattice(shape: [usize; 3], spacing: [f64; 3]) -> SharedGrid {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        Arc::new(Grid::new(shape, spacing, [-10.0, 20.0, 30.0], axes).unwrap())
    }

    fn image(shape: [usize; 3], spacing: [f64; 3]) -> Volume {
        let value = |(z, y, x)| ((z * 37 + y * 17 + x * 7 + z * y * x) % 29) as f32 - 9.0;
        let data = Array3::from_shape_fn(shape, value);
        Volume::new(lattice(shape, spacing), data, Intensity::Hounsfield).unwrap()
    }

    /// Values of scipy 1.x:
    /// ```python
    /// v = np.fromfunction(lambda z, y, x: (z*37 + y*17 + x*7 + z*y*x) % 29 - 9, (3, 4, 5))
    /// old, new, n = np.array([3, 1, .8]), np.array([2, .7, 1.1]), [5, 6, 4]
    /// first = (np.array(v.shape) - 1 - new/old * (np.array(n) - 1)) / 2
    /// at = np.indices(n) * (new/old)[:, None, None, None] + first[:, None, None, None]
    /// at = [np.clip(p, 0, k - 1) for p, k in zip(at, v.shape)]
    /// scipy.ndimage.map_coordinates(v, at, order=order, mode='mirror')[1:3, 2:4].ravel()
    /// ```
    #[test]
    fn agrees_with_scipy() {
        let volume = image([3, 4, 5], [3.0, 1.0, 0.8]);
        let target = Target::new(&volume.grid, [Some(2.0), Some(0.7), Some(1.1)]).unwrap();
        assert_eq!(target.full().shape, [5, 6, 4]);
        let window = IndexBox { lo: [1, 2, 0], hi: [3, 4, 4] };
        let target = target.windowed(window).unwrap();
        for (kind, expected) in [
            (Interpolation::Nearest, SCIPY_NEAREST),
            (Interpolation::Linear, SCIPY_LINEAR),
            (Interpolation::CubicBspline, SCIPY_CUBIC),
        ] {
            let found = resample_image(&volume, &target, kind, &Engine::new(2)).unwrap();
            for (a, b) in found.data.iter().zip(expected) {
                assert!((f64::from(*a) - b).abs() < 1e-5, "{kind:?}: {a} {b}");
            }
        }
    }

    #[test]
    fn the_nearest_of_a_mask_is_that_of_an_image() {
        let volume = image([5, 14, 13], [3.0, 0.8, 0.8]);
        let inside = volume.data.mapv(|v| v > 3.0);
        let mask = Mask::new(volume.grid.clone(), inside.clone()).unwrap();
        let numbers = inside.mapv(|v| f32::from(u8::from(v)));
        let numbers = Volume::new(volume.grid.clone(), numbers, Intensity::Arbitrary).unwrap();
        for spacing in [[Some(1.0); 3], [None, Some(1.3), None], [Some(7.0), None, Some(0.3)]] {
            let target = Target::new(&volume.grid, spacing).unwrap();
            let window = target.around(IndexBox { lo: [1, 2, 3], hi: [4, 9, 13] }, 1.0);
            let target = target.windowed(window).unwrap();
            let (engine, how) = (Engine::new(2), MaskInterpolation::Nearest);
            let found = resample_mask(&mask, &target, how, 0.5, &engine).unwrap();
            let plain = resample_image(&numbers, &target, Interpolation::Nearest, &engine).unwrap();
            assert_eq!(found.voxels(), &plain.data.mapv(|v| v == 1.0));
        }
    }

    #[test]
    fn a_window_and_any_thread_count_have_the_bits_of_the_whole() {
        let volume = image([9, 80, 75], [3.0, 0.8, 0.8]);
        let whole = Target::new(&volume.grid, [Some(1.0); 3]).unwrap();
        let window = whole.around(IndexBox { lo: [4, 40, 41], hi: [6, 45, 44] }, 3.0);
        let part = whole.clone().windowed(window).unwrap();
        for kind in [Interpolation::Nearest, Interpolation::Linear, Interpolation::CubicBspline] {
            let all = resample_image(&volume, &whole, kind, &Engine::serial()).unwrap();
            for threads in [1, 3] {
                let found = resample_image(&volume, &part, kind, &Engine::new(threads)).unwrap();
                assert_eq!(found.data, cut(&all.data, window), "{kind:?}");
            }
        }
        let at = whole.full().to_patient(window.lo.map(|i| i as f64));
        assert_eq!(part.grid().origin, at);
    }

    #[test]
    fn inside_a_mask_are_the_bits_of_the_whole() {
        let volume = image([9, 40, 37], [3.0, 0.8, 0.8]);
        let target = Target::new(&volume.grid, [Some(1.0); 3]).unwrap();
        let window = target.around(IndexBox { lo: [2, 10, 9], hi: [6, 30, 31] }, 2.0);
        let target = target.windowed(window).unwrap();
        let grid = target.grid();
        let [nz, ny, nx] = grid.shape;
        let ball = |(z, y, x)| {
            let away = |k: usize, n: usize| (2.0 * k as f64 / n as f64 - 1.0).powi(2);
            away(z, nz) + away(y, ny) + away(x, nx) < 0.9
        };
        let engine = Engine::new(2);
        let one = |at: [usize; 3]| Array3::from_shape_fn(grid.shape, |(z, y, x)| [z, y, x] == at);
        let masks = [
            Array3::from_shape_fn(grid.shape, ball),
            one([0; 3]),
            one([nz - 1, ny - 1, nx - 1]),
            Array3::from_elem(grid.shape, false),
        ];
        // In memory in another order, too.
        let mut turned = volume.clone();
        turned.data =
            volume.data.clone().reversed_axes().as_standard_layout().to_owned().reversed_axes();
        for kind in [Interpolation::Nearest, Interpolation::Linear, Interpolation::CubicBspline] {
            let whole = resample_image(&volume, &target, kind, &engine).unwrap();
            assert_eq!(resample_image(&turned, &target, kind, &engine).unwrap().data, whole.data);
            for inside in &masks {
                let mask = Mask::new(grid.clone(), inside.clone()).unwrap();
                let part = resampled(&volume, &target, kind, Some(&mask), &engine).unwrap();
                for ((found, expected), inside) in part.data.iter().zip(&whole.data).zip(inside) {
                    assert!(found.to_bits() == expected.to_bits() || !inside && found.is_nan());
                }
                let made = part.data.iter().filter(|value| !value.is_nan()).count();
                assert!(made >= mask.count() && made < whole.data.len());
            }
        }
    }

    #[test]
    fn a_kept_axis_is_passed_through_and_constants_stay() {
        let volume = image([4, 6, 6], [3.0, 2.0, 2.0]);
        for kind in [Interpolation::Linear, Interpolation::CubicBspline] {
            // 2.0000001 mm is 2 mm with header rounding.
            let target = Target::new(&volume.grid, [None, Some(2.000_000_1), None]).unwrap();
            let kept = resample_image(&volume, &target, kind, &Engine::serial()).unwrap();
            assert_eq!(kept.data, volume.data);
            let target = Target::new(&volume.grid, [None, Some(1.0), Some(1.0)]).unwrap();
            let finer = resample_image(&volume, &target, kind, &Engine::serial()).unwrap();
            assert_eq!(finer.grid.shape, [4, 12, 12]);
            let mut slice = volume.clone();
            slice
                .data
                .outer_iter_mut()
                .enumerate()
                .filter(|(z, _)| *z != 2)
                .for_each(|(_, mut s)| s.fill(7.0));
            let other = resample_image(&slice, &target, kind, &Engine::serial()).unwrap();
            assert_eq!(other.data.outer_iter().nth(2), finer.data.outer_iter().nth(2));
            assert!(other.data.outer_iter().nth(1).unwrap().iter().all(|v| (v - 7.0).abs() < 1e-6));
        }
    }

    #[test]
    fn half_a_voxel_is_inside_and_the_window_holds_the_mask() {
        let grid = lattice([1, 1, 4], [1.0; 3]);
        let voxels = Array3::from_shape_fn((1, 1, 4), |(_, _, x)| x == 1 || x == 2);
        let mask = Mask::new(grid.clone(), voxels).unwrap();
        // 4 voxels of 1 mm at 1/3 mm: centres at -1/3, 0, 1/3, 2/3, 1, ...
        let target = Target::new(&grid, [None, None, Some(1.0 / 3.0)]).unwrap();
        let run =
            |target, kind, limit| resample_mask(&mask, target, kind, limit, &Engine::serial());
        let found = run(&target, MaskInterpolation::Linear, 2.0 / 3.0).unwrap();
        assert_eq!(found.bounds().unwrap(), IndexBox { lo: [0, 0, 3], hi: [1, 1, 9] });
        let near = run(&target, MaskInterpolation::Nearest, 0.5).unwrap();
        assert_eq!(near.count(), 6);
        let all = run(&target, MaskInterpolation::Linear, 1e-9).unwrap();
        let window = target.around(mask.bounds().unwrap(), 0.0);
        let windowed = target.clone().windowed(window).unwrap();
        let part = run(&windowed, MaskInterpolation::Linear, 1e-9);
        assert_eq!(part.unwrap().count(), all.count());
        let refused = run(&target, MaskInterpolation::Linear, 0.0).unwrap_err();
        assert_eq!(refused.code(), "preprocess.parameter");
    }

    const SCIPY_NEAREST: [f64; 16] =
        [8.0, 15.0, 0.0, 7.0, -4.0, 3.0, 17.0, -5.0, 16.0, -5.0, 11.0, 19.0, 4.0, 13.0, 2.0, 11.0];
    const SCIPY_LINEAR: [f64; 16] = [
        8.866_666_67,
        4.752_083_33,
        2.609_375_00,
        9.400_000_00,
        0.466_666_67,
        5.539_583_33,
        8.369_791_67,
        1.933_333_33,
        14.200_000_00,
        -1.112_500_00,
        7.103_125_00,
        17.800_000_00,
        5.800_000_00,
        5.362_500_00,
        0.584_375_00,
        12.200_000_00,
    ];
    const SCIPY_CUBIC: [f64; 16] = [
        10.515_168_52,
        6.397_042_39,
        0.107_421_13,
        8.300_920_83,
        -1.575_075_93,
        7.611_426_63,
        11.963_756_34,
        -0.916_244_91,
        16.611_025_00,
        -5.781_028_05,
        8.457_096_97,
        20.282_425_00,
        7.086_475_00,
        6.109_541_94,
        -1.450_497_94,
        13.415_075_00,
    ];
}

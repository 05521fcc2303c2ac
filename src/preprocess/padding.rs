//! Samples without data, which a spline may not hear of.
//!
//! A coefficient of a cubic B-spline is made of all samples along its axis, so a mark that goes to the
//! nearest voxels alone keeps no padding out. Before the prefilter a sample without data is therefore
//! replaced by the nearest that was measured.

use crate::engine::Engine;
use ndarray::{Array3, ArrayView3, ArrayViewMut3, Axis, Zip};

/// Steps that are counted; whatever is further is as far. A sample so far away has no share.
const FAR: u8 = u8::MAX - 1;

/// No measured sample was met yet.
const NOT_MET: u8 = u8::MAX;

/// Gives marked samples the value of the nearest without a mark, in steps along the axes that are
/// filtered; where there is none, they stay.
///
/// Nearest is counted in steps, as the prefilter counts: a sample's share falls by the same factor with
/// each step along each axis. Of several as near, one along x goes before one along y, one along y before
/// one along z, and the lower index before the higher. Along an axis that is kept nothing is taken: what
/// is measured does not depend on its neighbours there.
///
/// Which is the nearest can depend on the window of an image that is read, where a gap is so wide that
/// both its ends do not fit in. A sample up to half of [`REACH`](super::bspline::REACH) away from what is
/// measured finds the same one in any window, since none nearer lies further off. Those beyond can find
/// another, and their share is below |pole|^14 = 1e-8 of the difference of the two: less than `f32` keeps.
/// To take the nearest of a whole row, and then of a column, would not do: it may lie beyond any window.
pub(super) fn fill<T: Copy + Send>(
    samples: &mut Array3<T>,
    marks: &ArrayView3<'_, bool>,
    axes: [bool; 3],
    engine: &Engine,
) {
    let mut away = marks.map(|marked| if *marked { NOT_MET } else { 0 });
    for axis in [2, 1, 0].into_iter().filter(|axis| axes[*axis]) {
        // Slices that hold the axis are swept by themselves.
        let across = Axis(usize::from(axis == 0));
        let axis = Axis(axis);
        let slices = samples.axis_chunks_iter_mut(across, 1);
        let mut slices: Vec<_> = slices.zip(away.axis_chunks_iter_mut(across, 1)).collect();
        engine.fill(&mut slices, 1, |_, slices| {
            for (samples, away) in slices {
                // Up and then down, where only what is nearer counts.
                for _ in 0..2 {
                    sweep(samples, away, axis);
                    samples.invert_axis(axis);
                    away.invert_axis(axis);
                }
            }
        });
    }
}

/// Each sample takes what the one before it along the axis has, where that is nearer than its own.
fn sweep<T: Copy>(
    samples: &mut ArrayViewMut3<'_, T>,
    away: &mut ArrayViewMut3<'_, u8>,
    axis: Axis,
) {
    for k in 1..samples.len_of(axis) {
        let (before, mut rest) = samples.view_mut().split_at(axis, k);
        let (steps, mut own) = away.view_mut().split_at(axis, k);
        Zip::from(rest.index_axis_mut(axis, 0))
            .and(own.index_axis_mut(axis, 0))
            .and(before.index_axis(axis, k - 1))
            .and(steps.index_axis(axis, k - 1))
            .for_each(|value, own, before, steps| {
                let steps = if *steps < FAR { *steps + 1 } else { *steps };
                if steps < *own {
                    (*value, *own) = (*before, steps);
                }
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each sample's own index; what is marked has 9999.
    fn samples(marks: &Array3<bool>) -> Array3<usize> {
        let (_, ny, nx) = marks.dim();
        let number = |(z, y, x)| (z * ny + y) * nx + x;
        Array3::from_shape_fn(marks.dim(), |at| if marks[at] { 9999 } else { number(at) })
    }

    fn filled(marks: &Array3<bool>, axes: [bool; 3], threads: usize) -> Array3<usize> {
        let mut all = samples(marks);
        fill(&mut all, &marks.view(), axes, &Engine::new(threads));
        all
    }

    #[test]
    fn the_nearest_measured_is_taken_and_ties_go_along_x_and_down() {
        let row = |measured: &[usize]| {
            let marks = Array3::from_shape_fn((1, 1, 7), |(_, _, x)| !measured.contains(&x));
            filled(&marks, [true; 3], 1).into_raw_vec_and_offset().0
        };
        assert_eq!(row(&[1, 5]), [1, 1, 1, 1, 5, 5, 5]);
        assert_eq!(row(&[2]), [2; 7]);
        assert_eq!(row(&[]), [9999; 7]);
        // The middle of a cross: left before right, along x before along y and z.
        let around =
            |at: (usize, usize, usize)| at.0.abs_diff(1) + at.1.abs_diff(1) + at.2.abs_diff(1);
        let cross = Array3::from_shape_fn((3, 3, 3), |at| around(at) != 1);
        assert_eq!(filled(&cross, [true; 3], 1)[[1, 1, 1]], 12);
        assert_eq!(filled(&cross, [true, true, false], 1)[[1, 1, 1]], 10);
        assert_eq!(filled(&cross, [true, false, false], 1)[[1, 1, 1]], 4);
    }

    #[test]
    fn no_measured_sample_is_nearer_and_none_beside_an_axis_is_taken() {
        let marks =
            Array3::from_shape_fn((5, 6, 7), |(z, y, x)| (z * 31 + y * 17 + x * 7) % 23 > 0);
        let own = samples(&marks);
        for axes in 0..8_u8 {
            let axes = [0, 1, 2].map(|a| axes >> a & 1 == 1);
            let found = filled(&marks, axes, 1);
            assert_eq!(found, filled(&marks, axes, 3));
            for ((z, y, x), value) in found.indexed_iter() {
                let steps = |(k, j, i): (usize, usize, usize)| {
                    let away = [k.abs_diff(z), j.abs_diff(y), i.abs_diff(x)];
                    (0..3).all(|a| axes[a] || away[a] == 0).then(|| away.iter().sum::<usize>())
                };
                let measured = own.indexed_iter().filter(|(at, _)| !marks[*at]);
                let nearest = measured.clone().filter_map(|(at, _)| steps(at)).min();
                let taken = measured.clone().find(|(_, number)| *number == value);
                assert_eq!(taken.and_then(|(at, _)| steps(at)), nearest);
                assert!(nearest.is_some() || *value == own[[z, y, x]]);
            }
        }
    }

    #[test]
    fn beyond_what_is_counted_something_measured_is_taken_all_the_same() {
        let marks = Array3::from_shape_fn((1, 1, 1000), |(_, _, x)| x != 400);
        assert!(filled(&marks, [false, false, true], 1).iter().all(|value| *value == 400));
    }
}

//! Samples between voxel centres, one axis after the other.

use super::combine::{Combining, Made, Rows};
use super::{Interpolation, Target, bspline, copied, weights::Taps};
use crate::engine::Engine;
use crate::geometry::IndexBox;
use ndarray::{Array3, CowArray, Ix3};

/// Samples of a box of the source lattice, and which numbers they are.
pub(super) struct Samples<'a, S, F> {
    /// `[z, y, x]`.
    pub array: CowArray<'a, S, Ix3>,
    /// The first voxel of the box.
    pub lo: [usize; 3],
    pub number: F,
}

/// Interpolates the window, in `f64`, from samples of at least [`source_box`].
pub(super) fn interpolate<S, T, F, W>(
    samples: &Samples<'_, S, F>,
    target: &Target,
    kind: Interpolation,
    made: &Made<'_, T, W>,
    engine: &Engine,
) -> Array3<T>
where
    S: Copy + Sync,
    T: Copy + Send + Sync,
    F: Fn(S) -> f64 + Sync,
    W: Fn(f64) -> T + Sync,
{
    let taps = axes_taps(target, kind);
    let needed = needed(&taps);
    let spline = splined(target, kind);
    let read =
        |window: IndexBox| copied(&samples.array, window.counted_from(samples.lo), &samples.number);
    let coefficients = spline
        .contains(&true)
        .then(|| bspline::coefficients(read, held(target, kind, needed), spline, needed, engine));
    let taps = [0, 1, 2]
        .map(|a| taps[a].iter().map(|taps| taps.starting_at(needed.lo[a])).collect::<Vec<_>>());
    let (taps, of) = (&taps, needed.counted_from(needed.lo));
    if let Some(coefficients) = coefficients {
        let rows = Rows::of(&coefficients, of, |v| v);
        return Combining { rows, taps, made, engine }.combined();
    }
    let (array, number) = (&samples.array, &samples.number);
    let here = needed.counted_from(samples.lo);
    if array.is_standard_layout() {
        let rows = Rows::of(array, here, number);
        return Combining { rows, taps, made, engine }.combined();
    }
    let copy = copied(array, here, |value| value);
    Combining { rows: Rows::of(&copy, of, number), taps, made, engine }.combined()
}

/// The nearest voxels of the window, as they are.
pub(super) fn nearest<T: Copy + Default + Send + Sync>(
    read: impl FnOnce(IndexBox) -> Array3<T>,
    target: &Target,
    engine: &Engine,
) -> Array3<T> {
    let taps = axes_taps(target, Interpolation::Nearest);
    let needed = needed(&taps);
    let source = read(needed);
    // Each has one tap, whose weight is 1.
    let places = [0, 1, 2].map(|a| {
        let index = |taps: &Taps| taps.iter().map(|(index, _)| index - needed.lo[a]).sum();
        taps[a].iter().map(index).collect::<Vec<usize>>()
    });
    let (_, height, width) = source.dim();
    let [nz, ny, nx] = [0, 1, 2].map(|a| places[a].len());
    let mut out = Array3::from_elem((nz, ny, nx), T::default());
    if let (Some(source), Some(values)) = (source.as_slice(), out.as_slice_mut()) {
        engine.fill(values, ny * nx, |z, plane| {
            for (y, out) in places[1].iter().zip(plane.chunks_mut(nx)) {
                let row = &source[(places[0][z] * height + y) * width..][..width];
                out.iter_mut().zip(&places[2]).for_each(|(out, x)| *out = row[*x]);
            }
        });
    }
    out
}

/// The box of source voxels that [`interpolate`] reads for the window.
pub(super) fn source_box(target: &Target, kind: Interpolation) -> IndexBox {
    held(target, kind, needed(&axes_taps(target, kind)))
}

/// The box of source voxels that the taps read.
fn needed(taps: &[Vec<Taps>; 3]) -> IndexBox {
    let mut needed = IndexBox { lo: [0; 3], hi: [0; 3] };
    for a in 0..3 {
        let used = || taps[a].iter().flat_map(Taps::iter).map(|(index, _)| index);
        needed.lo[a] = used().min().unwrap_or(0);
        needed.hi[a] = used().max().unwrap_or(0) + 1;
    }
    needed
}

/// The box with what its spline coefficients need: samples further away change none of them.
fn held(target: &Target, kind: Interpolation, needed: IndexBox) -> IndexBox {
    let reach = splined(target, kind).map(|yes| if yes { bspline::REACH } else { 0 });
    needed.grown(reach, target.source().bounds())
}

/// Axes along which spline coefficients are needed.
fn splined(target: &Target, kind: Interpolation) -> [bool; 3] {
    target.resampled().map(|yes| yes && kind == Interpolation::CubicBspline)
}

fn axes_taps(target: &Target, kind: Interpolation) -> [Vec<Taps>; 3] {
    [0, 1, 2].map(|a| axis_taps(target, a, kind))
}

fn axis_taps(target: &Target, a: usize, kind: Interpolation) -> Vec<Taps> {
    let window = target.window();
    (window.lo[a]..window.hi[a])
        .map(|i| {
            if target.resampled()[a] {
                Taps::new(target.position(a, i), target.source().shape[a], kind)
            } else {
                Taps::identity(i)
            }
        })
        .collect()
}

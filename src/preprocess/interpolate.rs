//! Samples between voxel centres, one axis after the other.

use super::{Interpolation, Target, bspline, weights::Taps};
use crate::engine::{Engine, Loop, wide};
use crate::geometry::IndexBox;
use ndarray::Array3;

/// Interpolates the window: only the source box it needs is read, in `f64`.
pub(super) fn interpolate<T: Copy + Default + Send>(
    read: impl Fn(IndexBox) -> Array3<f64> + Sync,
    target: &Target,
    kind: Interpolation,
    engine: &Engine,
    write: impl Fn(f64) -> T + Sync,
) -> Array3<T> {
    let taps = axes_taps(target, kind);
    let needed = needed(&taps);
    let spline = splined(target, kind);
    let samples = if spline.contains(&true) {
        bspline::coefficients(read, held(target, kind, needed), spline, needed, engine)
    } else {
        read(needed)
    };
    let taps = [0, 1, 2]
        .map(|a| taps[a].iter().map(|taps| taps.starting_at(needed.lo[a])).collect::<Vec<_>>());
    combine(&samples, &taps, engine, write)
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

/// Every output slice on its own: source slices to one, then its rows to one, then their voxels.
fn combine<T: Copy + Default + Send>(
    samples: &Array3<f64>,
    taps: &[Vec<Taps>; 3],
    engine: &Engine,
    write: impl Fn(f64) -> T + Sync,
) -> Array3<T> {
    match taps[2].iter().map(Taps::len).max() {
        Some(0 | 1) | None => combine_lanes::<1, T>(samples, taps, engine, write),
        Some(2) => combine_lanes::<2, T>(samples, taps, engine, write),
        Some(_) => combine_lanes::<4, T>(samples, taps, engine, write),
    }
}

/// [`combine`] of at most `N` taps along x.
fn combine_lanes<const N: usize, T: Copy + Default + Send>(
    samples: &Array3<f64>,
    taps: &[Vec<Taps>; 3],
    engine: &Engine,
    write: impl Fn(f64) -> T + Sync,
) -> Array3<T> {
    let (_, sy, sx) = samples.dim();
    let [nz, ny, nx] = [0, 1, 2].map(|a| taps[a].len());
    let along_x: Vec<([usize; N], [f64; N])> = taps[2].iter().map(Taps::spread).collect();
    let mut out = Array3::from_elem((nz, ny, nx), T::default());
    // Both arrays were made here in C order, so both are slices.
    if let (Some(samples), Some(values)) = (samples.as_slice(), out.as_slice_mut()) {
        engine.fill(values, ny * nx, |z, out| {
            let (along_z, along_y, along_x) = (&taps[0][z], &taps[1][..], &along_x[..]);
            wide(Plane { samples, shape: [sy, sx], along_z, along_y, along_x, write: &write, out });
        });
    }
    out
}

/// One slice of the output.
struct Plane<'a, const N: usize, T, W> {
    samples: &'a [f64],
    /// Rows and columns of a source slice.
    shape: [usize; 2],
    along_z: &'a Taps,
    along_y: &'a [Taps],
    along_x: &'a [([usize; N], [f64; N])],
    write: &'a W,
    out: &'a mut [T],
}

impl<const N: usize, T, W: Fn(f64) -> T> Loop for Plane<'_, N, T, W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { samples, shape: [sy, sx], along_z, along_y, along_x, write, out } = self;
        let mut slice = vec![0.0; sy * sx];
        weighted(&mut slice, samples, along_z);
        let mut row = vec![0.0; sx];
        for (along_y, out) in along_y.iter().zip(out.chunks_mut(along_x.len())) {
            weighted(&mut row, &slice, along_y);
            for ((at, weight), out) in along_x.iter().zip(out) {
                let first = weight[0] * row[at[0]];
                *out = write((1..N).fold(first, |sum, k| sum + weight[k] * row[at[k]]));
            }
        }
    }
}

/// The weighted sum of the stretches of `source` that the taps name.
#[inline(always)]
fn weighted(sum: &mut [f64], source: &[f64], taps: &Taps) {
    let len = sum.len();
    let mut parts = taps.iter().map(|(index, weight)| (&source[index * len..][..len], weight));
    match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some((a, wa)), Some((b, wb)), Some((c, wc)), Some((d, wd))] => {
            let (ab, cd) = (a.iter().zip(b), c.iter().zip(d));
            for (sum, ((a, b), (c, d))) in sum.iter_mut().zip(ab.zip(cd)) {
                *sum = wa * a + wb * b + wc * c + wd * d;
            }
        }
        [Some((a, wa)), Some((b, wb)), ..] => {
            for (sum, (a, b)) in sum.iter_mut().zip(a.iter().zip(b)) {
                *sum = wa * a + wb * b;
            }
        }
        [Some((a, wa)), ..] => sum.iter_mut().zip(a).for_each(|(sum, a)| *sum = wa * a),
        _ => {}
    }
}

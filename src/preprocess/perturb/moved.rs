//! Image and mask on a lattice that is shifted and turned: one interpolation, as without.

use super::Noise;
use crate::engine::Engine;
use crate::geometry::{Grid, IndexBox, SharedGrid, dot};
use crate::image::{Mask, Volume};
use crate::preprocess::interpolate::Samples;
use crate::preprocess::resample::{is_inside, one_or_none};
use crate::preprocess::weights::Taps;
use crate::preprocess::{
    Interpolation, MaskInterpolation, PreprocessError, Target, bspline, copied, cut, holds, padding,
};
use ndarray::Array3;

/// A position this far beyond the outermost voxel centre, in voxels, lies beyond the image.
const BEYOND: f64 = 0.5 + 1e-6;

/// Voxels by which a lattice may drift across and still run along: positions are rounded so, too.
const ALONG: f64 = 1e-9;

/// Bytes of a voxel that is copied to be changed: of an image with noise or as coefficients.
const SAMPLE: usize = size_of::<f64>();

/// The image on any lattice, with noise added to its own voxels before they are interpolated.
///
/// Voxels whose centre lies beyond the image measure nothing.
///
/// # Errors
/// [`PreprocessError::Planes`] and [`PreprocessError::Part`] where some of what is needed is missing,
/// [`PreprocessError::MovedTooLarge`] for noise or splines in a box too large.
pub fn moved_image(
    image: &Volume,
    lattice: &SharedGrid,
    kind: Interpolation,
    noise: Option<&Noise>,
    engine: &Engine,
) -> Result<Volume, PreprocessError> {
    let path = Path::new(&image.grid, lattice);
    let held = path.held(kind);
    holds(image, held)?;
    let lo = image.held().lo;
    let measured =
        Samples { array: image.data.as_standard_layout(), lo, number: |v: f32| f64::from(v) };
    let value = |v: Option<f64>| v.unwrap_or(0.0) as f32;
    let data = if copies(kind, noise.is_some()) {
        claim(held, SAMPLE, engine)?;
        let from = held.counted_from(lo);
        let mut array = copied(&image.data, from, f64::from);
        if let Some(noise) = noise {
            noise.add(&mut array);
        }
        if kind == Interpolation::CubicBspline {
            if let Some(marks) = image.no_data() {
                padding::fill(&mut array, &cut(marks, from), [true; 3], engine);
            }
            bspline::prefilter(&mut array, [true; 3], engine);
        }
        let samples = Samples { array: array.into(), lo: held.lo, number: |v: f64| v };
        path.fill(&samples, kind, engine, value)
    } else {
        path.fill(&measured, kind, engine, value)
    };
    let volume = Volume::new(lattice.clone(), data, image.intensity)?;
    let marks = match image.no_data() {
        None if path.stays() => return Ok(volume),
        None => path.fill(&measured, Interpolation::Nearest, engine, |v| v.is_none()),
        Some(marks) => {
            let marks = Samples { array: marks.as_standard_layout(), lo, number: one_or_none };
            path.fill(&marks, kind.of_marks(), engine, |v| v.is_none_or(|v| v > 0.0))
        }
    };
    Ok(volume.marked(marks)?)
}

/// The mask on any lattice: voxels of at least `threshold` partial volume, none beyond its own.
///
/// # Errors
/// [`PreprocessError::MovedTooLarge`] for a box too large.
pub fn moved_mask(
    mask: &Mask,
    lattice: &SharedGrid,
    kind: MaskInterpolation,
    threshold: f64,
    engine: &Engine,
) -> Result<Mask, PreprocessError> {
    let kind = Interpolation::from(kind);
    let path = Path::new(mask.grid(), lattice);
    let held = path.held(kind);
    claim(held, size_of::<bool>(), engine)?;
    let samples = Samples { array: mask.cut(held).into(), lo: held.lo, number: one_or_none };
    let inside = |volume: Option<f64>| volume.is_some_and(|volume| is_inside(volume, threshold));
    let voxels = path.fill(&samples, kind, engine, inside);
    Ok(Mask::new(lattice.clone(), voxels)?)
}

/// The voxels of the source that [`moved_image`] reads for any lattice that lies within the target's
/// window.
///
/// A moved lattice has no ends of its own: where the window ends with the target's lattice, it goes on
/// to where the source ends.
pub(crate) fn box_moved(target: &Target, kind: Interpolation) -> IndexBox {
    let (window, full, source) = (target.window(), target.full().shape, target.source().shape);
    let lo = |a: usize| match window.lo[a] {
        0 => 0.0,
        first => target.position(a, first),
    };
    let hi = |a: usize| match window.hi[a] {
        end if end == full[a] => source[a] as f64 - 1.0,
        end => target.position(a, end - 1),
    };
    read_between([0, 1, 2].map(lo), [0, 1, 2].map(hi), source, kind)
}

/// Bytes that [`moved_image`] and [`moved_mask`] hold at most beside what they make, for any lattice
/// that lies within the target's window.
pub(crate) fn bytes_moved(target: &Target, kind: Interpolation, noisy: bool) -> usize {
    let size = if copies(kind, noisy) { SAMPLE } else { size_of::<bool>() };
    let voxels: usize = box_moved(target, kind).shape().iter().product();
    voxels.saturating_mul(size)
}

/// Are the image's voxels changed before they are interpolated? Otherwise they are read where they are.
fn copies(kind: Interpolation, noisy: bool) -> bool {
    noisy || kind == Interpolation::CubicBspline
}

/// Refuses a copy of a box that needs more memory than is lent.
fn claim(held: IndexBox, bytes: usize, engine: &Engine) -> Result<(), PreprocessError> {
    let (voxels, limit) = (held.shape().iter().product(), engine.memory());
    if limit.holds(voxels, bytes) {
        return Ok(());
    }
    Err(PreprocessError::MovedTooLarge { voxels, bytes, limit })
}

/// The box of source voxels that are read for positions between two corners, with what spline
/// coefficients need.
fn read_between(lo: [f64; 3], hi: [f64; 3], source: [usize; 3], kind: Interpolation) -> IndexBox {
    let end = |b: usize, x: f64| x.clamp(0.0, source[b] as f64 - 1.0);
    let found = IndexBox {
        lo: [0, 1, 2].map(|b| end(b, lo[b].floor()) as usize),
        hi: [0, 1, 2].map(|b| end(b, hi[b].ceil()) as usize + 1),
    };
    // Nearest and linear taps may round to the next voxel; cubic ones go two further, and are
    // mirrored at the ends.
    let reach = if kind == Interpolation::CubicBspline { 3 + bspline::REACH } else { 1 };
    found.grown([reach; 3], IndexBox { lo: [0; 3], hi: source })
}

/// How indices of a lattice lie on a source, `[z, y, x]` both: a start and a step for each axis.
struct Path {
    start: [f64; 3],
    step: [[f64; 3]; 3],
    shape: [usize; 3],
    source: [usize; 3],
}

impl Path {
    fn new(source: &Grid, lattice: &Grid) -> Self {
        let inverse = source.inverse();
        let start = inverse.index(lattice.origin);
        let step = [0, 1, 2].map(|a| {
            [0, 1, 2].map(|b| {
                dot(lattice.axes[a], inverse.rows[b]) * lattice.spacing[a] / source.spacing[b]
            })
        });
        Self { start, step, shape: lattice.shape, source: source.shape }
    }

    /// Positions of the lattice's eight corners.
    fn corners(&self) -> [[f64; 3]; 8] {
        let last = self.shape.map(|n| n - 1);
        [0, 1, 2, 3, 4, 5, 6, 7_u8].map(|corner| {
            self.position([0, 1, 2].map(|a| if corner >> a & 1 == 1 { last[a] } else { 0 }))
        })
    }

    /// Does the position lie beyond the source?
    fn beyond(&self, at: [f64; 3]) -> bool {
        (0..3).any(|b| at[b] < -BEYOND || at[b] > self.source[b] as f64 - 1.0 + BEYOND)
    }

    /// Do the lattice's axes run along the source's, to what rounding leaves?
    fn straight(&self) -> bool {
        let across = |a: usize, b: usize| self.step[a][b].abs() * self.shape[a] as f64;
        (0..3).all(|a| (0..3).all(|b| a == b || across(a, b) < ALONG))
    }

    /// Does no voxel lie beyond the source?
    fn stays(&self) -> bool {
        !self.corners().into_iter().any(|at| self.beyond(at))
    }

    fn position(&self, index: [usize; 3]) -> [f64; 3] {
        let mut at = self.start;
        for a in 0..3 {
            for b in 0..3 {
                at[b] += index[a] as f64 * self.step[a][b];
            }
        }
        at
    }

    /// The box of source voxels that are read, with what spline coefficients need.
    fn held(&self, kind: Interpolation) -> IndexBox {
        let (mut lo, mut hi) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for at in self.corners() {
            for b in 0..3 {
                lo[b] = lo[b].min(at[b]);
                hi[b] = hi[b].max(at[b]);
            }
        }
        read_between(lo, hi, self.source, kind)
    }

    /// Every voxel from samples of at least [`Self::held`]; `None` goes to `write` for those beyond
    /// the source.
    fn fill<S, N, T>(
        &self,
        samples: &Samples<'_, S, N>,
        kind: Interpolation,
        engine: &Engine,
        write: impl Fn(Option<f64>) -> T + Sync,
    ) -> Array3<T>
    where
        S: Copy + Sync,
        N: Fn(S) -> f64 + Sync,
        T: Clone + Default + Send,
    {
        let Samples { array, lo, number } = samples;
        let [_, ny, nx] = self.shape;
        let (_, sy, sx) = array.dim();
        let mut out = Array3::from_elem(self.shape, T::default());
        let (Some(samples), Some(values)) = (array.as_slice(), out.as_slice_mut()) else {
            return out;
        };
        let taps = |b: usize, at: f64| Taps::new(at, self.source[b], kind).starting_at(lo[b]);
        // Without a turn an axis has its own taps, whatever the other two.
        let straight = self.straight().then(|| {
            [0, 1, 2].map(|b| {
                let at = |i: usize| self.start[b] + i as f64 * self.step[b][b];
                (0..self.shape[b]).map(|i| taps(b, at(i))).collect::<Vec<_>>()
            })
        });
        engine.fill(values, ny * nx, |z, plane| {
            for (i, out) in plane.iter_mut().enumerate() {
                let at = self.position([z, i / nx, i % nx]);
                if self.beyond(at) {
                    *out = write(None);
                    continue;
                }
                let taps = match &straight {
                    Some([deep, down, along]) => [deep[z], down[i / nx], along[i % nx]],
                    None => [0, 1, 2].map(|b| taps(b, at[b])),
                };
                let mut sum = 0.0;
                for (k, deep) in taps[0].iter() {
                    for (j, down) in taps[1].iter() {
                        let row = (k * sy + j) * sx;
                        // A plain loop: it is the innermost of all.
                        let mut along = 0.0;
                        for (i, weight) in taps[2].iter() {
                            along += weight * number(samples[row + i]);
                        }
                        sum += deep * down * along;
                    }
                }
                *out = write(Some(sum));
            }
        });
        out
    }
}

//! Image and mask on a lattice that is shifted and turned: one interpolation, as without.

use super::Noise;
use crate::engine::Engine;
use crate::geometry::{Grid, IndexBox, SharedGrid, dot};
use crate::image::{Mask, Volume};
use crate::preprocess::resample::is_inside;
use crate::preprocess::weights::Taps;
use crate::preprocess::{Interpolation, MaskInterpolation, PreprocessError};
use crate::preprocess::{bspline, cut, holds, padding};
use ndarray::Array3;

/// A position this far beyond the outermost voxel centre, in voxels, lies beyond the image.
const BEYOND: f64 = 0.5 + 1e-6;

/// Voxels by which a lattice may drift across and still run along: positions are rounded so, too.
const ALONG: f64 = 1e-9;

/// The image on any lattice, with noise added to its own voxels before they are interpolated.
///
/// Voxels whose centre lies beyond the image measure nothing.
///
/// # Errors
/// [`PreprocessError::Planes`] and [`PreprocessError::Part`] where some of what is needed is missing.
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
    let from = held.counted_from(image.held().lo);
    let mut samples = cut(&image.data, from).map(|v| f64::from(*v));
    if let Some(noise) = noise {
        noise.add(&mut samples);
    }
    if kind == Interpolation::CubicBspline {
        if let Some(marks) = image.no_data() {
            padding::fill(&mut samples, cut(marks, from), [true; 3], engine);
        }
        bspline::prefilter(&mut samples, [true; 3], engine);
    }
    let data = path.fill(&samples, held, kind, engine, |v| v.unwrap_or(0.0) as f32);
    let volume = Volume::new(lattice.clone(), data, image.intensity)?;
    let marks = match image.no_data() {
        None if path.stays() => return Ok(volume),
        None => path.fill(&samples, held, Interpolation::Nearest, engine, |v| v.is_none()),
        Some(marks) => {
            let marks = cut(marks, from).map(|v| f64::from(u8::from(*v)));
            path.fill(&marks, held, kind.of_marks(), engine, |v| v.is_none_or(|v| v > 0.0))
        }
    };
    Ok(volume.marked(marks)?)
}

/// The mask on any lattice: voxels of at least `threshold` partial volume, none beyond its own.
///
/// # Errors
/// [`PreprocessError::Geometry`] cannot be: the array is made for the lattice.
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
    let samples = mask.cut(held).map(|v| f64::from(u8::from(*v)));
    let inside = |volume: Option<f64>| volume.is_some_and(|volume| is_inside(volume, threshold));
    let voxels = path.fill(&samples, held, kind, engine, inside);
    Ok(Mask::new(lattice.clone(), voxels)?)
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
        let end = |b: usize, x: f64| x.clamp(0.0, self.source[b] as f64 - 1.0);
        let found = IndexBox {
            lo: [0, 1, 2].map(|b| end(b, lo[b].floor()) as usize),
            hi: [0, 1, 2].map(|b| end(b, hi[b].ceil()) as usize + 1),
        };
        // Nearest and linear taps may round to the next voxel; cubic ones go two further, and are
        // mirrored at the ends.
        let reach = if kind == Interpolation::CubicBspline { 3 + bspline::REACH } else { 1 };
        found.grown([reach; 3], IndexBox { lo: [0; 3], hi: self.source })
    }

    /// Every voxel from the samples of the box; `None` goes to `write` for those beyond the source.
    fn fill<T: Clone + Default + Send>(
        &self,
        samples: &Array3<f64>,
        held: IndexBox,
        kind: Interpolation,
        engine: &Engine,
        write: impl Fn(Option<f64>) -> T + Sync,
    ) -> Array3<T> {
        let [_, ny, nx] = self.shape;
        let (_, sy, sx) = samples.dim();
        let mut out = Array3::from_elem(self.shape, T::default());
        let (Some(samples), Some(values)) = (samples.as_slice(), out.as_slice_mut()) else {
            return out;
        };
        let taps = |b: usize, at: f64| Taps::new(at, self.source[b], kind).starting_at(held.lo[b]);
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
                            along += weight * samples[row + i];
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

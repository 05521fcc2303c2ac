//! How far the voxels around a lesion are from its surface.

use super::{PreprocessError, slice_of, surface};
use crate::engine::{Engine, Loop, MemoryLimit, wide};
use crate::geometry::{Grid, IndexBox, SharedGrid};
use crate::image::Mask;
use ndarray::Array3;

/// Bytes of a voxel of the lesion's box grown by the distance: four distances in `f64`, before and
/// after smoothing.
const VOXEL: usize = 32;
/// A distance this little beyond a limit is on it, mm.
const ALLOWANCE_MM: f64 = 1e-9;

/// Distances in mm of voxel centres to a lesion's surface, exact as far as they were asked for.
///
/// The surface is the sub-voxel one, Euclidean distance is to its nearest point; inside and outside
/// are the mask's own. No voxel centre lies on the surface.
#[derive(Debug)]
pub struct Distances {
    grid: SharedGrid,
    frame: Frame,
    /// The lesion within the frame.
    inside: Array3<bool>,
    /// Squared mm to the surface, infinite beyond what was asked for.
    squared: Array3<f64>,
}

/// What lies between two distances from a lesion's surface.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Its voxels on the lesion's lattice.
    pub mask: Mask,
    /// Voxels of it that would lie beyond the lattice, where it goes on.
    pub outside_image: usize,
}

impl Distances {
    /// Distances of `lesion` up to `inward_mm` inside its surface and `outward_mm` outside.
    ///
    /// The lattice must reach `outward_mm` beyond the lesion or end where the image ends. The time
    /// grows with the cube of the wider distance.
    ///
    /// # Errors
    /// [`PreprocessError::EmptyMask`], [`PreprocessError::Parameter`] for distances that are negative
    /// or not finite, [`PreprocessError::RingTooLarge`].
    pub fn new(
        lesion: &Mask,
        inward_mm: f64,
        outward_mm: f64,
        engine: &Engine,
    ) -> Result<Self, PreprocessError> {
        for (name, width) in
            [("inner width of the ring", inward_mm), ("outer width of the ring", outward_mm)]
        {
            if !(width >= 0.0 && width.is_finite()) {
                return Err(PreprocessError::parameter(name, width, "0 mm or more"));
            }
        }
        let bounds = lesion.bounds().ok_or(PreprocessError::EmptyMask)?;
        let grid = lesion.grid().clone();
        let frame = Frame::new(&grid, bounds, outward_mm, engine.memory())?;
        let mut inside = Array3::from_elem(frame.shape, false);
        let place =
            IndexBox { lo: frame.pad, hi: [0, 1, 2].map(|a| frame.shape[a] - frame.pad[a]) };
        let part = lesion.cut(bounds);
        inside.slice_each_axis_mut(|axis| slice_of(place, axis)).assign(&part);
        let points = surface::surface_points(&inside, grid.spacing, engine);
        let width = inward_mm.max(outward_mm) + ALLOWANCE_MM;
        let squared = squared_distances(&points, frame.shape, grid.spacing, width, engine);
        Ok(Self { grid, frame, inside, squared })
    }

    /// The voxels from `from_mm` to `to_mm`, negative inside.
    ///
    /// Of its two ends the one nearer to the surface is open and the other closed, so that shells
    /// that share an end share no voxel; across the surface both are closed. Distances beyond those
    /// that were asked for are in no shell.
    ///
    /// # Errors
    /// As for [`Mask::new`]; cannot happen.
    pub fn shell(&self, from_mm: f64, to_mm: f64) -> Result<Shell, PreprocessError> {
        let mut outside_image = 0;
        let mut mask = Array3::from_elem(self.grid.shape, false);
        self.each_row(|at, inside, squared| {
            for (k, (inside, squared)) in inside.iter().zip(squared).enumerate() {
                if between(*inside, *squared, from_mm, to_mm) {
                    match at.and_then(|at| self.frame.on_row(at, k)) {
                        Some(at) => mask[at] = true,
                        None => outside_image += 1,
                    }
                }
            }
        });
        Ok(Shell { mask: Mask::new(self.grid.clone(), mask)?, outside_image })
    }

    /// The lesion's voxels deeper than `depth_mm`; may be none.
    ///
    /// # Errors
    /// As for [`Mask::new`]; cannot happen.
    pub fn core(&self, depth_mm: f64) -> Result<Mask, PreprocessError> {
        let mut mask = Array3::from_elem(self.grid.shape, false);
        self.each_row(|at, inside, squared| {
            for (k, (inside, squared)) in inside.iter().zip(squared).enumerate() {
                if *inside
                    && !within(*squared, depth_mm)
                    && let Some(at) = at.and_then(|at| self.frame.on_row(at, k))
                {
                    mask[at] = true;
                }
            }
        });
        Ok(Mask::new(self.grid.clone(), mask)?)
    }

    /// Hands `f` each row of the frame: `[z, y]` on the lattice, `None` beyond it, and its voxels.
    fn each_row(&self, mut f: impl FnMut(Option<[usize; 2]>, &[bool], &[f64])) {
        let [_, ny, nx] = self.frame.shape;
        let (inside, squared) = (self.inside.as_slice(), self.squared.as_slice());
        let (inside, squared) = (inside.unwrap_or_default(), squared.unwrap_or_default());
        for (row, (inside, squared)) in
            inside.chunks_exact(nx).zip(squared.chunks_exact(nx)).enumerate()
        {
            let on = |a: usize, k: usize| self.frame.on_axis(a, k);
            let at = on(0, row / ny).zip(on(1, row % ny)).map(|(z, y)| [z, y]);
            f(at, inside, squared);
        }
    }

    /// Whether a voxel `[z, y, x]` of the lattice lies from `from_mm` to `to_mm`, as for
    /// [`Distances::shell`].
    pub fn in_shell(&self, at: [usize; 3], from_mm: f64, to_mm: f64) -> bool {
        let found = self
            .frame
            .in_frame(at)
            .map(|i| between(self.inside[i], self.squared[i], from_mm, to_mm));
        found.unwrap_or(false)
    }

    /// Is a voxel `[z, y, x]` of the lattice the lesion's?
    pub fn inside(&self, at: [usize; 3]) -> bool {
        self.frame.in_frame(at).is_some_and(|i| self.inside[i])
    }

    /// Billionths of a mm from a voxel `[z, y, x]` of the lattice to the surface: what rounding
    /// makes different counts as equal. Infinite beyond what was asked for.
    pub fn steps(&self, at: [usize; 3]) -> f64 {
        let squared = self.frame.in_frame(at).map_or(f64::INFINITY, |i| self.squared[i]);
        (squared.sqrt() / ALLOWANCE_MM).round()
    }
}

/// Is a squared distance at most `mm`? None is for 0: no centre is on the surface.
fn within(squared: f64, mm: f64) -> bool {
    let reach = mm + ALLOWANCE_MM;
    squared <= reach * reach
}

/// Does a voxel lie between two distances, negative inside?
fn between(inside: bool, squared: f64, from_mm: f64, to_mm: f64) -> bool {
    // As depths where it is inside: always from the surface on.
    let (nearer, farther) = if inside { (-to_mm, -from_mm) } else { (from_mm, to_mm) };
    within(squared, farther.max(0.0)) && !within(squared, nearer.max(0.0))
}

/// The lesion's box with room for distances and smoothing on every side; it may leave the lattice.
#[derive(Debug)]
struct Frame {
    shape: [usize; 3],
    pad: [usize; 3],
    /// Lowest index of the lesion on the lattice.
    lo: [usize; 3],
    /// Voxels of the lattice.
    lattice: [usize; 3],
}

impl Frame {
    fn new(
        grid: &Grid,
        bounds: IndexBox,
        outer_mm: f64,
        limit: MemoryLimit,
    ) -> Result<Self, PreprocessError> {
        let lesion = bounds.shape();
        // Distances reach one voxel beyond their width, the smoothing kernel its own reach beyond the
        // lesion's neighbours: it never meets the array's end.
        let smoothing = surface::REACH as f64 + 1.0;
        let pad = [0, 1, 2].map(|a| ((outer_mm / grid.spacing[a]).ceil() + 1.0).max(smoothing));
        let voxels: f64 = (0..3).map(|a| lesion[a] as f64 + 2.0 * pad[a]).product();
        if voxels > limit.room(VOXEL) as f64 {
            return Err(PreprocessError::RingTooLarge { outer_mm, voxels, bytes: VOXEL, limit });
        }
        let pad = pad.map(|p| p as usize);
        let shape = [0, 1, 2].map(|a| lesion[a] + 2 * pad[a]);
        Ok(Self { shape, pad, lo: bounds.lo, lattice: grid.shape })
    }

    /// Index in the frame of a voxel of the lattice; `None` beyond it.
    fn in_frame(&self, at: [usize; 3]) -> Option<[usize; 3]> {
        let mut found = [0; 3];
        for a in 0..3 {
            found[a] = (at[a] + self.pad[a]).checked_sub(self.lo[a])?;
            if found[a] >= self.shape[a] {
                return None;
            }
        }
        Some(found)
    }

    /// Index on the lattice of voxel `k` of the frame along an axis; `None` beyond it.
    fn on_axis(&self, a: usize, k: usize) -> Option<usize> {
        (self.lo[a] + k).checked_sub(self.pad[a]).filter(|at| *at < self.lattice[a])
    }

    /// Index on the lattice of voxel `k` of a row of the frame that is `[z, y]` of the lattice.
    fn on_row(&self, [z, y]: [usize; 2], k: usize) -> Option<[usize; 3]> {
        self.on_axis(2, k).map(|x| [z, y, x])
    }
}

/// Voxels of a row that are lowered together; no frame has fewer.
const GROUP: usize = 8;

/// Planes that are filled as one piece of work.
const PLANES: usize = 16;

/// Squared mm from each voxel centre to the nearest point, exact up to `width` mm.
fn squared_distances(
    points: &[[f64; 3]],
    shape: [usize; 3],
    spacing: [f64; 3],
    width: f64,
    engine: &Engine,
) -> Array3<f64> {
    let [nz, ny, nx] = shape;
    let reach = spacing.map(|mm| width / mm);
    // Points by their nearest plane: each plane is then filled on its own, from those around it.
    let mut by_plane = vec![Vec::new(); nz];
    for point in points {
        let nearest = point[0].round().clamp(0.0, nz.saturating_sub(1) as f64) as usize;
        by_plane[nearest].push(*point);
    }
    let around = (reach[0].ceil() as usize).saturating_add(1);
    let mut out = Array3::from_elem(shape, f64::INFINITY);
    if let Some(values) = out.as_slice_mut() {
        engine.fill(values, PLANES * ny * nx, |part, planes| {
            let own = PLANES * part..PLANES * part + planes.len() / (ny * nx);
            let near = own.start.saturating_sub(around)..own.end.saturating_add(around).min(nz);
            let points = &by_plane[near];
            wide(Lowering { points, planes, first: own.start, shape, spacing, reach, width });
        });
    }
    out
}

/// Planes from `first` on, each voxel of which is lowered to the least squared distance to a point.
struct Lowering<'a, 'b> {
    points: &'a [Vec<[f64; 3]>],
    planes: &'b mut [f64],
    first: usize,
    shape: [usize; 3],
    spacing: [f64; 3],
    /// `width` in voxels.
    reach: [f64; 3],
    /// Up to which distance a point is of interest, mm.
    width: f64,
}

impl Loop for Lowering<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { points, planes, first, shape: [nz, ny, nx], spacing, reach, width } = self;
        let last = first + planes.len() / (ny * nx);
        for point in points.iter().flatten() {
            let zs = span(point[0], reach[0], nz);
            let zs = zs.start.max(first)..zs.end.min(last);
            let (ys, xs) = (span(point[1], reach[1], ny), span(point[2], reach[2], nx));
            if zs.is_empty() {
                continue;
            }
            let squared = |a: usize, k: usize| {
                let mm = (k as f64 - point[a]) * spacing[a];
                mm * mm
            };
            for x in xs.step_by(GROUP) {
                // The last group goes back over what it shares with others.
                let x = x.min(nx - GROUP);
                let along: [f64; GROUP] = std::array::from_fn(|k| squared(2, x + k));
                for z in zs.clone() {
                    let along_z = squared(0, z);
                    for y in ys.clone() {
                        let along_y = squared(1, y);
                        let at = ((z - first) * ny + y) * nx + x;
                        if along_y <= width * width - along_z
                            && let Some(values) = planes[at..].first_chunk_mut::<GROUP>()
                        {
                            let across = along_z + along_y;
                            // Written as a choice it would be stored by lanes, which is slow.
                            *values = std::array::from_fn(|k| values[k].min(across + along[k]));
                        }
                    }
                }
            }
        }
    }
}

/// Indices of an axis of `n` voxels that are within `reach` of `centre`.
fn span(centre: f64, reach: f64, n: usize) -> std::ops::Range<usize> {
    // The casts make 0 of what is below it.
    let (from, to) = (centre - reach, centre + reach);
    let lo = from as usize;
    let lo = lo.saturating_add(usize::from((lo as f64) < from));
    let hi = if to < 0.0 { 0 } else { (to as usize).saturating_add(1).min(n) };
    lo.min(hi)..hi
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// As a plain look at every point from every voxel has it, on any number of threads.
        #[test]
        fn distances_are_those_to_the_nearest_point(
            shape in [1_usize..20, 1_usize..12, GROUP..30],
            spacing in [0.4..3.0, 0.4..3.0, 0.4..3.0],
            width in 0.0..6.0,
            places in proptest::collection::vec([0.0..1.0, 0.0..1.0, 0.0..1.0], 0..30),
        ) {
            let inside = |p: [f64; 3]| [0, 1, 2].map(|a| p[a] * (shape[a] - 1) as f64);
            let points: Vec<[f64; 3]> = places.into_iter().map(inside).collect();
            let found = squared_distances(&points, shape, spacing, width, &Engine::serial());
            let shared = squared_distances(&points, shape, spacing, width, &Engine::new(3));
            prop_assert_eq!(&found, &shared);
            for ((z, y, x), squared) in found.indexed_iter() {
                let away = |p: &[f64; 3]| {
                    let mm = |a: usize| ([z, y, x][a] as f64 - p[a]) * spacing[a];
                    mm(0) * mm(0) + mm(1) * mm(1) + mm(2) * mm(2)
                };
                let nearest = points.iter().map(away).fold(f64::INFINITY, f64::min);
                if nearest.sqrt() < width - 1e-9 {
                    prop_assert_eq!(*squared, nearest);
                } else {
                    prop_assert!(*squared >= nearest);
                }
            }
        }
    }
}

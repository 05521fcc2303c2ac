//! The peripheral ring: what lies within given distances of the tumour's surface.

use super::{PreprocessError, cut, slice_of, surface};
use crate::engine::{Engine, MemoryLimit};
use crate::geometry::{Grid, IndexBox};
use crate::image::Mask;
use ndarray::Array3;

/// Bytes of a voxel of the tumour's box grown by the ring: four distances in `f64`, before and after
/// smoothing.
const VOXEL: usize = 32;
/// A distance this little beyond a width is on it, mm.
const ALLOWANCE_MM: f64 = 1e-9;

/// The ring of a tumour and what it leaves.
#[derive(Debug, Clone)]
pub struct Ring {
    /// Voxels from `inner_mm` inside the surface to `outer_mm` outside, on the tumour's lattice.
    pub mask: Mask,
    /// Tumour voxels deeper than the ring. May be empty.
    pub core: Mask,
    /// Ring voxels that would lie beyond the lattice, where it goes on.
    pub outside_image: usize,
}

/// The ring of `tumour` from `inner_mm` inside its surface to `outer_mm` outside.
///
/// A voxel belongs by its centre's Euclidean distance in mm to the nearest point of the
/// sub-voxel surface. Inside and outside are the mask's own: with `outer_mm` 0 the ring is
/// within the tumour, with `inner_mm` 0 outside it. The lattice must reach `outer_mm` beyond the
/// tumour or end where the image ends. The time grows with the cube of the wider width.
///
/// # Errors
/// [`PreprocessError::EmptyMask`], [`PreprocessError::Parameter`] for widths that are negative,
/// not finite or both 0, [`PreprocessError::RingTooLarge`].
pub fn ring(
    tumour: &Mask,
    inner_mm: f64,
    outer_mm: f64,
    engine: &Engine,
) -> Result<Ring, PreprocessError> {
    for (name, width) in
        [("inner width of the ring", inner_mm), ("outer width of the ring", outer_mm)]
    {
        if !(width >= 0.0 && width.is_finite()) {
            return Err(PreprocessError::parameter(name, width, "0 mm or more"));
        }
    }
    if inner_mm + outer_mm <= 0.0 {
        let expected = "more than 0 mm in all";
        return Err(PreprocessError::parameter("width of the ring", 0.0, expected));
    }
    let bounds = tumour.bounds().ok_or(PreprocessError::EmptyMask)?;
    let grid = tumour.grid();
    let frame = Frame::new(grid, bounds, outer_mm, engine.memory())?;
    let mut set = Array3::from_elem(frame.shape, false);
    let place = IndexBox { lo: frame.pad, hi: [0, 1, 2].map(|a| frame.shape[a] - frame.pad[a]) };
    set.slice_each_axis_mut(|axis| slice_of(place, axis)).assign(&cut(tumour.voxels(), bounds));

    let points = surface::surface_points(&set, grid.spacing, engine);
    let width = inner_mm.max(outer_mm) + ALLOWANCE_MM;
    let near = squared_distances(&points, frame.shape, grid.spacing, width, engine);

    let mut mask = Array3::from_elem(grid.shape, false);
    let mut core = tumour.voxels().clone();
    let mut outside_image = 0;
    let (inner, outer) = (inner_mm + ALLOWANCE_MM, outer_mm + ALLOWANCE_MM);
    for (index, (inside, squared)) in set.iter().zip(&near).enumerate() {
        // With a width of 0 no voxel of that side belongs: none is on the surface.
        let reach = if *inside { inner } else { outer };
        if *squared > reach * reach {
            continue;
        }
        match frame.on_lattice(index) {
            Some(at) => {
                mask[at] = true;
                core[at] = false;
            }
            None => outside_image += 1,
        }
    }
    let mask = Mask::new(grid.clone(), mask)?;
    Ok(Ring { mask, core: Mask::new(grid.clone(), core)?, outside_image })
}

/// The tumour's box with room for ring and smoothing on every side; it may leave the lattice.
struct Frame {
    shape: [usize; 3],
    pad: [usize; 3],
    /// Lowest index of the tumour on the lattice.
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
        let tumour = bounds.shape();
        let pad = [0, 1, 2].map(|a| (outer_mm / grid.spacing[a]).ceil() + 1.0);
        let voxels: f64 =
            (0..3).map(|a| tumour[a] as f64 + 2.0 * (pad[a] + surface::REACH as f64)).product();
        if voxels > limit.room(VOXEL) as f64 {
            return Err(PreprocessError::RingTooLarge { outer_mm, voxels, bytes: VOXEL, limit });
        }
        // The smoothing kernel meets the array's end only where the distance is a straight slope.
        let pad = pad.map(|p| p as usize + surface::REACH);
        let shape = [0, 1, 2].map(|a| tumour[a] + 2 * pad[a]);
        Ok(Self { shape, pad, lo: bounds.lo, lattice: grid.shape })
    }

    /// Index on the lattice of a voxel of the frame; `None` beyond it.
    fn on_lattice(&self, index: usize) -> Option<[usize; 3]> {
        let [_, ny, nx] = self.shape;
        let at = [index / (ny * nx), index / nx % ny, index % nx];
        let mut found = [0; 3];
        for a in 0..3 {
            found[a] = (self.lo[a] + at[a]).checked_sub(self.pad[a])?;
            if found[a] >= self.lattice[a] {
                return None;
            }
        }
        Some(found)
    }
}

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
    // Points that may reach a plane, by plane: each plane is then filled on its own.
    let mut by_plane = vec![Vec::new(); nz];
    for (i, point) in points.iter().enumerate() {
        for z in span(point[0], reach[0], nz) {
            by_plane[z].push(i);
        }
    }
    let mut out = Array3::from_elem(shape, f64::INFINITY);
    if let Some(values) = out.as_slice_mut() {
        engine.fill(values, ny * nx, |z, plane| {
            for &i in &by_plane[z] {
                let point = points[i];
                let dz = (z as f64 - point[0]) * spacing[0];
                let across = span(point[2], reach[2], nx);
                for y in span(point[1], reach[1], ny) {
                    let dy = (y as f64 - point[1]) * spacing[1];
                    let squared = dz * dz + dy * dy;
                    let row = &mut plane[y * nx..][across.clone()];
                    for (x, nearest) in across.clone().zip(row) {
                        let dx = (x as f64 - point[2]) * spacing[2];
                        *nearest = nearest.min(squared + dx * dx);
                    }
                }
            }
        });
    }
    out
}

/// Indices of an axis of `n` voxels that are within `reach` of `centre`.
fn span(centre: f64, reach: f64, n: usize) -> std::ops::Range<usize> {
    let lo = (centre - reach).ceil().max(0.0) as usize;
    let hi = ((centre + reach).floor() + 1.0).max(0.0) as usize;
    lo..hi.min(n)
}

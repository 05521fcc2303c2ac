//! How far the voxels around a lesion are from its surface.

mod frame;
mod nearest;

use super::{PreprocessError, slice_of, surface};
use crate::engine::Engine;
use crate::geometry::{IndexBox, SharedGrid};
use crate::image::Mask;
use frame::Frame;
use ndarray::Array3;
use nearest::squared_distances;

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

impl Distances {
    /// Bytes of a voxel of the box around the lesion while they are made.
    pub(crate) const VOXEL: usize = frame::VOXEL;
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
    /// or not finite, [`PreprocessError::RingTooLarge`], [`PreprocessError::SurfaceTooLarge`].
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
        let points = surface::surface_points(&inside, grid.spacing, engine)?;
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

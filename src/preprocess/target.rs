//! The lattice an image is resampled onto, and the window of it that is computed.

use super::PreprocessError;
use crate::geometry::GeometryError;
use crate::geometry::{Grid, IndexBox, SharedGrid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Relative difference of spacings that is header rounding: such an axis is passed through.
const SAME_SPACING: f64 = 1e-6;

/// How the resampled lattice lies on the source's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    /// The two share their centre, and the new one covers the old (IBSI 3WE3).
    #[default]
    Centre,
    /// The first voxels share their outer corner, and the centre of the last new voxel lies within
    /// the old lattice: so pyradiomics does.
    Corner,
}

/// A window of the lattice that resampling makes of a source lattice.
///
/// Positions are counted on the whole lattice, so a window has the bits of the whole.
#[derive(Debug, Clone)]
pub struct Target {
    grid: SharedGrid,
    full: Grid,
    window: IndexBox,
    source: SharedGrid,
    resampled: [bool; 3],
    align: Alignment,
}

impl Target {
    /// The whole lattice of `spacing` `[z, y, x]` mm around the centre of `source` (IBSI 026Q).
    ///
    /// # Errors
    /// As [`Self::aligned`].
    pub fn new(source: &SharedGrid, spacing: [Option<f64>; 3]) -> Result<Self, PreprocessError> {
        Self::aligned(source, spacing, Alignment::Centre)
    }

    /// The whole lattice of `spacing` `[z, y, x]` mm, aligned so with `source`.
    ///
    /// `None` keeps the spacing of an axis; so does a spacing equal to it but for rounding.
    ///
    /// # Errors
    /// [`PreprocessError::Geometry`] for a spacing that is not positive or makes too many voxels.
    pub fn aligned(
        source: &SharedGrid,
        spacing: [Option<f64>; 3],
        align: Alignment,
    ) -> Result<Self, PreprocessError> {
        let mut wanted = source.spacing;
        let mut resampled = [false; 3];
        for a in 0..3 {
            if let Some(mm) = spacing[a] {
                let same = (mm / source.spacing[a] - 1.0).abs() < SAME_SPACING;
                resampled[a] = !same;
                wanted[a] = if same { source.spacing[a] } else { mm };
            }
        }
        if !resampled.contains(&true) {
            let full = Grid::clone(source);
            let window = full.bounds();
            return Ok(Self {
                grid: source.clone(),
                full,
                window,
                source: source.clone(),
                resampled,
                align,
            });
        }
        let full = match align {
            Alignment::Centre => source.resampled(wanted)?,
            Alignment::Corner => from_corner(source, wanted)?,
        };
        let (grid, window) = (Arc::new(full.clone()), full.bounds());
        Ok(Self { grid, full, window, source: source.clone(), resampled, align })
    }

    /// The same lattice, of which only `window` (indices of the whole lattice) is computed.
    ///
    /// # Errors
    /// [`PreprocessError::Geometry`] for a window that is empty or not within the lattice.
    pub fn windowed(self, window: IndexBox) -> Result<Self, PreprocessError> {
        let grid = if window == self.full.bounds() {
            self.full.clone()
        } else {
            self.full.crop(window)?
        };
        Ok(Self { grid: Arc::new(grid), window, ..self })
    }

    /// The window that holds the source voxels of `region` grown by `margin_mm` on every side.
    ///
    /// It ends where the lattice ends, and holds at least one voxel.
    pub fn around(&self, region: IndexBox, margin_mm: f64) -> IndexBox {
        let mut window = IndexBox { lo: [0; 3], hi: [0; 3] };
        for a in 0..3 {
            let to_target = |index: f64, mm: f64| {
                ((index - self.position(a, 0)) * self.source.spacing[a] + mm) / self.full.spacing[a]
            };
            // Half a voxel of either lattice: interpolation can carry a mask no further than one.
            let reach = self.source.spacing[a] + margin_mm.max(0.0);
            let last = self.full.shape[a] - 1;
            let lo = to_target(region.lo[a] as f64, -reach).floor().max(0.0) as usize;
            let hi = to_target(region.hi[a] as f64 - 1.0, reach).ceil().max(0.0) as usize;
            window.lo[a] = lo.min(last);
            window.hi[a] = hi.clamp(window.lo[a], last) + 1;
        }
        window
    }

    /// The lattice of the window.
    pub fn grid(&self) -> &SharedGrid {
        &self.grid
    }

    /// The whole resampled lattice.
    pub fn full(&self) -> &Grid {
        &self.full
    }

    /// Indices of the window on the whole lattice.
    pub fn window(&self) -> IndexBox {
        self.window
    }

    /// The lattice that is resampled.
    pub(super) fn source(&self) -> &Grid {
        &self.source
    }

    /// Are any voxels others than the source's?
    pub(crate) fn interpolates(&self) -> bool {
        self.resampled().contains(&true)
    }

    /// Which axes change.
    pub(super) fn resampled(&self) -> [bool; 3] {
        self.resampled
    }

    /// Fractional source index of index `i` of the whole lattice along axis `a`.
    pub(super) fn position(&self, a: usize, i: usize) -> f64 {
        if !self.resampled[a] {
            return i as f64;
        }
        let ratio = self.full.spacing[a] / self.source.spacing[a];
        let last = (self.source.shape[a] - 1) as f64;
        let first = match self.align {
            Alignment::Centre => 0.5 * (last - ratio * (self.full.shape[a] - 1) as f64),
            Alignment::Corner => 0.5 * (ratio - 1.0),
        };
        first + i as f64 * ratio
    }
}

/// The lattice of another spacing whose first voxel shares its outer corner with the source's.
fn from_corner(source: &Grid, spacing: [f64; 3]) -> Result<Grid, PreprocessError> {
    if !spacing.iter().all(|s| s.is_finite() && *s > 0.0) {
        return Err(GeometryError::Spacing { spacing }.into());
    }
    let ratio = [0, 1, 2].map(|a| spacing[a] / source.spacing[a]);
    // Voxels whose centre lies before the far edge; rounding of a header must not add one on it.
    let shape = [0, 1, 2].map(|a| {
        let centres = source.shape[a] as f64 / ratio[a] + 0.5 - 1e-6;
        centres.floor().max(1.0) as usize
    });
    let origin = source.to_patient(ratio.map(|r| 0.5 * (r - 1.0)));
    Ok(Grid::new(shape, spacing, origin, source.axes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lattices_share_a_corner_or_a_centre() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let source = Arc::new(Grid::new([4, 5, 7], [3.0, 1.0, 1.0], [0.0; 3], axes).unwrap());
        let spacing = [Some(2.0), None, Some(2.0)];
        let corner = Target::aligned(&source, spacing, Alignment::Corner).unwrap();
        // 12 mm hold 6 centres of 2 mm voxels; of 7 mm, the fourth centre lies on the far edge.
        assert_eq!(corner.full().shape, [6, 5, 3]);
        assert_eq!(corner.full().origin, [0.5, 0.0, -0.5]);
        let positions = [0, 1, 5].map(|i| corner.position(0, i) * 3.0 + 1.5);
        assert!(positions.iter().zip([1.0, 3.0, 11.0]).all(|(p, mm)| (p - mm).abs() < 1e-12));
        assert_eq!(Target::new(&source, spacing).unwrap().full().shape, [6, 5, 4]);
        let refused = Target::aligned(&source, [Some(0.0), None, None], Alignment::Corner);
        assert!(refused.is_err());
    }
}

//! A lattice shifted and turned about a lesion.

use crate::geometry::{Grid, IndexBox, SharedGrid, Vec3, cross, dot, sub};
use crate::preprocess::{PreprocessError, Target};
use std::sync::Arc;

/// A shift and a turn of the measured lattice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// Fractions of a measured voxel, along the lattice's own axes `[z, y, x]`.
    pub shift: [f64; 3],
    /// Degrees, right-handed about the direction.
    pub degrees: f64,
    /// Unit direction in patient space through the lesion's centre.
    pub direction: Vec3,
}

impl Motion {
    /// A lattice that stays.
    pub const NONE: Self = Self { shift: [0.0; 3], degrees: 0.0, direction: [0.0, 0.0, 1.0] };

    /// The window of the moved lattice that holds the box `region` of the target's source grown by
    /// `margin_mm`, turned about the centre of that box.
    ///
    /// # Errors
    /// [`PreprocessError::Geometry`] for a window that cannot be.
    pub fn lattice(
        &self,
        target: &Target,
        region: IndexBox,
        margin_mm: f64,
    ) -> Result<SharedGrid, PreprocessError> {
        let (source, full) = (target.source(), target.full());
        let middle = [0, 1, 2].map(|a| 0.5 * (region.lo[a] + region.hi[a]) as f64 - 0.5);
        let centre = source.to_patient(middle);
        let turn = |v: Vec3| self.turned(v);
        let mut origin = full.origin;
        for a in 0..3 {
            for c in 0..3 {
                origin[c] += self.shift[a] * full.spacing[a] * full.axes[a][c];
            }
        }
        let away = turn(sub(origin, centre));
        let origin = [0, 1, 2].map(|c| centre[c] + away[c]);
        let moved = Grid::new([1; 3], full.spacing, origin, full.axes.map(turn))?;
        // The corners of the box as indices of the moved lattice, which has no ends of its own.
        let reach = source.spacing.map(|mm| (mm + margin_mm) / mm);
        let (mut lo, mut hi) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for corner in 0..8_u8 {
            let index = [0, 1, 2].map(|a| {
                let high = corner >> a & 1 == 1;
                if high {
                    region.hi[a] as f64 - 1.0 + reach[a]
                } else {
                    region.lo[a] as f64 - reach[a]
                }
            });
            let found = moved.to_index(source.to_patient(index));
            for a in 0..3 {
                lo[a] = lo[a].min(found[a].floor());
                hi[a] = hi[a].max(found[a].ceil());
            }
        }
        let shape = [0, 1, 2].map(|a| ((hi[a] - lo[a]) as usize).saturating_add(1));
        Ok(Arc::new(Grid::new(shape, moved.spacing, moved.to_patient(lo), moved.axes)?))
    }

    /// Rodrigues' rotation.
    fn turned(&self, v: Vec3) -> Vec3 {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (across, along) = (cross(self.direction, v), dot(self.direction, v));
        let one = |c: usize| v[c] * cos + across[c] * sin + self.direction[c] * along * (1.0 - cos);
        [0, 1, 2].map(one)
    }
}

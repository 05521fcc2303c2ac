//! A regular voxel lattice in patient space.

use super::IndexBox;
use crate::error::Diagnose;
use std::sync::Arc;

/// A vector in patient space `[x, y, z]`, DICOM LPS, mm.
pub type Vec3 = [f64; 3];

/// A lattice that volume, masks and levels share, so that they provably lie on the same voxels.
pub type SharedGrid = Arc<Grid>;

/// A regular voxel lattice in patient space.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Voxels along array axes `[z, y, x]`, each at least 1.
    pub shape: [usize; 3],
    /// Distance between voxel centres along array axes `[z, y, x]`, mm, each above 0.
    pub spacing: [f64; 3],
    /// LPS position of the *centre* of voxel `[0, 0, 0]`, mm.
    pub origin: Vec3,
    /// Row `a` is the unit LPS vector of array axis `a`; perpendicular to 0.001, of either
    /// handedness.
    pub axes: [Vec3; 3],
}

/// Why a lattice cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GeometryError {
    /// No voxels, or more than can be counted.
    #[error("a lattice of {shape:?} voxels (z, y, x) cannot be held")]
    Shape {
        /// Voxels asked for along `[z, y, x]`.
        shape: [usize; 3],
    },
    /// Spacing that is not a positive number.
    #[error("voxel spacing {spacing:?} mm (z, y, x) is not positive and finite")]
    Spacing {
        /// mm along `[z, y, x]`.
        spacing: [f64; 3],
    },
    /// Axes that are not perpendicular unit vectors.
    #[error("image axes {axes:?} (rows: z, y, x) are not perpendicular unit vectors")]
    Axes {
        /// Rows: LPS vectors of the array axes `[z, y, x]`.
        axes: [Vec3; 3],
    },
    /// Position that is not a number.
    #[error("image position {origin:?} is not finite")]
    Origin {
        /// LPS mm.
        origin: Vec3,
    },
    /// Array and lattice disagree.
    #[error("array has {array:?} voxels (z, y, x), its lattice {grid:?}")]
    ShapeMismatch {
        /// Of the lattice.
        grid: [usize; 3],
        /// Of the array.
        array: [usize; 3],
    },
}

impl Diagnose for GeometryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "geometry.shape",
            Self::Spacing { .. } => "geometry.spacing",
            Self::Axes { .. } => "geometry.axes",
            Self::Origin { .. } => "geometry.origin",
            Self::ShapeMismatch { .. } => "geometry.shape_mismatch",
        }
    }
    fn hint(&self) -> String {
        "The file's header is damaged or describes no regular volume: export the image anew.".into()
    }
}

/// Largest departure from perpendicular unit axes that is taken for header rounding.
const AXES_TOLERANCE: f64 = 1e-3;
/// Departure that six decimals of direction cosines, or `f32`, make: at the far end of a thousand
/// voxels it is a hundredth of one at most.
const WRITTEN: f64 = 1e-5;

impl Grid {
    /// The only way to make a lattice: every part is checked.
    ///
    /// # Errors
    /// [`GeometryError`] for an empty or uncountable shape, spacing that is not positive,
    /// axes off perpendicular by more than 0.001, or a position that is not finite.
    pub fn new(
        shape: [usize; 3],
        spacing: [f64; 3],
        origin: Vec3,
        axes: [Vec3; 3],
    ) -> Result<Self, GeometryError> {
        let voxels = shape.iter().try_fold(1_usize, |n, &m| n.checked_mul(m));
        // The bound keeps every index and count exact as i64 and f64, with room for padding.
        if voxels.is_none_or(|n| n == 0 || n > 1 << 40) {
            return Err(GeometryError::Shape { shape });
        }
        if !spacing.iter().all(|s| s.is_finite() && *s > 0.0) {
            return Err(GeometryError::Spacing { spacing });
        }
        if !origin.iter().all(|v| v.is_finite()) {
            return Err(GeometryError::Origin { origin });
        }
        for a in 0..3 {
            for b in a..3 {
                let expected = f64::from(u8::from(a == b));
                // A comparison with NaN is false, so NaN axes are refused too.
                let near = (dot(axes[a], axes[b]) - expected).abs() < AXES_TOLERANCE;
                if !near {
                    return Err(GeometryError::Axes { axes });
                }
            }
        }
        Ok(Self { shape, spacing, origin, axes })
    }

    /// LPS mm of a fractional index `[z, y, x]`.
    pub fn to_patient(&self, index: [f64; 3]) -> Vec3 {
        let mut point = self.origin;
        for a in 0..3 {
            for c in 0..3 {
                point[c] += index[a] * self.spacing[a] * self.axes[a][c];
            }
        }
        point
    }

    /// Fractional index `[z, y, x]` of an LPS position in mm; for many of them, see
    /// [`Grid::inverse`].
    pub fn to_index(&self, point: Vec3) -> [f64; 3] {
        self.inverse().index(point)
    }

    /// The way back from positions to indices.
    pub fn inverse(&self) -> Inverse {
        Inverse { origin: self.origin, spacing: self.spacing, rows: dual(self.axes) }
    }

    /// Volume of one voxel, mm³.
    pub fn voxel_mm3(&self) -> f64 {
        self.spacing.iter().product()
    }

    /// Number of voxels.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Never: a lattice has at least one voxel.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// All indices.
    pub fn bounds(&self) -> IndexBox {
        IndexBox { lo: [0; 3], hi: self.shape }
    }

    /// The part of this lattice inside `window`, which must lie within it and hold a voxel.
    ///
    /// # Errors
    /// [`GeometryError::Shape`] where it does not.
    pub fn crop(&self, window: IndexBox) -> Result<Self, GeometryError> {
        if window.is_empty() || window.hi.iter().zip(&self.shape).any(|(hi, n)| hi > n) {
            return Err(GeometryError::Shape { shape: window.shape() });
        }
        let origin = self.to_patient(window.lo.map(|i| i as f64));
        Ok(Self { shape: window.shape(), origin, ..self.clone() })
    }

    /// The lattice of another spacing that shares this one's centre (IBSI 3WE3, 026Q).
    ///
    /// Each axis gets `ceil(n * old / new)` voxels, so it covers the old extent.
    ///
    /// # Errors
    /// [`GeometryError`] for a spacing that is not positive or makes too many voxels.
    pub fn resampled(&self, spacing: [f64; 3]) -> Result<Self, GeometryError> {
        if !spacing.iter().all(|s| s.is_finite() && *s > 0.0) {
            return Err(GeometryError::Spacing { spacing });
        }
        let mut shape = [0; 3];
        let mut first = [0.0; 3];
        for a in 0..3 {
            let extent = self.shape[a] as f64 * self.spacing[a] / spacing[a];
            // Header rounding must not add a voxel: 60 * 3.0 / 1.0000000001 is still 180.
            shape[a] = (extent - 1e-6).ceil().max(1.0) as usize;
            let ratio = spacing[a] / self.spacing[a];
            first[a] = 0.5 * ((self.shape[a] - 1) as f64 - ratio * (shape[a] - 1) as f64);
        }
        Self::new(shape, spacing, self.to_patient(first), self.axes)
    }
}

/// From LPS positions back to indices of a lattice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inverse {
    origin: Vec3,
    spacing: [f64; 3],
    /// Row `a` has a product of 1 with the lattice's axis `a` and of 0 with the others.
    pub rows: [Vec3; 3],
}

impl Inverse {
    /// Fractional index `[z, y, x]` of an LPS position in mm.
    pub fn index(&self, point: Vec3) -> [f64; 3] {
        let offset = sub(point, self.origin);
        [0, 1, 2].map(|a| dot(offset, self.rows[a]) / self.spacing[a])
    }
}

/// The rows of the inverse of axes.
///
/// Perpendicular unit axes are their own inverse, up to the digits they were written with: they stay
/// as they are, so that rounding in a header does not become rounding of every index.
fn dual(axes: [Vec3; 3]) -> [Vec3; 3] {
    if departure(axes) <= WRITTEN {
        return axes;
    }
    let [z, y, x] = axes;
    let rows = [cross(y, x), cross(x, z), cross(z, y)];
    let volume = dot(rows[0], z);
    rows.map(|row| row.map(|c| c / volume))
}

/// How far axes are from perpendicular unit vectors: the largest error of their products.
fn departure(axes: [Vec3; 3]) -> f64 {
    let mut most: f64 = 0.0;
    for a in 0..3 {
        for b in a..3 {
            most = most.max((dot(axes[a], axes[b]) - f64::from(u8::from(a == b))).abs());
        }
    }
    most
}

/// Scalar product.
pub fn dot(a: Vec3, b: Vec3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `a - b`.
pub fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// Vector product.
pub fn cross(a: Vec3, b: Vec3) -> Vec3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// Length.
pub fn norm(a: Vec3) -> f64 {
    dot(a, a).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axial(shape: [usize; 3], spacing: [f64; 3]) -> Grid {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        Grid::new(shape, spacing, [-10.0, 20.0, 30.0], axes).unwrap()
    }

    #[test]
    fn index_and_patient_are_inverse() {
        let grid = axial([4, 5, 6], [3.0, 0.8, 0.7]);
        let index = [1.5, 2.25, -3.0];
        let back = grid.to_index(grid.to_patient(index));
        assert!(back.iter().zip(index).all(|(b, i)| (b - i).abs() < 1e-12));
        assert_eq!(grid.to_patient([0.0, 0.0, 1.0]), [-9.3, 20.0, 30.0]);
    }

    #[test]
    fn index_and_patient_are_inverse_where_axes_are_not_quite_perpendicular() {
        let cosine: f64 = 9e-4;
        let leaning = [-cosine, (1.0 - cosine * cosine).sqrt(), 0.0];
        for z in [1.0, -1.0] {
            let axes = [[0.0, 0.0, z], leaning, [1.0, 0.0, 0.0]];
            let grid = Grid::new([5, 512, 512], [3.0, 0.7, 0.9], [-10.0, 20.0, 30.0], axes);
            let grid = grid.unwrap();
            let index = [4.0, 510.0, 260.0];
            let back = grid.to_index(grid.to_patient(index));
            assert!(back.iter().zip(index).all(|(b, i)| (b - i).abs() < 1e-9), "{back:?}");
        }
    }

    #[test]
    fn axes_perpendicular_but_for_the_digits_of_a_header_are_their_own_inverse() {
        for degrees in [0.0_f64, 0.3, 17.0, 45.0, 90.0] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let written = |v: f64| (v * 1e6).round() / 1e6;
            for (sin, cos) in [(sin, cos), (written(sin), written(cos))] {
                let axes = [[0.0, -sin, cos], [0.0, cos, sin], [-1.0, 0.0, 0.0]];
                let grid = Grid::new([4, 5, 6], [3.0, 0.8, 0.7], [0.1; 3], axes).unwrap();
                assert_eq!(grid.inverse().rows, axes);
            }
        }
    }

    #[test]
    fn resampling_shares_the_centre_as_in_the_ibsi_example() {
        // IBSI UMPJ: 4 voxels of 3 mm at 2 mm are 6 voxels, origin 1 mm before the old one.
        let grid = axial([4, 4, 4], [3.0; 3]);
        let fine = grid.resampled([2.0; 3]).unwrap();
        assert_eq!(fine.shape, [6; 3]);
        assert!((fine.to_index(grid.origin)[0] - 0.25).abs() < 1e-12);
        let centre = grid.to_patient([1.5; 3]);
        assert!(fine.to_index(centre).iter().all(|i| (i - 2.5).abs() < 1e-12));
    }

    #[test]
    fn impossible_lattices_are_refused() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let bad = |s, d, a| Grid::new(s, d, [0.0; 3], a).unwrap_err().code();
        assert_eq!(bad([0, 1, 1], [1.0; 3], axes), "geometry.shape");
        assert_eq!(bad([usize::MAX, 2, 2], [1.0; 3], axes), "geometry.shape");
        assert_eq!(bad([1, 1, 1], [1.0, f64::NAN, 1.0], axes), "geometry.spacing");
        assert_eq!(bad([1, 1, 1], [1.0; 3], [[f64::NAN; 3]; 3]), "geometry.axes");
        assert_eq!(bad([1, 1, 1], [1.0; 3], [[0.0, 0.1, 1.0], axes[1], axes[2]]), "geometry.axes");
    }
}

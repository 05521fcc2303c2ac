//! Where voxels are: lattices in patient space, boxes of indices, and how two lattices differ.
//!
//! Arrays are `[z, y, x]` in C order (x fastest). Patient vectors are `[x, y, z]` in DICOM's LPS
//! system, in millimetres. This layer knows nothing of files or settings.

mod cause;
mod compare;
mod grid;
mod index_box;

pub use cause::cause;
pub use compare::{Difference, difference};
pub use grid::{GeometryError, Grid, Inverse, SharedGrid, Vec3, cross, dot, norm, sub};
pub use index_box::IndexBox;

//! The surface of a voxel set, and the simple bodies around it.
//!
//! The surface is the marching cubes mesh (IBSI WRJH) at 0.5 of the set as zeros and ones, with a
//! voxel of background around it. Its vertices are middles of edges between neighbours of which one
//! is inside, so in half voxels they are integers: area and volume follow from counts of 2 x 2 x 2
//! patterns, and the convex hull is exact. No face is ever stored.

#![allow(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the wider registers"
)]

mod bits;
mod callipers;
mod cases;
mod columns;
mod eigen;
mod extremes;
mod hull;
mod mvee;
mod net;
mod ombb;
mod surface;
mod triangle;
mod widths;

pub use bits::BitRows;
pub use eigen::eigenvalues;
pub use extremes::extremes;
pub use hull::{Facet, Hull};
pub use mvee::enclosing_ellipsoid;
pub use ombb::{BoxSides, oriented_box};
pub use surface::{Surface, surface};

//! The peripheral ring: what lies within given distances of the tumour's surface.

use super::{Distances, PreprocessError, Shell};
use crate::engine::Engine;
use crate::image::Mask;

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
/// A voxel belongs by its centre's distance to the surface, see [`Distances`]: with `outer_mm` 0
/// the ring is within the tumour, with `inner_mm` 0 outside it.
///
/// # Errors
/// As for [`Distances::new`], and [`PreprocessError::Parameter`] for widths that are both 0.
pub fn ring(
    tumour: &Mask,
    inner_mm: f64,
    outer_mm: f64,
    engine: &Engine,
) -> Result<Ring, PreprocessError> {
    if inner_mm == 0.0 && outer_mm == 0.0 {
        let expected = "more than 0 mm in all";
        return Err(PreprocessError::parameter("width of the ring", 0.0, expected));
    }
    let distances = Distances::new(tumour, inner_mm, outer_mm, engine)?;
    let Shell { mask, outside_image } = distances.shell(-inner_mm, outer_mm)?;
    Ok(Ring { mask, core: distances.core(inner_mm)?, outside_image })
}

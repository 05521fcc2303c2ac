//! The ring of another lesion nearby.

use super::PipelineError;
use super::parts::{Scene, Wanted};
use super::place::Elsewhere;
use crate::image::Mask;
use crate::preprocess::Distances;

/// Another lesion whose ring may meet this one's.
pub(super) struct Neighbour {
    /// Of the other lesion as a whole, as they are where it is the one that is measured.
    distances: Distances,
    /// First voxel of its window on the whole lattice, and voxels of that.
    lo: [usize; 3],
    shape: [usize; 3],
    /// Does it come before the lesion that is measured?
    first: bool,
}

impl Neighbour {
    /// `None` where it is too far away.
    ///
    /// # Errors
    /// [`PipelineError::TooLarge`] and those of its steps.
    pub fn new(
        scene: &Scene<'_>,
        mask: &Mask,
        first: bool,
        wanted: &Wanted<'_>,
    ) -> Result<Option<Self>, PipelineError> {
        let refused = |source| scene.refused(source);
        let (inward, outward) = (wanted.inward_mm, wanted.outward_mm);
        let at = (scene.subject.roi, scene.engine);
        let Some(other) = scene.place.elsewhere(mask, outward, at, refused)? else {
            return Ok(None);
        };
        let Elsewhere { mask, lo } = other;
        let distances = Distances::new(&mask, inward, outward, scene.engine).map_err(refused)?;
        Ok(Some(Self { distances, lo, shape: mask.grid().shape, first }))
    }

    /// Is a voxel, by its index on the whole lattice, in one of these of its bands?
    pub fn claims(&self, whole: [usize; 3], bands: &[[f64; 2]]) -> bool {
        self.own(whole).is_some_and(|at| {
            bands.iter().any(|[from, to]| self.distances.in_shell(at, *from, *to))
        })
    }

    /// Is its surface nearer to a voxel than one that is so many steps away? Equally near is nearer
    /// for the lesion that comes first.
    pub fn is_nearer(&self, whole: [usize; 3], steps: f64) -> bool {
        self.own(whole).is_some_and(|at| {
            let own = self.distances.steps(at);
            own < steps || (self.first && own == steps)
        })
    }

    /// Its own index of a voxel; `None` beyond its window.
    fn own(&self, whole: [usize; 3]) -> Option<[usize; 3]> {
        let mut at = [0; 3];
        for a in 0..3 {
            at[a] = whole[a].checked_sub(self.lo[a]).filter(|i| *i < self.shape[a])?;
        }
        Some(at)
    }
}

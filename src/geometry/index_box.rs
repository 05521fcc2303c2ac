//! A box of voxel indices.

/// Half-open box of indices `[z, y, x]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexBox {
    /// First index along each axis.
    pub lo: [usize; 3],
    /// One past the last index along each axis.
    pub hi: [usize; 3],
}

impl IndexBox {
    /// Extent along `[z, y, x]`; 0 where `hi` is not beyond `lo`.
    pub fn shape(&self) -> [usize; 3] {
        [0, 1, 2].map(|a| self.hi[a].saturating_sub(self.lo[a]))
    }

    /// Does it hold no voxel?
    pub fn is_empty(&self) -> bool {
        self.shape().contains(&0)
    }

    /// Is all of another within it?
    pub fn holds(&self, other: Self) -> bool {
        (0..3).all(|a| self.lo[a] <= other.lo[a] && other.hi[a] <= self.hi[a])
    }

    /// The same as indices of an array that begins with voxel `first`.
    pub fn counted_from(&self, first: [usize; 3]) -> Self {
        let counted = |at: [usize; 3]| [0, 1, 2].map(|a| at[a].saturating_sub(first[a]));
        Self { lo: counted(self.lo), hi: counted(self.hi) }
    }

    /// The smallest box that holds this one and another.
    pub fn with(&self, other: Self) -> Self {
        Self {
            lo: [0, 1, 2].map(|a| self.lo[a].min(other.lo[a])),
            hi: [0, 1, 2].map(|a| self.hi[a].max(other.hi[a])),
        }
    }

    /// This box grown by `margin` voxels on both sides of each axis, kept within `limits`.
    pub fn grown(&self, margin: [usize; 3], limits: IndexBox) -> Self {
        Self {
            lo: [0, 1, 2].map(|a| self.lo[a].saturating_sub(margin[a]).max(limits.lo[a])),
            hi: [0, 1, 2].map(|a| self.hi[a].saturating_add(margin[a]).min(limits.hi[a])),
        }
    }
}

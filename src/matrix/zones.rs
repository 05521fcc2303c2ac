//! Grey level zones: their sizes (IBSI 3.8, 9SAK) and their distances to the region's border
//! (IBSI 3.9, VMDZ).
//!
//! A zone is a set of connected voxels of one grey level: 26-connected in space, 8-connected in a
//! slice. Its distance is the smallest of its voxels' distances to the border, in steps between
//! voxels that share a face (an edge in a slice); a voxel on the border has distance 1.

use ndarray::ArrayRef3;

use super::block::Block;
use super::depth::Depths;
use super::label::zones;
use super::slabs::Zone;
use super::tally::Tally;
use super::{Aggregation, Cell};
use crate::engine::Engine;

/// What the second index of a zone matrix is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneKind {
    /// Zone size in voxels (GLSZM).
    Size,
    /// Distance to the border of the region (GLDZM).
    Distance,
}

/// A zone matrix: its cells, and the voxels the zones cover.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneMatrix {
    /// Cells by ascending level, then size or distance; `length` is that second index.
    pub cells: Vec<Cell>,
    /// Voxels the zones cover; a whole number.
    pub n_voxels: f64,
}

/// The zones of a region, from which size and distance matrices follow.
#[derive(Debug, Clone)]
pub struct ZoneCounts {
    slices: Vec<Vec<Zone>>,
    volume: Vec<Zone>,
    levels: Vec<u16>,
}

impl ZoneCounts {
    /// Finds the zones that `aggregations` need.
    ///
    /// `levels` `[z, y, x]` is 0 outside the intensity mask; `region` is the morphological mask,
    /// whose border distances are counted from. The edge of the array is outside. Both arrays are of
    /// one shape; where they are not, no zones are found.
    pub fn count(
        levels: &ArrayRef3<u16>,
        region: &ArrayRef3<bool>,
        aggregations: &[Aggregation],
        engine: &Engine,
    ) -> Self {
        let block = if levels.dim() == region.dim() { Block::new(levels, 1) } else { None };
        Self::of(block.as_ref(), region, aggregations, engine)
    }

    /// The same of the block of the levels, which are of the region's shape; `None` is a region without
    /// voxels.
    pub(crate) fn of(
        block: Option<&Block>,
        region: &ArrayRef3<bool>,
        aggregations: &[Aggregation],
        engine: &Engine,
    ) -> Self {
        let mut found = Self { slices: Vec::new(), volume: Vec::new(), levels: Vec::new() };
        let Some(block) = block else { return found };
        found.levels.clone_from(&block.levels);
        if aggregations.iter().any(|a| a.is_spatial() && *a != Aggregation::Volume3d) {
            let depths = Depths::in_slices(region, block, engine);
            found.slices = engine.map(&block.planes, |plane| {
                zones(block, &depths, std::slice::from_ref(plane), &Engine::serial())
            });
        }
        if aggregations.contains(&Aggregation::Volume3d) {
            let depths = Depths::in_space(region, block, engine);
            found.volume = zones(block, &depths, &block.planes, engine);
        }
        found
    }

    /// The matrices whose feature values are averaged, in their fixed order; one where merged.
    pub fn matrices(&self, kind: ZoneKind, aggregation: Aggregation) -> Vec<ZoneMatrix> {
        let one = |zones: &[Zone]| {
            if zones.is_empty() { Vec::new() } else { vec![self.matrix(zones, kind)] }
        };
        match aggregation {
            Aggregation::Slices2d => {
                self.slices.iter().map(|zones| self.matrix(zones, kind)).collect()
            }
            Aggregation::Merged25dSlices => one(&self.slices.concat()),
            Aggregation::Volume3d => one(&self.volume),
            _ => Vec::new(),
        }
    }

    fn matrix(&self, zones: &[Zone], kind: ZoneKind) -> ZoneMatrix {
        let second = |zone: &Zone| match kind {
            ZoneKind::Size => zone.size,
            ZoneKind::Distance => zone.distance(),
        };
        let highest = zones.iter().map(second).max().unwrap_or(0);
        let mut tally = Tally::new(self.levels.len(), highest as usize, zones.len());
        for zone in zones {
            tally.add(zone.rank(), second(zone), 0);
        }
        let cells = tally.cells(|rank, second, count, _| Cell {
            level: self.levels[usize::from(rank) - 1],
            length: u64::from(second),
            count: count as f64,
        });
        let voxels: u64 = zones.iter().map(|zone| u64::from(zone.size)).sum();
        ZoneMatrix { cells, n_voxels: voxels as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn zones_touch_at_corners_and_border_voxels_have_distance_one() {
        // Two voxels of level 2 that share a corner only, in a slice of level 1.
        let mut levels = Array3::ones((1, 5, 5));
        levels[[0, 2, 2]] = 2;
        levels[[0, 3, 3]] = 2;
        let region = levels.mapv(|_| true);
        let asked = [Aggregation::Slices2d];
        let counts = ZoneCounts::count(&levels, &region, &asked, &Engine::serial());
        let sizes = &counts.matrices(ZoneKind::Size, Aggregation::Slices2d)[0];
        let of = |level, length| Cell { level, length, count: 1.0 };
        assert_eq!(sizes.cells, [of(1, 23), of(2, 2)]);
        assert_eq!(sizes.n_voxels, 25.0);
        let distances = &counts.matrices(ZoneKind::Distance, Aggregation::Slices2d)[0];
        // The corner-linked pair lies 3 and 2 steps inside; its nearest voxel counts.
        assert_eq!(distances.cells, [of(1, 1), of(2, 2)]);
        assert!(counts.matrices(ZoneKind::Size, Aggregation::Volume3d).is_empty());
    }

    #[test]
    fn a_region_of_another_shape_has_no_zones() {
        let (levels, region) = (Array3::ones((2, 3, 4)), Array3::from_elem((2, 4, 3), true));
        let asked = [Aggregation::Slices2d, Aggregation::Volume3d];
        let counts = ZoneCounts::count(&levels, &region, &asked, &Engine::serial());
        assert!(asked.iter().all(|how| counts.matrices(ZoneKind::Distance, *how).is_empty()));
    }
}

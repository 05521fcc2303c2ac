//! Grey level zones: their sizes (IBSI 3.8, 9SAK) and their distances to the region's border
//! (IBSI 3.9, VMDZ).
//!
//! A zone is a set of connected voxels of one grey level: 26-connected in space, 8-connected in a
//! slice. Its distance is the smallest of its voxels' distances to the border, in steps between
//! voxels that share a face (an edge in a slice); a voxel on the border has distance 1.

use ndarray::{Array3, ArrayRef3, Axis, Slice};

use super::directions::{Direction, IN_PLANE, VOLUME};
use super::{Aggregation, Cell};
use crate::engine::Engine;

/// One zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Zone {
    level: u16,
    size: u64,
    distance: u64,
}

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
}

impl ZoneCounts {
    /// Finds the zones that `aggregations` need.
    ///
    /// `levels` `[z, y, x]` is 0 outside the intensity mask; `region` is the morphological mask,
    /// whose border distances are counted from. The edge of the array is outside.
    pub fn count(
        levels: &ArrayRef3<u16>,
        region: &ArrayRef3<bool>,
        aggregations: &[Aggregation],
        engine: &Engine,
    ) -> Self {
        let mut found = Self { slices: Vec::new(), volume: Vec::new() };
        if aggregations.iter().any(|a| a.is_spatial() && *a != Aggregation::Volume3d) {
            let planes: Vec<usize> = (0..levels.len_of(Axis(0))).collect();
            found.slices = engine.map(&planes, |z| {
                let at = Slice::from(*z..=*z);
                let (levels, region) =
                    (levels.slice_axis(Axis(0), at), region.slice_axis(Axis(0), at));
                zones(&levels, &distances(&region, &[1, 2]), &IN_PLANE)
            });
            found.slices.retain(|zones| !zones.is_empty());
        }
        if aggregations.contains(&Aggregation::Volume3d) {
            found.volume = zones(levels, &distances(region, &[0, 1, 2]), &VOLUME);
        }
        found
    }

    /// The matrices whose feature values are averaged, in their fixed order; one where merged.
    pub fn matrices(&self, kind: ZoneKind, aggregation: Aggregation) -> Vec<ZoneMatrix> {
        let one = |zones: Vec<Zone>| {
            if zones.is_empty() { Vec::new() } else { vec![matrix(&zones, kind)] }
        };
        match aggregation {
            Aggregation::Slices2d => self.slices.iter().map(|zones| matrix(zones, kind)).collect(),
            Aggregation::Merged25dSlices => one(self.slices.concat()),
            Aggregation::Volume3d => one(self.volume.clone()),
            _ => Vec::new(),
        }
    }
}

fn matrix(zones: &[Zone], kind: ZoneKind) -> ZoneMatrix {
    let second = |zone: &Zone| match kind {
        ZoneKind::Size => zone.size,
        ZoneKind::Distance => zone.distance,
    };
    let mut pairs: Vec<(u16, u64)> = zones.iter().map(|z| (z.level, second(z))).collect();
    pairs.sort_unstable();
    let cells = pairs
        .chunk_by(|a, b| a == b)
        .map(|same| Cell { level: same[0].0, length: same[0].1, count: same.len() as f64 })
        .collect();
    ZoneMatrix { cells, n_voxels: zones.iter().map(|zone| zone.size).sum::<u64>() as f64 }
}

/// Steps along `axes` from each voxel of the region to the nearest outside it; 0 outside.
fn distances(region: &ArrayRef3<bool>, axes: &[usize]) -> Array3<u32> {
    let far = region.len() as u32;
    let mut steps = region.map(|inside| if *inside { far } else { 0 });
    for &axis in axes {
        for mut lane in steps.lanes_mut(Axis(axis)) {
            // From one end and then from the other; the edge of the array is outside.
            for reversed in [false, true] {
                let n = lane.len();
                let mut before = 0;
                for k in 0..n {
                    let at = if reversed { n - 1 - k } else { k };
                    before = lane[at].min(before + 1);
                    lane[at] = before;
                }
            }
        }
    }
    steps
}

/// All zones, by their first voxel in C order.
fn zones(levels: &ArrayRef3<u16>, distances: &Array3<u32>, directions: &[Direction]) -> Vec<Zone> {
    let mut left = levels.to_owned();
    let mut found = Vec::new();
    let mut stack = Vec::new();
    for (start, &level) in levels.indexed_iter() {
        let start = [start.0, start.1, start.2];
        if level == 0 || left[start] == 0 {
            continue;
        }
        let mut zone = Zone { level, size: 0, distance: u64::MAX };
        left[start] = 0;
        stack.push(start);
        while let Some(at) = stack.pop() {
            zone.size += 1;
            zone.distance = zone.distance.min(u64::from(distances[at]));
            for direction in directions {
                for sign in [1, -1] {
                    let to = [0, 1, 2].map(|a| at[a].wrapping_add_signed(sign * direction[a]));
                    if let Some(next) = left.get_mut(to).filter(|next| **next == level) {
                        *next = 0;
                        stack.push(to);
                    }
                }
            }
        }
        found.push(zone);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn distances_are_counted_from_the_morphological_border() {
        let mut region = Array3::from_elem((5, 5, 5), true);
        let steps = distances(&region, &[0, 1, 2]);
        assert_eq!((steps[[2, 2, 2]], steps[[2, 2, 1]], steps[[0, 2, 2]]), (3, 2, 1));
        region[[2, 2, 3]] = false;
        assert_eq!(distances(&region, &[0, 1, 2])[[2, 2, 2]], 1);
    }
}

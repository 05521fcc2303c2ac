//! The directions that runs and neighbour pairs follow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step, `(dz, dy, dx)` in voxels.
pub type Direction = [isize; 3];

/// The four directions within a slice. They are the first four of [`VOLUME`].
pub const IN_PLANE: [Direction; 4] = [[0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 1, -1]];

/// The thirteen directions of the 26-neighbourhood, one of each opposite pair.
///
/// Each points to a voxel that comes later in `[z, y, x]` C order. The order is fixed: averages
/// over directions are summed in it.
pub const VOLUME: [Direction; 13] = [
    [0, 0, 1],
    [0, 1, 0],
    [0, 1, 1],
    [0, 1, -1],
    [1, 0, 0],
    [1, 0, 1],
    [1, 0, -1],
    [1, 1, 0],
    [1, -1, 0],
    [1, 1, 1],
    [1, 1, -1],
    [1, -1, 1],
    [1, -1, -1],
];

/// Which steps belong to a distance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DirectionRule {
    /// The thirteen directions, each times the distance (IBSI 3.6).
    #[default]
    Ibsi,
    /// Every voxel at that Chebyshev distance, without the steps that are longer than the
    /// region's box is wide: so pyradiomics does. A region of one slice has four directions.
    Pyradiomics,
}

/// The norm in which steps are measured, in mm, where they are weighed by their length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// All steps weigh 1.
    #[default]
    None,
    /// Sum of the lengths along the axes.
    Manhattan,
    /// The length.
    Euclidean,
    /// The longest of the lengths along the axes.
    Infinity,
}

impl Weighting {
    /// Length in mm of a step between voxels of `spacing` `[z, y, x]` mm; `None` where all steps
    /// weigh the same.
    pub fn length(self, step: Direction, spacing: [f64; 3]) -> Option<f64> {
        let mm = [0, 1, 2].map(|a| step[a].unsigned_abs() as f64 * spacing[a]);
        match self {
            Self::None => None,
            Self::Manhattan => Some(mm.iter().sum()),
            Self::Euclidean => Some(mm.iter().map(|v| v * v).sum::<f64>().sqrt()),
            Self::Infinity => Some(mm.iter().copied().fold(0.0, f64::max)),
        }
    }
}

/// The steps that are counted along, those within a slice first, each with its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    steps: Vec<(Direction, f64)>,
    rule: DirectionRule,
}

impl Default for Steps {
    /// The thirteen directions.
    fn default() -> Self {
        Self::new(&[1], DirectionRule::Ibsi)
    }
}

impl Steps {
    /// The steps of these distances in voxels, of weight 1.
    pub fn new(distances: &[u8], rule: DirectionRule) -> Self {
        let mut all: Vec<Direction> = match rule {
            DirectionRule::Ibsi => distances
                .iter()
                .flat_map(|d| VOLUME.map(|step| step.map(|s| s * isize::from(*d))))
                .collect(),
            DirectionRule::Pyradiomics => shell(distances),
        };
        // A stable sort: the order of the thirteen stays.
        all.sort_by_key(|step| step[0] != 0);
        Self { steps: all.into_iter().map(|step| (step, 1.0)).collect(), rule }
    }

    /// The same steps, each with the weight that `weight` gives it.
    pub fn weighted(mut self, weight: impl Fn(Direction) -> f64) -> Self {
        self.steps.iter_mut().for_each(|(step, w)| *w = weight(*step));
        self
    }

    /// Those of one voxel, each once.
    pub(super) fn nearest(&self) -> Self {
        let mut steps: Vec<(Direction, f64)> = Vec::new();
        for (step, weight) in &self.steps {
            if VOLUME.contains(step) && steps.iter().all(|(other, _)| other != step) {
                steps.push((*step, *weight));
            }
        }
        Self { steps, rule: self.rule }
    }

    /// Those that a region with a box of `shape` `[z, y, x]` voxels has.
    pub(super) fn within(&self, shape: [usize; 3]) -> Self {
        let fits = |step: &Direction| (0..3).all(|a| step[a].unsigned_abs() < shape[a]);
        let kept = |(step, _): &&(Direction, f64)| self.rule == DirectionRule::Ibsi || fits(step);
        Self { steps: self.steps.iter().filter(kept).copied().collect(), rule: self.rule }
    }

    /// All steps.
    pub(super) fn volume(&self) -> &[(Direction, f64)] {
        &self.steps
    }

    /// Those within a slice: the first of all.
    pub(super) fn in_plane(&self) -> &[(Direction, f64)] {
        &self.steps[..self.steps.partition_point(|(step, _)| step[0] == 0)]
    }

    /// The farthest that any goes along an axis.
    pub(super) fn reach(&self) -> usize {
        let far = self.steps.iter().flat_map(|(step, _)| step.map(isize::unsigned_abs));
        far.max().unwrap_or(0)
    }
}

/// Every step forwards whose Chebyshev length is one of `distances`.
fn shell(distances: &[u8]) -> Vec<Direction> {
    let reach = distances.iter().copied().max().map_or(0, isize::from);
    let one = || -reach..=reach;
    one()
        .flat_map(|z| one().flat_map(move |y| one().map(move |x| [z, y, x])))
        .filter(|step| *step > [0; 3])
        .filter(|step| {
            let length = step.iter().map(|s| s.abs()).max();
            distances.iter().any(|d| Some(isize::from(*d)) == length)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn directions(steps: &Steps) -> BTreeSet<Direction> {
        steps.volume().iter().map(|(step, _)| *step).collect()
    }

    #[test]
    fn every_neighbour_pair_has_one_forward_direction() {
        assert_eq!(VOLUME[..4], IN_PLANE);
        assert!(VOLUME.iter().all(|d| *d > [0, 0, 0] && d.iter().all(|s| s.abs() <= 1)));
        assert_eq!(VOLUME.iter().collect::<BTreeSet<_>>().len(), 13);
    }

    #[test]
    fn rules_agree_at_distance_one_and_differ_beyond() {
        let ibsi = |d: &[u8]| Steps::new(d, DirectionRule::Ibsi);
        let shell = |d: &[u8]| Steps::new(d, DirectionRule::Pyradiomics);
        assert_eq!(ibsi(&[1]).volume().iter().map(|s| s.0).collect::<Vec<_>>(), VOLUME);
        assert_eq!(directions(&ibsi(&[1])), directions(&shell(&[1])));
        assert_eq!((ibsi(&[2]).volume().len(), ibsi(&[1, 2]).in_plane().len()), (13, 8));
        // (5^3 - 3^3) / 2 in space, (5^2 - 3^2) / 2 in a slice.
        assert_eq!((shell(&[2]).volume().len(), shell(&[2]).in_plane().len()), (49, 8));
        assert_eq!((shell(&[1, 2]).reach(), shell(&[1, 2]).nearest().volume().len()), (2, 13));
        assert_eq!(shell(&[1]).within([1, 9, 9]).volume().len(), 4);
        assert_eq!(ibsi(&[1]).within([1, 9, 9]).volume().len(), 13);
    }

    #[test]
    fn lengths_are_in_mm() {
        let length = |norm: Weighting| norm.length([1, -1, 0], [4.0, 3.0, 1.0]);
        assert_eq!(length(Weighting::None), None);
        assert_eq!(length(Weighting::Manhattan), Some(7.0));
        assert_eq!(length(Weighting::Euclidean), Some(5.0));
        assert_eq!(length(Weighting::Infinity), Some(4.0));
    }
}

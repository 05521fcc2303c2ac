//! Sums over matrices that count parts of one grey level by a second number: the length of a run,
//! the size or distance of a zone, the dependence of a voxel.

use super::spec::Outcome;
use crate::matrix::Cell;

/// The cells of a matrix and its marginal sums.
pub(super) struct LevelSums {
    /// `(i, j, r_ij)`.
    cells: Vec<(f64, f64, f64)>,
    /// `(i, r_i.)` by ascending level.
    pub(super) by_level: Vec<(f64, f64)>,
    /// `(j, r_.j)` by ascending *j*.
    pub(super) by_length: Vec<(f64, f64)>,
    /// `N_s`: all runs, zones or dependences.
    pub(super) n_parts: f64,
    /// `N_v`.
    pub(super) n_voxels: f64,
}

impl LevelSums {
    /// Of cells sorted by level, then length, that cover `n_voxels` voxels.
    pub(super) fn new(cells: &[Cell], n_voxels: f64) -> Self {
        Self {
            cells: cells.iter().map(|c| (f64::from(c.level), c.length as f64, c.count)).collect(),
            by_level: marginal(cells, |c| u64::from(c.level)),
            by_length: marginal(cells, |c| c.length),
            n_parts: cells.iter().map(|c| c.count).sum(),
            n_voxels,
        }
    }

    pub(super) fn per_part(&self, sum: f64) -> Outcome {
        Outcome::of(sum / self.n_parts)
    }

    pub(super) fn joint(&self, weight: fn(f64, f64) -> f64) -> f64 {
        self.cells.iter().map(|&(i, j, r)| weight(i, j) * r).sum()
    }

    pub(super) fn variance(&self, marginal: &[(f64, f64)]) -> Outcome {
        let mu = total(marginal, |k| k) / self.n_parts;
        let sum: f64 = marginal.iter().map(|&(k, r)| (k - mu) * (k - mu) * r).sum();
        self.per_part(sum)
    }

    pub(super) fn energy(&self) -> Outcome {
        let share = |r: f64| r / self.n_parts;
        Outcome::of(self.cells.iter().map(|&(_, _, r)| share(r) * share(r)).sum())
    }

    pub(super) fn entropy(&self) -> Outcome {
        let bits = |p: f64| p * p.log2();
        // 0 minus the sum, so that a single kind of part has entropy 0 and not -0.
        Outcome::of(0.0 - self.cells.iter().map(|&(_, _, r)| bits(r / self.n_parts)).sum::<f64>())
    }
}

/// Parts for each value of `key`, ascending.
fn marginal(cells: &[Cell], key: fn(&Cell) -> u64) -> Vec<(f64, f64)> {
    let mut runs: Vec<(u64, f64)> = cells.iter().map(|c| (key(c), c.count)).collect();
    runs.sort_by_key(|(key, _)| *key);
    runs.chunk_by(|a, b| a.0 == b.0)
        .map(|same| (same[0].0 as f64, same.iter().map(|(_, n)| n).sum()))
        .collect()
}

pub(super) fn total(marginal: &[(f64, f64)], weight: fn(f64) -> f64) -> f64 {
    marginal.iter().map(|&(k, r)| weight(k) * r).sum()
}

pub(super) fn squares(marginal: &[(f64, f64)]) -> f64 {
    marginal.iter().map(|&(_, r)| r * r).sum()
}

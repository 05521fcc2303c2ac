//! Sums over matrices that count parts of one grey level by a second number: the length of a run,
//! the size or distance of a zone, the dependence of a voxel.
//!
//! All are made in one pass over the cells, in their order.

use super::shares::Shares;
use super::spec::Outcome;
use crate::engine::{Loop, wide};
use crate::matrix::Cell;

/// What the features of such a matrix are made of.
pub(super) struct LevelSums {
    /// Over `(i, r_i.)`.
    pub(super) level: Marginal,
    /// Over `(j, r_.j)`.
    pub(super) length: Marginal,
    /// `sum_ij r_ij / (i^2 j^2)`.
    pub(super) low_short: f64,
    /// `sum_ij r_ij i^2 / j^2`.
    pub(super) high_short: f64,
    /// `sum_ij r_ij j^2 / i^2`.
    pub(super) low_long: f64,
    /// `sum_ij r_ij i^2 j^2`.
    pub(super) high_long: f64,
    /// `sum_ij p_ij^2`.
    energy: f64,
    /// `sum_ij p_ij log2 p_ij`.
    bits: f64,
    /// `N_s`: all runs, zones or dependences.
    pub(super) n_parts: f64,
    /// `N_v`.
    pub(super) n_voxels: f64,
}

/// Sums over the values of one index, `k`, and the parts `r` that have it.
pub(super) struct Marginal {
    /// `sum_k r / k^2`.
    pub(super) inverse: f64,
    /// `sum_k k^2 r`.
    pub(super) square: f64,
    /// `sum_k r^2`.
    pub(super) uneven: f64,
    /// `sum_k (k - mu)^2 r`.
    spread: f64,
}

impl LevelSums {
    /// Of cells sorted by level, then length, that cover `n_voxels` voxels.
    pub(super) fn new(cells: &[Cell], n_voxels: f64) -> Self {
        wide(Summing { cells, n_voxels })
    }

    pub(super) fn per_part(&self, sum: f64) -> Outcome {
        Outcome::of(sum / self.n_parts)
    }

    /// Of the grey levels or lengths of all parts.
    pub(super) fn variance(&self, marginal: &Marginal) -> Outcome {
        self.per_part(marginal.spread)
    }

    pub(super) fn energy(&self) -> Outcome {
        Outcome::of(self.energy)
    }

    pub(super) fn entropy(&self) -> Outcome {
        // 0 minus the sum, so that a single kind of part has entropy 0 and not -0.
        Outcome::of(0.0 - self.bits)
    }
}

/// Sums cells up.
struct Summing<'a> {
    cells: &'a [Cell],
    n_voxels: f64,
}

impl Loop for Summing<'_> {
    type Output = LevelSums;

    #[inline(always)]
    fn call(self) -> LevelSums {
        let Self { cells, n_voxels } = self;
        let n_parts: f64 = cells.iter().map(|c| c.count).sum();
        let shares = Shares::new(n_parts, cells.iter().map(|cell| cell.count));
        let (mut joint, mut energy, mut bits) = ([-0.0; 4], -0.0, -0.0);
        // One place for each level that occurs; a level goes on or not, which no branch could foresee.
        let mut by_level = vec![(0.0, -0.0); cells.len()];
        let (mut places, mut before) = (0, None);
        for cell in cells {
            let (i, j, r) = (f64::from(cell.level), cell.length as f64, cell.count);
            let (ii, jj, all) = (i * i, j * j, i * i * j * j);
            let (above, below) = ([1.0, ii, jj, all], [all, jj, ii, 1.0]);
            for k in 0..4 {
                joint[k] += above[k] / below[k] * r;
            }
            let (square, bit) = shares.of(r);
            energy += square;
            bits += bit;
            places += usize::from(before != Some(cell.level));
            before = Some(cell.level);
            let (level, of_level) = &mut by_level[places - 1];
            *level = i;
            *of_level += r;
        }
        by_level.truncate(places);
        let [low_short, high_short, low_long, high_long] = joint;
        LevelSums {
            level: Marginal::new(by_level.iter().copied(), n_parts),
            length: of_lengths(cells, n_parts),
            low_short,
            high_short,
            low_long,
            high_long,
            energy,
            bits,
            n_parts,
            n_voxels,
        }
    }
}

impl Marginal {
    /// Of `(k, r)` by ascending `k`.
    #[inline(always)]
    fn new(counts: impl Iterator<Item = (f64, f64)> + Clone, n_parts: f64) -> Self {
        let [mut inverse, mut square, mut uneven, mut first, mut spread] = [-0.0; 5];
        for (k, r) in counts.clone() {
            inverse += 1.0 / (k * k) * r;
            square += k * k * r;
            uneven += r * r;
            first += k * r;
        }
        let mu = first / n_parts;
        for (k, r) in counts {
            spread += (k - mu) * (k - mu) * r;
        }
        Self { inverse, square, uneven, spread }
    }
}

/// Lengths up to this are counted in a table.
const SHORT: usize = 32;

/// Over `(j, r_.j)` by ascending *j*.
#[inline(always)]
fn of_lengths(cells: &[Cell], n_parts: f64) -> Marginal {
    let longest = cells.iter().map(|c| c.length).max().unwrap_or(0);
    if longest < SHORT as u64 {
        let mut counts = [0.0; SHORT];
        for cell in cells {
            counts[cell.length as usize % SHORT] += cell.count;
        }
        let all = (0_u32..).map(f64::from).zip(counts).take(longest as usize + 1);
        return Marginal::new(all.filter(|(_, count)| *count > 0.0), n_parts);
    }
    let mut counts: Vec<(u64, f64)> = cells.iter().map(|c| (c.length, c.count)).collect();
    counts.sort_by_key(|(length, _)| *length);
    let same = counts.chunk_by(|a, b| a.0 == b.0);
    let all = same.map(|same| (same[0].0 as f64, same.iter().map(|(_, n)| n).sum()));
    Marginal::new(all, n_parts)
}

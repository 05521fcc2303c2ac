//! Sums over co-occurrence matrices, made in one pass over the cells, in their order.

use super::shares::Shares;
use super::spec::Outcome;
use crate::engine::{Loop, wide};
use crate::matrix::{Cooccurrence, PairCell};

/// What the features of a matrix are made of.
pub(super) struct Pairs {
    /// Of *i*.
    pub(super) rows: Marginal,
    /// Of *j*: that of the rows where the matrix is symmetric.
    columns: Marginal,
    /// Of `|i - j|`.
    pub(super) differences: Marginal,
    /// Of `i + j`.
    pub(super) sums: Marginal,
    /// Highest `p_ij`.
    pub(super) maximum: f64,
    /// `sum_ij p_ij^2`.
    pub(super) energy: f64,
    /// `sum_ij p_ij log2 p_ij`.
    pub(super) bits: f64,
    /// `sum_ij p_ij log2(p_i. p_.j)`.
    marginal_bits: f64,
    terms: [f64; TERMS],
}

/// Sums over the cells, by their places in `terms`.
pub(super) const CONTRAST: usize = 0;
pub(super) const DISSIMILARITY: usize = 1;
pub(super) const INVERSE: usize = 2;
pub(super) const INVERSE_NORMALISED: usize = 3;
pub(super) const MOMENT: usize = 4;
pub(super) const MOMENT_NORMALISED: usize = 5;
pub(super) const INVERSE_VARIANCE: usize = 6;
pub(super) const AUTOCORRELATION: usize = 7;
pub(super) const TENDENCY: usize = 8;
pub(super) const SHADE: usize = 9;
pub(super) const PROMINENCE: usize = 10;
const CORRELATION: usize = 11;
const TERMS: usize = 12;

/// Cells whose terms are made together.
const TOGETHER: usize = 32;

/// A term of each of these cells.
#[inline(always)]
fn make(terms: &mut [f64; TOGETHER], of: impl Fn(usize) -> f64) {
    for k in 0..TOGETHER {
        terms[k] = of(k);
    }
}

impl Pairs {
    /// Of a matrix with cells, of a region of so many grey levels.
    pub(super) fn new(matrix: &Cooccurrence, n_levels: u16) -> Self {
        wide(Summing { cells: matrix.cells(), n_levels: f64::from(n_levels) })
    }

    #[inline(always)]
    fn add_terms(&mut self, cells: &[PairCell], total: f64, n_levels: f64) {
        let [of_i, of_j] = [self.rows.average, self.columns.average];
        let deviations = (self.rows.variance * self.columns.variance).sqrt();
        let mut sums = self.terms;
        let mut terms = [[0.0; TOGETHER]; TERMS];
        let [mut i, mut j, mut p, mut apart, mut high] = [[0.0; TOGETHER]; 5];
        for cells in cells.chunks(TOGETHER) {
            for (k, cell) in cells.iter().enumerate() {
                (i[k], j[k], p[k]) = (f64::from(cell.i), f64::from(cell.j), cell.count / total);
            }
            for k in 0..TOGETHER {
                apart[k] = (i[k] - j[k]).abs();
                high[k] = i[k] + j[k] - of_i - of_j;
            }
            // A loop for each term: so several cells are made at once.
            make(&mut terms[CONTRAST], |k| apart[k] * apart[k] * p[k]);
            make(&mut terms[DISSIMILARITY], |k| apart[k] * p[k]);
            make(&mut terms[INVERSE], |k| p[k] / (1.0 + apart[k]));
            make(&mut terms[INVERSE_NORMALISED], |k| p[k] / (1.0 + apart[k] / n_levels));
            make(&mut terms[MOMENT], |k| p[k] / (1.0 + apart[k] * apart[k]));
            make(&mut terms[MOMENT_NORMALISED], |k| {
                p[k] / (1.0 + (apart[k] / n_levels) * (apart[k] / n_levels))
            });
            make(&mut terms[INVERSE_VARIANCE], |k| {
                if apart[k] == 0.0 { 0.0 } else { p[k] / (apart[k] * apart[k]) }
            });
            make(&mut terms[AUTOCORRELATION], |k| i[k] * j[k] * p[k]);
            make(&mut terms[TENDENCY], |k| high[k] * high[k] * p[k]);
            make(&mut terms[SHADE], |k| high[k] * (high[k] * high[k]) * p[k]);
            make(&mut terms[PROMINENCE], |k| (high[k] * high[k]) * (high[k] * high[k]) * p[k]);
            make(&mut terms[CORRELATION], |k| (i[k] - of_i) * (j[k] - of_j) * p[k] / deviations);
            for k in 0..cells.len() {
                for (sum, terms) in sums.iter_mut().zip(&terms) {
                    *sum += terms[k];
                }
            }
        }
        self.terms = sums;
    }

    #[inline(always)]
    fn add_shares(&mut self, cells: &[PairCell], total: f64) {
        let shares = Shares::new(total, cells.iter().map(|cell| cell.count));
        let (mut maximum, mut energy, mut bits, mut marginal_bits) = (0.0_f64, -0.0, -0.0, -0.0);
        // Rows are the groups of cells of one level; columns ascend in each.
        let rows = cells.chunk_by(|a, b| a.i == b.i).zip(&self.rows.counts);
        for (same, (_, of_row)) in rows {
            let mut columns = self.columns.counts.iter();
            for cell in same {
                let p = cell.count / total;
                let (square, bit) = shares.of(cell.count);
                let j = f64::from(cell.j);
                let of_column = columns.find(|(level, _)| *level == j).map_or(0.0, |(_, p)| *p);
                maximum = maximum.max(p);
                energy += square;
                bits += bit;
                marginal_bits += p * (of_row * of_column).log2();
            }
        }
        (self.maximum, self.energy) = (maximum, energy);
        (self.bits, self.marginal_bits) = (bits, marginal_bits);
    }

    /// With nothing but its marginals.
    #[inline(always)]
    fn of([rows, columns, differences, sums]: [Vec<(f64, f64)>; 4], total: f64) -> Self {
        Self {
            rows: Marginal::new(rows, total),
            columns: Marginal::new(columns, total),
            differences: Marginal::new(differences, total),
            sums: Marginal::new(sums, total),
            maximum: 0.0,
            energy: -0.0,
            bits: -0.0,
            marginal_bits: -0.0,
            terms: [-0.0; TERMS],
        }
    }

    pub(super) fn term(&self, term: usize) -> Outcome {
        Outcome::of(self.terms[term])
    }

    pub(super) fn correlation(&self) -> Outcome {
        // All voxels of one level are perfectly correlated.
        if self.rows.counts.len() == 1 || self.columns.counts.len() == 1 {
            return Outcome::Value(1.0);
        }
        self.term(CORRELATION)
    }

    pub(super) fn information_correlation_1(&self) -> Outcome {
        if self.rows.counts.len() == 1 && self.columns.counts.len() == 1 {
            return Outcome::Value(0.0);
        }
        let hxy1 = 0.0 - self.marginal_bits;
        Outcome::of((0.0 - self.bits - hxy1) / self.rows.entropy.max(self.columns.entropy))
    }

    pub(super) fn information_correlation_2(&self) -> Outcome {
        // Of independent marginals the joint entropy is the sum of theirs.
        let difference = self.rows.entropy + self.columns.entropy - (0.0 - self.bits);
        Outcome::of((1.0 - (-2.0 * difference.max(0.0)).exp()).sqrt())
    }
}

/// Sums cells up.
struct Summing<'a> {
    cells: &'a [PairCell],
    n_levels: f64,
}

impl Loop for Summing<'_> {
    type Output = Pairs;

    #[inline(always)]
    fn call(self) -> Pairs {
        let Self { cells, n_levels } = self;
        let total: f64 = cells.iter().map(|c| c.count).sum();
        let mut pairs = Pairs::of(marginals(cells), total);
        pairs.add_terms(cells, total, n_levels);
        pairs.add_shares(cells, total);
        pairs
    }
}

/// A marginal distribution.
pub(super) struct Marginal {
    /// `(k, p)` by ascending number.
    counts: Vec<(f64, f64)>,
    pub(super) average: f64,
    pub(super) variance: f64,
    /// In bits.
    pub(super) entropy: f64,
}

impl Marginal {
    /// Of counts by ascending number.
    #[inline(always)]
    fn new(mut counts: Vec<(f64, f64)>, total: f64) -> Self {
        for (_, count) in &mut counts {
            *count /= total;
        }
        let average: f64 = counts.iter().map(|(k, p)| k * p).sum();
        let variance = counts.iter().map(|(k, p)| (k - average) * (k - average) * p).sum();
        // 0 minus the sum, so that certainty has entropy 0 and not -0.
        let entropy = 0.0 - counts.iter().map(|(_, p)| p * p.log2()).sum::<f64>();
        Self { counts, average, variance, entropy }
    }
}

/// Counts by *i*, *j*, `|i - j|` and `i + j`, each by ascending number.
#[inline(always)]
fn marginals(cells: &[PairCell]) -> [Vec<(f64, f64)>; 4] {
    let row = |same: &[PairCell]| (f64::from(same[0].i), same.iter().map(|c| c.count).sum());
    let rows = cells.chunk_by(|a, b| a.i == b.i).map(row).collect();
    let highest = cells.iter().map(|c| usize::from(c.i.max(c.j))).max().unwrap_or(0);
    if highest > 64 + 4 * cells.len() {
        return [
            rows,
            sorted(cells, |_, j| j),
            sorted(cells, u32::abs_diff),
            sorted(cells, |i, j| i + j),
        ];
    }
    let (mut columns, mut differences) = (vec![0.0; highest + 1], vec![0.0; highest + 1]);
    let mut sums = vec![0.0; 2 * highest + 1];
    for cell in cells {
        let (i, j) = (usize::from(cell.i), usize::from(cell.j));
        columns[j] += cell.count;
        differences[i.abs_diff(j)] += cell.count;
        sums[i + j] += cell.count;
    }
    let listed = |counts: Vec<f64>| {
        let mut list = Vec::with_capacity(counts.len());
        for (k, count) in counts.into_iter().enumerate() {
            if count > 0.0 {
                list.push((k as f64, count));
            }
        }
        list
    };
    [rows, listed(columns), listed(differences), listed(sums)]
}

/// Counts by ascending `key`.
fn sorted(cells: &[PairCell], key: fn(u32, u32) -> u32) -> Vec<(f64, f64)> {
    let key = |cell: &PairCell| key(u32::from(cell.i), u32::from(cell.j));
    let mut counts: Vec<(u32, f64)> = cells.iter().map(|c| (key(c), c.count)).collect();
    counts.sort_by_key(|(k, _)| *k);
    let sum = |same: &[(u32, f64)]| (f64::from(same[0].0), same.iter().map(|(_, n)| n).sum());
    counts.chunk_by(|a, b| a.0 == b.0).map(sum).collect()
}

//! Co-occurrence features that pyradiomics has beside IBSI's.

use super::super::glcm::each_aggregation;
use super::super::spec::Row;
use super::super::{Family, FeatureValue, Input, Layout, Outcome, Spec};
use super::ROW;
use super::spectrum::second_singular_value;
use crate::matrix::Cooccurrence;

/// Registered in `registry::FAMILIES`.
pub(in crate::feature) static FAMILY: Family = Family {
    key: "pyradiomics_glcm",
    ibsi: "",
    name: "Co-occurrence, as in pyradiomics",
    discretised: true,
    layout: Layout::Directional,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run,
};

fn run(input: &Input<'_>) -> Vec<FeatureValue> {
    let mut levels = input.levels.iter().copied().filter(|level| *level > 0);
    let flat = levels.next().is_none_or(|first| levels.all(|level| level == first));
    each_aggregation(input, &FAMILY, TABLE, |matrix, _| if flat { 1.0 } else { maximal(matrix) })
}

/// The second singular value of `p_ij / sqrt(p_i. p_.j)`; the first is 1.
fn maximal(matrix: &Cooccurrence) -> f64 {
    let mut rows = vec![0.0; 1 + usize::from(u16::MAX)];
    let mut columns = rows.clone();
    for cell in matrix.cells() {
        rows[usize::from(cell.i)] += cell.count;
        columns[usize::from(cell.j)] += cell.count;
    }
    // The levels that occur, numbered, so that the work is that of these.
    let mut number = vec![0; rows.len()];
    let occur = (0..rows.len()).filter(|k| rows[*k] + columns[*k] > 0.0);
    let occur: Vec<usize> = occur.collect();
    occur.iter().enumerate().for_each(|(n, k)| number[*k] = n);
    let cells: Vec<(usize, usize, f64)> = matrix
        .cells()
        .iter()
        .map(|cell| {
            let (i, j) = (usize::from(cell.i), usize::from(cell.j));
            (number[i], number[j], cell.count / (rows[i] * columns[j]).sqrt())
        })
        .collect();
    let total: f64 = rows.iter().sum();
    let root = |sums: &[f64]| occur.iter().map(|k| (sums[*k] / total).sqrt()).collect::<Vec<_>>();
    second_singular_value(&cells, &root(&rows), &root(&columns))
}

static TABLE: &[Row<f64>] = &[Row {
    spec: Spec {
        key: "pyradiomics_glcm.maximal_correlation_coefficient",
        short: "pr_mcc",
        name: "Maximal correlation coefficient",
        definition: "F = sqrt of the second largest eigenvalue of Q_ij = sum_k p_ik p_jk / (p_i. p_.k); 1 where the region has one grey level",
        pyradiomics: Some("glcm_MCC"),
        ..ROW
    },
    value: |mcc| Outcome::of(*mcc),
}];

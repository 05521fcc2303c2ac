//! Co-occurrence features that pyradiomics has beside IBSI's.

use super::super::glcm::each_aggregation;
use super::super::spec::Row;
use super::super::{Family, FeatureValue, Layout, Outcome, Shared, Source, Spec};
use super::ROW;
use super::spectrum::second_singular_value;
use crate::matrix::Cooccurrence;

/// Registered in `registry::FAMILIES`.
pub(in crate::feature) static FAMILY: Family = Family {
    key: "pyradiomics_glcm",
    ibsi: "",
    name: "Co-occurrence, as in pyradiomics",
    source: Source::Pairs,
    layout: Layout::Directional,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run,
};

fn run(shared: &Shared<'_>) -> Vec<FeatureValue> {
    let flat = shared.input.levels.windows(2).all(|pair| pair[0] == pair[1]);
    let value = |matrix: &Cooccurrence| if flat { Some(1.0) } else { maximal(matrix) };
    each_aggregation(shared, &FAMILY, TABLE, |matrix, _| value(matrix))
}

/// Why very many grey levels have no value.
const UNSETTLED: &str = "the region has too many grey levels for this value to settle";

/// The second singular value of `p_ij / sqrt(p_i. p_.j)`, where it can be told; the first is 1.
fn maximal(matrix: &Cooccurrence) -> Option<f64> {
    let mut levels: Vec<u16> = matrix.cells().iter().flat_map(|cell| [cell.i, cell.j]).collect();
    levels.sort_unstable();
    levels.dedup();
    let number = |level: u16| levels.partition_point(|other| *other < level);
    let (mut rows, mut columns) = (vec![0.0; levels.len()], vec![0.0; levels.len()]);
    let mut cells: Vec<(usize, usize, f64)> =
        matrix.cells().iter().map(|cell| (number(cell.i), number(cell.j), cell.count)).collect();
    for &(i, j, count) in &cells {
        rows[i] += count;
        columns[j] += count;
    }
    for (i, j, value) in &mut cells {
        *value /= (rows[*i] * columns[*j]).sqrt();
    }
    let total: f64 = rows.iter().sum();
    let root = |sums: &[f64]| sums.iter().map(|sum| (sum / total).sqrt()).collect::<Vec<_>>();
    second_singular_value(&cells, &root(&rows), &root(&columns))
}

static TABLE: &[Row<Option<f64>>] = &[Row {
    spec: Spec {
        key: "pyradiomics_glcm.maximal_correlation_coefficient",
        short: "pr_mcc",
        name: "Maximal correlation coefficient",
        definition: "F = sqrt of the second largest eigenvalue of Q_ij = sum_k p_ik p_jk / (p_i. p_.k); 1 where the region has one grey level",
        pyradiomics: Some("glcm_MCC"),
        ..ROW
    },
    value: |mcc| mcc.map_or(Outcome::Undefined(UNSETTLED), Outcome::of),
}];

//! What the two families of zones share: one labelling, one set of sums.

use super::level_sums::LevelSums;
use super::shared::Shared;
use super::spec::Row;
use super::{Family, FeatureValue, evaluate_each};
use crate::matrix::ZoneKind;

/// All features of a zone family, whose matrices are of this kind.
pub(super) fn run(
    shared: &Shared<'_>,
    family: &Family,
    table: &'static [Row<LevelSums>],
    kind: ZoneKind,
) -> Vec<FeatureValue> {
    evaluate_each(&shared.input, family, table, |aggregation| {
        let matrices = shared.zones()?.matrices(kind, aggregation);
        Ok(matrices.iter().map(|m| LevelSums::new(&m.cells, m.n_voxels)).collect())
    })
}

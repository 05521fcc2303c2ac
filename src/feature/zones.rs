//! What the two families of zones share: one labelling, one set of sums.

use super::level_sums::LevelSums;
use super::spec::Row;
use super::{Family, FeatureValue, Input, evaluate, textures};
use crate::matrix::{ZoneCounts, ZoneKind};

/// All features of a zone family, whose matrices are of this kind.
pub(super) fn run(
    input: &Input<'_>,
    family: &Family,
    table: &'static [Row<LevelSums>],
    kind: ZoneKind,
) -> Vec<FeatureValue> {
    let chosen = &input.texture.aggregations;
    let zones =
        textures(input, || ZoneCounts::count(&input.levels, &input.region, chosen, input.engine));
    let prepared = |aggregation| {
        let zones = zones.as_ref().map_err(|reason| *reason)?;
        let matrices = zones.matrices(kind, aggregation);
        Ok(matrices.iter().map(|m| LevelSums::new(&m.cells, m.n_voxels)).collect())
    };
    let aggregations = family.aggregations(chosen).into_iter();
    aggregations.flat_map(|a| evaluate(table, a, &prepared(a))).collect()
}

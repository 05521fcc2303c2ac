//! The one list of feature families. A new family is its file and a line here.

use super::{
    Family, FamilyKey, FeatureError, FeatureValue, Input, Spec, Wanted, glcm, gldzm, glrlm, glszm,
    histogram, morphology, statistics,
};
use crate::matrix::Aggregation;

/// All families, in the order of the columns.
pub static FAMILIES: &[&Family] = &[
    &morphology::FAMILY,
    &statistics::FAMILY,
    &histogram::FAMILY,
    &glcm::FAMILY,
    &glrlm::FAMILY,
    &glszm::FAMILY,
    &gldzm::FAMILY,
];

/// The family with this key.
pub fn family(key: &str) -> Option<&'static Family> {
    FAMILIES.iter().copied().find(|family| family.key == key)
}

/// Every feature, in the order of the columns.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    FAMILIES.iter().flat_map(|family| family.specs())
}

/// The families that are wanted, in the order of the columns.
fn wanted_families(families: &[FamilyKey]) -> impl Iterator<Item = &'static Family> {
    let chosen = move |family: &&Family| families.iter().any(|key| key.name() == family.key);
    FAMILIES.iter().copied().filter(chosen)
}

/// Every column of a run, in order.
pub fn columns(wanted: Wanted<'_>) -> Vec<(&'static Spec, Aggregation)> {
    let of_family = |family: &'static Family| {
        let specs = family.specs();
        let aggregations = family.aggregations(wanted.aggregations);
        aggregations.into_iter().flat_map(move |a| specs.clone().into_iter().map(move |s| (s, a)))
    };
    wanted_families(wanted.families).flat_map(of_family).collect()
}

/// All features of a region, in the order of [`columns`].
///
/// # Errors
/// [`FeatureError::Shape`] where the parts of the input are not on its lattice.
pub fn run(input: &Input<'_>) -> Result<Vec<FeatureValue>, FeatureError> {
    let mut values = Vec::new();
    for family in wanted_families(input.families) {
        values.extend(family.run(input)?);
    }
    Ok(values)
}

/// The feature with this key (`glrlm.run_entropy`).
pub fn by_key(key: &str) -> Option<&'static Spec> {
    specs().find(|spec| spec.key == key)
}

/// The feature with this short name (`rlm_rl_entr`).
pub fn by_short(short: &str) -> Option<&'static Spec> {
    specs().find(|spec| spec.short == short)
}

/// The features with this IBSI code (`HJ9O`); IBSI gives some codes to several.
pub fn by_ibsi(code: &str) -> impl Iterator<Item = &'static Spec> {
    specs().filter(move |spec| spec.ibsi == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_complete_and_found() {
        let (mut keys, mut shorts) = (BTreeSet::new(), BTreeSet::new());
        for spec in specs() {
            assert!(keys.insert(spec.key) && shorts.insert(spec.short), "{}", spec.key);
            assert!(family(spec.family()).is_some(), "{}", spec.key);
            let name = spec.key.split_once('.').unwrap().1;
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
            assert!(spec.ibsi.len() == 4 && !spec.name.is_empty());
            assert!(!spec.definition.is_empty() && !spec.reference.is_empty());
            assert_eq!(by_key(spec.key), Some(spec));
            assert_eq!(by_short(spec.short), Some(spec));
            assert!(by_ibsi(spec.ibsi).any(|found| found == spec));
        }
        assert_eq!(keys.len(), 29 + 18 + 23 + 25 + 3 * 16);
    }
}

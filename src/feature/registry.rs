//! The one list of feature families. A new family is its file and a line here.

use super::shared::Shared;
use super::{
    Family, FeatureError, FeatureValue, Input, Spec, Wanted, glcm, gldzm, glrlm, glszm, histogram,
    ivh, local_intensity, morphology, ngldm, ngtdm, pyradiomics, statistics,
};
use crate::matrix::Aggregation;

/// All families, in the order of the columns.
pub static FAMILIES: &[&Family] = &[
    &morphology::FAMILY,
    &local_intensity::FAMILY,
    &statistics::FAMILY,
    &histogram::FAMILY,
    &ivh::FAMILY,
    &glcm::FAMILY,
    &glrlm::FAMILY,
    &glszm::FAMILY,
    &gldzm::FAMILY,
    &ngtdm::FAMILY,
    &ngldm::FAMILY,
    &pyradiomics::FIRST_ORDER,
    &pyradiomics::GLCM,
    &pyradiomics::SHAPE,
    &pyradiomics::SHAPE_2D,
];

/// The family with this key.
pub fn family(key: &str) -> Option<&'static Family> {
    FAMILIES.iter().copied().find(|family| family.key == key)
}

/// Every feature, in the order of the columns.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    FAMILIES.iter().flat_map(|family| family.specs())
}

/// The families of which a feature is wanted, in the order of the columns.
fn wanted_families(wanted: Wanted<'_>) -> impl Iterator<Item = &'static Family> {
    let chosen = move |family: &&Family| wanted.families.iter().any(|key| key.name() == family.key);
    let kept = move |family: &&Family| {
        wanted.leave_out.is_empty() || family.specs().into_iter().any(|spec| wanted.keeps(spec))
    };
    FAMILIES.iter().copied().filter(chosen).filter(kept)
}

/// How far beyond a region what is wanted reads the image, mm.
pub fn reach_mm(wanted: Wanted<'_>) -> f64 {
    wanted_families(wanted).map(|family| family.reach_mm).fold(0.0, f64::max)
}

/// Every column of a run, in order.
pub fn columns(wanted: Wanted<'_>) -> Vec<(&'static Spec, Aggregation)> {
    let of_family = |family: &'static Family| {
        let mut specs = family.specs();
        specs.retain(|spec| wanted.keeps(spec));
        let aggregations = family.aggregations(wanted.aggregations);
        aggregations.into_iter().flat_map(move |a| specs.clone().into_iter().map(move |s| (s, a)))
    };
    wanted_families(wanted).flat_map(of_family).collect()
}

/// All features of a region, in the order of [`columns`].
///
/// # Errors
/// [`FeatureError::Shape`] where the parts of the input are not on its lattice;
/// [`FeatureError::Levels`] where a voxel of the region has no grey level;
/// [`FeatureError::Stopped`] where the engine was stopped.
pub fn run(input: &Input<'_>) -> Result<Vec<FeatureValue>, FeatureError> {
    run_shared(&Shared::new(input))
}

/// The same of an input of which something may be made already.
pub(crate) fn run_shared(shared: &Shared<'_>) -> Result<Vec<FeatureValue>, FeatureError> {
    let input = &shared.input;
    shared.check()?;
    let families: Vec<&Family> = wanted_families(input.wanted()).collect();
    let mut places: Vec<usize> = (0..families.len()).collect();
    places.sort_by_key(|place| families[*place].source);
    let run = |place: &usize| {
        if input.engine.stopped() {
            Err(FeatureError::Stopped)
        } else {
            Ok((families[*place].run)(shared))
        }
    };
    // Side by side, but for families of one source: the first makes what the others find there.
    let alike = |a: &usize, b: &usize| families[*a].source == families[*b].source;
    let groups: Vec<&[usize]> = places.chunk_by(alike).collect();
    let measured = input.engine.map(&groups, |group| group.iter().map(run).collect::<Vec<_>>());
    let mut values = vec![Vec::new(); families.len()];
    for (place, found) in places.iter().zip(measured.into_iter().flatten()) {
        values[*place] = found?;
    }
    Ok(values.into_iter().flatten().collect())
}

/// The feature with this key (`glrlm.run_entropy`).
pub fn by_key(key: &str) -> Option<&'static Spec> {
    specs().find(|spec| spec.key == key)
}

/// The feature with this short name (`rlm_rl_entr`).
pub fn by_short(short: &str) -> Option<&'static Spec> {
    specs().find(|spec| spec.short == short)
}

/// The feature with this `class_Name` of pyradiomics (`glrlm_RunEntropy`).
pub fn by_pyradiomics(name: &str) -> Option<&'static Spec> {
    specs().find(|spec| spec.pyradiomics == Some(name))
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
        let (mut names, mut lifex) = (BTreeSet::new(), BTreeSet::new());
        for spec in specs() {
            assert!(keys.insert(spec.key) && shorts.insert(spec.short), "{}", spec.key);
            assert!(family(spec.family()).is_some(), "{}", spec.key);
            let name = spec.key.split_once('.').unwrap().1;
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
            // A family that is not IBSI's has no codes, neither have its features.
            let code = if family(spec.family()).unwrap().ibsi.is_empty() { 0 } else { 4 };
            assert!(spec.ibsi.len() == code && !spec.name.is_empty(), "{}", spec.key);
            if let Some(name) = spec.pyradiomics {
                assert!(names.insert(name), "{name} is twice");
                assert_eq!(by_pyradiomics(name), Some(spec));
            }
            if let Some(name) = spec.lifex {
                assert!(lifex.insert(name), "{name} is twice");
            }
            assert!(!spec.definition.is_empty() && !spec.reference.is_empty());
            assert_eq!(by_key(spec.key), Some(spec));
            assert_eq!(by_short(spec.short), Some(spec));
            assert!(by_ibsi(spec.ibsi).any(|found| found == spec));
        }
        assert_eq!(keys.len(), 29 + 2 + 18 + 23 + 7 + 25 + 3 * 16 + 5 + 17 + 5 + 1 + 3 + 10);
    }
}

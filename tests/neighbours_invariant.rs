//! Counts of neighbourhoods are those of the definition, voxel by voxel.

use ndarray::{Array3, Axis, Slice};
use perirad::engine::Engine;
use perirad::matrix::{Aggregation, Cell, DependenceCounts, ToneCell, ToneCounts};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Small regions with holes: of few levels, of many and of the highest; some are thin and long.
fn regions() -> impl Strategy<Value = Array3<u16>> {
    let shape = prop_oneof![
        (1..6_usize, 1..6_usize, 1..6_usize),
        (1..3_usize, 1..3_usize, 1..40_usize),
        (1..20_usize, 1..3_usize, 1..3_usize),
    ];
    (shape, 1..=4_u16).prop_flat_map(|((z, y, x), highest)| {
        let level =
            prop_oneof![3 => Just(0), 6 => 0..=highest, 1 => 1..=u16::MAX, 1 => Just(u16::MAX)];
        let levels = proptest::collection::vec(level, z * y * x);
        levels.prop_map(move |levels| Array3::from_shape_vec((z, y, x), levels).unwrap())
    })
}

/// The voxels of the region, each with the levels of its neighbours in it.
fn neighbourhoods(levels: &Array3<u16>, distance: u8) -> Vec<(u16, Vec<u16>)> {
    let region = || levels.indexed_iter().filter(|(_, level)| **level > 0);
    let far = |a: (usize, usize, usize), b: (usize, usize, usize)| {
        a.0.abs_diff(b.0).max(a.1.abs_diff(b.1)).max(a.2.abs_diff(b.2))
    };
    let near =
        |at| move |(there, _): &(_, &u16)| (1..=usize::from(distance)).contains(&far(at, *there));
    region()
        .map(|(at, level)| (*level, region().filter(near(at)).map(|(_, level)| *level).collect()))
        .collect()
}

fn tones(levels: &Array3<u16>, distance: u8) -> Vec<ToneCell> {
    let mut cells = BTreeMap::new();
    for (level, neighbours) in neighbourhoods(levels, distance) {
        let (w, t) = (neighbours.len() as u64, neighbours.iter().map(|l| u64::from(*l)).sum());
        if w > 0 {
            let cell: &mut (u64, u64) = cells.entry((level, w as u32)).or_default();
            cell.0 += 1;
            cell.1 += (u64::from(level) * w).abs_diff(t);
        }
    }
    let cell = |((level, neighbours), (voxels, difference))| ToneCell {
        level,
        neighbours,
        voxels,
        difference,
    };
    cells.into_iter().map(cell).collect()
}

fn dependences(levels: &Array3<u16>, distance: u8, coarseness: u16) -> Vec<Cell> {
    let mut cells = BTreeMap::new();
    for (level, neighbours) in neighbourhoods(levels, distance) {
        let depends = neighbours.iter().filter(|there| level.abs_diff(**there) <= coarseness);
        *cells.entry((level, 1 + depends.count() as u64)).or_default() += 1.0;
    }
    cells.into_iter().map(|((level, length), count)| Cell { level, length, count }).collect()
}

/// The slices that have voxels.
fn slices(levels: &Array3<u16>) -> Vec<Array3<u16>> {
    (0..levels.len_of(Axis(0)))
        .map(|z| levels.slice_axis(Axis(0), Slice::from(z..=z)).to_owned())
        .filter(|slice| slice.iter().any(|level| *level > 0))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tone_differences_are_those_of_the_definition(levels in regions(), distance in 1..4_u8) {
        for engine in [Engine::serial(), Engine::new(2)] {
            let counts = ToneCounts::count(&levels, &Aggregation::SPATIAL, distance, &engine);
            let cells = |aggregation| -> Vec<Vec<ToneCell>> {
                counts.matrices(aggregation).iter().map(|m| m.cells().to_vec()).collect()
            };
            let expected: Vec<_> = slices(&levels).iter().map(|s| tones(s, distance)).collect();
            prop_assert_eq!(cells(Aggregation::Slices2d), expected.clone());
            let mut sum = BTreeMap::new();
            for cell in expected.iter().flatten() {
                let (voxels, difference) = sum.entry((cell.level, cell.neighbours)).or_default();
                *voxels += cell.voxels;
                *difference += cell.difference;
            }
            let sum: Vec<_> = sum
                .into_iter()
                .map(|((level, neighbours), (voxels, difference))| {
                    ToneCell { level, neighbours, voxels, difference }
                })
                .collect();
            let one = |cells| if expected.is_empty() { Vec::new() } else { vec![cells] };
            prop_assert_eq!(cells(Aggregation::Merged25dSlices), one(sum));
            prop_assert_eq!(cells(Aggregation::Volume3d), one(tones(&levels, distance)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dependences_are_those_of_the_definition(
        levels in regions(),
        distance in 1..4_u8,
        coarseness in prop_oneof![Just(0), 0..3_u16, Just(u16::MAX)],
    ) {
        for engine in [Engine::serial(), Engine::new(2)] {
            let asked = &Aggregation::SPATIAL;
            let counts = DependenceCounts::count(&levels, asked, distance, coarseness, &engine);
            let cells = |aggregation| -> Vec<Vec<Cell>> {
                counts.matrices(aggregation).iter().map(|m| m.cells().to_vec()).collect()
            };
            let of = |levels: &Array3<u16>| dependences(levels, distance, coarseness);
            let expected: Vec<_> = slices(&levels).iter().map(of).collect();
            prop_assert_eq!(cells(Aggregation::Slices2d), expected.clone());
            let mut sum = BTreeMap::new();
            for cell in expected.iter().flatten() {
                *sum.entry((cell.level, cell.length)).or_default() += cell.count;
            }
            let sum: Vec<_> =
                sum.into_iter().map(|((level, length), count)| Cell { level, length, count }).collect();
            let one = |cells| if expected.is_empty() { Vec::new() } else { vec![cells] };
            prop_assert_eq!(cells(Aggregation::Merged25dSlices), one(sum));
            prop_assert_eq!(cells(Aggregation::Volume3d), one(of(&levels)));
        }
    }
}

/// The piece of work is smaller than this region, so its parts are merged.
#[test]
fn a_large_region_is_counted_in_parts() {
    let levels =
        Array3::from_shape_fn((14, 14, 40), |(z, y, x)| ((z * 31 + y * 17 + x * x) % 5) as u16);
    let asked = [Aggregation::Volume3d];
    let counts = |threads| ToneCounts::count(&levels, &asked, 1, &Engine::new(threads));
    assert_eq!(counts(1).matrices(asked[0])[0].cells(), tones(&levels, 1));
    assert_eq!(counts(7), counts(1));
    let counts = |threads| DependenceCounts::count(&levels, &asked, 1, 2, &Engine::new(threads));
    assert_eq!(counts(1).matrices(asked[0])[0].cells(), dependences(&levels, 1, 2));
    assert_eq!(counts(7), counts(1));
}

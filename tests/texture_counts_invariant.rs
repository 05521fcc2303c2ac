//! Fast counts of pairs, runs and zones equal those of the definition, voxel by voxel, whatever the
//! levels, the size and the threads.

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::matrix::directions::{DirectionRule, Steps, VOLUME};
use perirad::matrix::{Aggregation, Cell, PairCounts, RunCounts, ZoneCounts, ZoneKind};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Step = [isize; 3];

/// Regions of one level, of few, of many and of very many; with holes or full; some longer along x
/// than the voxels that are looked at together.
fn regions() -> impl Strategy<Value = Array3<u16>> {
    let shape = prop_oneof![
        (1..7_usize, 1..7_usize, 1..7_usize),
        (1..4_usize, 1..4_usize, 60..200_usize),
        (60..90_usize, 1..3_usize, 1..3_usize),
    ];
    let highest = prop_oneof![Just(1_u16), 2..5_u16, 250..260_u16, Just(3000), Just(u16::MAX)];
    (shape, highest, 0..3_u8, 1..4_u8).prop_flat_map(|((z, y, x), highest, holes, alike)| {
        let voxel = (0..10_u8, 0..6_u8, 1..=highest);
        proptest::collection::vec(voxel, z * y * x).prop_map(move |voxels| {
            let mut before = 1;
            let level = |(hole, same, level): (u8, u8, u16)| {
                before = if same < alike { before } else { level };
                if hole < holes { 0 } else { before }
            };
            let levels = voxels.into_iter().map(level).collect();
            Array3::from_shape_vec((z, y, x), levels).unwrap()
        })
    })
}

/// The level a step from a voxel leads to; 0 outside.
fn at(levels: &Array3<u16>, (z, y, x): (usize, usize, usize), step: Step) -> u16 {
    let to = [(z, step[0]), (y, step[1]), (x, step[2])].map(|(i, s)| i.checked_add_signed(s));
    match to {
        [Some(z), Some(y), Some(x)] => levels.get((z, y, x)).copied().unwrap_or(0),
        _ => 0,
    }
}

fn pairs(levels: &Array3<u16>, step: Step) -> BTreeMap<(u16, u16), f64> {
    let mut pairs = BTreeMap::new();
    for (place, &here) in levels.indexed_iter().filter(|(_, level)| **level > 0) {
        let there = at(levels, place, step);
        if there > 0 {
            *pairs.entry((here, there)).or_insert(0.0) += 1.0;
            *pairs.entry((there, here)).or_insert(0.0) += 1.0;
        }
    }
    pairs
}

fn runs(levels: &Array3<u16>, step: Step) -> Vec<Cell> {
    let mut runs = BTreeMap::new();
    for (place, &level) in levels.indexed_iter().filter(|(_, level)| **level > 0) {
        if at(levels, place, step.map(|s| -s)) != level {
            let on = |n: &isize| at(levels, place, step.map(|s| s * n)) == level;
            let length = 1 + (1..=levels.len() as isize).take_while(on).count() as u64;
            *runs.entry((level, length)).or_insert(0.0) += 1.0;
        }
    }
    runs.into_iter().map(|((level, length), count)| Cell { level, length, count }).collect()
}

/// Zones by flooding: level, size and the smallest depth.
fn zones(levels: &Array3<u16>, region: &Array3<bool>) -> Vec<(u16, u64, u64)> {
    let depth = |(z, y, x): (usize, usize, usize)| {
        let inside = |step: Step| at(&region.mapv(u16::from), (z, y, x), step) > 0;
        let shell = |n: isize| {
            (-n..=n).all(|a| {
                let left = n - a.abs();
                (-left..=left).all(|b| {
                    let c = left - b.abs();
                    inside([a, b, c]) && inside([a, b, -c])
                })
            })
        };
        (0..=levels.len() as isize).take_while(|n| shell(*n)).count() as u64
    };
    let mut left = levels.clone();
    let mut found = Vec::new();
    for (start, &level) in levels.indexed_iter() {
        if left[start] == 0 {
            continue;
        }
        let (mut size, mut nearest, mut todo) = (0, u64::MAX, vec![start]);
        left[start] = 0;
        while let Some(place) = todo.pop() {
            size += 1;
            nearest = nearest.min(depth(place));
            for step in VOLUME.iter().flat_map(|s| [*s, s.map(|s| -s)]) {
                if at(&left, place, step) == level {
                    let next = (
                        place.0.wrapping_add_signed(step[0]),
                        place.1.wrapping_add_signed(step[1]),
                        place.2.wrapping_add_signed(step[2]),
                    );
                    left[next] = 0;
                    todo.push(next);
                }
            }
        }
        found.push((level, size, nearest));
    }
    found
}

fn counted(seconds: impl Iterator<Item = (u16, u64)>) -> Vec<Cell> {
    let mut cells = BTreeMap::new();
    seconds.for_each(|key| *cells.entry(key).or_insert(0.0) += 1.0);
    cells.into_iter().map(|((level, length), count)| Cell { level, length, count }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn pairs_and_runs_are_those_of_the_definition(levels in regions(), far in 1..4_u8) {
        for engine in [Engine::serial(), Engine::new(2)] {
            let (all, steps) = (Aggregation::DIRECTIONAL, Steps::default());
            let counts = RunCounts::count(&levels, &all, &steps, &engine);
            let found = counts.matrices(Aggregation::Average3d);
            let empty = levels.iter().all(|level| *level == 0);
            prop_assert_eq!(found.len(), if empty { 0 } else { 13 });
            for (found, step) in found.iter().zip(VOLUME) {
                prop_assert_eq!(found.cells(), runs(&levels, step));
            }
            let steps = Steps::new(&[far], DirectionRule::Ibsi);
            let counts = PairCounts::count(&levels, &all, &steps, true, &engine);
            for (found, step) in counts.matrices(Aggregation::Average3d).iter().zip(VOLUME) {
                let cells: BTreeMap<_, _> =
                    found.cells().iter().map(|c| ((c.i, c.j), c.count)).collect();
                prop_assert_eq!(cells, pairs(&levels, step.map(|s| s * isize::from(far))));
            }
        }
    }

    #[test]
    fn zones_are_those_of_the_definition(levels in regions(), more in 0..9_u8) {
        // The morphological region holds the levels, and some voxels beside.
        let mut turn = 0_u8;
        let region = levels.mapv(|level| {
            turn = turn.wrapping_mul(5).wrapping_add(7);
            level > 0 || turn % 9 < more
        });
        let expected = zones(&levels, &region);
        let sizes = counted(expected.iter().map(|z| (z.0, z.1)));
        let distances = counted(expected.iter().map(|z| (z.0, z.2)));
        for engine in [Engine::serial(), Engine::new(2), Engine::new(7)] {
            let asked = [Aggregation::Volume3d];
            let counts = ZoneCounts::count(&levels, &region, &asked, &engine);
            for (kind, cells) in [(ZoneKind::Size, &sizes), (ZoneKind::Distance, &distances)] {
                let found = counts.matrices(kind, asked[0]);
                let found = found.first().map_or(&[][..], |matrix| &matrix.cells[..]);
                prop_assert_eq!(found, &cells[..]);
            }
        }
    }
}

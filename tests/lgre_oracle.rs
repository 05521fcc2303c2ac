//! One air voxel in the ring: what it does to low grey level run emphasis, by the definition.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests, which clippy does not take for tests"
)]

use crate::ring_maker::{Scene, ball, facts, grid, image, placed, settings};
use ndarray::Array3;
use perirad::feature::Outcome;
use perirad::image::{Mask, Region, Volume};
use perirad::settings::{Exclusion, Settings};

const SHAPE: [usize; 3] = [24; 3];
/// Soft tissue of 40 HU is level 105 of 10 HU from -1000 on, air of -1000 HU level 1.
const TISSUE: f64 = 105.0;

/// 13 directions, one of each opposite pair.
fn directions() -> Vec<[isize; 3]> {
    let steps = [-1, 0, 1];
    let all = steps.into_iter().flat_map(|z| {
        steps.into_iter().flat_map(move |y| steps.into_iter().map(move |x| [z, y, x]))
    });
    all.filter(|step| *step > [0, 0, 0]).collect()
}

/// Mean over the directions of the mean over runs of 1/level², and how many runs there are in all.
fn by_definition(ring: &Array3<bool>, level: impl Fn([usize; 3]) -> f64) -> (f64, usize) {
    let mut all = 0;
    let mut mean = 0.0;
    for step in directions() {
        let (mut sum, mut runs) = (0.0, 0);
        for ((z, y, x), _) in ring.indexed_iter().filter(|(_, inside)| **inside) {
            let at = [z, y, x];
            let before = [0, 1, 2].map(|a| at[a].wrapping_add_signed(-step[a]));
            let goes_on = ring.get(before) == Some(&true) && level(before) == level(at);
            if !goes_on {
                sum += level(at).powi(-2);
                runs += 1;
            }
        }
        all += runs;
        mean += sum / f64::from(runs as u32) / 13.0;
    }
    (mean, all)
}

struct Found {
    lgre: f64,
    warned: bool,
    decided: bool,
    left: usize,
    air: usize,
}

fn measured(image: &Volume, lesion: &Mask, settings: &Settings) -> Found {
    let set = Scene::of(image).measured(lesion, settings, &[Region::Ring]);
    let key = "glrlm.low_grey_level_run_emphasis";
    let Some(Outcome::Value(lgre)) = set.outcome(Region::Ring, key, "3d_avg") else {
        panic!("no LGRE")
    };
    let ring = set.regions[0].ring.as_ref().unwrap();
    Found {
        lgre: *lgre,
        warned: set.warnings.iter().any(|w| w.code == "ring.air"),
        decided: set.warnings.iter().any(|w| w.code == "ring.low_grey"),
        left: ring.left(),
        air: ring.removed.iter().map(|r| r.voxels).sum(),
    }
}

#[test]
fn one_air_voxel_more_counts_as_its_share_and_not_at_all_where_air_is_excluded() {
    let grid = grid(SHAPE, [1.0; 3]);
    let lesion = ball(&grid, [11.5; 3], 7.0);
    let plain = image(&grid, |_| 40.0);
    let part = Scene::of(&plain).ring(&lesion, &settings());
    let ring = placed(&part.mask, &grid);
    let voxels: Vec<[usize; 3]> =
        ring.indexed_iter().filter(|(_, v)| **v).map(|((z, y, x), _)| [z, y, x]).collect();
    assert_eq!(facts(&part).whole(), voxels.len());
    // Air is every so many-th voxel, so that it is scattered.
    let air = |count: usize| -> Vec<[usize; 3]> {
        (0..count).map(|i| voxels[i * 37 % voxels.len()]).collect()
    };
    let mut excluding = settings();
    let range = Exclusion { name: "air".into(), lowest: None, highest: Some(-500.0) };
    excluding.ring.exclude = vec![range];
    // The warning is given above 5 % of the ring.
    let many = voxels.len() / 20;
    let (pure, _) = by_definition(&ring, |_| TISSUE);
    assert!((pure * TISSUE * TISSUE - 1.0).abs() < 1e-12);
    let mut last = pure;
    for count in [0, 1, 2, many, many + 1] {
        let air = air(count);
        let image = image(&grid, |at| if air.contains(&at) { -1000.0 } else { 40.0 });
        let level = |at| if air.contains(&at) { 1.0 } else { TISSUE };
        let (expected, runs) = by_definition(&ring, level);
        let with = measured(&image, &lesion, &settings());
        assert!((with.lgre / expected - 1.0).abs() < 1e-12, "{} for {expected}", with.lgre);
        assert_eq!((with.warned, with.left, with.air), (count > many, voxels.len(), 0));
        let without = measured(&image, &lesion, &excluding);
        // The first voxel of air makes more than half of the emphasis, and that is told at once.
        let few = (1..=many).contains(&count);
        assert_eq!((with.decided, without.decided), (few, false));
        assert!((without.lgre / pure - 1.0).abs() < 1e-12, "{} for {pure}", without.lgre);
        assert_eq!(
            (without.warned, without.left, without.air),
            (false, voxels.len() - count, count)
        );
        println!(
            "{count} of {} voxels air, {:.0} runs a direction: LGRE {:.4e}, {:.2} times that of \
             tissue; air excluded {:.4e}; ring.air {}, ring.low_grey {}",
            voxels.len(),
            runs as f64 / 13.0,
            with.lgre,
            with.lgre / pure,
            without.lgre,
            with.warned,
            with.decided
        );
        assert!(count == 0 || with.lgre > last);
        last = with.lgre;
    }
}

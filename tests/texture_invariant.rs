//! Run lengths and statistics hold to what must be true of any region.

use ndarray::{Array3, Axis, Slice};
use perirad::engine::Engine;
use perirad::feature::{
    FamilyKey, FeatureError, FeatureValue, Input, IvhBins, Outcome, Texture, Wanted, registry,
};
use perirad::geometry::Grid;
use perirad::matrix::directions::{IN_PLANE, Steps, VOLUME};
use perirad::matrix::{Aggregation, Cell, RunCounts, RunLengths};
use perirad::preprocess::Resegmentation;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The levels that are not 0, in C order.
fn inside(levels: &Array3<u16>) -> Vec<u16> {
    levels.iter().copied().filter(|level| *level > 0).collect()
}

/// Every feature of the region where `levels` is not 0.
fn features(image: &Array3<f32>, levels: &Array3<u16>, engine: &Engine) -> Vec<FeatureValue> {
    let (z, y, x) = levels.dim();
    let mask = levels.mapv(|level| level > 0);
    let aggregations = [&Aggregation::DIRECTIONAL[..], &Aggregation::SPATIAL].concat();
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let input = Input {
        image: image.view(),
        region: mask.view(),
        mask: mask.view(),
        no_data: None,
        levels: &inside(levels),
        grid: &Grid::new([z, y, x], [1.0; 3], [0.0; 3], axes).unwrap(),
        n_levels: levels.iter().copied().max().unwrap_or(0),
        families: &FamilyKey::all(),
        leave_out: &[],
        intensity_shift: 0.0,
        texture: &Texture::ibsi(aggregations),
        resegment: Resegmentation::default(),
        ivh: IvhBins::None,
        engine,
    };
    registry::run(&input).unwrap()
}

/// The features of an image that is its own levels.
fn features_of(levels: &Array3<u16>) -> Vec<FeatureValue> {
    features(&levels.mapv(f32::from), levels, &Engine::serial())
}

/// Counts runs voxel by voxel, as the definition says it.
fn brute_force(levels: &Array3<u16>, [dz, dy, dx]: [isize; 3]) -> Vec<Cell> {
    let at = |[z, y, x]: [isize; 3]| {
        let index = (usize::try_from(z).ok()?, usize::try_from(y).ok()?, usize::try_from(x).ok()?);
        levels.get(index).copied().filter(|level| *level > 0)
    };
    let mut runs = BTreeMap::new();
    for ((z, y, x), level) in levels.indexed_iter().filter(|(_, level)| **level > 0) {
        let [z, y, x] = [z as isize, y as isize, x as isize];
        if at([z - dz, y - dy, x - dx]) == Some(*level) {
            continue;
        }
        let reaches = |n: isize| at([z + n * dz, y + n * dy, x + n * dx]) == Some(*level);
        let longest = levels.len() as isize;
        let length = 1 + (1..longest).take_while(|n| reaches(*n)).count() as u64;
        *runs.entry((*level, length)).or_insert(0.0) += 1.0;
    }
    runs.into_iter().map(|((level, length), count)| Cell { level, length, count }).collect()
}

fn runs(levels: &Array3<u16>, aggregation: Aggregation) -> Vec<RunLengths> {
    let (all, steps) = (Aggregation::DIRECTIONAL, Steps::default());
    RunCounts::count(levels, &all, &steps, &Engine::serial()).matrices(aggregation)
}

/// Small regions of few levels, with holes; some have an axis long enough for long runs.
fn regions() -> impl Strategy<Value = Array3<u16>> {
    let shape = prop_oneof![
        (1..6_usize, 1..6_usize, 1..6_usize),
        (1..3_usize, 1..3_usize, 1..60_usize),
        (1..60_usize, 1..3_usize, 1..3_usize),
    ];
    (shape, 1..5_u16).prop_flat_map(|((z, y, x), highest)| {
        let level = prop_oneof![1 => Just(0), 2 => Just(1), 3 => 0..=highest];
        let levels = proptest::collection::vec(level, z * y * x);
        levels.prop_map(move |levels| Array3::from_shape_vec((z, y, x), levels).unwrap())
    })
}

fn bits(values: &[FeatureValue]) -> Vec<Result<u64, &'static str>> {
    let bits = |v: &FeatureValue| match v.outcome {
        Outcome::Value(value) => Ok(value.to_bits()),
        Outcome::Undefined(reason) => Err(reason),
    };
    values.iter().map(bits).collect()
}

fn close(a: &FeatureValue, b: &FeatureValue) -> bool {
    // The axes of the smallest ellipsoid are found step by step; all else is exact but for rounding.
    let tolerance = if a.spec.short.ends_with("mvee") { 1e-6 } else { 1e-12 };
    match (a.outcome.value(), b.outcome.value()) {
        (Some(a), Some(b)) => (a - b).abs() <= tolerance * a.abs().max(1.0),
        _ => a.outcome == b.outcome,
    }
}

/// Is a feature, by its definition, about how high grey levels or intensities are, or how many lie
/// below them, and not only about their differences?
fn of_height(short: &str) -> bool {
    const PLACES: [&str; 8] = ["mean", "median", "min", "max", "p10", "p90", "cov", "qcod"];
    const EMPHASES: [&str; 8] = ["lge", "hge", "lgr", "hgr", "lgz", "hgz", "lgc", "hgc"];
    const OTHERS: [&str; 22] = [
        "morph_com",
        "morph_integ_int",
        "loc_peak_loc",
        "loc_peak_glob",
        "stat_energy",
        "stat_rms",
        "pr_energy",
        "pr_total_energy",
        "pr_rms",
        "ih_mode",
        // The bins from 1 to the first that is taken are empty, and count.
        "ih_max_grad",
        "ih_max_grad_g",
        "ih_min_grad",
        "ih_min_grad_g",
        "ivh_i10",
        "ivh_i90",
        "cm_joint_avg",
        "cm_sum_avg",
        "cm_auto_corr",
        // By the number of grey levels.
        "cm_inv_diff_norm",
        "cm_inv_diff_mom_norm",
        // By grey level times probability.
        "ngt_busyness",
    ];
    let (family, rest) = short.split_once('_').unwrap_or(("", short));
    (matches!(family, "stat" | "ih") && PLACES.contains(&rest))
        || (matches!(family, "rlm" | "szm" | "dzm" | "ngl")
            && EMPHASES.iter().any(|e| rest.contains(e)))
        || OTHERS.contains(&short)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn runs_are_those_of_the_definition(levels in regions()) {
        let region = levels.iter().filter(|level| **level > 0).count() as f64;
        for (ours, direction) in runs(&levels, Aggregation::Average3d).iter().zip(VOLUME) {
            prop_assert_eq!(ours.cells(), brute_force(&levels, direction));
            prop_assert_eq!(ours.n_voxels(), region);
            let covered: f64 = ours.cells().iter().map(|c| c.length as f64 * c.count).sum();
            prop_assert_eq!(covered, region);
        }
        let mut slices = runs(&levels, Aggregation::Average2d).into_iter();
        for z in 0..levels.len_of(Axis(0)) {
            let slice = levels.slice_axis(Axis(0), Slice::from(z..=z)).to_owned();
            if slice.iter().any(|level| *level > 0) {
                for direction in IN_PLANE {
                    let ours = slices.next().unwrap();
                    prop_assert_eq!(ours.cells(), brute_force(&slice, direction));
                }
            }
        }
        prop_assert!(slices.next().is_none());
    }

    #[test]
    fn merged_matrices_are_the_sum_of_their_parts(levels in regions()) {
        let sum = |parts: &[RunLengths]| RunLengths::merged(parts);
        let region = levels.iter().filter(|level| **level > 0).count() as f64;
        prop_assume!(region > 0.0);
        let slices = runs(&levels, Aggregation::Average2d);
        let of_slices: Vec<_> = slices.chunks(4).map(sum).collect();
        prop_assert_eq!(&runs(&levels, Aggregation::SliceMerged2d), &of_slices);
        let of_directions: Vec<_> =
            (0..4).map(|d| RunLengths::merged(slices.iter().skip(d).step_by(4))).collect();
        prop_assert_eq!(&runs(&levels, Aggregation::DirectionMerged25d), &of_directions);
        prop_assert_eq!(&runs(&levels, Aggregation::Merged25d), &[sum(&slices)]);
        let volume = runs(&levels, Aggregation::Average3d);
        prop_assert_eq!(&of_directions[..], &volume[..4]);
        prop_assert_eq!(&runs(&levels, Aggregation::Merged3d), &[sum(&volume)]);
        prop_assert_eq!(sum(&volume).n_voxels(), 13.0 * region);
    }

    #[test]
    fn what_is_counted_together_equals_what_is_counted_alone(levels in regions()) {
        for aggregation in Aggregation::DIRECTIONAL {
            let alone = RunCounts::count(&levels, &[aggregation], &Steps::default(), &Engine::serial());
            prop_assert_eq!(alone.matrices(aggregation), runs(&levels, aggregation));
        }
    }

    #[test]
    fn flips_and_axis_orders_leave_volume_features_the_same(levels in regions()) {
        let expected = features_of(&levels);
        let turned = |mut levels: Array3<u16>| {
            let flipped: Vec<_> = (0..3).map(|axis| {
                let mut copy = levels.clone();
                copy.invert_axis(Axis(axis));
                copy
            }).collect();
            levels.swap_axes(0, 2);
            let mut all = vec![levels.clone()];
            levels.swap_axes(1, 2);
            all.push(levels);
            all.into_iter().chain(flipped)
        };
        for turned in turned(levels) {
            for (ours, expected) in features_of(&turned).iter().zip(&expected) {
                use Aggregation::{Average3d, Merged3d, Volume3d, Whole};
                if matches!(ours.aggregation, Average3d | Merged3d | Volume3d | Whole) {
                    let key = expected.spec.key;
                    // pyradiomics has shapes of the slices, rows and columns as they are.
                    let planar = key.starts_with("pyradiomics_shape");
                    prop_assert!(planar || close(ours, expected), "{key}: {ours:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_outside_the_region_matters(levels in regions(), noise in -1e4..1e4_f32) {
        let (z, y, x) = levels.dim();
        let mut padded = Array3::zeros((z + 3, y + 1, x + 2));
        let mut image = Array3::from_elem(padded.raw_dim(), noise);
        for ((z, y, x), level) in levels.indexed_iter().filter(|(_, level)| **level > 0) {
            padded[[z + 1, y, x + 2]] = *level;
            image[[z + 1, y, x + 2]] = f32::from(*level);
        }
        // All but the family that is about what surrounds the region.
        let inside = |values: Vec<FeatureValue>| -> Vec<FeatureValue> {
            values.into_iter().filter(|v| v.spec.family() != "local_intensity").collect()
        };
        let ours = inside(features(&image, &padded, &Engine::serial()));
        prop_assert_eq!(bits(&ours), bits(&inside(features_of(&levels))));
    }

    #[test]
    fn a_shift_of_grey_levels_moves_only_what_is_about_their_height(
        levels in regions(),
        shift in 1..9_u16,
    ) {
        let higher = levels.mapv(|level| if level > 0 { level + shift } else { 0 });
        for (ours, expected) in features_of(&higher).iter().zip(&features_of(&levels)) {
            let short = expected.spec.short;
            prop_assert!(of_height(short) || close(ours, expected), "{short}: {ours:?}, {expected:?}");
        }
    }

    #[test]
    fn statistics_are_those_of_the_naive_formulas(
        values in proptest::collection::vec(-1000.0..3000.0_f32, 2..200),
    ) {
        let n = values.len();
        let image = Array3::from_shape_vec((1, 1, n), values.clone()).unwrap();
        let ours = features(&image, &Array3::ones((1, 1, n)), &Engine::serial());
        let x: Vec<f64> = values.into_iter().map(f64::from).collect();
        let mean = |of: &dyn Fn(f64) -> f64| x.iter().map(|x| of(*x)).sum::<f64>() / n as f64;
        let mu = mean(&|x| x);
        let sd = mean(&|x| (x - mu).powi(2)).sqrt();
        let expected = [
            ("stat_mean", mu),
            ("stat_var", sd * sd),
            ("stat_skew", mean(&|x| ((x - mu) / sd).powi(3))),
            ("stat_kurt", mean(&|x| ((x - mu) / sd).powi(4)) - 3.0),
            ("stat_min", x.iter().copied().fold(f64::INFINITY, f64::min)),
            ("stat_max", x.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            ("stat_mad", mean(&|x| (x - mu).abs())),
            ("stat_energy", mean(&|x| x * x) * n as f64),
            ("stat_rms", mean(&|x| x * x).sqrt()),
        ];
        prop_assume!(sd > 1.0);
        for (short, expected) in expected {
            let ours = ours.iter().find(|v| v.spec.short == short).unwrap().outcome.value().unwrap();
            let scale = expected.abs().max(1.0);
            prop_assert!((ours - expected).abs() <= 1e-9 * scale, "{short}: {ours}, {expected}");
        }
    }
}

/// Reproducible levels 1..=n in a ball.
fn ball(diameter: usize, n: u32) -> Array3<u16> {
    let mut state = 7_u32;
    let centre = (diameter as f64 - 1.0) / 2.0;
    Array3::from_shape_fn((diameter, diameter, diameter), |(z, y, x)| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let away: f64 = [z, y, x].iter().map(|i| (*i as f64 - centre).powi(2)).sum();
        if away.sqrt() <= centre { (1 + (state >> 16) % n) as u16 } else { 0 }
    })
}

#[test]
fn what_is_about_the_height_of_grey_levels_moves_with_it() {
    let (levels, higher) = (ball(12, 30), ball(12, 30).mapv(|l| if l > 0 { l + 2 } else { 0 }));
    for (ours, before) in features_of(&higher).iter().zip(&features_of(&levels)) {
        let short = before.spec.short;
        // The steepest place may be far from the empty bins.
        let moves = of_height(short) && !short.ends_with("_grad");
        assert!(!moves || !close(ours, before), "{short}: {:?}", ours.outcome);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    // So many voxels that each texture is shared out, too: fewer are not worth a thread.
    let levels = ball(52, 5);
    let image = levels.mapv(|level| f32::from(level) * 1.7 - 900.0);
    let expected = bits(&features(&image, &levels, &Engine::new(1)));
    for threads in [2, 7] {
        assert_eq!(bits(&features(&image, &levels, &Engine::new(threads))), expected);
    }
}

#[test]
fn what_families_share_is_what_each_makes_alone() {
    let levels = ball(12, 4);
    let image = levels.mapv(|level| f32::from(level) * 3.0 - 7.0);
    let mask = levels.mapv(|level| level > 0);
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let input = Input {
        intensity_shift: 0.0,
        image: image.view(),
        region: mask.view(),
        mask: mask.view(),
        no_data: None,
        levels: &inside(&levels),
        grid: &Grid::new([12; 3], [1.0; 3], [0.0; 3], axes).unwrap(),
        n_levels: 4,
        families: &FamilyKey::all(),
        leave_out: &[],
        texture: &Texture::ibsi(Aggregation::SPATIAL.to_vec()),
        resegment: Resegmentation::default(),
        ivh: IvhBins::None,
        engine: &Engine::serial(),
    };
    let alone: Vec<_> =
        registry::FAMILIES.iter().flat_map(|family| family.run(&input).unwrap()).collect();
    assert_eq!(alone, registry::run(&input).unwrap());
}

#[test]
fn degenerate_regions_have_all_columns_and_no_nan() {
    let holes = |shape: (usize, usize, usize)| {
        Array3::from_shape_fn(shape, |(z, y, x)| {
            u16::from((z + y + x) % 2 == 0) * (1 + (x % 3) as u16)
        })
    };
    let mut two = Array3::zeros((3, 3, 3));
    two[[0, 0, 0]] = 1;
    two[[2, 2, 2]] = 2;
    let cases = [
        ("no voxel", Array3::zeros((3, 4, 5))),
        ("one voxel", Array3::ones((1, 1, 1))),
        ("two voxels apart", two),
        ("eight voxels", Array3::ones((2, 2, 2))),
        ("27 voxels", Array3::from_shape_fn((3, 3, 3), |(z, y, x)| 1 + (z * y + x) as u16)),
        (
            "several parts",
            Array3::from_shape_fn((5, 5, 5), |(z, y, x)| {
                u16::from([z, y, x].iter().all(|i| i % 3 < 2)) * (1 + (z / 3 + y) as u16)
            }),
        ),
        ("a line", Array3::from_shape_fn((1, 1, 40), |(_, _, x)| 1 + (x / 20) as u16)),
        ("a flat line", Array3::from_elem((40, 1, 1), u16::MAX)),
        ("a slice", holes((1, 7, 9))),
        ("a checkerboard", holes((4, 5, 6))),
        ("a flat region", Array3::from_elem((5, 5, 5), 3)),
    ];
    for (case, levels) in cases {
        let values = features_of(&levels);
        let aggregations = [&Aggregation::DIRECTIONAL[..], &Aggregation::SPATIAL].concat();
        let wanted =
            Wanted { families: &FamilyKey::all(), leave_out: &[], aggregations: &aggregations };
        assert_eq!(values.len(), registry::columns(wanted).len(), "{case}");
        let empty = levels.iter().all(|level| *level == 0);
        for value in &values {
            match value.outcome {
                Outcome::Value(number) => {
                    assert!(number.is_finite() && !empty, "{case}: {value:?}");
                }
                Outcome::Undefined(reason) if empty => {
                    let family = value.spec.family();
                    let shape = family == "morphology" || family.starts_with("pyradiomics_shape");
                    let [of_shape, of_intensities] =
                        ["the region has no voxels", "no voxel of the region counts as intensity"];
                    assert_eq!(reason, if shape { of_shape } else { of_intensities }, "{case}");
                }
                // One voxel has no axes, voxels in a line or plane no ellipsoid, equal ones no
                // autocorrelation. Between two different values percentiles 10 and 90 leave none; one bin
                // has no gradient; voxels apart, or alone in a direction, make no pairs.
                Outcome::Undefined(reason) => {
                    let short = value.spec.short;
                    let flat = levels.iter().all(|level| *level <= 1);
                    assert!(
                        value.spec.family() == "morphology"
                            || value.spec.family().starts_with("pyradiomics_shape")
                            || (case == "two voxels apart" && short.ends_with("_rmad"))
                            || (flat && short.contains("_grad"))
                            || (value.spec.family().ends_with("glcm")
                                && reason.contains("neighbours"))
                            || (value.spec.family() == "ngtdm" && reason.contains("neighbour"))
                            || (short.starts_with("ivh_")
                                && (reason.contains("one intensity") || reason.contains("rare")))
                            || (value.spec.short == "ngt_busyness" && reason.contains("weigh")),
                        "{case}: {value:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn flat_and_zero_intensities_have_values_or_reasons() {
    let find = |values: &[FeatureValue], short: &str| {
        values.iter().find(|v| v.spec.short == short).unwrap().outcome
    };
    let levels = Array3::ones((3, 3, 3));
    let flat = features(&Array3::from_elem((3, 3, 3), 0.1), &levels, &Engine::serial());
    for short in ["stat_var", "stat_skew", "stat_kurt", "stat_mad", "stat_rmad", "stat_cov"] {
        assert_eq!(find(&flat, short), Outcome::Value(0.0), "{short}");
    }
    let zero = features(&Array3::zeros((3, 3, 3)), &levels, &Engine::serial());
    assert!(matches!(find(&zero, "stat_cov"), Outcome::Undefined(r) if r.contains("mean")));
    assert!(matches!(find(&zero, "stat_qcod"), Outcome::Undefined(r) if r.contains("percentiles")));
    let hole = features(&Array3::from_elem((3, 3, 3), f32::NAN), &levels, &Engine::serial());
    let undefined = |v: &FeatureValue| v.outcome.value().is_none();
    assert!(hole.iter().filter(|v| v.spec.family() == "statistics").all(undefined));
}

#[test]
fn small_regions_have_no_textures_and_say_so() {
    let levels = Array3::<u16>::ones((2, 2, 2));
    let (image, mask) = (levels.mapv(f32::from), levels.mapv(|_| true));
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Grid::new([2, 2, 2], [1.0; 3], [0.0; 3], axes).unwrap();
    let input = Input {
        image: image.view(),
        region: mask.view(),
        mask: mask.view(),
        no_data: None,
        levels: &inside(&levels),
        grid: &grid,
        n_levels: 1,
        families: &FamilyKey::all(),
        leave_out: &[],
        intensity_shift: 0.0,
        texture: &Texture { minimum_voxels: 9, ..Texture::ibsi(vec![Aggregation::Merged3d]) },
        resegment: Resegmentation::default(),
        ivh: IvhBins::None,
        engine: &Engine::serial(),
    };
    let textures = registry::family("glrlm").unwrap().run(&input).unwrap();
    assert_eq!(textures.len(), 16);
    assert!(
        textures.iter().all(|v| matches!(v.outcome, Outcome::Undefined(r) if r.contains("fewer")))
    );
    let elsewhere = Grid::new([2, 2, 3], [1.0; 3], [0.0; 3], axes).unwrap();
    let error = registry::family("statistics").unwrap().run(&Input { grid: &elsewhere, ..input });
    assert!(error.unwrap_err().to_string().contains("[2, 2, 3]"));
    for levels in [&[1; 7][..], &[1; 9], &[1, 1, 1, 0, 1, 1, 1, 1]] {
        let found = levels.iter().filter(|level| **level > 0).count();
        let error = registry::run(&Input { levels, ..input }).unwrap_err();
        assert_eq!(error, FeatureError::Levels { found, expected: 8, highest: input.n_levels });
    }
}

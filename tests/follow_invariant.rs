//! What must hold of lesions at two times, by geometry and by the formulas of the features.

use ndarray::Array3;
use perirad::cohort::{
    Change, Names, Pair, Response, ResponseRule, SizeBy, Sizes, best_shift, dice, feature_changes,
};
use perirad::engine::Engine;
use perirad::error::Warning;
use perirad::feature::Outcome;
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::matrix::Aggregation;
use perirad::pipeline::{Around, FeatureSet, Subject, extract};
use perirad::settings::preset;
use std::sync::Arc;

const AXIAL: [[f64; 3]; 3] = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];

/// A mask on a lattice: `inside` of the index `[z, y, x]`.
fn mask(grid: Grid, inside: impl Fn([usize; 3]) -> bool) -> Mask {
    let voxels = Array3::from_shape_fn(grid.shape, |(z, y, x)| inside([z, y, x]));
    Mask::new(Arc::new(grid), voxels).unwrap()
}

fn axial(shape: [usize; 3], spacing: [f64; 3], origin: [f64; 3]) -> Grid {
    Grid::new(shape, spacing, origin, AXIAL).unwrap()
}

fn values(outcome: Outcome) -> f64 {
    outcome.value().unwrap()
}

/// A sphere of a whole radius in voxels of 1 mm whose surface nowhere leaves the true sphere and
/// touches it at two opposite points: a voxel is inside where all of its six faces' centres are
/// within the radius of (z, y, x) = (14, 14, 13.5). Its diameters are exactly twice the radius: the
/// vertices are such centres, and those at x = 13.5 +- radius are among them.
fn sphere(radius: f64) -> Mask {
    mask(axial([29, 29, 28], [1.0; 3], [0.0; 3]), |[z, y, x]| {
        let at = [z as f64 - 14.0, y as f64 - 14.0, x as f64 - 13.5];
        (0..6).all(|face| {
            let mut at = at;
            at[face / 2] += if face % 2 == 0 { 0.5 } else { -0.5 };
            at.iter().map(|mm| mm * mm).sum::<f64>() <= radius * radius
        })
    })
}

#[test]
fn spheres_of_20_24_and_14_mm_have_their_diameters_and_classes() {
    let [base, grown, shrunk, alike] =
        [10.0, 12.0, 7.0, 10.0].map(|radius| Sizes::of(&sphere(radius)).unwrap());
    for (sizes, mm) in [(base, 20.0), (grown, 24.0), (shrunk, 14.0)] {
        assert!((sizes.axial_mm - mm).abs() < 1e-12, "{sizes:?}");
        assert!((values(sizes.maximum_mm) - mm).abs() < 1e-12, "{sizes:?}");
    }
    // 24 / 20 = 1.2 and 14 / 20 = 0.7: both limits belong to the change.
    for size in [SizeBy::Axial, SizeBy::Maximum] {
        let rule = ResponseRule { size };
        let of = |after: Sizes| rule.response(values(base.by(size)), values(after.by(size)));
        assert_eq!(of(grown), Response::Progressive);
        assert_eq!(of(shrunk), Response::Responding);
        assert_eq!(of(alike), Response::Stable);
        // 23.9 / 20 = 1.195, 14.1 / 20 = 0.705.
        assert_eq!(rule.response(20.0, 23.9), Response::Stable);
        assert_eq!(rule.response(20.0, 14.1), Response::Stable);
    }
    // 1.2^3 = 1.728, 0.7^3 = 0.343.
    let rule = ResponseRule { size: SizeBy::Volume };
    let classes = [1.728, 1.727, 0.344, 0.343].map(|ml| rule.response(1.0, ml));
    let names = classes.map(Response::name);
    assert_eq!(names, ["progressive", "stable", "stable", "responding"]);
}

#[test]
fn a_box_has_the_diameters_of_its_mesh_in_planes_that_are_axial() {
    // 4 x 5 x 6 voxels of 3 x 1 x 2 mm. In plane: rows end half a voxel beyond the outermost
    // centres, which are 4 mm apart along y: (6 x 2) by 4 mm; columns 5 by (5 x 2) mm.
    let inside = |[z, y, x]: [usize; 3]| (1..5).contains(&z) && (2..7).contains(&y) && x < 6;
    let found = Sizes::of(&mask(axial([6, 8, 9], [3.0, 1.0, 2.0], [0.0; 3]), inside)).unwrap();
    let axial_mm = 12.0_f64.hypot(4.0).max(5.0_f64.hypot(10.0));
    // In space: from a face's centre to one of the opposite end: of 12 x 5 x 12 mm one half-way.
    let ends = [[12.0, 4.0, 9.0], [10.0, 5.0, 9.0], [10.0, 4.0, 12.0]];
    let across = |mm: [f64; 3]| mm.iter().map(|mm| mm * mm).sum::<f64>().sqrt();
    // Two vertices of different kinds: half-way along two axes.
    let mixed = [[11.0, 4.5, 9.0], [11.0, 4.0, 10.5], [10.0, 4.5, 10.5]];
    let maximum = ends.into_iter().chain(mixed).map(across).fold(0.0, f64::max);
    assert!((found.axial_mm - axial_mm).abs() < 1e-12, "{found:?}");
    assert!((values(found.maximum_mm) - maximum).abs() < 1e-12, "{found:?} {maximum}");
    assert!((found.volume_ml - 120.0 * 6.0 / 1000.0).abs() < 1e-15);
    // The same lesion on sagittal slices: the first axis of the array runs along the patient's x.
    let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let grid = Grid::new([9, 8, 6], [2.0, 1.0, 3.0], [0.0; 3], axes).unwrap();
    let sagittal = Sizes::of(&mask(grid, |[x, y, z]| inside([z, y, x]))).unwrap();
    assert!((sagittal.axial_mm - found.axial_mm).abs() < 1e-12);
    assert!((values(sagittal.maximum_mm) - values(found.maximum_mm)).abs() < 1e-12);
    assert_eq!(sagittal.volume_ml, found.volume_ml);
    // A voxel: 2 mm from face to face; nothing has no size.
    let one = mask(axial([3, 3, 3], [1.0, 1.0, 2.0], [0.0; 3]), |at| at == [1, 1, 1]);
    assert_eq!(Sizes::of(&one).unwrap().axial_mm, 2.0);
    assert_eq!(Sizes::of(&mask(axial([2; 3], [1.0; 3], [0.0; 3]), |_| false)), None);
}

/// A lesion of 20 mm in a patient of its own texture, `raise` HU brighter all over.
fn features(raise: f32) -> FeatureSet {
    let lesion = sphere(10.0);
    let grid = lesion.grid().clone();
    let hu = Array3::from_shape_fn(grid.shape, |(z, y, x)| {
        ((z * 7919 + y * 104_729 + x * 1_299_709 + z * y * x) % 83) as f32 - 20.0 + raise
    });
    let mut settings = preset("cd8").unwrap();
    // One matrix of all directions, of which a mean level can be had.
    settings.texture.aggregations = vec![Aggregation::Merged3d];
    let subject = Subject {
        case: "case",
        roi: "lesion",
        image: &Volume::new(grid, hu, Intensity::Hounsfield).unwrap(),
        mask: &lesion,
        acquisition: &Acquisition::default(),
        around: Around::default(),
        below: &[],
    };
    extract(&subject, &settings, &[Region::Tumour, Region::Ring], &Engine::serial()).unwrap()
}

#[test]
fn an_image_10_hu_brighter_changes_features_as_the_formulas_say() {
    let (before, after) = (features(0.0), features(10.0));
    let changes = feature_changes(Some(&before), Some(&after));
    assert_eq!(changes.len(), 2 * (18 + 16));
    for region in [Region::Tumour, Region::Ring] {
        let of = |key: &str| -> Change {
            let found = changes.iter().find(|c| c.region == region && c.spec.key == key);
            found.unwrap().change
        };
        let near = |key: &str, delta: f64| {
            let found = of(key);
            let scale = values(found.baseline).abs().max(1.0);
            assert!(
                (values(found.delta) - delta).abs() < 1e-9 * scale,
                "{key}: {found:?}, {delta}"
            );
            let relative = delta / values(found.baseline).abs();
            assert!((values(found.relative) - relative).abs() < 1e-9, "{key}: {found:?}");
        };
        // What lies somewhere moves by 10 HU; what is between two of these stays.
        for key in ["mean", "median", "minimum", "maximum", "percentile_10", "percentile_90"] {
            near(&format!("statistics.{key}"), 10.0);
        }
        for key in
            ["variance", "skewness", "range", "interquartile_range", "mean_absolute_deviation"]
        {
            near(&format!("statistics.{key}"), 0.0);
        }
        // 10 HU are one of the 400 bins of [-1000, 3000] HU: each run keeps its length and its
        // place, its level is one more.
        for key in [
            "short_run_emphasis",
            "long_run_emphasis",
            "grey_level_non_uniformity",
            "run_length_non_uniformity",
            "run_percentage",
            "grey_level_variance",
            "run_length_variance",
            "run_entropy",
        ] {
            near(&format!("glrlm.{key}"), 0.0);
        }
        // sum p (i + 1)^2 - sum p i^2 = 2 mu + 1, and mu^2 = sum p i^2 - variance of levels.
        let squares = values(of("glrlm.high_grey_level_run_emphasis").baseline);
        let mu = (squares - values(of("glrlm.grey_level_variance").baseline)).sqrt();
        near("glrlm.high_grey_level_run_emphasis", 2.0 * mu + 1.0);
        let low = of("glrlm.low_grey_level_run_emphasis");
        assert!(values(low.delta) < 0.0);
    }
}

#[test]
fn a_change_without_a_number_says_why() {
    let number = |value| Some(Outcome::Value(value));
    let change = Change::of(number(-50.0), number(-40.0));
    assert_eq!((change.delta, change.relative), (Outcome::Value(10.0), Outcome::Value(0.2)));
    assert_eq!(change.note(), "");
    let zero = Change::of(number(0.0), number(3.0));
    assert_eq!(zero.delta, Outcome::Value(3.0));
    assert_eq!(zero.relative, Outcome::Undefined("the value at baseline is 0"));
    assert_eq!(zero.note(), "relative: the value at baseline is 0");
    let new = Change::of(None, number(3.0));
    assert_eq!((new.followup, new.delta.value()), (Outcome::Value(3.0), None));
    assert_eq!(new.note(), "there is no value at baseline");
    let gone = Change::of(number(3.0), Some(Outcome::Undefined("the region is empty")));
    assert_eq!(gone.note(), "follow-up: the region is empty");
    assert_eq!(gone.relative.value(), None);
    let large = Change::of(number(-1e308), number(1e308));
    assert_eq!(large.delta.value(), None);
    assert!(!large.note().is_empty());
    // A lesion that was not measured has its values of the other time.
    let set = features(0.0);
    let alone = feature_changes(None, Some(&set));
    assert_eq!(alone.len(), 2 * (18 + 16));
    assert!(alone.iter().all(|c| c.change.followup.value().is_some()));
    assert!(alone.iter().all(|c| c.change.delta.value().is_none()));
    assert!(feature_changes(None, None).is_empty());
}

fn pair(baseline: usize, followup: usize) -> Pair {
    Pair { baseline: Some(baseline), followup: Some(followup), dice: None }
}

fn places(pairs: &[Pair]) -> Vec<(Option<usize>, Option<usize>)> {
    pairs.iter().map(|pair| (pair.baseline, pair.followup)).collect()
}

#[test]
fn names_pair_whatever_their_order_and_the_rest_is_new_or_has_vanished() {
    let names = Names { baseline: &["GTV-1", "GTV-2"], followup: &["GTV-2", "GTV-1"] };
    assert_eq!(names.by_name(false).unwrap(), [pair(0, 1), pair(1, 0)]);
    let names = Names { baseline: &["a", "b", "c"], followup: &["d", "C", "a"] };
    let found = places(&names.by_name(false).unwrap());
    let alone = [(Some(1), None), (Some(2), None), (None, Some(0)), (None, Some(1))];
    assert_eq!((found[0], &found[1..]), ((Some(0), Some(2)), &alone[..]));
    let found = places(&names.by_name(true).unwrap());
    assert_eq!(found, [(Some(0), Some(2)), (Some(1), None), (Some(2), Some(1)), (None, Some(0))]);
    let twice = Names { baseline: &["a"], followup: &["b", "a", "b"] };
    let told = twice.by_name(false).unwrap_err().to_string();
    assert_eq!(told, "two lesions at follow-up are called 'b': they cannot be paired by name");
}

#[test]
fn a_table_pairs_and_its_mistakes_are_told() {
    let names = Names { baseline: &["a", "b", "c"], followup: &["x", "y", "z"] };
    let (found, told) = names.by_table("p.csv", "followup,baseline\ny,a\nx,c\n,b\nz,\n").unwrap();
    assert_eq!(told, []);
    let expected = [(Some(0), Some(1)), (Some(1), None), (Some(2), Some(0)), (None, Some(2))];
    assert_eq!(places(&found), expected);
    // What is not in the table has no partner.
    let (found, told) = names.by_table("p.csv", "baseline,followup\na,x\nc,\n").unwrap();
    assert_eq!(places(&found)[1], (Some(1), None));
    let message = "p.csv does not name 'b' at baseline, taken as vanished; 'y', 'z' at follow-up, \
                   taken as new";
    assert_eq!(told, [Warning::new("follow.not_in_table", message)]);
    for (text, told) in [
        (
            "baseline,followup\nd,x\n",
            "p.csv, line 2: there is no lesion 'd' at baseline; there are a, b, c",
        ),
        ("baseline,followup\na,b\n", "no lesion 'b' at follow-up; there are x, y, z"),
        ("baseline,followup\na,x\na,y\n", "p.csv, line 3: 'a' at baseline is in the table already"),
        ("baseline,followup\na,x\n,x\n", "'x' at follow-up is in the table already"),
        ("baseline,followup\n,\n", "both cells are empty"),
        ("baseline,after\na,x\n", "has a column 'after'; it may have baseline, followup"),
        ("baseline\na\n", "there is no column 'followup'"),
    ] {
        let error = names.by_table("p.csv", text).unwrap_err().to_string();
        assert!(error.contains(told), "{text:?}: {error}");
    }
}

/// Blocks `[z, y, x]` of the lattice as one mask each.
fn blocks(grid: &Grid, corners: &[[usize; 3]], side: usize) -> Vec<Mask> {
    let block = |lo: &[usize; 3]| {
        let lo = *lo;
        mask(grid.clone(), move |at| (0..3).all(|a| lo[a] <= at[a] && at[a] < lo[a] + side))
    };
    corners.iter().map(block).collect()
}

#[test]
fn the_shift_that_was_made_is_found_on_any_lattice_and_pairs_by_place() {
    let corners = [[2, 3, 4], [9, 12, 5], [12, 4, 20]];
    let grid = axial([20, 24, 30], [2.5, 0.9, 0.8], [-10.0, 5.0, 100.0]);
    let before = blocks(&grid, &corners, 4);
    // Moved by whole voxels, seen on a lattice that begins elsewhere, upside down, in another order.
    let moved = [12.8, -7.2, 5.0];
    let origin = grid.to_patient([19.0, 0.0, 0.0]);
    let turned = Grid {
        origin: [0, 1, 2].map(|a| origin[a] + moved[a]),
        axes: [[0.0, 0.0, -1.0], AXIAL[1], AXIAL[2]],
        ..grid.clone()
    };
    let upside_down = [2, 0, 1].map(|at: usize| {
        let [z, y, x] = corners[at];
        [20 - z - 4, y, x]
    });
    let after = blocks(&turned, &upside_down, 4);
    let [a, b] = [&before, &after].map(|masks| masks.iter().collect::<Vec<_>>());
    let found = best_shift(&a, &b).unwrap();
    assert!((0..3).all(|c| (found.mm[c] - moved[c]).abs() < 1e-6), "{found:?}");
    assert_eq!(found.step_mm, Some([0.8, 0.9, 2.5]));
    let overlaps: Vec<Vec<f64>> = before
        .iter()
        .map(|one| after.iter().map(|other| dice(one, other, found.mm)).collect())
        .collect();
    let names = Names { baseline: &["a", "b", "c"], followup: &["c", "a", "b"] };
    let pairs = names.by_overlap(&overlaps);
    assert_eq!(places(&pairs), [(Some(0), Some(1)), (Some(1), Some(2)), (Some(2), Some(0))]);
    assert!(pairs.iter().all(|pair| pair.dice == Some(1.0)), "{pairs:?}");
    assert!(names.overlapping(&pairs, &overlaps).is_empty());
    // Without the shift they do not meet.
    assert_eq!(dice(&before[0], &after[1], [0.0; 3]), 0.0);
    // Nothing has no shift, and equal scans have none.
    assert_eq!(best_shift(&[], &[&after[0]]), None);
    let same = best_shift(&[&before[0]], &[&before[0]]).unwrap();
    assert_eq!(same.mm, [0.0; 3]);
}

#[test]
fn dice_is_that_of_the_voxels_and_the_shortest_of_equal_shifts_is_taken() {
    let grid = axial([6, 6, 20], [1.0; 3], [0.0; 3]);
    let one = &blocks(&grid, &[[1, 1, 2]], 4)[0];
    let other = &blocks(&grid, &[[1, 1, 4]], 4)[0];
    // 2 x 4 x 4 of 64 voxels are in both: 2 * 32 / 128.
    assert_eq!(dice(one, other, [0.0; 3]), 0.5);
    assert_eq!(dice(one, other, [2.0, 0.0, 0.0]), 1.0);
    // A rod of 12 in which a block fits at nine places, the nearest 1 voxel away.
    let rod = mask(grid.clone(), |[z, y, x]| {
        (1..5).contains(&z) && (1..5).contains(&y) && (3..15).contains(&x)
    });
    assert_eq!(best_shift(&[one], &[&rod]).unwrap().mm, [1.0, 0.0, 0.0]);
}

#[test]
fn dice_is_that_of_the_volumes_whatever_the_voxels_and_the_order() {
    // Slices of 1 mm and of 5 mm; the thick one is centred on the place of index 17.
    let fine = axial([40, 12, 12], [1.0; 3], [0.0; 3]);
    let thick = axial([8, 6, 12], [5.0, 2.0, 1.0], [0.0, 0.5, 2.0]);
    let plate = |from: usize, to: usize| {
        mask(fine.clone(), move |[z, y, x]| {
            (from..to).contains(&z) && (2..8).contains(&y) && (3..9).contains(&x)
        })
    };
    let later = mask(thick, |[z, y, x]| z == 3 && (1..4).contains(&y) && (3..9).contains(&x));
    let both_ways = |one: &Mask, other: &Mask, shift: [f64; 3]| {
        let found = dice(one, other, shift);
        assert!((found - dice(other, one, shift.map(|mm| -mm))).abs() < 1e-12, "{found}");
        found
    };
    // 3 mm of 3 and 5; 2 mm of them; half a voxel along z and y; none.
    for (from, shift, expected) in [
        (16, [0.0; 3], 6.0 / 8.0),
        (18, [0.0; 3], 4.0 / 8.0),
        (18, [0.0, 0.0, -0.5], 5.0 / 8.0),
        (18, [0.0, -0.5, -0.5], 5.0 / 8.0 * 11.0 / 12.0),
        (20, [0.0; 3], 0.0),
    ] {
        let found = both_ways(&plate(from, from + 3), &later, shift);
        assert!((found - expected).abs() < 1e-12, "{from} {shift:?}: {found}, not {expected}");
    }
    // The same slices seen along other axes: sagittal, the other way round.
    let origin = fine.to_patient([0.0, 11.0, 0.0]);
    let axes = [AXIAL[2], AXIAL[0], AXIAL[1].map(|c| -c)];
    let sagittal = Grid::new([12, 40, 12], [1.0; 3], origin, axes).unwrap();
    let turned = mask(sagittal, |[x, z, y]| {
        (16..19).contains(&z) && (2..8).contains(&(11 - y)) && (3..9).contains(&x)
    });
    assert_eq!(both_ways(&plate(16, 19), &turned, [0.0; 3]), 1.0);
    assert!((both_ways(&turned, &later, [0.0; 3]) - 6.0 / 8.0).abs() < 1e-12);
    // Turned by 45 degrees about z, the square of 6 mm shares a regular octagon with itself: its
    // inradius is 3 mm.
    let half = 0.5_f64.sqrt();
    let axes = [AXIAL[0], [-half, half, 0.0], [half, half, 0.0]];
    let centre = [5.5, 4.5, 17.0];
    let made = Grid::new([3, 24, 24], [1.0, 0.5, 0.5], [0.0; 3], axes).unwrap();
    let middle = made.to_patient([1.0, 11.5, 11.5]);
    let oblique = Grid { origin: [0, 1, 2].map(|c| centre[c] - middle[c]), ..made };
    let oblique = mask(oblique, |[_, y, x]| (6..18).contains(&y) && (6..18).contains(&x));
    let octagon = 8.0 * (2.0_f64.sqrt() - 1.0) * 9.0;
    let found = both_ways(&plate(16, 19), &oblique, [0.0; 3]);
    // Of parts of 0.25 mm in a square of 6 mm.
    assert!((found - octagon / 36.0).abs() < 0.025, "{found}");
    assert_eq!(both_ways(&plate(16, 19), &oblique, [9.0, 0.0, 0.0]), 0.0);
    // Voxels on voxels are counted: the bits are those of the counts.
    let coarse = axial([9, 9, 9], [2.5, 0.7, 0.9], [0.3, -4.1, 7.7]);
    let [a, b] = [&blocks(&coarse, &[[1, 1, 1]], 5)[0], &blocks(&coarse, &[[3, 2, 4]], 4)[0]];
    let mm3 = coarse.voxel_mm3();
    let counted = 2.0 * 24.0 * mm3 / (125.0 * mm3 + 64.0 * mm3);
    assert_eq!(dice(a, b, [0.0; 3]), counted);
    assert_eq!(dice(a, b, [f64::NAN, 0.0, 0.0]), 0.0);
    // Also where a header's axes are of unit length to three digits only.
    let short = AXIAL.map(|axis| axis.map(|c| 0.9998 * c));
    let rounded = Grid::new([9, 9, 900], [2.5, 0.7, 0.9], [0.3, -4.1, 7.7], short).unwrap();
    let far = &blocks(&rounded, &[[1, 1, 890]], 5)[0];
    assert_eq!(dice(far, far, [0.0; 3]), 1.0);
}

#[test]
fn a_lesion_that_splits_keeps_its_larger_half_and_the_other_is_told() {
    let grid = axial([6, 6, 20], [1.0; 3], [0.0; 3]);
    let rod = |from: usize, to: usize| {
        mask(grid.clone(), move |[z, y, x]| z < 4 && y < 4 && (from..to).contains(&x))
    };
    let (whole, halves) = (rod(2, 16), [rod(2, 7), rod(9, 16)]);
    let overlaps = vec![halves.iter().map(|half| dice(&whole, half, [0.0; 3])).collect::<Vec<_>>()];
    let names = Names { baseline: &["whole"], followup: &["left", "right"] };
    let pairs = names.by_overlap(&overlaps);
    // 2 * 7 / (14 + 7) and 2 * 5 / (14 + 5).
    assert_eq!(places(&pairs), [(Some(0), Some(1)), (None, Some(0))]);
    assert!((pairs[0].dice.unwrap() - 2.0 / 3.0).abs() < 1e-15);
    let told = names.overlapping(&pairs, &overlaps);
    let wanted =
        "'left', new at follow-up, overlaps 'whole' at baseline, which is paired with 'right'";
    assert!(told.len() == 1 && told[0].message.starts_with(wanted), "{told:?}");
}

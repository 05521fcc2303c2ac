//! Intensity-volume histograms are those of the definition, intensity by intensity.

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::feature::{Input, IvhBins, Outcome, Texture, registry};
use perirad::geometry::Grid;
use perirad::preprocess::Resegmentation;
use proptest::prelude::*;

const SHORT: [&str; 5] = ["ivh_v10", "ivh_v90", "ivh_i10", "ivh_i90", "ivh_auc"];

fn measured(voxels: &[f32], resegment: Resegmentation, ivh: IvhBins) -> Vec<Outcome> {
    let shape = [1, 1, voxels.len()];
    let image = Array3::from_shape_vec(shape, voxels.to_vec()).unwrap();
    let (mask, levels) = (image.mapv(|_| true), vec![1; image.len()]);
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let input = Input {
        intensity_shift: 0.0,
        image: image.view(),
        region: mask.view(),
        mask: mask.view(),
        no_data: None,
        levels: &levels,
        grid: &Grid::new(shape, [1.0; 3], [0.0; 3], axes).unwrap(),
        n_levels: 1,
        families: &[],
        leave_out: &[],
        texture: &Texture::ibsi(Vec::new()),
        resegment,
        ivh,
        engine: &Engine::serial(),
    };
    let values = registry::family("ivh").unwrap().run(&input).unwrap();
    let find = |short| values.iter().find(|v| v.spec.short == short).unwrap().outcome;
    SHORT.map(find).to_vec()
}

/// The bins of the range as intensities, and the voxels' own.
fn discretised(
    voxels: &[f32],
    range: Resegmentation,
    ivh: IvhBins,
) -> (Vec<f64>, Vec<f64>, [f64; 2]) {
    let x: Vec<f64> = voxels.iter().map(|v| f64::from(*v)).collect();
    let minimum = x.iter().copied().fold(f64::INFINITY, f64::min);
    let maximum = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = (range.lowest.unwrap_or(minimum), range.highest.unwrap_or(maximum));
    let count = |from: f64, to: f64, step: f64| -> Vec<f64> {
        (0..1000).map(|k| from + f64::from(k) * step).take_while(|i| *i <= to).collect()
    };
    match ivh {
        IvhBins::None => (count(low.ceil(), high, 1.0), x, [low, high]),
        IvhBins::FixedBinWidth { width } => {
            let centre = |x: &f64| low + (((x - low) / width).floor() + 0.5) * width;
            let own: Vec<f64> = x.iter().map(centre).collect();
            let highest = own.iter().copied().fold(high - 0.5 * width, f64::max);
            (count(low + 0.5 * width, highest, width), own, [low + 0.5 * width, high - 0.5 * width])
        }
        IvhBins::FixedBinNumber { count: n } => {
            let n = f64::from(n);
            let level = |x: &f64| ((n * (x - minimum) / (maximum - minimum)).floor() + 1.0).min(n);
            (count(1.0, n, 1.0), x.iter().map(level).collect(), [1.0, n])
        }
    }
}

fn bins() -> impl Strategy<Value = IvhBins> {
    // Widths and limits are sums of powers of two: no rounding in either way of counting.
    let width = prop_oneof![Just(0.25), Just(0.5), Just(2.0), Just(4.0)];
    prop_oneof![
        Just(IvhBins::None),
        width.prop_map(|width| IvhBins::FixedBinWidth { width }),
        (2..40_u16).prop_map(|count| IvhBins::FixedBinNumber { count }),
    ]
}

/// 101 bins of 0.05 from 3 to 8.05: a tenth of the way from the first to the last is the eleventh, though
/// the quotient is a little more than 101.
#[test]
fn a_range_of_whole_bins_has_them_whatever_the_quotient_rounds_to() {
    let mut voxels = [3.02; 10];
    voxels[9] = 3.525;
    let range =
        Resegmentation { lowest: Some(3.0), highest: Some(8.05), ..Resegmentation::default() };
    let found = measured(&voxels, range, IvhBins::FixedBinWidth { width: 0.05 });
    assert_eq!(found[0], Outcome::Value(0.1));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn histograms_are_those_of_the_definition(
        voxels in proptest::collection::vec((-20..20_i16).prop_map(f32::from), 1..60),
        lowest in prop_oneof![Just(None), Just(Some(-24.0)), Just(Some(-20.5))],
        highest in prop_oneof![Just(None), Just(Some(20.0)), Just(Some(40.25))],
        ivh in bins(),
    ) {
        let range = Resegmentation { lowest, highest, ..Resegmentation::default() };
        let ours = measured(&voxels, range, ivh);
        let flat = voxels.iter().all(|v| *v == voxels[0]);
        if flat && matches!(ivh, IvhBins::FixedBinNumber { .. }) {
            prop_assert!(ours.iter().all(|outcome| outcome.value().is_none()), "{ours:?}");
            return Ok(());
        }
        let (bins, own, [low, high]) = discretised(&voxels, range, ivh);
        let n = own.len();
        let from = |i: f64| own.iter().filter(|x| **x >= i).count();
        let volume = |i: f64| from(i) as f64 / n as f64;
        let spread = high > low;
        for (k, percent) in [10_u8, 90].into_iter().enumerate() {
            let share = f64::from(percent) / 100.0;
            // A little allowance, for sums that are whole here and in the definition only.
            let up = |i: &&f64| (**i - low) / (high - low) >= share - 1e-12;
            let expected = bins.iter().filter(up).map(|i| volume(*i)).fold(0.0, f64::max);
            prop_assert_eq!(ours[k].value(), spread.then_some(expected), "V {}", percent);
            let rare = |i: &&f64| from(**i) * 100 <= n * usize::from(percent);
            let expected = bins.iter().copied().filter(|i| rare(&i)).reduce(f64::min);
            prop_assert_eq!(ours[2 + k].value(), expected, "I {}", percent);
        }
        let one = own.iter().all(|x| *x == own[0]);
        let within: Vec<f64> = bins.into_iter().filter(|i| *i <= high).collect();
        let step = if let IvhBins::FixedBinWidth { width } = ivh { width } else { 1.0 };
        let area: f64 = within.windows(2).map(|i| 0.5 * (volume(i[0]) + volume(i[1]))).sum();
        match ours[4] {
            Outcome::Value(value) if one => prop_assert_eq!(value, 0.0),
            Outcome::Value(value) => {
                let expected = area * step / (high - low);
                prop_assert!((value - expected).abs() < 1e-12, "{value} {expected}");
            }
            Outcome::Undefined(_) => prop_assert!(!spread),
        }
    }
}

#[test]
fn intensities_that_are_no_numbers_of_bins_have_reasons() {
    let all = Resegmentation::default();
    for outcome in measured(&[1.0, 2.5, 4.0], all, IvhBins::None) {
        assert!(matches!(outcome, Outcome::Undefined(why) if why.contains("whole numbers")));
    }
    let wide = [-3e38, 3e38, 0.0];
    for ivh in [IvhBins::None, IvhBins::FixedBinWidth { width: 1e-300 }] {
        let values = measured(&wide, all, ivh);
        assert!(values.iter().filter_map(|v| v.value()).all(f64::is_finite));
    }
}

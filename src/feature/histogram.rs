//! Intensity histogram features (IBSI 3.4, ZVCW): the grey levels of a region, without their places.

use super::by_turns::ByTurns;
use super::moments::Moments;
use super::ordered::Ordered;
use super::spec::Row;
use super::{Family, Input, Layout, NO_INTENSITY, Outcome, Source, Spec, evaluate_whole};

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "intensity_histogram",
    ibsi: "ZVCW",
    name: "Intensity histogram",
    source: Source::Levels,
    layout: Layout::Whole,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run: |shared| {
        let input = &shared.input;
        evaluate_whole(input, TABLE, Histogram::new(input).ok_or(NO_INTENSITY))
    },
};

/// Voxels of each grey level, and the moments of the levels.
struct Histogram {
    /// `n_i` of the levels 1 to `N_g`, empty ones too.
    counts: Vec<f64>,
    moments: Moments,
}

/// Which end of the gradients.
#[derive(Clone, Copy)]
enum Extreme {
    Largest,
    Smallest,
}

impl Histogram {
    fn new(input: &Input<'_>) -> Option<Self> {
        let mut counts = ByTurns::new(usize::from(input.n_levels));
        counts.add(input.levels, usize::from);
        // No level is 0.
        let counts: Vec<usize> = counts.totals().skip(1).collect();
        let levels = counts.iter().zip(1..=u16::MAX);
        let ascending = Ordered::counted(levels.map(|(n, level)| (f64::from(level), *n)));
        let moments = Moments::of(&ascending)?;
        Some(Self { counts: counts.into_iter().map(|n| n as f64).collect(), moments })
    }

    fn probabilities(&self) -> impl Iterator<Item = f64> {
        let n_voxels = self.moments.n;
        self.counts.iter().filter(|n| **n > 0.0).map(move |n| n / n_voxels)
    }

    fn entropy(&self) -> f64 {
        // 0 minus the sum, so that a single level has entropy 0 and not -0.
        0.0 - self.probabilities().map(|p| p * p.log2()).sum::<f64>()
    }

    fn uniformity(&self) -> f64 {
        self.probabilities().map(|p| p * p).sum()
    }

    fn mode(&self) -> f64 {
        let most = self.counts.iter().copied().fold(0.0, f64::max);
        let levels = self.counts.iter().zip(1..=u16::MAX).filter(|(n, _)| **n == most);
        // The first of the nearest is the lower of two as near.
        levels
            .map(|(_, level)| f64::from(level))
            .min_by(|a, b| (a - self.moments.mean).abs().total_cmp(&(b - self.moments.mean).abs()))
            .unwrap_or(f64::NAN)
    }

    /// The extreme gradient and the lowest level that has it.
    fn gradient(&self, extreme: Extreme) -> (Outcome, Outcome) {
        let n = &self.counts;
        let last = n.len() - 1;
        if last == 0 {
            let none = Outcome::Undefined("a histogram of one bin has no gradient");
            return (none, none);
        }
        let gradients = (0..=last).map(|i| match i {
            0 => n[1] - n[0],
            i if i == last => n[i] - n[i - 1],
            i => (n[i + 1] - n[i - 1]) / 2.0,
        });
        let mut best = (f64::NAN, 0);
        for (i, gradient) in gradients.enumerate() {
            let better = match extreme {
                Extreme::Largest => gradient > best.0,
                Extreme::Smallest => gradient < best.0,
            };
            if i == 0 || better {
                best = (gradient, i + 1);
            }
        }
        (Outcome::of(best.0), Outcome::of(best.1 as f64))
    }
}

/// What all rows have in common.
const LEVELS: Spec = Spec::by("IBSI 1 reference manual v11, section 3.4");

static TABLE: &[Row<Histogram>] = &[
    Row {
        spec: Spec {
            key: "intensity_histogram.mean",
            short: "ih_mean",
            ibsi: "X6K6",
            name: "Mean discretised intensity",
            definition: "F = mu = (1/N_v) sum_k X_d,k",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.mean),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.variance",
            short: "ih_var",
            ibsi: "CH89",
            name: "Discretised intensity variance",
            definition: "F = (1/N_v) sum_k (X_d,k - mu)^2",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.variance),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.skewness",
            short: "ih_skew",
            ibsi: "88K1",
            name: "Discretised intensity skewness",
            definition: "F = (1/N_v) sum_k (X_d,k - mu)^3 / variance^(3/2); 0 where the variance is 0",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.skewness()),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.excess_kurtosis",
            short: "ih_kurt",
            ibsi: "C3I7",
            name: "(Excess) discretised intensity kurtosis",
            definition: "F = (1/N_v) sum_k (X_d,k - mu)^4 / variance^2 - 3; 0 where the variance is 0",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.excess_kurtosis()),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.median",
            short: "ih_median",
            ibsi: "WIFQ",
            name: "Median discretised intensity",
            definition: "F = M = P_50; percentiles are linear between order statistics",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.p50),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.minimum",
            short: "ih_min",
            ibsi: "1PR8",
            name: "Minimum discretised intensity",
            definition: "F = min X_d",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.minimum),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.percentile_10",
            short: "ih_p10",
            ibsi: "GPMT",
            name: "10th discretised intensity percentile",
            definition: "F = P_10, linear between order statistics",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.p10),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.percentile_90",
            short: "ih_p90",
            ibsi: "OZ0C",
            name: "90th discretised intensity percentile",
            definition: "F = P_90, linear between order statistics",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.p90),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.maximum",
            short: "ih_max",
            ibsi: "3NCY",
            name: "Maximum discretised intensity",
            definition: "F = max X_d",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.maximum),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.mode",
            short: "ih_mode",
            ibsi: "AMMC",
            name: "Intensity histogram mode",
            definition: "The level i with the highest n_i; of several the one nearest to mu, of two as near the lower",
            ..LEVELS
        },
        value: |h| Outcome::of(h.mode()),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.interquartile_range",
            short: "ih_iqr",
            ibsi: "WR0O",
            name: "Discretised intensity interquartile range",
            definition: "F = P_75 - P_25",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.p75 - h.moments.p25),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.range",
            short: "ih_range",
            ibsi: "5Z3W",
            name: "Discretised intensity range",
            definition: "F = max X_d - min X_d",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.maximum - h.moments.minimum),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.mean_absolute_deviation",
            short: "ih_mad",
            ibsi: "D2ZX",
            name: "Intensity histogram mean absolute deviation",
            definition: "F = (1/N_v) sum_k |X_d,k - mu|",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.mean_absolute_deviation()),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.robust_mean_absolute_deviation",
            short: "ih_rmad",
            ibsi: "WRZB",
            name: "Intensity histogram robust mean absolute deviation",
            definition: "The mean absolute deviation of the X_d,k with P_10 <= X_d,k <= P_90 from their own mean",
            ..LEVELS
        },
        value: |h| h.moments.robust_mean_absolute_deviation(),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.median_absolute_deviation",
            short: "ih_medad",
            ibsi: "4RNL",
            name: "Intensity histogram median absolute deviation",
            definition: "F = (1/N_v) sum_k |X_d,k - M|, M the median",
            ..LEVELS
        },
        value: |h| Outcome::of(h.moments.median_absolute_deviation()),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.coefficient_of_variation",
            short: "ih_cov",
            ibsi: "CWYJ",
            name: "Intensity histogram coefficient of variation",
            definition: "F = sqrt(variance) / mu",
            ..LEVELS
        },
        value: |h| h.moments.coefficient_of_variation(),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.quartile_coefficient_of_dispersion",
            short: "ih_qcod",
            ibsi: "SLWD",
            name: "Intensity histogram quartile coefficient of dispersion",
            definition: "F = (P_75 - P_25) / (P_75 + P_25)",
            ..LEVELS
        },
        value: |h| h.moments.quartile_coefficient_of_dispersion(),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.entropy",
            short: "ih_entropy",
            ibsi: "TLU2",
            name: "Discretised intensity entropy",
            definition: "F = - sum_i p_i log2 p_i, p_i = n_i / N_v",
            pyradiomics: Some("firstorder_Entropy"),
            ..LEVELS
        },
        value: |h| Outcome::of(h.entropy()),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.uniformity",
            short: "ih_uniformity",
            ibsi: "BJ5W",
            name: "Discretised intensity uniformity",
            definition: "F = sum_i p_i^2",
            pyradiomics: Some("firstorder_Uniformity"),
            ..LEVELS
        },
        value: |h| Outcome::of(h.uniformity()),
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.maximum_gradient",
            short: "ih_max_grad",
            ibsi: "12CE",
            name: "Maximum histogram gradient",
            definition: "F = max H', H'_i = (n_(i+1) - n_(i-1)) / 2, one-sided at i = 1 and N_g",
            ..LEVELS
        },
        value: |h| h.gradient(Extreme::Largest).0,
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.maximum_gradient_level",
            short: "ih_max_grad_g",
            ibsi: "8E6O",
            name: "Maximum histogram gradient intensity",
            definition: "The lowest level i with the maximum gradient",
            ..LEVELS
        },
        value: |h| h.gradient(Extreme::Largest).1,
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.minimum_gradient",
            short: "ih_min_grad",
            ibsi: "VQB3",
            name: "Minimum histogram gradient",
            definition: "F = min H', H'_i = (n_(i+1) - n_(i-1)) / 2, one-sided at i = 1 and N_g",
            ..LEVELS
        },
        value: |h| h.gradient(Extreme::Smallest).0,
    },
    Row {
        spec: Spec {
            key: "intensity_histogram.minimum_gradient_level",
            short: "ih_min_grad_g",
            ibsi: "RHQZ",
            name: "Minimum histogram gradient intensity",
            definition: "The lowest level i with the minimum gradient",
            ..LEVELS
        },
        value: |h| h.gradient(Extreme::Smallest).1,
    },
];

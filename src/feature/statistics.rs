//! Intensity-based statistics (IBSI 3.3, UHIW): the intensities of a region, without their places.

use super::moments::Moments;
use super::spec::Row;
use super::{Family, Layout, Outcome, Source, Spec, Unit, evaluate_whole};

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "statistics",
    ibsi: "UHIW",
    name: "Intensity-based statistics",
    source: Source::Region,
    layout: Layout::Whole,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run: |shared| evaluate_whole(&shared.input, TABLE, shared.moments()),
};

/// What all rows have in common.
const STATISTIC: Spec = Spec::by("IBSI 1 reference manual v11, section 3.3");

static TABLE: &[Row<Moments>] = &[
    Row {
        spec: Spec {
            key: "statistics.mean",
            short: "stat_mean",
            ibsi: "Q4LE",
            name: "Mean intensity",
            definition: "F = mu = (1/N_v) sum_k X_k",
            pyradiomics: Some("firstorder_Mean"),
            lifex: Some("CONV_mean"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.mean),
    },
    Row {
        spec: Spec {
            key: "statistics.variance",
            short: "stat_var",
            ibsi: "ECT3",
            name: "Intensity variance",
            definition: "F = (1/N_v) sum_k (X_k - mu)^2",
            pyradiomics: Some("firstorder_Variance"),
            unit: Unit::IntensitySquared,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.variance),
    },
    Row {
        spec: Spec {
            key: "statistics.skewness",
            short: "stat_skew",
            ibsi: "KE2A",
            name: "Intensity skewness",
            definition: "F = (1/N_v) sum_k (X_k - mu)^3 / variance^(3/2); 0 where the variance is 0",
            pyradiomics: Some("firstorder_Skewness"),
            ..STATISTIC
        },
        value: |m| Outcome::of(m.skewness()),
    },
    Row {
        spec: Spec {
            key: "statistics.excess_kurtosis",
            short: "stat_kurt",
            ibsi: "IPH6",
            name: "(Excess) intensity kurtosis",
            definition: "F = (1/N_v) sum_k (X_k - mu)^4 / variance^2 - 3; 0 where the variance is 0",
            differs: "pyradiomics does not subtract 3: pyradiomics_firstorder.kurtosis",
            ..STATISTIC
        },
        value: |m| Outcome::of(m.excess_kurtosis()),
    },
    Row {
        spec: Spec {
            key: "statistics.median",
            short: "stat_median",
            ibsi: "Y12H",
            name: "Median intensity",
            definition: "F = M = P_50; percentiles are linear between order statistics",
            pyradiomics: Some("firstorder_Median"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.p50),
    },
    Row {
        spec: Spec {
            key: "statistics.minimum",
            short: "stat_min",
            ibsi: "1GSF",
            name: "Minimum intensity",
            definition: "F = min X",
            pyradiomics: Some("firstorder_Minimum"),
            lifex: Some("CONV_min"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.minimum),
    },
    Row {
        spec: Spec {
            key: "statistics.percentile_10",
            short: "stat_p10",
            ibsi: "QG58",
            name: "10th intensity percentile",
            definition: "F = P_10, linear between order statistics",
            pyradiomics: Some("firstorder_10Percentile"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.p10),
    },
    Row {
        spec: Spec {
            key: "statistics.percentile_90",
            short: "stat_p90",
            ibsi: "8DWT",
            name: "90th intensity percentile",
            definition: "F = P_90, linear between order statistics",
            pyradiomics: Some("firstorder_90Percentile"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.p90),
    },
    Row {
        spec: Spec {
            key: "statistics.maximum",
            short: "stat_max",
            ibsi: "84IY",
            name: "Maximum intensity",
            definition: "F = max X",
            pyradiomics: Some("firstorder_Maximum"),
            lifex: Some("CONV_max"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.maximum),
    },
    Row {
        spec: Spec {
            key: "statistics.interquartile_range",
            short: "stat_iqr",
            ibsi: "SALO",
            name: "Intensity interquartile range",
            definition: "F = P_75 - P_25",
            pyradiomics: Some("firstorder_InterquartileRange"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.p75 - m.p25),
    },
    Row {
        spec: Spec {
            key: "statistics.range",
            short: "stat_range",
            ibsi: "2OJQ",
            name: "Intensity range",
            definition: "F = max X - min X",
            pyradiomics: Some("firstorder_Range"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.maximum - m.minimum),
    },
    Row {
        spec: Spec {
            key: "statistics.mean_absolute_deviation",
            short: "stat_mad",
            ibsi: "4FUA",
            name: "Intensity-based mean absolute deviation",
            definition: "F = (1/N_v) sum_k |X_k - mu|",
            pyradiomics: Some("firstorder_MeanAbsoluteDeviation"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.mean_absolute_deviation()),
    },
    Row {
        spec: Spec {
            key: "statistics.robust_mean_absolute_deviation",
            short: "stat_rmad",
            ibsi: "1128",
            name: "Intensity-based robust mean absolute deviation",
            definition: "The mean absolute deviation of the X_k with P_10 <= X_k <= P_90 from their own mean",
            pyradiomics: Some("firstorder_RobustMeanAbsoluteDeviation"),
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: Moments::robust_mean_absolute_deviation,
    },
    Row {
        spec: Spec {
            key: "statistics.median_absolute_deviation",
            short: "stat_medad",
            ibsi: "N72L",
            name: "Intensity-based median absolute deviation",
            definition: "F = (1/N_v) sum_k |X_k - M|, M the median",
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.median_absolute_deviation()),
    },
    Row {
        spec: Spec {
            key: "statistics.coefficient_of_variation",
            short: "stat_cov",
            ibsi: "7TET",
            name: "Intensity-based coefficient of variation",
            definition: "F = sqrt(variance) / mu",
            ..STATISTIC
        },
        value: Moments::coefficient_of_variation,
    },
    Row {
        spec: Spec {
            key: "statistics.quartile_coefficient_of_dispersion",
            short: "stat_qcod",
            ibsi: "9S40",
            name: "Intensity-based quartile coefficient of dispersion",
            definition: "F = (P_75 - P_25) / (P_75 + P_25)",
            ..STATISTIC
        },
        value: Moments::quartile_coefficient_of_dispersion,
    },
    Row {
        spec: Spec {
            key: "statistics.energy",
            short: "stat_energy",
            ibsi: "N8CA",
            name: "Intensity-based energy",
            definition: "F = sum_k X_k^2",
            differs: "pyradiomics adds voxelArrayShift first: pyradiomics_firstorder.energy",
            unit: Unit::IntensitySquared,
            ..STATISTIC
        },
        value: |m| Outcome::of(m.energy),
    },
    Row {
        spec: Spec {
            key: "statistics.root_mean_square",
            short: "stat_rms",
            ibsi: "5ZWQ",
            name: "Root mean square intensity",
            definition: "F = sqrt((1/N_v) sum_k X_k^2)",
            differs: "pyradiomics adds voxelArrayShift first: pyradiomics_firstorder.root_mean_squared",
            unit: Unit::Intensity,
            ..STATISTIC
        },
        value: |m| Outcome::of((m.energy / m.n).sqrt()),
    },
];

//! Moments and percentiles, which statistics of intensities and of grey levels share.

use super::percentile::percentile;
use super::spec::Outcome;

/// Sorted values with their moments and percentiles.
///
/// All sums run over the sorted intensities, so they do not depend on how the region lies.
pub(super) struct Moments {
    pub(super) ascending: Vec<f64>,
    pub(super) mean: f64,
    pub(super) variance: f64,
    pub(super) energy: f64,
    pub(super) minimum: f64,
    pub(super) p10: f64,
    pub(super) p25: f64,
    pub(super) p50: f64,
    pub(super) p75: f64,
    pub(super) p90: f64,
    pub(super) maximum: f64,
}

impl Moments {
    /// Of values in ascending order; `None` where there are none.
    pub(super) fn of(ascending: Vec<f64>) -> Option<Self> {
        let at = |percent| percentile(&ascending, percent);
        let (minimum, p10, p25, p50) = (at(0)?, at(10)?, at(25)?, at(50)?);
        let (p75, p90, maximum) = (at(75)?, at(90)?, at(100)?);
        let mean = mean(&ascending, minimum);
        let variance = central_moment(&ascending, mean, 2);
        let energy = ascending.iter().map(|x| x * x).sum();
        Some(Self { ascending, mean, variance, energy, minimum, p10, p25, p50, p75, p90, maximum })
    }

    pub(super) fn skewness(&self) -> f64 {
        if self.variance == 0.0 {
            return 0.0;
        }
        let third = central_moment(&self.ascending, self.mean, 3);
        third / (self.variance * self.variance.sqrt())
    }

    pub(super) fn excess_kurtosis(&self) -> f64 {
        if self.variance == 0.0 {
            return 0.0;
        }
        central_moment(&self.ascending, self.mean, 4) / (self.variance * self.variance) - 3.0
    }

    pub(super) fn mean_absolute_deviation(&self) -> f64 {
        mean_distance(&self.ascending, self.mean)
    }

    pub(super) fn median_absolute_deviation(&self) -> f64 {
        mean_distance(&self.ascending, self.p50)
    }

    pub(super) fn coefficient_of_variation(&self) -> Outcome {
        Outcome::ratio(self.variance.sqrt(), self.mean, "the mean is 0")
    }

    pub(super) fn quartile_coefficient_of_dispersion(&self) -> Outcome {
        let (between, sum) = (self.p75 - self.p25, self.p75 + self.p25);
        Outcome::ratio(between, sum, "the 25th and 75th percentiles add up to 0")
    }

    pub(super) fn robust_mean_absolute_deviation(&self) -> Outcome {
        let from = self.ascending.partition_point(|x| *x < self.p10);
        let to = self.ascending.partition_point(|x| *x <= self.p90);
        match self.ascending.get(from..to) {
            Some(middle @ [lowest, ..]) => {
                Outcome::of(mean_distance(middle, mean(middle, *lowest)))
            }
            _ => Outcome::Undefined("no intensity lies between the 10th and 90th percentiles"),
        }
    }
}

/// Mean of values that are at least `lowest`, which is exact where all are equal.
fn mean(values: &[f64], lowest: f64) -> f64 {
    lowest + values.iter().map(|x| x - lowest).sum::<f64>() / values.len() as f64
}

fn central_moment(values: &[f64], mean: f64, order: i32) -> f64 {
    values.iter().map(|x| (x - mean).powi(order)).sum::<f64>() / values.len() as f64
}

fn mean_distance(values: &[f64], centre: f64) -> f64 {
    values.iter().map(|x| (x - centre).abs()).sum::<f64>() / values.len() as f64
}

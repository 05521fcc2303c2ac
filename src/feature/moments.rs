//! Moments and percentiles, which statistics of intensities and of grey levels share.

use super::ordered::{Ordered, repeated, sum};
use super::spec::Outcome;

/// Moments and percentiles of values.
///
/// All sums run over the sorted values, so they do not depend on how the region lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    /// Values.
    pub(super) n: f64,
    pub(super) mean: f64,
    pub(super) variance: f64,
    third: f64,
    fourth: f64,
    pub(super) energy: f64,
    pub(super) minimum: f64,
    pub(super) p10: f64,
    pub(super) p25: f64,
    pub(super) p50: f64,
    pub(super) p75: f64,
    pub(super) p90: f64,
    pub(super) maximum: f64,
    /// Mean distances from the mean and from the median.
    from_mean: f64,
    from_median: f64,
    /// Of the values from the 10th to the 90th percentile, from their own mean.
    robust: Option<f64>,
}

impl Moments {
    /// Of values in ascending order; `None` where there are none.
    pub(super) fn of(ascending: &Ordered) -> Option<Self> {
        let at = |percent: u16| ascending.per_mille(10 * percent);
        let (minimum, p10, p25, p50) = (at(0)?, at(10)?, at(25)?, at(50)?);
        let (p75, p90, maximum) = (at(75)?, at(90)?, at(100)?);
        let n = ascending.len() as f64;
        let mean = mean(ascending.runs(), minimum, n);
        let middle = || ascending.runs().filter(|(x, _)| (p10..=p90).contains(x));
        let in_middle = middle().map(|(_, n)| n).sum::<usize>() as f64;
        let own_mean =
            middle().next().map_or(f64::NAN, |(lowest, _)| self::mean(middle(), lowest, in_middle));
        let from_median = ascending.runs().map(|(x, n)| ((x - p50).abs(), n));
        let mut sums = [-0.0; 5];
        for (x, n) in ascending.runs() {
            let d = x - mean;
            let squared = d * d;
            let robust = if (p10..=p90).contains(&x) { (x - own_mean).abs() } else { 0.0 };
            let terms = [squared, squared * d, squared * squared, d.abs(), robust];
            (0..terms.len()).for_each(|k| sums[k] = repeated(sums[k], terms[k], n));
        }
        Some(Self {
            n,
            mean,
            variance: sums[0] / n,
            third: sums[1] / n,
            fourth: sums[2] / n,
            energy: sum(ascending.runs().map(|(x, n)| (x * x, n))),
            minimum,
            p10,
            p25,
            p50,
            p75,
            p90,
            maximum,
            from_mean: sums[3] / n,
            from_median: sum(from_median) / n,
            robust: (in_middle > 0.0).then_some(sums[4] / in_middle),
        })
    }

    pub(super) fn skewness(&self) -> f64 {
        if self.variance == 0.0 {
            return 0.0;
        }
        self.third / (self.variance * self.variance.sqrt())
    }

    pub(super) fn excess_kurtosis(&self) -> f64 {
        if self.variance == 0.0 {
            return 0.0;
        }
        self.fourth / (self.variance * self.variance) - 3.0
    }

    pub(super) fn mean_absolute_deviation(&self) -> f64 {
        self.from_mean
    }

    pub(super) fn median_absolute_deviation(&self) -> f64 {
        self.from_median
    }

    pub(super) fn coefficient_of_variation(&self) -> Outcome {
        Outcome::ratio(self.variance.sqrt(), self.mean, "the mean is 0")
    }

    pub(super) fn quartile_coefficient_of_dispersion(&self) -> Outcome {
        let (between, sum) = (self.p75 - self.p25, self.p75 + self.p25);
        Outcome::ratio(between, sum, "the 25th and 75th percentiles add up to 0")
    }

    pub(super) fn robust_mean_absolute_deviation(&self) -> Outcome {
        let none = Outcome::Undefined("no intensity lies between the 10th and 90th percentiles");
        self.robust.map_or(none, Outcome::of)
    }
}

/// Mean of `n` values that are at least `lowest`, which is exact where all are equal.
fn mean(values: impl Iterator<Item = (f64, usize)> + Clone, lowest: f64, n: f64) -> f64 {
    lowest + sum(values.map(|(x, n)| (x - lowest, n))) / n
}

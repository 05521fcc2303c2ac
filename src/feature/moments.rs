//! Moments and percentiles, which statistics of intensities and of grey levels share.

use super::ordered::Ordered;
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
        let in_middle = |x: f64| p10 <= x && x <= p90;
        let lowest = ascending.values().find(|x| in_middle(*x)).unwrap_or(f64::NAN);
        let [above, energy, from_median, above_lowest] = ascending.sums(|x| {
            let above_lowest = if in_middle(x) { x - lowest } else { 0.0 };
            [x - minimum, x * x, (x - p50).abs(), above_lowest]
        });
        let middle = ascending.count_while(|x| x <= p90) - ascending.count_while(|x| x < p10);
        let middle = middle as f64;
        // From the lowest on, means of equal values are exact.
        let (mean, own_mean) = (minimum + above / n, lowest + above_lowest / middle);
        let [second, third, fourth, from_mean, robust] = ascending.sums(|x| {
            let d = x - mean;
            let squared = d * d;
            let robust = if in_middle(x) { (x - own_mean).abs() } else { 0.0 };
            [squared, squared * d, squared * squared, d.abs(), robust]
        });
        Some(Self {
            n,
            mean,
            variance: second / n,
            third: third / n,
            fourth: fourth / n,
            energy,
            minimum,
            p10,
            p25,
            p50,
            p75,
            p90,
            maximum,
            from_mean: from_mean / n,
            from_median: from_median / n,
            robust: (middle > 0.0).then_some(robust / middle),
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

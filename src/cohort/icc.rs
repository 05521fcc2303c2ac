//! Agreement of repeated values: the intraclass correlation.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

/// The intraclass correlation of single values in a one-way layout.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Icc {
    /// Share of the variance that is between the rows; below 0 where there is less of it than
    /// chance makes.
    pub value: f64,
    /// Its 95 % interval.
    pub interval: [f64; 2],
    /// Rows (lesions).
    pub rows: usize,
    /// Values of each (repeats).
    pub columns: usize,
}

/// Probability below the upper end of a two-sided 95 % interval.
const UPPER: f64 = 0.975;

/// ICC(1,1) of Shrout and Fleiss (Psychol Bull 86 (1979) 420-428) with its 95 % interval.
///
/// A row holds the repeated values of one lesion. Their order means nothing: the k-th repeat of one
/// lesion has nothing to do with that of another, so that no variance belongs to columns.
///
/// # Errors
/// Why there is none, as a clause.
pub fn icc(rows: &[Vec<f64>]) -> Result<Icc, &'static str> {
    let (n, k) = (rows.len(), rows.first().map_or(0, Vec::len));
    if n < 2 {
        return Err("there are fewer than two lesions");
    }
    if k < 2 || rows.iter().any(|row| row.len() != k) {
        return Err("there are fewer than two repeats that all lesions have");
    }
    // Of the values themselves: a mean of equal values may differ from them in its last digit.
    let constant = rows.iter().all(|row| row.iter().all(|value| *value == row[0]));
    if constant && rows.iter().all(|row| row[0] == rows[0][0]) {
        return Err("all values are equal");
    }
    if constant {
        return Ok(Icc { value: 1.0, interval: [1.0; 2], rows: n, columns: k });
    }
    let (rows_n, columns_n) = (n as f64, k as f64);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means: Vec<f64> = rows.iter().map(|row| mean(row)).collect();
    let all = mean(&means);
    let squares = |values: &[f64], about: f64| {
        values.iter().map(|value| (value - about) * (value - about)).sum::<f64>()
    };
    let within_squares: f64 = rows.iter().zip(&means).map(|(row, mean)| squares(row, *mean)).sum();
    let between_freedom = rows_n - 1.0;
    let within_freedom = rows_n * (columns_n - 1.0);
    let between = columns_n * squares(&means, all) / between_freedom;
    let within = within_squares / within_freedom;
    if !(between.is_finite() && within.is_finite()) {
        return Err("the values are too large to be squared");
    }
    if between == 0.0 && within == 0.0 {
        return Err("all values are equal");
    }
    let (rows, columns) = (n, k);
    if within == 0.0 {
        return Ok(Icc { value: 1.0, interval: [1.0; 2], rows, columns });
    }
    let ratio = between / within;
    let of = |f: f64| (f - 1.0) / (f + columns_n - 1.0);
    let lower = ratio / quantile(between_freedom, within_freedom)?;
    let upper = ratio * quantile(within_freedom, between_freedom)?;
    Ok(Icc { value: of(ratio), interval: [of(lower), of(upper)], rows, columns })
}

/// The 97.5th percentile of the F distribution.
fn quantile(first: f64, second: f64) -> Result<f64, &'static str> {
    let of = |_| "the F distribution has no such degrees of freedom";
    Ok(FisherSnedecor::new(first, second).map_err(of)?.inverse_cdf(UPPER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_has_its_published_value() {
        // Shrout and Fleiss 1979, table 2: six targets, four judges; table 4: ICC(1,1) = .17.
        let rows =
            [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]];
        let rows: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().copied().map(f64::from).collect()).collect();
        let found = icc(&rows).unwrap();
        assert_eq!(format!("{:.2}", found.value), "0.17");
        assert_eq!((found.rows, found.columns), (6, 4));
        assert!(found.interval[0] < found.value && found.value < found.interval[1]);
    }

    #[test]
    fn what_has_no_value_says_why_and_no_variance_within_is_full_agreement() {
        assert_eq!(icc(&[]), Err("there are fewer than two lesions"));
        assert_eq!(icc(&[vec![1.0, 2.0]]), Err("there are fewer than two lesions"));
        let few = Err("there are fewer than two repeats that all lesions have");
        assert_eq!(icc(&[vec![1.0], vec![2.0]]), few);
        assert_eq!(icc(&[vec![1.0, 2.0], vec![2.0]]), few);
        // The mean of three or seven 0.1 is not 0.1.
        for (value, other, k) in [(3.0, 4.0, 4), (0.1, 0.7, 3), (0.1, 0.7, 7)] {
            let rows = |second| [vec![value; k], vec![second; k]];
            assert_eq!(icc(&rows(value)), Err("all values are equal"));
            let full = icc(&rows(other)).unwrap();
            assert_eq!((full.value, full.interval), (1.0, [1.0; 2]));
        }
    }
}

//! Percentiles of sorted values.

/// Number of a value in ascending order, from 0.
pub(super) struct Place(pub(super) usize);

/// A percentile in thousandths of ascending values; `None` where there are none.
///
/// Linear between the order statistics at `thousandths / 1000 * (n - 1)`, counted from 0: definition 7
/// of Hyndman and Fan, as in numpy. IBSI leaves the definition open; its digital phantom decides
/// (the 90th percentile is 4; definitions 5, 6, 8 and 9 give 4.2 to 5).
pub(crate) fn per_mille(ascending: &[f64], thousandths: u16) -> Option<f64> {
    per_mille_of(ascending.len(), thousandths, |Place(k)| ascending.get(k).copied())
}

/// The same of `n` values that `value` knows.
pub(super) fn per_mille_of(
    n: usize,
    thousandths: u16,
    value: impl Fn(Place) -> Option<f64>,
) -> Option<f64> {
    let last = n.checked_sub(1)?;
    // Whole numbers keep the position exact: 0.1 * (n - 1) would not.
    let (whole, rest) = (last / 1000, last % 1000);
    let wanted = usize::from(thousandths.min(1000));
    let parts = rest * wanted;
    let at = whole * wanted + parts / 1000;
    let below = value(Place(at))?;
    let above = value(Place(at + 1)).unwrap_or(below);
    Some(below + (above - below) * ((parts % 1000) as f64 / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percentile(ascending: &[f64], percent: u8) -> Option<f64> {
        per_mille(ascending, u16::from(percent) * 10)
    }

    #[test]
    fn percentiles_are_those_of_numpy() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[3.0], 90), Some(3.0));
        assert_eq!(percentile(&[1.0, 2.0], 10), Some(1.1));
        // numpy.percentile([1, 2, 4, 8, 16], [0, 10, 25, 50, 90, 100])
        let values = [1.0, 2.0, 4.0, 8.0, 16.0];
        let got = [0, 10, 25, 50, 90, 100].map(|p| percentile(&values, p).unwrap());
        let expected = [1.0, 1.4, 2.0, 4.0, 12.8, 16.0];
        assert!(got.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-14));
        let many: Vec<f64> = (0..=1000).map(f64::from).collect();
        assert_eq!(percentile(&many, 10), Some(100.0));
        // numpy.percentile([1, 2, 4, 8, 16], [2.5, 97.5])
        let ends = [25, 975].map(|p| per_mille(&values, p).unwrap());
        assert!(ends.iter().zip([1.1, 15.2]).all(|(g, e)| (g - e).abs() < 1e-14), "{ends:?}");
    }
}

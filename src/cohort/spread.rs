//! How far a value moves over repeats.

use crate::feature::{Outcome, per_mille};
use serde::Serialize;

/// A value over repeats.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// Without any change; `None` where it is undefined.
    pub unperturbed: Option<f64>,
    /// Repeats that have a value.
    pub count: usize,
    /// Their mean.
    pub mean: Option<f64>,
    /// Their standard deviation (n - 1).
    pub sd: Option<f64>,
    /// The coefficient of variation: standard deviation over |mean|.
    pub cv: Option<f64>,
    /// Their 2.5th and 97.5th percentile, linear between order statistics (Hyndman and Fan's
    /// definition 7).
    pub interval: Option<[f64; 2]>,
    /// Why repeats have no value.
    pub undefined: Vec<Reason>,
    /// Each repeat's value.
    pub values: Vec<Option<f64>>,
}

/// Why repeats have no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Stable machine code.
    pub code: &'static str,
    /// What was found, of the first repeat.
    pub message: String,
    /// How many repeats.
    pub count: usize,
}

/// Code of a feature that is undefined in a repeat.
const UNDEFINED: &str = "feature.undefined";

impl Spread {
    /// The spread of the values that repeats have; each of the others has its reason.
    pub fn of(unperturbed: Option<f64>, repeats: Vec<Result<f64, (&'static str, String)>>) -> Self {
        let values: Vec<Option<f64>> = repeats.iter().map(|r| r.as_ref().ok().copied()).collect();
        let undefined = counted(repeats.into_iter().filter_map(Result::err));
        let defined: Vec<f64> = values.iter().flatten().copied().collect();
        let n = defined.len() as f64;
        let mean = (n > 0.0).then(|| {
            // About the first value, so that equal values have exactly their mean.
            let first = defined[0];
            first + defined.iter().map(|value| value - first).sum::<f64>() / n
        });
        let sd = mean.filter(|_| n > 1.0).map(|mean| {
            let squares: f64 = defined.iter().map(|value| (value - mean) * (value - mean)).sum();
            (squares / (n - 1.0)).sqrt()
        });
        let mut ascending = defined;
        ascending.sort_by(f64::total_cmp);
        let at = |thousandths| per_mille(&ascending, thousandths);
        Self {
            unperturbed,
            count: ascending.len(),
            mean,
            sd,
            cv: mean.zip(sd).filter(|(mean, _)| *mean != 0.0).map(|(mean, sd)| sd / mean.abs()),
            interval: at(25).zip(at(975)).filter(|_| n > 1.0).map(|(low, high)| [low, high]),
            undefined,
            values,
        }
    }

    /// Does the value without any change lie within the interval?
    pub fn covers(&self) -> Option<bool> {
        let (value, [low, high]) = self.unperturbed.zip(self.interval)?;
        Some((low..=high).contains(&value))
    }
}

/// A feature's value, or why it has none.
pub(super) fn defined(outcome: Option<&Outcome>) -> Result<f64, (&'static str, String)> {
    match outcome {
        Some(Outcome::Value(value)) => Ok(*value),
        Some(Outcome::Undefined(reason)) => Err((UNDEFINED, (*reason).into())),
        None => Err((UNDEFINED, "not extracted".into())),
    }
}

/// Reasons counted, in the order in which they came. An error's message may name numbers of its
/// repeat: those of one code are one reason.
pub(super) fn counted(reasons: impl Iterator<Item = (&'static str, String)>) -> Vec<Reason> {
    let mut found: Vec<Reason> = Vec::new();
    for (code, message) in reasons {
        let same = |known: &&mut Reason| {
            known.code == code && (code != UNDEFINED || known.message == message)
        };
        match found.iter_mut().find(same) {
            Some(known) => known.count += 1,
            None => found.push(Reason { code, message, count: 1 }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_that_made_by_hand_and_loses_no_repeat() {
        let lost = |message: &str| Err(("a.b", message.to_string()));
        let unknown = |why| defined(Some(&Outcome::Undefined(why)));
        let repeats = vec![
            Ok(4.0),
            lost("7 voxels"),
            Ok(2.0),
            unknown("x"),
            Ok(6.0),
            lost("8 voxels"),
            unknown("y"),
        ];
        let found = Spread::of(Some(3.0), repeats);
        assert_eq!((found.count, found.mean, found.sd), (3, Some(4.0), Some(2.0)));
        assert_eq!((found.cv, found.covers()), (Some(0.5), Some(true)));
        // Positions 0.05 and 1.95 of 2, 4, 6.
        let [low, high] = found.interval.unwrap();
        assert!((low - 2.1).abs() < 1e-14 && (high - 5.9).abs() < 1e-14);
        let reasons: Vec<_> =
            found.undefined.iter().map(|r| (r.message.as_str(), r.count)).collect();
        assert_eq!(reasons, [("7 voxels", 2), ("x", 1), ("y", 1)]);
        assert_eq!(found.values.iter().flatten().count() + 4, found.values.len());
    }

    #[test]
    fn equal_values_have_no_spread_and_few_have_none() {
        let equal = Spread::of(Some(0.1), vec![Ok(0.1); 30]);
        assert_eq!((equal.sd, equal.interval), (Some(0.0), Some([0.1; 2])));
        assert_eq!(equal.covers(), Some(true));
        let one = Spread::of(None, vec![Ok(1.0)]);
        assert_eq!((one.mean, one.sd, one.interval, one.covers()), (Some(1.0), None, None, None));
        assert_eq!(Spread::of(None, Vec::new()).mean, None);
    }
}

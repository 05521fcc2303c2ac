//! The scores of all lesions of a patient as one number, in each of the ways that were published.

use crate::error::Warning;
use crate::feature::Outcome;
use serde::Serialize;

/// A lesion with a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Its name.
    pub roi: String,
    /// Its score.
    pub score: f64,
    /// Its volume on the image's own lattice, mL.
    pub volume_ml: f64,
}

/// Equal bins of the score, for its entropy across lesions; what lies outside joins the outer bins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bins {
    /// Lower edge of the first bin.
    pub lowest: f64,
    /// Upper edge of the last bin.
    pub highest: f64,
    /// Bins, 1 and up.
    pub count: u32,
}

impl Bins {
    /// So many equal bins between two edges; `None` where these are not finite and ascending, or
    /// further apart than a number can say.
    pub fn new(lowest: f64, highest: f64, count: u32) -> Option<Self> {
        let fine = (highest - lowest).is_finite() && lowest < highest && count > 0;
        fine.then_some(Self { lowest, highest, count })
    }
}

/// Which lesions count, and how the entropy is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PatientRule {
    /// Lesions below this volume do not count, mL.
    pub minimum_ml: f64,
    /// Bins of the entropy; without them it is undefined.
    pub bins: Option<Bins>,
}

/// What the lesions of a patient say together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Patient {
    /// Which lesions counted.
    pub rule: PatientRule,
    /// Lesions asked for.
    pub lesions: usize,
    /// Of those, lesions with a score.
    pub scored: usize,
    /// Of those, lesions that are large enough: all values are of these.
    pub counted: usize,
    /// The lesion of the lowest score: the least infiltrated, where the score is of infiltration.
    pub lowest_lesion: Option<String>,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
    /// All values, in a fixed order.
    pub values: Vec<PatientValue>,
}

/// One value across lesions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PatientValue {
    /// Name.
    pub name: &'static str,
    /// Formula: s scores, v volumes, n lesions.
    pub definition: &'static str,
    /// The number; `None` where there is none.
    pub value: Option<f64>,
    /// Why there is none.
    pub note: &'static str,
}

/// What the formulas read.
struct Lesions<'a> {
    scored: Vec<&'a Scored>,
    mean: f64,
    bins: Option<Bins>,
}

/// A name, its formula in words and its formula in code.
type Row = (&'static str, &'static str, fn(&Lesions<'_>) -> Outcome);

static TABLE: &[Row] = &[
    ("minimum", "min s", |l| Outcome::of(l.extreme(f64::min))),
    ("mean", "(1/n) sum s", |l| Outcome::of(l.mean)),
    ("volume_weighted_mean", "sum v s / sum v", volume_weighted_mean),
    ("maximum", "max s", |l| Outcome::of(l.extreme(f64::max))),
    ("range", "max s - min s", |l| Outcome::of(l.extreme(f64::max) - l.extreme(f64::min))),
    ("standard_deviation", "sqrt(sum (s - mean)^2 / (n - 1))", standard_deviation),
    ("coefficient_of_variation", "standard deviation / mean", |l| match standard_deviation(l) {
        Outcome::Value(sd) if l.mean != 0.0 => Outcome::of(sd / l.mean),
        Outcome::Value(_) => Outcome::Undefined("the mean is 0"),
        undefined @ Outcome::Undefined(_) => undefined,
    }),
    ("gini", "sum_ij |s_i - s_j| / (2 n^2 mean)", gini),
    ("entropy", "- sum p log2 p over the bins that were stated", entropy),
];

impl Lesions<'_> {
    fn scores(&self) -> impl Iterator<Item = f64> {
        self.scored.iter().map(|lesion| lesion.score)
    }

    fn n(&self) -> f64 {
        self.scored.len() as f64
    }

    fn extreme(&self, of: fn(f64, f64) -> f64) -> f64 {
        self.scores().reduce(of).unwrap_or(f64::NAN)
    }
}

fn volume_weighted_mean(lesions: &Lesions<'_>) -> Outcome {
    let volume: f64 = lesions.scored.iter().map(|lesion| lesion.volume_ml).sum();
    let sum: f64 = lesions.scored.iter().map(|lesion| lesion.volume_ml * lesion.score).sum();
    if volume > 0.0 { Outcome::of(sum / volume) } else { Outcome::Undefined("no volume") }
}

fn standard_deviation(lesions: &Lesions<'_>) -> Outcome {
    if lesions.scored.len() < 2 {
        return Outcome::Undefined("there are fewer than two lesions");
    }
    let squares: f64 = lesions.scores().map(|s| (s - lesions.mean) * (s - lesions.mean)).sum();
    Outcome::of((squares / (lesions.n() - 1.0)).sqrt())
}

fn gini(lesions: &Lesions<'_>) -> Outcome {
    if lesions.extreme(f64::min) < 0.0 || lesions.mean <= 0.0 {
        return Outcome::Undefined("the Gini coefficient needs scores of 0 and above, not all 0");
    }
    let differences: f64 =
        lesions.scores().flat_map(|a| lesions.scores().map(move |b| (a - b).abs())).sum();
    Outcome::of(differences / (2.0 * lesions.n() * lesions.n() * lesions.mean))
}

fn entropy(lesions: &Lesions<'_>) -> Outcome {
    let Some(bins) = lesions.bins else {
        return Outcome::Undefined("no bins of the score were stated");
    };
    let last = bins.count.saturating_sub(1);
    let bin = |score: f64| {
        let at = (score - bins.lowest) / (bins.highest - bins.lowest) * f64::from(bins.count);
        // The cast takes what lies below to 0.
        (at.floor() as u32).min(last)
    };
    let mut filled: Vec<u32> = lesions.scores().map(bin).collect();
    filled.sort_unstable();
    let share = |same: &[u32]| same.len() as f64 / lesions.n();
    let bits = filled.chunk_by(|a, b| a == b).map(share).map(|p| p * p.log2());
    // 0 minus the sum, so that one filled bin has entropy 0 and not -0.
    Outcome::of(0.0 - bits.sum::<f64>())
}

/// What the lesions of a patient say together; `lesions` is how many were asked for, of which some
/// may have no score.
pub fn patient(lesions: usize, scored: &[Scored], rule: PatientRule) -> Patient {
    let counted: Vec<_> = scored.iter().filter(|l| l.volume_ml >= rule.minimum_ml).collect();
    let mut lowest: Option<&Scored> = None;
    for &lesion in &counted {
        if lowest.is_none_or(|other| lesion.score < other.score) {
            lowest = Some(lesion);
        }
    }
    let n = counted.len();
    let mean = counted.iter().map(|lesion| lesion.score).sum::<f64>() / n as f64;
    let prepared = Lesions { scored: counted, mean, bins: rule.bins };
    let value = |&(name, definition, formula): &Row| {
        let outcome = match n {
            0 => Outcome::Undefined("no lesion counts"),
            _ => formula(&prepared),
        };
        let (value, note) = (outcome.value(), outcome.reason().unwrap_or_default());
        PatientValue { name, definition, value, note }
    };
    Patient {
        rule,
        lesions,
        scored: scored.len(),
        counted: n,
        lowest_lesion: lowest.map(|lesion| lesion.roi.clone()),
        warnings: missing(lesions - scored.len().min(lesions)),
        values: TABLE.iter().map(value).collect(),
    }
}

/// A lesion without a score may be the one with the lowest.
fn missing(count: usize) -> Vec<Warning> {
    let message = format!(
        "lesions without a score: {count}; all values of the patient, the lowest lesion too, are of \
         the others"
    );
    let warning = Warning::new("cohort.unscored_lesions", message);
    std::iter::once(warning).filter(|_| count > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesion(roi: &str, score: f64, volume_ml: f64) -> Scored {
        Scored { roi: roi.into(), score, volume_ml }
    }

    fn values(patient: &Patient) -> Vec<(&'static str, Option<f64>)> {
        patient.values.iter().map(|value| (value.name, value.value)).collect()
    }

    #[test]
    fn every_value_is_that_made_by_hand() {
        let lesions = [
            lesion("a", 2.0, 1.0),
            lesion("b", 4.0, 3.0),
            lesion("c", 6.0, 4.0),
            lesion("d", 0.0, 0.5),
        ];
        let bins = Some(Bins { lowest: 0.0, highest: 10.0, count: 2 });
        let patient = patient(5, &lesions, PatientRule { minimum_ml: 1.0, bins });
        assert_eq!((patient.lesions, patient.scored, patient.counted), (5, 4, 3));
        assert_eq!(patient.lowest_lesion.as_deref(), Some("a"));
        // Scores 2, 4, 6: differences 2, 2, 4 both ways, 16 in all; of the bins, two lesions in
        // the first and one in the second.
        let entropy = -(2.0_f64 / 3.0 * (2.0_f64 / 3.0).log2() + (1.0_f64 / 3.0).log2() / 3.0);
        let expected = [
            ("minimum", Some(2.0)),
            ("mean", Some(4.0)),
            ("volume_weighted_mean", Some((2.0 + 12.0 + 24.0) / 8.0)),
            ("maximum", Some(6.0)),
            ("range", Some(4.0)),
            ("standard_deviation", Some(2.0)),
            ("coefficient_of_variation", Some(0.5)),
            ("gini", Some(16.0 / (2.0 * 9.0 * 4.0))),
        ];
        assert_eq!(values(&patient)[..8], expected);
        assert!((values(&patient)[8].1.unwrap() - entropy).abs() < 1e-15);
    }

    #[test]
    fn dispersion_of_uneven_scores_is_that_made_by_hand() {
        let lesions = [("a", 3.0, 2.0), ("b", 1.0, 0.5), ("c", 8.0, 1.0), ("d", 1.0, 6.5)]
            .map(|(roi, s, v)| lesion(roi, s, v));
        // Bins [0, 2.5), [2.5, 5), [5, 7.5), [7.5, 10]: 1 and 1; 3; none; 8.
        let bins = Some(Bins { lowest: 0.0, highest: 10.0, count: 4 });
        let patient = patient(4, &lesions, PatientRule { minimum_ml: 0.5, bins });
        // Of equal scores the first lesion is named.
        assert_eq!((patient.counted, patient.lowest_lesion.as_deref()), (4, Some("b")));
        // Mean (3 + 1 + 8 + 1) / 4 = 13/4. Squares of the distances to it: (1/4)^2 + (9/4)^2
        // + (19/4)^2 + (9/4)^2 = (1 + 81 + 361 + 81) / 16 = 524/16, by n - 1 = 3.
        let sd = (524.0_f64 / 16.0 / 3.0).sqrt();
        // |3-1| + |3-8| + |3-1| + |1-8| + |1-1| + |8-1| = 2 + 5 + 2 + 7 + 0 + 7 = 23, both ways 46.
        let gini = 46.0 / (2.0 * 16.0 * 13.0 / 4.0);
        // Shares 1/2, 1/4, 1/4: 1/2 * 1 + 1/4 * 2 + 1/4 * 2 bits.
        let expected = [
            ("minimum", 1.0),
            ("mean", 3.25),
            ("volume_weighted_mean", (2.0 * 3.0 + 0.5 + 8.0 + 6.5) / 10.0),
            ("maximum", 8.0),
            ("range", 7.0),
            ("standard_deviation", sd),
            ("coefficient_of_variation", sd / 3.25),
            ("gini", gini),
            ("entropy", 1.5),
        ];
        for ((name, value), (wanted, number)) in values(&patient).into_iter().zip(expected) {
            assert_eq!(name, wanted);
            assert!((value.unwrap() - number).abs() < 1e-14, "{name}: {value:?}, {number}");
        }
    }

    #[test]
    fn bins_are_of_edges_whose_distance_is_a_number() {
        assert!(Bins::new(-1.0, 1.0, 5).is_some());
        for (lowest, highest) in
            [(-1e308, 1e308), (0.0, f64::INFINITY), (f64::NAN, 1.0), (1.0, 1.0)]
        {
            assert_eq!(Bins::new(lowest, highest, 5), None, "{lowest} to {highest}");
        }
        assert_eq!(Bins::new(0.0, 1.0, 0), None);
    }

    #[test]
    fn what_has_no_value_says_why() {
        let none = patient(2, &[], PatientRule::default());
        assert!(none.values.iter().all(|value| value.note == "no lesion counts"));
        assert_eq!(none.lowest_lesion, None);
        let one = patient(1, &[lesion("a", -1.0, 2.0)], PatientRule::default());
        let reasons: Vec<_> = one.values.iter().filter(|v| v.value.is_none()).collect();
        let names: Vec<_> = reasons.iter().map(|value| value.name).collect();
        let expected = ["standard_deviation", "coefficient_of_variation", "gini", "entropy"];
        assert_eq!(names, expected);
        assert!(reasons.iter().all(|value| !value.note.is_empty()));
    }
}

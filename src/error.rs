//! What every error and warning of perirad has in common.

use serde::Serialize;

/// An error a person can act on and a program can match.
///
/// `Display` says what was found and what was expected, naming the file, tag or ROI.
pub trait Diagnose: std::error::Error {
    /// Stable machine code, `layer.what`; it never changes its meaning.
    fn code(&self) -> &'static str;
    /// What to do about it, one sentence; empty where the message says it all.
    fn hint(&self) -> String {
        String::new()
    }
}

/// Something the reader of a result must know, although there is a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable machine code, `layer.what`.
    pub code: &'static str,
    /// One sentence with the numbers found.
    pub message: String,
}

impl Warning {
    /// A warning with its code and message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// A number with six significant digits, as people read them.
pub fn readable(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-4..7).contains(&magnitude) {
        return format!("{value:.5e}");
    }
    let text = format!("{value:.*}", usize::try_from(5 - magnitude).unwrap_or(0));
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    }
}

/// The candidate most like `word`, for "did you mean"; `None` where nothing is near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (edits(word, candidate), candidate))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, candidate)| distance * 2 <= word.len().max(candidate.len()))
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters, ignoring ASCII case.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let substitute = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_a_typo_and_stays_silent_on_nonsense() {
        let keys = ["resample", "resegment", "discretise"];
        assert_eq!(nearest("resampel", keys), Some("resample"));
        assert_eq!(nearest("discretize", keys), Some("discretise"));
        assert_eq!(nearest("qqqqqq", keys), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn numbers_keep_six_digits() {
        let cases = [
            (0.0, "0"),
            (-596.0, "-596"),
            (8362.696, "8362.7"),
            (1.126_634e-4, "0.000112663"),
            (1.0e-5, "1.00000e-5"),
            (2.709_858e8, "2.70986e8"),
            (0.817_893_4, "0.817893"),
        ];
        for (value, text) in cases {
            assert_eq!(readable(value), text);
        }
    }
}

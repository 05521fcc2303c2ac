//! Patterns that names are matched with.

use crate::io::IoError;
use regex::{Regex, RegexBuilder};

/// Largest compiled pattern, bytes: a pattern cannot claim memory at will.
const PATTERN_BYTES: usize = 1 << 20;

/// A pattern, compiled: the exact name, a glob (`*` any characters, `?` one), or a regular
/// expression between slashes (`/^GTV/`).
#[derive(Debug)]
pub struct Pattern {
    exact: Regex,
    loose: Regex,
}

impl Pattern {
    /// Compiles it.
    ///
    /// # Errors
    /// [`IoError::RoiPattern`] for an expression that is none, or is too large.
    pub fn new(pattern: &str, ignore_case: bool) -> Result<Self, IoError> {
        let inner = pattern.strip_prefix('/').and_then(|p| p.strip_suffix('/'));
        let loose = inner.map_or_else(|| glob(pattern), str::to_owned);
        let compile = |source: &str| {
            let mut builder = RegexBuilder::new(source);
            let built = builder.case_insensitive(ignore_case).size_limit(PATTERN_BYTES).build();
            built.map_err(|error| {
                let why = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
                IoError::RoiPattern { pattern: pattern.to_owned(), why }
            })
        };
        let name = format!("(?s)^{}$", regex::escape(pattern));
        let exact = compile(&name)?;
        let loose = if loose == name { exact.clone() } else { compile(&loose)? };
        Ok(Self { exact, loose })
    }

    /// Is it this very name?
    pub fn is(&self, name: &str) -> bool {
        self.exact.is_match(name)
    }

    /// Does it match, in any of the three ways?
    pub fn matches(&self, name: &str) -> bool {
        self.is(name) || self.loose.is_match(name)
    }
}

/// The regular expression of a glob.
fn glob(pattern: &str) -> String {
    let body: String = pattern
        .chars()
        .map(|c| match c {
            '*' => ".*".into(),
            '?' => ".".into(),
            other => regex::escape(other.encode_utf8(&mut [0; 4])),
        })
        .collect();
    format!("(?s)^{body}$")
}

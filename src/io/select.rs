//! Choosing one name among many: ROIs, segments, labels with names.

use super::IoError;
use crate::error::nearest;
use regex::RegexBuilder;

/// Largest compiled pattern, bytes: a pattern cannot claim memory at will.
const PATTERN_BYTES: usize = 1 << 20;

/// Position in `names` of the one that is wanted.
///
/// An exact name comes first; else `pattern` is a regular expression between slashes (`/^GTV/`)
/// or a glob (`*` any characters, `?` one). Upper and lower case differ. Without a pattern there
/// must be exactly one name.
///
/// # Errors
/// [`IoError::RoiUnspecified`], [`IoError::RoiUnknown`], [`IoError::RoiAmbiguous`],
/// [`IoError::RoiPattern`]; each lists the names.
pub fn choose_roi(names: &[&str], pattern: Option<&str>) -> Result<usize, IoError> {
    let owned = || names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let Some(pattern) = pattern else {
        return match names {
            [_] => Ok(0),
            _ => Err(IoError::RoiUnspecified { names: owned() }),
        };
    };
    let mut matches = positions(names, |name| name == pattern);
    if matches.is_empty() {
        let regex = compile(pattern)?;
        matches = positions(names, |name| regex.is_match(name));
    }
    match matches[..] {
        [only] => Ok(only),
        [] => Err(IoError::RoiUnknown {
            pattern: pattern.to_owned(),
            nearest: nearest(pattern, names.iter().copied()).map(str::to_owned),
            names: owned(),
        }),
        _ => Err(IoError::RoiAmbiguous {
            pattern: pattern.to_owned(),
            names: matches.iter().map(|at| names[*at].to_owned()).collect(),
        }),
    }
}

fn positions(names: &[&str], wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    names.iter().enumerate().filter(|(_, name)| wanted(name)).map(|(at, _)| at).collect()
}

fn compile(pattern: &str) -> Result<regex::Regex, IoError> {
    let inner = pattern.strip_prefix('/').and_then(|p| p.strip_suffix('/'));
    let source = inner.map_or_else(|| glob(pattern), str::to_owned);
    RegexBuilder::new(&source).size_limit(PATTERN_BYTES).build().map_err(|error| {
        let why = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
        IoError::RoiPattern { pattern: pattern.to_owned(), why }
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;

    const NAMES: [&str; 5] = ["GTV-1", "GTV-2", "Lung-Left", "gtv*", "GTV (old)"];

    #[test]
    fn exact_names_come_before_patterns() {
        assert_eq!(choose_roi(&NAMES, Some("GTV-1")).unwrap(), 0);
        assert_eq!(choose_roi(&NAMES, Some("gtv*")).unwrap(), 3);
        assert_eq!(choose_roi(&NAMES, Some("GTV (old)")).unwrap(), 4);
        assert_eq!(choose_roi(&NAMES, Some("*Left")).unwrap(), 2);
        assert_eq!(choose_roi(&NAMES, Some("???-2")).unwrap(), 1);
        assert_eq!(choose_roi(&NAMES, Some("/^GTV.2$/")).unwrap(), 1);
        assert_eq!(choose_roi(&["only"], None).unwrap(), 0);
    }

    #[test]
    fn every_failure_lists_the_names() {
        let fails = |pattern| choose_roi(&NAMES, pattern).unwrap_err();
        let unknown = fails(Some("GTV-3"));
        assert_eq!(unknown.code(), "io.roi_unknown");
        assert!(unknown.to_string().contains("Lung-Left"), "{unknown}");
        assert!(unknown.hint().contains("GTV-"), "{}", unknown.hint());
        let several = fails(Some("GTV*"));
        assert_eq!(several.code(), "io.roi_ambiguous");
        assert!(several.to_string().contains("GTV (old)") && !several.to_string().contains("Lung"));
        assert_eq!(fails(None).code(), "io.roi_unspecified");
        assert_eq!(fails(Some("/(/")).code(), "io.roi_pattern");
        assert_eq!(fails(Some("lung-left")).code(), "io.roi_unknown");
        assert_eq!(choose_roi(&[], None).unwrap_err().code(), "io.roi_unspecified");
        assert_eq!(fails(Some("/a{1000}{1000}{1000}/")).code(), "io.roi_pattern");
    }
}

//! Choosing among what was drawn: ROIs, segments, labels, by name, number and type.
//!
//! Nothing here knows a format: readers offer [`Candidate`]s and get positions back.

mod pattern;

use super::IoError;
use crate::error::nearest;
pub use pattern::Pattern;
use serde::{Deserialize, Serialize};

/// What happens where a query means several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoiMany {
    /// It is an error that lists them.
    #[default]
    Error,
    /// Each is a lesion of its own, in the order of the file.
    Separate,
    /// Together they are one lesion.
    Union,
}

/// Which ROIs are meant: those for which everything that is given holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoiQuery {
    /// Name: exact before anything else; else a glob (`*` any characters, `?` one), or a regular
    /// expression between slashes.
    pub name: Option<String>,
    /// ROI Number, segment number or label.
    pub number: Option<i64>,
    /// RT ROI Interpreted Type (`GTV`) or what a segment is, a pattern as for names; upper and
    /// lower case are one.
    pub kind: Option<String>,
    /// Patterns of names that are not meant, whatever else holds.
    pub exclude: Vec<String>,
    /// Are upper and lower case one in names?
    pub ignore_case: bool,
    /// What happens where several are meant.
    pub many: RoiMany,
}

/// One that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// ROI Number, segment number or label.
    pub number: i64,
    /// Name; a label's is its number.
    pub name: String,
    /// RT ROI Interpreted Type, or what a segment is.
    pub kind: Option<String>,
}

impl Candidate {
    /// As messages list it: `GTV-1 (number 3, GTV)`.
    pub(super) fn told(&self) -> String {
        match &self.kind {
            Some(kind) => format!("{} (number {}, {kind})", self.name, self.number),
            None if self.name == self.number.to_string() => self.name.clone(),
            None => format!("{} (number {})", self.name, self.number),
        }
    }
}

impl RoiQuery {
    /// A query by name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    /// Does it say nothing of which ROI is meant?
    fn is_open(&self) -> bool {
        self.name.is_none() && self.number.is_none() && self.kind.is_none()
    }

    /// As messages quote it.
    fn told(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.name.as_ref().map(|name| format!("{name:?}")));
        parts.extend(self.number.map(|number| format!("number {number}")));
        parts.extend(self.kind.as_ref().map(|kind| format!("of type {kind:?}")));
        if !self.exclude.is_empty() {
            parts.push(format!("except {:?}", self.exclude));
        }
        parts.join(", ")
    }
}

/// Positions of the candidates that are meant: one group for each lesion, of several positions
/// only for [`RoiMany::Union`]. No group is empty.
///
/// A query that says nothing means all of them, so that for [`RoiMany::Error`] there must be one.
///
/// # Errors
/// [`IoError::RoiUnspecified`], [`IoError::RoiUnknown`], [`IoError::RoiAmbiguous`],
/// [`IoError::RoiPattern`]; each lists names with number and type.
pub fn choose(query: &RoiQuery, candidates: &[Candidate]) -> Result<Vec<Vec<usize>>, IoError> {
    let compiled = |pattern: &String| Pattern::new(pattern, query.ignore_case);
    let name = query.name.as_ref().map(compiled).transpose()?;
    let kind = query.kind.as_ref().map(|kind| Pattern::new(kind, true)).transpose()?;
    let exclude = query.exclude.iter().map(compiled).collect::<Result<Vec<_>, _>>()?;
    let meant = |candidate: &Candidate| {
        query.number.is_none_or(|number| number == candidate.number)
            && kind
                .as_ref()
                .is_none_or(|kind| candidate.kind.as_ref().is_some_and(|found| kind.matches(found)))
            && !exclude.iter().any(|pattern| pattern.matches(&candidate.name))
    };
    let positions = |named: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let wanted = |at: &usize| named(&candidates[*at].name) && meant(&candidates[*at]);
        (0..candidates.len()).filter(wanted).collect()
    };
    let found = match &name {
        None => positions(&|_| true),
        Some(name) => {
            let exact = positions(&|own| name.is(own));
            if exact.is_empty() { positions(&|own| name.matches(own)) } else { exact }
        }
    };
    let told = |at: &[usize]| at.iter().map(|at| candidates[*at].told()).collect::<Vec<_>>();
    let all: Vec<usize> = (0..candidates.len()).collect();
    match (&found[..], query.many) {
        ([], _) if query.is_open() && query.exclude.is_empty() => {
            Err(IoError::RoiUnspecified { names: told(&all) })
        }
        ([], _) => Err(IoError::RoiUnknown {
            wanted: query.told(),
            nearest: query
                .name
                .as_ref()
                .and_then(|name| nearest(name, candidates.iter().map(|c| c.name.as_str())))
                .map(str::to_owned),
            names: told(&all),
        }),
        ([only], _) => Ok(vec![vec![*only]]),
        (several, RoiMany::Separate) => Ok(several.iter().map(|at| vec![*at]).collect()),
        (several, RoiMany::Union) => Ok(vec![several.to_vec()]),
        (several, RoiMany::Error) if query.is_open() => {
            Err(IoError::RoiUnspecified { names: told(several) })
        }
        (several, RoiMany::Error) => {
            Err(IoError::RoiAmbiguous { wanted: query.told(), names: told(several) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;

    fn candidates() -> Vec<Candidate> {
        let rows = [
            (1, "GTV-1", Some("GTV")),
            (2, "GTV-2", Some("GTV")),
            (7, "Lung-Left", Some("ORGAN")),
            (8, "gtv*", None),
            (9, "GTV (old)", Some("GTV")),
        ];
        let row = |(number, name, kind): (i64, &str, Option<&str>)| Candidate {
            number,
            name: name.into(),
            kind: kind.map(str::to_owned),
        };
        rows.map(row).to_vec()
    }

    fn groups(query: &RoiQuery) -> Vec<Vec<usize>> {
        choose(query, &candidates()).unwrap()
    }

    fn fails(query: &RoiQuery) -> IoError {
        choose(query, &candidates()).unwrap_err()
    }

    #[test]
    fn exact_names_come_before_patterns() {
        let one = |name: &str| groups(&RoiQuery::named(name));
        assert_eq!(one("GTV-1"), [[0]]);
        assert_eq!(one("gtv*"), [[3]]);
        assert_eq!(one("GTV (old)"), [[4]]);
        assert_eq!(one("*Left"), [[2]]);
        assert_eq!(one("???-2"), [[1]]);
        assert_eq!(one("/^GTV.2$/"), [[1]]);
        assert_eq!(choose(&RoiQuery::default(), &candidates()[..1]).unwrap(), [[0]]);
    }

    #[test]
    fn case_number_type_and_exclusion_narrow_the_choice() {
        let left = RoiQuery::named("lung-left");
        assert_eq!(fails(&left).code(), "io.roi_unknown");
        assert_eq!(groups(&RoiQuery { ignore_case: true, ..left }), [[2]]);
        assert_eq!(groups(&RoiQuery { number: Some(9), ..RoiQuery::default() }), [[4]]);
        let kind = |kind: &str| RoiQuery { kind: Some(kind.into()), ..RoiQuery::default() };
        assert_eq!(groups(&kind("organ")), [[2]]);
        assert_eq!(fails(&kind("GTV")).code(), "io.roi_ambiguous");
        let newer = RoiQuery { exclude: vec!["*old*".into(), "/2$/".into()], ..kind("GTV") };
        assert_eq!(groups(&newer), [[0]]);
        let gone = RoiQuery { exclude: vec!["GTV*".into()], ..RoiQuery::named("GTV-1") };
        assert_eq!(fails(&gone).code(), "io.roi_unknown");
        assert!(fails(&gone).to_string().contains("except"), "{}", fails(&gone));
        let fits_nothing = RoiQuery { number: Some(7), ..RoiQuery::named("GTV-1") };
        assert_eq!(fails(&fits_nothing).code(), "io.roi_unknown");
    }

    #[test]
    fn several_are_an_error_separate_or_united() {
        let query = |many| RoiQuery { many, ..RoiQuery::named("GTV-?") };
        assert_eq!(fails(&query(RoiMany::Error)).code(), "io.roi_ambiguous");
        assert_eq!(groups(&query(RoiMany::Separate)), [[0], [1]]);
        assert_eq!(groups(&query(RoiMany::Union)), [[0, 1]]);
        let all = RoiQuery { many: RoiMany::Separate, ..RoiQuery::default() };
        assert_eq!(groups(&all).len(), 5);
        // Exact names that occur twice are several too.
        let twice = [candidates()[0].clone(), candidates()[0].clone()];
        assert!(choose(&RoiQuery::named("GTV-1"), &twice).is_err());
    }

    #[test]
    fn every_failure_lists_the_names() {
        let unknown = fails(&RoiQuery::named("GTV-3"));
        assert_eq!(unknown.code(), "io.roi_unknown");
        assert!(unknown.to_string().contains("Lung-Left (number 7, ORGAN)"), "{unknown}");
        assert!(unknown.hint().contains("GTV-"), "{}", unknown.hint());
        let several = fails(&RoiQuery::named("GTV*"));
        assert_eq!(several.code(), "io.roi_ambiguous");
        assert!(several.to_string().contains("GTV (old)") && !several.to_string().contains("Lung"));
        assert_eq!(fails(&RoiQuery::default()).code(), "io.roi_unspecified");
        assert_eq!(fails(&RoiQuery::named("/(/")).code(), "io.roi_pattern");
        assert_eq!(fails(&RoiQuery::named("/a{1000}{1000}{1000}/")).code(), "io.roi_pattern");
        let none = choose(&RoiQuery::default(), &[]).unwrap_err();
        assert_eq!(none.code(), "io.roi_unspecified");
    }
}

//! Which series is meant.

use super::{Scan, Series};
use crate::error::Warning;
use crate::io::IoError;
use crate::io::select::Pattern;
use std::collections::BTreeSet;

/// What is known of the series that is meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Series Instance UID, Series Number, or a pattern of Series Description (0008,103E): a glob
    /// or a regular expression between slashes.
    pub series: Option<&'a str>,
    /// Series Instance UID the mask refers to.
    pub referenced: Option<&'a str>,
    /// SOP Instance UIDs the mask refers to.
    pub instances: &'a [String],
}

/// The series that is meant: the one asked for, else the one a mask refers to by its UID or by
/// its slices, else the only CT series that can be a volume, else the only such MR series.
///
/// Localisers, and single slices beside a volume, can be no volume. Descriptions are searched and
/// never shown: they may hold names. There is a warning (`dicom.other_series`) where the mask
/// refers to a series that is not here.
///
/// # Errors
/// [`IoError::DicomSeriesUnknown`] and [`IoError::DicomSeriesAmbiguous`], which list the series;
/// [`IoError::RoiPattern`] for a pattern that is none; [`IoError::DicomNoSeries`], or where there
/// is no series because files could not be read, what was wrong with the first.
pub fn choose<'a>(
    scan: &'a mut Scan,
    wanted: &Wanted<'_>,
) -> Result<(&'a Series, Vec<Warning>), IoError> {
    if scan.series.is_empty() {
        if !scan.problems.is_empty() {
            return Err(scan.problems.swap_remove(0).1);
        }
        let (files, skipped) = (scan.files, scan.skipped);
        return Err(IoError::DicomNoSeries { files, skipped, problems: Vec::new() });
    }
    let all: Vec<&Series> = scan.series.iter().collect();
    if let Some(name) = wanted.series {
        let candidates = volumes(&called(&all, name)?);
        return only(&candidates, &all, name).map(|series| (series, Vec::new()));
    }
    if let Some(series) = all.iter().find(|s| Some(s.uid.as_str()) == wanted.referenced) {
        return Ok((series, Vec::new()));
    }
    let instances: BTreeSet<&str> = wanted.instances.iter().map(String::as_str).collect();
    let held: Vec<&Series> = all.iter().filter(|s| s.holds(&instances)).copied().collect();
    let mut warnings = Vec::new();
    let candidates = if held.is_empty() {
        if let Some(uid) = wanted.referenced {
            let message = format!(
                "the mask refers to series {uid}, which is not here: that it was drawn on the \
                 series that is here is assumed"
            );
            warnings.push(Warning::new("dicom.other_series", message));
        }
        let of = |test: fn(&Series) -> bool| all.iter().filter(|s| test(s)).copied().collect();
        let sorts: [Vec<&Series>; 2] = [of(Series::is_ct), of(Series::is_mr)];
        // Where nothing is CT or MR, the refusal of the series itself says more than "none".
        let found = sorts.into_iter().find(|sort| !sort.is_empty());
        volumes(&found.unwrap_or_else(|| all.clone()))
    } else {
        volumes(&held)
    };
    only(&candidates, &all, "").map(|series| (series, warnings))
}

fn only<'a>(found: &[&'a Series], all: &[&Series], wanted: &str) -> Result<&'a Series, IoError> {
    let describe = |series: &[&Series]| series.iter().map(|s| s.describe()).collect();
    match found {
        [only] => Ok(only),
        [] => {
            let (wanted, series) = (wanted.to_owned(), describe(all));
            Err(IoError::DicomSeriesUnknown { wanted, series })
        }
        _ => Err(IoError::DicomSeriesAmbiguous { series: describe(found) }),
    }
}

/// The series of that UID or number, else those whose description matches.
fn called<'a>(all: &[&'a Series], name: &str) -> Result<Vec<&'a Series>, IoError> {
    let exact = |s: &&&Series| s.uid == name || s.number.as_deref() == Some(name);
    let found: Vec<&Series> = all.iter().filter(exact).copied().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let pattern = Pattern::new(name, false)?;
    let matches = |s: &&&Series| s.description().is_some_and(|text| pattern.matches(text));
    Ok(all.iter().filter(matches).copied().collect())
}

/// Those that can be a volume, as far as that decides.
fn volumes<'a>(series: &[&'a Series]) -> Vec<&'a Series> {
    let mut left = series.to_vec();
    let tests: [fn(&Series) -> bool; 2] = [|s| !s.is_localiser(), |s| s.slices.len() > 1];
    for test in tests {
        if left.len() > 1 && left.iter().any(|s| test(s)) {
            left.retain(|s| test(s));
        }
    }
    left
}

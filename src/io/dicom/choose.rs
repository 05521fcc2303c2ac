//! Which series is meant.

use super::{Scan, Series};
use crate::error::Warning;
use crate::io::IoError;
use crate::io::select::Pattern;
use crate::io::source::DrawnOn;
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

/// The series that is meant: the one asked for, else the one that holds the slices a mask refers to,
/// else the one it refers to by its UID, else the only CT series that can be a volume, else the only
/// such MR series.
///
/// Localisers, and single slices beside a volume, can be no volume. Descriptions are searched and
/// never shown: they may hold names. There is a warning (`dicom.other_series`) where the mask
/// refers to a series that is not here, or to another than is asked for.
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
    let referred = referred(&all, wanted);
    let refers = wanted.referenced.is_some() || !wanted.instances.is_empty();
    if let Some(name) = wanted.series {
        let candidates = volumes(&called(&all, name)?);
        let series = only(&candidates, &all, name)?;
        let other = refers && !referred.iter().any(|own| own.uid == series.uid);
        let warning = other.then(|| asked_for_other(series, &referred, wanted));
        return Ok((series, warning.into_iter().collect()));
    }
    if !referred.is_empty() {
        let series = only(&volumes(&referred), &all, "")?;
        let named = wanted.referenced.filter(|uid| *uid != series.uid);
        let message = |uid| {
            format!(
                "the mask names series {uid} and refers to slices of series {}: that it was drawn on \
                 these is assumed",
                series.uid
            )
        };
        let warning = named.map(|uid| Warning::new("dicom.other_series", message(uid)));
        return Ok((series, warning.into_iter().collect()));
    }
    let of = |test: fn(&Series) -> bool| all.iter().filter(|s| test(s)).copied().collect();
    let sorts: [Vec<&Series>; 2] = [of(Series::is_ct), of(Series::is_mr)];
    // Where nothing is CT or MR, the refusal of the series itself says more than "none".
    let found = sorts.into_iter().find(|sort| !sort.is_empty());
    let series = only(&volumes(&found.unwrap_or_else(|| all.clone())), &all, "")?;
    let message = || {
        format!(
            "the mask refers to {}: that it was drawn on the series that is here is assumed",
            absent(wanted)
        )
    };
    let warning = refers.then(|| Warning::new("dicom.other_series", message()));
    Ok((series, warning.into_iter().collect()))
}

/// The one series that a mask refers to, where it is here and there is one such.
pub fn referred_to<'a>(all: &'a [Series], drawn_on: &DrawnOn) -> Option<&'a Series> {
    let DrawnOn { series, instances } = drawn_on;
    let all: Vec<&Series> = all.iter().collect();
    let wanted = Wanted { series: None, referenced: series.as_deref(), instances };
    let [only] = volumes(&referred(&all, &wanted))[..] else { return None };
    Some(only)
}

/// The series that the mask refers to. Several where it refers to slices of several and not to one of
/// them by its UID: what is no CT or MR is then none of them.
fn referred<'a>(all: &[&'a Series], wanted: &Wanted<'_>) -> Vec<&'a Series> {
    let instances: BTreeSet<&str> = wanted.instances.iter().map(String::as_str).collect();
    let mut held: Vec<&Series> = all.iter().filter(|s| s.holds(&instances)).copied().collect();
    let among = if held.is_empty() { all } else { &held[..] };
    if let Some(named) = among.iter().find(|s| Some(s.uid.as_str()) == wanted.referenced) {
        return vec![named];
    }
    let read = |s: &&Series| s.is_ct() || s.is_mr();
    if held.iter().any(read) {
        held.retain(read);
    }
    held
}

/// The warning that the series asked for is not what the mask refers to.
fn asked_for_other(series: &Series, referred: &[&Series], wanted: &Wanted<'_>) -> Warning {
    let told = |s: &Series| {
        format!("series {} (UID {})", s.number.as_deref().unwrap_or("without number"), s.uid)
    };
    let own: Vec<String> = referred.iter().map(|s| told(s)).collect();
    let own = if own.is_empty() { absent(wanted) } else { own.join(", ") };
    let message = format!(
        "the mask refers to {own}; {} was asked for: that the mask fits it is assumed",
        told(series)
    );
    Warning::new("dicom.other_series", message)
}

/// What the mask refers to, where no series here is that.
fn absent(wanted: &Wanted<'_>) -> String {
    match wanted.referenced {
        Some(uid) => format!("series {uid}, which is not here"),
        None => "slices that are in no series here".into(),
    }
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

//! Which series is meant.

use super::{Scan, Series};
use crate::io::IoError;

/// The series that is meant: the one `wanted` (Series Instance UID or Series Number), else the one
/// an RTSTRUCT refers to, else the only CT series.
///
/// # Errors
/// [`IoError::DicomSeriesUnknown`] and [`IoError::DicomSeriesAmbiguous`], which list the series;
/// [`IoError::DicomNoSeries`], or where there is no series because files could not be read, what
/// was wrong with the first.
pub fn choose<'a>(
    scan: &'a mut Scan,
    wanted: Option<&str>,
    referenced: Option<&str>,
) -> Result<&'a Series, IoError> {
    if scan.series.is_empty() {
        if !scan.problems.is_empty() {
            return Err(scan.problems.swap_remove(0).1);
        }
        let (files, skipped) = (scan.files, scan.skipped);
        return Err(IoError::DicomNoSeries { files, skipped, problems: Vec::new() });
    }
    let all: Vec<&Series> = scan.series.iter().collect();
    let describe = |series: &[&Series]| series.iter().map(|s| s.describe()).collect();
    let candidates: Vec<&Series> = if let Some(wanted) = wanted {
        let meant = |s: &&&Series| s.uid == wanted || s.number.as_deref() == Some(wanted);
        all.iter().filter(meant).copied().collect()
    } else {
        let ct: Vec<&Series> = all.iter().filter(|s| s.is_ct()).copied().collect();
        // Where nothing is CT, the refusal of the series itself says more than "none".
        if ct.is_empty() { all.clone() } else { ct }
    };
    if wanted.is_none()
        && let Some(series) = all.iter().find(|s| Some(s.uid.as_str()) == referenced)
    {
        return Ok(series);
    }
    match candidates[..] {
        [only] => Ok(only),
        [] => Err(IoError::DicomSeriesUnknown {
            wanted: wanted.unwrap_or_default().to_owned(),
            series: describe(&all),
        }),
        _ => Err(IoError::DicomSeriesAmbiguous { series: describe(&candidates) }),
    }
}

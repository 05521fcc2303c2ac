//! Which lesion of one scan is which of another.

use super::{Case, RunError, Text};
use crate::cohort::{CohortError, Names, Pair, Shift, best_shift, dice, scan_differences};
use crate::error::Warning;
use crate::report::Pairing;

/// Which lesions belong together.
#[derive(Debug, Clone)]
pub enum PairBy {
    /// Those of one name.
    Name,
    /// Those that overlap most.
    Overlap {
        /// How far the patient has moved from baseline to follow-up, mm along `[x, y, z]`, LPS;
        /// `None`: 0 within one frame of reference, else what makes lesions overlap most.
        shift: Option<[f64; 3]>,
    },
    /// As a CSV with the columns baseline and followup says.
    Table(Text),
}

impl PairBy {
    /// Is a shift, where one is given, of finite numbers?
    pub(super) fn check(&self) -> Result<(), CohortError> {
        match self {
            Self::Overlap { shift: Some(mm) } if !mm.iter().all(|one| one.is_finite()) => {
                Err(CohortError::Shift { mm: format!("{mm:?}") })
            }
            _ => Ok(()),
        }
    }
}

/// The pairs, how they were found, and what must be said of them and of the two scans.
pub(super) fn paired(
    by: &PairBy,
    ignore_case: bool,
    scans: &[Case; 2],
) -> Result<(Vec<Pair>, Pairing, Vec<Warning>), RunError> {
    let [before, after] = scans;
    let mut warnings = Vec::new();
    if before.image.case_code() == after.image.case_code() {
        let message = "baseline and follow-up are the same image";
        warnings.push(Warning::new("follow.same_image", message));
    }
    warnings.extend(scan_differences(&before.image.acquisition, &after.image.acquisition));
    let names = scans
        .each_ref()
        .map(|scan| scan.lesions.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
    let names = Names { baseline: &names[0], followup: &names[1] };
    let mut pairing =
        Pairing { by: "name", table: None, shift: None, shift_mm: None, step_mm: None };
    let pairs = match by {
        PairBy::Name => {
            // Numbers tell lesions of one scan apart, and say nothing of another scan's.
            for (when, scan) in ["at baseline", "at follow-up"].into_iter().zip(scans) {
                if let Some(name) = scan.shared.clone() {
                    return Err(CohortError::SameName { when, name }.into());
                }
            }
            names.by_name(ignore_case)?
        }
        PairBy::Overlap { shift: given } => {
            let shift = shift(*given, scans, &mut pairing, &mut warnings);
            let dice = overlaps(scans, shift);
            let pairs = names.by_overlap(&dice);
            warnings.extend(names.overlapping(&pairs, &dice));
            pairs
        }
        PairBy::Table(Text { file, text }) => {
            let (pairs, told) = names.by_table(file, text)?;
            warnings.extend(told);
            pairing = Pairing { by: "table", table: Some(file.clone()), ..pairing };
            pairs
        }
    };
    if !pairs.iter().any(|pair| pair.baseline.is_some() && pair.followup.is_some()) {
        let [before, after] = [names.baseline, names.followup].map(|names| names.join(", "));
        let message =
            format!("no lesion has a partner: {before} at baseline, {after} at follow-up");
        warnings.push(Warning::new("follow.no_pairs", message));
    }
    Ok((pairs, pairing, warnings))
}

/// How far the patient has moved.
fn shift(
    given: Option<[f64; 3]>,
    scans: &[Case; 2],
    pairing: &mut Pairing,
    warnings: &mut Vec<Warning>,
) -> [f64; 3] {
    let [before, after] = scans;
    let frames = [&before.image.frame_of_reference, &after.image.frame_of_reference];
    let (origin, shift) = match (given, frames) {
        (Some(mm), _) => ("given", Shift { mm, step_mm: None }),
        (None, [Some(one), Some(other)]) if one == other => {
            ("none", Shift { mm: [0.0; 3], step_mm: None })
        }
        (None, _) => {
            let masks = scans.each_ref().map(|scan| {
                (0..scan.lesions.len()).filter_map(|at| scan.mask(at)).collect::<Vec<_>>()
            });
            match best_shift(&masks[0], &masks[1]) {
                Some(found) => {
                    let message = "the shift was estimated from the lesions themselves, which are \
                                   of different frames of reference or of none: look whether the \
                                   pairs are right, or give it with --shift";
                    warnings.push(Warning::new("follow.shift_estimated", message));
                    ("estimated", found)
                }
                None => ("none", Shift { mm: [0.0; 3], step_mm: None }),
            }
        }
    };
    pairing.by = "overlap";
    pairing.shift = Some(origin);
    pairing.shift_mm = Some(shift.mm);
    pairing.step_mm = shift.step_mm;
    shift.mm
}

/// Dice coefficients of all lesions at baseline with all at follow-up.
fn overlaps(scans: &[Case; 2], shift: [f64; 3]) -> Vec<Vec<f64>> {
    let [before, after] = scans;
    let one = |at: usize, other: usize| match (before.mask(at), after.mask(other)) {
        (Some(a), Some(b)) => dice(a, b, shift),
        _ => 0.0,
    };
    let row = |at| (0..after.lesions.len()).map(|other| one(at, other)).collect();
    (0..before.lesions.len()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;

    #[test]
    fn a_shift_that_is_not_finite_is_refused() {
        for mm in [f64::NAN, f64::INFINITY] {
            let error = PairBy::Overlap { shift: Some([0.0, mm, 0.0]) }.check().unwrap_err();
            assert_eq!(error.code(), "cohort.shift");
        }
        assert_eq!(PairBy::Overlap { shift: Some([0.0, -4.5, 12.0]) }.check(), Ok(()));
    }
}

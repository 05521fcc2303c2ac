//! Which lesion of one scan is which of another.

use super::CohortError;
use super::table::Sheet;
use crate::error::Warning;

/// A lesion at two times, by its place in each list; at least one of them is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Its place among those at baseline; `None` where it is new.
    pub baseline: Option<usize>,
    /// Its place among those at follow-up; `None` where it has vanished.
    pub followup: Option<usize>,
    /// Dice coefficient of the two, where they were paired by place.
    pub dice: Option<f64>,
}

/// Names of the lesions at both times, in their order.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Before.
    pub baseline: &'a [&'a str],
    /// After.
    pub followup: &'a [&'a str],
}

/// What messages call the two times.
const WHEN: [&str; 2] = ["at baseline", "at follow-up"];

impl Names<'_> {
    /// Pairs lesions of the same name; with `ignore_case`, upper and lower case are one.
    ///
    /// # Errors
    /// [`CohortError::SameName`].
    pub fn by_name(&self, ignore_case: bool) -> Result<Vec<Pair>, CohortError> {
        let told = |names: &[&str]| -> Vec<String> {
            let fold = |name: &&str| if ignore_case { name.to_lowercase() } else { (*name).into() };
            names.iter().map(fold).collect()
        };
        let (baseline, followup) = (told(self.baseline), told(self.followup));
        for (when, names) in WHEN.into_iter().zip([&baseline, &followup]) {
            let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
            if let Some((_, name)) = twice {
                return Err(CohortError::SameName { when, name: name.clone() });
            }
        }
        let same = |name: &String| followup.iter().position(|other| other == name);
        Ok(self.listed(&baseline.iter().map(same).collect::<Vec<_>>(), &[]))
    }

    /// Pairs lesions as a table says: CSV with the columns `baseline` and `followup`, an empty cell
    /// where a lesion is new or has vanished. Lesions that are not in it are so, too, and a warning
    /// names them.
    ///
    /// # Errors
    /// [`CohortError::Table`], [`CohortError::Column`], [`CohortError::NoLesion`].
    pub fn by_table(
        &self,
        file: &str,
        text: &str,
    ) -> Result<(Vec<Pair>, Vec<Warning>), CohortError> {
        let columns = ["baseline", "followup"];
        let sheet = Sheet::read(file, text, &columns, &columns)?;
        let mut partners: Vec<Option<usize>> = vec![None; self.baseline.len()];
        let mut seen: [Vec<usize>; 2] = [Vec::new(), Vec::new()];
        for (line, cells) in &sheet.rows {
            let mut row = [None; 2];
            for (side, names) in [self.baseline, self.followup].into_iter().enumerate() {
                let cell = sheet.column(columns[side]).and_then(|at| cells.get(at));
                let Some(name) = cell.filter(|name| !name.is_empty()) else { continue };
                let mut fits = (0..names.len()).filter(|at| names[*at] == name);
                let Some(at) = fits.next() else {
                    return Err(CohortError::NoLesion {
                        file: file.into(),
                        line: *line,
                        when: WHEN[side],
                        name: name.clone(),
                        known: names.join(", "),
                    });
                };
                if fits.next().is_some() {
                    return Err(CohortError::SameName { when: WHEN[side], name: name.clone() });
                }
                if seen[side].contains(&at) {
                    let what = format!("'{name}' {} is in the table already", WHEN[side]);
                    return Err(sheet.fault(*line, what));
                }
                seen[side].push(at);
                row[side] = Some(at);
            }
            match row {
                [Some(at), partner] => partners[at] = partner,
                [None, Some(_)] => {}
                [None, None] => return Err(sheet.fault(*line, "both cells are empty".into())),
            }
        }
        let told = self.not_in_table(file, &seen).into_iter().collect();
        Ok((self.listed(&partners, &[]), told))
    }

    /// Lesions that a table does not name, where there are any: `seen` are those that it does.
    fn not_in_table(&self, file: &str, seen: &[Vec<usize>; 2]) -> Option<Warning> {
        let missing = |side: usize, names: &[&str], taken: &str| {
            let left = names.iter().enumerate().filter(|(at, _)| !seen[side].contains(at));
            let left: Vec<String> = left.map(|(_, name)| format!("'{name}'")).collect();
            let told = format!("{} {}, taken as {taken}", left.join(", "), WHEN[side]);
            (!left.is_empty()).then_some(told)
        };
        let told = [missing(0, self.baseline, "vanished"), missing(1, self.followup, "new")];
        let told = told.into_iter().flatten().collect::<Vec<_>>().join("; ");
        let message = || format!("{file} does not name {told}");
        (!told.is_empty()).then(|| Warning::new("follow.not_in_table", message()))
    }

    /// Pairs lesions by their place: of all pairs that overlap, the one with the largest Dice
    /// coefficient first, then the largest of those left, and so on; of equal ones the first in the
    /// order of the lists. `dice` holds a row for each lesion at baseline.
    pub fn by_overlap(&self, dice: &[Vec<f64>]) -> Vec<Pair> {
        let mut overlaps: Vec<(f64, usize, usize)> = Vec::new();
        for (at, row) in dice.iter().enumerate() {
            let overlapping = row.iter().enumerate().filter(|(_, dice)| **dice > 0.0);
            overlaps.extend(overlapping.map(|(other, dice)| (*dice, at, other)));
        }
        // Stable: equal ones stay in order.
        overlaps.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut partners: Vec<Option<usize>> = vec![None; self.baseline.len()];
        for (_, at, other) in overlaps {
            if at < partners.len() && partners[at].is_none() && !partners.contains(&Some(other)) {
                partners[at] = Some(other);
            }
        }
        self.listed(&partners, dice)
    }

    /// Lesions without a partner that overlap one which has another: a lesion may have split, or two
    /// have become one.
    pub fn overlapping(&self, pairs: &[Pair], dice: &[Vec<f64>]) -> Vec<Warning> {
        let overlap = |at: usize, other: usize| {
            dice.get(at).and_then(|row| row.get(other)).is_some_and(|dice| *dice > 0.0)
        };
        let mut warnings = Vec::new();
        for alone in pairs {
            for pair in pairs {
                let (Some(before), Some(after)) = (pair.baseline, pair.followup) else { continue };
                let name = |names: &[&str], at: usize| {
                    names.get(at).copied().unwrap_or_default().to_string()
                };
                let (before_name, after_name) =
                    (name(self.baseline, before), name(self.followup, after));
                let message = match (alone.baseline, alone.followup) {
                    (None, Some(new)) if overlap(before, new) => format!(
                        "'{}', new at follow-up, overlaps '{before_name}' at baseline, which is paired \
                         with '{after_name}': it may have split",
                        name(self.followup, new)
                    ),
                    (Some(gone), None) if overlap(gone, after) => format!(
                        "'{}', vanished after baseline, overlaps '{after_name}' at follow-up, which is \
                         paired with '{before_name}': they may have become one",
                        name(self.baseline, gone)
                    ),
                    _ => continue,
                };
                warnings.push(Warning::new("follow.overlaps_paired", message));
            }
        }
        warnings
    }

    /// Lesions at baseline in their order, then new ones in theirs.
    fn listed(&self, partners: &[Option<usize>], dice: &[Vec<f64>]) -> Vec<Pair> {
        let old = partners.iter().enumerate().map(|(at, &followup)| {
            let dice = followup.and_then(|other| dice.get(at)?.get(other).copied());
            Pair { baseline: Some(at), followup, dice }
        });
        let new = (0..self.followup.len()).filter(|at| !partners.contains(&Some(*at)));
        let new = new.map(|at| Pair { baseline: None, followup: Some(at), dice: None });
        old.chain(new).collect()
    }
}

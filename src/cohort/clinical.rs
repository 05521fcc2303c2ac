//! What the user knows of each lesion: from the command line, a table, or a mapping of names.

mod map;
mod stated;
mod table;

pub use map::{ClinicalMap, Entry};
pub use stated::{ClinicalValue, Stated};
pub use table::ClinicalTable;

use super::CohortError;
use crate::error::{Diagnose, Warning};
use crate::model::{Given, Known, Model, ModelError};
use map::fitting;
use std::collections::{BTreeMap, BTreeSet};

/// A fact that is recorded and goes into no score, unless the model has an input of that name.
pub const ORGAN: &str = "organ";

/// All that is known of lesions, by where it is from. The most specific statement wins: by hand for
/// some lesions, then the table, then the map, then by hand for all.
#[derive(Debug, Default)]
pub struct ClinicalSources {
    /// By hand, for all lesions.
    pub all: BTreeMap<String, ClinicalValue>,
    /// By hand, for lesions whose names fit.
    pub some: Vec<Entry>,
    /// A row for each lesion.
    pub table: Option<ClinicalTable>,
    /// By the names of lesions.
    pub map: Option<ClinicalMap>,
    /// The site the image comes from, as the model's `combat.sites` names it.
    pub site: Option<String>,
}

/// What is known of one lesion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// What a model takes.
    pub given: Given,
    /// All of it, for the record.
    pub stated: Vec<Stated>,
    /// Where sources say different things.
    pub warnings: Vec<Warning>,
}

/// Why a lesion's clinical inputs cannot be had.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FactsError {
    /// One is missing, unknown or impossible.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Statements contradict each other, or are no numbers.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// What is wrong stands in a file.
    #[error("{place}: {source}")]
    In {
        /// The file's name, and where in it.
        place: String,
        /// What is wrong.
        source: Box<Self>,
    },
}

impl Diagnose for FactsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Model(error) => error.code(),
            Self::Cohort(error) => error.code(),
            Self::In { source, .. } => source.code(),
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::Model(error) => error.hint(),
            Self::Cohort(error) => error.hint(),
            Self::In { source, .. } => source.hint(),
        }
    }
}

impl ClinicalSources {
    /// Refuses what can be refused before an image is read: a model that cannot score, inputs it
    /// does not have, impossible values; where everything was given for all lesions, missing ones.
    ///
    /// # Errors
    /// [`FactsError`].
    pub fn check(&self, model: &Model) -> Result<(), FactsError> {
        model.usable()?;
        let by_hand = self.all.iter().chain(self.some.iter().flat_map(|entry| &entry.values));
        for (key, value) in by_hand {
            number(model, key, value)?;
        }
        let table = self.table.iter().flat_map(ClinicalTable::values);
        let map = self.map.iter().flat_map(ClinicalMap::values);
        for (place, key, value) in table.chain(map) {
            let source = |error| FactsError::In { place, source: Box::new(error) };
            number(model, key, value).map_err(source)?;
        }
        if self.some.is_empty() && self.table.is_none() && self.map.is_none() {
            let mut keys = model.clinical_keys().filter(|key| *key != "kvp");
            if let Some(key) = keys.find(|key| !self.all.contains_key(*key)) {
                return Err(model.lacks(key, "not given".into()).into());
            }
        }
        model.knows_site(self.site.as_deref())?;
        Ok(())
    }

    /// What is known of a lesion, for a model.
    ///
    /// # Errors
    /// [`FactsError`]: an input is missing, contradicted by an equal, or not what the model takes.
    pub fn of(&self, model: &Model, case: &str, roi: &str) -> Result<Facts, FactsError> {
        let mut facts = Facts::default();
        facts.given.site.clone_from(&self.site);
        let keys: BTreeSet<&str> = model.clinical_keys().chain([ORGAN]).collect();
        for key in keys {
            if let Some(stated) = self.stated(case, roi, key, &mut facts.warnings)? {
                if let Some(value) = number(model, key, &stated.value)? {
                    let source = stated.source.clone();
                    facts.given.clinical.insert(key.into(), Known { value, source });
                }
                facts.stated.push(stated);
            } else if key != "kvp" && model.clinical_keys().any(|known| known == key) {
                return Err(model.lacks(key, self.why_not(case, roi)).into());
            }
        }
        Ok(facts)
    }

    /// The value of one key and where it is from.
    fn stated(
        &self,
        case: &str,
        roi: &str,
        key: &str,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Stated>, CohortError> {
        let by_hand = Known::BY_HAND;
        let stated = |value: &ClinicalValue, source: &str| Stated::new(key, value, source);
        let mut found: Vec<Stated> = Vec::new();
        found.extend(fitting(&self.some, roi, key, by_hand)?.map(|v| stated(v, by_hand)));
        if let Some(table) = &self.table {
            found.extend(table.value(case, roi, key).map(|v| stated(v, &from(table.file()))));
        }
        if let Some(map) = &self.map {
            let source = from(&map.file);
            found.extend(fitting(&map.entries, roi, key, &source)?.map(|v| stated(v, &source)));
        }
        let mut found = found.into_iter();
        let Some(taken) = found.next() else {
            return Ok(self.all.get(key).map(|value| stated(value, by_hand)));
        };
        for other in found.filter(|other| other.value != taken.value) {
            let message = format!(
                "'{roi}': {key}={}, {}, is taken; {key}={} was {}",
                taken.value, taken.source, other.value, other.source
            );
            warnings.push(Warning::new("cohort.clinical_conflict", message));
        }
        Ok(Some(taken))
    }

    /// Why nothing says a value for this lesion.
    fn why_not(&self, case: &str, roi: &str) -> String {
        let mut why = format!("not given for '{roi}'");
        if let Some(table) = &self.table
            && !table.has(case, roi)
        {
            why += &format!(": {} has no row for it", table.file());
            if table.has_cases() {
                why += &format!(" in case '{case}'");
            }
        }
        why
    }

    /// What was given for lesions that are not there: by hand, or rows of the table for this case; a
    /// table that has rows of other cases only.
    pub fn unused(&self, case: &str, rois: &[&str]) -> Vec<Warning> {
        let warn = |message: String| Warning::new("cohort.clinical_unused", message);
        let idle = |entry: &&Entry| !rois.iter().any(|roi| entry.pattern.matches(roi));
        let entries = self.some.iter().filter(idle);
        let mut warnings: Vec<Warning> = entries
            .map(|entry| warn(format!("what was given by hand for '{}' fits no lesion", entry.of)))
            .collect();
        if let Some(table) = &self.table {
            if !table.has_case(case) {
                // The cases of the others are none of this one's business.
                warnings.push(warn(format!(
                    "{} has a column case and no row of case '{case}': all that it says counts for \
                     nothing; where the table has another name for it, give that with --case",
                    table.file()
                )));
            }
            warnings.extend(table.others(case, rois).map(|(line, roi)| {
                warn(format!("{}, line {line}: no lesion is called '{roi}'", table.file()))
            }));
        }
        warnings
    }
}

/// The source of what stood in a file.
fn from(file: &str) -> String {
    format!("from {file}")
}

/// What the model takes; `None` for a fact that is only recorded.
fn number(model: &Model, key: &str, value: &ClinicalValue) -> Result<Option<f64>, FactsError> {
    if key == ORGAN && !model.clinical_keys().any(|known| known == key) {
        return Ok(None);
    }
    match value {
        ClinicalValue::Number(number) => {
            model.takes(key, *number)?;
            Ok(Some(*number))
        }
        ClinicalValue::Text(text) => {
            let (key, value) = (key.into(), text.clone());
            Err(CohortError::NotANumber { key, value }.into())
        }
    }
}

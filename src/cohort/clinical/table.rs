//! Clinical inputs in a table: a row for each lesion.

use super::{ClinicalValue, ORGAN};
use crate::cohort::CohortError;
use crate::cohort::table::Sheet;
use std::collections::BTreeMap;

/// A row for each lesion, by its very name.
#[derive(Debug, Clone, PartialEq)]
pub struct ClinicalTable {
    file: String,
    cases: bool,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    line: u64,
    case: String,
    roi: String,
    values: BTreeMap<String, ClinicalValue>,
}

impl ClinicalTable {
    /// A table from the text of its file: CSV with the columns `roi`, if need be `case`, and inputs
    /// among `keys` or `organ`. An empty cell says nothing.
    ///
    /// # Errors
    /// [`CohortError::Table`], [`CohortError::Column`].
    pub fn parse(file: &str, text: &str, keys: &[&str]) -> Result<Self, CohortError> {
        let mut known = vec!["case", "roi"];
        known.extend(keys);
        if !keys.contains(&ORGAN) {
            known.push(ORGAN);
        }
        let sheet = Sheet::read(file, text, &known, &["roi"])?;
        let cases = sheet.column("case").is_some();
        let (mut rows, mut lines) = (Vec::new(), BTreeMap::new());
        for (line, cells) in &sheet.rows {
            let (mut case, mut roi, mut values) = (String::new(), String::new(), BTreeMap::new());
            for (column, cell) in sheet.heading.iter().zip(cells) {
                match column.as_str() {
                    "case" => case.clone_from(cell),
                    "roi" => roi.clone_from(cell),
                    _ if cell.is_empty() => {}
                    key => {
                        values.insert(key.to_owned(), ClinicalValue::parse(cell));
                    }
                }
            }
            if roi.is_empty() || cases && case.is_empty() {
                let empty = if roi.is_empty() { "roi" } else { "case" };
                return Err(sheet.fault(*line, format!("the cell of '{empty}' is empty")));
            }
            if let Some(other) = lines.insert((case.clone(), roi.clone()), *line) {
                return Err(sheet.fault(*line, format!("'{roi}' has a row already, line {other}")));
            }
            rows.push(Row { line: *line, case, roi, values });
        }
        Ok(Self { file: file.into(), cases, rows })
    }

    /// The name of its file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Are its rows of one case each?
    pub fn has_cases(&self) -> bool {
        self.cases
    }

    /// Has it rows of this case, or rows of no case?
    pub fn has_case(&self, case: &str) -> bool {
        !self.cases || self.rows.iter().any(|row| row.case == case)
    }

    /// All that it says, of whichever lesion: file and line, key and value.
    pub fn values(&self) -> impl Iterator<Item = (String, &String, &ClinicalValue)> {
        self.rows.iter().flat_map(|row| {
            let place = format!("{}, line {}", self.file, row.line);
            row.values.iter().map(move |(key, value)| (place.clone(), key, value))
        })
    }

    fn row(&self, case: &str, roi: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.roi == roi && (!self.cases || row.case == case))
    }

    /// Has it a row of this lesion?
    pub fn has(&self, case: &str, roi: &str) -> bool {
        self.row(case, roi).is_some()
    }

    /// What it says of a lesion.
    pub fn value(&self, case: &str, roi: &str, key: &str) -> Option<&ClinicalValue> {
        self.row(case, roi)?.values.get(key)
    }

    /// Line and name of the rows of this case that are of none of these lesions.
    pub fn others<'t>(
        &'t self,
        case: &'t str,
        rois: &'t [&'t str],
    ) -> impl Iterator<Item = (u64, &'t str)> {
        let other = move |row: &&Row| {
            (!self.cases || row.case == case) && !rois.contains(&row.roi.as_str())
        };
        self.rows.iter().filter(other).map(|row| (row.line, row.roi.as_str()))
    }
}

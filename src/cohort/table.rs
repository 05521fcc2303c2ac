//! Small tables that a user writes: CSV with a strict heading.

use super::CohortError;
use csv::{Position, ReaderBuilder, StringRecord, Trim};

/// A table whose columns are all known.
pub(super) struct Sheet {
    /// Its name, for messages.
    pub file: String,
    /// Names of the columns.
    pub heading: Vec<String>,
    /// Line of each row, from 1, and its cells, as many as columns.
    pub rows: Vec<(u64, Vec<String>)>,
}

impl Sheet {
    /// Reads a table; each column must be one of `known`, and `needed` must be there.
    ///
    /// # Errors
    /// [`CohortError::Table`], [`CohortError::Column`].
    pub fn read(
        file: &str,
        text: &str,
        known: &[&str],
        needed: &[&str],
    ) -> Result<Self, CohortError> {
        let fault = |line, what: String| CohortError::Table { file: file.into(), line, what };
        // Spreadsheets write a byte order mark.
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
        let cells = |record: &StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let heading = cells(reader.headers().map_err(|error| fault(1, error.to_string()))?);
        for (at, column) in heading.iter().enumerate() {
            if !known.contains(&column.as_str()) {
                let (file, column) = (file.into(), column.clone());
                return Err(CohortError::Column { file, column, known: known.join(", ") });
            }
            if heading[..at].contains(column) {
                return Err(fault(1, format!("the column '{column}' is there twice")));
            }
        }
        for needed in needed {
            if !heading.iter().any(|column| column == needed) {
                return Err(fault(1, format!("there is no column '{needed}'")));
            }
        }
        // A position is where reading went on: before the blank lines that are left out.
        let line = |position: &Position| {
            let rest = usize::try_from(position.byte()).ok().and_then(|at| text.get(at..));
            let ends = rest.into_iter().flat_map(str::bytes).take_while(|b| b"\r\n".contains(b));
            position.line() + ends.filter(|b| *b == b'\n').count() as u64
        };
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, line);
                let what = match error.kind() {
                    csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                        format!("there are {len} cells, the heading has {expected_len}")
                    }
                    _ => error.to_string(),
                };
                fault(line, what)
            })?;
            rows.push((record.position().map_or(0, line), cells(&record)));
        }
        Ok(Self { file: file.into(), heading, rows })
    }

    /// That something is wrong with a line.
    pub fn fault(&self, line: u64, what: String) -> CohortError {
        CohortError::Table { file: self.file.clone(), line, what }
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.heading.iter().position(|column| column == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_strict_and_says_where() {
        let read = |text: &str| Sheet::read("t.csv", text, &["roi", "node"], &["roi"]);
        let sheet = read("\u{feff}roi , node\n\n a b ,1\n\"c,d\",\n").unwrap();
        assert_eq!((sheet.column("roi"), sheet.column("node")), (Some(0), Some(1)));
        let row = |line, a: &str, b: &str| (line, vec![a.to_owned(), b.to_owned()]);
        assert_eq!(sheet.rows, [row(3, "a b", "1"), row(4, "c,d", "")]);
        for (text, told) in [
            ("roi;node\nGTV;1\n", "t.csv has a column 'roi;node'; it may have roi, node"),
            ("roi,roi\n", "t.csv, line 1: the column 'roi' is there twice"),
            ("node\n1\n", "t.csv, line 1: there is no column 'roi'"),
            ("", "t.csv has a column"),
            ("roi,node\nGTV,1\nGTV\n", "t.csv, line 3: there are 1 cells, the heading has 2"),
        ] {
            let error = read(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.starts_with(told) || text.is_empty(), "{text:?}: {error}");
        }
    }
}

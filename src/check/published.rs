//! A row of a table of reference values, and when a number agrees with it.

use super::CheckError;

/// A published value.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Key of the family.
    pub family: String,
    /// Short name of the feature.
    pub short: String,
    /// Name of the aggregation.
    pub aggregation: String,
    /// Which phantom and configuration.
    pub config: String,
    /// The value as text, with the digits that were published.
    pub value: String,
    /// The tolerance as text.
    pub tolerance: String,
    /// Both as numbers.
    pub reference: Reference,
}

/// A value and what may differ from it and still agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    number: f64,
    /// Absolute; 0: equal after rounding to three significant digits.
    allowed: f64,
}

impl Reference {
    /// From the texts of a table. A tolerance is absolute, or relative after the word `rel`; 0
    /// means equal to three significant digits.
    ///
    /// # Errors
    /// Says which text is not a number.
    pub fn parse(value: &str, tolerance: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| format!("'{text}' is not a number"))
        };
        let wanted = number(value)?;
        let allowed = match tolerance.trim().strip_prefix("rel") {
            Some(relative) => number(relative)? * wanted.abs(),
            None => number(tolerance)?,
        };
        Ok(Self { number: wanted, allowed })
    }

    /// Does a number agree with it?
    pub fn agrees(self, number: f64) -> bool {
        // The table's own rounding counts as nothing: 1e-12 only absorbs the subtraction.
        let near = |n: f64| (n - self.number).abs() <= self.allowed + 1e-12 * self.number.abs();
        near(number) || self.allowed == 0.0 && near(three_digits(number))
    }
}

impl Published {
    /// The rows that have a value.
    ///
    /// The table is CSV with the columns family, `short_name`, aggregation, config, value and
    /// tolerance; see [`Reference::parse`].
    ///
    /// # Errors
    /// [`CheckError::Table`]: a column is missing, or a number is none.
    pub fn read(table: &str, text: &str) -> Result<Vec<Self>, CheckError> {
        let fault = |row, message: String| CheckError::Table { table: table.into(), row, message };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headings = reader.headers().map_err(|e| fault(0, e.to_string()))?.clone();
        let column = |name: &str| {
            let at = headings.iter().position(|heading| heading == name);
            at.ok_or_else(|| fault(0, format!("there is no column '{name}'")))
        };
        let names = ["family", "short_name", "aggregation", "config", "value", "tolerance"];
        let mut columns = [0; 6];
        for (at, name) in columns.iter_mut().zip(names) {
            *at = column(name)?;
        }
        let mut rows = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(|e| fault(index + 1, e.to_string()))?;
            let [family, short, aggregation, config, value, tolerance] =
                columns.map(|at| record.get(at).unwrap_or_default().trim().to_string());
            if value.is_empty() {
                continue;
            }
            let reference =
                Reference::parse(&value, &tolerance).map_err(|what| fault(index + 1, what))?;
            rows.push(Self { family, short, aggregation, config, value, tolerance, reference });
        }
        Ok(rows)
    }
}

/// Rounded to three significant digits.
fn three_digits(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: &str, tolerance: &str) -> Reference {
        let text = format!(
            "family,short_name,aggregation,config,value,tolerance\nx,y,3d,A,{value},{tolerance}\n"
        );
        Published::read("t", &text).unwrap().remove(0).reference
    }

    #[test]
    fn tolerances_are_absolute_relative_or_three_digits() {
        assert!(row("2.15", "0.01").agrees(2.16) && !row("2.15", "0.01").agrees(2.1601));
        assert!(row("-200", "rel 0.03").agrees(-206.0) && !row("-200", "rel 0.03").agrees(-206.1));
        assert!(row("0.0996", "0").agrees(0.09964) && !row("0.0996", "0").agrees(0.09966));
        assert!(!row("1", "0.5").agrees(f64::NAN));
    }

    #[test]
    fn rows_without_value_are_passed_over_and_faults_are_named() {
        let head = "family,short_name,aggregation,config,value,tolerance\n";
        assert_eq!(Published::read("t", &format!("{head}x,y,3d,A,,\n")).unwrap(), []);
        let fault = |text: &str| Published::read("t", text).unwrap_err().to_string();
        assert!(fault(&format!("{head}x,y,3d,A,one,0\n")).contains("row 1: 'one'"));
        assert!(fault("family,value\n").contains("'short_name'"));
    }
}

//! Columns of text, aligned.

/// A table for a terminal: first row is the heading.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    right: Vec<bool>,
    indent: usize,
}

impl Table {
    /// A table with these headings; a heading that starts with `>` makes its column right-aligned.
    pub fn new(headings: &[&str]) -> Self {
        let right = headings.iter().map(|h| h.starts_with('>')).collect();
        let heading = headings.iter().map(|h| h.trim_start_matches('>').to_string()).collect();
        Self { rows: vec![heading], right, indent: 0 }
    }

    /// The same, every line moved to the right by so many columns.
    pub fn indented(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// Adds a row; missing cells are empty.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The text, each line ended, no trailing spaces.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |cell: &str| cell.chars().count();
        let widths: Vec<usize> = (0..columns)
            .map(|c| self.rows.iter().filter_map(|r| r.get(c)).map(|s| width(s)).max().unwrap_or(0))
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = " ".repeat(self.indent);
            for (c, cell) in row.iter().enumerate() {
                let padding = " ".repeat(widths[c] - width(cell));
                let right = self.right.get(c).copied().unwrap_or(false);
                let (before, after) =
                    if right { (padding.as_str(), "") } else { ("", padding.as_str()) };
                line += before;
                line += cell;
                line += after;
                line += "  ";
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_clean() {
        let mut table = Table::new(&["name", ">value"]);
        table.row(["a", "1"]);
        table.row(["bcdef"]);
        table.row(["µ", "12345678"]);
        assert_eq!(table.render(), "name      value\na             1\nbcdef\nµ      12345678\n");
    }
}

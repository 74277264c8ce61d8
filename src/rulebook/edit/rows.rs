//! A table edited row by row: only the rows that change are written anew; the
//! others, and columns nobody knows, stay byte for byte.

use super::super::cells::{Cells, Row, separator};
use super::super::keys::Key;
use super::EditError;
use super::values::Values;

#[derive(Clone, Debug)]
pub struct Rows {
    text: String,
    keys: &'static [Key],
}

/// A row as it stands: where, and its cells.
struct Line {
    start: usize,
    end: usize,
    cells: Vec<String>,
}

impl Rows {
    pub fn new(text: String, keys: &'static [Key]) -> Self {
        Self { text, keys }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every row that holds something, by column.
    pub fn list(&self) -> Vec<Values> {
        let columns = self.columns();
        let rows = self.lines().into_iter().skip(1).filter(|line| !line.is_blank());
        rows.map(|line| values_of(&columns, &line)).collect()
    }

    /// The row whose `column` is `wanted`; cells that `values` does not name stay.
    pub fn change(&mut self, column: &'static str, wanted: &str, values: &Values) -> Result<(), EditError> {
        self.add_columns(values);
        let line = self.find(column, wanted)?;
        let columns = self.columns();
        let mut cells = line.cells.clone();
        for (index, name) in columns.iter().enumerate() {
            let Some(value) = name.and_then(|name| values.get(name)) else { continue };
            if cells.len() <= index {
                if value.is_empty() {
                    continue;
                }
                cells.resize(index + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(index).filter(|cell| cell.trim() != value.trim()) {
                cell.clone_from(value);
            }
        }
        if cells != line.cells {
            let ending = if self.text.get(line.start..line.end).is_some_and(|row| row.ends_with('\n')) {
                "\n"
            } else {
                ""
            };
            let row = self.row(&cells) + ending;
            self.text.replace_range(line.start..line.end, &row);
        }
        Ok(())
    }

    pub fn add(&mut self, values: &Values) {
        self.add_columns(values);
        let cells: Vec<String> = self
            .columns()
            .iter()
            .map(|name| name.and_then(|name| values.get(name)).cloned().unwrap_or_default())
            .collect();
        let row = self.row(&cells);
        self.end_last_line();
        self.text.push_str(&row);
        self.text.push('\n');
    }

    pub fn remove(&mut self, column: &'static str, wanted: &str) -> Result<(), EditError> {
        let line = self.find(column, wanted)?;
        self.text.replace_range(line.start..line.end, "");
        Ok(())
    }

    /// A new table has all columns; an old one gets those it lacks when a row
    /// needs them.
    fn add_columns(&mut self, values: &Values) {
        if self.text.trim().is_empty() {
            let names: Vec<String> = self.keys.iter().map(|key| key.name.to_owned()).collect();
            self.text = self.row(&names) + "\n";
            return;
        }
        let known = self.columns();
        let needed = self.keys.iter().map(|key| key.name);
        let lacking: Vec<String> = needed
            .filter(|name| {
                !known.contains(&Some(name)) && values.get(name).is_some_and(|text| !text.is_empty())
            })
            .map(str::to_owned)
            .collect();
        let Some(head) = self.lines().into_iter().next().filter(|_| !lacking.is_empty()) else { return };
        let cells: Vec<String> = head.cells.iter().cloned().chain(lacking).collect();
        let row = self.row(&cells) + "\n";
        self.text.replace_range(head.start..head.end, &row);
    }

    fn columns(&self) -> Vec<Option<&'static str>> {
        let head = self.lines().into_iter().next();
        let known = |cell: &String| {
            let written = cell.trim().to_ascii_lowercase();
            self.keys.iter().map(|key| key.name).find(|name| *name == written)
        };
        head.map(|head| head.cells.iter().map(known).collect()).unwrap_or_default()
    }

    fn lines(&self) -> Vec<Line> {
        let mut cells = Cells::new(&self.text);
        let mut row = Row::default();
        let mut lines = Vec::new();
        while cells.next_row(&mut row) {
            let range = row.span.range();
            let cells = row.cells.iter().map(|cell| cell.text.to_string()).collect();
            lines.push(Line { start: range.start, end: range.end, cells });
        }
        lines
    }

    fn find(&self, column: &'static str, wanted: &str) -> Result<Line, EditError> {
        let index = self.columns().iter().position(|name| *name == Some(column)).ok_or(EditError::Gone)?;
        let mut rows = self.lines().into_iter().skip(1);
        rows.find(|line| line.cells.get(index).is_some_and(|cell| cell.trim() == wanted))
            .ok_or(EditError::Gone)
    }

    fn row(&self, cells: &[String]) -> String {
        let separator = char::from(separator(&self.text));
        let cells: Vec<String> = cells.iter().map(|cell| cell_text(cell, separator)).collect();
        cells.join(&separator.to_string())
    }

    fn end_last_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

impl Line {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

fn values_of(columns: &[Option<&'static str>], line: &Line) -> Values {
    let pairs = columns.iter().zip(&line.cells);
    pairs.filter_map(|(name, cell)| Some(((*name)?, cell.trim().to_owned()))).collect()
}

/// In quotes where it would not be read as one cell otherwise.
pub fn cell_text(text: &str, separator: char) -> String {
    let needs_quotes = text.contains([separator, '"', '\n', '\r', ',', '\t']);
    if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::super::keys::COURSE_COLUMNS;
    use super::*;

    const TABLE: &str = "id,自己的,name,days_min\nc01,x,\"甲,乙\",3\n\nc02,,丙,\n";

    fn values(pairs: &[(&'static str, &str)]) -> Values {
        pairs.iter().map(|(key, value)| (*key, (*value).to_owned())).collect()
    }

    #[test]
    fn only_the_row_that_changes_is_written_anew() {
        let mut rows = Rows::new(TABLE.to_owned(), COURSE_COLUMNS);

        rows.change("id", "c02", &values(&[("name", "丁\"戊\""), ("theme", "党性")])).expect("it is there");

        assert_eq!(
            rows.text(),
            "id,自己的,name,days_min,theme\nc01,x,\"甲,乙\",3\n\nc02,,\"丁\"\"戊\"\"\",,党性\n"
        );
    }

    #[test]
    fn rows_come_and_go() {
        let mut rows = Rows::new(TABLE.trim_end().to_owned(), COURSE_COLUMNS);

        rows.add(&values(&[("id", "c03"), ("name", "己")]));
        rows.remove("id", "c01").expect("it is there");

        assert_eq!(rows.text(), "id,自己的,name,days_min\n\nc02,,丙,\nc03,,己,\n");
        assert!(matches!(rows.remove("id", "c01"), Err(EditError::Gone)));
    }

    #[test]
    fn a_new_table_begins_with_all_columns() {
        let mut rows = Rows::new(String::new(), COURSE_COLUMNS);

        rows.add(&values(&[("id", "c01"), ("name", "甲")]));

        assert!(rows.text().starts_with("id,name,theme,days_min,"), "{}", rows.text());
        assert_eq!(rows.list().first().and_then(|row| row.get("name")).map(String::as_str), Some("甲"));
    }
}

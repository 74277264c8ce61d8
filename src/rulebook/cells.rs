//! A comma-separated table, cell by cell, as spreadsheets write it (RFC 4180).
//! Our own reader, because every problem must point at its cell in the text
//! and a quote that is never closed must be told, not swallow the file.

use std::borrow::Cow;

use super::source::Span;

#[derive(Debug, Default)]
pub struct Row<'t> {
    /// As the spreadsheet numbers it, from 1.
    pub number: usize,
    pub span: Span,
    pub cells: Vec<Cell<'t>>,
}

#[derive(Clone, Debug, Default)]
pub struct Cell<'t> {
    pub text: Cow<'t, str>,
    /// Of the text, without its quotes.
    pub span: Span,
}

#[derive(Debug)]
pub struct Cells<'t> {
    text: &'t str,
    separator: u8,
    at: usize,
    number: usize,
    /// Where a quote was opened that the file never closes.
    pub unclosed: Option<usize>,
}

impl<'t> Cells<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, separator: separator(text), at: 0, number: 0, unclosed: None }
    }

    /// The next row, into the same memory. False at the end.
    pub fn next_row(&mut self, row: &mut Row<'t>) -> bool {
        row.cells.clear();
        if self.at >= self.text.len() {
            return false;
        }
        self.number += 1;
        row.number = self.number;
        let start = self.at;
        loop {
            let (cell, ends_row) = self.next_cell();
            row.cells.push(cell);
            if ends_row {
                break;
            }
        }
        row.span = Span::new(start, self.at);
        true
    }

    /// The cell at the reading position, and whether its row ends with it.
    fn next_cell(&mut self) -> (Cell<'t>, bool) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with('"') { self.quoted_cell() } else { self.plain_cell(rest) }
    }

    fn plain_cell(&mut self, rest: &'t str) -> (Cell<'t>, bool) {
        let length = rest.bytes().position(|b| b == self.separator || b == b'\n').unwrap_or(rest.len());
        let cell = Cell {
            text: Cow::Borrowed(rest.get(..length).unwrap_or_default()),
            span: Span::new(self.at, self.at + length),
        };
        self.at += length;
        (cell, self.pass_separator())
    }

    /// `"` doubled inside is one `"`; what follows the closing one counts too,
    /// as spreadsheets have it.
    fn quoted_cell(&mut self) -> (Cell<'t>, bool) {
        let opened = self.at;
        let start = opened + 1;
        let Some(end) = self.find_closing_quote(start) else {
            self.unclosed.get_or_insert(opened);
            self.at = self.text.len();
            let text = Cow::Borrowed(self.text.get(start..).unwrap_or_default());
            return (Cell { text, span: Span::new(start, self.at) }, true);
        };
        let inner = self.text.get(start..end).unwrap_or_default();
        let mut text =
            if inner.contains('"') { inner.replace("\"\"", "\"").into() } else { Cow::Borrowed(inner) };
        self.at = end + 1;
        let (tail, ends_row) = self.plain_cell(self.text.get(self.at..).unwrap_or_default());
        if !tail.text.is_empty() {
            text.to_mut().push_str(&tail.text);
        }
        (Cell { text, span: Span::new(start, end) }, ends_row)
    }

    fn find_closing_quote(&self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            at += bytes.get(at..)?.iter().position(|b| *b == b'"')?;
            if bytes.get(at + 1) != Some(&b'"') {
                return Some(at);
            }
            at += 2;
        }
    }

    fn pass_separator(&mut self) -> bool {
        let next = self.text.as_bytes().get(self.at).copied();
        self.at += usize::from(next.is_some());
        next != Some(self.separator)
    }
}

/// Commas; tabs where the first line has those instead (「Unicode 文本」).
pub fn separator(text: &str) -> u8 {
    let first = text.split('\n').next().unwrap_or_default();
    if first.contains('\t') && !first.contains(',') { b'\t' } else { b',' }
}

impl Row<'_> {
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.trim().is_empty())
    }
}

/// `C7`: column and row as the spreadsheet names them.
pub fn cell_name(column: usize, row: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + row.to_string().as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut cells = Cells::new(text);
        let mut row = Row::default();
        let mut rows = Vec::new();
        while cells.next_row(&mut row) {
            rows.push(row.cells.iter().map(|cell| cell.text.to_string()).collect());
        }
        rows
    }

    #[test]
    fn a_table_is_read_as_spreadsheets_write_it() {
        let cases: &[(&str, &str, &[&[&str]])] = &[
            ("plain cells", "a,b\n1,2\n", &[&["a", "b"], &["1", "2"]]),
            ("no last line break", "a,b", &[&["a", "b"]]),
            ("empty cells", ",\n,", &[&["", ""], &["", ""]]),
            ("quotes around commas and lines", "\"a,b\",\"c\nd\"\n", &[&["a,b", "c\nd"]]),
            ("doubled quotes", "\"说\"\"好\"\"\",x", &[&["说\"好\"", "x"]]),
            ("a quote inside a plain cell", "a\"b,c", &[&["a\"b", "c"]]),
            ("text after a closing quote", "\"a\"b,c", &[&["ab", "c"]]),
            ("tabs", "a\tb\n1,5\t2", &[&["a", "b"], &["1,5", "2"]]),
            ("a blank line", "a\n\nb", &[&["a"], &[""], &["b"]]),
            ("nothing", "", &[]),
        ];
        for (name, text, expected) in cases {
            assert_eq!(rows(text), *expected, "{name}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told() {
        let mut cells = Cells::new("a,b\n1,\"2\n3,4\n");
        let mut row = Row::default();
        while cells.next_row(&mut row) {}

        assert_eq!(cells.unclosed, Some(6));
    }

    #[test]
    fn cells_are_named_as_in_a_spreadsheet() {
        for (column, name) in [(0, "A7"), (2, "C7"), (25, "Z7"), (26, "AA7"), (51, "AZ7"), (52, "BA7")] {
            assert_eq!(cell_name(column, 7), name);
        }
    }
}

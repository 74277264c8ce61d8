//! A table as people see it: rows of texts, from an .xlsx or from CSV in any
//! encoding. Numbers and dates are written as a person would type them.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{DataRef, Reader as _, SheetVisible, Xlsx, open_workbook_from_rs};

use super::super::cells::{Cells, Row, cell_name};
use super::super::decode::{DecodeError, decode, is_no_text};
use super::super::edit::cell_text;
use super::{ImportError, MAX_BYTES, archive};

pub const MAX_ROWS: usize = 20_000;
pub const MAX_COLUMNS: usize = 64;
/// Rows times columns is more than anybody fills: texts in all cells together.
const MAX_TEXT: usize = 24 << 20;

/// How an .xlsx begins, a zip archive.
const WORKBOOK: &[u8] = b"PK\x03\x04";
/// How .xls and .et begin, and an .xlsx with a password.
const OLD_WORKBOOK: &[u8] = b"\xd0\xcf\x11\xe0";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// As the spreadsheet numbers them, from row 1: blank rows are there too.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// As `read`, for a file that says by its name what it is: what is called
    /// .xlsx and is none is broken, whatever its bytes could be taken for.
    pub fn read_named(name: &str, bytes: &[u8]) -> Result<Self, ImportError> {
        let is_workbook = bytes.starts_with(WORKBOOK) || bytes.starts_with(OLD_WORKBOOK);
        let says_so = Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
        if says_so && !is_workbook && !bytes.is_empty() {
            return Err(ImportError::NotASpreadsheet);
        }
        Self::read(bytes)
    }

    pub fn read(bytes: &[u8]) -> Result<Self, ImportError> {
        if bytes.len() > MAX_BYTES {
            return Err(ImportError::TooLarge { size: bytes.len() });
        }
        if bytes.starts_with(OLD_WORKBOOK) {
            return Err(ImportError::OldSpreadsheet);
        }
        let grid = if bytes.starts_with(WORKBOOK) { read_xlsx(bytes)? } else { read_csv(bytes)? };
        if grid.head().is_none() { Err(ImportError::Empty) } else { Ok(grid) }
    }

    /// The row of headings: the first that holds something. Titles above a table
    /// fill one cell alone.
    pub fn head(&self) -> Option<usize> {
        let filled = |row: &[String]| row.iter().filter(|cell| !cell.trim().is_empty()).count();
        let wide = self.rows.iter().position(|row| filled(row) > 1);
        wide.or_else(|| self.rows.iter().position(|row| filled(row) > 0))
    }

    pub fn headings(&self) -> &[String] {
        self.head().and_then(|head| self.rows.get(head)).map_or(&[], Vec::as_slice)
    }

    /// Below the headings, what is not blank, with the number of its row from 1.
    pub fn records(&self) -> impl Iterator<Item = (usize, &Vec<String>)> {
        let numbered = (1..).zip(&self.rows).skip(self.head().map_or(0, |head| head + 1));
        numbered.filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()))
    }

    /// `A`, `B`, … as the spreadsheet names its columns.
    pub fn letter(column: usize) -> String {
        cell_name(column, 0).trim_end_matches('0').to_owned()
    }

    /// The same as CSV, so that a page can carry it from one step to the next.
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| cell_text(cell, ',')).collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        text
    }

    fn put(&mut self, row: usize, column: usize, text: String) -> Result<(), ImportError> {
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(ImportError::TooManyCells { rows: MAX_ROWS, columns: MAX_COLUMNS });
        }
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
        if let Some(cells) = self.rows.get_mut(row) {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(column) {
                *cell = text;
            }
        }
        Ok(())
    }
}

fn read_csv(bytes: &[u8]) -> Result<Grid, ImportError> {
    let text = decode(bytes).map_err(|error| match error {
        DecodeError::UnknownEncoding if bytes.iter().any(|byte| is_no_text(char::from(*byte))) => {
            ImportError::NotASpreadsheet
        }
        DecodeError::UnknownEncoding => ImportError::Undecodable,
        DecodeError::NotText => ImportError::NotASpreadsheet,
    })?;
    // In UTF-8 too: a table of such things is none.
    if text.contains(is_no_text) {
        return Err(ImportError::NotASpreadsheet);
    }
    let (mut grid, mut cells, mut row) = (Grid::default(), Cells::new(&text), Row::default());
    while cells.next_row(&mut row) {
        for (column, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
            grid.put(row.number - 1, column, cell.text.to_string())?;
        }
    }
    Ok(grid)
}

/// The first sheet that is visible and holds something. What makes the reader
/// itself fail is as broken as what it refuses.
fn read_xlsx(bytes: &[u8]) -> Result<Grid, ImportError> {
    archive::check(bytes)?;
    let reading = AssertUnwindSafe(|| {
        let broken = |_| ImportError::NotASpreadsheet;
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(broken)?;
        let visible = book.sheets_metadata().iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
        let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
        for name in names {
            let grid = read_sheet(&mut book, &name)?;
            if grid.head().is_some() {
                return Ok(grid);
            }
        }
        Ok(Grid::default())
    });
    catch_unwind(reading).unwrap_or(Err(ImportError::NotASpreadsheet))
}

/// Cell by cell: two cells far apart must not cost the space between them.
fn read_sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Grid, ImportError> {
    let broken = |_| ImportError::NotASpreadsheet;
    let mut grid = Grid::default();
    let mut length = 0;
    let Ok(mut cells) = book.worksheet_cells_reader(name) else { return Ok(grid) };
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let text = text_of(cell.get_value());
        if text.is_empty() {
            continue;
        }
        length += text.len();
        if length > MAX_TEXT {
            return Err(ImportError::TooLarge { size: length });
        }
        let (row, column) = cell.get_position();
        let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        grid.put(place(row), place(column), text)?;
    }
    Ok(grid)
}

fn text_of(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => unify_line_ends(text),
        DataRef::SharedString(text) => unify_line_ends(text),
        DataRef::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute) == (0, 0) { date } else { format!("{date} {hour:02}:{minute:02}") }
        }
        DataRef::DateTime(duration) => duration.as_f64().to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn unify_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace("_x000D_", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(rows: &[&[&str]]) -> Grid {
        let row = |cells: &&[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        Grid { rows: rows.iter().map(row).collect() }
    }

    #[test]
    fn a_table_is_read_in_any_encoding_and_carried_as_csv() {
        let text = "课名,天数\n\n\"甲,\"\"乙\"\"\",3\n";
        let (gb18030, _, _) = encoding_rs::GB18030.encode(text);
        let expected = grid(&[&["课名", "天数"], &[], &["甲,\"乙\"", "3"]]);

        for bytes in [text.as_bytes(), &gb18030, &[b"\xef\xbb\xbf", text.as_bytes()].concat()] {
            let read = Grid::read(bytes).expect("a table");
            assert_eq!(read, expected);
            assert_eq!(Grid::read(read.to_csv().as_bytes()).expect("the same"), expected);
        }
    }

    #[test]
    fn a_title_above_the_table_is_not_its_head() {
        let read = Grid::read("2026年课程表\n课名,天数\n甲,3\n".as_bytes()).expect("a table");

        assert_eq!(read.headings(), ["课名", "天数"]);
        assert_eq!(read.records().map(|(number, _)| number).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn what_is_no_table_is_refused_with_the_way_out() {
        let rows = "a,b\n".repeat(MAX_ROWS + 1);
        let columns = ",a".repeat(MAX_COLUMNS);
        let cases: &[(&str, Vec<u8>)] = &[
            ("nothing", Vec::new()),
            ("blank", b"\n,,\n".to_vec()),
            ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1".to_vec()),
            ("a torn archive", b"PK\x03\x04rest".to_vec()),
            ("a picture", b"\x89PNG\r\n\x1a\n\x00\xff".to_vec()),
            ("too many rows", rows.into_bytes()),
            ("too many columns", columns.into_bytes()),
            ("too large", vec![b'a'; MAX_BYTES + 1]),
        ];
        for (name, bytes) in cases {
            assert!(Grid::read(bytes).is_err(), "{name}");
        }
    }

    #[test]
    fn junk_is_no_table_whatever_it_is_called() {
        // Each of these bytes is, or begins, a character of GB18030.
        let junk: Vec<u8> = b"\xb0\xa1\x02\xc4\xe3\x1f\xba\xc3".repeat(20);
        let cases: &[(&str, &[u8])] = &[
            ("表.csv", &junk),
            ("表.xlsx", &junk),
            ("表.XLSX", "随便写的一段话".as_bytes()),
            ("表.xlsx", "课名,天数\n甲,3\n".as_bytes()),
            ("表.csv", b"\x89PNG\r\n\x1a\n\x00\xff\x01"),
        ];
        for (name, bytes) in cases {
            let read = Grid::read_named(name, bytes);
            assert!(matches!(read, Err(ImportError::NotASpreadsheet)), "{name}: {read:?}");
        }
        let text = "课名,说明\n甲,一\u{b}二\n\u{1a}".as_bytes();
        assert!(Grid::read_named("表.csv", text).is_ok(), "as old programs save it");
        assert!(matches!(Grid::read_named("表.xlsx", b""), Err(ImportError::Empty)));
    }
}

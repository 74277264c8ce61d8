//! Rows become an .xlsx that Excel and WPS open without guessing: headings in
//! bold and kept in view, every cell a text unless it is a number, so that a
//! telephone number keeps its zero and a cell that begins with `=` stays what
//! somebody wrote. Not here: which rows (store), the page they are asked from
//! (console).

mod leads;
mod week;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

pub use leads::{LeadNames, leads};
pub use week::{WeekNames, week};

/// Wide enough for a sentence, narrow enough for a screen; in characters.
const WIDEST: usize = 40;
/// What Excel takes in one cell, in UTF-16 units. Source: Excel specifications
/// and limits.
const MOST_UNITS: usize = 32_767;

#[derive(Debug, thiserror::Error)]
#[error("表格做不出来：{0}")]
pub struct SheetError(#[from] XlsxError);

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub name: String,
    pub headings: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Empty, Into::into)
    }
}

/// The bytes of the file.
pub fn write(sheets: &[Sheet]) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    for sheet in sheets {
        write_sheet(&mut book, sheet)?;
    }
    Ok(book.save_to_buffer()?)
}

fn write_sheet(book: &mut Workbook, sheet: &Sheet) -> Result<(), SheetError> {
    let bold = Format::new().set_bold();
    let text = Format::new().set_num_format("@");
    let page = book.add_worksheet().set_name(&sheet.name)?;
    page.set_freeze_panes(1, 0)?;
    for (column, heading) in (0_u16..).zip(&sheet.headings) {
        page.write_string_with_format(0, column, heading, &bold)?;
        page.set_column_width(column, width_of(sheet, usize::from(column)))?;
    }
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(words) => {
                    page.write_string_with_format(row, column, fitting(words), &text)?;
                }
                Cell::Number(number) => {
                    page.write_number(row, column, *number)?;
                }
            }
        }
    }
    Ok(())
}

/// As much of a text as fits into a cell.
fn fitting(text: &str) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MOST_UNITS
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// A Chinese character is as wide as two Latin ones.
fn width_of(sheet: &Sheet, column: usize) -> f64 {
    let texts = sheet.rows.iter().filter_map(|row| match row.get(column) {
        Some(Cell::Text(text)) => Some(text.as_str()),
        Some(Cell::Number(_) | Cell::Empty) | None => None,
    });
    let heading = sheet.headings.get(column).map(String::as_str);
    let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let widest = texts.chain(heading).map(width).max().unwrap_or(0).min(WIDEST);
    f64::from(u32::try_from(widest).unwrap_or(0)) + 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_into_a_cell_as_excel_counts_it() {
        for (text, units) in [
            ("a".repeat(MOST_UNITS), MOST_UNITS),
            ("a".repeat(MOST_UNITS + 1), MOST_UNITS),
            ("松".repeat(MOST_UNITS + 1), MOST_UNITS),
            // Two units each: half a character never stays.
            ("😀".repeat(20_000), MOST_UNITS - 1),
            (String::new(), 0),
        ] {
            assert_eq!(fitting(&text).encode_utf16().count(), units);
        }
    }
}

//! A list as a file that a spreadsheet opens without guessing: xlsx, or CSV
//! with a byte order mark. Not here: reading such files.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Deserialize;

use super::failure::PageError;
use crate::spreadsheet;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    #[default]
    Xlsx,
    Csv,
}

/// What a list holds, row by row.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Of the file, without its ending: letters, digits, `-`.
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    pub(super) fn respond(&self, kind: Kind) -> Result<Response, PageError> {
        let broken = |cause: &dyn std::fmt::Display| PageError::Broken(cause.to_string().into());
        let (bytes, media_type, ending) = match kind {
            Kind::Xlsx => (self.xlsx().map_err(|cause| broken(&cause))?, XLSX, "xlsx"),
            Kind::Csv => (self.csv().map_err(|cause| broken(&cause))?, "text/csv; charset=utf-8", "csv"),
        };
        Ok(file(&format!("{}.{ending}", self.name), media_type, bytes))
    }

    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let bold = Format::new().set_bold();
        for (column, title) in (0..).zip(&self.head) {
            sheet.write_string_with_format(0, column, title, &bold)?;
        }
        for (line, row) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(row) {
                sheet.write_string(line, column, cell)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofit();
        book.save_to_buffer()
    }

    fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
        for row in std::iter::once(&self.head).chain(&self.rows) {
            writer.write_record(row.iter().map(|cell| harmless(cell)))?;
        }
        writer.into_inner().map_err(|failure| failure.into_error().into())
    }
}

/// Tables that `spreadsheet` knows, as one file.
pub(super) fn book(name: &str, sheets: &[spreadsheet::Sheet]) -> Result<Response, PageError> {
    let broken = |cause: spreadsheet::SheetError| PageError::Broken(cause.to_string().into());
    Ok(file(&format!("{name}.xlsx"), XLSX, spreadsheet::write(sheets).map_err(broken)?))
}

/// `name` has letters, digits, `-` and `.` alone.
pub(super) fn file(name: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    let saved_as = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, saved_as)], bytes).into_response()
}

/// A cell that begins like this is a formula to a spreadsheet, whoever wrote it.
fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let row = ["王五", "=HYPERLINK(\"http://evil\")"].map(str::to_owned).to_vec();
        Sheet { name: "log".to_owned(), head: vec!["谁".to_owned(), "什么".to_owned()], rows: vec![row] }
    }

    #[test]
    fn a_csv_begins_with_its_mark_and_holds_no_formula() {
        let text = String::from_utf8(sheet().csv().expect("a file")).expect("UTF-8");

        assert_eq!(text, "\u{feff}谁,什么\n王五,\"'=HYPERLINK(\"\"http://evil\"\")\"\n");
    }

    #[test]
    fn an_xlsx_is_a_zip() {
        assert!(sheet().xlsx().expect("a file").starts_with(b"PK"));
    }
}

//! A list as a file to take along: xlsx, or CSV with a byte order mark. Files are
//! made off the threads that answer. Not here: what an xlsx is (spreadsheet),
//! reading such files (rulebook::import).

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tokio::task::spawn_blocking;

use super::failure::PageError;
use crate::spreadsheet::{Cell, Sheet, write};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    #[default]
    Xlsx,
    /// Of several tables, the first.
    Csv,
}

/// The tables that `make` makes, as one file. `name` is without its ending:
/// letters, digits, `-`.
pub(super) async fn book(
    name: &str,
    kind: Kind,
    make: impl FnOnce() -> Vec<Sheet> + Send + 'static,
) -> Result<Response, PageError> {
    let made = spawn_blocking(move || bytes(kind, &make())).await;
    let bytes = made.map_err(|failure| PageError::Broken(failure.to_string().into()))??;
    let (ending, media_type) = match kind {
        Kind::Xlsx => ("xlsx", XLSX),
        Kind::Csv => ("csv", CSV),
    };
    Ok(file(&format!("{name}.{ending}"), media_type, bytes))
}

/// `name` has letters, digits, `-` and `.` alone.
pub(super) fn file(name: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    let saved_as = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, saved_as)], bytes).into_response()
}

fn bytes(kind: Kind, sheets: &[Sheet]) -> Result<Vec<u8>, PageError> {
    let broken = |cause: &dyn std::fmt::Display| PageError::Broken(cause.to_string().into());
    match kind {
        Kind::Xlsx => write(sheets).map_err(|cause| broken(&cause)),
        Kind::Csv => csv(sheets.first().unwrap_or(&Sheet::default())).map_err(|cause| broken(&cause)),
    }
}

fn csv(sheet: &Sheet) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(sheet.headings.iter().map(|heading| harmless(heading)))?;
    for row in &sheet.rows {
        writer.write_record(row.iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => harmless(text),
            Cell::Number(number) => number.to_string(),
        }))?;
    }
    writer.into_inner().map_err(|failure| failure.into_error().into())
}

/// A cell that begins like this is a formula to a spreadsheet, whoever wrote it.
fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_begins_with_its_mark_and_holds_no_formula() {
        let row = ["王五", "=HYPERLINK(\"http://evil\")", ""].map(Cell::from).to_vec();
        let headings = ["谁", "什么", "哪里"].map(str::to_owned).to_vec();
        let sheet = Sheet { name: String::new(), headings, rows: vec![row] };

        let text = String::from_utf8(csv(&sheet).expect("a file")).expect("UTF-8");

        assert_eq!(text, "\u{feff}谁,什么,哪里\n王五,\"'=HYPERLINK(\"\"http://evil\"\")\",\n");
    }
}

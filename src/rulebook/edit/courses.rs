//! `courses.csv`: one course a row.

use super::super::keys;
use super::rows::Rows;
use super::values::Values;
use super::{EditError, Saved};

const ID: &str = "id";

/// Where Excel saves a new table, it begins with a mark: without it Excel would
/// read UTF-8 as GBK.
const NEW_TABLE: &[u8] = b"\xef\xbb\xbf";

/// The names of the columns, in the order of a new file.
pub fn columns() -> impl Iterator<Item = &'static str> {
    keys::COURSE_COLUMNS.iter().map(|key| key.name)
}

pub fn list(bytes: &[u8]) -> Result<Vec<Values>, EditError> {
    Ok(Rows::new(Saved::open(bytes)?.text, keys::COURSE_COLUMNS).list())
}

/// `was` is the id under which it stands; None: a new row at the end.
pub fn put(bytes: Option<&[u8]>, was: Option<&str>, values: &Values) -> Result<Vec<u8>, EditError> {
    let saved = Saved::open(bytes.unwrap_or(NEW_TABLE))?;
    let mut rows = Rows::new(saved.text.clone(), keys::COURSE_COLUMNS);
    match was {
        Some(id) => rows.change(ID, id, values)?,
        None => rows.add(values),
    }
    Ok(saved.save(rows.text()))
}

pub fn remove(bytes: &[u8], id: &str) -> Result<Vec<u8>, EditError> {
    let saved = Saved::open(bytes)?;
    let mut rows = Rows::new(saved.text.clone(), keys::COURSE_COLUMNS);
    rows.remove(ID, id)?;
    Ok(saved.save(rows.text()))
}

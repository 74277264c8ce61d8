//! Rows of a table into contacts.toml: a contact that is known by its name is
//! changed, the others are added. Opening hours of single days are no cell of a
//! table and stay as they are.

use std::collections::BTreeSet;

use super::super::Files;
use super::super::edit::{Values, contacts};
use super::cells;
use super::columns::{Mapping, Target};
use super::courses::{change, text};
use super::grid::Grid;
use super::{CellProblem, ImportError, Imported, Mistake, RowChange};

const FILE: &str = "contacts.toml";
/// How people are reached: one of them is enough.
const REACHED: [&str; 2] = ["phone", "wechat"];

pub fn import(grid: &Grid, mapping: &Mapping, into: &Files) -> Result<Imported, ImportError> {
    let no_column = |column| ImportError::NoColumn { table: Target::Contacts, column };
    if !mapping.has("name") {
        return Err(no_column("名字"));
    }
    if !REACHED.iter().any(|key| mapping.has(key)) {
        return Err(no_column("电话"));
    }
    let broken = |_| ImportError::BrokenFile(FILE);
    let mut bytes = into.get(FILE).unwrap_or_default().to_vec();
    let known = contacts::list(&bytes).map_err(broken)?;
    let (mut imported, mut seen, mut default) = (Imported::default(), BTreeSet::new(), None);
    for (number, row) in grid.records() {
        let problems_before = imported.problems.len();
        let mut values = cells::read(Target::Contacts, mapping, number, row, &mut imported.problems);
        let name = text(&values, "name").to_owned();
        let before = known.iter().find(|contact| text(contact, "name") == name);
        imported.problems.extend(mistakes(&values, before, mapping, number));
        if !text(&values, "default").is_empty() {
            imported.problems.extend(second_default(&mut default, mapping, number));
        }
        if imported.problems.len() > problems_before {
            continue;
        }
        if !seen.insert(name.clone()) {
            imported
                .left_out
                .push(format!("第 {number} 行和前面的一行都叫「{name}」，没有再读。请给其中一位换个名字。"));
            continue;
        }
        if before.is_some_and(has_days) && values.remove("hours").is_some_and(|hours| !hours.is_empty()) {
            imported
                .left_out
                .push(format!("「{name}」的接听时间是按星期填的，没有改。要改请在「联系人」里改。"));
        }
        let changed = contacts::put(&bytes, before.map(|_| name.as_str()), &values);
        bytes = changed.map_err(broken)?;
        imported.rows.push(RowChange { name, kind: change(before, &values) });
    }
    if into.get(FILE).unwrap_or_default() != bytes {
        imported.files.push((FILE.to_owned(), bytes.into()));
    }
    Ok(imported)
}

/// Who nobody can call by name, or reach.
fn mistakes(
    values: &Values,
    before: Option<&Values>,
    mapping: &Mapping,
    number: usize,
) -> Option<CellProblem> {
    if text(values, "name").is_empty() {
        return cells::missing(Target::Contacts, mapping, number, "name");
    }
    let was_given = |key: &str| before.is_some_and(|before| is_given(before, key));
    // A cell that could not be read was told.
    let is_open = |key: &str| !values.contains_key(key) && (mapping.has(key) || was_given(key));
    if REACHED.iter().any(|key| is_given(values, key) || is_open(key)) {
        return None;
    }
    let key = REACHED.iter().find(|key| mapping.has(key))?;
    cells::told(Target::Contacts, mapping, number, key, Mistake::OutOfReach)
}

/// Replies name one of them where they name nobody.
fn second_default(first: &mut Option<usize>, mapping: &Mapping, number: usize) -> Option<CellProblem> {
    match *first {
        Some(first) => {
            cells::told(Target::Contacts, mapping, number, "default", Mistake::SecondDefault { first })
        }
        None => {
            *first = Some(number);
            None
        }
    }
}

fn has_days(contact: &Values) -> bool {
    contact.iter().any(|(key, value)| key.starts_with("open_") && !value.is_empty())
}

fn is_given(values: &Values, key: &str) -> bool {
    !text(values, key).is_empty()
}

//! Rows of a table into courses.csv: a course that is known by its id, or by its
//! name where the table has no ids, is changed; the others are added.

use std::collections::BTreeSet;

use super::super::Files;
use super::super::edit::{Values, courses};
use super::cells;
use super::columns::{Mapping, Target};
use super::grid::Grid;
use super::{ChangeKind, ImportError, Imported, RowChange};

const FILE: &str = "courses.csv";

pub fn import(grid: &Grid, mapping: &Mapping, into: &Files) -> Result<Imported, ImportError> {
    if !mapping.has("name") {
        return Err(ImportError::NoColumn { table: Target::Courses, column: "课名" });
    }
    let mut bytes = into.get(FILE).map(<[u8]>::to_vec);
    let broken = |_| ImportError::BrokenFile(FILE);
    let mut known = bytes.as_deref().map_or(Ok(Vec::new()), courses::list).map_err(broken)?;
    let mut imported = Imported::default();
    let mut seen = BTreeSet::new();
    for (number, row) in grid.records() {
        let problems_before = imported.problems.len();
        let mut values = cells::read(Target::Courses, mapping, number, row, &mut imported.problems);
        if text(&values, "name").is_empty() {
            imported.problems.extend(cells::missing(Target::Courses, mapping, number, "name"));
        }
        for ends in [("days_min", "days_max"), ("people_min", "people_max")] {
            imported.problems.extend(cells::below_least(Target::Courses, mapping, number, &values, ends));
        }
        if imported.problems.len() > problems_before {
            continue;
        }
        let before = find(&known, &values).cloned();
        let id = match (&before, text(&values, "id")) {
            (Some(before), _) => text(before, "id").to_owned(),
            (None, "") => free_id(&known),
            (None, id) => id.to_owned(),
        };
        values.insert("id", id.clone());
        if !seen.insert(id.clone()) {
            imported.left_out.push(format!(
                "第 {number} 行和前面的一行是同一门课「{}」，没有再读。",
                text(&values, "name")
            ));
            continue;
        }
        let changed = courses::put(bytes.as_deref(), before.as_ref().map(|_| id.as_str()), &values);
        bytes = Some(changed.map_err(broken)?);
        let name = text(&values, "name").to_owned();
        imported.rows.push(RowChange { name, kind: change(before.as_ref(), &values) });
        if before.is_none() {
            known.push(values);
        }
    }
    imported.files.extend(
        bytes.filter(|bytes| into.get(FILE) != Some(bytes)).map(|bytes| (FILE.to_owned(), bytes.into())),
    );
    Ok(imported)
}

fn find<'k>(known: &'k [Values], values: &Values) -> Option<&'k Values> {
    let id = text(values, "id");
    let key = if id.is_empty() { "name" } else { "id" };
    known.iter().find(|course| text(course, key) == text(values, key))
}

/// `c01`, `c02`, …
fn free_id(known: &[Values]) -> String {
    let is_free = |id: &String| known.iter().all(|course| text(course, "id") != id);
    (1..).map(|number| format!("c{number:02}")).find(is_free).unwrap_or_default()
}

/// What of `values` is different from what was there.
pub fn change(before: Option<&Values>, values: &Values) -> ChangeKind {
    let Some(before) = before else { return ChangeKind::Added };
    let changed = values.iter().filter(|(key, value)| text(before, key) != value.trim());
    let fields: Vec<_> =
        changed.map(|(key, value)| (*key, text(before, key).to_owned(), value.clone())).collect();
    if fields.is_empty() { ChangeKind::Same } else { ChangeKind::Changed(fields) }
}

pub fn text<'v>(values: &'v Values, key: &str) -> &'v str {
    values.get(key).map(|text| text.trim()).unwrap_or_default()
}

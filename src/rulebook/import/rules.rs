//! Rows of a table into a table of rules of their own, `rules/imported.csv`: a
//! rule of that table that is known by its id or name is changed, others are
//! added. Rules of other files are never touched.

use std::collections::BTreeSet;

use super::super::edit::{Rows, Saved, Values};
use super::super::keys::RULE_COLUMNS;
use super::super::{Files, roster};
use super::cells;
use super::columns::{Mapping, Target};
use super::courses::{change, text};
use super::grid::Grid;
use super::{ImportError, Imported, RowChange};

const FILE: &str = "rules/imported.csv";
/// A new table begins with a mark, or Excel would read UTF-8 as GBK.
const NEW_TABLE: &[u8] = b"\xef\xbb\xbf";
/// What makes a rule fire.
const FIRES: [&str; 5] = ["contains", "equals", "starts", "pattern", "questions"];

pub fn import(grid: &Grid, mapping: &Mapping, into: &Files) -> Result<Imported, ImportError> {
    if !mapping.has("reply") {
        return Err(ImportError::NoColumn { table: Target::Rules, column: "回复" });
    }
    if !FIRES.iter().any(|key| mapping.has(key)) {
        return Err(ImportError::NoColumn { table: Target::Rules, column: "含有" });
    }
    let mut imported = Imported::default();
    let mut rows = Vec::new();
    for (number, row) in grid.records() {
        let problems_before = imported.problems.len();
        let mut values = cells::read(Target::Rules, mapping, number, row, &mut imported.problems);
        for key in ["contains", "equals", "starts", "exclude"] {
            values.entry(key).and_modify(|words| *words = apart(words));
        }
        if text(&values, "reply").is_empty() {
            imported.problems.extend(cells::missing(Target::Rules, mapping, number, "reply"));
        }
        if FIRES.iter().all(|key| text(&values, key).is_empty()) {
            let key = FIRES.iter().find(|key| mapping.has(key)).copied().unwrap_or("contains");
            imported.problems.extend(cells::missing(Target::Rules, mapping, number, key));
        }
        if imported.problems.len() == problems_before {
            rows.push((format!("第 {number} 行"), values));
        }
    }
    put(rows, FILE, into, &mut imported)?;
    Ok(imported)
}

/// `rows` with what each is called in a sentence.
pub fn put(
    rows: Vec<(String, Values)>,
    file: &'static str,
    into: &Files,
    imported: &mut Imported,
) -> Result<(), ImportError> {
    let saved =
        Saved::open(into.get(file).unwrap_or(NEW_TABLE)).map_err(|_| ImportError::BrokenFile(file))?;
    let mut table = Rows::new(saved.text.clone(), RULE_COLUMNS);
    let known = table.list();
    let elsewhere = roster::rule_ids(into, |path| path != file);
    let mut taken: BTreeSet<String> = elsewhere.keys().cloned().collect();
    taken.extend(known.iter().map(|rule| text(rule, "id").to_owned()));
    let mut seen = BTreeSet::new();
    for (called, mut values) in rows {
        if text(&values, "name").is_empty() {
            let name = name_of(&values);
            values.insert("name", name);
        }
        let before = find(&known, &values);
        let id = match (before, text(&values, "id")) {
            (Some(before), _) => text(before, "id").to_owned(),
            (None, "") => free_id(&taken),
            (None, id) => id.to_owned(),
        };
        if let Some(owner) = elsewhere.get(&id) {
            imported.left_out.push(format!(
                "{called}「{}」没有导入：编号 {id} 已经在 {owner} 里用了，请换个编号。",
                text(&values, "name")
            ));
            continue;
        }
        values.insert("id", id.clone());
        if !seen.insert(id.clone()) {
            imported
                .left_out
                .push(format!("{called}「{}」没有导入：前面已有同名或同编号的一条。", text(&values, "name")));
            continue;
        }
        match before {
            Some(_) => table.change("id", &id, &values).map_err(|_| ImportError::BrokenFile(file))?,
            None => table.add(&values),
        }
        imported
            .rows
            .push(RowChange { name: text(&values, "name").to_owned(), kind: change(before, &values) });
        taken.insert(id);
    }
    if table.text() != saved.text {
        imported.files.push((file.to_owned(), saved.save(table.text()).into()));
    }
    Ok(())
}

fn find<'k>(known: &'k [Values], values: &Values) -> Option<&'k Values> {
    let id = text(values, "id");
    let key = if id.is_empty() { "name" } else { "id" };
    known.iter().find(|rule| text(rule, key) == text(values, key))
}

fn free_id(taken: &BTreeSet<String>) -> String {
    (1..).map(|number| format!("r{number:03}")).find(|id| !taken.contains(id)).unwrap_or_default()
}

/// A table of questions and answers has no names: the first thing asked is one.
fn name_of(values: &Values) -> String {
    const LONGEST: usize = 20;
    let first =
        |key: &&str| text(values, key).split(['；', ';', '\n']).next().unwrap_or_default().trim().to_owned();
    let order = ["questions", "equals", "contains", "starts", "pattern"];
    let name = order.iter().map(first).find(|text| !text.is_empty()).unwrap_or_default();
    name.chars().take(LONGEST).collect()
}

/// People put 、 or a comma between words; the table wants `；`.
fn apart(words: &str) -> String {
    if words.contains(['；', ';', '\n']) {
        return words.to_owned();
    }
    let words = words.split(['、', '，', ',']).map(str::trim).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("；")
}

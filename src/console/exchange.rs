//! 导入导出: a table or WeChat's own replies come in, column by column and with
//! every mistake under the name of its cell, into the member's draft; tables for
//! people go out. What was read travels in the page, so no process has to keep
//! it. Not here: reading files (rulebook::import).

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;

use super::failure::PageError;
use super::form::Choice;
use super::frame::{Frame, show as show_page, show_again};
use super::sheet::{self, Kind};
use super::upload::Upload;
use super::visit::Visit;
use super::words::{Sentence, Words};
use crate::model::Right;
use crate::publishing::{Draft, WriteError};
use crate::rulebook::import::{
    CellProblem, ChangeKind, Grid, ImportError, Imported, MAX_BYTES, MAX_CELL_CHARS, Mapping, Mistake,
    Target, guess, import, import_grid, is_tencent,
};
use crate::rulebook::{Files, export};
use crate::spreadsheet::{Cell, Sheet};
use crate::store::StoreError;

const ADDRESS: &str = "/console/import";
/// Enough to see what is meant; the rest is counted.
const MOST_SHOWN: usize = 100;
/// Rows of the table that help to tell its columns apart.
const SAMPLES: usize = 3;
const SAMPLE_CHARS: usize = 30;

#[derive(Template)]
#[template(path = "console/pages/import.html")]
struct ImportPage {
    frame: Frame,
    target: Target,
    targets: Vec<Choice>,
    failure: Option<String>,
    review: Option<Review>,
    may_edit: bool,
}

/// What was read, before anything is saved.
struct Review {
    /// The table as it travels; WeChat's replies as they came.
    table: String,
    /// Empty for WeChat's replies: they have no columns.
    columns: Vec<Column>,
    choices: Vec<Choice>,
    imported: Option<Imported>,
}

struct Column {
    letter: String,
    heading: String,
    samples: String,
    key: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(rename = "as")]
    target: String,
}

/// What is to be done with what was sent.
#[derive(Clone)]
struct Reading {
    target: Target,
    /// As the browser calls the file; empty for what a page carries.
    name: String,
    bytes: Vec<u8>,
    mapping: Option<Mapping>,
}

enum Read {
    Table { grid: Grid, mapping: Mapping, outcome: Result<Imported, ImportError> },
    AutoReplies { text: String, imported: Imported },
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    show_page(&ImportPage::of(&visit, Target::parse(&asked.target).unwrap_or(Target::Courses)))
}

pub(super) async fn take(visit: Visit, upload: Upload) -> Result<Response, PageError> {
    let target = Target::parse(upload.field("as")).unwrap_or(Target::Courses);
    let mut page = ImportPage::of(&visit, target);
    let is_new = !upload.file.is_empty();
    let bytes =
        if is_new { upload.file.to_vec() } else { upload.field("table").replace("\r\n", "\n").into_bytes() };
    if bytes.is_empty() {
        page.failure = Some(visit.caller.t.say("exchange.no_file").to_string());
        return show_again(&page);
    }
    let chosen: Vec<&str> = upload.all("column").collect();
    let name = upload.file_name.clone();
    let mapping = (!is_new && !chosen.is_empty()).then(|| Mapping::chosen(target, chosen.into_iter()));
    let mut draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let reading = Reading { target, name, bytes, mapping };
    let read = match read(reading.clone(), draft.files().clone()).await? {
        Ok(read) => read,
        Err(failure) => {
            page.failure = Some(explain(&failure, visit.caller.t));
            return show_again(&page);
        }
    };
    if upload.field("do") == "save"
        && !is_new
        && let Some(imported) = read.imported()
        && !imported.files.is_empty()
    {
        return match save(&visit, &mut draft, imported).await? {
            Saved::Done => Ok(visit.done(ADDRESS, "exchange.saved")),
            Saved::Refused(why) => review_again(&visit, page, reading, why).await,
        };
    }
    page.review(read, &visit);
    show_page(&page)
}

pub(super) async fn export_table(visit: Visit, Path(what): Path<String>) -> Result<Response, PageError> {
    let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let files = draft.files().clone();
    let make: fn(&Files) -> export::Table = match what.as_str() {
        "courses" => export::courses_table,
        "contacts" => export::contacts_table,
        "rules" => export::rules_table,
        _ => return Err(PageError::Missing),
    };
    sheet::book(&what, Kind::Xlsx, move || vec![table_of(make(&files))]).await
}

/// Off the threads that answer: a large table takes a while.
async fn read(reading: Reading, files: Files) -> Result<Result<Read, ImportError>, PageError> {
    let work = move || {
        let Reading { target, name, bytes, mapping } = reading;
        if is_tencent(&bytes) {
            let imported = import(&bytes, target, None, &files)?;
            return Ok(Read::AutoReplies { text: String::from_utf8_lossy(&bytes).into_owned(), imported });
        }
        let grid = Grid::read_named(&name, &bytes)?;
        let mapping = mapping.unwrap_or_else(|| guess(target, &grid));
        let outcome = import_grid(&grid, target, &mapping, &files);
        Ok(Read::Table { grid, mapping, outcome })
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| PageError::from(StoreError::Closed))
}

enum Saved {
    Done,
    /// Why not, for the review.
    Refused(String),
}

/// The same table against what is there now: what was seen is out of date.
async fn review_again(
    visit: &Visit,
    mut page: ImportPage,
    reading: Reading,
    why: String,
) -> Result<Response, PageError> {
    let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    if let Ok(read) = read(reading, draft.files().clone()).await? {
        page.review(read, visit);
    }
    page.failure = Some(why);
    show_again(&page)
}

async fn save(visit: &Visit, draft: &mut Draft, imported: &Imported) -> Result<Saved, PageError> {
    for (path, bytes) in &imported.files {
        let seen = draft.hash_of(path);
        let written =
            draft.write(&visit.console.store, path, bytes.to_vec(), seen.as_deref(), visit.now()).await;
        match written {
            Ok(()) => {}
            Err(WriteError::Store(error)) => return Err(error.into()),
            Err(WriteError::Clash { .. }) => {
                let why = visit.caller.t.say("exchange.clash").with("file", path);
                return Ok(Saved::Refused(why.to_string()));
            }
            Err(WriteError::Path(_)) => {
                return Ok(Saved::Refused(visit.caller.t.say("files.bad_name").to_string()));
            }
        }
    }
    Ok(Saved::Done)
}

/// Why nothing was read, and what to do on this page.
fn explain(failure: &ImportError, t: &Words) -> String {
    const MB: usize = 1 << 20;
    let said = match failure {
        ImportError::TooLarge { size } => {
            t.say("exchange.too_large").with("size", size / MB).with("most", MAX_BYTES / MB)
        }
        ImportError::Bomb { .. } => t.say("exchange.unfolds"),
        ImportError::TooManyCells { rows, columns } => {
            t.say("exchange.too_many_cells").with("rows", rows).with("columns", columns)
        }
        ImportError::NotASpreadsheet => t.say("exchange.no_spreadsheet"),
        ImportError::OldSpreadsheet => t.say("exchange.old_spreadsheet"),
        ImportError::Undecodable => t.say("exchange.undecodable"),
        ImportError::Empty => t.say("exchange.empty_table"),
        ImportError::NoColumn { column, .. } => t.say("exchange.no_column").with("column", column),
        ImportError::UnknownHeadings { found } => t.say("exchange.unknown_headings").with("found", found),
        ImportError::NotAutoReply => t.say("exchange.no_auto_reply"),
        ImportError::BrokenFile(file) => t.say("exchange.broken_file").with("file", file),
    };
    said.to_string()
}

/// 「C7：天数要填数字」. Columns are called as the table calls them.
fn explain_cell(problem: &CellProblem, t: &'static Words) -> Sentence<'static> {
    let said = match &problem.mistake {
        Mistake::Empty => t.say("exchange.cell_empty"),
        Mistake::TooLong => t.say("exchange.cell_too_long").with("most", MAX_CELL_CHARS),
        Mistake::Formula(found) => t.say("exchange.cell_formula").with("found", found),
        Mistake::NoNumber(found) => t.say("exchange.cell_no_number").with("found", found),
        Mistake::NoRange(found) => t.say("exchange.cell_no_range").with("found", found),
        Mistake::NoDate(found) => t.say("exchange.cell_no_date").with("found", found),
        Mistake::NoPhone(found) => t.say("exchange.cell_no_phone").with("found", found),
        Mistake::NoFlag(found) => t.say("exchange.cell_no_flag").with("found", found),
        Mistake::NoAddress(found) => t.say("exchange.cell_no_address").with("found", found),
        Mistake::BelowLeast { least, most } => {
            t.say("exchange.cell_below_least").with("least", least).with("most", most)
        }
        Mistake::OutOfReach => t.say("exchange.cell_out_of_reach"),
        Mistake::SecondDefault { first } => t.say("exchange.cell_second_default").with("first", first),
    };
    let at = t.say("exchange.cell").with("cell", &problem.cell).with("column", problem.column);
    at.with("mistake", said)
}

fn table_of(table: export::Table) -> Sheet {
    Sheet {
        name: table.name.to_owned(),
        headings: table.headings.into_iter().map(str::to_owned).collect(),
        rows: table.rows.into_iter().map(|row| row.into_iter().map(Cell::from).collect()).collect(),
    }
}

impl Read {
    fn imported(&self) -> Option<&Imported> {
        match self {
            Self::Table { outcome, .. } => outcome.as_ref().ok(),
            Self::AutoReplies { imported, .. } => Some(imported),
        }
    }
}

impl ImportPage {
    fn of(visit: &Visit, target: Target) -> Self {
        let t = visit.caller.t;
        Self {
            frame: visit.frame("import"),
            target,
            targets: vec![
                Choice::new("courses", t.say("exchange.courses")),
                Choice::new("rules", t.say("exchange.rules")),
                Choice::new("contacts", t.say("exchange.contacts")),
            ],
            failure: None,
            review: None,
            may_edit: visit.staff.role.may(Right::Edit),
        }
    }

    fn review(&mut self, read: Read, visit: &Visit) {
        let t = visit.caller.t;
        self.review = Some(match read {
            Read::AutoReplies { text, imported } => {
                Review { table: text, columns: Vec::new(), choices: Vec::new(), imported: Some(imported) }
            }
            Read::Table { grid, mapping, outcome } => {
                let doubles = mapping.doubles();
                let mut choices = vec![Choice::new("", t.say("exchange.left_out_column"))];
                choices
                    .extend(self.target.columns().iter().map(|column| Choice::new(column.key, column.title)));
                let imported = match outcome {
                    _ if !doubles.is_empty() => {
                        let letters: Vec<String> = doubles.into_iter().map(|(letter, _)| letter).collect();
                        self.failure =
                            Some(t.say("exchange.doubled").with("columns", letters.join("、")).to_string());
                        None
                    }
                    Ok(imported) => Some(imported),
                    Err(failure) => {
                        self.failure = Some(explain(&failure, t));
                        None
                    }
                };
                Review { table: grid.to_csv(), columns: columns(&grid, &mapping), choices, imported }
            }
        });
    }
}

fn columns(grid: &Grid, mapping: &Mapping) -> Vec<Column> {
    let samples = |index: usize| {
        let cells =
            grid.records().filter_map(|(_, row)| row.get(index)).filter(|cell| !cell.trim().is_empty());
        let short = |cell: &String| cell.chars().take(SAMPLE_CHARS).collect::<String>();
        cells.take(SAMPLES).map(short).collect::<Vec<_>>().join(" / ")
    };
    let column = |(index, heading): (usize, &String)| Column {
        letter: Grid::letter(index),
        heading: heading.trim().to_owned(),
        samples: samples(index),
        key: mapping.0.get(index).copied().flatten().unwrap_or_default(),
    };
    grid.headings().iter().enumerate().map(column).collect()
}

impl Review {
    fn can_be_saved(&self) -> bool {
        self.imported.as_ref().is_some_and(|imported| !imported.files.is_empty())
    }

    fn problems(&self, t: &'static Words) -> Vec<Sentence<'static>> {
        let problems = self.imported.iter().flat_map(|imported| &imported.problems);
        problems.take(MOST_SHOWN).map(|problem| explain_cell(problem, t)).collect()
    }

    /// What would change: the row, how, and cell by cell.
    fn changes(&self, t: &'static Words) -> Vec<(String, Sentence<'static>, Vec<String>)> {
        let rows = self.imported.iter().flat_map(|imported| &imported.rows);
        let told = rows.filter_map(|row| {
            let (word, cells) = match &row.kind {
                ChangeKind::Same => return None,
                ChangeKind::Added => ("exchange.is_added", Vec::new()),
                ChangeKind::Changed(cells) => {
                    ("exchange.is_changed", cells.iter().map(cell_change).collect())
                }
            };
            Some((row.name.clone(), t.say(word), cells))
        });
        told.take(MOST_SHOWN).collect()
    }

    fn counts(&self, t: &'static Words) -> Sentence<'static> {
        let imported = self.imported.as_ref();
        let count =
            |is_wanted: fn(&ChangeKind) -> bool| imported.map_or(0, |imported| imported.count(is_wanted));
        t.say("exchange.counts")
            .with("added", count(|kind| *kind == ChangeKind::Added))
            .with("changed", count(|kind| matches!(kind, ChangeKind::Changed(_))))
            .with("same", count(|kind| *kind == ChangeKind::Same))
            .with("problems", imported.map_or(0, |imported| imported.problems.len()))
    }
}

fn cell_change((title, before, after): &(&'static str, String, String)) -> String {
    format!("{title}：{before} → {after}")
}

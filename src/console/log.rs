//! 日志: who did what, when, from where, before and after. Nobody can change
//! it; it can be filtered and taken along as a file.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::ToSpan as _;
use serde::Deserialize;

use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::pager::{PER_PAGE, Pager};
use super::sheet::{self, Kind};
use super::visit::{Visit, in_address};
use super::when;
use super::words::Words;
use crate::spreadsheet::{Cell, Sheet};
use crate::store::{LogFilter, Operation, OperationKind};

/// As many rows as a spreadsheet is comfortable with.
const MOST_EXPORTED: i64 = 100_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    who: String,
    kind: String,
    from: String,
    until: String,
    page: Option<i64>,
    file: Kind,
}

#[derive(Template)]
#[template(path = "console/pages/log.html")]
struct LogPage {
    frame: Frame,
    rows: Vec<Row>,
    who: Field,
    people: Vec<Choice>,
    kind: Field,
    kinds: Vec<Choice>,
    from: Field,
    until: Field,
    is_filtered: bool,
    /// The filters as an address, for the files.
    query: String,
    pager: Pager,
}

struct Row {
    at: String,
    who: String,
    what: String,
    subject: String,
    before: Option<String>,
    after: Option<String>,
    ip: String,
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let (store, t) = (&visit.console.store, visit.caller.t);
    let filter = asked.filter(&visit);
    let total = store.count_operations(&filter).await?;
    let pager = Pager::new(asked.page, total, "/console/log", &asked.pairs());
    let operations = store.find_operations(&filter, pager.skipped(), PER_PAGE).await?;
    let people = store.list_actors().await?;
    show_page(&LogPage {
        frame: visit.frame("log"),
        rows: operations.into_iter().map(|operation| Row::of(operation, &visit)).collect(),
        people: everyone(
            t,
            people.into_iter().filter(|name| !name.is_empty()).map(|name| Choice::new(name.clone(), name)),
        ),
        kinds: everyone(
            t,
            OperationKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind_word(t, kind.as_str()))),
        ),
        is_filtered: asked.pairs().iter().any(|(_, value)| !value.is_empty()),
        query: asked.query(),
        who: Field::of(asked.who),
        kind: Field::of(asked.kind),
        from: Field::of(asked.from),
        until: Field::of(asked.until),
        pager,
    })
}

pub(super) async fn export(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let (store, t) = (&visit.console.store, visit.caller.t);
    let operations = store.find_operations(&asked.filter(&visit), 0, MOST_EXPORTED).await?;
    let headings = ["log.at", "log.who", "log.what", "log.subject", "log.before", "log.after", "log.ip"];
    let headings = headings.map(|key| t.say(key).to_string()).to_vec();
    store.note_operation(&visit.does(OperationKind::LogExported, &asked.query())).await?;
    let make = move || {
        let rows = operations.into_iter().map(|operation| Row::of(operation, &visit).cells()).collect();
        vec![Sheet { name: visit.caller.t.say("nav.log").to_string(), headings, rows }]
    };
    sheet::book("yingda-log", asked.file, make).await
}

fn everyone(t: &Words, choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(Choice::new("", t.say("log.all"))).chain(choices).collect()
}

/// A kind that a newer program wrote shows its own word.
fn kind_word(t: &Words, kind: &str) -> String {
    t.find(&format!("log.kind.{kind}")).map_or_else(|| kind.to_owned(), |word| word.to_string())
}

impl Asked {
    fn filter(&self, visit: &Visit) -> LogFilter {
        let start = |day| when::start_of(&visit.console, day);
        let until = when::day(&self.until).and_then(|day| day.checked_add(1.day()).ok());
        LogFilter {
            who: self.who.clone(),
            kind: self.kind.clone(),
            from: when::day(&self.from).map(start),
            until: until.map(start),
        }
    }

    fn pairs(&self) -> [(&str, &str); 4] {
        [("who", &self.who), ("kind", &self.kind), ("from", &self.from), ("until", &self.until)]
    }

    fn query(&self) -> String {
        let pairs = self.pairs().into_iter().filter(|(_, value)| !value.is_empty());
        pairs.map(|(name, value)| format!("{name}={}", in_address(value))).collect::<Vec<_>>().join("&")
    }
}

impl Row {
    fn of(operation: Operation, visit: &Visit) -> Self {
        let t = visit.caller.t;
        let who = if operation.who.is_empty() { t.say("log.nobody").to_string() } else { operation.who };
        Self {
            at: when::minute(&visit.console, operation.at),
            who,
            what: kind_word(t, &operation.kind),
            subject: operation.subject,
            before: operation.before,
            after: operation.after,
            ip: operation.ip,
        }
    }

    fn cells(self) -> Vec<Cell> {
        let (before, after) = (self.before.unwrap_or_default(), self.after.unwrap_or_default());
        [self.at, self.who, self.what, self.subject, before, after, self.ip].map(Cell::from).to_vec()
    }
}

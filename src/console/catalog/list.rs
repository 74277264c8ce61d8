//! A list of the catalog: courses, contacts, articles. Rows that expire or wait
//! to be filled in say so, and who uses them.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::pager::{PER_PAGE, Pager};
use super::super::visit::{Visit, in_address};
use super::super::words::Sentence;
use super::shelf::{ByHand, Ending, Shelf};
use crate::model::Right;
use crate::rulebook::edit::Values;
use crate::rulebook::unfinished::is_unfinished;
use crate::rulebook::uses::{Fact, User};

/// Named in a row; the rest is counted.
const MOST_NAMED: usize = 3;

#[derive(Template)]
#[template(path = "console/pages/items.html")]
struct ItemsPage {
    frame: Frame,
    title: Sentence<'static>,
    address: &'static str,
    lead: Sentence<'static>,
    headings: Vec<Sentence<'static>>,
    rows: Vec<Row>,
    query: String,
    is_filtered: bool,
    may_edit: bool,
    /// What can be imported and exported, by its name there.
    sheet: Option<&'static str>,
    is_by_hand: Option<ByHand>,
    nothing: Sentence<'static>,
    problems: usize,
    pager: Pager,
}

/// What a list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    q: String,
    page: Option<i64>,
}

pub(super) struct Row {
    pub address: String,
    pub name: String,
    pub cells: Vec<String>,
    pub badges: Vec<(&'static str, Sentence<'static>)>,
    pub owner: String,
    pub uses: Option<Sentence<'static>>,
}

/// What makes one list different from another.
pub(super) struct Kind {
    pub here: &'static str,
    pub address: &'static str,
    pub lead: &'static str,
    pub nothing: &'static str,
    pub file: &'static str,
    pub sheet: Option<&'static str>,
    /// Labels of the columns beside the name, and the keys shown in each.
    pub columns: &'static [(&'static str, &'static [&'static str])],
    pub name: &'static str,
    pub id: &'static str,
    pub fact: fn(String) -> Fact,
}

pub(super) async fn show(
    visit: &Visit,
    kind: &Kind,
    items: impl FnOnce(&Shelf) -> Option<Vec<Values>>,
    asked: &Asked,
) -> Result<Response, PageError> {
    let shelf = Shelf::of_draft(visit).await?;
    let t = visit.caller.t;
    let items = items(&shelf);
    let query = asked.q.trim();
    let is_by_hand = items.is_none().then(|| ByHand::of(visit, kind.file));
    let wanted = query.to_lowercase();
    let holds = |item: &Values| item.values().any(|value| value.to_lowercase().contains(&wanted));
    let rows: Vec<Row> = items
        .unwrap_or_default()
        .iter()
        .filter(|item| wanted.is_empty() || holds(item))
        .map(|item| row(visit, kind, &shelf, item))
        .collect();
    let pager =
        Pager::new(asked.page, i64::try_from(rows.len()).unwrap_or(i64::MAX), kind.address, &[("q", query)]);
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    let rows = rows.into_iter().skip(count(pager.skipped())).take(count(PER_PAGE)).collect();
    show_page(&ItemsPage {
        frame: visit.frame(kind.here),
        title: t.say(&format!("nav.{}", kind.here)),
        address: kind.address,
        lead: t.say(kind.lead),
        headings: kind.columns.iter().map(|(word, _)| t.say(word)).collect(),
        rows,
        query: query.to_owned(),
        is_filtered: !wanted.is_empty(),
        may_edit: visit.staff.role.may(Right::Edit),
        sheet: kind.sheet,
        is_by_hand,
        nothing: t.say(kind.nothing),
        problems: shelf.problems_of(kind.file).len(),
        pager,
    })
}

fn row(visit: &Visit, kind: &Kind, shelf: &Shelf, item: &Values) -> Row {
    let t = visit.caller.t;
    let value = |key: &str| item.get(key).cloned().unwrap_or_default();
    let ending = shelf.ending(&value("valid_until"));
    let mut badges = Vec::new();
    if !value("default").is_empty() {
        badges.push(("success", t.say("contact.is_default")));
    }
    if item.values().any(|value| is_unfinished(value)) {
        badges.push(("warning", t.say("catalog.unfinished")));
    }
    if let Ending::Past(_) = shelf.ending(&value("stale_after")) {
        badges.push(("warning", t.say("article.is_stale")));
    }
    badges.extend(ending.word().map(|(word, day)| (ending.tone(), t.say(word).with("day", day))));
    let cell = |(_, keys): &(&str, &[&str])| {
        let values: Vec<String> =
            keys.iter().map(|key| value(key)).filter(|value| !value.is_empty()).collect();
        values.join(" · ")
    };
    let users = shelf.uses.of(&(kind.fact)(value(kind.id)));
    Row {
        address: format!("{}/{}", kind.address, in_address(&value(kind.id))),
        name: value(kind.name),
        cells: kind.columns.iter().map(cell).collect(),
        badges,
        owner: value("owner"),
        uses: used_by(users, visit),
    }
}

/// 「3 条规则：费用预算、联系方式、…」
fn used_by(users: &[User], visit: &Visit) -> Option<Sentence<'static>> {
    if users.is_empty() {
        return None;
    }
    let names: Vec<&str> = users.iter().take(MOST_NAMED).map(|user| user.name.as_str()).collect();
    let more = if users.len() > MOST_NAMED { "…" } else { "" };
    let told = visit.caller.t.say("catalog.used_by").with("n", users.len());
    Some(told.with("names", names.join("、") + more))
}

//! 会话: who waits for a person, who is mine, everybody. Not here: one of them
//! (chat).

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::chat::{others, writing};
use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::names::Names;
use super::served::Served;
use super::tab::Tab;
use super::visit::{Visit, address, in_address};
use super::when;
use super::words::{Sentence, Words};
use crate::store::{INBOX_PAGE, InboxFilter, InboxRow, LastMessage, Waiting, Writing};

const PATH: &str = "/console/chats";
/// Whoever waits longer than the first is told in amber, than the second in red.
const SOON: SignedDuration = SignedDuration::from_mins(5);
const LONG: SignedDuration = SignedDuration::from_mins(15);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// `mine`, `all`; else who waits.
    list: String,
    q: String,
    /// The cursor of the last one on the page before.
    before: String,
}

#[derive(Template)]
#[template(path = "console/pages/chats.html")]
struct ChatsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    list: String,
    q: Field,
    is_searched: bool,
    clear: String,
    none: Sentence<'static>,
    account: Field,
    accounts: Vec<Choice>,
    /// The next page.
    older: Option<String>,
}

struct Row {
    address: String,
    name: String,
    last: String,
    at: Option<String>,
    wait: Option<Wait>,
    taken_by: Option<String>,
    /// Who writes to them at this moment.
    replying: Option<String>,
}

/// How long somebody waits and why; the colour deepens.
pub(super) struct Wait {
    pub words: Sentence<'static>,
    pub tone: &'static str,
    pub reason: Sentence<'static>,
}

pub(super) async fn show(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (store, t) = (&visit.console.store, visit.caller.t);
    let waiting = store.list_waiting(served.id()).await?;
    let mine =
        waiting.iter().filter(|one| one.taken.as_ref().is_some_and(|taken| taken.by == visit.myself()));
    let counts = [waiting.len(), mine.count()].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
    let filter = asked.filter(&visit);
    let found = store.list_inbox(served.id(), &filter, visit.now()).await?;
    let names = Names::load(&visit).await?;
    let writing = writing(&visit, &served).await?;
    let row = |row: &InboxRow| Row {
        replying: replying(row, &writing, &visit, &names),
        ..Row::of(row, &names, &visit, &served)
    };
    show_page(&ChatsPage {
        frame: visit.frame("chats"),
        tabs: tabs(&asked, counts, &served, t),
        older: asked.older(&filter, &found, &served),
        rows: found.iter().map(row).collect(),
        is_searched: !asked.q.is_empty(),
        clear: served.link(PATH),
        none: asked.none(t),
        account: served.field(),
        accounts: served.choices.clone(),
        list: asked.list,
        q: Field::of(asked.q),
    })
}

fn replying(row: &InboxRow, writing: &[Writing], visit: &Visit, names: &Names) -> Option<String> {
    let here = writing.iter().filter(|one| one.customer == row.customer.as_str());
    others(here.map(|one| one.staff.clone()), visit, names)
}

fn tabs(asked: &Asked, [waiting, mine]: [u64; 2], served: &Served, t: &'static Words) -> Vec<Tab> {
    let tab = |list: &str, name: Sentence<'_>, count| Tab {
        name: name.into(),
        count,
        address: address(PATH, &[("list", list), ("account", served.asked())]),
        is_here: asked.list == list && asked.q.is_empty(),
    };
    vec![
        tab("", t.say("chats.waiting"), Some(waiting)),
        tab("mine", t.say("chats.mine"), Some(mine)),
        tab("all", t.say("chats.everybody"), None),
    ]
}

/// A customer has no name here: their organisation, else the end of their id.
pub(super) fn name_of(row: &InboxRow, t: &'static Words) -> String {
    row.unit.clone().unwrap_or_else(|| t.say("chats.customer").with("id", row.customer.masked()).into())
}

pub(super) fn said(last: &LastMessage, t: &'static Words) -> String {
    let kind = || t.find(&format!("{}.{}", "chats.kind", last.kind));
    match (&last.text, last.kind.as_str()) {
        (Some(text), "text") => text.clone(),
        (None, "text") => t.say("chats.forgotten").into(),
        (_, other) => kind().map_or_else(|| format!("[{other}]"), |word| format!("[{word}]")),
    }
}

impl Asked {
    fn filter(&self, visit: &Visit) -> InboxFilter {
        if !self.q.trim().is_empty() {
            return InboxFilter::Search { text: self.q.clone() };
        }
        match self.list.as_str() {
            "mine" => InboxFilter::Mine(visit.myself()),
            "all" => InboxFilter::All { before: (!self.before.is_empty()).then(|| self.before.clone()) },
            _ => InboxFilter::Waiting,
        }
    }

    fn older(&self, filter: &InboxFilter, found: &[InboxRow], served: &Served) -> Option<String> {
        let is_full = u32::try_from(found.len()).is_ok_and(|rows| rows >= INBOX_PAGE);
        let pages = matches!(filter, InboxFilter::All { .. });
        let last = found.last().and_then(|row| row.last.as_ref()).filter(|_| is_full && pages)?;
        Some(address(PATH, &[("list", "all"), ("before", &last.cursor), ("account", served.asked())]))
    }

    fn none(&self, t: &'static Words) -> Sentence<'static> {
        let key = match (self.q.is_empty(), self.list.as_str()) {
            (false, _) => "parts.no_match",
            (true, "mine") => "chats.none_mine",
            (true, "all") => "chats.none_all",
            (true, _) => "chats.none_waiting",
        };
        t.say(key).owned()
    }
}

impl Row {
    fn of(row: &InboxRow, names: &Names, visit: &Visit, served: &Served) -> Self {
        let t = visit.caller.t;
        let taken = row.waiting.as_ref().and_then(|waiting| waiting.taken.as_ref());
        Self {
            address: served.link(&format!("{PATH}/{}", in_address(row.customer.as_str()))),
            name: name_of(row, t),
            last: row.last.as_ref().map(|last| said(last, t)).unwrap_or_default(),
            at: row.last.as_ref().map(|last| when::minute(&visit.console, last.at)),
            wait: row.waiting.as_ref().map(|waiting| Wait::of(waiting, visit.now(), t)),
            taken_by: taken.map(|taken| names.actor(&taken.by)),
            replying: None,
        }
    }
}

impl Wait {
    pub(super) fn of(waiting: &Waiting, now: Timestamp, t: &'static Words) -> Self {
        let time = now.duration_since(waiting.since);
        let tone = match time {
            _ if waiting.taken.is_some() => "plain",
            time if time < SOON => "success",
            time if time < LONG => "warning",
            _ => "error",
        };
        let reason = t.say(&format!("{}.{}", "chats.reason", waiting.reason.as_str())).owned();
        Self { words: how_long(time, t), tone, reason }
    }
}

fn how_long(time: SignedDuration, t: &'static Words) -> Sentence<'static> {
    let minutes = time.as_mins().max(0);
    match (minutes, minutes / 60) {
        (0, _) => t.say("chats.waits_now").owned(),
        (minutes, 0) => t.say("chats.waits_minutes").owned().with("n", minutes),
        (_, hours @ 1..48) => t.say("chats.waits_hours").owned().with("n", hours),
        (_, hours) => t.say("chats.waits_days").owned().with("n", hours / 24),
    }
}

//! 会话: who waits for a person, who is mine, everybody. Not here: one of them
//! (chat), which contacts somebody was given (given).

mod given;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::SignedDuration;
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
use crate::model::Human;
use crate::model::effect::WaitReason;
use crate::store::{
    INBOX_PAGE, InboxFilter, InboxRow, LINE_KEEPS, LastMessage, LineCount, LineFilter, Waiting, Writing,
};

pub(super) use given::given;

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
    /// How people leave this line, where nobody answers in the chat.
    leaves: Option<Sentence<'static>>,
    account: Field,
    accounts: Vec<Choice>,
    next: Option<Next>,
}

/// The next page.
struct Next {
    address: String,
    words: Sentence<'static>,
}

struct Row {
    address: String,
    name: String,
    last: String,
    at: Option<String>,
    wait: Option<Wait>,
    taken_by: Option<String>,
    /// The contacts they were given.
    given: Option<String>,
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
    let count = store.count_waiting(served.id(), &visit.myself()).await?;
    let filter = asked.filter(&visit);
    let found = store.list_inbox(served.id(), &filter, visit.now()).await?;
    let names = Names::load(&visit).await?;
    let writing = writing(&visit, &served).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in &found {
        let given = match &row.waiting {
            Some(waiting) => given(&visit, &served, waiting).await?,
            None => None,
        };
        let replying = replying(row, &writing, &visit, &names);
        rows.push(Row { replying, given, ..Row::of(row, &names, &visit, &served) });
    }
    show_page(&ChatsPage {
        frame: visit.frame("chats"),
        tabs: tabs(&asked, &count, &served, t),
        next: asked.next(&found, &served, t),
        rows,
        is_searched: !asked.q.is_empty(),
        clear: served.link(PATH),
        none: asked.none(served.account.human, t),
        leaves: asked.leaves(&served, t),
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

fn tabs(asked: &Asked, count: &LineCount, served: &Served, t: &'static Words) -> Vec<Tab> {
    let tab = |list: &str, name: Sentence<'_>, count| Tab {
        name: name.into(),
        count,
        address: address(PATH, &[("list", list), ("account", served.asked())]),
        is_here: asked.list == list && asked.q.is_empty(),
    };
    vec![
        tab("", t.say(line_of(served.account.human)), Some(count.all)),
        tab("mine", t.say("chats.mine"), Some(count.mine)),
        tab("all", t.say("chats.everybody"), None),
    ]
}

/// What the line is called.
pub(super) fn line_of(human: Human) -> &'static str {
    word_for(human, "chats.waiting", "chats.wanting")
}

/// Where nobody answers in the chat, people do not wait for that: they want
/// somebody, and were given contacts.
pub(super) fn word_for(human: Human, waits: &'static str, wants: &'static str) -> &'static str {
    match human {
        Human::Yingda => waits,
        Human::Contacts | Human::Wechat => wants,
    }
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
        let cursor = (!self.before.is_empty()).then(|| self.before.clone());
        match self.list.as_str() {
            "mine" => InboxFilter::Line(LineFilter { taken_by: Some(visit.myself()), after: cursor }),
            "all" => InboxFilter::All { before: cursor },
            _ => InboxFilter::Line(LineFilter { taken_by: None, after: cursor }),
        }
    }

    fn next(&self, found: &[InboxRow], served: &Served, t: &'static Words) -> Option<Next> {
        let is_full = u32::try_from(found.len()).is_ok_and(|rows| rows >= INBOX_PAGE);
        let last = found.last().filter(|_| is_full && self.q.trim().is_empty())?;
        let (cursor, words) = match self.list.as_str() {
            "all" => (last.last.as_ref()?.cursor.clone(), "chats.older"),
            _ => (last.waiting.as_ref()?.cursor(), "chats.later"),
        };
        let asked = [("list", self.list.as_str()), ("before", &cursor), ("account", served.asked())];
        Some(Next { address: address(PATH, &asked), words: t.say(words).owned() })
    }

    fn leaves(&self, served: &Served, t: &'static Words) -> Option<Sentence<'static>> {
        let is_line = self.q.is_empty() && !matches!(self.list.as_str(), "mine" | "all");
        match served.account.human {
            Human::Contacts | Human::Wechat if is_line => {
                Some(t.say("chats.leaves").owned().with("days", LINE_KEEPS.as_hours() / 24))
            }
            Human::Contacts | Human::Wechat | Human::Yingda => None,
        }
    }

    fn none(&self, human: Human, t: &'static Words) -> Sentence<'static> {
        let key = match (self.q.is_empty(), self.list.as_str()) {
            (false, _) => "parts.no_match",
            (true, "mine") => "chats.none_mine",
            (true, "all") => "chats.none_all",
            (true, _) => "chats.none_waiting",
        };
        t.say(key).owned().with("line", t.say(line_of(human)))
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
            wait: row.waiting.as_ref().map(|waiting| Wait::of(waiting, visit, served)),
            taken_by: taken.map(|taken| names.actor(&taken.by)),
            given: None,
            replying: None,
        }
    }
}

impl Wait {
    pub(super) fn of(waiting: &Waiting, visit: &Visit, served: &Served) -> Self {
        let t = visit.caller.t;
        let time = visit.now().duration_since(waiting.since);
        let tone = match time {
            _ if waiting.taken.is_some() => "plain",
            time if time < SOON => "success",
            time if time < LONG => "warning",
            _ => "error",
        };
        let reason = match waiting.reason {
            WaitReason::Asked => word_for(served.account.human, "chats.reason.asked", "chats.reason.wants"),
            WaitReason::Media => "chats.reason.media",
            WaitReason::Complaint => "chats.reason.complaint",
            WaitReason::Form => "chats.reason.form",
        };
        Self { words: how_long(time, t), tone, reason: t.say(reason).owned() }
    }
}

pub(super) fn how_long(time: SignedDuration, t: &'static Words) -> Sentence<'static> {
    let minutes = time.as_mins().max(0);
    match (minutes, minutes / 60) {
        (0, _) => t.say("chats.waits_now").owned(),
        (minutes, 0) => t.say("chats.waits_minutes").owned().with("n", minutes),
        (_, hours @ 1..48) => t.say("chats.waits_hours").owned().with("n", hours),
        (_, hours) => t.say("chats.waits_days").owned().with("n", hours / 24),
    }
}

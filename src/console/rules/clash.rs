//! Two people, or two windows, changed one rule: the difference, and whose is
//! to stay. What was typed travels in the page, so nothing is lost either way.

use askama::Template;
use jiff::Timestamp;

use super::super::diff::{self, Line};
use super::super::frame::Frame;
use super::super::visit::Visit;
use super::super::when;
use super::super::words::Sentence;
use super::address_of;
use super::entered::Entered;
use crate::rulebook::edit::Saved;
use crate::store::content_hash;

pub(super) struct Clash {
    pub theirs: Option<Vec<u8>>,
    pub mine: Option<Vec<u8>>,
    pub by: Option<String>,
    pub at: Timestamp,
}

#[derive(Template)]
#[template(path = "console/pages/rule_clash.html")]
pub(super) struct ClashPage {
    frame: Frame,
    name: String,
    who: Sentence<'static>,
    lines: Vec<Line>,
    fields: Vec<(String, String)>,
    /// What `mine` would be written over.
    seen: String,
    action: String,
    address: String,
}

impl Clash {
    pub(super) fn page(&self, visit: &Visit, id: &str, entered: &Entered) -> ClashPage {
        let t = visit.caller.t;
        let at = when::minute(&visit.console, self.at);
        let by = self.by.clone().unwrap_or_else(|| t.say("rules.somebody").to_string());
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        ClashPage {
            frame: visit.frame("rules"),
            name: entered.get("name").to_owned(),
            who: t.say("rules.clash_who").owned().with("who", by).with("at", at),
            lines: diff::lines(&text(self.theirs.as_deref()), &text(self.mine.as_deref())),
            fields: entered.hidden().into_iter().map(own).collect(),
            seen: self.theirs.as_deref().map(content_hash).unwrap_or_default(),
            action: format!("{}/save", address_of(id)),
            address: address_of(id),
        }
    }
}

fn text(bytes: Option<&[u8]>) -> String {
    bytes.and_then(|bytes| Saved::open(bytes).ok()).map_or_else(String::new, |saved| saved.text)
}

//! Two windows, or two people, changed one thing: both texts side by side, and
//! whose is to stay. What was typed travels in the page, so nothing is lost
//! either way.

use askama::Template;
use jiff::Timestamp;

use super::super::diff;
use super::super::frame::Frame;
use super::super::visit::Visit;
use super::super::when;
use super::super::words::Sentence;

#[derive(Template)]
#[template(path = "console/pages/item_clash.html")]
pub(super) struct ClashPage {
    frame: Frame,
    who: Sentence<'static>,
    title: String,
    lines: Vec<diff::Line>,
    fields: Vec<(String, String)>,
    seen: String,
    action: String,
}

/// Who changed it meanwhile, and when; None: whoever edits the folder.
pub(super) type Faster = (Option<String>, Timestamp);

pub(super) struct Clash {
    /// Its key in `nav`.
    pub here: &'static str,
    pub title: String,
    pub faster: Faster,
    /// What is there now.
    pub theirs: String,
    /// What was typed.
    pub mine: String,
    /// The same, field by field, to be sent again.
    pub fields: Vec<(String, String)>,
    /// What would be written over.
    pub seen: String,
    pub action: String,
}

impl Clash {
    pub(super) fn page(self, visit: &Visit) -> ClashPage {
        let t = visit.caller.t;
        let (by, at) = self.faster;
        let by = by.unwrap_or_else(|| t.say("catalog.somebody").to_string());
        let at = if at == Timestamp::UNIX_EPOCH { String::new() } else { when::minute(&visit.console, at) };
        ClashPage {
            frame: visit.frame(self.here),
            who: t.say("catalog.clash").with("who", by).with("at", at),
            title: self.title,
            lines: diff::lines(&self.theirs, &self.mine),
            fields: self.fields,
            seen: self.seen,
            action: self.action,
        }
    }
}

//! Somebody published a rule while it was in a draft. The difference is shown
//! before it is published over; nothing is overwritten unseen. Not here: two
//! windows that save the same rule (clash).

use askama::Template;
use jiff::Timestamp;

use super::super::diff::{self, Line};
use super::super::failure::PageError;
use super::super::frame::Frame;
use super::super::visit::Visit;
use super::super::when;
use super::super::words::Sentence;
use super::address_of;
use super::live::Asked;
use super::shelf::{Kept, Shelf, is_table};
use crate::publishing::{Draft, HowEdited};
use crate::rulebook::Files;
use crate::rulebook::edit::{Saved, WrittenRule, read_rules, save_rule};
use crate::store::content_hash;

pub(super) struct Overtaken {
    theirs: String,
    mine: String,
    by: Option<String>,
    at: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "console/pages/rule_overtaken.html")]
pub(super) struct OvertakenPage {
    frame: Frame,
    name: String,
    who: Sentence<'static>,
    lines: Vec<Line>,
    /// What `mine` would be published over.
    over: String,
    accepted: String,
    despite: String,
    address: String,
}

impl Overtaken {
    /// None: nobody published this rule since the draft changed it. Another row
    /// of the same table is not this rule.
    pub(super) async fn find(
        visit: &Visit,
        draft: &Draft,
        live: &Shelf,
        kept: &Kept,
    ) -> Result<Option<Self>, PageError> {
        let id = kept.rule.text("id");
        let theirs = live.find(id);
        if theirs.is_some_and(|theirs| theirs.rule == kept.rule && is_table(&kept.path)) {
            return Ok(None);
        }
        let is_its_own =
            |path: &&str| **path == *kept.path || theirs.is_some_and(|rule| **path == *rule.path);
        for path in draft.clashes().filter(is_its_own) {
            let live = rule_in(path, draft.live().get(path), id);
            if is_table(path) && was(visit, draft, path, id).await? == live {
                continue;
            }
            let others = draft.others_at(&visit.console.store, path).await?;
            let published = others.into_iter().find(|edit| matches!(edit.how, HowEdited::Published { .. }));
            return Ok(Some(Self {
                theirs: theirs.map_or_else(String::new, |theirs| text_of(theirs, draft.live())),
                mine: text_of(kept, draft.files()),
                at: published.as_ref().map(|edit| edit.at),
                by: published.and_then(|edit| edit.by),
            }));
        }
        Ok(None)
    }

    /// Of their text: whoever was shown it may publish over it.
    pub(super) fn hash(&self) -> String {
        content_hash(self.theirs.as_bytes())
    }

    pub(super) fn page(&self, visit: &Visit, kept: &Kept, asked: &Asked) -> OvertakenPage {
        let t = visit.caller.t;
        let by = self.by.clone().unwrap_or_else(|| t.say("rules.somebody").to_string());
        let at = self.at.map_or_else(String::new, |at| when::minute(&visit.console, at));
        OvertakenPage {
            frame: visit.frame("rules"),
            name: kept.rule.text("name").to_owned(),
            who: t.say("rules.overtaken_who").owned().with("who", by).with("at", at),
            lines: diff::lines(&self.theirs, &self.mine),
            over: self.hash(),
            accepted: asked.accepted.clone(),
            despite: asked.despite.clone(),
            address: address_of(kept.rule.text("id")),
        }
    }
}

/// The rule as it was live when this file was changed first in the draft.
async fn was(visit: &Visit, draft: &Draft, path: &str, id: &str) -> Result<Option<WrittenRule>, PageError> {
    let Some(origin) = draft.origin_of(path) else { return Ok(None) };
    let bytes = visit.console.store.find_content(origin).await?;
    Ok(rule_in(path, bytes.as_deref(), id))
}

fn rule_in(path: &str, bytes: Option<&[u8]>, id: &str) -> Option<WrittenRule> {
    let rules = read_rules(path, bytes?).ok()?;
    rules.into_iter().map(|located| located.rule).find(|rule| rule.text("id") == id)
}

/// Of a row, the file of its own that it could be.
fn text_of(kept: &Kept, files: &Files) -> String {
    let as_file = || save_rule(&Files::default(), None, &kept.rule).ok()?.into_iter().next()?.bytes;
    let row = is_table(&kept.path).then(as_file).flatten();
    let bytes = row.or_else(|| files.get(&kept.path).map(<[u8]>::to_vec));
    bytes.and_then(|bytes| Saved::open(&bytes).ok()).map_or_else(String::new, |saved| saved.text)
}

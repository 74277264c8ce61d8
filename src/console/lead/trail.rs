//! What was done about a lead, by whom, the latest first.

use super::super::leads::status_word;
use super::super::names::Names;
use super::super::visit::Visit;
use super::super::when;
use crate::model::LeadStatus;
use crate::spreadsheet::LeadNames as _;
use crate::store::{TrailEntry, What};

pub(super) struct Step {
    pub at: String,
    pub who: String,
    pub what: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub note: Option<String>,
}

impl Step {
    pub(super) fn of(entry: TrailEntry, names: &Names, visit: &Visit) -> Self {
        let t = visit.caller.t;
        let status = |word: String| LeadStatus::parse(&word).map_or(word, |status| status_word(status, t));
        let owner = |id: String| names.staff(&id);
        let (before, after, note) = match entry.what {
            What::Status => (entry.before.map(status), entry.after.map(status), None),
            What::Owner => (entry.before.map(owner), entry.after.map(owner), None),
            What::Due => (entry.before, entry.after, None),
            What::Note => (None, None, entry.after),
            What::Created | What::Again | What::Revealed | What::Unlinked => (None, None, None),
        };
        Self {
            at: when::minute(&visit.console, entry.at),
            who: names.actor(&entry.by),
            what: t.say(&format!("{}.{}", "lead.what", entry.what.as_str())).into(),
            before,
            after,
            note,
        }
    }
}

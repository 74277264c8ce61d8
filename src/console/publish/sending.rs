//! What is typed before the button: why, when, and what was looked at.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::super::visit::Visit;
use super::super::words::Sentence;
use crate::model::Right;

const MAX_REASON_CHARS: usize = 500;
/// Nobody remembers longer what was to change.
const LATEST_DUE: SignedDuration = SignedDuration::from_hours(366 * 24);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Sending {
    pub reason: String,
    pub despite: String,
    /// Keys of the warnings that were ticked.
    pub accepted: Vec<String>,
    /// When it is to go live; empty: now.
    due: String,
    /// Files whose changes go live alone; none: all of them.
    pub path: Vec<String>,
}

/// What is wrong with what was typed.
pub(super) struct Wrong {
    pub reason: Option<Sentence<'static>>,
    pub due: Option<Sentence<'static>>,
}

impl Sending {
    pub fn due(&self) -> &str {
        &self.due
    }

    /// When it is to go live; None: now.
    pub(super) fn check(&self, visit: &Visit) -> Result<Option<Timestamp>, Wrong> {
        let reason = find_mistake(&self.reason, visit);
        let due_at = match self.due.trim() {
            "" => Ok(None),
            due => read_due(visit, due)
                .map(Some)
                .ok_or_else(|| visit.caller.t.say("publish.due_refused").owned()),
        };
        match (reason, due_at) {
            (None, Ok(due_at)) => Ok(due_at),
            (reason, due_at) => Err(Wrong { reason, due: due_at.err() }),
        }
    }
}

/// Of a reason.
pub(super) fn find_mistake(reason: &str, visit: &Visit) -> Option<Sentence<'static>> {
    let is_long = reason.chars().count() > MAX_REASON_CHARS;
    is_long.then(|| visit.caller.t.say("publish.reason_too_long").owned())
}

/// Failing tests are for administrators to overrule.
pub(super) fn overruling(visit: &Visit, despite: &str) -> Option<String> {
    let despite = despite.trim();
    (visit.staff.role.may(Right::Administer) && !despite.is_empty()).then(|| despite.to_owned())
}

/// In the centre's own zone, and still to come.
fn read_due(visit: &Visit, due: &str) -> Option<Timestamp> {
    let local: DateTime = due.parse().ok()?;
    let at = visit.console.live.load().rulebook.settings.hours.instant(local);
    let latest = visit.now().checked_add(LATEST_DUE).ok()?;
    (at > visit.now() && at < latest).then_some(at)
}

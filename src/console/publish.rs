//! 发布: what somebody changed, what the checks say of it, how answers change,
//! and the button. `changes` shows what was changed, `history` the versions.
//! Not here: the gate (publishing).

mod act;
mod changes;
mod history;
mod places;
mod waiting;

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::diff;
use super::failure::PageError;
use super::form::Field;
use super::frame::{Frame, show as show_page, show_again};
use super::rehearse::{Bubble, Part};
use super::replay::Comparison;
use super::visit::{Sent, Visit};
use super::words::{Sentence, Words};
use crate::answer::Edition;
use crate::model::Right;
use crate::publishing::{Accepted, Draft, Examination, Findings, Refused, Request, Terms, warning_key};
use crate::rehearsal::Score;
use crate::rulebook::Problem;
use crate::store::VersionSource;

pub(super) use act::{ask_discard, discard, keep, undo};
use changes::{ChangeRow, Counts};
use history::VersionRow;
pub(super) use history::{ask_restore, restore, show as show_version};
use waiting::WaitingRow;
pub(super) use waiting::{approve, show as show_waiting, withdraw};

/// Problems of one kind that are shown; the rest is counted.
const MOST_PROBLEMS: usize = 50;
const MAX_REASON_CHARS: usize = 500;
/// Nobody remembers longer what was to change.
const LATEST_DUE: SignedDuration = SignedDuration::from_hours(366 * 24);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Try it on what people wrote lately.
    replay: Option<String>,
    /// Of the history: versions before this one.
    before: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sending {
    reason: String,
    despite: String,
    /// Keys of the warnings that were ticked.
    accepted: Vec<String>,
    /// When it is to go live; empty: now.
    due: String,
}

#[derive(Template)]
#[template(path = "console/pages/publish.html")]
struct PublishPage {
    frame: Frame,
    may_edit: bool,
    may_overrule: bool,
    version: i64,
    changes: Vec<ChangeRow>,
    counts: Counts,
    comparisons: Vec<Comparison>,
    errors: Problems,
    failures: Problems,
    warnings: Vec<Ticked>,
    known: Problems,
    transcripts: Score,
    replay: Option<changes::ReplayView>,
    reason: Field,
    despite: Field,
    due: Field,
    /// A second person has to agree.
    needs_second: bool,
    waiting: Vec<WaitingRow>,
    refused_before: Vec<WaitingRow>,
    /// Why it was not published.
    refused: Option<Sentence<'static>>,
    history: Vec<VersionRow>,
    older: Option<i64>,
}

/// As many as anybody reads.
struct Problems {
    shown: Vec<Told>,
    more: usize,
}

struct Told {
    place: String,
    cause: String,
    remedy: String,
    /// Where it can be put right.
    address: Option<String>,
}

struct Ticked {
    key: String,
    told: Told,
    is_ticked: bool,
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    show_page(&page(&visit, &asked, &Sending::default()).await?)
}

pub(super) async fn publish(visit: Visit, Sent(sent): Sent<Sending>) -> Result<Response, PageError> {
    let due_at = match sent.check(&visit) {
        Ok(due_at) => due_at,
        Err(Wrong { reason, due }) => {
            let mut page = page(&visit, &Asked::default(), &sent).await?;
            page.reason.error = reason;
            page.due.error = due;
            return show_again(&page);
        }
    };
    let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let request = Request {
        reason: sent.reason.clone(),
        accepted: Accepted::These(sent.accepted.iter().cloned().collect()),
        despite: overruling(&visit, &sent.despite),
        ..Request::new(draft.edits(None), visit.actor(), VersionSource::Console)
    };
    let needs_approval = visit.console.live.load().rulebook.settings.publishing.second_person;
    let gate = &visit.console.gate;
    let done = match (due_at, needs_approval) {
        (None, false) => gate.publish(request).await.map(|_| "publish.done"),
        (due_at, needs_approval) => {
            let proposed = gate.propose(&draft, &request, Terms { due_at, needs_approval }).await;
            proposed.map(|_| if needs_approval { "publish.proposed" } else { "publish.scheduled" })
        }
    };
    match done {
        Ok(notice) => Ok(visit.done("/console/publish", notice)),
        Err(refused) => {
            let why = explain(refused, visit.caller.t)?;
            let mut page = page(&visit, &Asked::default(), &sent).await?;
            page.refused = Some(why);
            show_again(&page)
        }
    }
}

/// What is wrong with what was typed.
struct Wrong {
    reason: Option<Sentence<'static>>,
    due: Option<Sentence<'static>>,
}

impl Sending {
    /// When it is to go live; None: now.
    fn check(&self, visit: &Visit) -> Result<Option<Timestamp>, Wrong> {
        let t = visit.caller.t;
        let is_long = self.reason.chars().count() > MAX_REASON_CHARS;
        let reason = is_long.then(|| t.say("publish.reason_too_long").owned());
        let due_at = match self.due.trim() {
            "" => Ok(None),
            due => read_due(visit, due).map(Some).ok_or_else(|| t.say("publish.due_refused").owned()),
        };
        match (reason, due_at) {
            (None, Ok(due_at)) => Ok(due_at),
            (reason, due_at) => Err(Wrong { reason, due: due_at.err() }),
        }
    }
}

/// In the centre's own zone, and still to come.
fn read_due(visit: &Visit, due: &str) -> Option<Timestamp> {
    let local: DateTime = due.parse().ok()?;
    let at = visit.console.live.load().rulebook.settings.hours.instant(local);
    let latest = visit.now().checked_add(LATEST_DUE).ok()?;
    (at > visit.now() && at < latest).then_some(at)
}

/// Why it was not published, and what to do.
pub(super) fn explain(refused: Refused, t: &Words) -> Result<Sentence<'static>, PageError> {
    Ok(match refused {
        Refused::Nothing => t.say("publish.refused_nothing").owned(),
        Refused::Collides(collisions) => {
            let paths: Vec<&str> = collisions.iter().map(|one| one.path.as_str()).collect();
            t.say("publish.refused_collides").owned().with("paths", paths.join("、"))
        }
        Refused::Errors(findings) => t.say("publish.refused_errors").owned().with("n", findings.errors.len()),
        Refused::TestsFail(findings) => {
            t.say("publish.refused_tests").owned().with("n", findings.failures.len())
        }
        Refused::Unseen(findings) => {
            t.say("publish.refused_unseen").owned().with("n", findings.warnings.len())
        }
        Refused::NeedsApproval => t.say("publish.refused_second").owned(),
        Refused::Settled => t.say("publish.refused_settled").owned(),
        Refused::Busy => t.say("publish.refused_busy").owned(),
        Refused::Store(failure) => return Err(failure.into()),
    })
}

/// Failing tests are for administrators to overrule.
fn overruling(visit: &Visit, despite: &str) -> Option<String> {
    let despite = despite.trim();
    (visit.staff.role.may(Right::Administer) && !despite.is_empty()).then(|| despite.to_owned())
}

async fn page(visit: &Visit, asked: &Asked, sent: &Sending) -> Result<PublishPage, PageError> {
    let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let looked = if draft.is_empty() { None } else { Some(look(visit, &draft).await?) };
    let (history, older) = history::list(visit, asked.before).await?;
    let (waiting, refused_before) = waiting::list(visit).await?;
    let mut page = PublishPage {
        frame: visit.frame("publish"),
        may_edit: visit.staff.role.may(Right::Edit),
        may_overrule: visit.staff.role.may(Right::Administer),
        version: draft.base(),
        changes: Vec::new(),
        counts: Counts::of(&draft),
        comparisons: Vec::new(),
        errors: Problems::none(),
        failures: Problems::none(),
        warnings: Vec::new(),
        known: Problems::none(),
        transcripts: Score::default(),
        replay: None,
        reason: Field::of(&sent.reason),
        despite: Field::of(&sent.despite),
        due: Field::of(&sent.due),
        needs_second: visit.console.live.load().rulebook.settings.publishing.second_person,
        waiting,
        refused_before,
        refused: None,
        history,
        older,
    };
    if let Some((examination, findings)) = looked {
        let live = visit.console.live.load_full();
        let edition = examination.edition.map(Arc::new);
        let editions: Vec<&Edition> = edition.as_deref().into_iter().chain([&*live]).collect();
        page.tell(&findings, &editions, sent);
        page.transcripts = examination.transcripts;
        page.changes = changes::list(visit, &draft, &live, edition.as_deref()).await?;
        if let Some(edition) = edition {
            page.comparisons = changes::compare(visit, &draft, &live, &edition);
            if asked.replay.is_some() {
                page.replay = Some(changes::replay(visit, live, edition).await?);
            }
        }
    }
    Ok(page)
}

async fn look(visit: &Visit, draft: &Draft) -> Result<(Examination, Findings), PageError> {
    let gate = &visit.console.gate;
    let examination = gate.examine(draft.files().clone()).await?;
    let findings = gate.weigh(&examination, draft.live().clone()).await?;
    Ok((examination, findings))
}

impl PublishPage {
    fn tell(&mut self, findings: &Findings, editions: &[&Edition], sent: &Sending) {
        let ticked: BTreeSet<&str> = sent.accepted.iter().map(String::as_str).collect();
        self.errors = Problems::of(&findings.errors, editions);
        self.failures = Problems::of(&findings.failures, editions);
        self.known = Problems::of(&findings.known, editions);
        let tick = |problem: &Problem| {
            let key = warning_key(problem);
            Ticked { is_ticked: ticked.contains(key.as_str()), told: Told::of(problem, editions), key }
        };
        self.warnings = findings.warnings.iter().map(tick).collect();
    }

    /// Whether the button would do anything now.
    fn may_publish(&self) -> bool {
        self.may_edit
            && !self.changes.is_empty()
            && self.errors.shown.is_empty()
            && !self.changes.iter().any(|change| change.clash.is_some())
            && (self.failures.shown.is_empty() || self.may_overrule)
    }
}

impl Problems {
    fn none() -> Self {
        Self { shown: Vec::new(), more: 0 }
    }

    fn of(problems: &[Problem], editions: &[&Edition]) -> Self {
        let told = |problem: &Problem| Told::of(problem, editions);
        let shown = problems.iter().take(MOST_PROBLEMS).map(told).collect();
        Self { shown, more: problems.len().saturating_sub(MOST_PROBLEMS) }
    }
}

impl Told {
    fn of(problem: &Problem, editions: &[&Edition]) -> Self {
        let place = match problem.line {
            0 => problem.file.clone(),
            line => format!("{}:{line}", problem.file),
        };
        let (cause, remedy) = (problem.cause.clone(), problem.remedy.clone());
        Self { place, cause, remedy, address: places::editor_of(editions, &problem.file, problem.line) }
    }
}

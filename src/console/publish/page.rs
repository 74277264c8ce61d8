//! The page itself: everything about the changes that were chosen, and whether
//! the button does anything now.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;

use super::super::diff;
use super::super::failure::PageError;
use super::super::form::Field;
use super::super::frame::Frame;
use super::super::rehearse::{Bubble, Part};
use super::super::replay::Comparison;
use super::super::told::{Problems, Told};
use super::super::visit::Visit;
use super::super::words::Sentence;
use super::Asked;
use super::changes::{self, ChangeRow, Counts};
use super::chosen::Chosen;
use super::history::{self, VersionRow};
use super::sending::Sending;
use super::waiting::{self, WaitingRow};
use crate::answer::Edition;
use crate::model::{Right, Role};
use crate::publishing::{Draft, Examination, Findings, count_failed_tests, warning_key};
use crate::rehearsal::Score;
use crate::rulebook::Problem;

#[derive(Template)]
#[template(path = "console/pages/publish.html")]
pub(super) struct PublishPage {
    frame: Frame,
    may_edit: bool,
    may_overrule: bool,
    version: i64,
    changes: Vec<ChangeRow>,
    /// Files whose changes are looked at alone; none: all of them.
    chosen: Vec<String>,
    replay_address: String,
    counts: Counts,
    comparisons: Vec<Comparison>,
    errors: Problems,
    failures: Problems,
    failed_tests: usize,
    warnings: Vec<Ticked>,
    known: Problems,
    transcripts: Score,
    replay: Option<changes::ReplayView>,
    pub reason: Field,
    despite: Field,
    pub due: Field,
    /// A second person has to agree.
    needs_second: bool,
    waiting: Vec<WaitingRow>,
    refused_before: Vec<WaitingRow>,
    /// Why it was not published.
    pub refused: Option<Sentence<'static>>,
    history: Vec<VersionRow>,
    older: Option<i64>,
}

struct Ticked {
    key: String,
    told: Told,
    is_ticked: bool,
}

pub(super) async fn page(visit: &Visit, asked: &Asked, sent: &Sending) -> Result<PublishPage, PageError> {
    let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let chosen = Chosen::of(&asked.path).within(&draft);
    let looked = if draft.is_empty() { None } else { Some(look(visit, &draft, &chosen).await?) };
    let (history, older) = history::list(visit, asked.before).await?;
    let (waiting, refused_before) = waiting::list(visit).await?;
    let mut page = PublishPage {
        frame: visit.frame("publish"),
        may_edit: visit.staff.role.may(Right::Edit),
        may_overrule: visit.staff.role.may(Right::Administer),
        version: draft.base(),
        changes: Vec::new(),
        chosen: chosen.paths(),
        replay_address: chosen.address(Some("replay=1")),
        counts: Counts::of(&draft),
        comparisons: Vec::new(),
        errors: Problems::none(),
        failures: Problems::none(),
        failed_tests: 0,
        warnings: Vec::new(),
        known: Problems::none(),
        transcripts: Score::default(),
        replay: None,
        reason: Field::of(&sent.reason),
        despite: Field::of(&sent.despite),
        due: Field::of(sent.due()),
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
        page.tell(&findings, &editions, sent, visit.staff.role);
        page.transcripts = examination.transcripts;
        page.changes = changes::list(visit, &draft, &editions, &chosen).await?;
        if let Some(edition) = edition {
            page.comparisons = changes::compare(visit, &draft, &live, &edition);
            if asked.replay.is_some() {
                page.replay = Some(changes::replay(visit, live, edition).await?);
            }
        }
    }
    Ok(page)
}

async fn look(visit: &Visit, draft: &Draft, chosen: &Chosen) -> Result<(Examination, Findings), PageError> {
    let gate = &visit.console.gate;
    let examination = gate.examine(chosen.files(draft)).await?;
    let findings = gate.weigh(&examination, draft.live().clone()).await?;
    Ok((examination, findings))
}

impl PublishPage {
    fn tell(&mut self, findings: &Findings, editions: &[&Edition], sent: &Sending, reader: Role) {
        let ticked: BTreeSet<&str> = sent.accepted.iter().map(String::as_str).collect();
        self.errors = Problems::of(&findings.errors, editions, reader);
        self.failures = Problems::of(&findings.failures, editions, reader);
        self.failed_tests = count_failed_tests(&findings.failures);
        self.known = Problems::of(&findings.known, editions, reader);
        let tick = |problem: &Problem| {
            let key = warning_key(problem);
            Ticked {
                is_ticked: ticked.contains(key.as_str()),
                told: Told::of(problem, editions, reader),
                key,
            }
        };
        self.warnings = findings.warnings.iter().map(tick).collect();
    }

    /// Whether the button would do anything now.
    fn may_publish(&self) -> bool {
        let is_clear = |change: &ChangeRow| change.clash.is_none() || !change.is_chosen;
        self.may_edit
            && !self.changes.is_empty()
            && self.errors.shown.is_empty()
            && self.changes.iter().all(is_clear)
            && (self.failures.shown.is_empty() || self.may_overrule)
    }

    /// Changes that stay in the draft.
    fn left(&self) -> usize {
        self.changes.len() - self.chosen.len()
    }
}

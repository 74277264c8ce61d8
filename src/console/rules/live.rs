//! 「发布此条」 and 停用: one rule goes through the gate alone, and the rest of
//! the draft stays where it is.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::super::failure::PageError;
use super::super::frame::{Frame, show_again};
use super::super::refused::explain;
use super::super::visit::{Sent, Visit};
use super::super::words::Sentence;
use super::editor::Desk;
use super::saving;
use super::shelf::Shelf;
use super::{address_of, told};
use crate::model::Right;
use crate::publishing::{Accepted, Draft, Edit, Edits, Refused, Request, warning_key};
use crate::rulebook::Problem;
use crate::rulebook::edit::{FileChange, WrittenRule, save_rule};
use crate::store::{VersionSource, content_hash};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    /// Warnings that were looked at, by their keys, one a line.
    accepted: String,
    /// Why failing tests are no reason to wait.
    despite: String,
    /// `on` or `off`.
    to: String,
}

/// What the gate found, and what can be done about it.
#[derive(Template)]
#[template(path = "console/pages/rule_refused.html")]
struct RefusedPage {
    frame: Frame,
    name: String,
    address: String,
    cause: Sentence<'static>,
    found: Vec<String>,
    /// To be sent again once they were looked at.
    accepted: Option<String>,
    may_insist: bool,
}

pub(in crate::console) async fn publish(
    visit: Visit,
    Path(id): Path<String>,
    Sent(asked): Sent<Asked>,
) -> Result<Response, PageError> {
    publish_one(&visit, &id, &asked).await
}

pub(super) async fn publish_one(visit: &Visit, id: &str, asked: &Asked) -> Result<Response, PageError> {
    let desk = Desk::open(visit).await?;
    let wanted = WrittenRule::clone(&desk.shelf.find(id).ok_or(PageError::Missing)?.rule);
    let keys = asked.accepted.lines().map(str::to_owned).collect();
    let despite = Some(asked.despite.trim().to_owned())
        .filter(|reason| !reason.is_empty() && visit.staff.role.may(Right::Administer));
    let word = Word { accepted: Accepted::These(keys), despite, reason: wanted.text("name").to_owned() };
    put_live(visit, desk.draft, &wanted, word).await
}

/// A wrong rule is stopped at once: neither a warning nor a test keeps it live.
pub(in crate::console) async fn switch(
    visit: Visit,
    Path(id): Path<String>,
    Sent(asked): Sent<Asked>,
) -> Result<Response, PageError> {
    let mut desk = Desk::open(&visit).await?;
    let live = live_shelf(&visit, &desk.draft).await;
    let kept = live.find(&id).ok_or(PageError::Missing)?;
    let mut wanted = WrittenRule::clone(&kept.rule);
    let t = visit.caller.t;
    let is_off = asked.to == "off";
    if is_off {
        wanted.disable();
    } else {
        wanted.enable();
    }
    let reason = t.say(if is_off { "rules.turn_off" } else { "rules.turn_on" });
    let reason = format!("{reason}「{}」", wanted.text("name"));
    let keys = asked.accepted.lines().map(str::to_owned).collect();
    let accepted = if is_off { Accepted::All } else { Accepted::These(keys) };
    switch_in_draft(&visit, &mut desk, &id, is_off).await?;
    let word = Word { accepted, despite: is_off.then(|| reason.clone()), reason };
    put_live(&visit, desk.draft, &wanted, word).await
}

/// Else what is still being written would undo it when it goes live.
async fn switch_in_draft(visit: &Visit, desk: &mut Desk, id: &str, is_off: bool) -> Result<(), PageError> {
    let kept = desk.shelf.find(id).filter(|kept| desk.draft.changes().contains_key(&*kept.path)).cloned();
    let Some(kept) = kept else { return Ok(()) };
    let mut rule = WrittenRule::clone(&kept.rule);
    if is_off {
        rule.disable();
    } else {
        rule.enable();
    }
    let seen = desk.draft.hash_of(&kept.path).unwrap_or_default();
    saving::save(visit, &mut desk.draft, Some(&kept), &rule, &seen).await.map(drop)
}

/// On whose word a rule goes live.
struct Word {
    accepted: Accepted,
    despite: Option<String>,
    reason: String,
}

async fn put_live(
    visit: &Visit,
    draft: Draft,
    wanted: &WrittenRule,
    word: Word,
) -> Result<Response, PageError> {
    let id = wanted.text("id").to_owned();
    let live = live_shelf(visit, &draft).await;
    let path = live.find(&id).map(|kept| kept.path.to_string());
    let Ok(changes) = save_rule(draft.live(), path.as_deref(), wanted) else {
        return Ok(visit.done(&address_of(&id), "rules.by_hand"));
    };
    let request = Request {
        reason: word.reason,
        accepted: word.accepted,
        despite: word.despite,
        ..Request::new(edits(&draft, &changes), visit.actor(), VersionSource::Console)
    };
    match visit.console.gate.publish(request).await {
        Ok(_) => {
            settle(visit, draft, changes).await?;
            Ok(visit.done(&address_of(&id), "rules.published"))
        }
        Err(Refused::Nothing) => {
            settle(visit, draft, changes).await?;
            Ok(visit.done(&address_of(&id), "rules.is_live_already"))
        }
        Err(Refused::Store(error)) => Err(error.into()),
        Err(refused) => show_again(&RefusedPage::of(visit, wanted, &refused)),
    }
}

async fn live_shelf(visit: &Visit, draft: &Draft) -> Arc<Shelf> {
    visit.console.shelves.hold(&visit.console, draft.live()).await
}

fn edits(draft: &Draft, changes: &[FileChange]) -> Edits {
    let edit = |change: &FileChange| {
        let origin = draft.live().get(&change.path).map(content_hash);
        (change.path.clone(), Edit { bytes: change.bytes.clone().map(Into::into), origin })
    };
    changes.iter().map(edit).collect()
}

/// What is live now is no draft any more; other changes to the same file stay,
/// upon what is live now.
async fn settle(visit: &Visit, draft: Draft, changes: Vec<FileChange>) -> Result<(), PageError> {
    let store = &visit.console.store;
    let clashed: Vec<String> = draft.clashes().map(str::to_owned).collect();
    let owner = visit.staff.id.clone();
    for FileChange { path, bytes } in changes {
        let mut draft = Draft::open(store, &owner).await?;
        if !draft.changes().contains_key(&path) {
            continue;
        }
        if draft.hash_of(&path) == bytes.as_deref().map(content_hash) {
            draft.undo(store, &path).await?;
        } else if !clashed.contains(&path) {
            draft.keep_mine(store, &path).await?;
        }
    }
    Ok(())
}

impl RefusedPage {
    fn of(visit: &Visit, wanted: &WrittenRule, refused: &Refused) -> Self {
        let found = refused.found().unwrap_or_default();
        let warnings = refused.findings().map(|findings| findings.warnings.as_slice()).unwrap_or_default();
        let keys = |problems: &[Problem]| problems.iter().map(warning_key).collect::<Vec<_>>().join("\n");
        let may_insist = matches!(refused, Refused::TestsFail(_)) && visit.staff.role.may(Right::Administer);
        let may_go_on = may_insist || matches!(refused, Refused::Unseen(_));
        Self {
            frame: visit.frame("rules"),
            name: wanted.text("name").to_owned(),
            address: address_of(wanted.text("id")),
            cause: explain(refused, visit.caller.t),
            found: found.iter().map(told).collect(),
            accepted: may_go_on.then(|| keys(warnings)),
            may_insist,
        }
    }

    fn button(&self) -> Sentence<'static> {
        let key = if self.may_insist { "rules.publish_despite" } else { "rules.publish_seen" };
        self.frame.t.say(key).owned()
    }
}

//! 「发布此条」 and 停用: one rule goes through the gate alone, and the rest of
//! the draft stays where it is. Not here: what is shown when it may not (refusal).

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::super::failure::PageError;
use super::super::frame::show_again;
use super::super::visit::{Sent, Visit};
use super::address_of;
use super::editor::Desk;
use super::overtaken::Overtaken;
use super::refusal::{self, Again};
use super::saving;
use super::shelf::{Kept, Shelf, is_table};
use super::undoing::has_own;
use crate::model::Right;
use crate::publishing::{Accepted, Draft, Edit, Edits, Refused, Request};
use crate::rulebook::edit::{EditError, FileChange, WrittenRule, copy_row, save_rule};
use crate::rulebook::unfinished::is_unfinished;
use crate::store::{VersionSource, content_hash};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    /// Warnings that were looked at, by their keys, one a line.
    pub accepted: String,
    /// Why failing tests are no reason to wait.
    pub despite: String,
    /// What a colleague published meanwhile and was looked at, by its hash.
    pub over: String,
    /// `on` or `off`.
    pub to: String,
}

pub(in crate::console) async fn publish(
    visit: Visit,
    Path(id): Path<String>,
    Sent(asked): Sent<Asked>,
) -> Result<Response, PageError> {
    publish_one(&visit, &id, &asked).await
}

pub(super) async fn publish_one(visit: &Visit, id: &str, asked: &Asked) -> Result<Response, PageError> {
    let Desk { draft, shelf } = Desk::open(visit).await?;
    let kept = shelf.find(id).ok_or(PageError::Missing)?;
    let live = live_shelf(visit, &draft).await;
    if let Some(overtaken) = Overtaken::find(visit, &draft, &live, kept).await?
        && overtaken.hash() != asked.over
    {
        return show_again(&overtaken.page(visit, kept, asked));
    }
    let Ok(changes) = as_drafted(&draft, live.find(id), kept) else {
        return Ok(visit.done(&address_of(id), "rules.by_hand"));
    };
    let word = Word {
        accepted: asked.accepted(),
        despite: asked.insisting(visit),
        reason: kept.rule.text("name").to_owned(),
    };
    match put_live(visit, &draft, &changes, word).await {
        Ok(notice) => {
            settle(visit, &draft, &changes).await?;
            let is_sent_as_written = !kept.rule.reply.texts().any(is_unfinished);
            let notice = if is_sent_as_written { notice } else { "rules.published_unfinished" };
            Ok(visit.done(&address_of(id), notice))
        }
        Err(refused) => {
            let page = refusal::Desk { visit, draft: &draft, shelf: Some(&shelf) };
            page.show(&kept.rule, refused, Again::Publish { over: asked.over.clone(), changes: &changes })
        }
    }
}

/// A file of its own as the draft has it; of a table, this row alone.
fn as_drafted(draft: &Draft, live: Option<&Kept>, kept: &Kept) -> Result<Vec<FileChange>, EditError> {
    let is_at_home = live.is_none_or(|live| live.path == kept.path);
    match draft.bytes(&kept.path) {
        Some(bytes) if is_at_home && !is_table(&kept.path) => {
            Ok(vec![FileChange { path: kept.path.to_string(), bytes: Some(bytes.to_vec()) }])
        }
        Some(bytes) if live.is_none() && draft.live().get(&kept.path).is_some() => {
            Ok(vec![copy_row(draft.live(), &kept.path, bytes, kept.rule.text("id"))?])
        }
        Some(_) | None => save_rule(draft.live(), live.map(|live| &*live.path), &kept.rule),
    }
}

/// A wrong rule is stopped at once: neither a warning nor a test keeps it live,
/// nor does it wait for a second person. What is still being written would undo
/// it when it goes live, so the draft is switched too, once it is done.
pub(in crate::console) async fn switch(
    visit: Visit,
    Path(id): Path<String>,
    Sent(asked): Sent<Asked>,
) -> Result<Response, PageError> {
    let Desk { draft, .. } = Desk::open(&visit).await?;
    let live = live_shelf(&visit, &draft).await;
    let kept = live.find(&id).ok_or(PageError::Missing)?;
    let (is_off, t) = (asked.to == "off", visit.caller.t);
    let wanted = switched(&kept.rule, is_off);
    let Ok(changes) = save_rule(draft.live(), Some(&kept.path), &wanted) else {
        return Ok(visit.done(&address_of(&id), "rules.by_hand"));
    };
    let reason = t.say(if is_off { "rules.turn_off" } else { "rules.turn_on" });
    let reason = format!("{reason}「{}」", wanted.text("name"));
    let word = match is_off {
        true => Word { accepted: Accepted::All, despite: Some(reason.clone()), reason },
        false => Word { accepted: asked.accepted(), despite: asked.insisting(&visit), reason },
    };
    match put_live(&visit, &draft, &changes, word).await {
        Ok(notice) => {
            switch_in_draft(&visit, &id, is_off, |draft, kept| draft.changes().contains_key(&*kept.path))
                .await?;
            settle(&visit, &draft, &changes).await?;
            Ok(visit.done(&address_of(&id), notice))
        }
        Err(Refused::NeedsApproval) if !is_off => {
            switch_in_draft(&visit, &id, is_off, |_, _| true).await?;
            Ok(visit.done(&address_of(&id), "rules.on_in_draft"))
        }
        Err(refused) => {
            let page = refusal::Desk { visit: &visit, draft: &draft, shelf: None };
            page.show(&wanted, refused, Again::TurnOn)
        }
    }
}

fn switched(rule: &WrittenRule, is_off: bool) -> WrittenRule {
    let mut rule = rule.clone();
    if is_off {
        rule.disable();
    } else {
        rule.enable();
    }
    rule
}

async fn switch_in_draft(
    visit: &Visit,
    id: &str,
    is_off: bool,
    is_meant: impl Fn(&Draft, &Kept) -> bool,
) -> Result<(), PageError> {
    let Desk { mut draft, shelf } = Desk::open(visit).await?;
    let Some(kept) = shelf.find(id).filter(|kept| is_meant(&draft, kept)) else { return Ok(()) };
    let seen = draft.hash_of(&kept.path).unwrap_or_default();
    saving::save(visit, &mut draft, Some(kept), &switched(&kept.rule, is_off), &seen).await.map(drop)
}

/// On whose word a rule goes live.
struct Word {
    accepted: Accepted,
    despite: Option<String>,
    reason: String,
}

/// The notice that says it is live.
async fn put_live(
    visit: &Visit,
    draft: &Draft,
    changes: &[FileChange],
    word: Word,
) -> Result<&'static str, Refused> {
    let request = Request {
        reason: word.reason,
        accepted: word.accepted,
        despite: word.despite,
        ..Request::new(edits(draft, changes), visit.actor(), VersionSource::Console)
    };
    match visit.console.gate.publish(request).await {
        Ok(_) => Ok("rules.published"),
        Err(Refused::Nothing) => Ok("rules.is_live_already"),
        Err(refused) => Err(refused),
    }
}

pub(super) async fn live_shelf(visit: &Visit, draft: &Draft) -> Arc<Shelf> {
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
/// upon what is live now. `before` is the draft that was published from.
async fn settle(visit: &Visit, before: &Draft, changes: &[FileChange]) -> Result<(), PageError> {
    let store = &visit.console.store;
    for FileChange { path, bytes } in changes {
        let mut draft = Draft::open(store, before.owner()).await?;
        if !draft.changes().contains_key(path) {
            continue;
        }
        let live = bytes.as_deref().map(content_hash);
        let is_overtaken = before.clashes().any(|clash| clash == path);
        if draft.hash_of(path) == live
            || (is_overtaken && is_table(path) && !has_own(visit, &draft, path).await?)
        {
            draft.undo(store, path).await?;
        } else if !is_overtaken {
            draft.keep_mine(store, path, live.as_deref()).await?;
        }
    }
    Ok(())
}

impl Asked {
    fn accepted(&self) -> Accepted {
        Accepted::These(self.accepted.lines().map(str::to_owned).collect())
    }

    /// Failing tests are for administrators to overrule.
    fn insisting(&self, visit: &Visit) -> Option<String> {
        let despite = self.despite.trim();
        (!despite.is_empty() && visit.staff.role.may(Right::Administer)).then(|| despite.to_owned())
    }
}

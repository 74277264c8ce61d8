//! 回复规则, one of them: its fields beside what it would look like. Saving
//! makes a draft. Not here: what is shown (page), what is saved how (saving).

use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;

use super::super::confirm::Confirm;
use super::super::failure::PageError;
use super::super::frame::{show as show_page, show_again};
use super::super::visit::{Sent, Visit};
use super::address_of;
use super::effect;
use super::entered::Entered;
use super::live;
use super::page::{EditorPage, Parts};
use super::saving::{self, Saved};
use super::shelf::{Kept, Shelf};
use super::undoing;
use crate::model::Right;
use crate::publishing::Draft;
use crate::rulebook::Files;
use crate::rulebook::edit::{WrittenRule, free_id, save_rule};

/// Addresses of this page that no rule can have.
const RESERVED: [&str; 2] = ["new", "preview"];

/// What 未命中 adds to a rule: questions, one a line, still to be saved.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Added {
    add: String,
}

pub(in crate::console) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(added): Query<Added>,
) -> Result<Response, PageError> {
    let desk = Desk::open(&visit).await?;
    let kept = desk.shelf.find(&id).ok_or(PageError::Missing)?.clone();
    let mut entered = Entered::of(&kept.rule);
    let mut trial = None;
    if !added.add.is_empty() {
        let questions = format!("{}\n{}", entered.get("questions"), added.add);
        entered.set("questions", questions.trim());
        if visit.staff.role.may(Right::Edit) {
            trial = Some(effect::play(&visit, &desk, &entered.onto(&kept.rule)).await?);
        }
    }
    let parts = Parts { entered, kept: Some(kept), trial, ..Parts::default() };
    show_page(&EditorPage::of(&visit, &desk, parts).await?)
}

/// What a link brings is in the fields already: 未命中 hands over what people asked.
pub(in crate::console) async fn show_new(
    visit: Visit,
    Query(entered): Query<Entered>,
) -> Result<Response, PageError> {
    let desk = Desk::open(&visit).await?;
    let trial = match entered.get("questions") {
        "" => None,
        _ => Some(effect::play(&visit, &desk, &entered.onto(&desk.new_rule(&entered))).await?),
    };
    let parts = Parts { entered, trial, ..Parts::default() };
    show_page(&EditorPage::of(&visit, &desk, parts).await?)
}

pub(in crate::console) async fn make(
    visit: Visit,
    Sent(entered): Sent<Entered>,
) -> Result<Response, PageError> {
    let desk = Desk::open(&visit).await?;
    let new = desk.new_rule(&entered);
    save(&visit, desk, entered, (None, new)).await
}

pub(in crate::console) async fn take(
    visit: Visit,
    Path(id): Path<String>,
    Sent(entered): Sent<Entered>,
) -> Result<Response, PageError> {
    let desk = Desk::open(&visit).await?;
    let kept = desk.shelf.find(&id).ok_or(PageError::Missing)?.clone();
    let old = WrittenRule::clone(&kept.rule);
    save(&visit, desk, entered, (Some(kept), old)).await
}

async fn save(
    visit: &Visit,
    mut desk: Desk,
    entered: Entered,
    (kept, old): (Option<Kept>, WrittenRule),
) -> Result<Response, PageError> {
    let wanted = entered.onto(&old);
    let id = wanted.text("id").to_owned();
    let refused = refusal(&desk, &wanted, kept.is_none());
    if refused.is_some() {
        let seen = Some(entered.get("seen").to_owned());
        let parts = Parts { entered, kept, refused, seen, trial: None };
        return show_again(&EditorPage::of(visit, &desk, parts).await?);
    }
    match saving::save(visit, &mut desk.draft, kept.as_ref(), &wanted, entered.get("seen")).await? {
        Saved::Draft if entered.get("do") == "publish" => {
            live::publish_one(visit, &id, &live::Asked::default()).await
        }
        Saved::Draft => Ok(visit.done(&address_of(&id), "rules.saved")),
        Saved::Clash(clash) => show_again(&clash.page(visit, &id, &entered)),
        Saved::ByHand(key) => {
            let seen = Some(entered.get("seen").to_owned());
            let parts = Parts { entered, kept, refused: Some(("name", key)), seen, trial: None };
            show_again(&EditorPage::of(visit, &desk, parts).await?)
        }
    }
}

/// The field that cannot be accepted, and why.
fn refusal(desk: &Desk, wanted: &WrittenRule, is_new: bool) -> Option<(&'static str, &'static str)> {
    let id = wanted.text("id");
    if wanted.text("name").is_empty() {
        return Some(("name", "rules.name_missing"));
    }
    let is_taken = RESERVED.contains(&id) || desk.shelf.find(id).is_some();
    if is_new && is_taken {
        return Some(("id", "rules.id_taken"));
    }
    if crate::model::RuleId::parse(id).is_err() {
        return Some(("id", "rules.id_refused"));
    }
    None
}

/// The page again with what it would become; the script takes only a part of it.
pub(in crate::console) async fn preview(
    visit: Visit,
    Sent(mut entered): Sent<Entered>,
) -> Result<Response, PageError> {
    let desk = Desk::open(&visit).await?;
    let kept = desk.shelf.find(entered.get("was")).cloned();
    let old = match &kept {
        Some(kept) => WrittenRule::clone(&kept.rule),
        None => desk.new_rule(&entered),
    };
    let seen = Some(entered.get("seen").to_owned());
    let wanted = entered.onto(&old);
    let trial = match entered.get("do") {
        "replay" => Some(effect::play(&visit, &desk, &wanted).await?),
        _ => None,
    };
    let files = with(desk.draft.files(), kept.as_ref(), &wanted);
    let shelf = visit.console.shelves.hold(&visit.console, &files).await;
    let desk = Desk { draft: desk.draft, shelf };
    if kept.is_none() {
        entered.set("preview_of", wanted.text("id"));
    }
    let parts = Parts { entered, kept, seen, trial, ..Parts::default() };
    show_page(&EditorPage::of(&visit, &desk, parts).await?)
}

/// The files as they would be. What cannot be written is left as it is.
pub(super) fn with(files: &Files, kept: Option<&Kept>, wanted: &WrittenRule) -> Files {
    let mut files = files.clone();
    let changes = save_rule(&files, kept.map(|kept| &*kept.path), wanted).unwrap_or_default();
    for change in changes {
        match change.bytes {
            Some(bytes) => files.insert(&change.path, bytes),
            None => files.remove(&change.path),
        }
    }
    files
}

pub(in crate::console) async fn undo(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let mut desk = Desk::open(&visit).await?;
    let kept = desk.shelf.find(&id).ok_or(PageError::Missing)?.clone();
    let notice = match undoing::undo(&visit, &mut desk.draft, &kept).await? {
        Saved::Draft => "rules.undone",
        Saved::Clash(_) | Saved::ByHand(_) => "rules.not_undone",
    };
    let is_left = Desk::open(&visit).await?.shelf.find(&id).is_some();
    let address = if is_left { address_of(&id) } else { "/console/rules".to_owned() };
    Ok(visit.done(&address, notice))
}

pub(in crate::console) async fn ask_delete(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let desk = Desk::open(&visit).await?;
    let kept = desk.shelf.find(&id).ok_or(PageError::Missing)?;
    let action = format!("{}/delete", address_of(&id));
    show_page(&Confirm::about(&visit, "rules.delete", kept.rule.text("name"), &action, &address_of(&id)))
}

pub(in crate::console) async fn delete(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let mut desk = Desk::open(&visit).await?;
    let kept = desk.shelf.find(&id).ok_or(PageError::Missing)?.clone();
    match saving::remove(&visit, &mut desk.draft, &kept).await? {
        Saved::Draft => Ok(visit.done("/console/rules", "rules.deleted")),
        Saved::Clash(_) | Saved::ByHand(_) => Ok(visit.done(&address_of(&id), "rules.not_deleted")),
    }
}

/// A member's draft, and what it holds.
pub(super) struct Desk {
    pub draft: Draft,
    pub shelf: std::sync::Arc<Shelf>,
}

impl Desk {
    pub(super) async fn open(visit: &Visit) -> Result<Self, PageError> {
        let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
        let shelf = visit.console.shelves.hold(&visit.console, draft.files()).await;
        Ok(Self { draft, shelf })
    }

    /// Nothing but its id: the one that was typed, else one made from the name.
    fn new_rule(&self, entered: &Entered) -> WrittenRule {
        let is_taken = |id: &str| RESERVED.contains(&id) || self.shelf.find(id).is_some();
        let id = match entered.get("id").trim() {
            "" => free_id(entered.get("name"), is_taken),
            typed => typed.to_owned(),
        };
        let mut new = WrittenRule::default();
        new.set_text("id", &id);
        new
    }
}

//! Bringing an old version back: as a new version, for a reason; where it does
//! not pass the checks any more, into the draft, to be put right there.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::super::failure::PageError;
use super::super::form::Field;
use super::super::frame::{Frame, show as show_page, show_again};
use super::super::refused::explain;
use super::super::told::{MOST_PROBLEMS, Problems};
use super::super::visit::{Sent, Visit};
use super::super::words::Sentence;
use super::HERE;
use super::history::find;
use super::sending::{find_mistake, overruling};
use crate::model::Right;
use crate::publishing::{
    Accepted, Draft, Edits, Refused, Request, WriteError, between, load_files, warning_key,
};
use crate::rulebook::Problem;
use crate::store::VersionSource;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Wanted {
    reason: String,
    /// Why failing tests are no reason to wait.
    despite: String,
    /// Keys of the warnings that were looked at.
    accepted: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/pages/restore.html")]
struct RestorePage {
    frame: Frame,
    version: i64,
    reason: Field,
    despite: Field,
    refused: Option<Refusal>,
}

/// Why it was not brought back, and what can be done about it.
struct Refusal {
    why: Sentence<'static>,
    /// What blocks it.
    found: Problems,
    /// To be looked at before it is brought back all the same.
    warnings: Problems,
    /// Their keys.
    accepted: Vec<String>,
    /// By an administrator, for a reason.
    may_insist: bool,
    /// All of this was shown, and it may be brought back now.
    may_go_on: bool,
}

pub(in crate::console) async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let number = find(&visit, &id).await?.number;
    show_page(&RestorePage::of(&visit, number, &Wanted::default()))
}

/// A new version with the files of the old one. Drafts stay as they are.
pub(in crate::console) async fn restore(
    visit: Visit,
    Path(id): Path<String>,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, PageError> {
    let number = find(&visit, &id).await?.number;
    let mut page = RestorePage::of(&visit, number, &wanted);
    if let Some(mistake) = find_mistake(&wanted.reason, &visit) {
        page.reason.error = Some(mistake);
        return show_again(&page);
    }
    let request = Request {
        reason: wanted.reason.clone(),
        // What was looked at when it was published may be somebody else's, and
        // what is a warning now may have been none then.
        accepted: Accepted::These(wanted.accepted.iter().cloned().collect()),
        despite: overruling(&visit, &wanted.despite),
        restores: Some(number),
        ..Request::new(way_back(&visit, number).await?, visit.actor(), VersionSource::Console)
    };
    match visit.console.gate.publish(request).await {
        Ok(_) => Ok(visit.done(HERE, "publish.restored")),
        Err(Refused::Nothing) => Ok(visit.done(HERE, "publish.restored_same")),
        Err(Refused::Store(failure)) => Err(failure.into()),
        Err(refused) => {
            page.refused = Some(Refusal::of(&refused, &visit));
            show_again(&page)
        }
    }
}

/// Its files as changes of a draft, but for those that the draft has changed
/// already: what somebody is still writing is not overwritten.
pub(in crate::console) async fn to_draft(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let store = &visit.console.store;
    let number = find(&visit, &id).await?.number;
    let mut draft = Draft::open(store, &visit.staff.id).await?;
    let mut is_whole = true;
    for (path, edit) in way_back(&visit, number).await? {
        if draft.changes().contains_key(&path) {
            is_whole = false;
            continue;
        }
        let (seen, now) = (draft.hash_of(&path), visit.now());
        let written = match edit.bytes {
            Some(bytes) => draft.write(store, &path, bytes.to_vec(), seen.as_deref(), now).await,
            None => draft.remove(store, &path, seen.as_deref(), now).await,
        };
        match written {
            Ok(()) => {}
            Err(WriteError::Store(failure)) => return Err(failure.into()),
            Err(WriteError::Clash { .. } | WriteError::Path(_)) => is_whole = false,
        }
    }
    let notice = if is_whole { "publish.in_draft" } else { "publish.in_draft_partly" };
    Ok(visit.done(HERE, notice))
}

/// What makes the version out of what is live.
async fn way_back(visit: &Visit, number: i64) -> Result<Edits, PageError> {
    let store = &visit.console.store;
    let newest = store.newest_version_number().await?.unwrap_or(0);
    let (live, old) = (load_files(store, newest).await?, load_files(store, number).await?);
    Ok(between(&live, &old))
}

impl RestorePage {
    fn of(visit: &Visit, version: i64, wanted: &Wanted) -> Self {
        Self {
            frame: visit.frame("publish"),
            version,
            reason: Field::of(&wanted.reason),
            despite: Field::of(&wanted.despite),
            refused: None,
        }
    }
}

impl Refusal {
    fn of(refused: &Refused, visit: &Visit) -> Self {
        let (live, role) = (visit.console.live.load(), visit.staff.role);
        let told = |problems: &[Problem]| Problems::of(problems, &[&**live], role);
        let found = match refused {
            // Listed as warnings.
            Refused::Unseen(_) => Problems::none(),
            _ => refused.found().map_or_else(Problems::none, told),
        };
        let warnings = refused.findings().map(|findings| findings.warnings.as_slice()).unwrap_or_default();
        // No more is accepted than is shown.
        let shown = warnings.get(..MOST_PROBLEMS).unwrap_or(warnings);
        let may_insist = matches!(refused, Refused::TestsFail(_)) && role.may(Right::Administer);
        Self {
            why: explain(refused, visit.caller.t),
            found,
            warnings: told(warnings),
            accepted: shown.iter().map(warning_key).collect(),
            may_insist,
            may_go_on: may_insist || matches!(refused, Refused::Unseen(_)),
        }
    }
}

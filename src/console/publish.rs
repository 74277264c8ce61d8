//! 发布: what somebody changed, what the checks say of it, how answers change,
//! and the button. `page` is what is shown, `chosen` which changes it is about,
//! `changes` each of them, `sending` what is typed before the button. `history`
//! lists the versions, `restore` brings one back, `waiting` is what goes live
//! later, `act` all that is done with a draft instead. Not here: the gate
//! (publishing).

mod act;
mod changes;
mod chosen;
mod history;
mod page;
mod restore;
mod sending;
mod waiting;

use axum::response::Response;
use axum_extra::extract::Query;
use serde::Deserialize;

use self::chosen::Chosen;
use self::page::page;
use self::sending::{Sending, Wrong, overruling};
use super::failure::PageError;
use super::frame::{show as show_page, show_again};
use super::refused::explain;
use super::visit::{Sent, Visit};
use crate::publishing::{Accepted, Draft, Refused, Request, Terms};
use crate::store::VersionSource;

pub(super) use self::act::{ask_discard, discard, keep, undo};
pub(super) use self::history::show as show_version;
pub(super) use self::restore::{ask as ask_restore, restore, to_draft};
pub(super) use self::waiting::{approve, show as show_waiting, withdraw};

const HERE: &str = "/console/publish";

/// The button of the page that is about these files alone.
pub(super) fn address_about(paths: &[String]) -> String {
    format!("{}#publish", Chosen::of(paths).address(None))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Try it on what people wrote lately.
    replay: Option<String>,
    /// Of the history: versions before this one.
    before: Option<i64>,
    /// Files whose changes are to be published alone; none: all of them.
    path: Vec<String>,
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    show_page(&page(&visit, &asked, &Sending::default()).await?)
}

pub(super) async fn publish(visit: Visit, Sent(sent): Sent<Sending>) -> Result<Response, PageError> {
    let again = Asked { path: sent.path.clone(), ..Asked::default() };
    let due_at = match sent.check(&visit) {
        Ok(due_at) => due_at,
        Err(Wrong { reason, due }) => {
            let mut page = page(&visit, &again, &sent).await?;
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
        ..Request::new(Chosen::of(&sent.path).edits(&draft), visit.actor(), VersionSource::Console)
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
        Ok(notice) => Ok(visit.done(HERE, notice)),
        Err(Refused::Store(failure)) => Err(failure.into()),
        Err(refused) => {
            let mut page = page(&visit, &again, &sent).await?;
            page.refused = Some(explain(&refused, visit.caller.t));
            show_again(&page)
        }
    }
}

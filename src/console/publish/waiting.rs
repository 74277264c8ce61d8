//! What waits for its time or for a second person: looked at, agreed to, taken
//! back.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::SignedDuration;

use super::super::diff::{self, Line};
use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::refused::explain_kept;
use super::super::visit::Visit;
use super::super::when;
use super::changes::text_of;
use crate::model::Right;
use crate::publishing::{Refused, load_files};
use crate::store::{OperationKind, Proposal, ProposalEnding};

const HERE: &str = "/console/publish";
/// The key of the sentence for whoever comes too late.
const DEALT_WITH: &str = "publish.dealt_with";
/// A refusal is shown to its owner for so long.
const NEWS_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) struct WaitingRow {
    pub id: String,
    pub who: String,
    pub reason: String,
    pub made_at: String,
    pub due_at: Option<String>,
    pub needs_approval: bool,
    pub approver: Option<String>,
    pub failure: Option<String>,
    /// What its owner looked at and took on: whoever agrees takes it on too.
    pub accepted: Vec<String>,
    pub despite: Option<String>,
}

#[derive(Template)]
#[template(path = "console/pages/proposal.html")]
struct ProposalPage {
    frame: Frame,
    proposal: WaitingRow,
    files: Vec<(String, Vec<Line>)>,
    may_approve: bool,
    may_withdraw: bool,
}

/// What waits, and what was refused lately.
pub(super) async fn list(visit: &Visit) -> Result<(Vec<WaitingRow>, Vec<WaitingRow>), PageError> {
    let store = &visit.console.store;
    let since = visit.now().checked_sub(NEWS_FOR).unwrap_or(visit.now());
    let waiting = store.list_proposals().await?;
    let refused = store.list_refused_proposals(&visit.staff.id, since).await?;
    let rows = |proposals: Vec<Proposal>| proposals.iter().map(|one| WaitingRow::of(one, visit)).collect();
    Ok((rows(waiting), rows(refused)))
}

pub(in crate::console) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let store = &visit.console.store;
    let proposal = find(&visit, &id).await?;
    let newest = store.newest_version_number().await?.unwrap_or(0);
    let live = load_files(store, newest).await?;
    let mut files = Vec::new();
    let mut after = live.clone();
    for file in store.load_proposal_files(&proposal).await? {
        match file.bytes {
            Some(bytes) => after.insert(&file.path, bytes),
            None => after.remove(&file.path),
        }
        let lines = diff::changes(&text_of(&live, &file.path), &text_of(&after, &file.path));
        files.push((file.path, lines));
    }
    show_page(&ProposalPage {
        frame: visit.frame("publish"),
        may_approve: may_approve(&visit, &proposal),
        may_withdraw: may_withdraw(&visit, &proposal),
        proposal: WaitingRow::of(&proposal, &visit),
        files,
    })
}

pub(in crate::console) async fn approve(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let waits = visit.console.store.find_proposal(&id).await?.filter(|proposal| proposal.needs_approval);
    let Some(proposal) = waits else { return Ok(visit.done(HERE, DEALT_WITH)) };
    if !may_approve(&visit, &proposal) {
        return Err(PageError::Forbidden { role: visit.staff.role });
    }
    match visit.console.gate.approve(&proposal, &visit.actor()).await {
        Ok(None) if proposal.due_at.is_some() => Ok(visit.done(HERE, "publish.approved_waits")),
        // Another process may have been quicker to take it live.
        Ok(Some(_) | None) => Ok(visit.done(HERE, "publish.done")),
        Err(Refused::Settled) => Ok(visit.done(HERE, DEALT_WITH)),
        Err(Refused::Store(failure)) => Err(failure.into()),
        Err(_) => Ok(visit.done(HERE, "publish.approved_refused")),
    }
}

pub(in crate::console) async fn withdraw(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let waits = visit.console.store.find_proposal(&id).await?;
    let Some(proposal) = waits else { return Ok(visit.done(HERE, DEALT_WITH)) };
    if !may_withdraw(&visit, &proposal) {
        return Err(PageError::Forbidden { role: visit.staff.role });
    }
    let operation = visit.does(OperationKind::ProposalWithdrawn, &proposal.who).before(&proposal.reason);
    let store = &visit.console.store;
    let (ending, now) = (ProposalEnding::Withdrawn, visit.now());
    let is_withdrawn = store.end_proposal(&proposal.id, &ending, now, Some(&operation)).await?;
    Ok(visit.done(HERE, if is_withdrawn { "publish.withdrawn" } else { DEALT_WITH }))
}

async fn find(visit: &Visit, id: &str) -> Result<Proposal, PageError> {
    visit.console.store.find_proposal(id).await?.ok_or(PageError::Missing)
}

/// Nobody is their own second person.
fn may_approve(visit: &Visit, proposal: &Proposal) -> bool {
    proposal.needs_approval && visit.staff.role.may(Right::Edit) && proposal.owner != visit.staff.id
}

fn may_withdraw(visit: &Visit, proposal: &Proposal) -> bool {
    proposal.owner == visit.staff.id || visit.staff.role.may(Right::Administer)
}

impl WaitingRow {
    fn of(proposal: &Proposal, visit: &Visit) -> Self {
        let minute = |at| when::minute(&visit.console, at);
        Self {
            id: proposal.id.clone(),
            who: proposal.who.clone(),
            reason: proposal.reason.clone(),
            made_at: minute(proposal.made_at),
            due_at: proposal.due_at.map(minute),
            needs_approval: proposal.needs_approval,
            approver: proposal.approver.clone(),
            accepted: proposal.accepted.clone(),
            despite: proposal.despite.clone(),
            failure: proposal.failure.as_deref().map(|kept| explain_kept(kept, visit.caller.t)),
        }
    }
}

//! Publishing later, or with a second person: what was looked at and is to go
//! live at its time, through the same gate. Not here: who may (console), that
//! it runs once (jobs, and the store's own transaction).

use jiff::Timestamp;
use tracing::{info, warn};

use crate::store::{Actor, DraftFile, NewProposal, OperationKind, Proposal, ProposalEnding, VersionSource};

use super::draft::Draft;
use super::edits::{Edit, Edits};
use super::findings::Findings;
use super::gate::{Gate, Published};
use super::refused::Refused;
use super::request::{Accepted, Request};

/// What waits for its time, or for a second person, or for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// None: as soon as it may.
    pub due_at: Option<Timestamp>,
    pub needs_approval: bool,
}

impl Gate {
    /// Takes the draft's changes out of it to be published on these terms. What
    /// is wrong now is said now. The proposal's id.
    pub async fn propose(&self, draft: &Draft, request: &Request, terms: Terms) -> Result<String, Refused> {
        let prepared = self.prepare(request).await?;
        let now = self.clock().now();
        let accepted = causes(&prepared.findings);
        let new = NewProposal {
            owner: draft.owner(),
            who: &request.by.name,
            reason: request.reason.trim(),
            made_at: now,
            due_at: terms.due_at,
            needs_approval: terms.needs_approval || prepared.findings.second_person,
            accepted: &accepted,
            despite: request.despite.as_deref(),
            files: draft.rows(&request.edits),
        };
        let paths: Vec<&str> = request.edits.keys().map(String::as_str).collect();
        let operation = request.by.does(OperationKind::Proposed, &paths.join("\n"), now);
        let operation = operation.after(request.reason.trim());
        // Somebody changed the draft in another window: it has to be looked at again.
        self.store().make_proposal(&new, &operation).await?.ok_or(Refused::Settled)
    }

    /// What is due and needs nobody's word goes live. What cannot any more goes
    /// back into its draft, with the reason.
    pub async fn publish_due(&self) -> Result<(), Refused> {
        let now = self.clock().now();
        for proposal in self.store().list_proposals().await? {
            let is_due = proposal.due_at.is_none_or(|due| due <= now);
            if is_due && !proposal.needs_approval {
                self.publish_or_give_back(&proposal).await?;
            }
        }
        Ok(())
    }

    /// The second person agrees; it goes live, now or at its time. None while it
    /// waits. Nobody is their own second person.
    pub async fn approve(&self, proposal: &Proposal, by: &Actor) -> Result<Option<Published>, Refused> {
        if by.staff.as_ref() == Some(&proposal.owner) {
            return Err(Refused::NeedsApproval);
        }
        let now = self.clock().now();
        let operation = by.does(OperationKind::Approved, &proposal.who, now).after(&proposal.reason);
        if !self.store().approve_proposal(&proposal.id, &by.name, &operation).await? {
            return Err(Refused::Settled);
        }
        if proposal.due_at.is_some_and(|due| due > now) {
            return Ok(None);
        }
        let approved = Proposal { approver: Some(by.name.clone()), ..proposal.clone() };
        self.publish_or_give_back(&approved).await
    }

    async fn publish_or_give_back(&self, proposal: &Proposal) -> Result<Option<Published>, Refused> {
        let files = self.store().load_proposal_files(proposal).await?;
        let by = Actor { staff: Some(proposal.owner.clone()), name: proposal.who.clone(), ip: String::new() };
        let request = Request {
            reason: proposal.reason.clone(),
            // What somebody else published since may have brought a warning that
            // neither of the two has seen.
            accepted: Accepted::Told(proposal.accepted.iter().cloned().collect()),
            despite: proposal.despite.clone(),
            proposal: Some(proposal.id.clone()),
            approver: proposal.approver.clone(),
            ..Request::new(edits(files), by, VersionSource::Console)
        };
        match self.publish(request).await {
            Ok(published) => {
                info!(version = published.version.number, "Published what was due");
                Ok(Some(published))
            }
            Err(Refused::Store(failure)) => Err(Refused::Store(failure)),
            // Another process was quicker.
            Err(Refused::Settled) => Ok(None),
            Err(refused) => {
                let ending = ProposalEnding::Refused { why: refused.to_kept() };
                let now = self.clock().now();
                if !self.store().end_proposal(&proposal.id, &ending, now, None).await? {
                    return Ok(None);
                }
                warn!(%refused, proposal = proposal.id, "What was due could not be published");
                Err(refused)
            }
        }
    }
}

fn edits(files: Vec<DraftFile>) -> Edits {
    let edit = |file: DraftFile| (file.path, Edit { bytes: file.bytes.map(Into::into), origin: file.origin });
    files.into_iter().map(edit).collect()
}

fn causes(findings: &Findings) -> Vec<String> {
    findings.warnings.iter().map(|problem| problem.cause.clone()).collect()
}

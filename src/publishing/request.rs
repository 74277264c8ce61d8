//! What somebody asks of the gate, and on whose word. Not here: whether it may
//! go live (refused).

use std::collections::BTreeSet;

use super::edits::Edits;
use super::findings::Findings;
use crate::store::{Actor, Credit, VersionSource};

/// What is to be published, and on whose word.
#[derive(Clone, Debug)]
pub struct Request {
    pub edits: Edits,
    pub by: Actor,
    pub source: VersionSource,
    pub reason: String,
    pub accepted: Accepted,
    /// Why failing tests are no reason to wait. To be asked of administrators alone.
    pub despite: Option<String>,
    /// The version that is brought back.
    pub restores: Option<i64>,
    /// The proposal that becomes live with it, and who approved it.
    pub proposal: Option<String>,
    pub approver: Option<String>,
}

/// The warnings that somebody has looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    All,
    /// By `warning_key`.
    These(BTreeSet<String>),
    /// By what they say, as a proposal keeps them for its second person to read.
    Told(BTreeSet<String>),
}

impl Request {
    pub fn new(edits: Edits, by: Actor, source: VersionSource) -> Self {
        Self {
            edits,
            by,
            source,
            reason: String::new(),
            accepted: Accepted::These(BTreeSet::new()),
            despite: None,
            restores: None,
            proposal: None,
            approver: None,
        }
    }

    pub(super) fn credit(&self, findings: &Findings) -> Credit {
        let kept = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Credit {
            who: Some(self.by.name.clone()),
            reason: kept(&self.reason),
            approver: self.approver.clone(),
            accepted: findings.warnings.iter().map(|problem| problem.cause.clone()).collect(),
            despite: self.despite.as_deref().and_then(kept).filter(|_| !findings.failures.is_empty()),
            restores: self.restores,
        }
    }
}

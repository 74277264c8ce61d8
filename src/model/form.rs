//! A form being filled in: which step, what is known so far. Not here: the
//! form itself (rulebook), asking (conversation::form), the result (`lead`).

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{FormId, RuleId};
use super::lead::{AnswerKind, LeadNumber, Standing};

/// A form that was left lying can be taken up for this long; then it is forgotten.
pub const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filling {
    pub form: FormId,
    /// The rule that opened it.
    pub opened_by: RuleId,
    pub step: FormStep,
    /// None: nothing may be kept yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answered>,
    /// Replies in a row that did not fit the step.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u8,
    /// When the customer last wrote.
    pub touched_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormStep {
    Consent,
    /// The field with this key is asked for.
    Asking(Box<str>),
    Reviewing,
    /// 修改: which one?
    Choosing,
    /// This one again, then back to the review.
    Correcting(Box<str>),
}

/// What was understood of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub field: Box<str>,
    pub kind: AnswerKind,
    pub value: Box<str>,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    pub filling: Filling,
    /// What was written when it had already been left lying, and answered no
    /// question of ours: it may be the answer to the field that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Box<str>>,
    /// When the customer was last reminded of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
}

/// The enquiry that was handed in last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    pub form: FormId,
    pub number: LeadNumber,
    pub at: Timestamp,
}

impl Filling {
    /// What was answered may be a telephone number.
    pub(super) fn is_personal(&self) -> bool {
        !self.answers.is_empty()
    }

    pub fn answer(&self, field: &str) -> Option<&Answered> {
        self.answers.iter().find(|answered| &*answered.field == field)
    }

    /// In place of an earlier answer, if there is one.
    pub fn note(&mut self, answered: Answered) {
        match self.answers.iter_mut().find(|known| known.field == answered.field) {
            Some(known) => *known = answered,
            None => self.answers.push(answered),
        }
    }
}

impl Paused {
    /// So may what was written while it was left lying.
    pub(super) fn is_personal(&self) -> bool {
        self.held.is_some() || self.filling.is_personal()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(n: &u8) -> bool {
    *n == 0
}

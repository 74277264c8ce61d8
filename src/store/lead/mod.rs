//! Leads (线索): what customers left in forms, and what staff made of it.
//!
//! `hand_in` makes them, `list` finds them, `change` is staff at work, `trail`
//! remembers who did what, `keep` ends it. Not here: asking (conversation),
//! how a list looks in Excel (spreadsheet).

mod change;
mod hand_in;
mod keep;
mod list;
mod trail;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::clock::from_millis;
use crate::model::lead::{LeadAnswer, Source};
use crate::model::{AccountId, CustomerId, FormId, LeadNumber, LeadStatus};

use super::StoreError;

pub use change::{Changed, LeadChange, SeenLead};
pub use hand_in::LocalTime;
pub use list::{DueBy, LeadCounts, LeadCursor, LeadFilter, LeadOrder, LeadOwner, LeadPage, PAGE};
pub use trail::{TrailEntry, What};

pub(super) use hand_in::{HandIn, hand_in};
pub(super) use list::like;
pub(super) use trail::TRAIL;

#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    pub account: AccountId,
    pub number: LeadNumber,
    /// Another number that the customer was told.
    pub told: Option<LeadNumber>,
    /// None once the customer was erased.
    pub customer: Option<CustomerId>,
    pub form: FormId,
    /// What leads to a person is masked, unless it was revealed.
    pub answers: Vec<LeadAnswer>,
    pub unit: Option<String>,
    pub people: Option<String>,
    /// When they want to come.
    pub wanted: Option<String>,
    pub status: LeadStatus,
    pub owner: Option<String>,
    pub due_on: Option<Date>,
    pub source: Option<Source>,
    pub consented_at: Timestamp,
    pub created_at: Timestamp,
    pub handed_in_at: Timestamp,
    pub updated_at: Timestamp,
    /// Grows with each change: a change is refused when it was made on an older one.
    pub revision: i64,
    pub is_test: bool,
}

const COLUMNS: &str = "account_id, number, told, customer_id, form_id, answers, sealed, unit, people, wanted, \
     status, owner, due_on, source_kind, source_key, consented_at, created_at, handed_in_at, updated_at, \
     revision, is_test";

/// What its answers are sealed to, so that they cannot be moved to another.
fn seal_row(account: &str, number: &str) -> String {
    format!("lead:{account}:{number}")
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: String,
    number: String,
    told: Option<String>,
    customer_id: Option<String>,
    form_id: String,
    answers: String,
    sealed: String,
    unit: Option<String>,
    people: Option<String>,
    wanted: Option<String>,
    status: String,
    owner: Option<String>,
    due_on: Option<String>,
    source_kind: Option<String>,
    source_key: Option<String>,
    consented_at: i64,
    created_at: i64,
    handed_in_at: i64,
    updated_at: i64,
    revision: i64,
    is_test: i64,
}

impl Row {
    fn read(self) -> Result<Lead, StoreError> {
        let answers = serde_json::from_str(&self.answers);
        let corrupt = |what: &str| StoreError::corrupt("lead", what);
        Ok(Lead {
            account: AccountId::parse(&self.account_id).map_err(|_| corrupt("account"))?,
            number: LeadNumber::parse(&self.number).ok_or_else(|| corrupt("number"))?,
            told: self.told.as_deref().and_then(LeadNumber::parse),
            customer: self.customer_id.as_deref().and_then(|id| CustomerId::parse(id).ok()),
            form: FormId::parse(&self.form_id).map_err(|_| corrupt("form"))?,
            answers: answers.map_err(|_| corrupt("answers"))?,
            unit: self.unit,
            people: self.people,
            wanted: self.wanted,
            status: LeadStatus::parse(&self.status).ok_or_else(|| corrupt("status"))?,
            owner: self.owner,
            due_on: self.due_on.and_then(|day| day.parse().ok()),
            source: self
                .source_kind
                .zip(self.source_key)
                .and_then(|(kind, key)| Source::from_parts(&kind, &key)),
            consented_at: from_millis(self.consented_at),
            created_at: from_millis(self.created_at),
            handed_in_at: from_millis(self.handed_in_at),
            updated_at: from_millis(self.updated_at),
            revision: self.revision,
            is_test: self.is_test != 0,
        })
    }
}

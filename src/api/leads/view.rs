//! A lead as the API shows it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::words::{AnswerWord, SourceView, StandingWord, Status};
use crate::model::lead::LeadAnswer;
use crate::store::Lead;

/// What a customer left in a form.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct LeadView {
    number: String,
    /// Another number that the customer was told.
    told: Option<String>,
    /// Null for roles that do not work with customers, and once they were erased.
    customer: Option<String>,
    form: String,
    answers: Vec<AnswerView>,
    unit: Option<String>,
    people: Option<String>,
    /// When they want to come.
    wanted: Option<String>,
    status: Status,
    /// A member's id.
    owner: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<Date>,
    source: Option<SourceView>,
    #[schema(value_type = String, format = DateTime)]
    consented_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    handed_in_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Send it back with a change.
    revision: i64,
}

/// An answer in a form. What leads to a person is masked.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct AnswerView {
    field: String,
    label: String,
    value: String,
    kind: AnswerWord,
    standing: StandingWord,
}

impl LeadView {
    pub(in crate::api) fn of(lead: Lead, sees_customers: bool) -> Self {
        Self {
            number: lead.number.to_string(),
            told: lead.told.map(|number| number.to_string()),
            customer: lead.customer.filter(|_| sees_customers).map(|customer| customer.to_string()),
            form: lead.form.to_string(),
            answers: lead.answers.into_iter().map(AnswerView::of).collect(),
            unit: lead.unit,
            people: lead.people,
            wanted: lead.wanted,
            status: lead.status.into(),
            owner: lead.owner,
            due_on: lead.due_on,
            source: lead.source.as_ref().map(Into::into),
            consented_at: lead.consented_at,
            created_at: lead.created_at,
            handed_in_at: lead.handed_in_at,
            updated_at: lead.updated_at,
            revision: lead.revision,
        }
    }
}

impl AnswerView {
    fn of(answer: LeadAnswer) -> Self {
        Self {
            field: answer.field,
            label: answer.label,
            value: answer.value,
            kind: answer.kind.into(),
            standing: answer.standing.into(),
        }
    }
}

//! A script at work on a lead: status, owner, next date, a note.

use axum::Json;
use axum::extract::Path;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{AskedAccount, LeadView};
use crate::api::client::Client;
use crate::api::problem::{ApiError, BodyRefusals, Refusals};
use crate::api::sent::{Asked, Sent};
use crate::api::words::Status;
use crate::model::LeadNumber;
use crate::store::{LeadChange, LeadChanged, SeenLead, Standing};

/// What staff write in a note, and not a document.
const MAX_NOTE_CHARS: usize = 2_000;

/// Only what stands here is changed; null takes an owner or a date away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ChangedLead {
    /// As it was read: a lead that was changed since stays as it is.
    revision: i64,
    status: Option<Status>,
    /// A member's id.
    #[serde(default, deserialize_with = "read_null_too")]
    #[schema(value_type = Option<String>)]
    owner: Option<Option<String>>,
    #[serde(default, deserialize_with = "read_null_too")]
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<Option<Date>>,
    #[schema(min_length = 1, max_length = 2000)]
    note: Option<String>,
}

/// Change a lead
///
/// The changes are made one after the other, each with its mark in the lead. When
/// somebody else is faster in between, those before stay made.
#[utoipa::path(
    patch, path = "/api/v1/leads/{number}", tag = "leads", operation_id = "change_lead",
    params(("number" = String, Path), AskedAccount), request_body = ChangedLead,
    responses((status = 200, body = LeadView), Refusals, BodyRefusals),
)]
pub(in crate::api) async fn change(
    client: Client,
    Path(number): Path<String>,
    Asked(asked): Asked<AskedAccount>,
    Sent(sent): Sent<ChangedLead>,
) -> Result<Json<LeadView>, ApiError> {
    let account = client.api.account(asked.account.as_deref())?;
    let number = LeadNumber::parse(&number).ok_or(ApiError::Missing)?;
    let mut revision = sent.revision;
    let changes = sent.read(&client).await?;
    let mut changed = None;
    for change in changes {
        let seen = SeenLead { account: &account, number: &number, revision };
        match client.api.store.change_lead(seen, &change, &client.act()).await? {
            LeadChanged::Done(lead) => {
                revision = lead.revision;
                changed = Some(lead);
            }
            LeadChanged::Stale(_) => return Err(ApiError::Stale),
            LeadChanged::Gone => return Err(ApiError::Missing),
        }
    }
    let lead = changed.ok_or_else(|| ApiError::unreadable("请求体", "没有写要改什么"))?;
    Ok(Json(LeadView::of(*lead, true)))
}

impl ChangedLead {
    async fn read(self, client: &Client) -> Result<Vec<LeadChange>, ApiError> {
        if let Some(Some(owner)) = &self.owner {
            check_owner(client, owner).await?;
        }
        let note = self.note.as_deref().map(read_note).transpose()?;
        let changes = [
            self.status.map(|status| LeadChange::Status(status.into())),
            self.owner.map(LeadChange::Owner),
            self.due_on.map(LeadChange::Due),
            note.map(LeadChange::Note),
        ];
        Ok(changes.into_iter().flatten().collect())
    }
}

fn read_note(note: &str) -> Result<String, ApiError> {
    let chars = note.chars().count();
    if note.trim().is_empty() || chars > MAX_NOTE_CHARS {
        return Err(ApiError::unreadable(
            "note",
            format!("要 1 到 {MAX_NOTE_CHARS} 个字，这里有 {chars} 个"),
        ));
    }
    Ok(note.to_owned())
}

async fn check_owner(client: &Client, owner: &str) -> Result<(), ApiError> {
    let staff = client.api.store.list_staff().await?;
    let is_active =
        staff.iter().any(|member| member.id.as_str() == owner && member.standing == Standing::Active);
    is_active.then_some(()).ok_or_else(|| ApiError::unreadable("owner", "没有这位成员，或已停用"))
}

/// Tells null from nothing said.
fn read_null_too<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

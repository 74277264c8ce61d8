//! Leads: reading them, and what staff do with them. What leads to a person is
//! masked; whoever reads it whole is written down first.

pub(super) mod change;
mod view;

use axum::Json;
use axum::extract::Path;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

use super::client::Client;
use super::page::{Page, bad_cursor, read_limit};
use super::problem::{ApiError, Refusals};
use super::sent::Asked;
use super::words::Status;
use crate::model::clock::from_millis;
use crate::model::{LeadNumber, Right};
use crate::store::{DueBy, Lead, LeadCursor, LeadFilter, LeadOwner, OperationKind};

pub(super) use change::change;
pub(super) use view::LeadView;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedLeads {
    account: Option<String>,
    #[param(inline)]
    status: Option<Status>,
    /// A member's id; `none` for leads that nobody has.
    owner: Option<String>,
    /// To be followed up on that day or before.
    #[param(value_type = Option<String>, format = Date)]
    due_by: Option<Date>,
    /// In the number, the unit or an answer; or a telephone number.
    q: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    #[param(pattern = "^[0-9]{1,15}[.][0-9]{6}-[A-Za-z0-9]{2,10}$")]
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedAccount {
    account: Option<String>,
}

/// Leads
///
/// The newest first; tests left out.
#[utoipa::path(
    get, path = "/api/v1/leads", tag = "leads", operation_id = "list_leads", params(AskedLeads),
    responses((status = 200, body = Page<LeadView>), Refusals),
)]
pub(super) async fn list(
    client: Client,
    Asked(asked): Asked<AskedLeads>,
) -> Result<Json<Page<LeadView>>, ApiError> {
    let limit = read_limit(asked.limit)?;
    let account = client.api.account(asked.account.as_deref())?;
    let cursor =
        asked.cursor.as_deref().map(|cursor| read_cursor(cursor).ok_or_else(bad_cursor)).transpose()?;
    let leads =
        client.api.store.list_leads_before(&account, &asked.filter(), cursor.as_ref(), limit + 1).await?;
    let sees_customers = client.may(Right::Serve);
    Ok(Json(Page::of(leads, limit, write_cursor, |lead| LeadView::of(lead, sees_customers))))
}

/// One lead
#[utoipa::path(
    get, path = "/api/v1/leads/{number}", tag = "leads", operation_id = "get_lead",
    params(("number" = String, Path), AskedAccount),
    responses((status = 200, body = LeadView), Refusals),
)]
pub(super) async fn show(
    client: Client,
    Path(number): Path<String>,
    Asked(asked): Asked<AskedAccount>,
) -> Result<Json<LeadView>, ApiError> {
    let account = client.api.account(asked.account.as_deref())?;
    let number = LeadNumber::parse(&number).ok_or(ApiError::Missing)?;
    let lead = client.api.store.find_lead(&account, &number).await?.ok_or(ApiError::Missing)?;
    Ok(Json(LeadView::of(lead, client.may(Right::Serve))))
}

/// Read a lead whole
///
/// With names and telephone numbers. Who reads it is written down in the lead and
/// in the log.
#[utoipa::path(
    post, path = "/api/v1/leads/{number}/reveal", tag = "leads", operation_id = "reveal_lead",
    params(("number" = String, Path), AskedAccount),
    responses((status = 200, body = LeadView), Refusals),
)]
pub(super) async fn reveal(
    client: Client,
    Path(number): Path<String>,
    Asked(asked): Asked<AskedAccount>,
) -> Result<Json<LeadView>, ApiError> {
    let account = client.api.account(asked.account.as_deref())?;
    let number = LeadNumber::parse(&number).ok_or(ApiError::Missing)?;
    let operation = client.does(OperationKind::LeadRevealed, number.as_str());
    let lead = client.api.store.reveal_lead(&account, &number, &client.act(), &operation).await?;
    Ok(Json(LeadView::of(lead.ok_or(ApiError::Missing)?, true)))
}

impl AskedLeads {
    fn filter(&self) -> LeadFilter {
        LeadFilter {
            status: self.status.map(Into::into),
            owner: match self.owner.as_deref() {
                None => LeadOwner::Anybody,
                Some("none") => LeadOwner::Nobody,
                Some(id) => LeadOwner::Staff(id.to_owned()),
            },
            due: self.due_by.map(DueBy),
            text: self.q.clone(),
            ..LeadFilter::default()
        }
    }
}

fn write_cursor(lead: &Lead) -> String {
    format!("{}.{}", lead.handed_in_at.as_millisecond(), lead.number)
}

fn read_cursor(cursor: &str) -> Option<LeadCursor> {
    let (at, number) = cursor.split_once('.')?;
    Some(LeadCursor { at: from_millis(at.parse().ok()?), number: LeadNumber::parse(number)? })
}

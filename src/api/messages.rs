//! What was said, over all customers. Numbers that lead to a person are masked.

use axum::Json;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::client::Client;
use super::page::{Page, bad_cursor};
use super::problem::{ApiError, Refusals};
use super::sent::Asked;
use super::words::OutcomeWord;
use crate::model::{DeliveryKey, Right, RuleId};
use crate::store::{Listed, MESSAGES_PAGE, MessageFilter, Period};

/// Where nothing else is said, the last week.
const USUAL_PERIOD: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedMessages {
    account: Option<String>,
    /// From this time; where nothing is said, the last seven days.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    #[param(inline)]
    outcome: Option<OutcomeWord>,
    /// Only what this rule answered.
    rule: Option<String>,
    #[param(pattern = "^[A-Za-z0-9_-]{1,128}$")]
    cursor: Option<String>,
}

/// A text message.
#[derive(Serialize, ToSchema)]
pub(super) struct MessageView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Null for roles that do not work with customers.
    customer: Option<String>,
    /// Masked; null once it was forgotten.
    text: Option<String>,
    outcome: OutcomeWord,
    rule: Option<String>,
}

/// Messages
///
/// Text messages of a period, the newest first, fifty a page; tests left out.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "messages", operation_id = "list_messages", params(AskedMessages),
    responses((status = 200, body = Page<MessageView>), Refusals),
)]
pub(super) async fn list(
    client: Client,
    Asked(asked): Asked<AskedMessages>,
) -> Result<Json<Page<MessageView>>, ApiError> {
    let account = client.api.account(asked.account.as_deref())?;
    let filter = asked.filter(client.api.clock.now())?;
    let cursor = asked.cursor.as_deref().map(|cursor| DeliveryKey::parse(cursor).map_err(|_| bad_cursor()));
    let cursor = cursor.transpose()?;
    let messages =
        client.api.store.list_messages(&account, &filter, cursor.as_ref().map(DeliveryKey::as_str));
    let messages = messages.await?;
    // A full page may be the last one: then the next is empty.
    let is_full = messages.len() >= usize::try_from(MESSAGES_PAGE).unwrap_or(usize::MAX);
    let next = messages.last().filter(|_| is_full).map(|(_, message)| message.cursor.clone());
    let sees_customers = client.may(Right::Serve);
    let view = |(customer, message): Listed| MessageView {
        at: message.at,
        customer: sees_customers.then(|| customer.to_string()),
        text: message.text,
        outcome: message.outcome.into(),
        rule: message.rule.map(|rule| rule.to_string()),
    };
    Ok(Json(Page { items: messages.into_iter().map(view).collect(), next }))
}

impl AskedMessages {
    fn filter(&self, now: Timestamp) -> Result<MessageFilter, ApiError> {
        let until = self.until.unwrap_or(now + SignedDuration::from_secs(1));
        let since = self.since.unwrap_or_else(|| until.checked_sub(USUAL_PERIOD).unwrap_or(Timestamp::MIN));
        if since > until {
            return Err(ApiError::unreadable("since", "它在 until 之后"));
        }
        let rule = self.rule.as_deref().map(RuleId::parse).transpose();
        let rule = rule.map_err(|_| ApiError::unreadable("rule", "不是规则的 id"))?;
        let outcome = self.outcome.map(Into::into);
        Ok(MessageFilter { period: Period { since, until }, outcome, rule, slower_than: None })
    }
}

//! Everything that happened with one customer.

use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::client::Client;
use super::page::{Page, bad_cursor};
use super::problem::{ApiError, Refusals};
use super::sent::Asked;
use super::words::{ActorView, OutcomeWord};
use crate::model::clock::from_millis;
use crate::model::reply::Markup;
use crate::model::{CustomerId, Reply};
use crate::store::{Before, Entry, Exchange, Happened, TIMELINE_PAGE};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedTimeline {
    account: Option<String>,
    #[param(pattern = "^[0-9]{1,15}[.][A-Za-z0-9-]{1,128}$")]
    cursor: Option<String>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryView {
    id: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[serde(flatten)]
    what: WhatView,
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum WhatView {
    /// A message and its reply.
    Said(SaidView),
    /// Staff wrote a note.
    Noted(NotedView),
    /// Somebody waits for a person.
    Waits(WaitsView),
    /// Staff took the conversation.
    Taken(TakenView),
    WaitEnded(WaitEndedView),
    /// Something happened to a lead of theirs.
    Lead(LeadStepView),
}

#[derive(Serialize, ToSchema)]
pub(super) struct SaidView {
    /// text, image, event …, as the platform calls it.
    kind: String,
    /// Masked; null for media, and once it was forgotten.
    text: Option<String>,
    /// There is more behind the mask.
    is_masked: bool,
    reply: ReplyView,
    outcome: OutcomeWord,
    rule: Option<String>,
    version: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReplyView {
    kind: ReplyWord,
    /// What a text says.
    text: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ReplyWord {
    Silence,
    Text,
    Cards,
    Image,
    Voice,
    Video,
    Music,
    Transfer,
}

#[derive(Serialize, ToSchema)]
pub(super) struct NotedView {
    by: ActorView,
    text: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct WaitsView {
    /// asked, media, complaint or form.
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TakenView {
    by: ActorView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct WaitEndedView {
    how: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LeadStepView {
    number: String,
    by: ActorView,
    /// created, again, status, owner, due, note, revealed or unlinked.
    step: String,
}

/// Timeline of a customer
///
/// The newest first, fifty entries a page.
#[utoipa::path(
    get, path = "/api/v1/customers/{customer}/timeline", tag = "messages", operation_id = "get_timeline",
    params(("customer" = String, Path), AskedTimeline),
    responses((status = 200, body = Page<EntryView>), Refusals),
)]
pub(super) async fn timeline(
    client: Client,
    Path(customer): Path<String>,
    Asked(asked): Asked<AskedTimeline>,
) -> Result<Json<Page<EntryView>>, ApiError> {
    let account = client.api.account(asked.account.as_deref())?;
    let customer = CustomerId::parse(&customer).map_err(|_| ApiError::Missing)?;
    let before =
        asked.cursor.as_deref().map(|cursor| read_cursor(cursor).ok_or_else(bad_cursor)).transpose()?;
    let entries = client.api.store.load_timeline(&account, &customer, before.as_ref()).await?;
    if entries.is_empty() && before.is_none() {
        return Err(ApiError::Missing);
    }
    // A full page may be the last one: then the next is empty.
    let is_full = entries.len() >= usize::try_from(TIMELINE_PAGE).unwrap_or(usize::MAX);
    let next = entries.last().filter(|_| is_full).map(|entry| write_cursor(&entry.before()));
    Ok(Json(Page { items: entries.into_iter().map(EntryView::of).collect(), next }))
}

fn write_cursor(before: &Before) -> String {
    format!("{}.{}", before.at.as_millisecond(), before.id)
}

fn read_cursor(cursor: &str) -> Option<Before> {
    let (at, id) = cursor.split_once('.')?;
    let is_id = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_id.then(|| Some(Before { at: from_millis(at.parse().ok()?), id: id.to_owned() }))?
}

impl EntryView {
    fn of(entry: Entry) -> Self {
        let what = match entry.what {
            Happened::Said(exchange) => WhatView::Said(SaidView::of(*exchange)),
            Happened::Noted { by, text } => WhatView::Noted(NotedView { by: (&by).into(), text }),
            Happened::Waits { reason } => WhatView::Waits(WaitsView { reason: reason.as_str().to_owned() }),
            Happened::Taken { by } => WhatView::Taken(TakenView { by: (&by).into() }),
            Happened::WaitEnded { how } => WhatView::WaitEnded(WaitEndedView { how }),
            Happened::Lead { number, by, what } => WhatView::Lead(LeadStepView {
                number: number.to_string(),
                by: (&by).into(),
                step: what.as_str().to_owned(),
            }),
        };
        Self { id: entry.id, at: entry.at, what }
    }
}

impl SaidView {
    fn of(exchange: Exchange) -> Self {
        Self {
            kind: exchange.kind,
            text: exchange.text,
            is_masked: exchange.is_masked,
            reply: ReplyView::of(&exchange.reply),
            outcome: exchange.outcome.into(),
            rule: exchange.rule.map(|rule| rule.to_string()),
            version: exchange.version,
        }
    }
}

impl ReplyView {
    fn of(reply: &Reply) -> Self {
        let kind = match reply {
            Reply::Silence => ReplyWord::Silence,
            Reply::Text { text } => {
                return Self { kind: ReplyWord::Text, text: Some(text.render(Markup::Plain)) };
            }
            Reply::Cards { .. } => ReplyWord::Cards,
            Reply::Image { .. } => ReplyWord::Image,
            Reply::Voice { .. } => ReplyWord::Voice,
            Reply::Video { .. } => ReplyWord::Video,
            Reply::Music { .. } => ReplyWord::Music,
            Reply::Transfer { .. } => ReplyWord::Transfer,
        };
        Self { kind, text: None }
    }
}

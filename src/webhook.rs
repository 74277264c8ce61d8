//! The front door: open, respond, seal. Whoever cannot be let in is told
//! nothing; the reason and its remedy go to the log and to `Refusals`. Not
//! here: what a signature is (platform), what to answer (conversation).

mod body;
mod refusals;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::time::Instant;

use crate::accounts::{Account, Accounts};
use crate::conversation::{Desk, Refused};
use crate::model::{AccountId, Clock};
use crate::platform::{Admitted, Checked, Opened, Refusal, Sealed, TokenUsed};

use body::{Interrupted, Room};
pub use refusals::Refusals;

/// Nobody may take an answer for a page.
const NO_SNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

#[derive(Debug)]
pub struct Webhook {
    accounts: Accounts,
    desk: Arc<Desk>,
    refusals: Arc<Refusals>,
    clock: Clock,
    room: Room,
}

/// Why a delivery gets no reply.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error(
        "没有名为「{0}」的账号。请核对微信后台的 URL 末尾与账号的 ID（[[account]] id，或控制台“接入”页）。"
    )]
    UnknownAccount(Stranger),
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    #[error("{}", .0.reason())]
    Platform(#[from] Refusal),
    #[error(transparent)]
    Desk(#[from] Refused),
}

impl Webhook {
    pub fn new(accounts: Accounts, desk: Arc<Desk>, refusals: Arc<Refusals>, clock: Clock) -> Self {
        Self { accounts, desk, refusals, clock, room: Room::default() }
    }

    pub fn routes(self) -> Router {
        Router::new().route("/hook/{account}", get(verify).post(receive)).with_state(Arc::new(self))
    }

    /// A message comes in, its reply goes out.
    async fn answer(&self, account: &Account, query: &str, body: Body) -> Result<Sealed, WebhookError> {
        let started = Instant::now();
        let admitted = self.admit(account, query)?;
        let opened = self.open(account, &admitted, body).await?;
        let limits = account.channel.limits(&opened.message.content);
        let answered = self.desk.respond(opened.message.clone(), limits).await?;
        let sealed = account.channel.seal(&answered.reply, &opened, self.clock.now());
        account.metrics.answered(opened.message.content.kind(), answered.outcome, started.elapsed());
        Ok(sealed)
    }

    /// Nobody's body is waited for whose query brings no message. A stranger's
    /// timestamp is no word about our clock: theirs is judged with the rest.
    fn admit<'q>(&self, account: &Account, query: &'q str) -> Result<Admitted<'q>, WebhookError> {
        let admitted = account.channel.admit(query)?;
        match self.desk.check_freshness(admitted.timestamp()) {
            Err(stale) if account.channel.has_signed_url(&admitted) => Err(stale.into()),
            Ok(()) | Err(_) => Ok(admitted),
        }
    }

    /// The body makes room before the answer is thought about.
    async fn open(
        &self,
        account: &Account,
        admitted: &Admitted<'_>,
        body: Body,
    ) -> Result<Opened, WebhookError> {
        let body = self.room.read(body).await?;
        Ok(account.channel.open_admitted(admitted, &body.bytes)?)
    }

    /// One of our own checks, or one under the token before a change, does not
    /// mean that WeChat knows what is set here.
    fn check(&self, account: &Account, query: &str) -> Result<Checked, WebhookError> {
        let checked = account.channel.verify_url(query)?;
        tracing::info!(account = %account.served.id, "The address was checked and answered");
        if checked.token == TokenUsed::Current && !checked.is_test {
            self.refusals.note_check(&account.served.id, self.clock.now());
        }
        Ok(checked)
    }

    fn find(&self, id: &str) -> Result<Arc<Account>, WebhookError> {
        let known = AccountId::parse(id).ok().and_then(|id| self.accounts.find(&id));
        known.ok_or_else(|| WebhookError::UnknownAccount(Stranger::named(id)))
    }

    fn refuse(&self, id: &str, error: &WebhookError) -> Response {
        // An unknown account is anybody's word: it must not become a label.
        if let Ok(account) = self.find(id) {
            account.metrics.refused(error.code());
            self.refusals.note(id, error.code(), &error.to_string(), self.clock.now());
        } else {
            self.refusals.note("-", error.code(), &error.to_string(), self.clock.now());
        }
        (error.status(), [NO_SNIFF], "").into_response()
    }
}

/// GET: the check of our address.
async fn verify(
    State(webhook): State<Arc<Webhook>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let checked = webhook.find(&id).and_then(|account| webhook.check(&account, &query));
    match checked {
        Ok(checked) => ([NO_SNIFF, content_type("text/plain; charset=utf-8")], checked.echo).into_response(),
        Err(error) => webhook.refuse(&id, &error),
    }
}

/// POST: a message or an event.
async fn receive(
    State(webhook): State<Arc<Webhook>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let answered = match webhook.find(&id) {
        Ok(account) => {
            webhook.answer(&account, query.as_deref().unwrap_or_default(), request.into_body()).await
        }
        Err(error) => Err(error),
    };
    match answered {
        Ok(sealed) => ([NO_SNIFF, content_type(sealed.content_type)], sealed.body).into_response(),
        Err(error) => webhook.refuse(&id, &error),
    }
}

fn content_type(value: &'static str) -> (HeaderName, HeaderValue) {
    (header::CONTENT_TYPE, HeaderValue::from_static(value))
}

/// An account that nobody has, as it may stand in a log: anybody chose its name.
#[derive(Debug)]
pub struct Stranger(String);

impl Stranger {
    fn named(raw: &str) -> Self {
        const LONGEST: usize = 32;
        let shown = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '?' };
        Self(raw.chars().take(LONGEST).map(shown).collect())
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl WebhookError {
    /// A stable word for metrics and for counting.
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownAccount(_) => "unknown_account",
            Self::Interrupted(cause) => cause.code(),
            Self::Platform(refusal) => refusal.code(),
            Self::Desk(refused) => refused.code(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownAccount(_) => StatusCode::NOT_FOUND,
            Self::Interrupted(cause) => cause.status(),
            Self::Platform(refusal) => {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN)
            }
            Self::Desk(Refused::Stale { .. } | Refused::Forged) => StatusCode::FORBIDDEN,
            Self::Desk(Refused::ShuttingDown) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

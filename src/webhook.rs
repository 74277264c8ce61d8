//! The front door: open, respond, seal. Whoever cannot be let in is told
//! nothing; the reason and its remedy go to the log and to `Refusals`. Not
//! here: what a signature is (platform), what to answer (conversation).

mod refusals;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use tokio::time::{Instant, timeout};

use crate::accounts::{Account, Accounts};
use crate::conversation::{Desk, Refused};
use crate::model::{AccountId, Clock};
use crate::platform::wechat::MAX_BODY_BYTES;
use crate::platform::{Checked, Delivery, Refusal, Sealed, TokenUsed};

pub use refusals::Refusals;

/// WeChat itself gives up after this; a sender that is slower keeps a
/// connection busy for nothing. Source: 被动回复用户消息.
const BODY_DEADLINE: Duration = Duration::from_secs(5);

/// Nobody may take an answer for a page.
const NO_SNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

#[derive(Debug)]
pub struct Webhook {
    accounts: Accounts,
    desk: Arc<Desk>,
    refusals: Arc<Refusals>,
    clock: Clock,
}

/// Why a delivery gets no reply.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error(
        "没有名为「{0}」的账号。请核对微信后台的 URL 末尾与账号的 ID（[[account]] id，或控制台“接入”页）。"
    )]
    UnknownAccount(String),
    #[error("请求没有在 {} 秒内发完。", BODY_DEADLINE.as_secs())]
    SlowBody,
    #[error("{}", .0.reason())]
    Platform(#[from] Refusal),
    #[error(transparent)]
    Desk(#[from] Refused),
}

impl Webhook {
    pub fn new(accounts: Accounts, desk: Arc<Desk>, refusals: Arc<Refusals>, clock: Clock) -> Self {
        Self { accounts, desk, refusals, clock }
    }

    pub fn routes(self) -> Router {
        Router::new().route("/hook/{account}", get(verify).post(receive)).with_state(Arc::new(self))
    }

    /// A message comes in, its reply goes out.
    async fn answer(&self, account: &Account, query: &str, request: Request) -> Result<Sealed, WebhookError> {
        let started = Instant::now();
        let body = read_body(request).await?;
        let opened = account.channel.open(Delivery { query, body: &body })?;
        let limits = account.channel.limits(&opened.message.content);
        let answered = self.desk.respond(opened.message.clone(), limits).await?;
        let sealed = account.channel.seal(&answered.reply, &opened, self.clock.now());
        account.metrics.answered(opened.message.content.kind(), answered.outcome, started.elapsed());
        Ok(sealed)
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
        known.ok_or_else(|| WebhookError::UnknownAccount(id.chars().take(32).collect()))
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
        Ok(account) => webhook.answer(&account, query.as_deref().unwrap_or_default(), request).await,
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

async fn read_body(request: Request) -> Result<Bytes, WebhookError> {
    let body = timeout(BODY_DEADLINE, to_bytes(request.into_body(), MAX_BODY_BYTES));
    match body.await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Refusal::TooLarge { size: MAX_BODY_BYTES + 1 }.into()),
        Err(_) => Err(WebhookError::SlowBody),
    }
}

impl WebhookError {
    /// A stable word for metrics and for counting.
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownAccount(_) => "unknown_account",
            Self::SlowBody => "slow_body",
            Self::Platform(refusal) => refusal.code(),
            Self::Desk(refused) => refused.code(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownAccount(_) => StatusCode::NOT_FOUND,
            Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::Platform(refusal) => {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN)
            }
            Self::Desk(Refused::Stale { .. } | Refused::Forged) => StatusCode::FORBIDDEN,
            Self::Desk(Refused::ShuttingDown) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

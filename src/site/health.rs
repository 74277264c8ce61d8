//! `/healthz`: the process runs. `/readyz`: what is live, and what is wrong
//! with the rulebook, the store and the requests we refused. It stays 200 while
//! customers get answers, so that no supervisor stops a program that answers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use super::Site;
use super::headers::NEVER_KEEP;
use super::visitor::Visitor;
use crate::answer::Edition;
use crate::rulebook::{Problem, Severity};
use crate::store::{RecentRefusal, Store, StoreError};

/// Of each kind, the ones worth reading first.
const SHOWN_PROBLEMS: usize = 20;
const SHOWN_REFUSALS_HOURS: i64 = 24;
/// Supervisors give a probe a second by default (kubernetes.io, probes:
/// timeoutSeconds); a store that hangs must not make us look dead.
const STORE_BUDGET: Duration = Duration::from_millis(500);

/// How the live rulebook stands to what staff wrote.
#[derive(Clone, Debug)]
pub struct RulebookHealth {
    standing: Standing,
    errors: usize,
    warnings: usize,
    first_problems: Vec<Problem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    InStep,
    /// Something newer was written and is not live, because it has errors.
    Stale,
}

/// Asks whoever publishes how the rulebook stands now.
#[derive(Clone)]
pub struct AskRulebook(Arc<dyn Fn() -> RulebookHealth + Send + Sync>);

#[derive(Serialize)]
struct Readiness {
    status: Status,
    version: i64,
    store: StoreHealth,
    /// Messages that were answered and wait in the local journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting>,
    rulebook: RulebookSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusals: Option<Vec<RefusalSummary>>,
}

#[derive(Serialize)]
struct Waiting {
    messages: usize,
    /// With its remedy.
    because: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ready,
    Stale,
    /// There is no rulebook to answer from.
    Down,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum StoreHealth {
    Ok,
    /// It takes no messages; they wait in the local journal and answers go on.
    Behind,
    Unreachable,
    /// The database's file was deleted or replaced under us.
    Gone,
}

#[derive(Serialize)]
struct RulebookSummary {
    errors: usize,
    warnings: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Vec<Problem>>,
}

#[derive(Serialize)]
struct RefusalSummary {
    account: String,
    code: String,
    /// With its remedy.
    reason: String,
    times: i64,
    last_at: Timestamp,
}

pub(super) async fn process() -> impl IntoResponse {
    ([NEVER_KEEP], "ok")
}

pub(super) async fn ready(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    let health = site.ask_rulebook.now();
    let (store, refusals) = look_at_store(&site).await;
    let edition = site.edition();
    let status = Status::of(&edition, health.standing);
    let readiness = Readiness {
        status,
        version: edition.version,
        store,
        waiting: Waiting::of(&site.store).filter(|_| visitor == Visitor::Operator),
        rulebook: RulebookSummary::of(health, visitor),
        refusals: (visitor == Visitor::Operator).then(|| refusals.into_iter().map(Into::into).collect()),
    };
    (status.code(), [NEVER_KEEP], Json(readiness)).into_response()
}

async fn look_at_store(site: &Site) -> (StoreHealth, Vec<RecentRefusal>) {
    let since = site.clock.now().saturating_sub(SHOWN_REFUSALS_HOURS.hours());
    let look = async {
        site.store.check_alive().await?;
        site.store.recent_refusals(since.unwrap_or(Timestamp::MIN)).await
    };
    match tokio::time::timeout(STORE_BUDGET, look).await {
        Ok(Ok(refusals)) if site.store.is_failing() => (StoreHealth::Behind, refusals),
        Ok(Ok(refusals)) => (StoreHealth::Ok, refusals),
        Ok(Err(StoreError::Vanished { .. })) => (StoreHealth::Gone, Vec::new()),
        Ok(Err(_)) | Err(_) => (StoreHealth::Unreachable, Vec::new()),
    }
}

impl Waiting {
    /// None while the database takes what comes.
    fn of(store: &Store) -> Option<Self> {
        let because = store.committer().trouble()?.to_string();
        Some(Self { messages: store.committer().waiting(), because })
    }
}

impl Status {
    fn of(edition: &Edition, standing: Standing) -> Self {
        if edition.rulebook.rules.is_empty() {
            return Self::Down;
        }
        match standing {
            Standing::InStep => Self::Ready,
            Standing::Stale => Self::Stale,
        }
    }

    fn code(self) -> StatusCode {
        match self {
            Self::Ready | Self::Stale => StatusCode::OK,
            Self::Down => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl RulebookSummary {
    fn of(health: RulebookHealth, visitor: Visitor) -> Self {
        Self {
            errors: health.errors,
            warnings: health.warnings,
            problems: (visitor == Visitor::Operator).then_some(health.first_problems),
        }
    }
}

impl RulebookHealth {
    pub fn new(standing: Standing, problems: &[Problem]) -> Self {
        let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
        let of_weight = |severity| problems.iter().filter(move |problem| problem.severity == severity);
        let heaviest_first =
            of_weight(Severity::Error).chain(of_weight(Severity::Warning)).chain(of_weight(Severity::Note));
        Self {
            standing,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            first_problems: heaviest_first.take(SHOWN_PROBLEMS).cloned().collect(),
        }
    }
}

impl AskRulebook {
    pub fn new(ask: impl Fn() -> RulebookHealth + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    fn now(&self) -> RulebookHealth {
        (self.0)()
    }
}

impl fmt::Debug for AskRulebook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AskRulebook")
    }
}

impl From<RecentRefusal> for RefusalSummary {
    fn from(refusal: RecentRefusal) -> Self {
        let RecentRefusal { account, code, reason, times, last_at } = refusal;
        Self { account, code, reason, times, last_at }
    }
}

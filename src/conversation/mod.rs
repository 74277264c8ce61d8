//! One message in, one outcome out. `Desk::respond` is the story: an earlier
//! reply? load, decide, commit. `decide` is pure and says what to answer;
//! `once` sees to it that a message is answered once. Not here: the wire
//! (platform), which rule fits (answer), SQL (store).

mod attend;
mod customers;
pub mod decide;
pub mod form;
pub mod handoff;
pub mod leave;
mod once;
mod persistent;
mod record;
mod understand;
pub mod words;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;
use tracing::{debug, error, info, warn};

use crate::answer::Live;
use crate::model::outcome::OutcomeKind;
use crate::model::{
    AccountId, Alerts, Clock, Content, Conversation, CustomerId, LeadNumber, Limits, Message, Outcome, Reply,
    Roster, RuleId, Stage,
};
use crate::store::{Committed, Loaded, LocalTime, Record, Store, StoreError, StoredReply};
use crate::telemetry::Metrics;

pub use attend::{AttendError, Deed};
use customers::{Customers, Known};
use decide::{Decided, Situation};
use once::{Flights, Joined, Promise};
use persistent::Persistent;

/// What the desk is told once, when it is wired.
#[derive(Clone, Debug)]
pub struct DeskSettings {
    /// A delivery older (or newer) than this is refused.
    pub max_delivery_age: Duration,
    /// How long an answer waits for the store before it leaves without it.
    pub store_budget: Duration,
    /// Messages a customer may send in a minute; None: as many as they like.
    pub flood_limit: Option<u32>,
    /// Where article pages can be reached from outside.
    pub public_url: Option<String>,
    pub accounts: Roster,
    pub metrics: Metrics,
    /// Whether staff are told of what waits for them.
    pub alerts: Alerts,
}

/// The reply a message gets, however often it is delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    pub reply: Reply,
    pub outcome: OutcomeKind,
}

/// How often a message is decided anew because another process advanced its
/// conversation meanwhile.
const MOST_ATTEMPTS: u32 = 4;

/// What became of a decision.
enum Kept {
    /// Stored, or answered without: the store could not be waited for.
    AsDecided,
    /// The message had been answered before.
    Earlier(StoredReply),
    Forged,
    /// Another process advanced the conversation.
    Stale,
}

/// Why a delivery gets no answer. The sender learns nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(
        "时间戳与本机时钟相差 {skew_seconds} 秒，超过允许的 {} 秒。多半是服务器时钟不准（请启用 NTP 校时），也可能是有人重放旧请求。",
        allowed.as_secs()
    )]
    Stale { skew_seconds: i64, allowed: Duration },
    #[error("同一个已签名的网址带来了另一条消息，疑似伪造，已拒绝。建议在公众平台改用安全模式。")]
    Forged,
    #[error("正在退出，没有接受这条消息。微信会重试。")]
    ShuttingDown,
}

impl Refused {
    /// A stable word for metrics and for counting.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stale { .. } => "clock_skew",
            Self::Forged => "forged",
            Self::ShuttingDown => "shutting_down",
        }
    }
}

#[derive(Debug)]
pub struct Desk {
    store: Store,
    live: Live,
    clock: Clock,
    settings: DeskSettings,
    flights: Flights,
    customers: Customers,
    at_work: TaskTracker,
}

/// A message, when it came and what its reply may hold.
#[derive(Clone, Copy, Debug)]
struct Incoming<'a> {
    message: &'a Message,
    limits: Limits,
    now: Timestamp,
}

impl Desk {
    pub fn new(store: Store, live: Live, clock: Clock, settings: DeskSettings) -> Self {
        Self {
            store,
            live,
            clock,
            settings,
            flights: Flights::default(),
            customers: Customers::default(),
            at_work: TaskTracker::new(),
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether a delivery that says when it was sent (Unix seconds) can be
    /// answered at all.
    pub fn check_freshness(&self, sent_at: i64) -> Result<(), Refused> {
        once::check_freshness(sent_at, self.settings.max_delivery_age, self.clock.now())
    }

    /// The answer to a message. All deliveries of a message get the same one.
    pub async fn respond(
        self: &Arc<Self>,
        message: Message,
        limits: Limits,
    ) -> Result<Arc<Answered>, Refused> {
        let now = self.clock.now();
        once::check_freshness(message.proof.timestamp, self.settings.max_delivery_age, now)?;
        match self.flights.join(&message, now) {
            Joined::Forged => Err(Refused::Forged),
            Joined::Again(outlook) => {
                let deadline = Instant::now() + self.settings.store_budget;
                let answer = outlook.wait().await;
                self.note_retry(&message, now, deadline).await;
                answer
            }
            Joined::First(promise) => self.start(message, limits, now, promise).await,
        }
    }

    /// Finishes what was accepted; nothing new is taken.
    pub async fn finish(&self) {
        self.at_work.close();
        self.at_work.wait().await;
    }

    /// The work goes on when the platform hangs up: its retry will want it.
    fn start(
        self: &Arc<Self>,
        message: Message,
        limits: Limits,
        now: Timestamp,
        promise: Promise,
    ) -> Persistent<impl Future<Output = Result<Arc<Answered>, Refused>> + Send + use<>> {
        let desk = Arc::clone(self);
        let at_work = self.at_work.token();
        Persistent::new(async move {
            let answered = desk.answer(&message, limits, now).await;
            promise.keep(answered.clone());
            drop(at_work);
            answered
        })
    }

    async fn answer(
        &self,
        message: &Message,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Arc<Answered>, Refused> {
        let started = Instant::now();
        let known = self.customers.enter(&message.account, &message.customer);
        let mut known = known.lock().await;
        let in_time = self.settings.flood_limit.is_none_or(|limit| known.rate.allow(limit, now));
        // Who leaves says so once, and must be forgotten however much they wrote.
        let allowed = in_time || matches!(&message.content, Content::Event(event) if event.erases());
        let deadline = Instant::now() + self.settings.store_budget;
        for attempt in 1.. {
            let before = self.conversation_of(message, &known, deadline).await;
            let (decided, nearest) = match allowed {
                true => {
                    let number = self.number_for(message, &before.conversation, now, deadline).await;
                    self.decide(Incoming { message, limits, now }, &before.conversation, number)
                }
                false => (self.flooded(message, &before.conversation), None),
            };
            let record = record::of(message, &before, &decided, now);
            let mut record = record::completed(record, nearest, started.elapsed());
            if attempt == MOST_ATTEMPTS {
                // Whoever advances it all the time keeps it; the answer is kept too.
                record.conversation = None;
            }
            let after = Loaded {
                revision: record.conversation.as_ref().map_or(before.revision, |_| record.revision),
                conversation: decided.conversation.clone(),
            };
            match self.commit(record, deadline).await {
                Kept::AsDecided => return Ok(self.conclude(message, decided, after, &mut known)),
                Kept::Earlier(earlier) => {
                    known.conversation = None;
                    let outcome =
                        OutcomeKind::parse(&earlier.outcome).unwrap_or_else(|| decided.outcome.kind());
                    return Ok(Arc::new(Answered { reply: earlier.reply, outcome }));
                }
                Kept::Forged => {
                    known.conversation = None;
                    known.rate.take_back();
                    return Err(Refused::Forged);
                }
                Kept::Stale => known.conversation = None,
            }
        }
        Err(Refused::ShuttingDown)
    }

    fn conclude(
        &self,
        message: &Message,
        decided: Decided,
        after: Loaded,
        known: &mut Known,
    ) -> Arc<Answered> {
        log_answer(message, &decided);
        known.conversation = Some(after);
        if decided.erases {
            info!(customer = message.customer.masked(), "A customer was erased");
            known.conversation = None;
            self.customers.forget(&message.account, &message.customer);
        }
        Arc::new(Answered { reply: decided.reply, outcome: decided.outcome.kind() })
    }

    /// The number for a form that this message may hand in. One that cannot be
    /// had in time is drawn instead.
    async fn number_for(
        &self,
        message: &Message,
        before: &Conversation,
        now: Timestamp,
        deadline: Instant,
    ) -> Option<LeadNumber> {
        let Stage::Filling(filling) = &before.stage else { return None };
        if !form::needs_number(before) || self.store.is_failing() {
            return None;
        }
        let day = self.live.load().rulebook.settings.hours.today(now);
        let time = LocalTime { at: now, day };
        let number = self.store.lead_number_for(&message.account, &message.customer, &filling.form, time);
        // The other half is for the commit.
        match timeout_at(deadline - self.settings.store_budget / 2, Box::pin(number)).await {
            Ok(Ok(number)) => Some(number),
            Ok(Err(failure)) => {
                error!(%failure, "Could not count a lead; drawing its number");
                None
            }
            Err(_) => None,
        }
    }

    /// The decision, and the rules that came nearest where none answered.
    fn decide(
        &self,
        incoming: Incoming<'_>,
        before: &Conversation,
        lead_number: Option<LeadNumber>,
    ) -> (Decided, Option<String>) {
        let Incoming { message, limits, now } = incoming;
        let edition = self.live.load();
        let situation = Situation {
            edition: &edition,
            conversation: before,
            now,
            draw: decide::draw_for(&message.key),
            limits,
            public_url: self.settings.public_url.as_deref(),
            human: self
                .settings
                .accounts
                .find(&message.account)
                .map(|account| account.human)
                .unwrap_or_default(),
            alerts: self.settings.alerts,
            lead_number,
        };
        let decided = decide::decide(message, &situation);
        let nearest = record::nearest(&decided, &edition);
        (decided, nearest)
    }

    /// Forgets what this process knows of somebody whom staff erased.
    pub fn forget(&self, account: &AccountId, customer: &CustomerId) {
        self.customers.forget(account, customer);
    }

    fn flooded(&self, message: &Message, before: &Conversation) -> Decided {
        self.settings.metrics.account(&message.account).flood_limited();
        debug!(customer = message.customer.masked(), "Too many messages in a minute; staying silent");
        Decided::silence(before.clone(), self.live.load().version)
    }

    /// What the store knows, unless this process knows it better. A store that
    /// cannot be asked must not silence us: then what this process knew last
    /// counts, and a customer it does not know starts anew.
    async fn conversation_of(&self, message: &Message, known: &Known, deadline: Instant) -> Loaded {
        let remembered = known.conversation.as_ref();
        if let Some(loaded) = remembered.filter(|_| !self.store.is_shared() || self.store.is_failing()) {
            return loaded.clone();
        }
        if self.store.is_failing() && self.store.is_shared() {
            return Loaded::default();
        }
        // The other half is for the commit.
        let deadline = deadline - self.settings.store_budget / 2;
        let load = self.store.load_conversation(&message.account, &message.customer);
        match timeout_at(deadline, load).await {
            Ok(Ok(loaded)) => return loaded,
            Ok(Err(failure)) => {
                error!(%failure, "Could not load a conversation; answering from what is known");
            }
            Err(_) => error!("The store is too slow to load a conversation; answering from what is known"),
        }
        remembered.cloned().unwrap_or_default()
    }

    /// An answer leaves in time whatever happens here.
    async fn commit(&self, record: Record, deadline: Instant) -> Kept {
        let key = record.key.clone();
        match timeout_at(deadline, self.store.committer().commit(record)).await {
            Ok(Ok(Committed::Stored)) => {}
            Ok(Ok(Committed::Duplicate(earlier))) => return Kept::Earlier(earlier),
            Ok(Ok(Committed::Forged)) => return Kept::Forged,
            Ok(Ok(Committed::Stale)) => return Kept::Stale,
            Ok(Err(failure)) => error!(message = %key, %failure, "A message was answered and is not on disk"),
            Err(_) => warn!(message = %key, "The disk is too slow; the answer leaves first"),
        }
        Kept::AsDecided
    }

    /// Plain mode: a retry may come under a URL of its own, and nothing else
    /// may ever come under that one.
    async fn note_retry(&self, message: &Message, now: Timestamp, deadline: Instant) {
        self.settings.metrics.account(&message.account).repeated();
        let Some(url) = record::signed_url_of(message) else { return };
        let noted = timeout_at(deadline, self.store.note_signed_url(&message.account, &url, now)).await;
        if let Err(failure) = noted.unwrap_or(Err(StoreError::TooSlow)) {
            warn!(%failure, "Could not note the URL of a retry");
        }
    }
}

fn log_answer(message: &Message, decided: &Decided) {
    let rule = match &decided.outcome {
        Outcome::Answer(rule) | Outcome::Human(Some(rule)) => Some(rule.as_str()),
        Outcome::Choices(_)
        | Outcome::Form(_)
        | Outcome::Human(None)
        | Outcome::Fallback
        | Outcome::Silence => None,
    };
    debug!(
        account = %message.account,
        customer = message.customer.masked(),
        kind = message.content.kind(),
        outcome = decided.outcome.kind().as_str(),
        rule,
        "Answered a message"
    );
}

/// The rule a decision counts for, as the store keeps it.
pub(crate) fn rule_of(outcome: &Outcome) -> Option<RuleId> {
    match outcome {
        Outcome::Answer(rule) => Some(rule.clone()),
        Outcome::Form(form) => RuleId::parse(form.as_str()).ok(),
        Outcome::Human(rule) => rule.clone(),
        Outcome::Choices(_) | Outcome::Fallback | Outcome::Silence => None,
    }
}

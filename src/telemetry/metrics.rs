//! What is counted, for Prometheus. Every counter that a message touches is
//! found once, by [`Metrics::account`], so that counting costs an atomic
//! increment. Never a label that outsiders choose: it could grow without bound.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::model::{AccountId, OutcomeKind};

/// Source: OpenMetrics 1.0, section "Content type".
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Cheap to clone; every clone counts into the same numbers.
#[derive(Clone, Debug)]
pub struct Metrics {
    pub store: StoreMetrics,
    pub rulebook: RulebookMetrics,
    pub notices: NoticeMetrics,
    accounts: AccountFamilies,
    registry: Arc<Registry>,
}

#[derive(Clone, Debug)]
pub struct StoreMetrics {
    /// Seconds one commit took, fsync included.
    commit: Histogram,
    /// Messages that shared one commit.
    batch: Histogram,
    /// Seconds that the database took for what the journal had.
    apply: Histogram,
    pub failures: Counter,
    /// Answers that left before their message was committed.
    pub answered_first: Counter,
    /// Messages that wait in the local journal.
    pub journal: Gauge,
    /// Messages answered but recorded nowhere, because the journal was full.
    pub journal_full: Counter,
}

#[derive(Clone, Debug, Default)]
pub struct RulebookMetrics {
    pub version: Gauge,
    pub rules: Gauge,
    /// 1 while the files on disk have errors and an older version is live.
    pub stale: Gauge,
    pub reloads: Counter,
}

/// Telling staff.
#[derive(Clone, Debug, Default)]
pub struct NoticeMetrics {
    pub sent: Counter,
    /// Attempts that failed; what they were to tell is tried again.
    pub failures: Counter,
    /// Not sent while it was news.
    pub given_up: Counter,
}

/// The numbers of one account.
#[derive(Clone, Debug)]
pub struct AccountMetrics {
    account: String,
    families: AccountFamilies,
    answered: Arc<[[OnceLock<Counter>; OUTCOMES.len()]; KINDS.len()]>,
    duration: Histogram,
    flood_limited: Counter,
    repeated: Counter,
}

#[derive(Clone, Debug)]
struct AccountFamilies {
    messages: Family<MessageLabels, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    duration: Family<AccountLabel, Histogram, fn() -> Histogram>,
    flood_limited: Family<AccountLabel, Counter>,
    repeated: Family<AccountLabel, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MessageLabels {
    account: String,
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    account: String,
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountLabel {
    account: String,
}

/// Every word of `Content::kind`.
const KINDS: [&str; 10] =
    ["text", "event", "image", "voice", "video", "shortvideo", "location", "link", "file", UNKNOWN_KIND];
/// The last one: stands for any other word.
const UNKNOWN_KIND: &str = "unknown";

const OUTCOMES: [OutcomeKind; 6] = [
    OutcomeKind::Answer,
    OutcomeKind::Choices,
    OutcomeKind::Form,
    OutcomeKind::Human,
    OutcomeKind::Fallback,
    OutcomeKind::Silence,
];

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("yingda");
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The running version", version);
        let metrics = (
            StoreMetrics::registered(&mut registry),
            RulebookMetrics::registered(&mut registry),
            NoticeMetrics::registered(&mut registry),
            AccountFamilies::registered(&mut registry),
        );
        let (store, rulebook, notices, accounts) = metrics;
        Self { store, rulebook, notices, accounts, registry: Arc::new(registry) }
    }
}

impl Metrics {
    /// Finds the numbers of one account: once per account, not per message.
    pub fn account(&self, id: &AccountId) -> AccountMetrics {
        let label = AccountLabel { account: id.to_string() };
        AccountMetrics {
            duration: self.accounts.duration.get_or_create_owned(&label),
            flood_limited: self.accounts.flood_limited.get_or_create_owned(&label),
            repeated: self.accounts.repeated.get_or_create_owned(&label),
            answered: Arc::default(),
            families: self.accounts.clone(),
            account: label.account,
        }
    }

    /// All numbers as Prometheus reads them.
    pub fn encode(&self) -> String {
        let mut page = String::new();
        text::encode(&mut page, &self.registry).expect("writing to a String cannot fail");
        page
    }

    /// `GET /metrics`, to be served on a listener of its own.
    pub fn router(self) -> Router {
        let page = move || {
            let page = self.encode();
            async { ([(CONTENT_TYPE, OPEN_METRICS)], page) }
        };
        Router::new().route("/metrics", get(page))
    }
}

impl AccountMetrics {
    /// `kind` is what `Content::kind` says.
    pub fn answered(&self, kind: &str, outcome: OutcomeKind, took: Duration) {
        self.counter(kind, outcome).inc();
        self.duration.observe(took.as_secs_f64());
    }

    /// `code` is one of the program's own words, never taken from the request.
    pub fn refused(&self, code: &'static str) {
        let labels = RefusalLabels { account: self.account.clone(), code };
        self.families.refusals.get_or_create_owned(&labels).inc();
    }

    /// A customer wrote too much and was not answered.
    pub fn flood_limited(&self) {
        self.flood_limited.inc();
    }

    /// A delivery of a message that was answered already.
    pub fn repeated(&self) {
        self.repeated.inc();
    }

    fn counter(&self, kind: &str, outcome: OutcomeKind) -> &Counter {
        let (row, kind) = KINDS
            .iter()
            .enumerate()
            .find(|(_, known)| **known == kind)
            .map_or((KINDS.len() - 1, UNKNOWN_KIND), |(row, known)| (row, *known));
        let column = OUTCOMES.iter().position(|known| *known == outcome);
        let cell = self.answered.get(row).zip(column).and_then(|(row, column)| row.get(column));
        cell.expect("the table has a cell for each kind and outcome")
            .get_or_init(|| self.families.messages(&self.account, kind, outcome))
    }
}

impl AccountFamilies {
    fn registered(registry: &mut Registry) -> Self {
        let duration: fn() -> Histogram = || Histogram::new(answer_buckets());
        let families = Self {
            messages: Family::default(),
            refusals: Family::default(),
            duration: Family::new_with_constructor(duration),
            flood_limited: Family::default(),
            repeated: Family::default(),
        };
        registry.register("messages", "Messages answered", families.messages.clone());
        registry.register("refusals", "Requests refused", families.refusals.clone());
        let help = "From a request read to its reply sealed";
        registry.register_with_unit("answer", help, Unit::Seconds, families.duration.clone());
        let help = "Messages not answered because their customer wrote too many";
        registry.register("flood_limited", help, families.flood_limited.clone());
        let help = "Deliveries of a message that was answered already";
        registry.register("repeated", help, families.repeated.clone());
        families
    }

    fn messages(&self, account: &str, kind: &'static str, outcome: OutcomeKind) -> Counter {
        let labels = MessageLabels { account: account.to_owned(), kind, outcome: outcome.as_str() };
        self.messages.get_or_create_owned(&labels)
    }
}

impl StoreMetrics {
    fn registered(registry: &mut Registry) -> Self {
        let metrics = Self {
            commit: Histogram::new(answer_buckets()),
            batch: Histogram::new(exponential_buckets(1.0, 2.0, BATCH_BUCKETS)),
            apply: Histogram::new(answer_buckets()),
            failures: Counter::default(),
            answered_first: Counter::default(),
            journal: Gauge::default(),
            journal_full: Counter::default(),
        };
        let help = "One commit to the store, sync included";
        registry.register_with_unit("store_commit", help, Unit::Seconds, metrics.commit.clone());
        let help = "One transaction with what the journal had";
        registry.register_with_unit("store_apply", help, Unit::Seconds, metrics.apply.clone());
        registry.register("store_batch_messages", "Messages in one commit", metrics.batch.clone());
        registry.register("store_failures", "Commits that failed", metrics.failures.clone());
        let help = "Answers sent before their message was committed";
        registry.register("store_answered_first", help, metrics.answered_first.clone());
        registry.register("journal_records", "Messages waiting in the journal", metrics.journal.clone());
        let help = "Messages recorded nowhere because the journal was full";
        registry.register("journal_full", help, metrics.journal_full.clone());
        metrics
    }

    /// What had been answered reached the database.
    pub fn applied(&self, took: Duration) {
        self.apply.observe(took.as_secs_f64());
    }

    pub fn committed(&self, messages: usize, took: Duration) {
        self.commit.observe(took.as_secs_f64());
        self.batch.observe(f64::from(u32::try_from(messages).unwrap_or(u32::MAX)));
    }
}

impl RulebookMetrics {
    fn registered(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register("rulebook_version", "The live version", metrics.version.clone());
        registry.register("rulebook_rules", "Rules in the live version", metrics.rules.clone());
        let help = "1 while the files have errors and an older version is live";
        registry.register("rulebook_stale", help, metrics.stale.clone());
        registry.register("rulebook_reloads", "Versions that went live", metrics.reloads.clone());
        metrics
    }
}

impl NoticeMetrics {
    fn registered(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register("notices_sent", "Notices that staff were sent", metrics.sent.clone());
        let help = "Attempts to tell staff that failed";
        registry.register("notices_failures", help, metrics.failures.clone());
        let help = "Notices that could not be sent while they were news";
        registry.register("notices_given_up", help, metrics.given_up.clone());
        metrics
    }
}

/// 1, 2, 4 … 512 messages.
const BATCH_BUCKETS: u16 = 10;

/// From 0.1 ms, a decision without a store, to the 5 s after which WeChat
/// gives up.
fn answer_buckets() -> [f64; 12] {
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.5, 5.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn main_account(metrics: &Metrics) -> AccountMetrics {
        metrics.account(&AccountId::parse("main").expect("a plain id"))
    }

    #[test]
    fn a_message_is_counted_by_kind_and_outcome() {
        let metrics = Metrics::default();
        let account = main_account(&metrics);

        for outcome in OUTCOMES {
            account.answered("text", outcome, Duration::from_micros(300));
        }
        main_account(&metrics).answered("text", OutcomeKind::Answer, Duration::from_millis(30));
        account.answered("never heard of", OutcomeKind::Fallback, Duration::ZERO);

        let page = metrics.encode();
        for line in [
            "yingda_messages_total{account=\"main\",kind=\"text\",outcome=\"answer\"} 2",
            "yingda_messages_total{account=\"main\",kind=\"text\",outcome=\"silence\"} 1",
            "yingda_messages_total{account=\"main\",kind=\"unknown\",outcome=\"fallback\"} 1",
            "yingda_answer_seconds_bucket{le=\"0.0005\",account=\"main\"} 7",
            "yingda_answer_seconds_count{account=\"main\"} 8",
            concat!("yingda_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        ] {
            assert!(page.contains(line), "{line} in\n{page}");
        }
    }

    #[test]
    fn refusals_limits_and_the_store_are_counted() {
        let metrics = Metrics::default();
        let account = main_account(&metrics);

        account.refused("bad-signature");
        account.flood_limited();
        account.repeated();
        metrics.store.committed(5, Duration::from_millis(2));
        metrics.store.journal.set(3);
        metrics.rulebook.version.set(12);

        let page = metrics.encode();
        for line in [
            "yingda_refusals_total{account=\"main\",code=\"bad-signature\"} 1",
            "yingda_flood_limited_total{account=\"main\"} 1",
            "yingda_repeated_total{account=\"main\"} 1",
            "yingda_store_commit_seconds_bucket{le=\"0.0025\"} 1",
            "yingda_store_batch_messages_sum 5.0",
            "yingda_journal_records 3",
            "yingda_rulebook_version 12",
        ] {
            assert!(page.contains(line), "{line} in\n{page}");
        }
    }
}

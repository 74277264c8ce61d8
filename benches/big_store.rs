//! Does a full store slow an answer? What a message needs of the store (where
//! its customer stands, then the commit) in an empty store, and in one with a
//! million messages of 100 000 customers: at a thousand messages a second, far
//! above what any account receives, and with 32 in flight as fast as it goes.
//! And how much a message adds to the files.
//! `cargo bench --bench big_store`; PostgreSQL too when `BIG_STORE_POSTGRES`
//! names an empty database. `BIG_STORE_MESSAGES` changes the million.
//!
//! 2026-11-25, 2 cores. PostgreSQL, one run: p99 0.26 and 0.89 times that of the
//! empty store (16 ms at a thousand a second, 14 ms at 32 in flight), filled at
//! 1 300 a second beside compilers. SQLite, two runs: medians the same (0.4 ms, 1.4 ms); p99
//! at 32 in flight 1.3 and 1.7 times (5.3 to 7.0 ms, 3.6 to 6.3 ms), at a thousand
//! a second 0.4 and 3.6 times (8.4 to 3.7 ms, 1.5 to 5.5 ms). **The goal of 1.2 is
//! missed on SQLite**: what a transaction writes of a large index is synced beside
//! the journal. A message adds 365 to 379 bytes to the files.

#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use yingda::model::{AccountId, CustomerId, DeliveryKey, OutcomeKind, Reply, RuleId};
use yingda::store::{Location, Record, Sealer, SealingKey, Store};
use yingda::telemetry::Metrics;

const AT_ONCE: u64 = 32;
/// While the store is filled nobody measures, so more may wait together.
const FILL_AT_ONCE: u64 = 512;
const CUSTOMERS: u64 = 100_000;
const MEASURED: u64 = 40_000;
/// Makes of numbers what ids look like: the golden ratio, odd.
const MIXER: u64 = 0x9e37_79b9_7f4a_7c15;
const PACE: Duration = Duration::from_millis(1);
const PACED: u64 = 20_000;
const WARM_UP: u64 = 5_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sqlite = Location::Sqlite { path: folder.path().join("big.db") };
    runtime.block_on(measure("SQLite", &sqlite, Some(folder.path())));
    if let Ok(url) = std::env::var("BIG_STORE_POSTGRES") {
        runtime.block_on(measure("PostgreSQL", &Location::Postgres { url }, None));
    }
}

async fn measure(name: &str, location: &Location, folder: Option<&Path>) {
    let messages = std::env::var("BIG_STORE_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let sealer = Sealer::new(&SealingKey::new([1; 32]), None);
    let store = Store::open(location, sealer, Metrics::default().store).await.expect("a store");
    let next = AtomicU64::new(0);
    // What the first messages of a process cost is another question.
    waves(&store, &next, WARM_UP, AT_ONCE).await;
    println!("{name}: measuring while it is empty");
    let empty = Pair::measure(&store, &next).await;
    let before = folder.map(size_of);
    println!("{name}: filling");
    let filled = waves(&store, &next, messages, FILL_AT_ONCE).await;
    while store.committer().waiting() > 0 {
        tokio::time::sleep(PACE).await;
    }
    println!("{name}: measuring while it is full");
    let full = Pair::measure(&store, &next).await;
    store.close().await;

    let rate = messages as f64 / filled.whole.as_secs_f64();
    println!("{name}: {messages} messages of {CUSTOMERS} customers, filled at {rate:.0} a second");
    for (how, empty, full) in
        [("1 000 a second", &empty.paced, &full.paced), ("as fast as it goes", &empty.fast, &full.fast)]
    {
        let ratio = full.at(99).as_secs_f64() / empty.at(99).as_secs_f64();
        println!("  {how}: empty {empty}; full {full}; p99 {ratio:.2} times");
    }
    if let (Some(folder), Some(before)) = (folder, before) {
        let added = size_of(folder).saturating_sub(before) as f64 / (messages + MEASURED + PACED) as f64;
        println!("  growth of the files: {added:.0} bytes a message");
    }
}

/// At a steady pace, and as fast as it goes.
struct Pair {
    paced: Times,
    fast: Times,
}

impl Pair {
    async fn measure(store: &Store, next: &AtomicU64) -> Self {
        let paced = paced(store, next).await;
        Self { paced, fast: waves(store, next, MEASURED, AT_ONCE).await }
    }
}

/// Latencies of all messages, sorted.
struct Times {
    each: Vec<Duration>,
    whole: Duration,
}

impl Times {
    fn at(&self, percent: usize) -> Duration {
        self.each.get(self.each.len() * percent / 100).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "median {:?}, p99 {:?}", self.at(50), self.at(99))
    }
}

async fn waves(store: &Store, next: &AtomicU64, messages: u64, at_once: u64) -> Times {
    let started = Instant::now();
    let mut each = Vec::new();
    for _ in 0..messages / at_once {
        let wave =
            (0..at_once).map(|_| tokio::spawn(answer(store.clone(), next.fetch_add(1, Ordering::Relaxed))));
        for took in futures_util::future::join_all(wave).await {
            each.push(took.expect("no panic"));
        }
    }
    each.sort_unstable();
    Times { each, whole: started.elapsed() }
}

/// Each at its own moment, however long those before it take.
async fn paced(store: &Store, next: &AtomicU64) -> Times {
    let started = Instant::now();
    let mut ticks = tokio::time::interval(PACE);
    let mut answers = Vec::new();
    for _ in 0..PACED {
        ticks.tick().await;
        answers.push(tokio::spawn(answer(store.clone(), next.fetch_add(1, Ordering::Relaxed))));
    }
    let mut each = Vec::new();
    for took in futures_util::future::join_all(answers).await {
        each.push(took.expect("no panic"));
    }
    each.sort_unstable();
    Times { each, whole: started.elapsed() }
}

async fn answer(store: Store, number: u64) -> Duration {
    let started = Instant::now();
    let mut record = record(number);
    let stands = store.load_conversation(&record.account, &record.customer).await.expect("loaded");
    record.revision = stands.revision + 1;
    store.committer().commit(record).await.expect("committed");
    started.elapsed()
}

fn record(number: u64) -> Record {
    // Spread over customers, as people write, not one after the other.
    let customer = number.wrapping_mul(48_271) % CUSTOMERS;
    let second = 0x6a00_0000 + number / 100;
    let key = format!("{second:08x}{:032x}", number.wrapping_mul(MIXER));
    let state = "{\"misses\":{\"in_a_row\":1,\"told_at\":\"2026-11-23T10:00:00Z\"}}";
    Record {
        account: AccountId::parse("main").expect("a slug"),
        key: DeliveryKey::parse(&key).expect("a slug"),
        customer: CustomerId::parse(&format!("oBig{customer:08}{:016x}", customer.wrapping_mul(MIXER)))
            .expect("printable"),
        received_at: Timestamp::from_second(i64::try_from(second).unwrap_or_default()).unwrap_or_default(),
        kind: "text".into(),
        body: Some("请问你们那边培训一个人一天大概要多少钱呢".to_owned()),
        outcome: OutcomeKind::Answer,
        rule: RuleId::parse("price").ok(),
        version: 1,
        reply: Reply::text("费用要看人数、天数和课程安排，请以顾问报价为准。电话 0796-6559898。"),
        is_test: false,
        conversation: number.is_multiple_of(4).then(|| state.to_owned()),
        is_personal: false,
        revision: 1,
        effects: Vec::new(),
        nearest: None,
        signed_url: None,
        took_us: 250,
    }
}

fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("big.db"));
    files.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}

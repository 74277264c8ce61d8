//! What a commit costs: many customers at once, each waiting for their message
//! to be on the disk, as the webhook does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use yingda::model::{AccountId, CustomerId, DeliveryKey, OutcomeKind, Reply, RuleId};
use yingda::store::{Location, Record, Sealer, SealingKey, Store};
use yingda::telemetry::Metrics;

const AT_ONCE: u64 = 32;

fn record(number: u64) -> Record {
    let key = format!("{:08x}{:032x}", number / 1_000, number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let state = "{\"misses\":{\"in_a_row\":1,\"told_at\":\"2026-11-23T10:00:00Z\"}}";
    Record {
        account: AccountId::parse("main").expect("a slug"),
        key: DeliveryKey::parse(&key).expect("a slug"),
        customer: CustomerId::parse(&format!("oBench{:022}", number % 20_011)).expect("printable"),
        received_at: Timestamp::UNIX_EPOCH,
        kind: "text".into(),
        body: Some("请问你们那边培训一个人一天大概要多少钱呢".to_owned()),
        outcome: OutcomeKind::Answer,
        rule: RuleId::parse("price").ok(),
        version: 1,
        reply: Reply::text("费用要看人数、天数和课程安排，请以顾问报价为准。电话 0796-6559898。"),
        is_test: false,
        conversation: number.is_multiple_of(2).then(|| state.to_owned()),
        effects: Vec::new(),
        nearest: None,
        signed_url: None,
    }
}

async fn commit_together(store: &Store, number: &AtomicU64) {
    let all = (0..AT_ONCE).map(|_| {
        let (store, record) = (store.clone(), record(number.fetch_add(1, Ordering::Relaxed)));
        tokio::spawn(async move { store.committer().commit(record).await })
    });
    for committed in futures_util::future::join_all(all).await {
        committed.expect("no panic").expect("committed");
    }
}

fn commits(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = Location::Sqlite { path: folder.path().join("bench.db") };
    let sealer = Sealer::new(&SealingKey::new([1; 32]), None);
    let store = runtime.block_on(Store::open(&location, sealer, Metrics::default().store)).expect("a store");
    let number = Arc::new(AtomicU64::new(0));
    let mut group = criterion.benchmark_group("commit");
    group.throughput(Throughput::Elements(AT_ONCE));
    group.bench_function("32 at once, SQLite", |bencher| {
        bencher.iter(|| runtime.block_on(commit_together(&store, &number)));
    });
    group.finish();
    runtime.block_on(store.close());
}

criterion_group!(benches, commits);
criterion_main!(benches);

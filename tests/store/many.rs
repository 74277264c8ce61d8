//! What the console's pages cost over many messages. Not run by default: it
//! measures, and says so with `cargo test --test all many:: -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use sqlx::Connection as _;
use yingda::model::OutcomeKind;
use yingda::store::{InboxFilter, Location, Period, Record};

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, customer, said, time};

const MESSAGES: u32 = 100_000;

/// What PostgreSQL's autovacuum would do.
async fn prepare(location: &Location) {
    let Location::Postgres { url } = location else { return };
    let mut link = sqlx::PgConnection::connect(url).await.expect("it is open");
    sqlx::query("ANALYZE message").execute(&mut link).await.expect("may be analysed");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, for a minute"]
async fn the_pages_over_a_hundred_thousand_messages() {
    let start = time("2026-04-01T00:00:00Z");
    for fresh in fresh_stores().await {
        let (store, name) = (&fresh.store, fresh.name());
        let mut at = 0;
        while at < MESSAGES {
            let commits = (at..at + 2_000).map(|n| {
                let store = store.clone();
                let when = start + n * Duration::from_secs(25);
                let record =
                    said(&format!("o{:05}", n.wrapping_mul(7_919) % 10_007), when, "请问培训多少钱一个人");
                let record = match n % 10 {
                    0 => Record {
                        outcome: OutcomeKind::Fallback,
                        rule: None,
                        body: Some(format!("第{}个没有答上的问题", n % 997)),
                        ..record
                    },
                    1 => Record { outcome: OutcomeKind::Choices, rule: None, ..record },
                    2 => Record { outcome: OutcomeKind::Human, ..record },
                    _ => record,
                };
                tokio::spawn(async move { commit(&store, record).await })
            });
            futures_util::future::join_all(commits).await;
            at += 2_000;
        }
        prepare(&fresh.location).await;
        let end = start + MESSAGES * Duration::from_secs(25);
        let month = Period { since: start, until: end };
        let account = account();

        let timed = Instant::now();
        store.load_statistics(&account, month).await.expect("countable");
        println!("{name}: statistics of a month: {:?}", timed.elapsed());
        let timed = Instant::now();
        let missed = store.list_missed(&account, start, end).await.expect("readable");
        println!("{name}: {} misses of a month: {:?}", missed.len(), timed.elapsed());
        let timed = Instant::now();
        let grudging = store.list_grudging(&account, start, end, end).await.expect("readable");
        println!("{name}: {} grudging answers of a month: {:?}", grudging.len(), timed.elapsed());
        let timed = Instant::now();
        let all = InboxFilter::All { before: None };
        store.list_inbox(&account, &all, end).await.expect("readable");
        println!("{name}: inbox: {:?}", timed.elapsed());
        let timed = Instant::now();
        let search = InboxFilter::Search { text: "第99".into() };
        store.list_inbox(&account, &search, end).await.expect("readable");
        println!("{name}: search: {:?}", timed.elapsed());
        let timed = Instant::now();
        store.load_timeline(&account, &customer("o00001"), None).await.expect("readable");
        println!("{name}: timeline: {:?}", timed.elapsed());
        fresh.discard().await;
    }
}

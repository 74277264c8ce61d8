//! What the pages about people and rules cost over many messages and rules; the
//! slowest has a budget. Not run by default: it measures, and says so with
//! `cargo test --release --test all console::many -- --ignored --nocapture`.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use yingda::model::{OutcomeKind, Role};
use yingda::store::Record;

use crate::support::browser::Browser;
use crate::support::said::{commit, form, leaves, said};
use crate::support::service::{Setup, Yingda};

const MESSAGES: u32 = 100_000;
const RULES: u32 = 1_000;
const LEADS: u32 = 500;
/// 25 seconds apart, they fill a month.
const APART: Duration = Duration::from_secs(25);
const LOOKS: usize = 20;

/// The editor of a rule, with what it would change of the last 30 days: as
/// whoever comes from 未命中 opens it.
const REPLAYS: [&str; 2] = [
    "/console/rules/many500?add=%E5%81%9C%E8%BD%A6%E5%9C%BA%E5%9C%A8%E5%93%AA",
    "/console/rules/new?questions=%E5%81%9C%E8%BD%A6%E5%9C%BA%E5%9C%A8%E5%93%AA",
];
/// Two thousand wordings are answered twice. Whoever presses a button waits
/// so long before they wonder whether it works; a debug build takes many times
/// as long.
const REPLAY_BUDGET: Duration = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 3 });

fn a_thousand_rules() -> Setup {
    let mut table = "id,name,contains,equals,starts,pattern,exclude,questions,reply\n".to_owned();
    for n in 0..RULES {
        let _ = writeln!(table, "many{n},规则{n},第{n}号专题的安排,,,,,,第{n}号专题请问顾问。");
    }
    let mut setup = Setup::default();
    setup.files.push(("rules/many.csv".into(), table));
    setup
}

async fn write_messages(yingda: &Yingda) {
    let start = yingda.now() - APART * MESSAGES;
    for batch in 0..MESSAGES / 2_000 {
        let commits = (batch * 2_000..(batch + 1) * 2_000).map(|n| {
            let store = yingda.app.store.clone();
            let record = said(
                &format!("o{:05}", n.wrapping_mul(7_919) % 10_007),
                start + APART * n,
                "请问培训多少钱一个人",
            );
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
    }
    for n in 0..LEADS {
        let number = format!("2611{:02}-{:03}", 1 + n % 22, n);
        let form = form(&number, &format!("第{n}单位"), "13800000000");
        commit(&yingda.app.store, leaves(&format!("o{n:05}"), start + APART * n * 100, form)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, for a minute"]
async fn the_pages_about_people_over_a_hundred_thousand_messages() {
    let yingda = Yingda::start_with(a_thousand_rules()).await;
    write_messages(&yingda).await;
    let browser = Browser::with_role(&yingda, Role::Admin).await;

    for address in REPLAYS {
        let median = measure(&browser, address, 3).await;
        assert!(median <= REPLAY_BUDGET, "{address} took {median:?}");
        browser.get(address).await.shows("最近 30 天的 ");
    }
    for address in [
        "/console",
        "/console/chats",
        "/console/chats?list=all",
        "/console/chats?q=%E7%AC%AC99",
        "/console/chats/o00001",
        "/console/leads",
        "/console/leads/261101-000",
        "/console/misses",
        "/console/misses?days=30",
        "/console/misses?list=grudging",
        "/console/rules",
        "/console/rules/many500",
        "/console/data",
        "/console/data?days=30",
        "/console/data/messages?days=30",
        "/console/data/messages?days=30&outcome=fallback",
    ] {
        measure(&browser, address, LOOKS).await;
    }
}

/// The median, and says the rest.
async fn measure(browser: &Browser, address: &str, looks: usize) -> Duration {
    let mut took = Vec::with_capacity(looks);
    let mut bytes = 0;
    for _ in 0..looks {
        let started = Instant::now();
        bytes = browser.get(address).await.body.len();
        took.push(started.elapsed());
    }
    let first = took[0];
    took.sort();
    let (median, slow) = (took[looks / 2], took[looks.saturating_sub(2)]);
    println!("{address}: first {first:?}, median {median:?}, p95 {slow:?}, {bytes} bytes");
    median
}

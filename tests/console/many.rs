//! What the pages about people cost over many messages and rules. Not run by
//! default: it measures, and says so with
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
        "/console/data",
        "/console/data?days=30",
        "/console/data/messages?days=30",
        "/console/data/messages?days=30&outcome=fallback",
    ] {
        let mut took = Vec::with_capacity(LOOKS);
        let mut bytes = 0;
        for _ in 0..LOOKS {
            let started = Instant::now();
            bytes = browser.get(address).await.body.len();
            took.push(started.elapsed());
        }
        let first = took[0];
        took.sort();
        println!(
            "{address}: first {first:?}, median {:?}, p95 {:?}, {bytes} bytes",
            took[LOOKS / 2],
            took[LOOKS - 2]
        );
    }
}

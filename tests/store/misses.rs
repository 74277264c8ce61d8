use std::time::{Duration, Instant};

use jiff::Timestamp;
use yingda::answer::misses::{Missed, cluster};
use yingda::model::{Effect, OutcomeKind, RuleId};
use yingda::store::{Closing, Miss, Record, Store};

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, does, missed, said, staff, time};

const MINUTE: Duration = Duration::from_secs(60);

fn start() -> Timestamp {
    time("2026-04-12T01:00:00Z")
}

fn later() -> Timestamp {
    start() + 60 * MINUTE
}

async fn list(store: &Store) -> Vec<String> {
    texts(&store.list_missed(&account(), start(), later()).await.expect("readable"))
}

async fn grudging(store: &Store) -> Vec<String> {
    let mut found =
        texts(&store.list_grudging(&account(), start(), later(), later()).await.expect("readable"));
    found.sort();
    found
}

fn texts(misses: &[Miss]) -> Vec<String> {
    misses.iter().map(|miss| miss.text.clone()).collect()
}

fn asked_back(from: &str, at: Timestamp, text: &str) -> Record {
    Record { outcome: OutcomeKind::Choices, rule: None, ..said(from, at, text) }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_rule_answered_is_kept_with_what_was_nearest_until_somebody_deals_with_it() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let nearest = Some("[[\"price\",0.42]]".to_owned());
        let first = commit(store, Record { nearest, ..missed("o1", start(), "路费谁出") }).await;
        let second = commit(store, missed("o2", start() + MINUTE, "有无线网吗")).await;
        commit(store, said("o2", start() + MINUTE, "多少钱")).await;
        commit(store, Record { is_test: true, ..missed("o9", start(), "试") }).await;
        commit(store, Record { kind: "image".into(), body: None, ..missed("o2", start(), "") }).await;

        assert_eq!(list(store).await, ["有无线网吗", "路费谁出"], "{}", fresh.name());
        let found = store.list_missed(&account(), start(), later()).await.expect("readable");
        assert_eq!(found[1].nearest, [(RuleId::parse("price").expect("an id"), 0.42)], "{}", fresh.name());
        let close = async |key, how| {
            store.close_misses(&account(), &[key], &how, &staff("li", later())).await.expect("closable");
        };
        close(first.clone(), Closing::Ignored).await;
        close(second, Closing::Answered { rule: RuleId::parse("wifi").expect("an id"), version: 2 }).await;
        assert!(list(store).await.is_empty(), "{}", fresh.name());
        assert_eq!(texts(&store.list_ignored(&account(), start()).await.expect("readable")), ["路费谁出"]);
        store.reopen_misses(&account(), &[first]).await.expect("works");
        assert_eq!(list(store).await, ["路费谁出"], "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_that_nobody_tapped_and_a_wish_for_a_person_right_after_are_grudging_answers() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let human = |from, at| Record { outcome: OutcomeKind::Human, ..said(from, at, "人工") };
        let tapped = commit(store, asked_back("o1", start(), "车票")).await;
        commit(store, does("o1", start() + MINUTE, Effect::Settle(tapped.clone()))).await;
        commit(store, asked_back("o2", start(), "住哪")).await;
        let foreign = commit(store, asked_back("o3", start(), "吃饭")).await;
        commit(store, does("o4", start() + MINUTE, Effect::Settle(foreign))).await;
        commit(store, said("o5", start(), "多少钱一天")).await;
        commit(store, human("o5", start() + MINUTE)).await;
        commit(store, said("o6", start(), "发票")).await;
        commit(store, human("o6", start() + 6 * MINUTE)).await;
        commit(store, asked_back("o7", later() - 9 * MINUTE, "刚才")).await;

        let expected = ["住哪", "吃饭", "多少钱一天"];
        let mut found = grudging(store).await;
        found.sort_by_key(|text| expected.iter().position(|known| known == text));
        assert_eq!(found, expected, "{}: only its own customer settles a question", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_misses_are_found_and_grouped_in_bounded_time() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let (asked, places) = (["怎么", "在哪", "能不能", "多久"], ["报名", "停车", "改期", "开票", "接站"]);
        let commits = (0..2_000_u32).map(|n| {
            let (n, store) = (usize::try_from(n).expect("small"), store.clone());
            let text = format!("请问{}{}第{}期", asked[n % 4], places[n % 5], n % 97);
            let at = start() + u32::try_from(n).expect("small") * Duration::from_secs(1);
            tokio::spawn(async move { commit(&store, missed(&format!("o{}", n % 50), at, &text)).await })
        });
        futures_util::future::join_all(commits).await;

        let started = Instant::now();
        let found = store.list_missed(&account(), start(), later()).await.expect("readable");
        let list: Vec<Missed<'_>> =
            found.iter().map(|miss| Missed { text: &miss.text, whose: miss.whose.as_str() }).collect();
        let clusters = cluster(&list);

        assert_eq!(found.len(), 2_000, "{}", fresh.name());
        assert_eq!(clusters.iter().map(|cluster| cluster.messages.len()).sum::<usize>(), 2_000);
        assert!(clusters.iter().all(|cluster| cluster.people <= 50 && !cluster.wordings.is_empty()));
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        fresh.discard().await;
    }
}

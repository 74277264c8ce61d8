//! What is forgotten because it was kept long enough.

use std::time::Duration;

use jiff::Timestamp;
use yingda::model::effect::WaitReason;
use yingda::model::{Effect, OutcomeKind, Reply, StaffId};
use yingda::store::{Committed, Period, Record, ReplyDraftOf, SignedUrl};

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, customer, does, form, leaves, missed, said, staff, time};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn old() -> Timestamp {
    time("2026-01-05T02:00:00Z")
}

fn limit() -> Timestamp {
    old() + DAY
}

/// An image: nothing of it can be read, but for the reply.
fn sent(from: &str, at: Timestamp) -> Record {
    Record { kind: "image".into(), body: None, ..said(from, at, "") }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_and_by_whom_is_forgotten_when_its_days_are_over_and_not_before() {
    for fresh in fresh_stores().await {
        let (store, name) = (&fresh.store, fresh.name());
        let nearest = Some("[[\"price\",0.4]]".to_owned());
        let all = [
            ("a text", said("o1", old(), "我的电话13812345678")),
            ("an image", sent("o1", old())),
            ("a miss", Record { nearest, ..missed("o1", old(), "天气") }),
            ("a message with more to it", does("o1", old(), Effect::Wait(WaitReason::Asked))),
            ("the last that is old", sent("o1", limit() - Duration::from_millis(1))),
        ];
        let mut keys = Vec::new();
        for (what, record) in all {
            keys.push((what, record.clone(), commit(store, record).await));
        }
        commit(store, said("o2", limit(), "多少钱")).await;
        let year = Period { since: old() - DAY, until: limit() + DAY };
        let before = store.load_statistics(&account(), year).await.expect("countable");

        let forgotten = store.forget_messages(limit(), None).await.expect("forgettable");

        assert_eq!(forgotten, 5, "{name}");
        let said_by = async |from: &str| {
            let (account, customer, by) = (account(), customer(from), staff("li", limit()));
            store.export_person(&account, &customer, &by).await.expect("readable").messages.len()
        };
        assert_eq!((said_by("o1").await, said_by("o2").await), (0, 1), "{name}");
        for (what, record, key) in keys {
            let again = Record { effects: Vec::new(), ..record };
            let again = store.committer().commit(again).await.expect("readable");
            let Committed::Duplicate(found) = again else { panic!("{name}: {what}: the row stays") };
            assert_eq!(found.reply, Reply::Silence, "{name}: {what}");
            let original = store.load_original(&account(), &key).await.expect("readable");
            assert_eq!(original, None, "{name}: {what}");
        }
        let after = store.load_statistics(&account(), year).await.expect("countable");
        assert_eq!(after.total(), before.total(), "{name}: messages stay counted");
        assert_eq!(after.top_rules, before.top_rules, "{name}");
        assert_eq!(store.forget_messages(limit(), None).await.expect("forgettable"), 0, "{name}: once");
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_fit_into_a_transaction_are_forgotten_and_what_was_looked_at_is_left_alone() {
    const MESSAGES: usize = 1_203;
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let second = |n: usize| old() + Duration::from_secs(u64::try_from(n).expect("small"));
        let all = (0..MESSAGES).map(|n| commit(store, said("o1", second(n), "多少钱")));
        futures_util::future::join_all(all).await;

        let later = store.forget_messages(limit(), Some(old() + 3 * DAY)).await.expect("forgettable");
        let all = store.forget_messages(limit(), Some(old())).await.expect("forgettable");

        assert_eq!((later, all), (0, MESSAGES as u64), "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wrote_lately_left_a_lead_or_is_waited_on_stays_known() {
    const SILENT: usize = 405;
    for fresh in fresh_stores().await {
        let (store, name, account) = (&fresh.store, fresh.name(), account());
        let came = |who: &str| commit(store, does(who, old(), Effect::Came { source: None }));
        let silent: Vec<String> = (0..SILENT).map(|n| format!("silent{n:03}")).collect();
        let others = ["writes", "left", "waits", "noted", "drafted"];
        futures_util::future::join_all(silent.iter().map(String::as_str).chain(others).map(came)).await;
        commit(store, said("writes", limit(), "多少钱")).await;
        commit(store, leaves("left", old(), form("260105-01", "甲局", "13800000000"))).await;
        commit(store, does("waits", old(), Effect::Wait(WaitReason::Asked))).await;
        store.add_note(&account, &customer("noted"), "常客", &staff("li", limit())).await.expect("noted");
        let (drafted, li) = (customer("drafted"), StaffId::parse("li").expect("an id"));
        let draft = ReplyDraftOf { account: &account, customer: &drafted, staff: &li };
        store.save_reply_draft(draft, "您好", old()).await.expect("writable");

        store.forget_messages(limit(), None).await.expect("forgettable");
        let forgotten = store.forget_idle_customers(limit()).await.expect("works");

        assert_eq!(forgotten, SILENT as u64, "{name}");
        let is_known =
            async |who: &str| store.find_coming(&account, &customer(who)).await.expect("readable").is_some();
        for who in others {
            assert!(is_known(who).await, "{name}: {who}");
        }
        for who in [&silent[0], &silent[SILENT - 1]] {
            assert!(!is_known(who).await, "{name}: {who}");
        }
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_urls_are_forgotten_when_none_of_them_is_accepted_any_more() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let under = |at: Timestamp| {
            let url = SignedUrl { id: format!("{}-77", at.as_second()), digest: "a".into() };
            Record { signed_url: Some(url), outcome: OutcomeKind::Answer, ..said("o1", at, "多少钱") }
        };
        for at in [old(), limit() - Duration::from_millis(1), limit()] {
            let committed = store.committer().commit(under(at)).await.expect("the commit works");
            assert_eq!(committed, Committed::Stored);
        }

        let forgotten = store.forget_signed_urls(limit()).await.expect("forgettable");

        assert_eq!(forgotten, 2, "{}", fresh.name());
        assert_eq!(store.forget_signed_urls(limit()).await.expect("forgettable"), 0, "{}", fresh.name());
        fresh.discard().await;
    }
}

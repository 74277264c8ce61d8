use jiff::Timestamp;
use yingda::model::{AccountId, Conversation, CustomerId, DeliveryKey, Effect, OutcomeKind, Reply, RuleId};
use yingda::store::{Committed, Record, SignedUrl, Store};

use crate::support::databases::{fresh_stores, open};

pub fn account() -> AccountId {
    AccountId::parse("main").expect("a slug")
}

pub fn customer(name: &str) -> CustomerId {
    CustomerId::parse(name).expect("printable")
}

pub fn key(name: &str) -> DeliveryKey {
    DeliveryKey::parse(name).expect("a slug")
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

/// A message from `from`, with everything else as it usually is.
pub fn record(id: &str, from: &str, body: &str) -> Record {
    Record {
        account: account(),
        key: key(id),
        customer: customer(from),
        received_at: at(1_000),
        kind: "text".into(),
        body: Some(body.to_owned()),
        outcome: OutcomeKind::Answer,
        rule: RuleId::parse("price").ok(),
        version: 1,
        reply: Reply::text(format!("reply to {body}")),
        is_test: false,
        conversation: None,
        is_personal: false,
        revision: 1,
        effects: Vec::new(),
        nearest: None,
        signed_url: None,
        took_us: 250,
    }
}

/// The message with which somebody leaves, later than all others.
pub fn leaves(id: &str, from: &str) -> Record {
    Record { received_at: at(2_000), body: None, effects: vec![Effect::Erase], ..record(id, from, "") }
}

pub async fn commit(store: &Store, record: Record) -> Committed {
    store.committer().commit(record).await.expect("the commit works")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_committed_message_is_there_after_the_store_is_opened_again() {
    for fresh in fresh_stores().await {
        let name = fresh.name();

        commit(&fresh.store, record("m1", "o1", "多少钱")).await;

        fresh.store.close().await;
        let reopened = open(&fresh.location).await;
        let again = commit(&reopened, record("m1", "o1", "again")).await;
        let Committed::Duplicate(earlier) = again else { panic!("{name}: {again:?}") };
        assert_eq!(earlier.reply, Reply::text("reply to 多少钱"), "{name}");
        reopened.close().await;
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_stored_before_brings_back_its_reply() {
    for fresh in fresh_stores().await {
        commit(&fresh.store, record("m1", "o1", "first")).await;

        let again = commit(&fresh.store, record("m1", "o1", "second")).await;

        let Committed::Duplicate(earlier) = again else { panic!("{}: {again:?}", fresh.name()) };
        assert_eq!(earlier.reply, Reply::text("reply to first"), "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_duplicate_in_a_full_batch_loses_none_of_the_others() {
    for fresh in fresh_stores().await {
        commit(&fresh.store, record("m7", "o7", "earlier")).await;

        let all = (0..200).map(|n| {
            let store = fresh.store.clone();
            tokio::spawn(
                async move { commit(&store, record(&format!("m{n}"), &format!("o{n}"), "now")).await },
            )
        });
        let results: Vec<Committed> = futures_util::future::join_all(all)
            .await
            .into_iter()
            .map(|done| done.expect("no panic"))
            .collect();

        for (n, committed) in results.iter().enumerate() {
            let duplicate = matches!(committed, Committed::Duplicate(_));
            assert_eq!(duplicate, n == 7, "{}: message {n}: {committed:?}", fresh.name());
        }
        assert_eq!(fresh.store.count_messages(at(0)).await.expect("countable"), 200, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_conversation_changes_with_its_message_or_not_at_all() {
    for fresh in fresh_stores().await {
        let after = Conversation { small_talk: 1, ..Conversation::default() };
        let state = serde_json::to_string(&after).expect("plain data");
        let changed = Record { conversation: Some(state), ..record("m1", "o1", "嗯") };

        commit(&fresh.store, changed.clone()).await;
        let other = Conversation { small_talk: 9, ..Conversation::default() };
        let retried = Record { conversation: serde_json::to_string(&other).ok(), ..changed };
        commit(&fresh.store, retried).await;

        let found = fresh.store.load_conversation(&account(), &customer("o1")).await.expect("readable");
        assert_eq!(found.conversation, after, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_body_under_a_signed_url_is_forged_and_leaves_no_trace() {
    for fresh in fresh_stores().await {
        let url = |digest: &str| Some(SignedUrl { id: "1000-77".into(), digest: digest.into() });
        commit(&fresh.store, Record { signed_url: url("a"), ..record("m1", "o1", "true") }).await;

        let forged =
            commit(&fresh.store, Record { signed_url: url("b"), ..record("m2", "o1", "false") }).await;

        assert_eq!(forged, Committed::Forged, "{}", fresh.name());
        let true_one = commit(&fresh.store, record("m2", "o1", "under a URL of its own")).await;
        assert_eq!(true_one, Committed::Stored, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_number_is_kept_masked_and_its_original_sealed() {
    for fresh in fresh_stores().await {
        let told =
            Record { reply: Reply::text("记下了"), ..record("m1", "o1", "我的电话13812345678") };
        commit(&fresh.store, told).await;

        let original = fresh.store.load_original(&account(), &key("m1")).await.expect("readable");
        assert_eq!(original.as_deref(), Some("我的电话13812345678"), "{}", fresh.name());
        if let yingda::store::Location::Sqlite { path } = &fresh.location {
            fresh.store.close().await;
            let bytes = std::fs::read(path).expect("the database file");
            let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
            assert!(!holds(b"13812345678"), "the number must not lie in the file");
            assert!(holds("138****5678".as_bytes()), "its masked form does");
        }
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_customer_leaves_only_the_keys_of_their_messages() {
    for fresh in fresh_stores().await {
        commit(&fresh.store, record("m1", "o1", "hello")).await;
        commit(&fresh.store, record("m2", "o2", "other")).await;

        commit(&fresh.store, leaves("m9", "o1")).await;

        let load = async |id: &str| fresh.store.load_original(&account(), &key(id)).await.expect("readable");
        assert_eq!(load("m1").await, None, "{}", fresh.name());
        assert_eq!(load("m2").await.as_deref(), Some("other"), "{}", fresh.name());
        let again = commit(&fresh.store, record("m1", "o1", "hello")).await;
        assert!(matches!(again, Committed::Duplicate(_)), "{}: a late retry is still known", fresh.name());
        fresh.discard().await;
    }
}

//! Accounts made in the console, on every database.

use jiff::{Timestamp, ToSpan as _};
use secrecy::ExposeSecret as _;
use yingda::model::{AccountId, Encryption, Human};
use yingda::store::{
    AccountSecrets, Actor, LogFilter, Operation, OperationKind, Revision, SecretPair, StoredAccount,
};

use crate::support::databases::{FreshStore, fresh_stores};

const TOKEN: &str = "averysecrettoken";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

fn now() -> Timestamp {
    "2026-11-23T10:00:00+08:00".parse().expect("a time")
}

fn does(kind: OperationKind) -> Operation {
    Actor { staff: None, name: "管理员".to_owned(), ip: String::new() }.does(kind, "账号", now())
}

fn secrets(token: &str) -> AccountSecrets {
    let current = SecretPair { token: token.to_owned().into(), aes_key: AES_KEY.to_owned().into() };
    AccountSecrets { current, previous: None }
}

fn account(id: &str) -> StoredAccount {
    StoredAccount {
        id: AccountId::parse(id).expect("a slug"),
        name: "培训中心".to_owned(),
        human: Human::Yingda,
        encryption: Encryption::Safe,
        original_id: None,
        app_id: Some("wx1234567890abcdef".to_owned()),
        secrets: None,
        secrets_at: now(),
        made_by: "管理员".to_owned(),
        made_at: now(),
        revision: Revision::fresh(),
    }
}

async fn make(fresh: &FreshStore, id: &str) -> bool {
    let made = does(OperationKind::AccountMade);
    fresh.store.make_account(&account(id), &secrets(TOKEN), &made).await.expect("the store works")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_kept_with_its_secrets_sealed_and_its_making_logged() {
    for fresh in fresh_stores().await {
        assert!(make(&fresh, "second").await, "{}", fresh.name());
        assert!(!make(&fresh, "Second").await, "the same address, {}", fresh.name());

        let kept = fresh.store.load_accounts().await.expect("readable");
        let [kept] = kept.as_slice() else { panic!("one: {kept:?}") };
        let pair = &kept.secrets.as_ref().expect("the key is ours").current;
        assert_eq!((pair.token.expose_secret(), pair.aes_key.expose_secret()), (TOKEN, AES_KEY));
        assert_eq!((kept.human, kept.encryption), (Human::Yingda, Encryption::Safe));
        assert!(!format!("{kept:?}").contains(TOKEN), "shown by a log");

        let logged = fresh.store.find_operations(&LogFilter::default(), 0, 10).await.expect("readable");
        assert_eq!(logged.len(), 1, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_change_an_account_the_second_is_told() {
    for fresh in fresh_stores().await {
        make(&fresh, "second").await;
        let read = fresh.store.load_accounts().await.expect("readable").remove(0);
        let before = fresh.store.account_revisions().await.expect("readable");
        let changed = does(OperationKind::AccountChanged);

        let mine = StoredAccount { name: "甲".to_owned(), ..read.clone() };
        let theirs = StoredAccount { name: "乙".to_owned(), ..read };
        assert!(fresh.store.change_account(&mine, &changed).await.expect("works"), "{}", fresh.name());
        assert!(!fresh.store.change_account(&theirs, &changed).await.expect("works"), "{}", fresh.name());

        let kept = fresh.store.load_accounts().await.expect("readable").remove(0);
        assert_eq!(kept.name, "甲");
        assert!(kept.secrets.is_some(), "they were not touched");
        assert_ne!(fresh.store.account_revisions().await.expect("readable"), before);
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_check_of_an_address_is_kept() {
    for fresh in fresh_stores().await {
        let id = AccountId::parse("second").expect("a slug");
        assert_eq!(fresh.store.find_url_check(&id).await.expect("readable"), None);

        for minutes in [0, 5, 3] {
            fresh.store.note_url_check(&id, now() + minutes.minutes()).await.expect("writable");
        }

        let latest = fresh.store.find_url_check(&id).await.expect("readable");
        assert_eq!(latest, Some(now() + 5.minutes()), "{}", fresh.name());
        fresh.discard().await;
    }
}

//! What is sealed can be lost with its key: a field that cannot be read stops
//! nothing else, and a restore tells whether the key fits.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{Connection as _, SqliteConnection};
use yingda::model::conversation::LeftWords;
use yingda::model::{Conversation, DeliveryKey, Effect, Encryption, Human, Role, StaffId, StaffName};
use yingda::store::{
    AccountSecrets, Actor, Existing, KeyFit, Location, NewStaff, OperationKind, Purpose, Record,
    ReplyDraftOf, Revision, Sealer, SealingKey, SecretPair, Store, StoredAccount, back_up, restore,
};

use crate::support::databases::{open, sealer};
use crate::support::said::{account, commit, customer, does, form, leaves, said, staff, time};

fn now() -> Timestamp {
    time("2026-04-12T14:30:00Z")
}

fn in_folder(folder: &Path) -> Location {
    Location::Sqlite { path: folder.join("yingda.db") }
}

async fn connect(folder: &Path) -> SqliteConnection {
    let url = format!("sqlite:{}", folder.join("yingda.db").display());
    SqliteConnection::connect(&url).await.expect("connects")
}

/// Where somebody stands for whom staff left words: kept sealed.
fn stands(from: &str) -> Record {
    let left = LeftWords { by: "li".into(), text: "请打 13800000000".to_owned(), at: now() };
    let after = Conversation { left: Some(Box::new(left)), ..Conversation::default() };
    Record { conversation: serde_json::to_string(&after).ok(), is_personal: true, ..said(from, now(), "好") }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_erased_one_who_cannot_be_read_keeps_no_other_from_being_erased_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(&in_folder(folder.path())).await;
    for name in ["o1", "o2"] {
        commit(&store, does(name, now(), Effect::Erase)).await;
    }
    store.count_messages(now()).await.expect("the database has it");
    let mut database = connect(folder.path()).await;
    let spoil = "UPDATE erasure SET sealed = 'AAAA' WHERE id = (SELECT MIN(id) FROM erasure)";
    sqlx::query(spoil).execute(&mut database).await.expect("editable");
    let late = commit(&store, said("o2", now() - Duration::from_secs(1), "以前的话")).await;

    store.finish_erasing(now()).await.expect("it does what it can");

    assert_eq!(original(&store, &late).await, None);
    store.close().await;
}

async fn original(store: &Store, key: &DeliveryKey) -> Option<String> {
    store.load_original(&account(), key).await.expect("readable")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_cannot_be_read_keeps_no_other_from_being_forgotten() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(&in_folder(folder.path())).await;
    for name in ["o1", "o2"] {
        commit(&store, stands(name)).await;
    }
    store.count_messages(now()).await.expect("the database has it");
    let mut database = connect(folder.path()).await;
    let spoil = "UPDATE conversation SET state = 'sealed:AAAA' WHERE customer_id = 'o1'";
    sqlx::query(spoil).execute(&mut database).await.expect("editable");

    let forgotten = store.forget_forms(now() + Duration::from_secs(1)).await.expect("it does what it can");

    assert_eq!(forgotten, 1);
    store.close().await;
}

/// Something sealed, each kind by itself.
const KINDS: [&str; 8] = [
    "a message",
    "where somebody stands",
    "a lead",
    "a note",
    "an erasure",
    "a draft",
    "a second factor",
    "an account",
];

async fn seal(store: &Store, kind: &str) {
    let who = Actor { staff: None, name: "管理员".to_owned(), ip: String::new() };
    match kind {
        "a message" => drop(commit(store, said("o1", now(), "13812345678")).await),
        "where somebody stands" => drop(commit(store, stands("o1")).await),
        "a lead" => drop(commit(store, leaves("o1", now(), form("260412-01", "甲局", "13800000000"))).await),
        "a note" => {
            let (account, customer, by) = (account(), customer("o1"), staff("li", now()));
            store.add_note(&account, &customer, "13812345678", &by).await.expect("noted");
        }
        "a draft" => {
            let (account, customer, staff) = (account(), customer("o1"), StaffId::fresh());
            let draft = ReplyDraftOf { account: &account, customer: &customer, staff: &staff };
            store.save_reply_draft(draft, "您好", now()).await.expect("kept");
        }
        "an erasure" => drop(commit(store, does("o1", now(), Effect::Erase)).await),
        "a second factor" => {
            let name = StaffName::parse("甲").expect("a name");
            let member =
                NewStaff { id: StaffId::fresh(), name, role: Role::Admin, password: "$…".to_owned() };
            let invite = who.does(OperationKind::Invite, "甲", now());
            let ticket = store.invite(&Purpose::Join(Role::Admin), &invite).await.expect("a link");
            let link = store.find_invitation(&ticket, now()).await.expect("readable").expect("just made");
            let join = who.does(OperationKind::Join, "甲", now());
            assert!(store.join(&link, &member, &join).await.expect("it works"));
            let on = store.turn_second_factor_on(&member.id, "SECRET", &[], &join);
            on.await.expect("it works");
        }
        _ => {
            let current = SecretPair { token: "averysecrettoken".into(), aes_key: "A".repeat(43).into() };
            let secrets = AccountSecrets { current, previous: None };
            let made = who.does(OperationKind::AccountMade, "账号", now());
            assert!(store.make_account(&an_account(), &secrets, &made).await.expect("it works"));
        }
    }
}

fn an_account() -> StoredAccount {
    StoredAccount {
        id: account(),
        name: "培训中心".to_owned(),
        human: Human::Yingda,
        encryption: Encryption::Safe,
        original_id: None,
        app_id: None,
        secrets: None,
        secrets_at: now(),
        made_by: "管理员".to_owned(),
        made_at: now(),
        revision: Revision::fresh(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sealed_in_a_backup_tells_whether_the_key_fits() {
    let other = Sealer::new(&SealingKey::new([8; 32]), None);
    for kind in KINDS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = in_folder(folder.path());
        let store = open(&location).await;
        seal(&store, kind).await;
        store.close().await;
        let (file, target) = (folder.path().join("a.backup"), tempfile::tempdir().expect("another"));
        back_up(&location, &file, now(), &mut |_| {}).await.expect("it is written");

        let restored = restore(&file, &in_folder(target.path()), Existing::Refuse, now(), &mut |_| {}).await;

        let restored = restored.expect("it is restored");
        assert_eq!(restored.try_key(&sealer()), KeyFit::Fits, "{kind}");
        assert_eq!(restored.try_key(&other), KeyFit::Differs, "{kind}");
    }
}

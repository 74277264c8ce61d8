//! What waits for its time: once, however many processes there are, and never lost.

use std::fs;

use yingda::model::Clock;
use yingda::publishing::{Refused, Terms};

use super::office::{Office, PRICE, STAY, drafted, fresh_folder, request, rule};
use crate::support::databases::{drop_database, fresh_postgres};

fn now_or_later(seconds: i64) -> Terms {
    let due = Clock::System.now() + jiff::SignedDuration::from_secs(seconds);
    Terms { due_at: Some(due), needs_approval: false }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_goes_live_once_however_many_processes_look() {
    let Some(location) = fresh_postgres().await else { return };
    let first = Office::open_at(fresh_folder(), &location).await;
    let second = Office::open_at(fresh_folder(), &location).await;
    let draft = drafted(&first.store, "a", &[(PRICE, &rule("price", "多少钱", "到时的回答。"))]).await;
    first.gate.propose(&draft, &request(&draft), now_or_later(-1)).await.expect("proposed");
    assert!(first.draft("a").await.is_empty());

    let looks = (0..6).map(|n| {
        let gate = if n % 2 == 0 { first.gate.clone() } else { second.gate.clone() };
        tokio::spawn(async move { gate.publish_due().await })
    });
    for look in looks.collect::<Vec<_>>() {
        look.await.expect("no panic").expect("nothing is refused");
    }

    assert_eq!(first.store.newest_version_number().await.expect("readable"), Some(2));
    assert!(first.store.list_proposals().await.expect("readable").is_empty());
    first.killed().await;
    second.killed().await;
    drop_database(&location).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_go_live_at_its_time_goes_back_into_its_draft_with_the_reason() {
    let mut office = Office::open().await;
    let text = rule("price", "多少钱", "到时的回答。");
    let draft = drafted(&office.store, "a", &[(PRICE, &text)]).await;
    office.gate.propose(&draft, &request(&draft), now_or_later(-1)).await.expect("proposed");
    fs::write(office.file(PRICE), rule("price", "多少钱", "先改了。")).expect("writable");
    office.next_status().await;

    let refused = office.gate.publish_due().await;

    assert!(matches!(refused, Err(Refused::Collides(_))), "{refused:?}");
    let back = office.draft("a").await;
    assert_eq!(back.bytes(PRICE), Some(text.as_bytes()));
    assert_eq!(office.answers("多少钱"), "先改了。");
    let since = jiff::Timestamp::UNIX_EPOCH;
    let told = office.store.list_refused_proposals(back.owner(), since).await.expect("readable");
    assert!(told.first().is_some_and(|one| one.failure.as_ref().is_some_and(|why| why.contains(PRICE))));
}

/// A link that was good when it was handed in leads to a rule that is off now.
#[tokio::test(flavor = "multi_thread")]
async fn a_warning_that_nobody_saw_keeps_what_is_due_from_going_live() {
    let mut office = Office::open().await;
    let text = rule("price", "多少钱", "先看[住处](rule:stay)。");
    let draft = drafted(&office.store, "a", &[(PRICE, &text)]).await;
    office.gate.propose(&draft, &request(&draft), now_or_later(-1)).await.expect("proposed");
    let off = rule("stay", "住哪里", "住处的回答。").replace("+++\nid", "+++\nenabled = false\nid");
    fs::write(office.file(STAY), off).expect("writable");
    office.next_status().await;

    let refused = office.gate.publish_due().await;

    assert!(matches!(refused, Err(Refused::Unseen(_))), "{refused:?}");
    assert_eq!(office.draft("a").await.bytes(PRICE), Some(text.as_bytes()));
    assert_eq!(office.answers("多少钱"), "旧的回答。");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_now_is_said_now() {
    let office = Office::open().await;
    let draft = drafted(&office.store, "a", &[(PRICE, "+++\nbroken")]).await;

    let refused = office.gate.propose(&draft, &request(&draft), now_or_later(60)).await;

    assert!(matches!(refused, Err(Refused::Errors(_))), "{refused:?}");
    assert!(!office.draft("a").await.is_empty());
}

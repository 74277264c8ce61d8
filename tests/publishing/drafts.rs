//! What somebody is working on: theirs alone, and nothing overwritten that they
//! have not seen.

use jiff::Timestamp;
use yingda::model::StaffId;
use yingda::publishing::{Change, Draft, HowEdited, WriteError};
use yingda::store::Store;

use crate::support::databases::fresh_stores;
use crate::support::versions::add_version;

const PRICE: &str = "rules/price.md";
const STAY: &str = "rules/stay.md";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

fn staff(id: &str) -> StaffId {
    StaffId::parse(id).expect("a slug")
}

async fn publish(store: &Store, price: &str, second: i64) {
    add_version(store, &[(PRICE, price), (STAY, "stay")], at(second)).await;
}

async fn draft_of(store: &Store, owner: &str) -> Draft {
    Draft::open(store, &staff(owner)).await.expect("it opens")
}

async fn write(store: &Store, draft: &mut Draft, path: &str, text: &str) -> Result<(), WriteError> {
    let seen = draft.hash_of(path);
    draft.write(store, path, text.into(), seen.as_deref(), at(50)).await
}

fn text<'a>(draft: &'a Draft, path: &str) -> Option<&'a str> {
    draft.bytes(path).map(|bytes| std::str::from_utf8(bytes).expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_the_newest_version_with_its_owners_changes_on_top() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        publish(store, "old", 0).await;
        let mut mine = draft_of(store, "a").await;
        assert!(mine.is_empty() && mine.base() == 1);

        write(store, &mut mine, PRICE, "new").await.expect("written");
        write(store, &mut mine, "rules/route.md", "route").await.expect("written");
        let seen = mine.hash_of(STAY);
        mine.remove(store, STAY, seen.as_deref(), at(51)).await.expect("removed");

        for draft in [&mine, &draft_of(store, "a").await] {
            assert_eq!(text(draft, PRICE), Some("new"), "{}", fresh.name());
            assert_eq!(text(draft, "rules/route.md"), Some("route"));
            assert_eq!(text(draft, STAY), None);
            let changes: Vec<_> =
                draft.changes().iter().map(|(path, change)| (path.as_str(), change)).collect();
            let written = |text: &str| Change::Written(text.into());
            let expected =
                [(PRICE, &written("new")), ("rules/route.md", &written("route")), (STAY, &Change::Removed)];
            assert_eq!(changes, expected);
        }
        let theirs = draft_of(store, "b").await;
        assert!(theirs.is_empty() && text(&theirs, PRICE) == Some("old"), "a draft is its owner's alone");
        assert_eq!(store.count_draft_files(&staff("a")).await.expect("countable"), 3);
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_as_it_was_is_no_change() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        publish(store, "old", 0).await;
        let mut draft = draft_of(store, "a").await;

        write(store, &mut draft, PRICE, "old").await.expect("written");
        assert!(draft.is_empty(), "{}", fresh.name());
        write(store, &mut draft, PRICE, "new").await.expect("written");
        write(store, &mut draft, PRICE, "old").await.expect("written");
        assert!(draft.is_empty(), "written back by hand");
        write(store, &mut draft, PRICE, "new").await.expect("written");
        write(store, &mut draft, STAY, "more").await.expect("written");
        draft.undo(store, PRICE).await.expect("undone");
        assert_eq!((text(&draft, PRICE), text(&draft, STAY)), (Some("old"), Some("more")));
        draft.discard(store).await.expect("discarded");
        assert!(draft_of(store, "a").await.is_empty());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_window_overwrites_nothing_it_has_not_seen() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        publish(store, "old", 0).await;
        let (mut first, mut second) = (draft_of(store, "a").await, draft_of(store, "a").await);
        let seen = first.hash_of(PRICE);
        write(store, &mut first, PRICE, "first").await.expect("written");

        let refused = second.write(store, PRICE, b"second".into(), seen.as_deref(), at(60)).await;

        let Err(WriteError::Clash { theirs, by: _, at: when }) = refused else { panic!("{refused:?}") };
        assert_eq!((theirs.as_deref(), when), (Some(&b"first"[..]), at(50)), "{}", fresh.name());
        assert_eq!(text(&draft_of(store, "a").await, PRICE), Some("first"));
        // With the difference in view, theirs may be replaced.
        write(store, &mut second, PRICE, "second").await.expect("written");
        assert_eq!(text(&draft_of(store, "a").await, PRICE), Some("second"));
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_windows_that_write_at_once_one_wins_and_the_others_are_told() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        publish(store, "old", 0).await;
        let windows = (0..8).map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut draft = draft_of(&store, "a").await;
                let seen = yingda::store::content_hash(b"old");
                draft.write(&store, PRICE, format!("text {n}").into(), Some(&seen), at(n)).await.is_ok()
            })
        });

        let mut won = 0;
        for window in windows.collect::<Vec<_>>() {
            won += i32::from(window.await.expect("no panic"));
        }

        assert_eq!(won, 1, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_meanwhile_is_not_overwritten_unseen() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        publish(store, "old", 0).await;
        let mut draft = draft_of(store, "a").await;
        let seen = draft.hash_of(PRICE);
        publish(store, "theirs", 10).await;

        let mut draft_now = draft_of(store, "a").await;
        let refused = draft_now.write(store, PRICE, b"mine".into(), seen.as_deref(), at(60)).await;
        let Err(WriteError::Clash { theirs, at: when, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!((theirs.as_deref(), when), (Some(&b"theirs"[..]), at(10)), "{}", fresh.name());

        // Whoever had saved before it went live is told, and decides.
        draft.write(store, PRICE, b"mine".into(), seen.as_deref(), at(60)).await.expect("written");
        assert_eq!(draft.clashes().collect::<Vec<_>>(), [PRICE]);
        assert_eq!(draft.base(), 2);
        let others = draft.others_at(store, PRICE).await.expect("readable");
        assert_eq!(
            others.iter().map(|edit| edit.how).collect::<Vec<_>>(),
            [HowEdited::Published { version: 2 }]
        );
        let (stale, theirs) = (seen, draft.live().get(PRICE).map(yingda::store::content_hash));
        assert!(
            !draft.keep_mine(store, PRICE, stale.as_deref()).await.expect("readable"),
            "not what is live"
        );
        assert_eq!(draft.clashes().collect::<Vec<_>>(), [PRICE]);
        assert!(draft.keep_mine(store, PRICE, theirs.as_deref()).await.expect("kept"));
        assert_eq!(draft.clashes().count(), 0);
        assert_eq!(text(&draft, PRICE), Some("mine"));
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_moves_along_with_what_others_publish_elsewhere() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        publish(store, "old", 0).await;
        let mut draft = draft_of(store, "a").await;
        write(store, &mut draft, STAY, "mine").await.expect("written");
        let mut other = draft_of(store, "b").await;
        write(store, &mut other, STAY, "other").await.expect("written");

        publish(store, "new", 10).await;

        let draft = draft_of(store, "a").await;
        assert_eq!((draft.base(), text(&draft, PRICE), text(&draft, STAY)), (2, Some("new"), Some("mine")));
        assert_eq!(draft.clashes().count(), 0, "{}", fresh.name());
        let others = draft.others_at(store, STAY).await.expect("readable");
        assert_eq!(others.iter().map(|edit| edit.how).collect::<Vec<_>>(), [HowEdited::Drafted]);
        assert!(draft.others_at(store, PRICE).await.expect("readable").is_empty());
        fresh.discard().await;
    }
}

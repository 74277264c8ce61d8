//! The local journal: what it took is never lost and never applied twice,
//! whatever moment the power goes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tempfile::TempDir;
use yingda::model::{Conversation, Reply};
use yingda::store::{
    Committed, JournalPlace, Leftover, Location, Opening, Record, Sealer, SealingKey, Store, StoreError,
    find_journals, find_leftover, replay_leftover, wait_for_journal,
};
use yingda::telemetry::Metrics;

use super::messages::{account, at, customer, record};
use crate::support::databases::{FreshStore, fresh_postgres, open, sealer};

const SMALL: u64 = 4 << 20;

fn sqlite_in(folder: &Path) -> Location {
    Location::Sqlite { path: folder.join("yingda.db") }
}

fn opening(location: &Location) -> Opening {
    opening_under(location, sealer())
}

fn opening_under(location: &Location, sealer: Sealer) -> Opening {
    let opening = Opening::new(location, sealer, Metrics::default().store);
    match location {
        Location::Sqlite { path } => {
            opening.with_journal(JournalPlace { folder: path.with_extension("journal"), bytes: SMALL })
        }
        Location::Postgres { .. } => opening,
    }
}

async fn commit(store: &Store, record: Record) -> Committed {
    store.committer().commit(record).await.expect("the journal takes it")
}

/// A change of the conversation that says which it was.
fn changed(id: &str, from: &str, nth: u8) -> Record {
    let after = Conversation { small_talk: nth, ..Conversation::default() };
    let revision = i64::from(nth);
    Record { conversation: serde_json::to_string(&after).ok(), revision, ..record(id, from, id) }
}

async fn small_talk(store: &Store, from: &str) -> u8 {
    let loaded = store.load_conversation(&account(), &customer(from)).await.expect("readable");
    loaded.conversation.small_talk
}

async fn connect(folder: &Path) -> SqliteConnection {
    let url = format!("sqlite:{}", folder.join("yingda.db").display());
    SqliteConnection::connect(&url).await.expect("connects")
}

/// What would be left if the power went at this moment.
fn image_of(folder: &Path) -> TempDir {
    let image = tempfile::tempdir().expect("a temporary folder");
    copy(folder, image.path());
    image
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("creatable");
    for file in fs::read_dir(from).expect("a folder") {
        let (source, target) = file.map(|file| (file.path(), to.join(file.file_name()))).expect("a file");
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).expect("copyable");
        }
    }
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.join("yingda.journal")).expect("a journal");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "segment"));
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_while_sqlite_was_locked_is_there_after_a_crash_in_order() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open_as(opening(&sqlite_in(folder.path()))).await.expect("opens");
    let mut other = connect(folder.path()).await;
    other.execute("BEGIN EXCLUSIVE").await.expect("the lock is free");
    let started = Instant::now();

    for nth in 1..=50 {
        commit(&store, changed(&format!("m{nth}"), "o1", nth)).await;
    }

    assert!(started.elapsed() < Duration::from_secs(2), "a lock must not delay: {:?}", started.elapsed());
    assert_eq!(small_talk(&store, "o1").await, 50, "the next message finds where they stand");
    let crashed = image_of(folder.path());
    let reopened = Store::open_as(opening(&sqlite_in(crashed.path()))).await.expect("replays");
    assert_eq!(reopened.count_messages(at(0)).await.expect("countable"), 50);
    assert_eq!(small_talk(&reopened, "o1").await, 50);
    let again = commit(&reopened, record("m7", "o1", "another")).await;
    assert!(matches!(again, Committed::Duplicate(found) if found.reply == Reply::text("reply to m7")));
    reopened.close().await;
    other.execute("ROLLBACK").await.expect("unlocks");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_has_already_is_not_applied_a_second_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open_as(opening(&sqlite_in(folder.path()))).await.expect("opens");
    commit(&store, changed("m1", "o1", 1)).await;
    assert_eq!(store.count_messages(at(0)).await.expect("countable"), 1, "it is in the database now");
    let crashed = image_of(folder.path());
    // Whoever applied it again would undo this.
    let mut database = connect(crashed.path()).await;
    let state = serde_json::to_string(&Conversation { small_talk: 9, ..Conversation::default() });
    let update = sqlx::query("UPDATE conversation SET state = $1").bind(state.expect("plain data"));
    update.execute(&mut database).await.expect("updatable");
    database.close().await.expect("closes");

    let reopened = Store::open_as(opening(&sqlite_in(crashed.path()))).await.expect("opens");

    assert_eq!(small_talk(&reopened, "o1").await, 9);
    assert_eq!(reopened.count_messages(at(0)).await.expect("countable"), 1);
    reopened.close().await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_tail_is_cut_and_damage_in_the_middle_costs_its_place_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open_as(opening(&sqlite_in(folder.path()))).await.expect("opens");
    let mut other = connect(folder.path()).await;
    other.execute("BEGIN EXCLUSIVE").await.expect("the lock is free");
    let mut ends = Vec::new();
    for nth in 1..=5 {
        commit(&store, record(&format!("m{nth}"), "o1", &"x".repeat(400))).await;
        ends.push(end_of(&fs::read(&segments(folder.path())[0]).expect("readable")));
    }
    for (name, from, to, expected) in [
        ("a torn tail", ends[3] + 30, ends[4], vec!["m1", "m2", "m3", "m4"]),
        ("damage in the middle", ends[1] + 30, ends[1] + 40, vec!["m1", "m2", "m4", "m5"]),
    ] {
        let crashed = image_of(folder.path());
        let segment = &segments(crashed.path())[0];
        let mut bytes = fs::read(segment).expect("readable");
        bytes[from..to].fill(0);
        fs::write(segment, bytes).expect("writable");

        let reopened = Store::open_as(opening(&sqlite_in(crashed.path()))).await.expect("opens");

        for id in ["m1", "m2", "m3", "m4", "m5"] {
            let again = commit(&reopened, record(id, "o1", "again")).await;
            let found = matches!(again, Committed::Duplicate(_));
            assert_eq!(found, expected.contains(&id), "{name}: {id}");
        }
        let kept_for_a_look = fs::read_dir(crashed.path().join("yingda.journal")).expect("a journal");
        let kept = kept_for_a_look
            .filter_map(Result::ok)
            .any(|file| file.file_name().to_string_lossy().contains("damaged"));
        assert_eq!(kept, name == "damage in the middle", "{name}");
        reopened.close().await;
    }
    other.execute("ROLLBACK").await.expect("unlocks");
    store.close().await;
}

/// The bytes in use: behind them are zeros.
fn end_of(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_under_another_key_is_refused_and_the_previous_key_still_reads_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = sqlite_in(folder.path());
    let store = Store::open_as(opening(&location)).await.expect("opens");
    let mut other = connect(folder.path()).await;
    other.execute("BEGIN EXCLUSIVE").await.expect("the lock is free");
    commit(&store, record("m1", "o1", "多少钱")).await;
    let crashed = image_of(folder.path());
    let under = |sealer| opening_under(&sqlite_in(crashed.path()), sealer);

    let refused = Store::open_as(under(Sealer::new(&SealingKey::new([8; 32]), None))).await;

    assert!(matches!(refused, Err(StoreError::JournalKey { .. })), "{refused:?}");
    let rotated = Sealer::new(&SealingKey::new([8; 32]), Some(&SealingKey::new([7; 32])));
    let reopened = Store::open_as(under(rotated)).await.expect("the previous key reads it");
    let again = commit(&reopened, record("m1", "o1", "again")).await;
    assert!(matches!(again, Committed::Duplicate(_)), "{again:?}");
    reopened.close().await;
    other.execute("ROLLBACK").await.expect("unlocks");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_a_customer_wrote_can_be_read_in_the_journal_and_nobody_else_may_open_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open_as(opening(&sqlite_in(folder.path()))).await.expect("opens");

    commit(&store, record("m1", "o1-somebody", "我的电话13812345678")).await;

    for segment in segments(folder.path()) {
        let bytes = fs::read(&segment).expect("readable");
        for secret in ["13812345678", "o1-somebody", "电话"] {
            let secret = secret.as_bytes();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&segment).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_journal_waits_for_the_database_and_then_says_so_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open_as(opening(&sqlite_in(folder.path()))).await.expect("opens");
    let mut other = connect(folder.path()).await;
    other.execute("BEGIN EXCLUSIVE").await.expect("the lock is free");
    let large = "y".repeat(20_000);
    let mut taken = 0;
    let refused = loop {
        match store.committer().commit(record(&format!("m{taken}"), "o1", &large)).await {
            Ok(_) => taken += 1,
            Err(refused) => break refused,
        }
    };

    assert!(matches!(*refused.cause, StoreError::JournalFull), "{refused}");
    assert!(taken > 60, "4 MiB hold {taken} of 40 KB");
    other.execute("ROLLBACK").await.expect("unlocks");
    let until = Instant::now() + Duration::from_secs(10);
    while store.committer().commit(record("after", "o1", "again")).await.is_err() {
        assert!(Instant::now() < until, "it never takes anything again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(store.count_messages(at(0)).await.expect("countable") > taken);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_at_a_time_answers_and_commands_may_look_meanwhile() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = sqlite_in(folder.path());
    let serving = Store::open_as(opening(&location).to_serve(Duration::from_secs(1))).await.expect("opens");
    commit(&serving, record("m1", "o1", "多少钱")).await;
    assert_eq!(serving.count_messages(at(0)).await.expect("countable"), 1);

    let second = Store::open_as(opening(&location).to_serve(Duration::from_secs(1))).await;
    let visiting = Store::open_as(opening(&location)).await.expect("a command may open it");

    assert!(matches!(second, Err(StoreError::InUse)), "{second:?}");
    assert_eq!(visiting.count_messages(at(0)).await.expect("countable"), 1);
    let refused = visiting.committer().commit(record("m2", "o1", "two")).await;
    assert!(matches!(refused, Err(refused) if matches!(*refused.cause, StoreError::InUse)));
    visiting.close().await;
    serving.close().await;
    let next = Store::open_as(opening(&location).to_serve(Duration::from_secs(1))).await.expect("it is free");
    next.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_messages_are_found_without_reading_everybodys() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(&sqlite_in(folder.path())).await;
    store.close().await;
    let mut database = connect(folder.path()).await;

    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "EXPLAIN QUERY PLAN UPDATE message SET body = NULL \
         WHERE substr(customer_id, -4) = substr('b', -4) AND account_id = 'a' AND customer_id = 'b'",
    )
    .fetch_all(&mut database)
    .await
    .expect("explainable");

    assert!(plan.iter().any(|(.., step)| step.contains("message_of_customer")), "{plan:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_waits_are_found_without_reading_everybodys() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(&sqlite_in(folder.path())).await;
    store.close().await;
    let mut database = connect(folder.path()).await;

    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "EXPLAIN QUERY PLAN UPDATE waiting SET customer_id = NULL \
         WHERE account_id = 'a' AND customer_id = 'b' AND since <= 3",
    )
    .fetch_all(&mut database)
    .await
    .expect("explainable");

    assert!(plan.iter().any(|(.., step)| step.contains("waiting_of_customer")), "{plan:?}");
}

/// Two processes share PostgreSQL: whoever decides on an old state decides again.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_both_advance_one_conversation() {
    let Some(location) = fresh_postgres().await else { return };
    let (one, two) = (open(&location).await, open(&location).await);

    let first = commit(&one, changed("m1", "o1", 1)).await;
    let second = commit(&two, changed("m2", "o1", 1)).await;

    assert_eq!(first, Committed::Stored);
    assert_eq!(second, Committed::Stale, "it was decided before m1 was known");
    let again = commit(&two, changed("m2", "o1", 2)).await;
    assert_eq!(again, Committed::Stored, "it was not kept before");
    assert_eq!(small_talk(&one, "o1").await, 2);
    two.close().await;
    FreshStore::discard_at(one, location).await;
}

/// A retry that lands on the other process gets what the first one said.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_taken_by_two_processes_at_once_gets_one_reply() {
    let Some(location) = fresh_postgres().await else { return };
    let (one, two) = (open(&location).await, open(&location).await);

    for nth in 0..50 {
        let id = format!("m{nth}");
        let (left, right) =
            tokio::join!(commit(&one, record(&id, "o1", "left")), commit(&two, record(&id, "o2", "right")));

        let stored = [&left, &right].iter().filter(|committed| ***committed == Committed::Stored).count();
        assert_eq!(stored, 1, "{id}: {left:?} {right:?}");
        let late = commit(&one, record(&id, "o3", "late")).await;
        let Committed::Duplicate(winner) = late else { panic!("{id}: {late:?}") };
        for committed in [left, right] {
            if let Committed::Duplicate(earlier) = committed {
                assert_eq!(earlier.reply, winner.reply, "{id}");
            }
        }
    }
    two.close().await;
    FreshStore::discard_at(one, location).await;
}

/// A machine is gone, and its journal was saved.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_whose_process_never_returns_is_found_and_stored_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open_as(opening(&sqlite_in(folder.path()))).await.expect("opens");
    let mut other = connect(folder.path()).await;
    other.execute("BEGIN EXCLUSIVE").await.expect("the lock is free");
    for nth in 1..=3 {
        commit(&store, changed(&format!("m{nth}"), "o1", nth)).await;
    }
    let gone = image_of(folder.path());
    let journal = gone.path().join("yingda.journal");
    let location = sqlite_in(gone.path());

    let found = find_leftover(&location, &journal, &sealer()).await.expect("readable");
    let first = replay_leftover(&location, &journal, &sealer()).await.expect("replayed");
    let second = replay_leftover(&location, &journal, &sealer()).await.expect("nothing to do");

    assert_eq!(found, Leftover { entries: 3, damaged: 0 });
    assert_eq!((first, second), (Some(3), Some(0)));
    assert_eq!(find_journals(gone.path()).expect("readable"), std::slice::from_ref(&journal));
    let found = find_leftover(&location, &journal, &sealer()).await.expect("readable");
    assert_eq!(found, Leftover::default());
    let reopened = Store::open_as(opening(&location)).await.expect("opens");
    assert_eq!(reopened.count_messages(at(0)).await.expect("countable"), 3);
    assert_eq!(small_talk(&reopened, "o1").await, 3);
    let taken = replay_leftover(&location, &journal, &sealer()).await.expect("no error");
    assert_eq!(taken, None, "its process runs");
    reopened.close().await;
    other.execute("ROLLBACK").await.expect("unlocks");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_copies_the_database_can_wait_until_it_holds_what_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = sqlite_in(folder.path());
    let store = Store::open_as(opening(&location)).await.expect("opens");
    let mut other = connect(folder.path()).await;
    other.execute("BEGIN EXCLUSIVE").await.expect("the lock is free");
    commit(&store, record("m1", "o1", "多少钱")).await;
    let (journal, moment) = (folder.path().join("yingda.journal"), Duration::from_millis(300));

    let missing = wait_for_journal(&location, &journal, &sealer(), moment).await.expect("readable");
    other.execute("ROLLBACK").await.expect("unlocks");
    let later =
        wait_for_journal(&location, &journal, &sealer(), Duration::from_secs(9)).await.expect("readable");

    assert_eq!((missing.entries, later.entries), (1, 0));
    store.close().await;
}

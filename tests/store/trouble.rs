//! What the database does not take at once, for whatever reason, the journal
//! keeps and the database gets later.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use yingda::model::Conversation;
use yingda::store::{Committed, JournalPlace, Location, Opening, Record, Store};
use yingda::telemetry::Metrics;

use super::messages::{account, at, commit, customer, key, record};
use crate::support::databases::{drop_database, fresh_postgres, sealer};
use crate::support::proxy::{Wire, through_a_proxy};

/// With a journal of its own, and an answer that waits so long for the database.
async fn serve(location: &Location, folder: &Path, patience: Duration) -> Store {
    let journal = JournalPlace { folder: folder.join("journal"), bytes: 4 << 20 };
    let opening = Opening::new(location, sealer(), Metrics::default().store).with_journal(journal);
    Store::open_as(opening.to_serve(patience)).await.expect("it opens")
}

fn changed(id: &str, from: &str, (small_talk, revision): (u8, i64)) -> Record {
    let after = Conversation { small_talk, ..Conversation::default() };
    Record { conversation: serde_json::to_string(&after).ok(), revision, ..record(id, from, id) }
}

async fn wait_until_all_is_stored(store: &Store) {
    let until = Instant::now() + Duration::from_secs(30);
    while store.committer().waiting() > 0 {
        assert!(Instant::now() < until, "{} still wait", store.committer().waiting());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The answer leaves at its deadline; only then another process turns out to
/// have advanced the conversation.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_before_it_turned_out_stale_is_stored_all_the_same() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = serve(&location, folder.path(), Duration::from_secs(20)).await;
    commit(&store, changed("m1", "o1", (1, 1))).await;
    let mut other = PgConnection::connect(url).await.expect("it answers");
    other.execute("BEGIN").await.expect("begins");
    other.execute("UPDATE conversation SET revision = 2").await.expect("nobody else is at it");

    let late = store.committer().commit(changed("m2", "o1", (2, 2)));
    let answered_without = tokio::time::timeout(Duration::from_millis(300), late).await;
    other.execute("COMMIT").await.expect("commits");

    assert!(answered_without.is_err(), "it had to wait for the other: {answered_without:?}");
    let until = Instant::now() + Duration::from_secs(10);
    while store.load_original(&account(), &key("m2")).await.expect("readable").is_none() {
        assert!(Instant::now() < until, "it was answered and is not in the database");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let loaded = store.load_conversation(&account(), &customer("o1")).await.expect("readable");
    assert_eq!((loaded.conversation.small_talk, loaded.revision), (1, 2), "the other's change stays");
    store.close().await;
    drop_database(&location).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_that_a_slow_database_cannot_take_in_one_go_is_stored_in_the_end() {
    const BACKLOG: usize = 300;
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let (proxy, through) = through_a_proxy(url).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    // It is given ten times that for what waits: a second.
    let patience = Duration::from_millis(100);
    let store = serve(&Location::Postgres { url: through }, folder.path(), patience).await;
    proxy.set(Wire::Cut);
    let all = (0..BACKLOG).map(|n| commit(&store, record(&format!("m{n}"), "o1", "多少钱")));
    let all: Vec<Committed> = join_all(all).await;
    assert_eq!((all.len(), store.committer().waiting()), (BACKLOG, BACKLOG));

    proxy.set(Wire::Slow);

    wait_until_all_is_stored(&store).await;
    proxy.set(Wire::Open);
    let stored = store.count_messages(at(0)).await.expect("countable");
    assert_eq!(usize::try_from(stored).expect("positive"), BACKLOG);
    store.close().await;
    drop_database(&location).await;
}

/// Each transaction costs a sync of the disk.
#[tokio::test(flavor = "multi_thread")]
async fn one_record_that_cannot_be_stored_costs_a_backlog_few_transactions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = Location::Sqlite { path: folder.path().join("yingda.db") };
    let store = serve(&location, folder.path(), Duration::from_secs(1)).await;
    let url = format!("sqlite:{}", folder.path().join("yingda.db").display());
    let mut other = SqliteConnection::connect(&url).await.expect("connects");
    for sql in [
        "CREATE TABLE turn (applied BIGINT)",
        "CREATE TRIGGER first_turn AFTER INSERT ON journal BEGIN INSERT INTO turn VALUES (NEW.applied); END",
        "CREATE TRIGGER next_turn AFTER UPDATE ON journal BEGIN INSERT INTO turn VALUES (NEW.applied); END",
        // What refuses the second of two.
        "CREATE UNIQUE INDEX one_of_a_kind ON conversation (state)",
        "BEGIN EXCLUSIVE",
    ] {
        other.execute(sql).await.expect(sql);
    }
    commit(&store, changed("first", "o1", (1, 1))).await;
    for n in 0..500 {
        commit(&store, record(&format!("m{n}"), "o2", "多少钱")).await;
    }
    commit(&store, changed("second", "o3", (1, 1))).await;

    other.execute("ROLLBACK").await.expect("unlocks");

    wait_until_all_is_stored(&store).await;
    assert_eq!(store.count_messages(at(0)).await.expect("countable"), 501, "all but one");
    let (turns,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM turn").fetch_one(&mut other).await.expect("countable");
    assert!(turns < 40, "{turns} transactions");
    store.close().await;
}

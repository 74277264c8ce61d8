//! The store as a whole: no table is forgotten when it is copied, no row still
//! names somebody who was erased.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};
use yingda::model::effect::WaitReason;
use yingda::model::lead::Source;
use yingda::model::{Effect, StaffId};
use yingda::store::{Ending, Existing, Location, Record, ReplyDraftOf, back_up, restore};

use super::messages::{account, at, commit, customer, leaves, record};
use crate::support::databases::{FreshStore, drop_database, fresh_postgres, fresh_stores, open};

/// A table with its text columns and all its columns, as the database itself
/// lists them: what is copied is compared with this, not with itself.
struct Listed {
    table: String,
    columns: Vec<(String, String)>,
}

const IN_SQLITE: &str = "SELECT t.name, c.name, c.type FROM sqlite_master t, pragma_table_info(t.name) c \
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_sqlx_migrations' ORDER BY 1, c.cid";
const IN_POSTGRES: &str = "SELECT table_name::TEXT, column_name::TEXT, UPPER(data_type)::TEXT \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' \
     ORDER BY 1, ordinal_position";

fn group(rows: Vec<(String, String, String)>) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for (table, column, kind) in rows {
        match listed.last_mut() {
            Some(last) if last.table == table => last.columns.push((column, kind)),
            Some(_) | None => listed.push(Listed { table, columns: vec![(column, kind)] }),
        }
    }
    listed
}

async fn sqlite(location: &Location) -> SqliteConnection {
    let Location::Sqlite { path } = location else { panic!("{location:?}") };
    SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.expect("it opens")
}

async fn postgres(location: &Location) -> PgConnection {
    let Location::Postgres { url } = location else { panic!("{location:?}") };
    PgConnection::connect(url).await.expect("it answers")
}

fn now() -> jiff::Timestamp {
    at(2_000)
}

/// A row of x and 1 in every table there is.
async fn fill_every_table(location: &Location) -> Vec<Listed> {
    let mut database = sqlite(location).await;
    let listed = group(sqlx::query_as(IN_SQLITE).fetch_all(&mut database).await.expect("listable"));
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut database).await.expect("settable");
    for Listed { table, columns } in &listed {
        let values = columns.iter().map(|(_, kind)| if kind == "TEXT" { "'x'" } else { "1" });
        let values = values.collect::<Vec<_>>().join(", ");
        let insert = format!("INSERT INTO \"{table}\" VALUES ({values})");
        sqlx::query(AssertSqlSafe(insert)).execute(&mut database).await.expect("insertable");
    }
    database.close().await.expect("closes");
    listed
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_the_schema_is_copied_both_ways() {
    let Some(target) = fresh_postgres().await else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = Location::Sqlite { path: folder.path().join("a.db") };
    open(&source).await.close().await;
    let listed = fill_every_table(&source).await;
    assert!(listed.len() >= 7, "the tables were not found");

    let file = folder.path().join("first.backup");
    back_up(&source, &file, now(), &mut |_| {}).await.expect("it is written");
    restore(&file, &target, Existing::Refuse, now(), &mut |_| {}).await.expect("it is restored");
    let mut database = postgres(&target).await;
    for Listed { table, .. } in &listed {
        let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{table}\""));
        let (rows,): (i64,) = sqlx::query_as(count).fetch_one(&mut database).await.expect("countable");
        assert_eq!(rows, 1, "{table} in PostgreSQL");
    }
    database.close().await.expect("closes");

    let file = folder.path().join("second.backup");
    back_up(&target, &file, now(), &mut |_| {}).await.expect("it is written");
    let back = Location::Sqlite { path: folder.path().join("b.db") };
    restore(&file, &back, Existing::Refuse, now(), &mut |_| {}).await.expect("it is restored");
    let (mut first, mut second) = (sqlite(&source).await, sqlite(&back).await);
    for Listed { table, columns } in &listed {
        let select = format!("SELECT * FROM \"{table}\"");
        let a = sqlx::query(AssertSqlSafe(select.clone())).fetch_one(&mut first).await.expect("a row");
        let b = sqlx::query(AssertSqlSafe(select)).fetch_one(&mut second).await.expect("a row");
        for (column, kind) in columns {
            let same = match kind.as_str() {
                "TEXT" => a.get::<String, _>(column.as_str()) == b.get::<String, _>(column.as_str()),
                _ => a.get::<i64, _>(column.as_str()) == b.get::<i64, _>(column.as_str()),
            };
            assert!(same, "{table}.{column}");
        }
    }
    drop_database(&target).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_many_rows_is_whole_and_tells_how_far_it_is() {
    let Some(target) = fresh_postgres().await else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = Location::Sqlite { path: folder.path().join("a.db") };
    let store = open(&source).await;
    // More than two batches, and nulls among the values.
    for n in 0..1_201 {
        let body = (n % 3 > 0).then(|| format!("第 {n} 句\u{1f600}'\"\\"));
        commit(&store, Record { body, ..record(&format!("m{n:05}"), "o1", "") }).await;
    }
    store.close().await;
    let file = folder.path().join("a.backup");

    let backup = back_up(&source, &file, now(), &mut |_| {}).await.expect("it is written");
    let mut told = Vec::new();
    let restored = restore(&file, &target, Existing::Refuse, now(), &mut |progress| {
        if progress.table == "message" {
            told.push((progress.done, progress.of));
        }
    })
    .await
    .expect("it is restored");

    assert_eq!(backup.manifest, restored.manifest);
    assert_eq!(told, [(500, 1_201), (1_000, 1_201), (1_201, 1_201)]);
    drop_database(&target).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_erasing_a_person_no_row_of_any_table_names_them() {
    const OPENID: &str = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1";
    for fresh in fresh_stores().await {
        let state = serde_json::to_string(&yingda::model::Conversation::default()).ok();
        let said = Record { conversation: state, ..record("m1", OPENID, "我的电话13812345678") };
        commit(&fresh.store, said).await;
        fresh.store.count_messages(at(0)).await.expect("the database has it");
        let (account_id, customer_id) = (account(), customer(OPENID));
        let staff = StaffId::parse("li").expect("an id");
        let draft = ReplyDraftOf { account: &account_id, customer: &customer_id, staff: &staff };
        fresh.store.save_reply_draft(draft, "您好", at(1_000)).await.expect("writable");
        assert!(!mentions(&fresh, OPENID).await.is_empty(), "{}: the search finds nothing", fresh.name());

        commit(&fresh.store, leaves("m9", OPENID)).await;
        fresh.store.count_messages(at(0)).await.expect("the database has this too");

        let left = mentions(&fresh, OPENID).await;
        assert!(left.is_empty(), "{}: {left:?}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_who_was_silent_for_long_no_row_of_any_table_says_who_they_were() {
    use crate::support::said as people;
    const OPENID: &str = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1";
    let then = people::time("2026-01-05T02:00:00Z");
    let limit = then + std::time::Duration::from_secs(24 * 60 * 60);
    for fresh in fresh_stores().await {
        let (store, account, customer) = (&fresh.store, people::account(), people::customer(OPENID));
        let source = Some(Source::Scan("展会01".into()));
        people::commit(store, people::does(OPENID, then, Effect::Came { source })).await;
        let state = serde_json::to_string(&yingda::model::Conversation::default()).ok();
        people::commit(store, Record { conversation: state, ..people::said(OPENID, then, "多少钱") }).await;
        people::commit(store, people::does(OPENID, then, Effect::Wait(WaitReason::Asked))).await;
        let li = people::staff("li", then);
        assert!(store.end_waiting(&account, &customer, Ending::Done, then).await.expect("works"));
        store.add_note(&account, &customer, "王主任", &li).await.expect("noted");
        store.set_tag(&account, &customer, "展会", &li).await.expect("tagged");

        store.forget_messages(limit, None).await.expect("forgettable");
        let kept = mentions(&fresh, OPENID).await;
        assert_eq!(kept.len(), 5, "{}: {kept:?}", fresh.name());
        assert_eq!(store.forget_idle_customers(then).await.expect("works"), 0, "{}: not yet", fresh.name());
        assert_eq!(store.forget_idle_customers(limit).await.expect("works"), 1, "{}", fresh.name());

        let left = mentions(&fresh, OPENID).await;
        assert!(left.is_empty(), "{}: {left:?}", fresh.name());
        fresh.discard().await;
    }
}

/// Every text column of every table that holds `word`, as table.column.
async fn mentions(fresh: &FreshStore, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    let search = |table: &str, column: &str| {
        AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{table}\" WHERE \"{column}\" LIKE '%' || $1 || '%'"))
    };
    let texts = |listed: Vec<Listed>| -> Vec<(String, String)> {
        let of = |Listed { table, columns }: Listed| {
            columns
                .into_iter()
                .filter(|(_, kind)| kind == "TEXT")
                .map(move |(column, _)| (table.clone(), column))
        };
        listed.into_iter().flat_map(of).collect()
    };
    match &fresh.location {
        Location::Sqlite { .. } => {
            let mut database = sqlite(&fresh.location).await;
            let listed = sqlx::query_as(IN_SQLITE).fetch_all(&mut database).await.expect("listable");
            for (table, column) in texts(group(listed)) {
                let query = sqlx::query_as(search(&table, &column)).bind(word);
                let (rows,): (i64,) = query.fetch_one(&mut database).await.expect("searchable");
                found.extend((rows > 0).then(|| format!("{table}.{column}")));
            }
        }
        Location::Postgres { .. } => {
            let mut database = postgres(&fresh.location).await;
            let listed = sqlx::query_as(IN_POSTGRES).fetch_all(&mut database).await.expect("listable");
            for (table, column) in texts(group(listed)) {
                let query = sqlx::query_as(search(&table, &column)).bind(word);
                let (rows,): (i64,) = query.fetch_one(&mut database).await.expect("searchable");
                found.extend((rows > 0).then(|| format!("{table}.{column}")));
            }
        }
    }
    found
}

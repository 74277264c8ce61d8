use yingda::store::{Location, Store, StoreError};
use yingda::telemetry::Metrics;

use crate::support::databases::{fresh_stores, sealer};

async fn open(location: &Location) -> Result<Store, StoreError> {
    Store::open(location, sealer(), Metrics::default().store).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_refused_with_a_remedy() {
    for fresh in fresh_stores().await {
        fresh.store.close().await;
        add_migration_from_the_future(&fresh.location).await;

        let error = open(&fresh.location).await.expect_err("it must not be opened");

        assert!(matches!(error, StoreError::Newer { found: 999, .. }), "{}: {error}", fresh.name());
        assert!(error.to_string().contains("请升级"), "{error}");
        fresh.discard().await;
    }
}

async fn add_migration_from_the_future(location: &Location) {
    const SQL: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                       VALUES (999, 'future', TRUE, 'x', 0)";
    use sqlx::Connection as _;
    match location {
        Location::Sqlite { path } => {
            let url = format!("sqlite:{}", path.display());
            let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("connects");
            sqlx::query(SQL).execute(&mut connection).await.expect("insertable");
            connection.close().await.expect("closes");
        }
        Location::Postgres { url } => {
            let mut connection = sqlx::PgConnection::connect(url).await.expect("connects");
            sqlx::query(SQL).execute(&mut connection).await.expect("insertable");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database_is_refused_with_a_remedy() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("yingda.db");
    std::fs::write(&path, "这不是数据库，是一封信。".repeat(200)).expect("writable");

    let error = open(&Location::Sqlite { path }).await.expect_err("it must not be opened");

    assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_cannot_be_written_is_refused_with_a_remedy() {
    let error = open(&Location::Sqlite { path: "/proc/yingda/yingda.db".into() }).await.expect_err("refused");

    assert!(matches!(error, StoreError::CannotOpen { .. } | StoreError::ReadOnly { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_is_refused_with_a_remedy() {
    let url = "postgres://nobody@127.0.0.1:1/nothing".to_owned();

    let error = open(&Location::Postgres { url }).await.expect_err("refused");

    assert!(matches!(error, StoreError::CannotConnect { .. }), "{error}");
    assert!(error.to_string().contains("[store] url"), "{error}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_on_the_machine_may_read_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("yingda.db");

    let store = open(&Location::Sqlite { path: path.clone() }).await.expect("opens");

    for file in ["yingda.db", "yingda.db-wal", "yingda.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(file)).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    store.close().await;
}

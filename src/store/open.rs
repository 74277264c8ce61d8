//! Opening the store: connect, refuse what we cannot use with a clear sentence,
//! migrate, start the committer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, PgPool, SqlitePool};

use super::committer::{Committer, Work, Writer};
use super::conversation::Rows;
use crate::telemetry::StoreMetrics;

use super::presence::Presence;
use super::schema::{self, Dialect};
use super::{Db, Sealer, StoreError, on_read};

/// Another process (a backup, a command) may hold the write lock for a moment.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages in the log before they are copied into the database, 16 MB: pages that
/// change again and again in between are copied once.
const WAL_PAGES: &str = "4000";
/// Readers beside the one writer. WAL lets them run while it commits.
const SQLITE_READERS: u32 = 4;
/// A quarter of PostgreSQL's default of 100, so that several processes fit.
const POSTGRES_CONNECTIONS: u32 = 24;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    Sqlite { path: PathBuf },
    Postgres { url: String },
}

#[derive(Clone, Debug)]
pub struct Store {
    pub(super) db: Db,
    pub(super) sealer: Sealer,
    pub(super) rows: Arc<Rows>,
    presence: Option<Presence>,
    committer: Committer,
}

impl Store {
    pub async fn open(
        location: &Location,
        sealer: Sealer,
        metrics: StoreMetrics,
    ) -> Result<Self, StoreError> {
        let (db, writer) = match location {
            Location::Sqlite { path } => open_sqlite(path).await?,
            Location::Postgres { url } => open_postgres(url).await?,
        };
        let rows = Arc::new(Rows::load(&db).await?);
        let work = Work::new(writer, sealer.clone(), Arc::clone(&rows), metrics);
        let presence = Presence::of(location);
        Ok(Self { db, sealer, rows, presence, committer: Committer::start(work) })
    }

    /// Where messages are written, many in one commit.
    pub fn committer(&self) -> &Committer {
        &self.committer
    }

    /// Other processes may write it too, so that nothing may be remembered here
    /// without asking.
    pub fn is_shared(&self) -> bool {
        match self.db {
            Db::Sqlite { .. } => false,
            Db::Postgres(_) => true,
        }
    }

    /// Fails when the store cannot answer a trivial question, or would forget
    /// everything at the next start.
    pub async fn check_alive(&self) -> Result<(), StoreError> {
        if let Some(presence) = &self.presence {
            presence.check()?;
        }
        on_read!(&self.db, |pool| sqlx::query("SELECT 1").execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Commits what was accepted, then closes every connection.
    pub async fn close(&self) {
        self.committer.finish().await;
        match &self.db {
            Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(path: &Path) -> Result<(Db, Writer), StoreError> {
    prepare_folder(path)?;
    prepare_file(path)?;
    let explain = |error| explain_sqlite(path, error);
    let options = sqlite_options(path);
    let connection = options.connect().await.map_err(explain)?;
    drop(connection);
    let write = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
    migrate_sqlite(&write, path).await?;
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .connect_lazy_with(options.clone().read_only(true).create_if_missing(false));
    let writer = Writer::open_sqlite(options).await.map_err(explain)?;
    Ok((Db::Sqlite { read, write }, writer))
}

/// WAL with full sync: a commit is on the disk when it returns, also when the
/// power goes. Group commit pays for it.
fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(SQLITE_BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("wal_autocheckpoint", WAL_PAGES)
        // What was erased must not be readable in the file's free space.
        .pragma("secure_delete", "ON")
        .statement_cache_capacity(256)
        .disable_statement_logging()
}

pub(super) fn prepare_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| explain_io(folder, &error))
}

/// Makes the file for its owner alone. SQLite gives its log the same rights.
pub(super) fn prepare_file(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| explain_io(path, &error))
}

pub(super) fn explain_io(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { path: path.to_owned() }
        }
        std::io::ErrorKind::StorageFull => StoreError::DiskFull { path: path.to_owned() },
        _ => StoreError::CannotOpen { path: path.to_owned(), cause: error.to_string() },
    }
}

/// SQLite's primary result codes: sqlite.org/rescode.html.
pub(super) fn explain_sqlite(path: &Path, error: sqlx::Error) -> StoreError {
    let code = match &error {
        sqlx::Error::Database(error) => error.code().and_then(|code| code.parse::<u32>().ok()),
        _ => None,
    };
    let path = path.to_owned();
    match code.map(|code| code & 0xff) {
        Some(3 | 8) => StoreError::ReadOnly { path },
        Some(13) => StoreError::DiskFull { path },
        Some(11 | 26) => StoreError::NotADatabase { path },
        Some(_) => StoreError::CannotOpen { path, cause: error.to_string() },
        None => StoreError::Sql(error),
    }
}

pub(super) async fn migrate_sqlite(pool: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    schema::migrator(Dialect::Sqlite).run(pool).await.map_err(|error| match schema::explain(error) {
        StoreError::Sql(error) => explain_sqlite(path, error),
        other => other,
    })
}

/// By this name the connections of a service are known to others.
pub(super) const POSTGRES_NAME: &str = "yingda";

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn explain_postgres(error: sqlx::Error) -> StoreError {
    StoreError::CannotConnect { cause: error.to_string() }
}

async fn open_postgres(url: &str) -> Result<(Db, Writer), StoreError> {
    let cannot_connect = explain_postgres;
    let options: PgConnectOptions = url.parse().map_err(cannot_connect)?;
    let options = options.application_name(POSTGRES_NAME).disable_statement_logging();
    let pool: PgPool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(CONNECT_TIMEOUT)
        .connect_with(options.clone())
        .await
        .map_err(cannot_connect)?;
    schema::migrator(Dialect::Postgres).run(&pool).await.map_err(schema::explain)?;
    let writer = Writer::open_postgres(options).await.map_err(cannot_connect)?;
    Ok((Db::Postgres(pool), writer))
}

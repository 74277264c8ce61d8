//! Reaching either database: how it is used, refusing what we cannot use with a
//! clear sentence, migrating.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqlitePool};
use tracing::error;

use super::committer::Writer;
use super::open::Location;
use super::reach::Reach;
use super::schema::{self, Dialect};
use super::{Db, Lag, StoreError};

/// Another process (a backup, a command) may hold the write lock for a moment.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages in the log before they are copied into the database, 32 MB: pages that
/// change again and again in between are copied once.
const WAL_PAGES: &str = "8000";
/// What one transaction of the applier touches, in KiB: with less, pages are
/// written out in the middle of it and read again.
const WRITER_CACHE: &str = "-4096";
/// Readers beside the one writer. WAL lets them run while it commits.
const SQLITE_READERS: u32 = 4;
/// A quarter of PostgreSQL's default of 100, so that several processes fit.
const POSTGRES_CONNECTIONS: u32 = 24;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The database, as it was opened.
pub(super) struct Base {
    pub db: Db,
    pub writers: Writers,
    /// It could not be reached.
    pub away: Option<Away>,
}

pub(super) struct Away {
    pub reach: Reach,
    pub cause: Arc<StoreError>,
}

/// How the database is written to.
pub(super) enum Writers {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

/// Of a database that is there.
pub(super) fn writers(location: &Location) -> Result<Writers, StoreError> {
    match location {
        Location::Sqlite { path } => Ok(Writers::Sqlite(sqlite_options(path).create_if_missing(false))),
        Location::Postgres { url } => postgres_options(url).map(Writers::Postgres),
    }
}

impl Writers {
    /// Writes what was answered already.
    pub fn late(&self) -> Writer {
        match self {
            Self::Sqlite(options) => Writer::sqlite(options.clone()),
            Self::Postgres(options) => Writer::postgres_late(options.clone()),
        }
    }
}

pub(super) async fn open_sqlite(path: &Path) -> Result<Base, StoreError> {
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
    Ok(Base {
        db: Db::Sqlite { read, write, lag: Lag::default() },
        // `ON CONFLICT DO UPDATE` keeps copies of pages all the same: not in files.
        writers: Writers::Sqlite(options.pragma("cache_size", WRITER_CACHE).pragma("temp_store", "MEMORY")),
        away: None,
    })
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

/// Makes the folder for its owner alone, whichever command comes first. One that
/// exists keeps its permissions: somebody chose them.
pub(super) fn prepare_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| explain_io(folder, &error))
}

/// Makes the file for its owner alone. SQLite gives its log the same rights.
pub(super) fn prepare_file(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| explain_io(path, &error))
}

fn explain_io(path: &Path, error: &std::io::Error) -> StoreError {
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

async fn migrate_sqlite(pool: &SqlitePool, path: &Path) -> Result<(), StoreError> {
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

/// One that cannot be reached is looked for later, where we `may_start_alone`.
pub(super) async fn open_postgres(url: &str, may_start_alone: bool) -> Result<Base, StoreError> {
    let options = postgres_options(url)?;
    let pooled = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(CONNECT_TIMEOUT);
    let (pool, away) = match pooled.clone().connect_with(options.clone()).await {
        Ok(pool) => {
            schema::migrator(Dialect::Postgres).run(&pool).await.map_err(schema::explain)?;
            (pool, None)
        }
        Err(failure) if may_start_alone => {
            let cause = Arc::new(explain_postgres(failure));
            error!(%cause, "Starting without PostgreSQL: messages are answered and wait in the journal");
            let reach = Reach::default();
            (reach.watch_over(pooled).connect_lazy_with(options.clone()), Some(Away { reach, cause }))
        }
        Err(failure) => return Err(explain_postgres(failure)),
    };
    Ok(Base { db: Db::Postgres(pool), writers: Writers::Postgres(options), away })
}

fn postgres_options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(explain_postgres)?;
    Ok(options.application_name(POSTGRES_NAME).disable_statement_logging())
}

//! Writes a backup while the service runs: of SQLite a copy that SQLite itself
//! makes in one snapshot, of PostgreSQL a copy of every table in one snapshot.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::file::{beside, connect, create_private, give_name};
use super::{BackupError, Manifest, check_backup};
use crate::store::connect::{explain_postgres, explain_sqlite};
use crate::store::copy::{Hand, Tell, copy_all, load_tables, tally_all};
use crate::store::open::Location;
use crate::store::schema::{self, Dialect};
use crate::store::{Tally, look};

#[derive(Debug)]
pub struct Backup {
    pub manifest: Manifest,
    pub bytes: u64,
}

/// Writes `file`, opens it again and checks it. Never writes over a file.
pub async fn back_up(
    location: &Location,
    file: &Path,
    now: Timestamp,
    tell: Tell<'_>,
) -> Result<Backup, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists { path: file.to_owned() });
    }
    let partial = beside(file, ".partial");
    let written = write_and_check(location, &partial, now, tell).await;
    if written.is_err() {
        // What is told is the first error; a file that is left is harmless.
        let _ = fs::remove_file(&partial);
    }
    let manifest = written?;
    give_name(&partial, file)?;
    let bytes = fs::metadata(file).map_err(BackupError::at(file))?.len();
    Ok(Backup { manifest, bytes })
}

async fn write_and_check(
    location: &Location,
    partial: &Path,
    now: Timestamp,
    tell: Tell<'_>,
) -> Result<Manifest, BackupError> {
    drop(create_private(partial)?);
    let (step, tables) = match location {
        Location::Sqlite { path } => copy_sqlite(path, partial).await?,
        Location::Postgres { url } => copy_postgres(url, partial, tell).await?,
    };
    let mut backup = connect(partial).await?;
    Manifest::new(step, now, tables).write(&mut backup).await?;
    backup.close().await?;
    check_backup(partial).await
}

type Copied = (i64, Vec<Tally>);

async fn copy_sqlite(path: &Path, partial: &Path) -> Result<Copied, BackupError> {
    if !path.exists() {
        return Err(BackupError::NothingThere);
    }
    let explain = |error| BackupError::Store(explain_sqlite(path, error));
    let mut source = look::read_only(path).connect().await.map_err(explain)?;
    let step = schema::find_sqlite_step(&mut source).await?;
    schema::refuse_newer(step)?;
    let step = step.ok_or(BackupError::NothingThere)?;
    let into = partial.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(into).execute(&mut source).await.map_err(explain)?;
    source.close().await?;
    let mut backup = connect(partial).await?;
    let tables = load_tables(&mut backup).await?;
    let tallies = tally_all(&mut Hand::Sqlite(&mut backup), &tables).await?;
    backup.close().await?;
    Ok((step, tallies))
}

/// The counts are those of the source: a row that did not arrive is found when
/// the file is checked.
async fn copy_postgres(url: &str, partial: &Path, tell: Tell<'_>) -> Result<Copied, BackupError> {
    let options: PgConnectOptions = url.parse().map_err(explain_postgres)?;
    let options = options.application_name("yingda (backup)").disable_statement_logging();
    let mut source = options.connect().await.map_err(explain_postgres)?;
    let mut snapshot = source.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let step = schema::find_postgres_step(&mut snapshot).await?;
    schema::refuse_newer(step)?;
    let step = step.ok_or(BackupError::NothingThere)?;
    let mut backup = connect(partial).await?;
    schema::migrator(Dialect::Sqlite).run_to(step, &mut backup).await.map_err(schema::explain)?;
    let tables = load_tables(&mut backup).await?;
    let mut filling = backup.begin().await?;
    let (mut from, mut to) = (Hand::Postgres(&mut snapshot), Hand::Sqlite(&mut filling));
    let tallies = copy_all(&mut from, &mut to, &tables, tell).await?;
    filling.commit().await?;
    backup.close().await?;
    snapshot.rollback().await?;
    Ok((step, tallies))
}

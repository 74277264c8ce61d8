//! Reads a backup from its first to its last byte before it is believed.

use std::fmt::Display;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tracing::debug;

use super::{BackupError, Manifest};
use crate::store::copy::{Hand, load_tables, tally_all};
use crate::store::{StoreError, schema};

/// What a good backup says about itself.
pub async fn check_backup(file: &Path) -> Result<Manifest, BackupError> {
    let (manifest, backup) = open_backup(file).await?;
    backup.close().await?;
    Ok(manifest)
}

/// A backup that was found good.
pub async fn open_backup(file: &Path) -> Result<(Manifest, SqliteConnection), BackupError> {
    if !file.is_file() {
        return Err(BackupError::NoSuchFile { path: file.to_owned() });
    }
    let not_a_backup = || BackupError::NotABackup { path: file.to_owned() };
    let damaged = |cause: String| BackupError::Damaged { path: file.to_owned(), cause };
    // Immutable: nobody writes to it, and it may lie on a medium that cannot be
    // written.
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let mut backup = options.disable_statement_logging().connect().await.map_err(|_| not_a_backup())?;
    let found = Manifest::find(&mut backup).await;
    let manifest = found.map_err(|error| explain(&error, file))?.ok_or_else(not_a_backup)?;
    schema::refuse_newer(Some(manifest.step))?;
    check_structure(&mut backup).await.map_err(damaged)?;
    check_contents(&mut backup, &manifest).await.map_err(damaged)?;
    Ok((manifest, backup))
}

/// Sqlite says 26 for what is no database at all.
fn explain(error: &StoreError, file: &Path) -> BackupError {
    match error {
        StoreError::Sql(sqlx::Error::Database(cause)) if cause.code().as_deref() == Some("26") => {
            BackupError::NotABackup { path: file.to_owned() }
        }
        _ => BackupError::Damaged { path: file.to_owned(), cause: cannot_read(error) },
    }
}

/// SQLite says it in English, and in the middle of our sentence.
fn cannot_read(failure: &dyn Display) -> String {
    debug!(%failure, "A backup cannot be read");
    "文件不完整，读不出来".to_owned()
}

async fn check_structure(backup: &mut SqliteConnection) -> Result<(), String> {
    let answers: Result<Vec<(String,)>, _> =
        sqlx::query_as("PRAGMA integrity_check(1)").fetch_all(&mut *backup).await;
    match answers.map_err(|error| cannot_read(&error))?.as_slice() {
        [(ok,)] if ok == "ok" => {}
        [] => return Err("检查不了文件结构".to_owned()),
        [(cause,), ..] => return Err(cannot_read(cause)),
    }
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(backup).await;
    match orphans.map_err(|error| cannot_read(&error))?.len() {
        0 => Ok(()),
        orphans => Err(format!("{orphans} 行指向不存在的内容")),
    }
}

async fn check_contents(backup: &mut SqliteConnection, manifest: &Manifest) -> Result<(), String> {
    let tables = load_tables(backup).await.map_err(|error| cannot_read(&error))?;
    let mut found =
        tally_all(&mut Hand::Sqlite(backup), &tables).await.map_err(|error| cannot_read(&error))?;
    let mut expected = manifest.tables.clone();
    for tallies in [&mut found, &mut expected] {
        tallies.sort_by(|a, b| a.table.cmp(&b.table));
    }
    if found.len() != expected.len() {
        return Err(format!("应有 {} 张表，只有 {} 张", expected.len(), found.len()));
    }
    match expected.iter().zip(&found).find(|(expected, found)| expected != found) {
        None => Ok(()),
        Some((expected, found)) if expected.rows == found.rows => {
            Err(format!("表 {} 的内容被改动过", expected.table))
        }
        Some((expected, found)) => {
            Err(format!("表 {} 应有 {} 行，只有 {} 行", expected.table, expected.rows, found.rows))
        }
    }
}

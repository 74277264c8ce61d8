//! Takes a SQLite store for ourselves alone, so that no service writes into
//! what is being replaced or moved.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::BackupError;
use crate::store::connect::explain_sqlite;

/// A running service never lets go, a command is done in a moment.
const PATIENCE: Duration = Duration::from_secs(1);
/// `SQLITE_BUSY`, sqlite.org/rescode.html.
const BUSY: u32 = 5;

/// Nobody else can open the store until the connection is closed.
pub async fn claim(path: &Path) -> Result<SqliteConnection, BackupError> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(PATIENCE);
    let explain = |error| explain(path, error);
    let mut connection = options.disable_statement_logging().connect().await.map_err(explain)?;
    // Leaving the write-ahead log needs a lock that nobody gets while another
    // process has the file open, idle or not. It also brings what is in the log
    // into the file.
    sqlx::query("PRAGMA journal_mode = DELETE").execute(&mut connection).await.map_err(explain)?;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await.map_err(explain)?;
    Ok(connection)
}

fn explain(path: &Path, error: sqlx::Error) -> BackupError {
    let code = match &error {
        sqlx::Error::Database(error) => error.code().and_then(|code| code.parse::<u32>().ok()),
        _ => None,
    };
    if code.is_some_and(|code| code & 0xff == BUSY) {
        return BackupError::InUse { what: format!("数据库 {} ", path.display()) };
    }
    BackupError::Store(explain_sqlite(path, error))
}

//! Copies a SQLite store into an empty PostgreSQL database. The SQLite file
//! stays as it is; no service may write to it meanwhile.

use std::path::Path;

use jiff::Timestamp;
use sqlx::Connection as _;

use super::BackupError;
use super::claim::claim;
use crate::store::Tally;
use crate::store::copy::{Existing, Tell, fill_postgres, open_postgres_alone};
use crate::store::schema::{self, Dialect};

/// What was copied, table by table.
pub async fn move_to_postgres(
    path: &Path,
    url: &str,
    now: Timestamp,
    tell: Tell<'_>,
) -> Result<Vec<Tally>, BackupError> {
    if !path.exists() {
        return Err(BackupError::NothingThere);
    }
    let mut source = claim(path).await?;
    let step = schema::find_sqlite_step(&mut source).await?;
    schema::refuse_newer(step)?;
    let step = step.ok_or(BackupError::NothingThere)?;
    let mut target = open_postgres_alone(url).await?;
    let filled = fill_postgres(&mut source, &mut target, step, (Existing::Refuse, now), tell).await?;
    schema::migrator(Dialect::Postgres).run(&mut target).await.map_err(schema::explain)?;
    target.close().await?;
    Ok(filled.tallies)
}

//! What a backup says about itself: a table of one row in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::store::{StoreError, Tally};

/// Of the manifest itself. A backup is read by every later program.
const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The version of yingda that wrote it.
    pub program: String,
    /// How far the schema of the store was.
    pub step: i64,
    pub taken_at: Timestamp,
    pub tables: Vec<Tally>,
}

impl Manifest {
    pub fn new(step: i64, taken_at: Timestamp, tables: Vec<Tally>) -> Self {
        Self { format: FORMAT, program: env!("CARGO_PKG_VERSION").to_owned(), step, taken_at, tables }
    }

    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    pub(super) async fn write(&self, backup: &mut SqliteConnection) -> Result<(), StoreError> {
        let text = serde_json::to_string(self).map_err(|cause| StoreError::corrupt("manifest", cause))?;
        sqlx::query("CREATE TABLE backup_manifest (manifest TEXT NOT NULL)").execute(&mut *backup).await?;
        sqlx::query("INSERT INTO backup_manifest (manifest) VALUES ($1)").bind(text).execute(backup).await?;
        Ok(())
    }

    /// None when the database is no backup of ours.
    pub(super) async fn find(backup: &mut SqliteConnection) -> Result<Option<Self>, StoreError> {
        const KNOWN: &str = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'backup_manifest'";
        let (known,): (i64,) = sqlx::query_as(KNOWN).fetch_one(&mut *backup).await?;
        if known == 0 {
            return Ok(None);
        }
        let row: Option<(String,)> =
            sqlx::query_as("SELECT manifest FROM backup_manifest").fetch_optional(backup).await?;
        let read = |(text,): (String,)| serde_json::from_str(&text);
        row.map(read).transpose().map_err(|cause| StoreError::corrupt("manifest", cause))
    }

    /// A restored store is no backup any more.
    pub(super) async fn remove(backup: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query("DROP TABLE backup_manifest").execute(backup).await?;
        Ok(())
    }
}

//! Copies a whole store from one database into the other, table by table, and
//! counts what it reads, so that a copy can be proved complete. The tables come
//! from the schema itself: one that is added later is copied too. Not here:
//! which copy is wanted (backup, restore, move).

mod postgres;
mod rows;
mod tables;
mod tally;

use sqlx::{PgConnection, SqliteConnection};

use super::StoreError;
use rows::{insert, read};

pub use postgres::{Existing, fill_postgres, open_postgres_alone};
pub use tables::{Table, load_tables, newest_tables};
pub use tally::Tally;

/// A connection to either database.
#[derive(Debug)]
pub enum Hand<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// How far a copy is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'t> {
    pub table: &'t str,
    pub done: u64,
    pub of: u64,
}

/// Told after every batch.
pub type Tell<'t> = &'t mut dyn FnMut(Progress<'_>);

/// Copies `tables`, parents before their children, and says what was read.
pub async fn copy_all(
    from: &mut Hand<'_>,
    to: &mut Hand<'_>,
    tables: &[Table],
    tell: Tell<'_>,
) -> Result<Vec<Tally>, StoreError> {
    let mut tallies = Vec::with_capacity(tables.len());
    for table in tables {
        let of = rows::count(from, table).await?;
        let mut done = 0;
        let copied = read(from, table, async |batch| {
            done += u64::try_from(batch.len()).unwrap_or_default();
            insert(to, table, batch).await?;
            tell(Progress { table: &table.name, done, of });
            Ok(())
        });
        tallies.push(copied.await?);
    }
    Ok(tallies)
}

/// What is in `tables`.
pub async fn tally_all(hand: &mut Hand<'_>, tables: &[Table]) -> Result<Vec<Tally>, StoreError> {
    let mut tallies = Vec::with_capacity(tables.len());
    for table in tables {
        tallies.push(read(hand, table, async |_| Ok(())).await?);
    }
    Ok(tallies)
}

/// Whether any of `tables` holds a row.
pub async fn has_rows(hand: &mut Hand<'_>, tables: &[Table]) -> Result<bool, StoreError> {
    for table in tables {
        if rows::count(hand, table).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

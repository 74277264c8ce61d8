//! Fills a PostgreSQL database from a SQLite one: all in one transaction, which
//! is committed only when every table counts the same on both sides.

use std::collections::HashSet;

use jiff::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, SqliteConnection,
};

use super::tables::quoted;
use super::{Hand, Tally, Tell, copy_all, has_rows, load_tables, newest_tables, tally_all};
use crate::store::backup::BackupError;
use crate::store::schema::{self, Dialect};
use crate::store::{StoreError, connect};

/// What to do with a store that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    Refuse,
    PutAside,
}

#[derive(Debug)]
pub struct Filled {
    pub tallies: Vec<Tally>,
    /// Where the store that was there before is now.
    pub put_aside: Option<String>,
}

/// A connection to a database that no service works on.
pub async fn open_postgres_alone(url: &str) -> Result<PgConnection, BackupError> {
    const OTHERS: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
         AND pid <> pg_backend_pid() AND application_name = $1";
    let options: PgConnectOptions = url.parse().map_err(connect::explain_postgres)?;
    let options = options.application_name("yingda (maintenance)").disable_statement_logging();
    let mut connection = options.connect().await.map_err(connect::explain_postgres)?;
    let (others,): (i64,) =
        sqlx::query_as(OTHERS).bind(connect::POSTGRES_NAME).fetch_one(&mut connection).await?;
    if others > 0 {
        return Err(BackupError::InUse { what: "这个 PostgreSQL 数据库".to_owned() });
    }
    Ok(connection)
}

/// Brings the target to step `step` of the schema and copies all of `from`.
pub async fn fill_postgres(
    from: &mut SqliteConnection,
    target: &mut PgConnection,
    step: i64,
    existing: (Existing, Timestamp),
    tell: Tell<'_>,
) -> Result<Filled, BackupError> {
    let tables = load_tables(from).await?;
    let mut transaction = target.begin().await?;
    let put_aside = make_room(&mut transaction, existing).await?;
    schema::migrator(Dialect::Postgres).run_to(step, &mut *transaction).await.map_err(schema::explain)?;
    let (mut source, mut filled) = (Hand::Sqlite(from), Hand::Postgres(&mut transaction));
    let tallies = copy_all(&mut source, &mut filled, &tables, tell).await?;
    compare(&tallies, &tally_all(&mut filled, &tables).await?)?;
    transaction.commit().await?;
    Ok(Filled { tallies, put_aside })
}

/// Every table must count the same on both sides.
fn compare(read: &[Tally], written: &[Tally]) -> Result<(), BackupError> {
    match read.iter().zip(written).find(|(read, written)| read != written) {
        None => Ok(()),
        Some((read, written)) => {
            Err(BackupError::Differs { table: read.table.clone(), expected: read.rows, found: written.rows })
        }
    }
}

/// Leaves none of our tables in the way: those of an empty store are dropped,
/// those of another are moved into a schema of their own.
async fn make_room(
    target: &mut PgConnection,
    (existing, now): (Existing, Timestamp),
) -> Result<Option<String>, BackupError> {
    const MIGRATIONS: &str = "_sqlx_migrations";
    schema::refuse_newer(schema::find_postgres_step(target).await?)?;
    let present = find_tables(target).await?;
    let mut ours = newest_tables().await?;
    ours.retain(|table| present.contains(&table.name));
    let is_a_store = present.contains(MIGRATIONS);
    let is_empty = !has_rows(&mut Hand::Postgres(target), &ours).await?;
    let names = ours.iter().map(|table| table.name.as_str());
    let names: Vec<&str> = names.chain(is_a_store.then_some(MIGRATIONS)).collect();
    match existing {
        Existing::Refuse | Existing::PutAside if names.is_empty() => Ok(None),
        Existing::Refuse | Existing::PutAside if is_empty && is_a_store => {
            drop_all(target, &names).await.map(|()| None)
        }
        Existing::PutAside if is_a_store => put_aside(target, &names, now).await.map(Some),
        Existing::Refuse if is_a_store => {
            Err(BackupError::NotEmpty { what: "这个 PostgreSQL 数据库".to_owned() })
        }
        // Tables of somebody else are never touched.
        Existing::Refuse | Existing::PutAside => Err(BackupError::Foreign),
    }
}

async fn find_tables(target: &mut PgConnection) -> Result<HashSet<String>, StoreError> {
    const SQL: &str = "SELECT table_name::TEXT FROM information_schema.tables \
         WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'";
    let names: Vec<(String,)> = sqlx::query_as(SQL).fetch_all(target).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

async fn drop_all(target: &mut PgConnection, names: &[&str]) -> Result<(), BackupError> {
    for name in names {
        target.execute(AssertSqlSafe(format!("DROP TABLE {} CASCADE", quoted(name)))).await?;
    }
    Ok(())
}

async fn put_aside(target: &mut PgConnection, names: &[&str], now: Timestamp) -> Result<String, BackupError> {
    let aside = format!("yingda_before_{}", now.strftime("%Y%m%d_%H%M%S"));
    target.execute(AssertSqlSafe(format!("CREATE SCHEMA {}", quoted(&aside)))).await?;
    for name in names {
        let moved = format!("ALTER TABLE {} SET SCHEMA {}", quoted(name), quoted(&aside));
        target.execute(AssertSqlSafe(moved)).await?;
    }
    Ok(aside)
}

//! The migrations, in order. Forward only: a step that was released is never
//! edited, and a database with steps we do not know is refused.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, PgConnection, SqlSafeStr as _, SqliteConnection};

use super::StoreError;

const STEPS: &[(i64, &str, &str)] = &[
    (1, "messages", include_str!("migrations/0001_messages.sql")),
    (2, "versions", include_str!("migrations/0002_versions.sql")),
    (3, "journal", include_str!("migrations/0003_journal.sql")),
    (4, "leads", include_str!("migrations/0004_leads.sql")),
    (5, "staff", include_str!("migrations/0005_staff.sql")),
    (6, "drafts", include_str!("migrations/0006_drafts.sql")),
    (8, "accounts", include_str!("migrations/0008_accounts.sql")),
    (9, "reply_drafts", include_str!("migrations/0009_reply_drafts.sql")),
    (10, "makers", include_str!("migrations/0010_makers.sql")),
    (11, "tail", include_str!("migrations/0011_tail.sql")),
    (12, "waits", include_str!("migrations/0012_waits.sql")),
];

/// The newest step this program knows.
pub const NEWEST: i64 = match STEPS {
    [.., (version, ..)] => *version,
    [] => 0,
};

/// What only SQLite is told: it keeps a table in the order of its key when asked
/// to, PostgreSQL has no such tables. One mark in the one text.
const SQLITE_ALONE: (&str, &str) = ("/*sqlite: WITHOUT ROWID*/", "WITHOUT ROWID");

#[derive(Clone, Copy, Debug)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

pub fn migrator(dialect: Dialect) -> Migrator {
    let migrations = STEPS.iter().map(|(version, name, sql)| {
        let sql = match dialect {
            Dialect::Sqlite => sql.replace(SQLITE_ALONE.0, SQLITE_ALONE.1),
            Dialect::Postgres => (*sql).to_owned(),
        };
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// How a database stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No step was taken yet: there is nothing in it.
    Empty,
    /// What this program has yet to bring forward.
    Behind {
        step: i64,
    },
    Current,
}

impl Standing {
    /// Refuses a database that a newer program has brought further.
    pub fn of(step: Option<i64>) -> Result<Self, StoreError> {
        refuse_newer(step)?;
        Ok(match step {
            None => Self::Empty,
            Some(NEWEST) => Self::Current,
            Some(step) => Self::Behind { step },
        })
    }
}

pub fn refuse_newer(step: Option<i64>) -> Result<(), StoreError> {
    match step {
        Some(found) if found > NEWEST => Err(StoreError::Newer { found, known: NEWEST }),
        Some(_) | None => Ok(()),
    }
}

/// The steps beyond `step`, by number and name.
pub fn steps_after(step: i64) -> impl Iterator<Item = (i64, &'static str)> {
    STEPS.iter().filter(move |(number, ..)| *number > step).map(|(number, name, _)| (*number, *name))
}

const NEWEST_STEP: &str = "SELECT MAX(version) FROM _sqlx_migrations WHERE success = TRUE";

/// How far the schema of a database is. Changes nothing.
pub async fn find_sqlite_step(connection: &mut SqliteConnection) -> Result<Option<i64>, StoreError> {
    const KNOWN: &str = "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    let (known,): (i64,) = sqlx::query_as(KNOWN).fetch_one(&mut *connection).await?;
    if known == 0 {
        return Ok(None);
    }
    let (step,): (Option<i64>,) = sqlx::query_as(NEWEST_STEP).fetch_one(connection).await?;
    Ok(step)
}

/// The same for PostgreSQL.
pub async fn find_postgres_step(connection: &mut PgConnection) -> Result<Option<i64>, StoreError> {
    const KNOWN: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    let (known,): (bool,) = sqlx::query_as(KNOWN).fetch_one(&mut *connection).await?;
    if !known {
        return Ok(None);
    }
    let (step,): (Option<i64>,) = sqlx::query_as(NEWEST_STEP).fetch_one(connection).await?;
    Ok(step)
}

pub fn explain(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(found) | MigrateError::VersionTooNew(found, _) => {
            StoreError::Newer { found, known: NEWEST }
        }
        MigrateError::ExecuteMigration(cause, version) => {
            StoreError::Migration { version, cause: cause.to_string() }
        }
        MigrateError::VersionMismatch(version) => {
            StoreError::Migration { version, cause: "它由另一个未发布的版本建立".to_owned() }
        }
        MigrateError::Execute(cause) => StoreError::Sql(cause),
        other => StoreError::Migration { version: 0, cause: other.to_string() },
    }
}

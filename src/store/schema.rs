//! The migrations, in order. Forward only: a step that was released is never
//! edited, and a database with steps we do not know is refused.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use super::StoreError;

const STEPS: &[(i64, &str, &str)] = &[
    (1, "messages", include_str!("migrations/0001_messages.sql")),
    (2, "versions", include_str!("migrations/0002_versions.sql")),
    (3, "journal", include_str!("migrations/0003_journal.sql")),
    (4, "leads", include_str!("migrations/0004_leads.sql")),
    (5, "staff", include_str!("migrations/0005_staff.sql")),
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

//! The migrations, in order. Forward only: a step that was released is never
//! edited, and a database with steps we do not know is refused.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::StoreError;

const STEPS: &[(i64, &str, &str)] = &[
    (1, "messages", include_str!("migrations/0001_messages.sql")),
    (2, "versions", include_str!("migrations/0002_versions.sql")),
];

/// The newest step this program knows.
pub const NEWEST: i64 = STEPS.len() as i64;

pub fn migrator() -> Migrator {
    let migrations = STEPS.iter().map(|(version, name, sql)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql.into_sql_str(), false)
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
        MigrateError::Execute(cause) => StoreError::Sql(cause),
        other => StoreError::Migration { version: 0, cause: other.to_string() },
    }
}

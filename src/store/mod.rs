//! Everything that is remembered, in SQLite or PostgreSQL, from one SQL text:
//! `$1` placeholders, integer milliseconds, TEXT ids and JSON, `account_id`
//! leading every key. The only module with SQL; it hands out nouns.
//!
//! A file per noun. `open` connects and migrates; `committer` writes messages,
//! many in one commit. Not here: what a message means (conversation).

mod backup;
mod committer;
mod conversation;
mod copy;
mod error;
mod forward;
mod look;
mod message;
mod open;
mod personal;
mod presence;
mod refusal;
mod schema;
mod seal;
mod version;

pub use backup::{
    Backup, BackupError, KeyFit, Manifest, Restored, back_up, check_backup, move_to_postgres, restore,
};
pub use committer::{Commit, Committed, Committer, Uncommitted};
pub use copy::{Existing, Progress, Tally};
pub use error::StoreError;
pub use forward::bring_forward;
pub use look::Look;
pub use message::{Record, Reply as StoredReply, SignedUrl, body_of};
pub use open::{Location, Store};
pub use personal::mask_numbers;
pub use refusal::RecentRefusal;
pub use schema::{NEWEST as NEWEST_STEP, Standing};
pub use seal::{Sealer, SealingKey};
pub use version::{Version, VersionSource};

/// One pool type per database. Every query has one text and one body, compiled
/// for both by `on!`.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Sqlite { read: sqlx::SqlitePool, write: sqlx::SqlitePool },
    Postgres(sqlx::PgPool),
}

/// Runs one body on whichever database this is, with a pool that may write.
macro_rules! on {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite { write: $pool, .. } => $body,
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}

/// The same for reading: SQLite readers never wait for a writer.
macro_rules! on_read {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite { read: $pool, .. } => $body,
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}

pub(crate) use {on, on_read};

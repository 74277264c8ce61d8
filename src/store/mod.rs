//! Everything that is remembered, in SQLite or PostgreSQL, from one SQL text:
//! `$1` placeholders, integer milliseconds, TEXT ids and JSON, `account_id`
//! leading every key. The only module with SQL; it hands out nouns.
//!
//! A file per noun. `open` connects and migrates; `committer` writes messages,
//! many in one commit. Not here: what a message means (conversation).

mod api_token;
mod attempt;
mod committer;
mod conversation;
mod error;
mod invitation;
mod message;
mod open;
mod operation;
mod personal;
mod refusal;
mod schema;
mod seal;
mod second_factor;
mod session;
mod staff;
mod ticket;
mod version;

pub use api_token::ApiToken;
pub use attempt::Attempts;
pub use committer::{Commit, Committed, Committer, Uncommitted};
pub use error::StoreError;
pub use invitation::{Invitation, Purpose};
pub use message::{Record, Reply as StoredReply, SignedUrl, body_of};
pub use open::{Location, Store};
pub use operation::{Actor, LogFilter, Operation, OperationKind};
pub use personal::mask_numbers;
pub use refusal::RecentRefusal;
pub use seal::{Sealer, SealingKey};
pub use session::Session;
pub use staff::{Changed, Credentials, NewStaff, Staff, Standing};
pub use ticket::Ticket;
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

//! Everything that is remembered, in SQLite or PostgreSQL, from one SQL text:
//! `$1` placeholders, integer milliseconds, TEXT ids and JSON, `account_id`
//! leading every key. The only module with SQL; it hands out nouns.
//!
//! A file per noun. `open` connects and migrates; `committer` writes messages,
//! many in one commit. Not here: what a message means (conversation).

mod committer;
mod conversation;
mod customer;
mod effect;
mod erasure;
mod error;
mod figures;
mod inbox;
mod job;
mod lead;
mod message;
mod miss;
mod notice;
mod open;
mod person;
mod personal;
mod phrase;
mod privacy;
mod refusal;
mod schema;
mod seal;
mod statistics;
mod timeline;
mod version;
mod waiting;

pub use committer::{Commit, Committed, Committer, Uncommitted};
pub use customer::Coming;
pub use error::StoreError;
pub use figures::{Figure, FigureName, Listed, MESSAGES_PAGE, MessageFilter, Opens};
pub use inbox::{INBOX_PAGE, InboxFilter, InboxRow, LastMessage};
pub use job::{JobStanding, Lease};
pub use lead::{
    Changed, DueBy, Lead, LeadChange, LeadCounts, LeadFilter, LeadOrder, LeadOwner, LeadPage, LocalTime,
    PAGE as LEAD_PAGE, SeenLead, TrailEntry, What,
};
pub use message::{Record, Reply as StoredReply, SignedUrl, body_of};
pub use miss::{Closing, MOST_MISSES, Miss, Whose};
pub use notice::{Fate, Kind as NoticeKind, NEWS_FOR, Notice, NoticeHealth};
pub use open::{Location, Store};
pub use person::{Left, Noted, PersonFile, Said};
pub use personal::mask_numbers;
pub use phrase::ReadyPhrase;
pub use privacy::{PrivacyAct, PrivacyEntry};
pub use refusal::RecentRefusal;
pub use seal::{Sealer, SealingKey};
pub use statistics::{AnswerTimes, Outcomes, Period, Statistics, WaitingFigures};
pub use timeline::{Before, Entry, Exchange, Happened, TIMELINE_PAGE};
pub use version::{Version, VersionSource};
pub use waiting::{Ending, Take, Taken, Waiting};

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

/// Writes the same methods for a connection of either database: what runs inside
/// a transaction takes a connection, and their two types share no usable trait.
macro_rules! for_both {
    (impl $name:ident { $($body:tt)* }) => {
        impl $name for sqlx::SqliteConnection { $($body)* }
        impl $name for sqlx::PgConnection { $($body)* }
    };
}

/// A new row's id: led by the time, so that rows sort by it.
fn new_id(now: jiff::Timestamp) -> String {
    format!("{:012x}{:016x}", now.as_millisecond().max(0), rand::random::<u64>())
}

pub(crate) use {for_both, on, on_read};

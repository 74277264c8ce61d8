//! Everything that is remembered, in SQLite or PostgreSQL, from one SQL text:
//! `$1` placeholders, integer milliseconds, TEXT ids and JSON, `account_id`
//! leading every key. The only module with SQL; it hands out nouns.
//!
//! A file per noun. `open` connects and migrates; `committer` writes messages,
//! many in one commit. Not here: what a message means (conversation).

mod access;
mod account;
mod api_token;
mod attempt;
mod backup;
mod committer;
mod connect;
mod conversation;
mod copy;
mod customer;
mod draft;
mod effect;
mod erasure;
mod error;
mod figures;
mod forward;
mod idle;
mod inbox;
mod invitation;
mod job;
mod journal;
mod lead;
mod leftover;
mod line;
mod look;
mod message;
mod miss;
mod notice;
mod open;
mod operation;
mod person;
mod personal;
mod phrase;
mod presence;
mod privacy;
mod proposal;
mod reach;
mod refusal;
mod reply_draft;
mod retention;
mod schema;
mod seal;
mod second_factor;
mod session;
mod staff;
mod statistics;
mod ticket;
mod timeline;
mod version;
mod waiting;
mod wording;

pub use access::MadeAccess;
pub use account::{AccountSecrets, Heard, PreviousSecrets, Revision, SecretPair, StoredAccount};
pub use api_token::ApiToken;
pub use attempt::{Attempt, MostAttempts};

pub use backup::{
    Backup, BackupError, KeyFit, Manifest, Restored, back_up, check_backup, move_to_postgres, restore,
};
pub use committer::{Committed, Committer, Uncommitted};
pub use conversation::Loaded;
pub use copy::{Existing, Progress, Tally};
pub use customer::Coming;
pub use draft::{DraftFile, OthersDraft};
pub use error::StoreError;
pub use figures::{Figure, FigureName, Listed, MESSAGES_PAGE, MessageFilter, Opens};
pub use forward::bring_forward;
pub use inbox::{INBOX_PAGE, InboxFilter, InboxRow, LastMessage};
pub use invitation::{Invitation, Purpose};
pub use job::{JobStanding, Lease};
pub use journal::Place as JournalPlace;
pub use lead::{
    Changed as LeadChanged, DueBy, Lead, LeadChange, LeadCounts, LeadCursor, LeadFilter, LeadOrder,
    LeadOwner, LeadPage, LocalTime, PAGE as LEAD_PAGE, SeenLead, TrailEntry, What,
};
pub use leftover::{Leftover, find_journals, find_leftover, replay_leftover, wait_for_journal};
pub use line::{LINE_KEEPS, LineCount, LineFilter};
pub use look::Look;
pub use message::{Record, Reply as StoredReply, SignedUrl, body_of};
pub use miss::{Closing, MOST_MISSES, Miss, Whose};
pub use notice::{Fate, Kind as NoticeKind, NEWS_FOR, Notice, NoticeHealth};
pub use open::{Location, Opening, Store};
pub use operation::{Actor, LogFilter, Operation, OperationKind};
pub use person::{Left, Noted, PersonFile, Said};
pub use personal::mask_numbers;
pub use phrase::ReadyPhrase;
pub use privacy::{PrivacyAct, PrivacyEntry};
pub use proposal::{Ending as ProposalEnding, NewProposal, Proposal};
pub use refusal::RecentRefusal;
pub use reply_draft::{ReplyDraft, ReplyDraftOf, Writing};
pub use schema::{NEWEST as NEWEST_STEP, Standing as SchemaStanding};
pub use seal::{Sealer, SealingKey};
pub use session::Session;
pub use staff::{Changed, Credentials, NewStaff, Staff, Standing};
pub use statistics::{AnswerTimes, Outcomes, Period, Statistics, WaitingFigures};
pub use ticket::Ticket;
pub use timeline::{Before, Entry, Exchange, Happened, TIMELINE_PAGE};
pub use version::{Added, Credit, FileOrigin, Held, NewVersion, Version, VersionSource, content_hash};
pub use waiting::{Ending, Take, Taken, Waiting};
pub use wording::Wording;

/// One pool type per database. Every query has one text and one body, compiled
/// for both by `on!`.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Sqlite { read: sqlx::SqlitePool, write: sqlx::SqlitePool, lag: Lag },
    Postgres(sqlx::PgPool),
}

/// What was accepted and is on its way into the database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lag(Option<std::sync::Arc<committer::waiting::Waiting>>);

impl Db {
    /// Waits for what was accepted before.
    pub(crate) async fn settle(&self) {
        match self {
            Self::Sqlite { lag, .. } => lag.settle().await,
            Self::Postgres(_) => {}
        }
    }
}

/// Longer than the database needs for the fullest transaction; one that is
/// stuck must not stop whoever wants to read what is there.
const LAG_PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

impl Lag {
    /// Whoever asks the database finds what was accepted before.
    pub(crate) async fn settle(&self) {
        if let Some(waiting) = &self.0
            && !waiting.settle(LAG_PATIENCE).await
        {
            tracing::warn!(waiting = waiting.len(), "The database is behind what was accepted");
        }
    }
}

/// Runs one body on whichever database this is, with a pool that may write. What
/// was accepted before is there when it runs.
macro_rules! on {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite { write: $pool, lag, .. } => {
                lag.settle().await;
                $body
            }
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}

/// The same for reading: SQLite readers never wait for a writer.
macro_rules! on_read {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite { read: $pool, lag, .. } => {
                lag.settle().await;
                $body
            }
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}

/// For reading what has been there for long, or was looked for in `Lag` first.
macro_rules! on_read_now {
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

pub(crate) use {for_both, on, on_read, on_read_now};

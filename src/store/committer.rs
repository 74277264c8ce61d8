//! Where messages are written, many in one commit, before their answers leave
//! (DESIGN.md D3). On SQLite the journal comes first and the database follows
//! (`behind`); on PostgreSQL the database comes first, because other processes
//! must see it, and the journal takes what the database does not (`direct`).

use std::sync::Arc;

use jiff::Timestamp;

use super::StoreError;
use super::journal::entry::NotedUrl;
use super::message::{Record, Reply as StoredReply, SignedUrl};
use super::{Loaded, Sealer};
use crate::model::{AccountId, CustomerId};

mod applier;
mod batch;
mod behind;
mod careful;
mod direct;
mod recovery;
mod seen;
mod state;
mod urls;
pub mod waiting;
mod writer;

pub use applier::Applier;
pub use behind::{Behind, Look};
pub use direct::Direct;
pub use recovery::{TakenIn, replay, take_in};
pub use seen::{Seen, WINDOW_SECONDS};
pub use writer::Writer;

/// A record that reached neither the database nor the journal.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{cause}")]
pub struct Uncommitted {
    pub cause: Arc<StoreError>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Committed {
    Stored,
    /// The message was there already; this is the reply it got.
    Duplicate(StoredReply),
    /// Plain mode: another body came under this signed URL before.
    Forged,
    /// Another process advanced the conversation since it was loaded: load it
    /// again and decide again.
    Stale,
}

#[derive(Clone, Debug)]
pub struct Committer {
    road: Road,
}

#[derive(Clone, Debug)]
enum Road {
    Journal(Arc<Behind>),
    Database(Arc<Direct>),
    /// Another process answers messages; we only look.
    Closed,
}

impl Committer {
    pub(super) fn by_journal(behind: Arc<Behind>) -> Self {
        Self { road: Road::Journal(behind) }
    }

    pub(super) fn by_database(direct: Direct) -> Self {
        Self { road: Road::Database(Arc::new(direct)) }
    }

    pub(super) fn closed() -> Self {
        Self { road: Road::Closed }
    }

    /// Returns once the record is on the disk, or was found to be there.
    pub async fn commit(&self, record: Record) -> Result<Committed, Uncommitted> {
        match &self.road {
            Road::Journal(behind) => behind.commit(record).await,
            Road::Database(direct) => direct.commit(record).await,
            Road::Closed => Err(StoreError::InUse.into()),
        }
    }

    /// Plain mode: notes which body came under a signed URL. On PostgreSQL,
    /// false: it has to be written there.
    pub(super) async fn note_url(
        &self,
        account: &AccountId,
        url: &SignedUrl,
        now: Timestamp,
    ) -> Result<bool, Uncommitted> {
        let Road::Journal(behind) = &self.road else { return Ok(false) };
        let noted = NotedUrl { account: account.clone(), url: url.clone(), seen_at: now };
        behind.note_url(Arc::new(noted)).await.map(|()| true)
    }

    pub(super) fn find_conversation(&self, account: &AccountId, customer: &CustomerId) -> Option<Loaded> {
        let record = self.behind()?.waiting.find_conversation(account, customer)?;
        // Erased: the row is about to go.
        let Some(state) = record.conversation.as_deref() else { return Some(Loaded::default()) };
        let conversation = serde_json::from_str(state).ok()?;
        Some(Loaded { conversation, revision: record.revision })
    }

    /// How many records the database has yet to take.
    pub fn waiting(&self) -> usize {
        self.behind().map_or(0, |behind| behind.waiting.len())
    }

    /// Why the database takes nothing at present.
    pub fn trouble(&self) -> Option<Arc<StoreError>> {
        self.behind().and_then(|behind| behind.trouble())
    }

    /// Whether the database was reached since the start.
    pub fn is_reached(&self) -> bool {
        self.behind().is_none_or(|behind| !behind.is_shut())
    }

    /// Whether messages are accepted here.
    pub fn accepts(&self) -> bool {
        match self.road {
            Road::Journal(_) | Road::Database(_) => true,
            Road::Closed => false,
        }
    }

    /// Writes what was accepted and stops.
    pub(super) async fn finish(&self) {
        match &self.road {
            Road::Journal(behind) => behind.finish().await,
            Road::Database(direct) => direct.finish().await,
            Road::Closed => {}
        }
    }

    fn behind(&self) -> Option<&Arc<Behind>> {
        match &self.road {
            Road::Journal(behind) => Some(behind),
            Road::Database(direct) => direct.behind(),
            Road::Closed => None,
        }
    }
}

impl From<StoreError> for Uncommitted {
    fn from(cause: StoreError) -> Self {
        Self { cause: Arc::new(cause) }
    }
}

impl Uncommitted {
    pub(super) fn into_cause(self) -> StoreError {
        match Arc::try_unwrap(self.cause) {
            Ok(cause) => cause,
            Err(_) => StoreError::JournalFull,
        }
    }
}

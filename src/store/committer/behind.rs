//! Journal first: a record is on the disk once the journal has it, and the
//! database follows. On SQLite this is the road of every message; on PostgreSQL
//! the road of those that the database did not take in time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::thread::JoinHandle as Thread;
use std::time::Duration;

use sqlx::SqlitePool;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tracing::{error, warn};

use super::applier::Applier;
use super::waiting::{Admission, Asked, Draftsman, Waiting};
use super::{Committed, Uncommitted};
use crate::store::StoreError;
use crate::store::conversation::Rows;
use crate::store::journal::entry::{Entry, NotedUrl};
use crate::store::journal::scribe::Scribe;
use crate::store::message::{self, Record, Reply};
use crate::telemetry::StoreMetrics;

/// How often the first of a draft lets everything else that is ready run, so
/// that messages which are being decided right now join it.
const GATHER_ROUNDS: usize = 3;
/// A database that cannot say in this time whether it knows a message is taken
/// to say no: an answer must not wait for it.
const LOOK_PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub struct Behind {
    pub waiting: Arc<Waiting>,
    look: Look,
    rows: Arc<Rows>,
    metrics: StoreMetrics,
    trouble: Arc<StdMutex<Option<Arc<StoreError>>>>,
    is_shut: Arc<AtomicBool>,
    scribe: StdMutex<Option<Thread<()>>>,
    applier: Mutex<Option<JoinHandle<()>>>,
}

/// Where to look for a message that may have come before.
#[derive(Debug)]
pub enum Look {
    Sqlite(SqlitePool),
    /// It was looked for before it came here, or cannot be.
    Nowhere,
}

/// Why the database takes nothing, as applier and desk share it.
pub type Trouble = Arc<StdMutex<Option<Arc<StoreError>>>>;

impl Behind {
    pub fn start(
        scribe: Scribe,
        applier: Applier,
        waiting: Arc<Waiting>,
        (look, rows): (Look, Arc<Rows>),
        metrics: StoreMetrics,
    ) -> Result<Self, StoreError> {
        let (trouble, is_shut) = (applier.trouble(), applier.is_shut());
        let thread = std::thread::Builder::new().name("journal".to_owned());
        let scribe = thread.spawn(move || scribe.run()).map_err(StoreError::no_thread)?;
        let applier = tokio::spawn(applier.run());
        Ok(Self {
            waiting,
            look,
            rows,
            metrics,
            trouble,
            is_shut,
            scribe: StdMutex::new(Some(scribe)),
            applier: Mutex::new(Some(applier)),
        })
    }

    pub async fn commit(&self, record: Record) -> Result<Committed, Uncommitted> {
        if record.conversation.is_some() {
            self.rows.note(record.account.as_str(), record.customer.as_str());
        }
        let entry = Entry::message(&record);
        let mut asked = match self.look {
            Look::Sqlite(_) => Asked::NotYet,
            Look::Nowhere => Asked::Already,
        };
        loop {
            match self.waiting.admit(&record, &entry, asked) {
                Admission::Admitted(done, draftsman) => {
                    self.wake_scribe(draftsman).await;
                    let written = done.await.map_err(|_| StoreError::Closed)?;
                    return written.map(|()| Committed::Stored).map_err(|cause| self.unrecorded(cause));
                }
                Admission::Known(number, earlier) => return self.again(number, *earlier, &record).await,
                Admission::Forged => return Ok(Committed::Forged),
                Admission::Full => return Err(self.unrecorded(Arc::new(StoreError::JournalFull))),
                Admission::Closed => return Err(StoreError::Closed.into()),
                Admission::Unsure => match self.find_known(&record).await {
                    Some(known) => return Ok(known),
                    None => asked = Asked::Already,
                },
            }
        }
    }

    pub async fn note_url(&self, noted: Arc<NotedUrl>) -> Result<(), Uncommitted> {
        match self.waiting.admit_url(&noted) {
            Admission::Admitted(done, draftsman) => {
                self.wake_scribe(draftsman).await;
                let written = done.await.map_err(|_| StoreError::Closed)?;
                written.map_err(|cause| Uncommitted { cause })
            }
            Admission::Full => Err(StoreError::JournalFull.into()),
            Admission::Known(..) | Admission::Forged | Admission::Unsure | Admission::Closed => {
                Err(StoreError::Closed.into())
            }
        }
    }

    pub fn trouble(&self) -> Option<Arc<StoreError>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn note_trouble(&self, cause: Arc<StoreError>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(cause);
    }

    /// The database was never reached: everything waits.
    pub fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::Acquire)
    }

    /// The database answers, and is ours.
    pub fn open(&self) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.is_shut.store(false, Ordering::Release);
    }

    /// The journal writes what was accepted, the database takes what it can,
    /// and what it cannot stays in the journal.
    pub async fn finish(&self) {
        self.waiting.close();
        if let Some(applier) = self.applier.lock().await.take()
            && let Err(panic) = applier.await
        {
            error!(%panic, "The applier did not finish");
        }
        let scribe = self.scribe.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(scribe) = scribe {
            let joined = tokio::task::spawn_blocking(move || scribe.join().is_ok()).await;
            if !joined.unwrap_or(false) {
                error!("The journal's thread did not finish");
            }
        }
    }

    /// The message waits here: its reply may leave once that is on the disk.
    async fn again(&self, number: u64, earlier: Record, record: &Record) -> Result<Committed, Uncommitted> {
        self.waiting.wait_until_written(number).await;
        if let Some(url) = record.signed_url.as_ref().filter(|url| earlier.signed_url.as_ref() != Some(*url))
        {
            let (account, seen_at) = (record.account.clone(), record.received_at);
            self.note_url(Arc::new(NotedUrl { account, url: url.clone(), seen_at })).await?;
        }
        let outcome = earlier.outcome.as_str().to_owned();
        Ok(Committed::Duplicate(Reply { reply: earlier.reply, outcome }))
    }

    async fn find_known(&self, record: &Record) -> Option<Committed> {
        let Look::Sqlite(pool) = &self.look else { return None };
        let look = message::find_known_in(pool, record);
        let known = match tokio::time::timeout(LOOK_PATIENCE, look).await {
            Ok(Ok(known)) => known,
            Ok(Err(failure)) => {
                warn!(%failure, "Could not look for an earlier delivery; taking the message for a new one");
                None
            }
            Err(_) => {
                warn!("Looking for an earlier delivery takes too long; taking the message for a new one");
                None
            }
        };
        if matches!(known, Some(Committed::Duplicate(_)))
            && let Some(url) = &record.signed_url
        {
            // A retry may come under a new URL: nothing else may come under that one either.
            let noted =
                NotedUrl { account: record.account.clone(), url: url.clone(), seen_at: record.received_at };
            if let Err(failure) = self.note_url(Arc::new(noted)).await {
                warn!(%failure, "Could not note the URL of a retry");
            }
        }
        known
    }

    async fn wake_scribe(&self, draftsman: Draftsman) {
        if draftsman == Draftsman::Joined {
            return;
        }
        let _wakes_however_this_ends = Wake(&self.waiting);
        for _ in 0..GATHER_ROUNDS {
            tokio::task::yield_now().await;
        }
    }

    fn unrecorded(&self, cause: Arc<StoreError>) -> Uncommitted {
        self.metrics.journal_full.inc();
        Uncommitted { cause }
    }
}

/// A draft whose first message was given up must not wait for ever.
struct Wake<'a>(&'a Waiting);

impl Drop for Wake<'_> {
    fn drop(&mut self) {
        self.0.wake_scribe();
    }
}

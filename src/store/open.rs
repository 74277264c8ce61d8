//! Opening the store: replay what a process before us left, start the committer.
//! Not here: reaching the database itself (connect).

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tracing::{error, warn};

use super::committer::waiting::Waiting;
use super::committer::{self, Applier, Behind, Committer, Direct, Look, Seen, TakenIn, Writer};
use super::connect::{Base, Writers, open_postgres, open_sqlite};
use super::conversation::Rows;
use super::journal::scribe::Scribe;
use super::journal::{Journal, Left, Place};
use super::presence::Presence;
use super::{Db, Lag, Sealer, StoreError, message, on_read_now};
use crate::telemetry::StoreMetrics;

#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    Sqlite { path: PathBuf },
    Postgres { url: String },
}

/// A PostgreSQL address holds a password.
impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => f.debug_struct("Sqlite").field("path", path).finish(),
            Self::Postgres { url: _ } => f.debug_struct("Postgres").finish_non_exhaustive(),
        }
    }
}

/// A journal beside a SQLite database, when nothing else is said.
const USUAL_JOURNAL_BYTES: u64 = 64 << 20;
/// How long a PostgreSQL commit may take before the journal takes the message.
const USUAL_PATIENCE: Duration = Duration::from_secs(1);
/// A process that is just ending gives up the journal in this time.
const HANDOVER: Duration = Duration::from_secs(5);
/// What was left and takes longer goes on being stored while messages are answered.
const REPLAY_PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// A usual restart takes less, and nobody waits longer without knowing why.
const SAID_AFTER: Duration = Duration::from_millis(300);

/// How a store is to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
    location: Location,
    sealer: Sealer,
    metrics: StoreMetrics,
    purpose: Purpose,
    journal: Option<Place>,
    patience: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Answers messages: needs the journal for itself.
    Serve,
    /// A command beside a running service: reads and writes everything but
    /// messages, when somebody else has the journal.
    Visit,
}

#[derive(Clone, Debug)]
pub struct Store {
    pub(super) db: Db,
    pub(super) sealer: Sealer,
    pub(super) rows: Arc<Rows>,
    presence: Option<Presence>,
    committer: Committer,
}

impl Opening {
    pub fn new(location: &Location, sealer: Sealer, metrics: StoreMetrics) -> Self {
        let journal = match location {
            Location::Sqlite { path } => {
                Some(Place { folder: path.with_extension("journal"), bytes: USUAL_JOURNAL_BYTES })
            }
            Location::Postgres { .. } => None,
        };
        let (location, purpose, patience) = (location.clone(), Purpose::Visit, USUAL_PATIENCE);
        Self { location, sealer, metrics, purpose, journal, patience }
    }

    /// With the journal there.
    #[must_use]
    pub fn with_journal(self, journal: Place) -> Self {
        Self { journal: Some(journal), ..self }
    }

    /// To answer messages: fails when another process does. A message is in the
    /// journal when PostgreSQL has not taken it after `patience`.
    #[must_use]
    pub fn to_serve(self, patience: Duration) -> Self {
        Self { purpose: Purpose::Serve, patience, ..self }
    }

    /// Messages can be answered without the database, and kept.
    fn may_start_alone(&self) -> bool {
        self.purpose == Purpose::Serve && self.journal.is_some()
    }

    async fn take_journal(&self) -> Result<Option<(Journal, Left)>, StoreError> {
        let Some(place) = &self.journal else { return Ok(None) };
        let mut waited = Duration::ZERO;
        loop {
            if let Some(taken) = Journal::open(place.clone(), &self.sealer)? {
                return Ok(Some(taken));
            }
            match self.purpose {
                Purpose::Visit => return Ok(None),
                Purpose::Serve if waited >= HANDOVER => return Err(StoreError::InUse),
                Purpose::Serve if waited == SAID_AFTER => {
                    warn!(folder = %place.folder.display(), seconds = HANDOVER.as_secs(),
                        "Another yingda still has this data; waiting for it to end");
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Purpose::Serve => tokio::time::sleep(LOOK_AGAIN).await,
            }
            waited += LOOK_AGAIN;
        }
    }
}

impl Store {
    /// For a command, and for tests.
    pub async fn open(
        location: &Location,
        sealer: Sealer,
        metrics: StoreMetrics,
    ) -> Result<Self, StoreError> {
        Self::open_as(Opening::new(location, sealer, metrics)).await
    }

    pub async fn open_as(opening: Opening) -> Result<Self, StoreError> {
        let base = match &opening.location {
            Location::Sqlite { path } => open_sqlite(path).await?,
            Location::Postgres { url } => open_postgres(url, opening.may_start_alone()).await?,
        };
        let behind = match opening.take_journal().await? {
            Some((journal, left)) => Some(begin(journal, left, &opening, &base).await?),
            None => None,
        };
        let Base { mut db, writers, away } = base;
        if let (Some(away), Db::Postgres(pool), Some((behind, _))) = (away, &db, &behind) {
            behind.note_trouble(away.cause);
            tokio::spawn(away.reach.look_for(pool.clone(), Arc::clone(behind)));
        }
        let rows = match &behind {
            Some((_, rows)) => Arc::clone(rows),
            None => Arc::new(Rows::unknown()),
        };
        let behind = behind.map(|(behind, _)| behind);
        if let (Db::Sqlite { lag, .. }, Some(behind)) = (&mut db, &behind) {
            *lag = Lag(Some(Arc::clone(&behind.waiting)));
        }
        let committer = committer(&opening, behind, writers);
        let presence = Presence::of(&opening.location);
        Ok(Self { db, sealer: opening.sealer, rows, presence, committer })
    }

    /// Where messages are written, many in one commit.
    pub fn committer(&self) -> &Committer {
        &self.committer
    }

    /// Other processes may write it too, so that nothing may be remembered here
    /// without asking.
    pub fn is_shared(&self) -> bool {
        match self.db {
            Db::Sqlite { .. } => false,
            Db::Postgres(_) => true,
        }
    }

    /// False while it has not been reached since the start: then there is nothing to
    /// be read in it.
    pub fn is_reached(&self) -> bool {
        self.committer.is_reached()
    }

    /// Whether it took nothing when it was last tried: then nobody should wait
    /// for it.
    pub fn is_failing(&self) -> bool {
        self.committer.trouble().is_some()
    }

    /// Fails when the store cannot answer a trivial question, or would forget
    /// everything at the next start.
    pub async fn check_alive(&self) -> Result<(), StoreError> {
        if let Some(presence) = &self.presence {
            presence.check()?;
        }
        on_read_now!(&self.db, |pool| sqlx::query("SELECT 1").execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Commits what was accepted, then closes every connection.
    pub async fn close(&self) {
        self.committer.finish().await;
        match &self.db {
            Db::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

/// Replays what was left, then starts the journal anew. Who serves does so also
/// on a database that takes nothing: what was left waits for it then.
async fn begin(
    mut journal: Journal,
    left: Left,
    opening: &Opening,
    base: &Base,
) -> Result<(Arc<Behind>, Arc<Rows>), StoreError> {
    let (db, mut writer) = (&base.db, base.writers.late());
    let serves = opening.purpose == Purpose::Serve;
    let left = replay(&mut journal, left, opening, (base, &mut writer)).await?;
    let (rows, seen) = match look_back(db).await {
        Ok(known) => known,
        Err(failure) if serves => {
            error!(%failure, "The database cannot tell what came before; it is asked about every message");
            (Rows::unknown(), Seen::default())
        }
        Err(failure) => return Err(failure),
    };
    let rows = Arc::new(rows);
    let look = match db {
        Db::Sqlite { read, .. } => Look::Sqlite(read.clone()),
        Db::Postgres(_) => Look::Nowhere,
    };
    let max_bytes = usize::try_from(journal.place.bytes).unwrap_or(usize::MAX);
    let waiting = Arc::new(Waiting::new(seen, max_bytes));
    let TakenIn { steps, segments } = committer::take_in(&mut journal, left, &waiting, &rows);
    let id = uuid::Uuid::now_v7().simple().to_string();
    let (sealer, metrics) = (opening.sealer.clone(), opening.metrics.clone());
    let applier = Applier::new(Arc::clone(&waiting), writer, sealer.clone(), id.clone(), metrics.clone());
    let applier = applier.beside(opening.patience).after(steps);
    let applier = if base.away.is_some() { applier.shut() } else { applier };
    let mut scribe = Scribe::new(journal, id, Arc::clone(&waiting), sealer, metrics.clone()).after(segments);
    if serves {
        scribe =
            tokio::task::spawn_blocking(move || scribe.reserve()).await.map_err(|_| StoreError::Closed)?;
    }
    let behind = Behind::start(scribe, applier, waiting, (look, Arc::clone(&rows)), metrics)?;
    Ok((Arc::new(behind), rows))
}

/// What is still left afterwards.
async fn replay(
    journal: &mut Journal,
    left: Left,
    opening: &Opening,
    (base, writer): (&Base, &mut Writer),
) -> Result<Left, StoreError> {
    if base.away.is_some() {
        return Ok(left);
    }
    let patience = match opening.purpose {
        Purpose::Serve => REPLAY_PATIENCE,
        Purpose::Visit => Duration::MAX,
    };
    let replay = committer::replay(journal, &left, writer, &opening.sealer);
    match tokio::time::timeout(patience, replay).await.unwrap_or(Err(StoreError::TooSlow)) {
        Ok(_) => Ok(Left::default()),
        Err(failure) if opening.purpose == Purpose::Serve => {
            error!(%failure, messages = left.len(),
                "What the process before had accepted cannot be stored yet; it stays in the journal and answers go on");
            writer.abandon();
            Ok(left)
        }
        Err(failure) => Err(failure),
    }
}

/// Who has a conversation, and what was accepted lately, where we alone write.
async fn look_back(db: &Db) -> Result<(Rows, Seen), StoreError> {
    let seen = match db {
        Db::Sqlite { read, .. } => message::load_seen(read).await?,
        Db::Postgres(_) => Seen::default(),
    };
    Ok((Rows::load(db).await?, seen))
}

fn committer(opening: &Opening, behind: Option<Arc<Behind>>, writers: Writers) -> Committer {
    match (writers, behind) {
        (Writers::Sqlite(_), Some(behind)) => Committer::by_journal(behind),
        (Writers::Sqlite(_), None) => Committer::closed(),
        (Writers::Postgres(options), behind) => {
            let (sealer, metrics) = (opening.sealer.clone(), opening.metrics.clone());
            let writer = Writer::postgres_first(options);
            Committer::by_database(Direct::start(writer, sealer, behind, opening.patience, metrics))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_never_shown() {
        let location = Location::Postgres { url: "postgres://yingda:hunter2@db/yingda".to_owned() };

        assert_eq!(format!("{location:?}"), "Postgres { .. }");
    }
}

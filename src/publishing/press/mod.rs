//! Keeps this process in step: takes the newest version of the store live, and
//! says how things stand (`status`). `first` finds what is live at the start;
//! `take_in` brings the folder and the store together. Not here: publishing from
//! the console or a command (gate).

mod first;
mod status;
mod take_in;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::answer::Live;
use crate::model::Clock;
use crate::rulebook::Files;
use crate::store::{Store, StoreError};
use crate::telemetry::RulebookMetrics;

use self::first::{edition_of_folder, first_edition};
use self::status::log_refusal;
pub use self::status::{PressError, Status};
pub use self::take_in::COLLISION;
use super::examine::Examination;
use super::fingerprint::Fingerprint;
use super::gate::{Gate, load_files};
use super::ground::Ground;

/// A change is seen after one look and trusted after a second that finds it
/// unchanged, so a file is not read while it is being written.
const LOOK_EVERY: Duration = Duration::from_millis(120);
/// Of these looks, each second one asks the store for a newer version.
const LOOKS_PER_QUESTION: u32 = 2;

#[derive(Debug)]
pub struct Press {
    folder: PathBuf,
    /// The store alone says what is live: several processes share it, each
    /// with a folder of its own.
    is_shared: bool,
    gate: Gate,
    metrics: RulebookMetrics,
    live: Live,
    status: watch::Sender<Arc<Status>>,
    newest: Newest,
    /// Of the folder, when it was taken in.
    taken: Option<Fingerprint>,
    /// It was said that the folder cannot be written.
    is_unwritable_told: bool,
}

/// The newest version, as this process knows it.
#[derive(Clone, Debug)]
struct Newest {
    number: i64,
    files: Files,
    /// Of the rulebook that answers, while it is this one.
    good: Arc<Status>,
}

impl Press {
    /// With the newest version live, and what was edited in the folder while
    /// nobody looked.
    pub async fn open(
        folder: &Path,
        ground: Ground,
        store: Store,
        clock: Clock,
        metrics: RulebookMetrics,
    ) -> Result<Self, PressError> {
        let is_shared = store.is_shared();
        let gate = Gate::new(ground, store, clock);
        let (edition, newest) = match gate.store().is_reached() {
            true => first_edition(folder, &gate, is_shared).await?,
            false => edition_of_folder(folder, &gate).await?,
        };
        let status = watch::Sender::new(Arc::clone(&newest.good));
        let mut press = Self {
            folder: folder.to_owned(),
            is_shared,
            gate,
            metrics,
            live: edition.into_live(),
            status,
            newest,
            taken: None,
            is_unwritable_told: false,
        };
        press.count();
        if !press.is_shared {
            let look = Fingerprint::of(&press.folder);
            press.taken = press.take_in_folder().await.then_some(look);
        }
        Ok(press)
    }

    pub fn live(&self) -> Live {
        Arc::clone(&self.live)
    }

    pub fn status(&self) -> watch::Receiver<Arc<Status>> {
        self.status.subscribe()
    }

    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Follows the store and the folder until it is dropped.
    pub async fn follow(mut self) {
        self.gate.is_live(self.newest.number);
        let mut last_look = self.taken;
        for turn in 0_u32.. {
            let gate = self.gate.clone();
            let is_called = tokio::select! {
                () = sleep(LOOK_EVERY) => false,
                () = gate.knocked() => true,
            };
            if is_called {
                // What the folder holds may mean something else now.
                self.taken = None;
            }
            if is_called || turn % LOOKS_PER_QUESTION == 0 {
                self.catch_up().await;
            }
            if !self.is_shared {
                last_look = self.follow_folder(last_look).await;
            }
        }
    }

    async fn follow_folder(&mut self, last_look: Option<Fingerprint>) -> Option<Fingerprint> {
        let folder = self.folder.clone();
        let look = tokio::task::spawn_blocking(move || Fingerprint::of(&folder)).await.ok();
        if look == last_look && look != self.taken && self.take_in_folder().await {
            self.taken = look;
        }
        look
    }

    /// Takes what is newer in the store live, as `follow` does by itself. A store
    /// that does not answer is told about elsewhere; it is asked again.
    pub async fn catch_up(&mut self) {
        let Ok(number) = self.gate.store().newest_version_number().await else { return };
        let Some(number) = number else {
            if self.newest.number == 0 && !self.status.borrow().stale {
                self.publish_first().await;
            }
            return;
        };
        if number <= self.newest.number {
            return;
        }
        if let Err(failure) = self.take_live(number).await {
            warn!(%failure, version = number, "A new version could not be loaded; trying again");
            return;
        }
        self.gate.is_live(number);
        if !self.is_shared {
            self.take_in_folder().await;
        }
    }

    async fn take_live(&mut self, number: i64) -> Result<(), StoreError> {
        let files = load_files(self.gate.store(), number).await?;
        let examination = match self.gate.take_passed(number) {
            Some(examination) => examination,
            None => self.gate.examine(files.clone()).await?,
        };
        self.go_live(number, files, examination);
        Ok(())
    }

    /// A version passed the gate when it was published: what has expired since,
    /// or was accepted then, is no reason to refuse it.
    fn go_live(&mut self, number: i64, files: Files, examination: Examination) {
        let Examination { edition, problems, transcripts } = examination;
        let version = edition.as_ref().map_or(self.newest.good.version, |_| number);
        let status =
            Arc::new(Status { version, stale: edition.is_none(), problems, transcripts, folder: None });
        self.newest = Newest { number, files, good: Arc::clone(&status) };
        match edition {
            Some(mut edition) => {
                edition.version = number;
                info!(version = number, rules = edition.rulebook.rules.len(), "Published the rulebook");
                self.live.store(Arc::new(edition));
                self.metrics.reloads.inc();
            }
            None => log_refusal(version, &status.problems),
        }
        self.status.send_replace(status);
        self.count();
    }

    /// The folder is not taken, for these reasons.
    fn refuse(&self, why: Status) {
        let status = Status { version: self.live.load().version, stale: true, ..why };
        log_refusal(status.version, &status.problems);
        self.status.send_replace(Arc::new(status));
        self.count();
    }

    fn count(&self) {
        let edition = self.live.load();
        self.metrics.version.set(edition.version);
        self.metrics.rules.set(i64::try_from(edition.rulebook.rules.len()).unwrap_or(i64::MAX));
        self.metrics.stale.set(i64::from(self.status.borrow().stale));
    }
}

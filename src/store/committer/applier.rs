//! Puts what waits into the database, in order, many in one transaction, for as
//! long as the store is open. A database that fails is tried again; nobody's
//! answer waits for it.

use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::{error, info, warn};

use super::behind::Trouble;
use super::careful;
use super::waiting::{APPLY_AT, Waiting};
use super::writer::Writer;
use crate::store::{Sealer, StoreError};
use crate::telemetry::StoreMetrics;

/// How many go into one transaction; fewer after one that failed, so that a slow
/// database takes at least some in time.
const MAX_BATCH: usize = 2 * APPLY_AT;
/// Messages wait this long for company: a page of the database that many of
/// them change is written once. Whoever wants to read them hurries them.
const LINGER: Duration = Duration::from_millis(400);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A database that hangs is left and connected to anew: after so many times what
/// an answer waits for it.
const PATIENCE: u32 = 10;
const SHORTEST_PATIENCE: Duration = Duration::from_secs(1);
/// How often a closing store tries, before the journal keeps the rest.
const LAST_TRIES: u32 = 3;

#[derive(Debug)]
pub struct Applier {
    waiting: Arc<Waiting>,
    writer: Writer,
    sealer: Sealer,
    journal: String,
    metrics: StoreMetrics,
    trouble: Trouble,
    patience: Duration,
    batch: usize,
    failures: u32,
}

impl Applier {
    pub fn new(
        waiting: Arc<Waiting>,
        writer: Writer,
        sealer: Sealer,
        journal: String,
        metrics: StoreMetrics,
    ) -> Self {
        let trouble = Arc::new(StdMutex::new(None));
        let (patience, batch) = (SHORTEST_PATIENCE, MAX_BATCH);
        Self { waiting, writer, sealer, journal, metrics, trouble, patience, batch, failures: 0 }
    }

    /// For a database that an answer waits for so long.
    #[must_use]
    pub fn beside(self, patience: Duration) -> Self {
        Self { patience: SHORTEST_PATIENCE.max(PATIENCE * patience), ..self }
    }

    pub fn trouble(&self) -> Trouble {
        Arc::clone(&self.trouble)
    }

    pub async fn run(mut self) {
        while self.wait_for_work().await {
            match self.apply().await {
                Ok(()) => self.note_success(),
                Err(failure) => self.note_failure(failure).await,
            }
            if self.waiting.is_closed() && self.failures >= LAST_TRIES {
                let waiting = self.waiting.len();
                warn!(waiting, "The database took nothing; what waits stays in the journal");
                break;
            }
        }
        self.writer.close().await;
    }

    /// False once the store was closed and nothing waits.
    async fn wait_for_work(&self) -> bool {
        while self.waiting.is_empty() {
            if self.waiting.is_closed() {
                return false;
            }
            self.waiting.arrived.notified().await;
        }
        let is_catching_up = self.failures > 0 || self.batch < MAX_BATCH;
        if !is_catching_up && !self.waiting.is_closed() && self.waiting.len() < APPLY_AT {
            let hurried = self.waiting.hurry.notified();
            let _ = tokio::time::timeout(LINGER, hurried).await;
        }
        true
    }

    async fn apply(&mut self) -> Result<(), StoreError> {
        let (started, tried) = (Instant::now(), self.batch.min(self.waiting.len()));
        let applied = match tokio::time::timeout(self.patience, self.apply_oldest()).await {
            Ok(applied) => applied,
            Err(_) => {
                self.writer.abandon();
                Err(StoreError::TooSlow)
            }
        };
        self.batch = match &applied {
            Ok(()) => MAX_BATCH.min(2 * self.batch),
            Err(_) => (tried / 2).max(1),
        };
        applied?;
        self.metrics.applied(started.elapsed());
        Ok(())
    }

    async fn apply_oldest(&mut self) -> Result<(), StoreError> {
        if self.failures > 0 {
            // What was given up may have been committed all the same.
            let position = self.writer.find_position(&self.journal).await?;
            let unnoticed = position.saturating_sub(self.waiting.applied());
            self.waiting.forget_applied(usize::try_from(unnoticed).unwrap_or(usize::MAX));
        }
        let (steps, waiting) = (self.waiting.oldest(self.batch), &self.waiting);
        let forget = |count| waiting.forget_applied(count);
        careful::apply(&mut self.writer, &steps, &self.journal, &self.sealer, forget).await
    }

    fn note_success(&mut self) {
        if std::mem::take(&mut self.failures) > 0 {
            info!(waiting = self.waiting.len(), "The database takes messages again");
        }
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.metrics.journal.set(i64::try_from(self.waiting.len()).unwrap_or(i64::MAX));
    }

    async fn note_failure(&mut self, failure: StoreError) {
        if self.failures == 0 {
            error!(
                %failure,
                waiting = self.waiting.len(),
                "The database takes no messages; they wait in the journal and answers go on"
            );
        }
        self.metrics.failures.inc();
        self.metrics.journal.set(i64::try_from(self.waiting.len()).unwrap_or(i64::MAX));
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(failure));
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(self.failures.min(8));
        self.failures += 1;
        tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
    }
}

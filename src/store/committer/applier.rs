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

/// How many go into one transaction.
const MAX_BATCH: usize = 2 * APPLY_AT;
/// Messages wait this long for company: a page of the database that many of
/// them change is written once. Whoever wants to read them hurries them.
const LINGER: Duration = Duration::from_millis(400);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A database that hangs is left and connected to anew.
const PATIENCE: Duration = Duration::from_secs(10);
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
        Self { waiting, writer, sealer, journal, metrics, trouble, failures: 0 }
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
        if self.failures == 0 && !self.waiting.is_closed() && self.waiting.len() < APPLY_AT {
            let hurried = self.waiting.hurry.notified();
            let _ = tokio::time::timeout(LINGER, hurried).await;
        }
        true
    }

    async fn apply(&mut self) -> Result<(), StoreError> {
        let steps = self.waiting.oldest(MAX_BATCH);
        let started = Instant::now();
        let apply = careful::apply(&mut self.writer, &steps, &self.journal, &self.sealer);
        match tokio::time::timeout(PATIENCE, apply).await {
            Ok(applied) => applied?,
            Err(_) => {
                self.writer.abandon();
                return Err(StoreError::TooSlow);
            }
        }
        self.waiting.forget_applied(steps.len());
        self.metrics.applied(started.elapsed());
        Ok(())
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

//! Puts what waits into the database, in order, many in one transaction, for as
//! long as the store is open. A database that fails is tried again; nobody's
//! answer waits for it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::{error, info, warn};

use super::behind::Trouble;
use super::careful::{self, Step};
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

/// What a process before us left in a segment, and waits here now: its name, and
/// the numbers that its entries had there.
#[derive(Debug)]
pub struct LeftSteps {
    pub id: String,
    pub numbers: VecDeque<u64>,
}

#[derive(Debug)]
pub struct Applier {
    waiting: Arc<Waiting>,
    writer: Writer,
    sealer: Sealer,
    journal: String,
    /// The first of what waits.
    left: VecDeque<LeftSteps>,
    metrics: StoreMetrics,
    trouble: Trouble,
    /// The database was never reached, and must not be written to yet.
    is_shut: Arc<AtomicBool>,
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
        Self {
            waiting,
            writer,
            sealer,
            journal,
            left: VecDeque::new(),
            metrics,
            trouble,
            is_shut: Arc::default(),
            patience,
            batch,
            failures: 0,
        }
    }

    /// For a database that an answer waits for so long.
    #[must_use]
    pub fn beside(self, patience: Duration) -> Self {
        Self { patience: SHORTEST_PATIENCE.max(PATIENCE * patience), ..self }
    }

    /// Of `waiting`, the first were left by a process before us.
    #[must_use]
    pub fn after(self, left: VecDeque<LeftSteps>) -> Self {
        Self { left, ..self }
    }

    /// On a database that was not reached yet.
    #[must_use]
    pub fn shut(self) -> Self {
        Self { is_shut: Arc::new(AtomicBool::new(true)), ..self }
    }

    pub fn is_shut(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_shut)
    }

    pub fn trouble(&self) -> Trouble {
        Arc::clone(&self.trouble)
    }

    pub async fn run(mut self) {
        while self.is_shut.load(Ordering::Acquire) {
            if self.waiting.is_closed() {
                return;
            }
            tokio::time::sleep(FIRST_PAUSE).await;
        }
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
        let patience = self.patience;
        let apply =
            async { if self.left.is_empty() { self.apply_oldest().await } else { self.apply_left().await } };
        let applied = match tokio::time::timeout(patience, apply).await {
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

    /// Under the name and the numbers that it had: so it is applied once, whoever
    /// began with it.
    async fn apply_left(&mut self) -> Result<(), StoreError> {
        let Some(life) = self.left.front_mut() else { return Ok(()) };
        let position = self.writer.find_position(&life.id).await?;
        let known = life.numbers.iter().take_while(|number| **number <= position).count();
        life.numbers.drain(..known);
        self.waiting.forget_applied(known);
        let oldest = self.waiting.oldest(self.batch.min(life.numbers.len()));
        let numbered = life.numbers.iter().copied().zip(oldest);
        let steps: Vec<Step> = numbered.map(|(number, (_, entry))| (number, entry)).collect();
        let (waiting, numbers) = (&self.waiting, &mut life.numbers);
        let forget = |count| {
            numbers.drain(..count);
            waiting.forget_applied(count);
        };
        careful::apply(&mut self.writer, &steps, &life.id, &self.sealer, forget).await?;
        if life.numbers.is_empty() {
            self.left.pop_front();
        }
        if self.left.is_empty() {
            info!("Stored what the process before had accepted and could not store any more");
        }
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

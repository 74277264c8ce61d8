//! Database first, many messages in one commit: on PostgreSQL, where other
//! processes must see a message before its answer leaves. What the database
//! does not take in time goes to the journal, and while anything waits there
//! everything does, so that the order is kept.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::{error, warn};

use super::behind::Behind;
use super::writer::Writer;
use super::{Committed, Record, Uncommitted};
use crate::store::{Sealer, StoreError};
use crate::telemetry::StoreMetrics;

/// Messages in one transaction. 64 rows of 12 values stay far below
/// PostgreSQL's 65 535 parameters a statement.
const MAX_BATCH: usize = 64;
/// Messages that may wait for a commit; beyond it `commit` waits for a place.
const MAX_WAITING: usize = 4_096;

type Waiter = oneshot::Sender<Result<Committed, Uncommitted>>;

#[derive(Debug)]
pub struct Direct {
    queue: mpsc::Sender<(Record, Waiter)>,
    task: Mutex<Option<JoinHandle<()>>>,
    finish: Arc<Notify>,
    behind: Option<Arc<Behind>>,
}

impl Direct {
    pub fn start(
        writer: Writer,
        sealer: Sealer,
        behind: Option<Arc<Behind>>,
        patience: Duration,
        metrics: StoreMetrics,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        let finish = Arc::new(Notify::new());
        let work = Work { writer, sealer, behind: behind.clone(), patience, metrics };
        let task = tokio::spawn(work.run(waiting, Arc::clone(&finish)));
        Self { queue, task: Mutex::new(Some(task)), finish, behind }
    }

    pub fn behind(&self) -> Option<&Arc<Behind>> {
        self.behind.as_ref()
    }

    pub async fn commit(&self, record: Record) -> Result<Committed, Uncommitted> {
        let (done, committed) = oneshot::channel();
        self.queue.send((record, done)).await.map_err(|_| StoreError::Closed)?;
        committed.await.map_err(|_| StoreError::Closed)?
    }

    pub async fn finish(&self) {
        self.finish.notify_one();
        if let Some(task) = self.task.lock().await.take()
            && let Err(panic) = task.await
        {
            error!(%panic, "The committer did not finish");
        }
        if let Some(behind) = &self.behind {
            behind.finish().await;
        }
    }
}

struct Work {
    writer: Writer,
    sealer: Sealer,
    behind: Option<Arc<Behind>>,
    patience: Duration,
    metrics: StoreMetrics,
}

impl Work {
    async fn run(mut self, mut waiting: mpsc::Receiver<(Record, Waiter)>, finish: Arc<Notify>) {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        loop {
            tokio::select! {
                biased;
                received = waiting.recv_many(&mut batch, MAX_BATCH) => {
                    if received == 0 {
                        break;
                    }
                    tokio::task::yield_now().await;
                    while batch.len() < MAX_BATCH && let Ok(more) = waiting.try_recv() {
                        batch.push(more);
                    }
                    self.take(std::mem::take(&mut batch)).await;
                }
                () = finish.notified() => waiting.close(),
            }
        }
        self.writer.close().await;
    }

    async fn take(&mut self, batch: Vec<(Record, Waiter)>) {
        let (records, waiters): (Vec<Record>, Vec<Waiter>) = batch.into_iter().unzip();
        if let Some(behind) = self.behind.clone().filter(|behind| !behind.waiting.is_empty()) {
            return self.fall_back(&behind, records, waiters);
        }
        let started = Instant::now();
        let deadline = started + self.patience;
        let insert = self.writer.insert_all(&records, &self.sealer);
        let inserted = tokio::time::timeout_at(deadline, insert).await.unwrap_or(Err(StoreError::TooSlow));
        self.metrics.committed(records.len(), started.elapsed());
        match inserted {
            Ok(()) => waiters.into_iter().for_each(|done| drop(done.send(Ok(Committed::Stored)))),
            Err(failure) if failure.is_lost_connection() => self.give_up(failure, records, waiters),
            Err(_) => self.commit_singly(records, waiters, deadline).await,
        }
    }

    /// A message was there before, or a conversation went on elsewhere: each is
    /// told what was found.
    async fn commit_singly(&mut self, records: Vec<Record>, waiters: Vec<Waiter>, deadline: Instant) {
        let mut rest = records.into_iter().zip(waiters);
        while let Some((record, done)) = rest.next() {
            let insert = self.writer.insert_one(&record, &self.sealer);
            let inserted =
                tokio::time::timeout_at(deadline, insert).await.unwrap_or(Err(StoreError::TooSlow));
            match inserted {
                Ok(committed) => drop(done.send(Ok(committed))),
                Err(failure) if failure.is_lost_connection() => {
                    let (records, waiters) = std::iter::once((record, done)).chain(rest).unzip();
                    return self.give_up(failure, records, waiters);
                }
                Err(failure) => drop(done.send(Err(failure.into()))),
            }
        }
    }

    fn give_up(&mut self, failure: StoreError, records: Vec<Record>, waiters: Vec<Waiter>) {
        self.writer.abandon();
        self.metrics.failures.inc();
        let failure = Arc::new(failure);
        let Some(behind) = self.behind.clone() else {
            for done in waiters {
                drop(done.send(Err(Uncommitted { cause: Arc::clone(&failure) })));
            }
            return;
        };
        warn!(%failure, messages = records.len(), "The database did not take messages in time; the journal does");
        behind.note_trouble(failure);
        self.fall_back(&behind, records, waiters);
    }

    fn fall_back(&self, behind: &Arc<Behind>, records: Vec<Record>, waiters: Vec<Waiter>) {
        for (record, done) in records.into_iter().zip(waiters) {
            self.metrics.answered_first.inc();
            let behind = Arc::clone(behind);
            tokio::spawn(async move { drop(done.send(behind.commit(record).await)) });
        }
    }
}

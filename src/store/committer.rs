//! Group commit: messages that arrive while one commit is on its way to the
//! disk share the next one, so that syncing each costs little (DESIGN.md D3).
//!
//! One task owns the writing connection. A batch is one transaction. When a row
//! of it was there before (a retry after a restart, a captured URL), the batch
//! is undone and its messages are committed one by one, each told what was found.

use std::sync::Arc;

use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::{error, info};

use super::conversation::Rows;
use super::message::{Record, Reply as StoredReply};
use super::{Sealer, StoreError};
use crate::telemetry::StoreMetrics;

mod batch;
mod writer;

pub use writer::Writer;

/// Messages in one transaction. 64 rows of 14 values stay far below SQLite's
/// 32 766 and PostgreSQL's 65 535 parameters a statement.
const MAX_BATCH: usize = 64;
/// Messages that may wait for a commit; beyond it `commit` waits for a place.
const MAX_WAITING: usize = 4_096;
/// How often a batch lets everything else that is ready run first, so that
/// messages which are being decided right now join it.
const GATHER_ROUNDS: usize = 3;

/// A message's record, and what became of it.
#[derive(Debug)]
pub struct Commit {
    record: Record,
    done: Waiter,
}

type Waiter = oneshot::Sender<Result<Committed, Uncommitted>>;

/// A record that did not reach the disk, given back so that it can be tried
/// again.
#[derive(Clone, Debug)]
pub struct Uncommitted {
    /// None when the store was closed before it looked at the record.
    pub record: Option<Box<Record>>,
    pub cause: Arc<StoreError>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Committed {
    Stored,
    /// The message was there already; this is the reply it got.
    Duplicate(StoredReply),
    /// Plain mode: another body came under this signed URL before.
    Forged,
}

#[derive(Clone, Debug)]
pub struct Committer {
    queue: mpsc::Sender<Commit>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    finish: Arc<Notify>,
}

impl Committer {
    pub(super) fn start(work: Work) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        let finish = Arc::new(Notify::new());
        let task = tokio::spawn(work.run(waiting, Arc::clone(&finish)));
        Self { queue, task: Arc::new(Mutex::new(Some(task))), finish }
    }

    /// Returns once the record is on the disk, or was found to be there.
    pub async fn commit(&self, record: Record) -> Result<Committed, Uncommitted> {
        let (done, committed) = oneshot::channel();
        let closed = || Uncommitted { record: None, cause: Arc::new(StoreError::Closed) };
        self.queue.send(Commit { record, done }).await.map_err(|_| closed())?;
        committed.await.map_err(|_| closed())?
    }

    /// Commits what waits and stops.
    pub(super) async fn finish(&self) {
        self.finish.notify_one();
        if let Some(task) = self.task.lock().await.take()
            && let Err(panic) = task.await
        {
            error!(%panic, "The committer did not finish");
        }
    }
}

/// What the committing task works with.
pub struct Work {
    writer: Writer,
    sealer: Sealer,
    rows: Arc<Rows>,
    metrics: StoreMetrics,
}

impl Work {
    pub(super) fn new(writer: Writer, sealer: Sealer, rows: Arc<Rows>, metrics: StoreMetrics) -> Self {
        Self { writer, sealer, rows, metrics }
    }

    async fn run(mut self, mut waiting: mpsc::Receiver<Commit>, finish: Arc<Notify>) {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        loop {
            tokio::select! {
                biased;
                received = waiting.recv_many(&mut batch, MAX_BATCH) => {
                    if received == 0 {
                        break;
                    }
                    gather(&mut waiting, &mut batch).await;
                    self.commit_batch(std::mem::take(&mut batch)).await;
                }
                () = finish.notified() => waiting.close(),
            }
        }
        self.writer.close().await;
    }

    async fn commit_batch(&mut self, batch: Vec<Commit>) {
        let (records, waiters): (Vec<Record>, Vec<_>) =
            batch.into_iter().map(|commit| (commit.record, commit.done)).unzip();
        let started = Instant::now();
        self.rows.note(records.iter().filter(|record| record.conversation.is_some()).map(Record::whose));
        let inserted = self.writer.insert_all(&records, &self.sealer).await;
        self.metrics.committed(records.len(), started.elapsed());
        match inserted {
            Ok(()) => waiters.into_iter().for_each(|done| drop(done.send(Ok(Committed::Stored)))),
            Err(error) if error.is_duplicate() => self.commit_singly(records, waiters).await,
            Err(error) => {
                self.metrics.failures.inc();
                let cause = Arc::new(error);
                for (record, done) in records.into_iter().zip(waiters) {
                    let record = Some(Box::new(record));
                    drop(done.send(Err(Uncommitted { record, cause: Arc::clone(&cause) })));
                }
            }
        }
    }

    async fn commit_singly(&mut self, records: Vec<Record>, waiters: Vec<Waiter>) {
        info!(batch = records.len(), "A message was stored before; committing one by one");
        for (record, done) in records.into_iter().zip(waiters) {
            let committed = self.writer.insert_one(&record, &self.sealer).await;
            let give_back = |error| Uncommitted { record: Some(Box::new(record)), cause: Arc::new(error) };
            drop(done.send(committed.map_err(give_back)));
        }
    }
}

/// Lets messages join that are ready but for their turn on this thread.
async fn gather(waiting: &mut mpsc::Receiver<Commit>, batch: &mut Vec<Commit>) {
    let mut idle_rounds = 0;
    while idle_rounds < GATHER_ROUNDS && batch.len() < MAX_BATCH {
        tokio::task::yield_now().await;
        let before = batch.len();
        while batch.len() < MAX_BATCH
            && let Ok(commit) = waiting.try_recv()
        {
            batch.push(commit);
        }
        idle_rounds = if batch.len() == before { idle_rounds + 1 } else { 0 };
    }
}

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
        let behind = self.behind.clone().filter(|behind| behind.is_shut() || !behind.waiting.is_empty());
        if let Some(behind) = behind {
            return self.fall_back(&behind, records, waiters);
        }
        let started = Instant::now();
        let deadline = started + self.patience;
        let insert = self.writer.insert_all(&records, &self.sealer);
        let inserted = tokio::time::timeout_at(deadline, insert).await.unwrap_or(Err(StoreError::TooSlow));
        self.metrics.committed(records.len(), started.elapsed());
        match inserted {
            Ok(()) => {
                records.iter().for_each(|record| self.remember_url(record));
                waiters.into_iter().for_each(|done| drop(done.send(Ok(Committed::Stored))));
            }
            Err(failure) if failure.is_about_one_of_many() => {
                self.commit_singly(records, waiters, deadline).await;
            }
            Err(failure) => self.give_up(failure, records, waiters),
        }
    }

    /// A message was there before, or a conversation went on elsewhere: each is
    /// told what was found.
    async fn commit_singly(&mut self, records: Vec<Record>, waiters: Vec<Waiter>, deadline: Instant) {
        let mut rest = records.into_iter().zip(waiters);
        while let Some((record, done)) = rest.next() {
            let insert = self.insert_singly(&record);
            let inserted =
                tokio::time::timeout_at(deadline, insert).await.unwrap_or(Err(StoreError::TooSlow));
            match inserted {
                Ok(committed) => self.tell(record, done, Ok(committed)),
                Err(failure) if failure.is_about_the_record() => self.tell(record, done, Err(failure.into())),
                // Whatever it is (read-only, out of space, no rights), it is the database.
                Err(failure) => {
                    let (records, waiters) = std::iter::once((record, done)).chain(rest).unzip();
                    return self.give_up(failure, records, waiters);
                }
            }
        }
    }

    /// What cannot be stored as it is keeps at least its message and its reply.
    async fn insert_singly(&mut self, record: &Record) -> Result<Committed, StoreError> {
        let failure = match self.writer.insert_one(record, &self.sealer).await {
            Err(failure) if failure.is_about_the_record() => failure,
            inserted => return inserted,
        };
        // It looks again first: another process may have stored the message just now.
        let bare = Record { effects: Vec::new(), ..record.clone() };
        let committed = self.writer.insert_one(&bare, &self.sealer).await?;
        if committed == Committed::Stored {
            error!(%failure, message = %record.key, "A record cannot be stored as it is");
        }
        Ok(committed)
    }

    fn remember_url(&self, record: &Record) {
        if let (Some(url), Some(behind)) = (&record.signed_url, &self.behind) {
            behind.waiting.note_url(&record.account, url, record.received_at);
        }
    }

    /// Whoever waited may have answered without: then what the database did not
    /// keep is kept by the journal, but for where the conversation would stand.
    fn tell(&self, record: Record, done: Waiter, committed: Result<Committed, Uncommitted>) {
        if let Ok(Committed::Stored) = &committed {
            self.remember_url(&record);
        }
        let Err(unheard) = done.send(committed) else { return };
        let signed_url = match unheard {
            Ok(Committed::Stored | Committed::Duplicate(_)) => return,
            // It belongs to another message.
            Ok(Committed::Forged) => None,
            Ok(Committed::Stale) | Err(_) => record.signed_url.clone(),
        };
        let Some(behind) = self.behind.clone() else { return };
        self.metrics.answered_first.inc();
        let answered = Record { conversation: None, signed_url, ..record };
        tokio::spawn(async move {
            let key = answered.key.clone();
            if let Err(failure) = behind.commit(answered).await {
                error!(message = %key, %failure, "A message was answered and is not on disk");
            }
        });
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

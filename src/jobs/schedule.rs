//! When each job is due, and that one process alone does it: a lease in the
//! store. A process that dies at work loses its lease when it runs out, and
//! another begins anew; so every job may be repeated without harm.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::{error, warn};

use crate::model::Clock;
use crate::store::{Store, StoreError};

/// How late a job may be.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Longer than any job takes.
const LEASE: SignedDuration = SignedDuration::from_mins(30);
/// A job that failed is tried again so soon, or when it is due if that is sooner.
const AGAIN_AFTER_FAILURE: SignedDuration = SignedDuration::from_mins(5);

pub type Failure = Box<dyn std::error::Error + Send + Sync>;
type Running = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

pub struct Job {
    name: &'static str,
    every: SignedDuration,
    work: Box<dyn Fn(Timestamp) -> Running + Send + Sync>,
}

impl Job {
    /// `work` is told the time, and may be repeated without harm.
    pub fn new<F, R>(name: &'static str, every: SignedDuration, work: F) -> Self
    where
        F: Fn(Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        Self { name, every, work: Box::new(move |now| Box::pin(work(now))) }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("name", &self.name).field("every", &self.every).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub struct Schedule {
    store: Store,
    clock: Clock,
    /// This process.
    holder: String,
    jobs: Vec<Job>,
}

impl Schedule {
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, holder: format!("{:016x}", rand::random::<u64>()), jobs: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, job: Job) -> Self {
        self.jobs.push(job);
        self
    }

    /// Goes on until it is dropped.
    pub async fn follow(self) {
        loop {
            if let Err(failure) = self.run_due().await {
                warn!(%failure, "Could not look for work that is due; trying again");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Does what is due and nobody else is at; the names of what was done.
    pub async fn run_due(&self) -> Result<Vec<&'static str>, StoreError> {
        let standings = self.store.list_jobs().await?;
        let mut done = Vec::new();
        for job in &self.jobs {
            let now = self.clock.now();
            let known = standings.iter().find(|standing| standing.name == job.name);
            // Most looks find nothing: those must not write.
            let is_due = known.is_none_or(|standing| standing.due_at <= now);
            if is_due && self.run(job, now).await? {
                done.push(job.name);
            }
        }
        Ok(done)
    }

    async fn run(&self, job: &Job, now: Timestamp) -> Result<bool, StoreError> {
        let Some(lease) = self.store.lease_job(job.name, &self.holder, now, LEASE).await? else {
            return Ok(false);
        };
        let (outcome, pause) = match (job.work)(now).await {
            Ok(()) => (Ok(now), job.every),
            Err(failure) => {
                error!(job = job.name, %failure, "Scheduled work failed; trying again");
                (Err(failure.to_string()), job.every.min(AGAIN_AFTER_FAILURE))
            }
        };
        self.store.finish_job(&lease, now + pause, outcome).await?;
        Ok(true)
    }
}

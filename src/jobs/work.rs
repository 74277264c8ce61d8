//! What every job may use, told once when the jobs are wired, and what one run
//! of this process leaves for the next.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::answer::Live;
use crate::model::Roster;
use crate::store::Store;

use super::schedule::{Failure, Job};

/// What the configuration says of the jobs.
#[derive(Clone, Debug)]
pub struct JobSettings {
    pub keep_messages_days: NonZeroU32,
    /// A delivery older (or newer) than this is refused.
    pub accepted_age: Duration,
    pub accounts: Roster,
}

#[derive(Debug)]
pub struct Work {
    pub store: Store,
    pub live: Live,
    pub settings: JobSettings,
    /// Before which time this process has forgotten all messages.
    pub forgotten_before: Latest,
    /// The version whose misses were looked at last.
    pub version_looked_at: Latest,
}

/// How far one job has come, in this process; after a start it begins anew.
#[derive(Debug)]
pub struct Latest(AtomicI64);

impl Work {
    pub fn new(store: &Store, live: &Live, settings: JobSettings) -> Self {
        let (store, live) = (store.clone(), Live::clone(live));
        Self {
            store,
            live,
            settings,
            forgotten_before: Latest::default(),
            version_looked_at: Latest::default(),
        }
    }

    /// The job that does `run` with all of this.
    pub fn job<F, R>(self: &Arc<Self>, name: &'static str, every: SignedDuration, run: F) -> Job
    where
        F: Fn(Arc<Self>, Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let work = Arc::clone(self);
        Job::new(name, every, move |now| run(Arc::clone(&work), now))
    }
}

impl Latest {
    pub fn get(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|latest| *latest != i64::MIN)
    }

    pub fn set(&self, latest: i64) {
        self.0.store(latest, Ordering::Relaxed);
    }
}

impl Default for Latest {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

//! Scheduled work that runs once however many processes there are. `schedule`
//! decides when and by whom, a file per kind of work says what. Not here: the
//! SQL (store).

mod misses;
mod presence;
mod publish_due;
mod reminders;
mod retention;
mod schedule;

use std::num::NonZeroU32;

use jiff::{SignedDuration, Timestamp};

use crate::answer::Live;
use crate::model::{Clock, Roster};
use crate::publishing::Gate;
use crate::store::Store;

pub use presence::watch_store;
pub use schedule::{Failure, Job, Schedule};

const MINUTES: SignedDuration = SignedDuration::from_mins(10);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What the jobs are told once, when they are wired.
#[derive(Clone, Debug)]
pub struct JobSettings {
    pub keep_messages_days: NonZeroU32,
    pub accounts: Roster,
}

/// What each of them works with.
#[derive(Clone, Debug)]
struct Work {
    store: Store,
    live: Live,
    settings: JobSettings,
    seen: misses::Seen,
}

impl Work {
    /// A job that is given all of it anew whenever it is due.
    fn job<F, R>(&self, name: &'static str, every: SignedDuration, work: F) -> Job
    where
        F: Fn(Self, Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let with = self.clone();
        Job::new(name, every, move |now| work(with.clone(), now))
    }
}

/// All of yingda's own work. More is added with `Schedule::with`.
pub fn schedule(store: &Store, live: &Live, clock: &Clock, settings: JobSettings) -> Schedule {
    let seen = misses::Seen::default();
    let work = Work { store: store.clone(), live: Live::clone(live), settings, seen };
    Schedule::new(store.clone(), clock.clone())
        .with(work.job("forget_messages", HOUR, retention::forget_messages))
        .with(work.job("forget_leads", HOUR, retention::forget_leads))
        .with(work.job("finish_erasing", MINUTES, retention::finish_erasing))
        .with(work.job("forget_forms", HOUR, retention::forget_forms))
        .with(work.job("forget_reply_drafts", HOUR, retention::forget_reply_drafts))
        .with(work.job("forget_notices", HOUR, retention::forget_notices))
        .with(work.job("close_misses", MINUTES, misses::close_answered))
        .with(work.job("remind_of_leads", MINUTES, reminders::remind_of_leads))
        .with(work.job("remind_of_facts", MINUTES, reminders::remind_of_facts))
}

/// What waits for its time goes live so late at most, and no earlier.
const HALF_A_MINUTE: SignedDuration = SignedDuration::from_secs(30);

pub fn publish_due(gate: Gate) -> Job {
    Job::new("publish_due", HALF_A_MINUTE, move |_| publish_due::publish_due(gate.clone()))
}

//! Scheduled work that runs once however many processes there are. `schedule`
//! decides when and by whom, a file per kind of work says what. Not here: the
//! SQL (store).

mod line;
mod misses;
mod presence;
mod publish_due;
mod reminders;
mod retention;
mod schedule;
mod work;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::answer::Live;
use crate::model::Clock;
use crate::publishing::Gate;
use crate::store::Store;

use work::Work;

pub use presence::watch_store;
pub use schedule::{Failure, Job, Schedule};
pub use work::JobSettings;

const MINUTES: SignedDuration = SignedDuration::from_mins(10);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// All of yingda's own work: what it is called in the store, how often it is
/// done, and what is done. More is added with `Schedule::with`.
pub fn schedule(store: &Store, live: &Live, clock: &Clock, settings: JobSettings) -> Schedule {
    let work = Arc::new(Work::new(store, live, settings));
    let jobs = [
        work.job("forget_messages", HOUR, retention::forget_messages),
        work.job("forget_idle_customers", HOUR, retention::forget_idle_customers),
        work.job("forget_signed_urls", HOUR, retention::forget_signed_urls),
        work.job("forget_leads", HOUR, retention::forget_leads),
        work.job("finish_erasing", MINUTES, retention::finish_erasing),
        work.job("forget_forms", HOUR, retention::forget_forms),
        work.job("forget_reply_drafts", HOUR, retention::forget_reply_drafts),
        work.job("forget_notices", HOUR, retention::forget_notices),
        work.job("end_outlived", MINUTES, line::end_outlived),
        work.job("close_misses", MINUTES, misses::close_answered),
        work.job("remind_of_leads", MINUTES, reminders::remind_of_leads),
        work.job("remind_of_facts", MINUTES, reminders::remind_of_facts),
    ];
    jobs.into_iter().fold(Schedule::new(store.clone(), clock.clone()), Schedule::with)
}

/// What waits for its time goes live so late at most, and no earlier.
const HALF_A_MINUTE: SignedDuration = SignedDuration::from_secs(30);

pub fn publish_due(gate: Gate) -> Job {
    Job::new("publish_due", HALF_A_MINUTE, move |_| publish_due::publish_due(gate.clone()))
}

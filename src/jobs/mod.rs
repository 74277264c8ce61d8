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
use std::time::Duration;

use jiff::SignedDuration;

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
    /// A delivery older (or newer) than this is refused.
    pub accepted_age: Duration,
    pub accounts: Roster,
}

/// All of yingda's own work. More is added with `Schedule::with`.
pub fn schedule(store: &Store, live: &Live, clock: &Clock, settings: JobSettings) -> Schedule {
    let JobSettings { keep_messages_days, accepted_age, accounts } = settings;
    let (due, expiring, closing) = (accounts.clone(), accounts.clone(), accounts);
    let with_store = || store.clone();
    let with_live = || (store.clone(), Live::clone(live));
    let (store_1, store_2, store_3, store_4) = (with_store(), with_store(), with_store(), with_store());
    let (store_8, store_9, store_10) = (with_store(), with_store(), with_store());
    let ((store_5, live_5), (store_6, live_6), (store_7, live_7)) = (with_live(), with_live(), with_live());
    let live_2 = Live::clone(live);
    let (seen, forgotten) = (misses::Seen::default(), retention::Forgotten::default());
    Schedule::new(store.clone(), clock.clone())
        .with(Job::new("forget_messages", HOUR, move |now| {
            retention::forget_messages(store_1.clone(), keep_messages_days, forgotten.clone(), now)
        }))
        .with(Job::new("forget_signed_urls", HOUR, move |now| {
            retention::forget_signed_urls(store_10.clone(), accepted_age, now)
        }))
        .with(Job::new("forget_leads", HOUR, move |now| {
            retention::forget_leads(store_2.clone(), Live::clone(&live_2), now)
        }))
        .with(Job::new("finish_erasing", MINUTES, move |now| retention::finish_erasing(store_3.clone(), now)))
        .with(Job::new("forget_forms", HOUR, move |now| retention::forget_forms(store_8.clone(), now)))
        .with(Job::new("forget_reply_drafts", HOUR, move |now| {
            retention::forget_reply_drafts(store_9.clone(), now)
        }))
        .with(Job::new("forget_notices", HOUR, move |now| retention::forget_notices(store_4.clone(), now)))
        .with(Job::new("close_misses", MINUTES, move |now| {
            misses::close_answered(store_5.clone(), Live::clone(&live_5), closing.ids(), seen.clone(), now)
        }))
        .with(Job::new("remind_of_leads", MINUTES, move |now| {
            reminders::remind_of_leads(store_6.clone(), Live::clone(&live_6), due.ids(), now)
        }))
        .with(Job::new("remind_of_facts", MINUTES, move |now| {
            reminders::remind_of_facts(store_7.clone(), Live::clone(&live_7), expiring.ids(), now)
        }))
}

/// What waits for its time goes live so late at most, and no earlier.
const HALF_A_MINUTE: SignedDuration = SignedDuration::from_secs(30);

pub fn publish_due(gate: Gate) -> Job {
    Job::new("publish_due", HALF_A_MINUTE, move |_| publish_due::publish_due(gate.clone()))
}

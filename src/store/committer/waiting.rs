//! What was accepted and is not in the database yet: in memory, so that a retry
//! and the customer's next message see it; drafted for the journal, so that it
//! survives us. One lock, never held across a wait. Not here: the journal's
//! files, SQL, what a duplicate means.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, oneshot, watch};

use super::careful::Step;
use super::seen::Seen;
use super::state::{State, hash};
use crate::model::{AccountId, CustomerId};
use crate::store::StoreError;
use crate::store::journal::entry::{Entry, NotedUrl, View};
use crate::store::message::{Record, SignedUrl};

/// A draft is closed at this size: it must fit into a segment, and the customers
/// in it should not wait for a long write.
pub const MAX_DRAFT_BYTES: usize = 256 * 1024;
/// So many entries are put into the database at once, and no more wait for
/// company. Large, because messages of many customers share few pages: at 2 000
/// SQLite wrote three times as much for each. Not larger, because they are in
/// memory.
pub const APPLY_AT: usize = 12_000;

pub type Done = oneshot::Sender<Result<(), Arc<StoreError>>>;

#[derive(Debug)]
pub struct Waiting {
    state: Mutex<State>,
    /// Tells the scribe that there is something to write, or to reuse.
    to_write: Condvar,
    /// Tells the applier that somebody wants it done now.
    pub hurry: Notify,
    /// Tells the applier that there is something to do at all.
    pub arrived: Notify,
    written: watch::Sender<u64>,
    applied: watch::Sender<u64>,
    /// More than this in memory is refused.
    max_bytes: usize,
}

/// Entries that share one write.
#[derive(Debug)]
pub struct Draft {
    pub first: u64,
    pub entries: u64,
    pub frame: Vec<u8>,
    pub done: Vec<Done>,
}

/// Whether the database was asked about a key that may be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    NotYet,
    /// It knows nothing of it.
    Already,
}

#[derive(Debug)]
pub enum Admission {
    /// The receiver tells when it is on the disk. The first of a draft has to
    /// wake the scribe.
    Admitted(oneshot::Receiver<Result<(), Arc<StoreError>>>, Draftsman),
    /// The message waits here already, under this number.
    Known(u64, Box<Record>),
    Forged,
    /// The database has to be asked first.
    Unsure,
    Full,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draftsman {
    First,
    Joined,
}

impl Waiting {
    pub fn new(seen: Seen, max_bytes: usize) -> Self {
        let state = State::new(seen);
        Self {
            state: Mutex::new(state),
            to_write: Condvar::new(),
            hurry: Notify::new(),
            arrived: Notify::new(),
            written: watch::Sender::new(0),
            applied: watch::Sender::new(0),
            max_bytes,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn admit(&self, record: &Record, entry: &Entry, asked: Asked) -> Admission {
        let mut state = self.state();
        if let Some(refused) = state.find_reason_against(record, asked, self.max_bytes) {
            return refused;
        }
        let number = state.next();
        state.remember(number, record);
        self.push(&mut state, entry.clone())
    }

    /// Notes a signed URL; false when there is no room.
    pub fn admit_url(&self, noted: &Arc<NotedUrl>) -> Admission {
        let entry = Entry::signed_url(noted);
        let mut state = self.state();
        if state.closed {
            return Admission::Closed;
        }
        state.remember_url(noted);
        self.push(&mut state, entry)
    }

    /// What went straight into the database: nothing else may come under its URL,
    /// also while the database cannot say so.
    pub fn note_url(&self, account: &AccountId, url: &SignedUrl, seen_at: Timestamp) {
        self.state().seen.note_url(account, url, seen_at);
    }

    /// Takes in what a process before us left on the disk; the number of the last.
    pub fn take_in(&self, entries: Vec<Entry>) -> u64 {
        let mut state = self.state();
        for entry in entries {
            let number = state.next();
            match entry.view() {
                Some(View::Message(message)) => {
                    if let Some(record) = message.record() {
                        state.remember(number, &record);
                    }
                }
                Some(View::SignedUrl(url)) => {
                    if let Some(noted) = url.noted() {
                        state.remember_url(&noted);
                    }
                }
                None => {}
            }
            state.bytes += entry.bytes().len();
            state.left_bytes += entry.bytes().len();
            state.entries.push_back(entry);
        }
        state.left = state.next() - 1;
        self.written.send_replace(state.left);
        self.arrived.notify_one();
        state.left
    }

    fn push(&self, state: &mut State, entry: Entry) -> Admission {
        let was_empty = state.entries.is_empty();
        let (done, receiver) = oneshot::channel();
        let draftsman = state.draft(entry.bytes(), done);
        state.bytes += entry.bytes().len();
        state.entries.push_back(entry);
        if was_empty {
            self.arrived.notify_one();
        }
        if state.entries.len() == APPLY_AT {
            self.hurry.notify_one();
        }
        Admission::Admitted(receiver, draftsman)
    }

    pub fn wake_scribe(&self) {
        self.to_write.notify_one();
    }

    /// Blocks until there is a draft; None once the store was closed.
    pub fn next_draft(&self) -> Option<Draft> {
        let mut state = self.state();
        loop {
            if let Some(draft) = state.drafts.pop_front() {
                return Some(draft);
            }
            if state.closed {
                return None;
            }
            state = self.to_write.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub fn written(&self, number: u64) {
        self.written.send_replace(number);
    }

    /// Until the entry with this number is on the disk.
    pub async fn wait_until_written(&self, number: u64) {
        let mut written = self.written.subscribe();
        drop(written.wait_for(|written| *written >= number).await);
    }

    /// The oldest entries with their numbers.
    pub fn oldest(&self, at_most: usize) -> Vec<Step> {
        let state = self.state();
        let entries = state.entries.iter().take(at_most);
        (state.first..).zip(entries.cloned()).collect()
    }

    /// So many of the oldest are in the database.
    pub fn forget_applied(&self, count: usize) {
        let mut state = self.state();
        for _ in 0..count {
            state.forget_oldest();
        }
        self.applied.send_replace(state.first - 1);
        // The scribe may wait for a segment to be emptied.
        self.to_write.notify_one();
    }

    pub fn applied(&self) -> u64 {
        *self.applied.borrow()
    }

    /// Blocks; false when it took too long.
    pub fn wait_until_applied(&self, number: u64, patience: Duration) -> bool {
        self.hurry.notify_one();
        let state = self.state();
        let waits = |state: &mut State| state.first <= number && !state.closed;
        let waited = self.to_write.wait_timeout_while(state, patience, waits);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.first > number
    }

    /// Until all that was accepted before is in the database; false when that
    /// took too long. Nobody waits for what a process before us left: the
    /// database did not take it when we started.
    pub async fn settle(&self, patience: Duration) -> bool {
        let (last, left) = {
            let state = self.state();
            (state.next() - 1, state.left)
        };
        if self.applied() >= last {
            return true;
        }
        self.hurry.notify_one();
        if self.applied() < left {
            return false;
        }
        let mut applied = self.applied.subscribe();
        let settled = applied.wait_for(|applied| *applied >= last);
        tokio::time::timeout(patience, settled).await.is_ok()
    }

    /// The latest that changed this customer's conversation.
    pub fn find_conversation(&self, account: &AccountId, customer: &CustomerId) -> Option<Record> {
        let state = self.state();
        let whose = (account.as_str(), customer.as_str());
        let found = state.by_customer.find(hash(whose), |found| state.is_by(*found, whose))?;
        state.message(found.number)?.record()
    }

    pub fn is_empty(&self) -> bool {
        self.state().entries.is_empty()
    }

    pub fn len(&self) -> usize {
        self.state().entries.len()
    }

    /// Nothing more is taken; what waits is still written and applied.
    pub fn close(&self) {
        self.state().closed = true;
        self.to_write.notify_all();
        self.hurry.notify_one();
        self.arrived.notify_one();
    }

    pub fn is_closed(&self) -> bool {
        self.state().closed
    }
}

impl Draft {
    pub fn last(&self) -> u64 {
        self.first + self.entries - 1
    }

    pub fn len(&self) -> usize {
        self.done.len()
    }

    pub fn tell(self, written: &Result<(), Arc<StoreError>>) {
        for done in self.done {
            drop(done.send(written.clone()));
        }
    }
}

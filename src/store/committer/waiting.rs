//! What was accepted and is not in the database yet: in memory, so that a retry
//! and the customer's next message see it; drafted for the journal, so that it
//! survives us. One lock, never held across a wait. Not here: the journal's
//! files, SQL, what a duplicate means.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::{Notify, oneshot, watch};

use super::careful::Step;
use super::seen::Seen;
use crate::model::{AccountId, CustomerId, DeliveryKey};
use crate::store::StoreError;
use crate::store::journal::entry::{Entry, Kept, NotedUrl};
use crate::store::journal::frame;

/// A draft is closed at this size: it must fit into a segment, and the customers
/// in it should not wait for a long write.
const MAX_DRAFT_BYTES: usize = 256 * 1024;
/// So many entries are put into the database at once, and no more wait for
/// company. Large, because messages of many customers share few pages: at 1 000
/// SQLite wrote twice as much for each. Not larger, because they are in memory.
pub const APPLY_AT: usize = 2_000;

type Done = oneshot::Sender<Result<(), Arc<StoreError>>>;

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

#[derive(Debug, Default)]
struct State {
    /// In the order in which they were accepted, with their bytes in the journal.
    entries: VecDeque<(Entry, usize)>,
    bytes: usize,
    /// The number of the first of them; the first ever is 1.
    first: u64,
    by_key: FxHashMap<DeliveryKey, (u64, Arc<Kept>)>,
    by_customer: FxHashMap<(AccountId, CustomerId), (u64, Arc<Kept>)>,
    urls: FxHashMap<(AccountId, String), (u64, String)>,
    drafts: VecDeque<Draft>,
    seen: Seen,
    /// Up to this number: what a process before us left.
    left: u64,
    closed: bool,
}

/// Entries that share one write.
#[derive(Debug)]
pub struct Draft {
    pub first: u64,
    entries: u64,
    pub frame: Vec<u8>,
    done: Vec<Done>,
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
    Known(u64, Arc<Kept>),
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
        let state = State { first: 1, seen, ..State::default() };
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

    pub fn admit(&self, kept: &Arc<Kept>, asked: Asked) -> Admission {
        let mut bytes = Vec::with_capacity(1_024);
        let entry = Entry::Message(Arc::clone(kept));
        entry.write(&mut bytes);
        let mut state = self.state();
        if let Some(refused) = state.find_reason_against(kept, asked, self.max_bytes) {
            return refused;
        }
        let number = state.next();
        state.remember(number, kept);
        self.push(&mut state, entry, &bytes)
    }

    /// Notes a signed URL; false when there is no room.
    pub fn admit_url(&self, noted: &Arc<NotedUrl>) -> Admission {
        let mut bytes = Vec::new();
        let entry = Entry::SignedUrl(Arc::clone(noted));
        entry.write(&mut bytes);
        let mut state = self.state();
        if state.closed {
            return Admission::Closed;
        }
        let number = state.next();
        state.remember_url(number, noted);
        self.push(&mut state, entry, &bytes)
    }

    /// Takes in what a process before us left on the disk; the number of the last.
    pub fn take_in(&self, entries: Vec<Entry>) -> u64 {
        let mut state = self.state();
        for entry in entries {
            let number = state.next();
            match &entry {
                Entry::Message(kept) => state.remember(number, kept),
                Entry::SignedUrl(noted) => state.remember_url(number, noted),
            }
            // It was counted when it was accepted.
            state.entries.push_back((entry, 0));
        }
        state.left = state.next() - 1;
        self.written.send_replace(state.left);
        self.arrived.notify_one();
        state.left
    }

    fn push(&self, state: &mut State, entry: Entry, bytes: &[u8]) -> Admission {
        let was_empty = state.entries.is_empty();
        let (done, receiver) = oneshot::channel();
        let draftsman = state.draft(bytes, done);
        state.bytes += bytes.len();
        state.entries.push_back((entry, bytes.len()));
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
        (state.first..).zip(entries.map(|(entry, _)| entry.clone())).collect()
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

    pub fn find(&self, key: &DeliveryKey) -> Option<Arc<Kept>> {
        self.state().by_key.get(key).map(|(_, kept)| Arc::clone(kept))
    }

    /// The latest that changed this customer's conversation.
    pub fn find_conversation(&self, account: &AccountId, customer: &CustomerId) -> Option<Arc<Kept>> {
        let state = self.state();
        if state.by_customer.is_empty() {
            return None;
        }
        let whose = (account.clone(), customer.clone());
        state.by_customer.get(&whose).map(|(_, kept)| Arc::clone(kept))
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

impl State {
    fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    fn find_reason_against(&mut self, kept: &Kept, asked: Asked, max_bytes: usize) -> Option<Admission> {
        let record = &kept.record;
        if self.closed {
            return Some(Admission::Closed);
        }
        let known = self.seen.may_know(record);
        if known {
            if let Some(url) = &record.signed_url
                && let Some((_, digest)) = self.urls.get(&(record.account.clone(), url.id.clone()))
                && *digest != url.digest
            {
                return Some(Admission::Forged);
            }
            if let Some((number, kept)) = self.by_key.get(&record.key) {
                return Some(Admission::Known(*number, Arc::clone(kept)));
            }
            if asked == Asked::NotYet {
                return Some(Admission::Unsure);
            }
        }
        (self.bytes > max_bytes).then_some(Admission::Full)
    }

    fn remember(&mut self, number: u64, kept: &Arc<Kept>) {
        let record = &kept.record;
        self.seen.note(record);
        self.by_key.insert(record.key.clone(), (number, Arc::clone(kept)));
        if record.changes_conversation() {
            let whose = (record.account.clone(), record.customer.clone());
            self.by_customer.insert(whose, (number, Arc::clone(kept)));
        }
        if let Some(url) = &record.signed_url {
            let place = (record.account.clone(), url.id.clone());
            self.urls.entry(place).or_insert_with(|| (number, url.digest.clone()));
        }
    }

    fn remember_url(&mut self, number: u64, noted: &NotedUrl) {
        let url = &noted.url;
        self.seen.note_url(&noted.account, &url.id, noted.seen_at);
        let place = (noted.account.clone(), url.id.clone());
        self.urls.entry(place).or_insert_with(|| (number, url.digest.clone()));
    }

    fn draft(&mut self, bytes: &[u8], done: Done) -> Draftsman {
        let open = self.drafts.back_mut().filter(|draft| draft.frame.len() + bytes.len() < MAX_DRAFT_BYTES);
        if let Some(draft) = open {
            draft.frame.extend_from_slice(bytes);
            draft.entries += 1;
            draft.done.push(done);
            return Draftsman::Joined;
        }
        let mut draft = Draft { first: self.next(), entries: 1, frame: frame::begin(), done: vec![done] };
        draft.frame.extend_from_slice(bytes);
        self.drafts.push_back(draft);
        Draftsman::First
    }

    fn forget_oldest(&mut self) {
        let Some((entry, bytes)) = self.entries.pop_front() else { return };
        let number = self.first;
        self.first += 1;
        self.bytes -= bytes;
        match entry {
            Entry::Message(kept) => self.forget(number, &kept),
            Entry::SignedUrl(noted) => self.forget_url(number, &noted.account, &noted.url.id),
        }
    }

    fn forget(&mut self, number: u64, kept: &Kept) {
        let record = &kept.record;
        if self.by_key.get(&record.key).is_some_and(|(held, _)| *held == number) {
            self.by_key.remove(&record.key);
        }
        if record.changes_conversation() {
            let whose = (record.account.clone(), record.customer.clone());
            if self.by_customer.get(&whose).is_some_and(|(held, _)| *held == number) {
                self.by_customer.remove(&whose);
            }
        }
        if let Some(url) = &record.signed_url {
            self.forget_url(number, &record.account, &url.id);
        }
    }

    fn forget_url(&mut self, number: u64, account: &AccountId, id: &str) {
        let place = (account.clone(), id.to_owned());
        if self.urls.get(&place).is_some_and(|(held, _)| *held == number) {
            self.urls.remove(&place);
        }
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

//! What was accepted and is not in the database yet: in memory, so that a retry
//! and the customer's next message see it; drafted for the journal, so that it
//! survives us. One lock, never held across a wait. Not here: the journal's
//! files, SQL, what a duplicate means.

use std::collections::VecDeque;
use std::hash::Hasher as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};
use tokio::sync::{Notify, oneshot, watch};

use super::careful::Step;
use super::seen::Seen;
use crate::model::{AccountId, CustomerId, DeliveryKey};
use crate::store::StoreError;
use crate::store::journal::entry::{Entry, MessageView, NotedUrl, View};
use crate::store::journal::frame;
use crate::store::message::Record;

/// A draft is closed at this size: it must fit into a segment, and the customers
/// in it should not wait for a long write.
const MAX_DRAFT_BYTES: usize = 256 * 1024;
/// So many entries are put into the database at once, and no more wait for
/// company. Large, because messages of many customers share few pages: at 2 000
/// SQLite wrote three times as much for each. Not larger, because they are in
/// memory.
pub const APPLY_AT: usize = 16_000;

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
    /// In the order in which they were accepted.
    entries: VecDeque<Entry>,
    bytes: usize,
    /// The number of the first of them; the first ever is 1.
    first: u64,
    /// Where in the entries a key is.
    by_key: HashTable<Found>,
    /// The latest that changed a customer's conversation.
    by_customer: HashTable<Found>,
    urls: FxHashMap<(AccountId, String), (u64, String)>,
    drafts: VecDeque<Draft>,
    seen: Seen,
    /// Up to this number: what a process before us left; and how much it is.
    left: u64,
    left_bytes: usize,
    closed: bool,
}

/// An entry by what it is looked for, which stands in the entry itself.
#[derive(Clone, Copy, Debug)]
struct Found {
    hash: u64,
    number: u64,
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
        let number = state.next();
        state.remember_url(number, noted);
        self.push(&mut state, entry)
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
                        state.remember_url(number, &noted);
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

    pub fn find(&self, key: &DeliveryKey) -> Option<Record> {
        let state = self.state();
        let number = state.number_of(key)?;
        state.message(number)?.record()
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

impl State {
    fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    fn find_reason_against(&mut self, record: &Record, asked: Asked, max_bytes: usize) -> Option<Admission> {
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
            if let Some(number) = self.number_of(&record.key)
                && let Some(earlier) = self.message(number).and_then(|message| message.record())
            {
                return Some(Admission::Known(number, Box::new(earlier)));
            }
            if asked == Asked::NotYet {
                return Some(Admission::Unsure);
            }
        }
        (self.bytes > max_bytes + self.left_bytes).then_some(Admission::Full)
    }

    fn message(&self, number: u64) -> Option<MessageView<'_>> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        match self.entries.get(at)?.view()? {
            View::Message(message) => Some(message),
            View::SignedUrl(_) => None,
        }
    }

    fn number_of(&self, key: &DeliveryKey) -> Option<u64> {
        let is_it = |found: &Found| self.message(found.number).is_some_and(|it| it.key == key.as_str());
        self.by_key.find(hash(key.as_str()), is_it).map(|found| found.number)
    }

    fn is_by(&self, found: Found, whose: (&str, &str)) -> bool {
        usize::try_from(found.number.wrapping_sub(self.first))
            .ok()
            .and_then(|at| self.entries.get(at))
            .is_some_and(|entry| entry.whose() == whose)
    }

    /// To be called before its entry is pushed.
    fn remember(&mut self, number: u64, record: &Record) {
        self.seen.note(record);
        let found = Found { hash: hash(record.key.as_str()), number };
        self.by_key.insert_unique(found.hash, found, |found| found.hash);
        if record.changes_conversation() {
            let (whose, found) = (record.whose(), Found { hash: hash(record.whose()), number });
            let (first, entries) = (self.first, &self.entries);
            let earlier = self.by_customer.find_mut(found.hash, |held| {
                let at = usize::try_from(held.number.wrapping_sub(first)).ok();
                at.and_then(|at| entries.get(at)).is_some_and(|entry| entry.whose() == whose)
            });
            match earlier {
                Some(earlier) => *earlier = found,
                None => {
                    self.by_customer.insert_unique(found.hash, found, |found| found.hash);
                }
            }
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
        let Some(entry) = self.entries.pop_front() else { return };
        let number = self.first;
        self.first += 1;
        self.bytes -= entry.bytes().len();
        match entry.view() {
            Some(View::Message(message)) => self.forget(number, &message),
            Some(View::SignedUrl(url)) => self.forget_url(number, url.account, url.id),
            None => {}
        }
    }

    fn forget(&mut self, number: u64, message: &MessageView<'_>) {
        let is_it = |found: &Found| found.number == number;
        if let Ok(held) = self.by_key.find_entry(hash(message.key), is_it) {
            held.remove();
        }
        if message.changes_conversation()
            && let Ok(held) = self.by_customer.find_entry(hash((message.account, message.customer)), is_it)
        {
            held.remove();
        }
        if let Some((id, _)) = message.signed_url {
            self.forget_url(number, message.account, id);
        }
    }

    fn forget_url(&mut self, number: u64, account: &str, id: &str) {
        let Ok(account) = AccountId::parse(account) else { return };
        let place = (account, id.to_owned());
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

fn hash(what: impl std::hash::Hash) -> u64 {
    let mut hasher = FxHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

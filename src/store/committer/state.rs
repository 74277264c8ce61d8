//! What waits, under the lock of `Waiting`: the entries, and how each is found.

use std::collections::VecDeque;
use std::hash::Hasher as _;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::seen::Seen;
use super::waiting::{Admission, Asked, Done, Draft, Draftsman, MAX_DRAFT_BYTES};
use crate::model::DeliveryKey;
use crate::store::journal::entry::{Entry, MessageView, NotedUrl, View};
use crate::store::journal::frame;
use crate::store::message::Record;

#[derive(Debug, Default)]
pub struct State {
    /// In the order in which they were accepted.
    pub entries: VecDeque<Entry>,
    pub bytes: usize,
    /// The number of the first of them; the first ever is 1.
    pub first: u64,
    /// Where in the entries a key is.
    by_key: HashTable<Found>,
    /// The latest that changed a customer's conversation.
    pub by_customer: HashTable<Found>,
    pub drafts: VecDeque<Draft>,
    pub seen: Seen,
    /// Up to this number: what a process before us left; and how much it is.
    pub left: u64,
    pub left_bytes: usize,
    pub closed: bool,
}

/// An entry by what it is looked for, which stands in the entry itself.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    hash: u64,
    pub number: u64,
}

impl State {
    pub fn new(seen: Seen) -> Self {
        Self { first: 1, seen, ..Self::default() }
    }

    pub fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    pub fn find_reason_against(
        &mut self,
        record: &Record,
        asked: Asked,
        max_bytes: usize,
    ) -> Option<Admission> {
        if self.closed {
            return Some(Admission::Closed);
        }
        let known = self.seen.may_know(record);
        if known {
            if self.seen.is_forged(record) {
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

    pub fn message(&self, number: u64) -> Option<MessageView<'_>> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        match self.entries.get(at)?.view()? {
            View::Message(message) => Some(message),
            View::SignedUrl(_) => None,
        }
    }

    pub fn number_of(&self, key: &DeliveryKey) -> Option<u64> {
        let is_it = |found: &Found| self.message(found.number).is_some_and(|it| it.key == key.as_str());
        self.by_key.find(hash(key.as_str()), is_it).map(|found| found.number)
    }

    pub fn is_by(&self, found: Found, whose: (&str, &str)) -> bool {
        is_by(&self.entries, self.first, found, whose)
    }

    /// To be called before its entry is pushed.
    pub fn remember(&mut self, number: u64, record: &Record) {
        self.seen.note(record);
        let found = Found { hash: hash(record.key.as_str()), number };
        self.by_key.insert_unique(found.hash, found, |found| found.hash);
        if record.changes_conversation() {
            let (whose, found) = (record.whose(), Found { hash: hash(record.whose()), number });
            let (first, entries) = (self.first, &self.entries);
            let is_theirs = |held: &Found| is_by(entries, first, *held, whose);
            let earlier = self.by_customer.find_mut(found.hash, is_theirs);
            match earlier {
                Some(earlier) => *earlier = found,
                None => {
                    self.by_customer.insert_unique(found.hash, found, |found| found.hash);
                }
            }
        }
    }

    pub fn remember_url(&mut self, noted: &NotedUrl) {
        self.seen.note_url(&noted.account, &noted.url, noted.seen_at);
    }

    pub fn draft(&mut self, bytes: &[u8], done: Done) -> Draftsman {
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

    pub fn forget_oldest(&mut self) {
        let Some(entry) = self.entries.pop_front() else { return };
        let number = self.first;
        self.first += 1;
        self.bytes -= entry.bytes().len();
        let Some((key, whose)) = entry.names() else { return };
        let is_it = |found: &Found| found.number == number;
        if let Ok(held) = self.by_key.find_entry(hash(key), is_it) {
            held.remove();
        }
        if let Ok(held) = self.by_customer.find_entry(hash(whose), is_it) {
            held.remove();
        }
    }
}

/// Of the entries alone, so that it can be asked while the table of customers is
/// changed.
fn is_by(entries: &VecDeque<Entry>, first: u64, found: Found, whose: (&str, &str)) -> bool {
    usize::try_from(found.number.wrapping_sub(first))
        .ok()
        .and_then(|at| entries.get(at))
        .is_some_and(|entry| entry.whose() == whose)
}

pub fn hash(what: impl std::hash::Hash) -> u64 {
    let mut hasher = FxHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

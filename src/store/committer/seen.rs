//! Which keys were accepted lately, in a few bits each: says "certainly new" of
//! almost every message, so that the database is only asked about the few that
//! may have been there before (DESIGN.md D4).
//!
//! A key says when its message was sent. Keys sent before `complete_since` may
//! have been forgotten and are always asked about. Memory: 2 bytes a key, so
//! 25 000 messages a second for a quarter of an hour are 45 MB; a service of 10
//! messages a second keeps 128 KB. One new key in about 700 is asked about for
//! nothing, which costs it a look into the database's index.

use std::collections::VecDeque;
use std::hash::{Hash as _, Hasher as _};

use jiff::Timestamp;
use rustc_hash::FxHasher;

use super::urls::Urls;
use crate::model::AccountId;
use crate::store::message::{Record, SignedUrl};

/// 2 bytes a key.
const KEYS_PER_BLOCK: usize = 32;
/// A block is one line of the processor's cache.
const BLOCK_WORDS: usize = 8;
const BITS_PER_KEY: u32 = 6;
const FIRST_KEYS: usize = 1 << 15;
const MOST_KEYS: usize = 1 << 22;
/// A delivery is accepted from this long before its timestamp to as long after
/// it; both sides of the longest that can be configured are covered by asking.
pub const WINDOW_SECONDS: i64 = 2 * 15 * 60;
/// Platforms' clocks and ours differ; a key from further ahead is never trusted.
const AHEAD_SECONDS: i64 = 15 * 60;

#[derive(Debug)]
pub struct Seen {
    generations: VecDeque<Generation>,
    /// All keys sent since then are here. Seconds.
    complete_since: i64,
    urls: Urls,
}

#[derive(Debug)]
struct Generation {
    blocks: Vec<[u64; BLOCK_WORDS]>,
    room: usize,
    /// When the latest of its keys was sent.
    newest: i64,
}

impl Default for Seen {
    /// Knows nothing, so asks about everything.
    fn default() -> Self {
        Self::since(i64::MAX)
    }
}

impl Seen {
    /// Will be told of all keys sent since then.
    pub fn since(complete_since: i64) -> Self {
        Self { generations: VecDeque::new(), complete_since, urls: Urls::default() }
    }

    /// False only when neither its key nor its signed URL was ever accepted.
    pub fn may_know(&self, record: &Record) -> bool {
        let now = record.received_at.as_second();
        let key = record.key.as_str();
        if self.may_hold(sent_at(key), now, hash("key", record.account.as_str(), key)) {
            return true;
        }
        record.signed_url.as_ref().is_some_and(|url| {
            self.may_hold(signed_at(&url.id), now, hash("url", record.account.as_str(), &url.id))
        })
    }

    /// Plain mode: another message came under its URL.
    pub fn is_forged(&self, record: &Record) -> bool {
        let forged = |url: &SignedUrl| self.urls.contradicts(record.account.as_str(), &url.id, &url.digest);
        record.signed_url.as_ref().is_some_and(forged)
    }

    pub fn note(&mut self, record: &Record) {
        self.forget_before(record.received_at.as_second());
        self.note_key(record.account.as_str(), record.key.as_str());
        if let Some(url) = &record.signed_url {
            self.note_url(&record.account, url, record.received_at);
        }
    }

    pub fn note_key(&mut self, account: &str, key: &str) {
        self.insert(sent_at(key), hash("key", account, key));
    }

    pub fn note_url(&mut self, account: &AccountId, url: &SignedUrl, seen_at: Timestamp) {
        let (account, now) = (account.as_str(), seen_at.as_second());
        self.forget_before(now);
        self.insert(signed_at(&url.id), hash("url", account, &url.id));
        self.urls.note(account, &url.id, &url.digest, now);
    }

    fn may_hold(&self, sent_at: Option<i64>, now: i64, hash: u64) -> bool {
        let Some(sent_at) = sent_at else { return true };
        if sent_at < self.complete_since || sent_at > now + AHEAD_SECONDS {
            return true;
        }
        self.generations.iter().rev().any(|generation| generation.may_hold(hash))
    }

    fn insert(&mut self, sent_at: Option<i64>, hash: u64) {
        // Always asked about, so there is nothing to remember.
        let Some(sent_at) = sent_at else { return };
        let generation = match self.generations.back_mut() {
            Some(generation) if generation.room > 0 => generation,
            last => {
                let keys = last.map_or(FIRST_KEYS, |full| (2 * full.keys()).min(MOST_KEYS));
                self.generations.push_back(Generation::new(keys));
                match self.generations.back_mut() {
                    Some(generation) => generation,
                    None => return,
                }
            }
        };
        generation.insert(hash, sent_at);
    }

    /// Whole generations whose newest key nobody can send again.
    fn forget_before(&mut self, now: i64) {
        while let Some(oldest) = self.generations.front()
            && oldest.room == 0
            && oldest.newest < now - WINDOW_SECONDS
        {
            self.complete_since = self.complete_since.max(oldest.newest + 1);
            self.generations.pop_front();
        }
    }
}

impl Generation {
    fn new(keys: usize) -> Self {
        let blocks = vec![[0; BLOCK_WORDS]; keys.div_ceil(KEYS_PER_BLOCK)];
        Self { blocks, room: keys, newest: i64::MIN }
    }

    fn keys(&self) -> usize {
        self.blocks.len() * KEYS_PER_BLOCK
    }

    fn insert(&mut self, hash: u64, sent_at: i64) {
        self.room -= 1;
        self.newest = self.newest.max(sent_at);
        let at = self.block_of(hash);
        if let Some(block) = self.blocks.get_mut(at) {
            block.iter_mut().zip(mask(hash)).for_each(|(word, bits)| *word |= bits);
        }
    }

    fn may_hold(&self, hash: u64) -> bool {
        let block = self.blocks.get(self.block_of(hash));
        block.is_some_and(|block| block.iter().zip(mask(hash)).all(|(word, bits)| word & bits == bits))
    }

    fn block_of(&self, hash: u64) -> usize {
        // The high half chooses the block, the places come from another mix.
        usize::try_from(((hash >> 32) * self.blocks.len() as u64) >> 32).unwrap_or(0)
    }
}

/// Which bits of its block a key sets: six, chosen by nine bits of the hash each.
fn mask(hash: u64) -> [u64; BLOCK_WORDS] {
    let (mixed, mut mask) = (mix(hash), [0; BLOCK_WORDS]);
    for n in 0..BITS_PER_KEY {
        let place = (mixed >> (9 * n)) & 0x1ff;
        let word = usize::try_from(place >> 6).ok().and_then(|word| mask.get_mut(word));
        word.into_iter().for_each(|word| *word |= 1 << (place & 63));
    }
    mask
}

pub fn hash(kind: &str, account: &str, id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (kind, account, id).hash(&mut hasher);
    mix(hasher.finish())
}

/// SplitMix64's finish: every bit of the result depends on every bit.
fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A key begins with the second its message was sent, as 8 hexadecimal digits;
/// None for one that does not.
fn sent_at(key: &str) -> Option<i64> {
    let digits = key.get(..8).filter(|_| key.len() > 8)?;
    i64::from_str_radix(digits, 16).ok()
}

/// A signed URL is known by its timestamp and its nonce.
fn signed_at(id: &str) -> Option<i64> {
    id.split_once('-')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_760_000_000;

    fn key(second: i64, n: u64) -> String {
        format!("{second:08x}{:032x}", mix(n))
    }

    fn holds(seen: &Seen, key: &str, now: i64) -> bool {
        seen.may_hold(sent_at(key), now, hash("key", "main", key))
    }

    #[test]
    fn what_was_noted_is_never_called_new_and_little_else_is_called_known() {
        let mut seen = Seen::since(0);
        for n in 0..200_000 {
            seen.note_key("main", &key(NOW, n));
        }

        assert!((0..200_000).all(|n| holds(&seen, &key(NOW, n), NOW)));
        let wrong = (200_000..300_000).filter(|n| holds(&seen, &key(NOW, *n), NOW)).count();
        assert!(wrong < 500, "{wrong} of 100000 new keys would be asked about");
    }

    #[test]
    fn the_same_key_of_another_account_is_another() {
        let mut seen = Seen::since(0);
        seen.note_key("main", &key(NOW, 1));

        assert!(!seen.may_hold(Some(NOW), NOW, hash("key", "other", &key(NOW, 1))));
    }

    #[test]
    fn a_key_too_old_too_new_or_without_a_time_is_always_asked_about() {
        let seen = Seen::since(NOW - 100);

        assert!(holds(&seen, &key(NOW - 101, 1), NOW));
        assert!(!holds(&seen, &key(NOW - 100, 1), NOW));
        assert!(!holds(&seen, &key(NOW + AHEAD_SECONDS, 1), NOW));
        assert!(holds(&seen, &key(NOW + AHEAD_SECONDS + 1, 1), NOW));
        assert!(holds(&seen, "m1", NOW));
        assert!(holds(&Seen::default(), &key(NOW, 1), NOW));
    }

    #[test]
    fn what_is_forgotten_is_asked_about_again_and_memory_stays_bounded() {
        let mut seen = Seen::since(0);
        for n in 0..400_000 {
            let second = NOW + i64::try_from(n / 100).expect("small");
            seen.forget_before(second);
            seen.note_key("main", &key(second, n));
        }

        let last = NOW + 3_999;
        assert!(seen.complete_since > NOW, "nothing was forgotten");
        assert!((0..400_000).all(|n| holds(
            &seen,
            &key(NOW + i64::try_from(n / 100).expect("small"), n),
            last
        )));
        let bytes: usize = seen.generations.iter().map(|generation| generation.blocks.len() * 64).sum();
        assert!(bytes < 3 << 20, "{bytes}");
    }
}

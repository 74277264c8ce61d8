//! How often a token may be used: so many requests in a minute. A script that
//! runs wild must not slow the answers to customers, nor must whoever tries
//! tokens that nobody made: those are counted by the place they come from. A
//! token that counted once is never refused for what others try from there.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::problem::ApiError;

const MINUTE: i64 = 60;
/// Of one place. Each costs a look into the database; a script with an old token
/// tries it a few times.
const UNKNOWN_PER_MINUTE: u32 = 30;
/// Beyond this many at once, all others share what one may use.
const MOST_KEPT: usize = 1_000;
const OTHERS: &str = "";

#[derive(Debug)]
pub(super) struct Limits {
    per_minute: NonZeroU32,
    tokens: Mutex<Minute>,
    places: Mutex<Minute>,
    /// Hashes of tokens that counted.
    known: Mutex<HashSet<String>>,
}

#[derive(Debug, Default)]
struct Minute {
    /// Since 1970.
    number: i64,
    requests: HashMap<String, u32>,
}

impl Limits {
    pub(super) fn new(per_minute: NonZeroU32) -> Self {
        let (tokens, places, known) = Default::default();
        Self { per_minute, tokens, places, known }
    }

    /// Whether a token may be looked for.
    pub(super) fn check_place(&self, place: &str, hash: &str, now: Timestamp) -> Result<(), ApiError> {
        let is_known = lock(&self.known).contains(hash);
        if !is_known && lock(&self.places).used(place, now) >= UNKNOWN_PER_MINUTE {
            return Err(ApiError::TooManyUnknown { seconds: until_next(now) });
        }
        Ok(())
    }

    /// There is no such token, or none any more.
    pub(super) fn count_unknown(&self, place: &str, hash: &str, now: Timestamp) {
        lock(&self.known).remove(hash);
        lock(&self.places).count(place, now);
    }

    pub(super) fn count(&self, token: &str, hash: &str, now: Timestamp) -> Result<(), ApiError> {
        let mut known = lock(&self.known);
        if known.len() >= MOST_KEPT {
            known.clear();
        }
        known.insert(hash.to_owned());
        drop(known);
        match lock(&self.tokens).count(token, now) > self.per_minute.get() {
            true => Err(ApiError::TooMany { seconds: until_next(now) }),
            false => Ok(()),
        }
    }
}

impl Minute {
    fn used(&mut self, key: &str, now: Timestamp) -> u32 {
        self.begin(now);
        self.requests.get(self.key(key)).copied().unwrap_or_default()
    }

    /// With this one.
    fn count(&mut self, key: &str, now: Timestamp) -> u32 {
        self.begin(now);
        let key = self.key(key).to_owned();
        let requests = self.requests.entry(key).or_default();
        *requests = requests.saturating_add(1);
        *requests
    }

    fn begin(&mut self, now: Timestamp) {
        let number = now.as_second().div_euclid(MINUTE);
        if self.number != number {
            *self = Self { number, requests: HashMap::new() };
        }
    }

    fn key<'a>(&self, key: &'a str) -> &'a str {
        let is_full = self.requests.len() >= MOST_KEPT && !self.requests.contains_key(key);
        if is_full { OTHERS } else { key }
    }
}

fn until_next(now: Timestamp) -> i64 {
    MINUTE - now.as_second().rem_euclid(MINUTE)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits::new(NonZeroU32::new(2).expect("not zero"))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(600 + second).expect("a time")
    }

    #[test]
    fn each_token_has_its_own_minute() {
        let limits = limits();
        let count = |token: &str, second| limits.count(token, token, at(second));

        assert!(count("a", 0).is_ok() && count("a", 10).is_ok());
        assert!(matches!(count("a", 45), Err(ApiError::TooMany { seconds: 15 })));
        assert!(count("b", 45).is_ok(), "another token");
        assert!(count("a", 60).is_ok(), "the next minute");
    }

    #[test]
    fn unknown_tokens_are_counted_by_place_and_keep_out_no_known_one() {
        let limits = limits();
        limits.count("good", "good", at(0)).expect("the first");
        for _ in 0..UNKNOWN_PER_MINUTE {
            assert!(limits.check_place("here", "bad", at(1)).is_ok());
            limits.count_unknown("here", "bad", at(1));
        }

        assert!(matches!(limits.check_place("here", "bad", at(2)), Err(ApiError::TooManyUnknown { .. })));
        assert!(limits.check_place("elsewhere", "bad", at(2)).is_ok());
        assert!(limits.check_place("here", "good", at(2)).is_ok());
        assert!(limits.check_place("here", "bad", at(60)).is_ok(), "the next minute");
        limits.count_unknown("here", "good", at(61));
        assert!(!lock(&limits.known).contains("good"), "it was revoked");
    }

    #[test]
    fn places_without_end_share_what_one_may_use() {
        let mut minute = Minute::default();
        for number in 0..5 * MOST_KEPT {
            minute.count(&number.to_string(), at(0));
        }

        assert!(minute.requests.len() <= MOST_KEPT + 1);
        assert!(minute.used("another", at(0)) > UNKNOWN_PER_MINUTE);
    }
}

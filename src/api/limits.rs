//! How often a token may be used: so many requests in a minute. A script that
//! runs wild must not slow the answers to customers.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::problem::ApiError;

const MINUTE: i64 = 60;
/// Minutes of tokens that are used no more are forgotten beyond this.
const MOST_KEPT: usize = 1_000;

#[derive(Debug)]
pub(super) struct Limits {
    per_minute: NonZeroU32,
    used: Mutex<HashMap<String, Minute>>,
}

#[derive(Debug)]
struct Minute {
    /// Since 1970.
    number: i64,
    requests: u32,
}

impl Limits {
    pub(super) fn new(per_minute: NonZeroU32) -> Self {
        Self { per_minute, used: Mutex::default() }
    }

    pub(super) fn count(&self, token: &str, now: Timestamp) -> Result<(), ApiError> {
        let number = now.as_second().div_euclid(MINUTE);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST_KEPT {
            used.retain(|_, minute| minute.number == number);
        }
        let minute = used.entry(token.to_owned()).or_insert(Minute { number, requests: 0 });
        if minute.number != number {
            *minute = Minute { number, requests: 0 };
        }
        minute.requests = minute.requests.saturating_add(1);
        if minute.requests > self.per_minute.get() {
            return Err(ApiError::TooMany { seconds: MINUTE - now.as_second().rem_euclid(MINUTE) });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_own_minute() {
        let limits = Limits::new(NonZeroU32::new(2).expect("not zero"));
        let at = |second: i64| Timestamp::from_second(600 + second).expect("a time");

        assert!(limits.count("a", at(0)).is_ok() && limits.count("a", at(10)).is_ok());
        assert!(matches!(limits.count("a", at(45)), Err(ApiError::TooMany { seconds: 15 })));
        assert!(limits.count("b", at(45)).is_ok(), "another token");
        assert!(limits.count("a", at(60)).is_ok(), "the next minute");
    }
}

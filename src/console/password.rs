//! Passwords: what is accepted as one, and Argon2id on threads of its own, few
//! at a time, so that a flood of logins cannot stop the answers to customers.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::failure::PageError;

/// 19 MiB and about 20 ms each (Argon2's default, as OWASP recommends).
const AT_ONCE: usize = 2;
const LONGEST_WAIT: Duration = Duration::from_secs(5);

pub(super) const MIN_CHARS: usize = 10;
/// Longer ones only cost time.
pub(super) const MAX_BYTES: usize = 256;

/// What is typed first by whoever guesses. Compared without case.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "0987654321",
    "12345678910",
    "123456789a",
    "a123456789",
    "qwertyuiop",
    "1qaz2wsx3edc",
    "password123",
    "passw0rd123",
    "admin123456",
    "administrator",
    "woaini1314520",
    "abcdefghij",
    "iloveyou123",
    "yingda123456",
    "jinggangshan",
    "qwer123456",
    "asdfghjkl123",
    "zxcvbnm123",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weakness {
    TooShort,
    TooLong,
    Common,
    /// One or two characters over and over.
    Monotonous,
    HoldsName,
}

impl Weakness {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::TooShort => "password.too_short",
            Self::TooLong => "password.too_long",
            Self::Common => "password.common",
            Self::Monotonous => "password.monotonous",
            Self::HoldsName => "password.holds_name",
        }
    }
}

/// Length is what counts; no rule asks for a sign or a capital.
pub(super) fn check(password: &str, name: &str) -> Result<(), Weakness> {
    let lower = password.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if password.chars().count() < MIN_CHARS {
        Err(Weakness::TooShort)
    } else if password.len() > MAX_BYTES {
        Err(Weakness::TooLong)
    } else if different.len() < 3 {
        Err(Weakness::Monotonous)
    } else if COMMON.contains(&lower.as_str()) {
        Err(Weakness::Common)
    } else if name.chars().count() >= 3 && lower.contains(&name.to_lowercase()) {
        Err(Weakness::HoldsName)
    } else {
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub(super) struct Hasher {
    places: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Hasher {
    pub(super) async fn hash(&self, password: &str) -> Result<String, PageError> {
        let password = password.to_owned();
        let hash = self
            .work(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
        hash.await?.map_err(|failure| PageError::Broken(failure.to_string().into()))
    }

    /// Takes as long when there is nobody of that name: how long it takes must
    /// not tell which names exist.
    pub(super) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PageError> {
        if password.len() > MAX_BYTES {
            return Ok(false);
        }
        let password = password.to_owned();
        match hash.map(str::to_owned) {
            Some(hash) => self.work(move || is_right(&password, &hash)).await,
            None => self.hash(&password).await.map(|_| false),
        }
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageError> {
        let place = timeout(LONGEST_WAIT, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(PageError::Busy) };
        let done = spawn_blocking(move || {
            let result = work();
            drop(place);
            result
        });
        done.await.map_err(|failure| PageError::Broken(failure.to_string().into()))
    }
}

fn is_right(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_first_that_is_guessed() {
        let cases = [
            ("nine", "abc-defgh", Err(Weakness::TooShort)),
            ("ten", "abc-defghi", Ok(())),
            ("ten in Chinese", "井冈山上一棵松树又青又", Ok(())),
            ("256 bytes", &"abcd".repeat(64), Ok(())),
            ("257 bytes", &("abcd".repeat(64) + "e"), Err(Weakness::TooLong)),
            ("common", "Password123", Err(Weakness::Common)),
            ("over and over", "ababababababab", Err(Weakness::Monotonous)),
            ("the name", "wangwu-2026!", Err(Weakness::HoldsName)),
        ];
        for (case, password, expected) in cases {
            assert_eq!(check(password, "WangWu"), expected, "{case}");
        }
    }

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let hasher = Hasher::default();

        let hash = hasher.hash("a long enough password").await.expect("a hash");

        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(hasher.verify("a long enough password", Some(&hash)).await.expect("an answer"));
        assert!(!hasher.verify("another password", Some(&hash)).await.expect("an answer"));
        assert!(!hasher.verify("anything", None).await.expect("an answer"));
        assert!(!hasher.verify("anything", Some("not a hash")).await.expect("an answer"));
    }
}

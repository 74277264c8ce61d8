//! What took long to work out, kept for a minute: counting a month of a hundred
//! thousand messages, or grouping thousands of questions, takes longer than a
//! page may.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// What is shown may be so old.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Different ones that are looked at in a minute, with room to spare.
const MOST_KEPT: usize = 16;

#[derive(Debug)]
pub(super) struct Kept<K, V>(Mutex<Vec<Entry<K, V>>>);

#[derive(Debug)]
struct Entry<K, V> {
    key: K,
    at: Timestamp,
    value: Arc<V>,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, V> Kept<K, V> {
    /// With the time when it was worked out.
    pub(super) fn find(&self, key: &K, now: Timestamp) -> Option<(Arc<V>, Timestamp)> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.iter().find(|entry| entry.key == *key)?;
        let is_good = now.duration_since(entry.at) <= GOOD_FOR;
        is_good.then(|| (Arc::clone(&entry.value), entry.at))
    }

    pub(super) fn keep(&self, key: K, value: V, now: Timestamp) -> Arc<V> {
        let value = Arc::new(value);
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|entry| entry.key != key);
        if entries.len() >= MOST_KEPT {
            entries.remove(0);
        }
        entries.push(Entry { key, at: now, value: Arc::clone(&value) });
        value
    }

    /// Something changed that it was made from.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_good_for_a_minute_and_bounded() {
        let at = |second| Timestamp::from_second(second).expect("in range");
        let kept: Kept<u32, &str> = Kept::default();
        kept.keep(0, "nought", at(0));

        assert_eq!(kept.find(&0, at(60)), Some((Arc::new("nought"), at(0))));
        assert_eq!(kept.find(&0, at(61)), None);
        for n in 1..40 {
            kept.keep(n, "more", at(1));
        }
        assert_eq!(kept.0.lock().expect("no panic").len(), MOST_KEPT);
        kept.forget();
        assert_eq!(kept.find(&39, at(1)), None);
    }
}

//! Plain mode: which body came under each signed URL lately. The database knows
//! it too; this is asked while the database cannot be, so that another message
//! under a captured URL is refused all the same.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::seen::{WINDOW_SECONDS, hash};

/// 2 MB, filled by 36 messages a second. Of more, the oldest are left to the
/// database alone.
const MOST: usize = 1 << 16;

#[derive(Debug, Default)]
pub struct Urls {
    /// Hashes of digests by hashes of URLs.
    bodies: FxHashMap<u64, u64>,
    /// When each was noted, in seconds: the oldest first.
    noted: VecDeque<(i64, u64)>,
}

impl Urls {
    /// The first body that came under a URL is the one that may.
    pub fn note(&mut self, account: &str, id: &str, digest: &str, now: i64) {
        while let Some((noted_at, url)) = self.noted.front()
            && (*noted_at < now - WINDOW_SECONDS || self.noted.len() >= MOST)
        {
            self.bodies.remove(url);
            self.noted.pop_front();
        }
        let url = hash("url", account, id);
        self.bodies.entry(url).or_insert_with(|| {
            self.noted.push_back((now, url));
            body(digest)
        });
    }

    /// Another body came under this URL.
    pub fn contradicts(&self, account: &str, id: &str, digest: &str) -> bool {
        let noted = self.bodies.get(&hash("url", account, id));
        noted.is_some_and(|noted| *noted != body(digest))
    }
}

fn body(digest: &str) -> u64 {
    hash("body", "", digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_760_000_000;

    #[test]
    fn only_another_body_under_the_same_url_of_the_same_account_contradicts() {
        let mut urls = Urls::default();
        urls.note("main", "1760000000-a", "one", NOW);
        urls.note("main", "1760000000-a", "two", NOW);

        assert!(!urls.contradicts("main", "1760000000-a", "one"));
        assert!(urls.contradicts("main", "1760000000-a", "two"));
        assert!(!urls.contradicts("main", "1760000000-b", "two"));
        assert!(!urls.contradicts("other", "1760000000-a", "two"));
    }

    #[test]
    fn a_url_is_known_until_nobody_accepts_it_any_more() {
        let mut urls = Urls::default();
        urls.note("main", "old", "one", NOW);
        urls.note("main", "new", "one", NOW + WINDOW_SECONDS);
        assert!(urls.contradicts("main", "old", "two"));

        urls.note("main", "newer", "one", NOW + WINDOW_SECONDS + 1);

        assert!(!urls.contradicts("main", "old", "two"));
        assert!(urls.contradicts("main", "new", "two"));
    }

    #[test]
    fn memory_stays_bounded_and_keeps_the_latest() {
        let mut urls = Urls::default();
        for n in 0..MOST + 2 {
            urls.note("main", &n.to_string(), "one", NOW);
        }

        assert_eq!(urls.bodies.len(), MOST);
        assert!(!urls.contradicts("main", "1", "two"));
        assert!(urls.contradicts("main", "2", "two"));
    }
}

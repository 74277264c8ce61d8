//! Where each customer stands, as this process knows it, and the lock that
//! makes two messages of one customer take turns. Bounded: what is pushed out
//! is loaded from the store again.

use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHasher};
use tokio::sync::Mutex;

use crate::model::{AccountId, CustomerId, Stage};
use crate::store::Loaded;

/// At about 400 bytes each this stays below 16 MiB.
const MAX_KNOWN: usize = 32_768;
const SHARDS: usize = 16;
/// The flood limit counts messages in windows of this length.
const FLOOD_WINDOW: Duration = Duration::from_secs(60);

type Key = (AccountId, CustomerId);

#[derive(Debug, Default)]
pub struct Customers {
    shards: [StdMutex<FxHashMap<Key, Arc<Mutex<Known>>>>; SHARDS],
}

/// What this process knows of one customer.
#[derive(Debug, Default)]
pub struct Known {
    /// None: not loaded yet, or no longer certain.
    pub conversation: Option<Loaded>,
    pub rate: Rate,
}

/// How much a customer wrote lately.
#[derive(Debug, Default)]
pub struct Rate {
    window_start: Option<Timestamp>,
    messages: u32,
}

impl Customers {
    pub fn enter(&self, account: &AccountId, customer: &CustomerId) -> Arc<Mutex<Known>> {
        let key = (account.clone(), customer.clone());
        let shard = self.shards.get(shard_of(&key)).unwrap_or(&self.shards[0]);
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shard.get(&key) {
            return Arc::clone(known);
        }
        if shard.len() >= MAX_KNOWN / SHARDS {
            make_room(&mut shard);
        }
        Arc::clone(shard.entry(key).or_default())
    }

    /// Forgets a customer who was erased.
    pub fn forget(&self, account: &AccountId, customer: &CustomerId) {
        let key = (account.clone(), customer.clone());
        let shard = self.shards.get(shard_of(&key)).unwrap_or(&self.shards[0]);
        shard.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

/// Drops half of those nobody is talking to right now. The store knows them
/// all; but while it cannot be asked, who is in the middle of something must
/// find us knowing it, so the others go first.
fn make_room(shard: &mut FxHashMap<Key, Arc<Mutex<Known>>>) {
    let enough = shard.len() / 2;
    drop_half(shard, |known| known.try_lock().is_ok_and(|known| known.is_idle()));
    if shard.len() > enough + enough / 2 {
        drop_half(shard, |known| Arc::strong_count(known) == 1);
    }
}

fn drop_half(shard: &mut FxHashMap<Key, Arc<Mutex<Known>>>, may_go: impl Fn(&Arc<Mutex<Known>>) -> bool) {
    let mut drop_this = false;
    shard.retain(|_, known| {
        if Arc::strong_count(known) > 1 || !may_go(known) {
            return true;
        }
        drop_this = !drop_this;
        !drop_this
    });
}

impl Known {
    fn is_idle(&self) -> bool {
        self.conversation.as_ref().is_none_or(|loaded| match loaded.conversation.stage {
            Stage::Idle => true,
            Stage::Filling(_) | Stage::Paused(_) | Stage::WithStaff(_) | Stage::HandedBack(_) => false,
        })
    }
}

fn shard_of(key: &Key) -> usize {
    use std::hash::{Hash as _, Hasher as _};
    let mut hasher = FxHasher::default();
    key.hash(&mut hasher);
    usize::try_from(hasher.finish() >> 32).unwrap_or(0) % SHARDS
}

impl Rate {
    /// Counts a message; false when it is one too many for this minute.
    pub fn allow(&mut self, limit: u32, now: Timestamp) -> bool {
        let expired =
            self.window_start.is_none_or(|start| now.duration_since(start).unsigned_abs() >= FLOOD_WINDOW);
        if expired {
            self.window_start = Some(now);
            self.messages = 0;
        }
        self.messages = self.messages.saturating_add(1);
        self.messages <= limit
    }

    /// The message turned out not to be theirs.
    pub fn take_back(&mut self) {
        self.messages = self.messages.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn the_flood_limit_holds_at_below_and_above_and_ends_with_the_minute() {
        let mut rate = Rate::default();

        let allowed: Vec<bool> = (0..4).map(|second| rate.allow(3, at(second))).collect();

        assert_eq!(allowed, [true, true, true, false]);
        assert!(!rate.allow(3, at(59)));
        assert!(rate.allow(3, at(60)));
    }

    #[test]
    fn the_same_customer_gets_the_same_lock_and_memory_stays_bounded() {
        let customers = Customers::default();
        let account = AccountId::parse("main").expect("a slug");
        let one = CustomerId::parse("o-one").expect("printable");
        let held = customers.enter(&account, &one);

        for n in 0..(3 * MAX_KNOWN) {
            let other = CustomerId::parse(&format!("o{n}")).expect("printable");
            drop(customers.enter(&account, &other));
        }

        assert!(Arc::ptr_eq(&held, &customers.enter(&account, &one)), "a held lock must stay");
        let known: usize = customers.shards.iter().map(|shard| shard.lock().expect("no panic").len()).sum();
        assert!(known <= MAX_KNOWN, "{known}");
    }
}

//! One message, one answer: judges whether a delivery is fresh, and lets all
//! deliveries of one message share one computation (DESIGN.md D4, D5). What
//! this process has forgotten, the store's unique key still knows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use tokio::sync::Notify;

use crate::model::message::Covers;
use crate::model::{DeliveryKey, Message, Proof};

use super::{Answered, Refused};

/// WeChat asks three times, five seconds apart (WECHAT.md section 4); a retry
/// after this is answered from the store.
const REMEMBERED_FOR: Duration = Duration::from_secs(60);
/// At a few hundred bytes each this stays below 2 MiB, which is what a core has
/// at hand: more of them made every message slower.
const MAX_REMEMBERED: usize = 4_096;
/// Fewer collisions on the lock than there are cores.
const SHARDS: usize = 16;

/// A clock that runs ahead of ours makes a delivery come from the future;
/// both directions are refused alike.
pub fn check_freshness(proof: &Proof, max_age: Duration, now: Timestamp) -> Result<(), Refused> {
    let skew_seconds = now.as_second().saturating_sub(proof.timestamp);
    if skew_seconds.unsigned_abs() > max_age.as_secs() {
        return Err(Refused::Stale { skew_seconds, allowed: max_age });
    }
    Ok(())
}

type Answer = Result<Arc<Answered>, Refused>;

/// Where the answer of a message will be, or is.
#[derive(Clone, Debug, Default)]
pub struct Outlook(Arc<Place>);

#[derive(Debug, Default)]
struct Place {
    answer: OnceLock<Answer>,
    arrived: Notify,
}

/// Whoever holds it computes the answer. One that is dropped unkept refuses the
/// message, so that nobody waits for ever.
#[derive(Debug)]
pub struct Promise(Outlook);

impl Outlook {
    pub async fn wait(&self) -> Answer {
        loop {
            let arrived = self.0.arrived.notified();
            if let Some(answer) = self.0.answer.get() {
                return answer.clone();
            }
            arrived.await;
        }
    }

    fn set(&self, answer: Answer) {
        if self.0.answer.set(answer).is_ok() {
            self.0.arrived.notify_waiters();
        }
    }
}

impl Promise {
    pub fn keep(self, answer: Answer) {
        self.0.set(answer);
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.0.set(Err(Refused::ShuttingDown));
    }
}

/// What a delivery finds.
#[derive(Debug)]
pub enum Joined {
    /// The first: it has to compute the answer and keep the promise.
    First(Promise),
    /// Another delivery of the same message is on it, or has done it.
    Again(Outlook),
    /// The same key with another body, where the signature covers no body.
    Forged,
}

#[derive(Debug, Default)]
pub struct Flights {
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    flights: FxHashMap<DeliveryKey, Flight>,
    /// In order of arrival, to forget the oldest.
    order: VecDeque<(Timestamp, DeliveryKey)>,
}

#[derive(Debug)]
struct Flight {
    outlook: Outlook,
    body_digest: Option<String>,
}

impl Flights {
    pub fn join(&self, message: &Message, now: Timestamp) -> Joined {
        let shard = self.shards.get(shard_of(&message.key)).unwrap_or(&self.shards[0]);
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.forget_old(now);
        let body_digest = digest_of(&message.proof);
        if let Some(flight) = shard.flights.get(&message.key) {
            return match flight.body_digest == body_digest {
                true => Joined::Again(flight.outlook.clone()),
                false => Joined::Forged,
            };
        }
        let outlook = Outlook::default();
        shard.order.push_back((now, message.key.clone()));
        let flight = Flight { outlook: outlook.clone(), body_digest };
        shard.flights.insert(message.key.clone(), flight);
        Joined::First(Promise(outlook))
    }
}

impl Shard {
    fn forget_old(&mut self, now: Timestamp) {
        while let Some((since, _)) = self.order.front() {
            let age = now.duration_since(*since).unsigned_abs();
            if age <= REMEMBERED_FOR && self.order.len() < MAX_REMEMBERED / SHARDS {
                break;
            }
            if let Some((_, key)) = self.order.pop_front() {
                self.flights.remove(&key);
            }
        }
    }
}

fn digest_of(proof: &Proof) -> Option<String> {
    match &proof.covers {
        Covers::Body => None,
        Covers::UrlOnly { digest } => Some(digest.clone()),
    }
}

/// The key ends in a hash, so its last byte spreads evenly.
fn shard_of(key: &DeliveryKey) -> usize {
    key.as_str().bytes().last().map_or(0, |byte| usize::from(byte) % SHARDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, Content, CustomerId};

    fn message(key: &str, covers: Covers) -> Message {
        Message {
            account: AccountId::parse("main").expect("a slug"),
            customer: CustomerId::parse("o1").expect("printable"),
            addressed_to: "gh_1".into(),
            sent_at: 0,
            key: DeliveryKey::parse(key).expect("a slug"),
            content: Content::text("你好"),
            proof: Proof { timestamp: 0, nonce: "1".into(), covers },
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn a_timestamp_is_fresh_up_to_the_limit_in_both_directions() {
        let proof = Proof { timestamp: 1_000, nonce: "1".into(), covers: Covers::Body };
        let quarter = Duration::from_secs(900);

        for (now, fresh) in [(1_000, true), (1_900, true), (1_901, false), (100, true), (99, false)] {
            assert_eq!(check_freshness(&proof, quarter, at(now)).is_ok(), fresh, "at {now}");
        }
    }

    #[test]
    fn an_extreme_timestamp_is_stale_and_does_not_overflow() {
        for timestamp in [i64::MIN, i64::MAX] {
            let proof = Proof { timestamp, nonce: "1".into(), covers: Covers::Body };

            assert!(check_freshness(&proof, Duration::from_secs(900), at(0)).is_err());
        }
    }

    #[test]
    fn the_second_delivery_of_a_message_joins_the_first() {
        let flights = Flights::default();
        let first = flights.join(&message("k1", Covers::Body), at(0));

        assert!(matches!(first, Joined::First(..)));
        assert!(matches!(flights.join(&message("k1", Covers::Body), at(5)), Joined::Again(_)));
        assert!(matches!(flights.join(&message("k2", Covers::Body), at(5)), Joined::First(..)));
    }

    #[test]
    fn another_body_under_the_key_of_a_plain_message_is_forged() {
        let flights = Flights::default();
        let plain = |digest: &str| message("k1", Covers::UrlOnly { digest: digest.into() });
        let _first = flights.join(&plain("a"), at(0));

        assert!(matches!(flights.join(&plain("a"), at(1)), Joined::Again(_)));
        assert!(matches!(flights.join(&plain("b"), at(1)), Joined::Forged));
    }

    #[test]
    fn old_messages_are_forgotten_so_that_memory_stays_bounded() {
        let flights = Flights::default();
        let _first = flights.join(&message("k1", Covers::Body), at(0));

        assert!(matches!(flights.join(&message("k1", Covers::Body), at(61)), Joined::First(..)));
        for n in 0..(2 * MAX_REMEMBERED) {
            let _ = flights.join(&message(&format!("x{n}"), Covers::Body), at(62));
        }
        let remembered: usize =
            flights.shards.iter().map(|shard| shard.lock().expect("no panic above").flights.len()).sum();
        assert!(remembered <= MAX_REMEMBERED, "{remembered}");
    }
}

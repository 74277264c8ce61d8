//! Statistics that were counted a moment ago: counting a month of a hundred
//! thousand messages takes longer than a page may.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::model::AccountId;
use crate::store::{Period, Statistics, Store, StoreError};

/// Numbers may be so old; the page says when they were counted.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Periods that are looked at in a minute, with room to spare.
const MOST_KEPT: usize = 16;

#[derive(Debug, Default)]
pub(in crate::console) struct Counted(Mutex<Vec<Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    account: AccountId,
    period: Period,
    at: Timestamp,
    statistics: Arc<Statistics>,
}

impl Counted {
    pub(in crate::console) async fn load(
        &self,
        store: &Store,
        account: &AccountId,
        period: Period,
        now: Timestamp,
    ) -> Result<(Arc<Statistics>, Timestamp), StoreError> {
        if let Some(kept) = self.find(account, period, now) {
            return Ok((kept.statistics, kept.at));
        }
        let statistics = Arc::new(store.load_statistics(account, period).await?);
        let kept = Kept { account: account.clone(), period, at: now, statistics: Arc::clone(&statistics) };
        self.keep(kept);
        Ok((statistics, now))
    }

    fn find(&self, account: &AccountId, period: Period, now: Timestamp) -> Option<Kept> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |kept: &&Kept| {
            kept.account == *account && kept.period == period && now.duration_since(kept.at) <= GOOD_FOR
        };
        kept.iter().find(is_good).cloned()
    }

    fn keep(&self, new: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.account != new.account || one.period != new.period);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push(new);
    }
}

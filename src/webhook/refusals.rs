//! Collects why deliveries were turned away, and when WeChat checked our address,
//! so that an operator learns it from the log, `doctor`, `/readyz` and 接入. An attack must fill neither the log nor the
//! store: reasons are counted here and written down once a second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tracing::{error, warn};

use crate::model::AccountId;
use crate::store::{RecentRefusal, Store};

const WRITE_EVERY: Duration = Duration::from_secs(1);
/// Refusals of one kind that are logged one by one until they are written down.
const LOGGED_SINGLY: i64 = 3;

#[derive(Debug, Default)]
pub struct Refusals {
    waiting: Mutex<HashMap<(String, &'static str), RecentRefusal>>,
    /// When an address was last checked and answered.
    checked: Mutex<HashMap<AccountId, Timestamp>>,
}

impl Refusals {
    pub fn note(&self, account: &str, code: &'static str, reason: &str, now: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = waiting.entry((account.to_owned(), code)).or_insert_with(|| RecentRefusal {
            account: account.to_owned(),
            code: code.to_owned(),
            reason: String::new(),
            times: 0,
            last_at: now,
        });
        entry.times += 1;
        entry.last_at = now;
        reason.clone_into(&mut entry.reason);
        if entry.times <= LOGGED_SINGLY {
            warn!(account, code, "Refused a request: {reason}");
        }
    }

    /// A request that was let in although it changes nothing may be repeated by
    /// anybody who saw it.
    pub fn note_check(&self, account: &AccountId, now: Timestamp) {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(account.clone(), now);
    }

    /// Writes down what was collected, until it is dropped.
    pub async fn keep_writing(&self, store: Store) {
        loop {
            tokio::time::sleep(WRITE_EVERY).await;
            self.write_down(&store).await;
        }
    }

    pub async fn write_down(&self, store: &Store) {
        let waiting = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *waiting)
        };
        self.write_checks(store).await;
        for refusal in waiting.into_values() {
            if refusal.times > LOGGED_SINGLY {
                let more = refusal.times - LOGGED_SINGLY;
                warn!(
                    account = refusal.account,
                    code = refusal.code,
                    more,
                    "Refused more requests for this reason"
                );
            }
            if let Err(failure) = store.note_refusal(&refusal).await {
                error!(%failure, "Could not write down why requests were refused");
            }
        }
    }

    async fn write_checks(&self, store: &Store) {
        let checked = {
            let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *checked)
        };
        for (account, at) in checked {
            if let Err(failure) = store.note_url_check(&account, at).await {
                error!(%failure, "Could not write down that an address was checked");
            }
        }
    }
}

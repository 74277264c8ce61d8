//! The accounts we serve: those of the configuration, which stay as they are
//! while we run, and those made in the console, which live in the store and may
//! change at any moment. One table for both, swapped whole, in every process
//! within a second. Not here: SQL (store), the wire (platform), pages (console).

mod change;
mod follow;
mod open;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::model::{AccountId, Clock, Roster, ServedAccount};
use crate::platform::Channel;
use crate::store::{Revision, Store, StoreError, StoredAccount};
use crate::telemetry::{AccountMetrics, Metrics};

pub use change::{NewAccount, Outcome, PREVIOUS_FOR, random_aes_key, random_token};
pub use open::{CannotServe, open_stored};

/// One account, ready to open and seal.
#[derive(Debug)]
pub struct Account {
    pub served: ServedAccount,
    pub channel: Channel,
    pub metrics: AccountMetrics,
    pub origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file or the environment: nothing here can change it.
    Configuration,
    Console,
}

/// Cheap to clone; every clone sees the same accounts.
#[derive(Clone, Debug)]
pub struct Accounts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    configured: Vec<Arc<Account>>,
    store: Store,
    clock: Clock,
    metrics: Metrics,
    table: ArcSwap<Table>,
    roster: Roster,
}

#[derive(Debug, Default)]
struct Table {
    by_id: HashMap<AccountId, Arc<Account>>,
    /// Of the accounts made in the console, as they were read.
    revisions: Vec<(String, Revision)>,
    /// When the first of the previous secrets stops to count.
    next_end: Option<Timestamp>,
}

impl Accounts {
    pub async fn open(
        configured: Vec<(ServedAccount, Channel)>,
        store: Store,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<Self, StoreError> {
        let configured = configured.into_iter().map(|(served, channel)| {
            let metrics = metrics.account(&served.id);
            Arc::new(Account { served, channel, metrics, origin: Origin::Configuration })
        });
        let configured = configured.collect();
        let (table, roster) = (ArcSwap::default(), Roster::default());
        let accounts = Self(Arc::new(Inner { configured, store, clock, metrics, table, roster }));
        if accounts.0.store.is_reached() {
            accounts.refresh().await?;
        } else {
            // Those made in the console follow when it can be asked.
            accounts.serve(&[]);
        }
        Ok(accounts)
    }

    pub fn find(&self, id: &AccountId) -> Option<Arc<Account>> {
        self.0.table.load().by_id.get(id).cloned()
    }

    /// For those who need not know how an account is spoken to.
    pub fn roster(&self) -> Roster {
        self.0.roster.clone()
    }

    pub fn configured(&self) -> &[Arc<Account>] {
        &self.0.configured
    }

    /// An id of the configuration wins over one made in the console, however
    /// either is written: their addresses would look alike.
    pub fn is_configured(&self, id: &AccountId) -> bool {
        let same = |account: &Arc<Account>| account.served.id.as_str().eq_ignore_ascii_case(id.as_str());
        self.0.configured.iter().any(same)
    }

    /// Serves what the store holds now.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        self.serve(&self.0.store.load_accounts().await?);
        Ok(())
    }

    fn serve(&self, stored: &[StoredAccount]) {
        let now = self.0.clock.now();
        let ends = stored.iter().filter_map(StoredAccount::previous_until).filter(|until| *until > now);
        let mut table = Table {
            by_id: HashMap::new(),
            revisions: stored.iter().map(|account| (account.id.to_string(), account.revision)).collect(),
            next_end: ends.min(),
        };
        let made = stored.iter().filter(|account| !self.is_configured(&account.id));
        let made = made.filter_map(|account| self.open_made(account, now));
        let all: Vec<Arc<Account>> = self.0.configured.iter().cloned().chain(made).collect();
        let roster = all.iter().map(|account| account.served.clone()).collect();
        table.by_id = all.into_iter().map(|account| (account.served.id.clone(), account)).collect();
        self.0.table.store(Arc::new(table));
        self.0.roster.replace(roster);
    }

    /// One that cannot be served is told in the log and on its page, and stops
    /// no other.
    fn open_made(&self, stored: &StoredAccount, now: Timestamp) -> Option<Arc<Account>> {
        match open_stored(stored, now) {
            Ok(channel) => Some(Arc::new(Account {
                served: ServedAccount {
                    id: stored.id.clone(),
                    name: stored.name.clone(),
                    human: stored.human,
                },
                channel,
                metrics: self.0.metrics.account(&stored.id),
                origin: Origin::Console,
            })),
            Err(failure) => {
                tracing::error!(account = %stored.id, %failure, "An account made in the console cannot be served");
                None
            }
        }
    }
}

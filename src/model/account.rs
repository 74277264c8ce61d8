//! The accounts that are served, as everybody but the wire knows them. Not
//! here: tokens, keys and how a platform is spoken to (accounts, platform).

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{AccountId, Human};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedAccount {
    pub id: AccountId,
    /// What staff call it.
    pub name: String,
    pub human: Human,
}

/// Who is served now. Every clone sees a change at once, because accounts can be
/// made while we run.
#[derive(Clone, Debug, Default)]
pub struct Roster(Arc<ArcSwap<Vec<ServedAccount>>>);

impl Roster {
    pub fn new(accounts: Vec<ServedAccount>) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(accounts)))
    }

    /// Where nothing but their ids is known.
    pub fn of_ids(ids: impl IntoIterator<Item = AccountId>) -> Self {
        let served = |id: AccountId| ServedAccount { name: id.to_string(), id, human: Human::default() };
        Self::new(ids.into_iter().map(served).collect())
    }

    pub fn replace(&self, accounts: Vec<ServedAccount>) {
        self.0.store(Arc::new(accounts));
    }

    pub fn now(&self) -> Arc<Vec<ServedAccount>> {
        self.0.load_full()
    }

    pub fn ids(&self) -> Vec<AccountId> {
        self.0.load().iter().map(|account| account.id.clone()).collect()
    }

    pub fn find(&self, id: &AccountId) -> Option<ServedAccount> {
        self.0.load().iter().find(|account| account.id == *id).cloned()
    }
}

//! Which account a page is about: the one its address names, else the first.
//! Pages of the first need not name it. What changes something always does: the
//! first may be another one by the time it is sent.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;

use super::failure::PageError;
use super::form::{Choice, Field};
use super::visit::{Visit, in_address};
use crate::model::{AccountId, ServedAccount};

#[derive(Clone, Debug)]
pub(super) struct Served {
    pub account: ServedAccount,
    /// To choose from; empty where there is nothing to choose.
    pub choices: Vec<Choice>,
    is_first: bool,
}

#[derive(Debug, Deserialize)]
struct Asked {
    account: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Served {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let asked = Query::<Asked>::from_request_parts(parts, state).await;
        let Query(asked) = asked.map_err(|_| PageError::Unreadable)?;
        Self::find(&visit, asked.account.as_deref().unwrap_or_default())
    }
}

impl Served {
    /// Nothing asked for is the first; one that is not served any more is never another.
    pub(super) fn find(visit: &Visit, asked: &str) -> Result<Self, PageError> {
        let accounts = visit.console.roster.now();
        let first = accounts.first().ok_or(PageError::NoAccount)?;
        let account = match asked {
            "" => first,
            asked => {
                let named = accounts.iter().find(|account| account.id.as_str() == asked);
                named.ok_or(PageError::Missing)?
            }
        };
        let choice = |account: &ServedAccount| Choice::new(account.id.as_str(), account.name.as_str());
        Ok(Self {
            account: account.clone(),
            choices: if accounts.len() > 1 { accounts.iter().map(choice).collect() } else { Vec::new() },
            is_first: account.id == first.id,
        })
    }

    pub(super) fn id(&self) -> &AccountId {
        &self.account.id
    }

    /// Its value in an address; empty for the first.
    pub(super) fn asked(&self) -> &str {
        if self.is_first { "" } else { self.account.id.as_str() }
    }

    pub(super) fn field(&self) -> Field {
        Field::of(self.account.id.as_str())
    }

    /// A page of ours, about this account.
    pub(super) fn link(&self, address: &str) -> String {
        if self.is_first { address.to_owned() } else { self.deed(address) }
    }

    /// Where something is changed in this account, and in no other.
    pub(super) fn deed(&self, address: &str) -> String {
        let sign = if address.contains('?') { '&' } else { '?' };
        format!("{address}{sign}account={}", in_address(self.account.id.as_str()))
    }
}

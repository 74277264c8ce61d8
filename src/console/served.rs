//! Which account a page is about: the one its address names, else the first.
//! Where there is only one, no address names it.

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
    #[serde(default)]
    account: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Served {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let asked = Query::<Asked>::from_request_parts(parts, state).await;
        Self::find(&visit, asked.map_or(String::new(), |asked| asked.0.account).as_str())
    }
}

impl Served {
    pub(super) fn find(visit: &Visit, asked: &str) -> Result<Self, PageError> {
        let accounts = visit.console.accounts.now();
        let first = accounts.first().ok_or(PageError::NoAccount)?;
        let account = accounts.iter().find(|account| account.id.as_str() == asked).unwrap_or(first);
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

    /// An address of ours, about this account.
    pub(super) fn link(&self, address: &str) -> String {
        if self.is_first {
            return address.to_owned();
        }
        let sign = if address.contains('?') { '&' } else { '?' };
        format!("{address}{sign}account={}", in_address(self.account.id.as_str()))
    }
}

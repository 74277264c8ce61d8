//! What people wrote lately, each wording once: to try it on another version.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::model::AccountId;

use super::message::{first_key_at, last_key_at};
use super::{Store, StoreError, on_read};

/// One wording of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// To whom it was said: a rule may be for some accounts only.
    pub account: AccountId,
    /// Masked, as staff read it.
    pub text: String,
    pub times: i64,
}

impl Store {
    /// Texts that rules answered, or should have: not what belongs to a form or
    /// to a conversation with staff. The most frequent of all accounts first.
    pub async fn list_wordings(
        &self,
        accounts: &[AccountId],
        since: Timestamp,
        until: Timestamp,
        at_most: usize,
    ) -> Result<Vec<Wording>, StoreError> {
        let mut wordings = Vec::new();
        // A range of the primary key each: together they read what one query
        // over all accounts would.
        for account in accounts {
            wordings.extend(self.list_wordings_of(account, since, until, at_most).await?);
        }
        wordings.sort_by_cached_key(|one| (Reverse(one.times), one.text.clone()));
        wordings.truncate(at_most);
        Ok(wordings)
    }

    async fn list_wordings_of(
        &self,
        account: &AccountId,
        since: Timestamp,
        until: Timestamp,
        at_most: usize,
    ) -> Result<Vec<Wording>, StoreError> {
        const SQL: &str = "SELECT body, COUNT(*) FROM message \
             WHERE account_id = $1 AND id >= $2 AND id < $3 AND kind = 'text' AND body IS NOT NULL \
             AND is_test = 0 AND outcome IN ('answer', 'choices', 'fallback') \
             GROUP BY body ORDER BY COUNT(*) DESC, body LIMIT $4";
        let rows: Vec<(String, i64)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL)
                .bind(account.as_str())
                .bind(first_key_at(since.as_millisecond()))
                .bind(last_key_at(until.as_millisecond()))
                .bind(i64::try_from(at_most).unwrap_or(i64::MAX))
                .fetch_all(pool)
                .await
        })?;
        let read = |(text, times)| Wording { account: account.clone(), text, times };
        Ok(rows.into_iter().map(read).collect())
    }
}

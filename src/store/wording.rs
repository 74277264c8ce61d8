//! What people wrote lately, each wording once: to try it on another version.

use jiff::Timestamp;

use crate::model::AccountId;

use super::message::{first_key_at, last_key_at};
use super::{Store, StoreError, on_read};

/// One wording of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Masked, as staff read it.
    pub text: String,
    pub times: i64,
}

impl Store {
    /// Texts that rules answered, or should have: not what belongs to a form or
    /// to a conversation with staff. The most frequent first.
    pub async fn list_wordings(
        &self,
        account: &AccountId,
        since: Timestamp,
        until: Timestamp,
        at_most: i64,
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
                .bind(at_most)
                .fetch_all(pool)
                .await
        })?;
        Ok(rows.into_iter().map(|(text, times)| Wording { text, times }).collect())
    }
}

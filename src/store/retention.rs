//! What is forgotten because it was kept long enough: messages, and the URLs of
//! plain mode. Found without the right to write and forgotten a few at a time,
//! so that no message waits for it. Not here: when (jobs), what somebody asks to
//! be forgotten (erasure), forms and leads (with their nouns).

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::model::Reply;

use super::message::{ACCOUNTS, KEYS_DIFFER_BY_SECONDS, first_key_at, last_key_at};
use super::{Store, StoreError, on, on_read};

/// Rows in one transaction.
const AT_ONCE: u32 = 500;
/// Holds something of a person still: $2 is the time before which nothing may, $4
/// the reply that says nothing.
const FORGETTABLE: &str = "received_at < $2 AND (customer_id IS NOT NULL OR body IS NOT NULL \
     OR sealed IS NOT NULL OR nearest IS NOT NULL OR reply <> $4)";

impl Store {
    /// Forgets what was said before `before`, and by whom. The rows stay, without
    /// people in them: a retry still finds its key, and messages stay counted.
    /// `since`: what is older was forgotten already.
    pub async fn forget_messages(
        &self,
        before: Timestamp,
        since: Option<Timestamp>,
    ) -> Result<u64, StoreError> {
        let accounts: Vec<(String,)> =
            on_read!(&self.db, |pool| sqlx::query_as(ACCOUNTS).fetch_all(pool).await)?;
        let mut forgotten = 0;
        for (account,) in accounts {
            let mut from = since.map_or_else(String::new, |since| first_key_at(since.as_millisecond()));
            while let Some((first, last)) = self.find_forgettable(&account, &from, before).await? {
                forgotten += self.forget_between(&account, (&first, &last), before).await?;
                from = last;
            }
        }
        Ok(forgotten)
    }

    /// The first and the last of the next few.
    async fn find_forgettable(
        &self,
        account: &str,
        from: &str,
        before: Timestamp,
    ) -> Result<Option<(String, String)>, StoreError> {
        let sql = format!(
            "SELECT MIN(id), MAX(id) FROM (SELECT id FROM message WHERE account_id = $1 AND id >= $3 \
             AND id < $5 AND {FORGETTABLE} ORDER BY id LIMIT {AT_ONCE}) AS few"
        );
        let (first, last): (Option<String>, Option<String>) = on_read!(&self.db, |pool| {
            sqlx::query_as(AssertSqlSafe(sql))
                .bind(account)
                .bind(before.as_millisecond())
                .bind(from)
                .bind(silence())
                .bind(last_key_at(before.as_millisecond()))
                .fetch_one(pool)
                .await
        })?;
        Ok(first.zip(last))
    }

    async fn forget_between(
        &self,
        account: &str,
        (first, last): (&str, &str),
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let sql = format!(
            "UPDATE message SET customer_id = NULL, body = NULL, sealed = NULL, nearest = NULL, reply = $4 \
             WHERE account_id = $1 AND id >= $3 AND id <= $5 AND {FORGETTABLE}"
        );
        let forgotten = on!(&self.db, |pool| {
            sqlx::query(AssertSqlSafe(sql))
                .bind(account)
                .bind(before.as_millisecond())
                .bind(first)
                .bind(silence())
                .bind(last)
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(forgotten)
    }

    /// Plain mode: forgets the URLs that were seen before `before`, when none of
    /// them is accepted any more.
    pub async fn forget_signed_urls(&self, before: Timestamp) -> Result<u64, StoreError> {
        const ACCOUNTS: &str = "SELECT DISTINCT account_id FROM signed_url";
        let accounts: Vec<(String,)> =
            on_read!(&self.db, |pool| sqlx::query_as(ACCOUNTS).fetch_all(pool).await)?;
        let mut forgotten = 0;
        for (account,) in accounts {
            while let Some(last) = self.find_forgettable_url(&account, before).await? {
                forgotten += self.forget_urls_to(&account, &last, before).await?;
            }
        }
        Ok(forgotten)
    }

    /// The last of the next few. Their ids are led by the second they were
    /// signed, which is near the one they were seen.
    async fn find_forgettable_url(
        &self,
        account: &str,
        before: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let sql = format!(
            "SELECT MAX(id) FROM (SELECT id FROM signed_url WHERE account_id = $1 AND seen_at < $2 \
             AND id < $3 ORDER BY id LIMIT {AT_ONCE}) AS few"
        );
        let until = before.as_second().saturating_add(KEYS_DIFFER_BY_SECONDS).to_string();
        let (last,): (Option<String>,) = on_read!(&self.db, |pool| {
            sqlx::query_as(AssertSqlSafe(sql))
                .bind(account)
                .bind(before.as_millisecond())
                .bind(until)
                .fetch_one(pool)
                .await
        })?;
        Ok(last)
    }

    async fn forget_urls_to(&self, account: &str, last: &str, before: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM signed_url WHERE account_id = $1 AND seen_at < $2 AND id <= $3";
        let forgotten = on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(account)
                .bind(before.as_millisecond())
                .bind(last)
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(forgotten)
    }
}

fn silence() -> String {
    serde_json::to_string(&Reply::Silence).unwrap_or_default()
}

//! What is known of a customer beside their messages: when they came, by what,
//! and what staff wrote about them.

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::lead::Source;
use crate::model::{AccountId, Act, CustomerId};

use super::message::Record;
use super::personal::Kept;
use super::{Store, StoreError, for_both, new_id, on, on_read};

/// How a customer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    pub first_seen: Timestamp,
    pub source: Option<Source>,
}

pub(super) trait CustomerRows {
    fn note_coming(
        &mut self,
        source: Option<&Source>,
        record: &Record,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

// The first source counts: it is what brought them.
const NOTE_COMING: &str = "INSERT INTO customer \
     (account_id, customer_id, first_seen, source_kind, source_key, is_test) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (account_id, customer_id) DO UPDATE SET source_kind = excluded.source_kind, \
     source_key = excluded.source_key WHERE customer.source_kind IS NULL";

for_both! { impl CustomerRows {
    async fn note_coming(&mut self, source: Option<&Source>, record: &Record) -> Result<(), StoreError> {
        let parts = source.map(Source::parts);
        sqlx::query(NOTE_COMING)
            .bind(record.account.as_str())
            .bind(record.customer.as_str())
            .bind(record.received_at.as_millisecond())
            .bind(parts.map(|(kind, _)| kind))
            .bind(parts.map(|(_, key)| key))
            .bind(i64::from(record.is_test))
            .execute(self)
            .await?;
        Ok(())
    }
}}

impl Store {
    pub async fn find_coming(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Option<Coming>, StoreError> {
        const SQL: &str = "SELECT first_seen, source_kind, source_key FROM customer \
             WHERE account_id = $1 AND customer_id = $2";
        let row: Option<(i64, Option<String>, Option<String>)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(customer.as_str()).fetch_optional(pool).await
        })?;
        Ok(row.map(|(first_seen, kind, key)| Coming {
            first_seen: from_millis(first_seen),
            source: kind.zip(key).and_then(|(kind, key)| Source::from_parts(&kind, &key)),
        }))
    }

    pub async fn add_note(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        text: &str,
        act: &Act,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO customer_note (account_id, id, customer_id, written_at, actor, body, \
             sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let id = new_id(act.at);
        let kept = Kept::of(text, &self.sealer, &id);
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(account.as_str())
                .bind(id.as_str())
                .bind(customer.as_str())
                .bind(act.at.as_millisecond())
                .bind(act.by.to_string())
                .bind(kept.shown)
                .bind(kept.sealed)
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    pub async fn set_tag(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        tag: &str,
        act: &Act,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO customer_tag (account_id, customer_id, tag, actor, set_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(account.as_str())
                .bind(customer.as_str())
                .bind(tag.trim())
                .bind(act.by.to_string())
                .bind(act.at.as_millisecond())
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    pub async fn remove_tag(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        tag: &str,
    ) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM customer_tag WHERE account_id = $1 AND customer_id = $2 AND tag = $3";
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(account.as_str())
                .bind(customer.as_str())
                .bind(tag.trim())
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    pub async fn list_tags(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Vec<String>, StoreError> {
        const SQL: &str =
            "SELECT tag FROM customer_tag WHERE account_id = $1 AND customer_id = $2 ORDER BY tag";
        let rows: Vec<(String,)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(customer.as_str()).fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(|(tag,)| tag).collect())
    }
}

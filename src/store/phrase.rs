//! Sentences that staff have ready, to be put into an answer.

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{AccountId, Actor};

use super::{Store, StoreError, on, on_read};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyPhrase {
    /// What staff type after `/`.
    pub id: String,
    pub title: String,
    pub text: String,
    pub by: Actor,
    pub changed_at: Timestamp,
}

impl Store {
    pub async fn list_phrases(&self, account: &AccountId) -> Result<Vec<ReadyPhrase>, StoreError> {
        const SQL: &str = "SELECT id, title, body, actor, changed_at FROM phrase \
             WHERE account_id = $1 ORDER BY title, id LIMIT 500";
        type Row = (String, String, String, String, i64);
        let rows: Vec<Row> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(account.as_str()).fetch_all(pool).await)?;
        let read = |(id, title, text, by, at): Row| ReadyPhrase {
            id,
            title,
            text,
            by: Actor::read(&by),
            changed_at: from_millis(at),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    pub async fn save_phrase(&self, account: &AccountId, phrase: &ReadyPhrase) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO phrase (account_id, id, title, body, actor, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, id) DO UPDATE SET \
             title = excluded.title, body = excluded.body, actor = excluded.actor, \
             changed_at = excluded.changed_at";
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(account.as_str())
                .bind(phrase.id.as_str())
                .bind(phrase.title.as_str())
                .bind(phrase.text.as_str())
                .bind(phrase.by.to_string())
                .bind(phrase.changed_at.as_millisecond())
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    pub async fn delete_phrase(&self, account: &AccountId, id: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM phrase WHERE account_id = $1 AND id = $2";
        on!(&self.db, |pool| sqlx::query(SQL).bind(account.as_str()).bind(id).execute(pool).await.map(drop))?;
        Ok(())
    }
}

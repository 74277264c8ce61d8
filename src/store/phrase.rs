//! Sentences that staff have ready, to be put into an answer.

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{AccountId, Actor};

use super::operation::change_in;
use super::{Operation, Store, StoreError, new_id, on, on_read};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyPhrase {
    pub id: String,
    /// What staff type after `/`.
    pub title: String,
    pub text: String,
    pub by: Actor,
    pub changed_at: Timestamp,
}

impl ReadyPhrase {
    pub fn fresh_id(now: Timestamp) -> String {
        new_id(now)
    }
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

    pub async fn add_phrase(
        &self,
        account: &AccountId,
        phrase: &ReadyPhrase,
        operation: &Operation,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO phrase (account_id, id, title, body, actor, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6)";
        on!(&self.db, |pool| {
            let change = sqlx::query(SQL)
                .bind(account.as_str())
                .bind(phrase.id.as_str())
                .bind(phrase.title.as_str())
                .bind(phrase.text.as_str())
                .bind(phrase.by.to_string())
                .bind(phrase.changed_at.as_millisecond());
            change_in!(pool, change, operation)
        });
        Ok(())
    }

    /// False when it is not as it was when somebody looked, at `seen`: a
    /// colleague has changed or deleted it.
    pub async fn change_phrase(
        &self,
        account: &AccountId,
        phrase: &ReadyPhrase,
        seen: Timestamp,
        operation: &Operation,
    ) -> Result<bool, StoreError> {
        // Of two changes in one millisecond the second has to look newer, too.
        const SQL: &str = "UPDATE phrase SET title = $3, body = $4, actor = $5, \
             changed_at = CASE WHEN changed_at < $6 THEN $6 ELSE changed_at + 1 END \
             WHERE account_id = $1 AND id = $2 AND changed_at = $7";
        let changed = on!(&self.db, |pool| {
            let change = sqlx::query(SQL)
                .bind(account.as_str())
                .bind(phrase.id.as_str())
                .bind(phrase.title.as_str())
                .bind(phrase.text.as_str())
                .bind(phrase.by.to_string())
                .bind(phrase.changed_at.as_millisecond())
                .bind(seen.as_millisecond());
            change_in!(pool, change, operation)
        });
        Ok(changed > 0)
    }

    pub async fn delete_phrase(
        &self,
        account: &AccountId,
        id: &str,
        operation: &Operation,
    ) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM phrase WHERE account_id = $1 AND id = $2";
        on!(&self.db, |pool| {
            let change = sqlx::query(SQL).bind(account.as_str()).bind(id);
            change_in!(pool, change, operation)
        });
        Ok(())
    }
}

//! Deliveries that were turned away: one row per account and reason, so that
//! an attack fills nothing.

use jiff::Timestamp;

use crate::model::clock::from_millis;

use super::{Db, Store, StoreError, on, on_read_now};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentRefusal {
    pub account: String,
    pub code: String,
    /// The reason and its remedy, as an operator reads it.
    pub reason: String,
    pub times: i64,
    pub last_at: Timestamp,
}

impl Store {
    /// Adds `times` refusals to what is known of this account and reason.
    pub async fn note_refusal(&self, refusal: &RecentRefusal) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO refusal (account_id, code, reason, times, first_at, last_at) \
             VALUES ($1, $2, $3, $4, $5, $5) \
             ON CONFLICT (account_id, code) DO UPDATE SET \
             reason = excluded.reason, times = refusal.times + excluded.times, last_at = excluded.last_at";
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(refusal.account.as_str())
                .bind(refusal.code.as_str())
                .bind(refusal.reason.as_str())
                .bind(refusal.times)
                .bind(refusal.last_at.as_millisecond())
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// The reasons since `since`, the latest first.
    pub async fn recent_refusals(&self, since: Timestamp) -> Result<Vec<RecentRefusal>, StoreError> {
        self.db.recent_refusals(since).await
    }
}

impl Db {
    pub(super) async fn recent_refusals(&self, since: Timestamp) -> Result<Vec<RecentRefusal>, StoreError> {
        const SQL: &str = "SELECT account_id, code, reason, times, last_at FROM refusal \
             WHERE last_at >= $1 ORDER BY last_at DESC LIMIT 50";
        type Row = (String, String, String, i64, i64);
        let rows: Vec<Row> = on_read_now!(self, |pool| {
            sqlx::query_as(SQL).bind(since.as_millisecond()).fetch_all(pool).await
        })?;
        let read = |(account, code, reason, times, last_at): Row| RecentRefusal {
            account,
            code,
            reason,
            times,
            last_at: from_millis(last_at),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

//! Tries to log in that have not succeeded, counted per name and per address.
//! Not here: how many are too many (console).

use std::time::Duration;

use jiff::Timestamp;

use super::ticket::hash_of;
use super::{Operation, Store, StoreError, on};

/// What counts; older tries are forgotten.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// How many tries are let through in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MostAttempts {
    pub by_name: i64,
    pub by_ip: i64,
    pub by_name_and_ip: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It is counted; it may be checked.
    Counted,
    /// It is refused and leaves nothing behind: else a stranger who goes on
    /// trying would fill the table, and keep out whoever they name.
    TooMany,
}

impl Store {
    /// Counts a try before it is checked, so that of many at once none is missed.
    /// `ip` is the caller's place, as limits know it.
    pub async fn count_attempt(
        &self,
        (name, ip): (&str, &str),
        most: MostAttempts,
        now: Timestamp,
    ) -> Result<Attempt, StoreError> {
        const FORGET: &str = "DELETE FROM login_attempt WHERE at <= $1";
        const NOTE: &str = "INSERT INTO login_attempt (id, at, name_hash, ip) VALUES ($1, $2, $3, $4)";
        const COUNT: &str = "SELECT \
             COALESCE(SUM(CASE WHEN name_hash = $1 THEN 1 ELSE 0 END), 0), \
             COALESCE(SUM(CASE WHEN ip = $2 THEN 1 ELSE 0 END), 0), \
             COALESCE(SUM(CASE WHEN name_hash = $1 AND ip = $2 THEN 1 ELSE 0 END), 0) \
             FROM login_attempt WHERE at > $3";
        const TAKE_BACK: &str = "DELETE FROM login_attempt WHERE id = $1";
        let (id, name) = (Operation::fresh_id(), hash_of(name));
        let since = (now - WINDOW).as_millisecond();
        let refused = on!(&self.db, |pool| {
            sqlx::query(FORGET).bind(since).execute(pool).await?;
            sqlx::query(NOTE)
                .bind(id.as_str())
                .bind(now.as_millisecond())
                .bind(name.as_str())
                .bind(ip)
                .execute(pool)
                .await?;
            let (by_name, by_ip, by_name_and_ip): (i64, i64, i64) =
                sqlx::query_as(COUNT).bind(name.as_str()).bind(ip).bind(since).fetch_one(pool).await?;
            let refused =
                by_name > most.by_name || by_ip > most.by_ip || by_name_and_ip > most.by_name_and_ip;
            if refused {
                sqlx::query(TAKE_BACK).bind(id.as_str()).execute(pool).await?;
            }
            refused
        });
        Ok(if refused { Attempt::TooMany } else { Attempt::Counted })
    }

    /// Whoever got in, or was let in again by an administrator, starts anew.
    pub async fn forget_attempts(&self, name: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM login_attempt WHERE name_hash = $1";
        on!(&self.db, |pool| sqlx::query(SQL).bind(hash_of(name)).execute(pool).await.map(drop))?;
        Ok(())
    }
}

//! Tries to log in that have not succeeded, counted per name and per address.
//! Not here: how many are too many (console).

use std::time::Duration;

use jiff::Timestamp;

use super::ticket::hash_of;
use super::{Operation, Store, StoreError, on};

/// What counts; older tries are forgotten.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// With the one that was just noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    pub by_name: i64,
    pub by_ip: i64,
    pub by_name_and_ip: i64,
}

impl Store {
    /// Notes a try before it is checked, so that many at once are all counted.
    pub async fn note_attempt(&self, name: &str, ip: &str, now: Timestamp) -> Result<Attempts, StoreError> {
        const FORGET: &str = "DELETE FROM login_attempt WHERE at <= $1";
        const NOTE: &str = "INSERT INTO login_attempt (id, at, name_hash, ip) VALUES ($1, $2, $3, $4)";
        const COUNT: &str = "SELECT \
             COALESCE(SUM(CASE WHEN name_hash = $1 THEN 1 ELSE 0 END), 0), \
             COALESCE(SUM(CASE WHEN ip = $2 THEN 1 ELSE 0 END), 0), \
             COALESCE(SUM(CASE WHEN name_hash = $1 AND ip = $2 THEN 1 ELSE 0 END), 0) \
             FROM login_attempt WHERE at > $3";
        let name = hash_of(name);
        let since = (now - WINDOW).as_millisecond();
        let (by_name, by_ip, by_name_and_ip): (i64, i64, i64) = on!(&self.db, |pool| {
            sqlx::query(FORGET).bind(since).execute(pool).await?;
            sqlx::query(NOTE)
                .bind(Operation::fresh_id())
                .bind(now.as_millisecond())
                .bind(name.as_str())
                .bind(ip)
                .execute(pool)
                .await?;
            sqlx::query_as(COUNT).bind(name.as_str()).bind(ip).bind(since).fetch_one(pool).await?
        });
        Ok(Attempts { by_name, by_ip, by_name_and_ip })
    }

    /// Whoever got in, or was let in again by an administrator, starts anew.
    pub async fn forget_attempts(&self, name: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM login_attempt WHERE name_hash = $1";
        on!(&self.db, |pool| sqlx::query(SQL).bind(hash_of(name)).execute(pool).await.map(drop))?;
        Ok(())
    }
}

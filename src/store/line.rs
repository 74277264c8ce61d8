//! The line of those who wait for a person: a page of it, how many stand in it,
//! and who leaves it by themselves where nobody answers in the chat. Not here:
//! one place in it (waiting).

use jiff::{SignedDuration, Timestamp};
use sqlx::AssertSqlSafe;

use crate::model::clock::from_millis;
use crate::model::{AccountId, Actor};

use super::inbox::INBOX_PAGE;
use super::waiting::{Ending, Row, Waiting};
use super::{Store, StoreError, on, on_read};

/// Where nobody answers in the chat, whoever asked for a person leaves the line
/// after this: long enough for a weekend and most holidays, and as long as words
/// wait that staff left.
pub const LINE_KEEPS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Places that end in one transaction.
const AT_ONCE: u32 = 500;

/// Which part of the line is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFilter {
    /// Those whom somebody took.
    pub taken_by: Option<Actor>,
    /// The cursor of the last one on the page before.
    pub after: Option<String>,
}

/// How many stand in the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCount {
    pub all: u64,
    /// Whom the one who asks has taken.
    pub mine: u64,
    /// Whom nobody has taken; tests left out.
    pub open: u64,
    /// Since when the first of these waits.
    pub open_since: Option<Timestamp>,
}

const PAGE: &str = "SELECT message_id, customer_id, since, reason, taken_by, taken_at, is_test FROM waiting \
     WHERE account_id = $1 AND ended_at IS NULL AND customer_id IS NOT NULL \
     AND ($2 IS NULL OR taken_by = $2) AND (since > $3 OR (since = $3 AND message_id > $4)) \
     ORDER BY since, message_id LIMIT $5";
const COUNT: &str = "SELECT COUNT(*), COUNT(CASE WHEN taken_by = $2 THEN 1 END), \
     COUNT(CASE WHEN taken_by IS NULL AND is_test = 0 THEN 1 END), \
     MIN(CASE WHEN taken_by IS NULL AND is_test = 0 THEN since END) FROM waiting \
     WHERE account_id = $1 AND ended_at IS NULL AND customer_id IS NOT NULL";
/// A complaint stays until somebody says that it was dealt with.
const LEAVES: &str = "SELECT message_id FROM waiting w WHERE account_id = $1 AND ended_at IS NULL \
     AND customer_id IS NOT NULL AND reason <> 'complaint' AND COALESCE(taken_at, since) < $2";
const HANDED_IN: &str = "AND EXISTS (SELECT 1 FROM lead l WHERE l.account_id = w.account_id \
     AND l.customer_id = w.customer_id AND l.handed_in_at >= w.since)";
/// A lead of theirs was moved on: somebody called.
const CALLED: &str = "AND EXISTS (SELECT 1 FROM lead l JOIN lead_trail t ON t.account_id = l.account_id \
     AND t.number = l.number WHERE l.account_id = w.account_id AND l.customer_id = w.customer_id \
     AND t.what = 'status' AND t.happened_at >= w.since)";
const END: &str = "UPDATE waiting SET ended_at = $3, ended_how = $4 \
     WHERE account_id = $1 AND message_id = $2 AND ended_at IS NULL";

impl Waiting {
    /// Where the page after them begins.
    pub fn cursor(&self) -> String {
        format!("{}-{}", self.since.as_millisecond(), self.message)
    }
}

impl LineFilter {
    /// A cursor that cannot be read is none.
    fn begins_after(&self) -> (i64, &str) {
        let parts = self.after.as_deref().and_then(|raw| raw.split_once('-'));
        parts.and_then(|(since, message)| Some((since.parse().ok()?, message))).unwrap_or((i64::MIN, ""))
    }
}

impl Store {
    /// A page of the line, who waits longest first.
    pub async fn list_waiting(
        &self,
        account: &AccountId,
        filter: &LineFilter,
    ) -> Result<Vec<Waiting>, StoreError> {
        let (since, message) = filter.begins_after();
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(PAGE)
                .bind(account.as_str())
                .bind(filter.taken_by.as_ref().map(ToString::to_string))
                .bind(since)
                .bind(message)
                .bind(i64::from(INBOX_PAGE))
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(Row::read).collect()
    }

    pub async fn count_waiting(&self, account: &AccountId, me: &Actor) -> Result<LineCount, StoreError> {
        let (all, mine, open, since): (i64, i64, i64, Option<i64>) = on_read!(&self.db, |pool| {
            sqlx::query_as(COUNT).bind(account.as_str()).bind(me.to_string()).fetch_one(pool).await
        })?;
        let [all, mine, open] = [all, mine, open].map(i64::unsigned_abs);
        Ok(LineCount { all, mine, open, open_since: since.map(from_millis) })
    }

    /// Ends the waiting of those who handed in an enquiry since, whose lead was
    /// moved on since, and who waited for `LINE_KEEPS`: for accounts where nobody
    /// could answer them in the chat. How many left.
    pub async fn end_outlived(&self, account: &AccountId, now: Timestamp) -> Result<u64, StoreError> {
        let long_ago = now.checked_sub(LINE_KEEPS).unwrap_or(Timestamp::MIN);
        let mut left = 0;
        for (how, also, before) in
            [(Ending::Enquired, HANDED_IN, now), (Ending::Done, CALLED, now), (Ending::Idle, "", long_ago)]
        {
            let sql = format!("{LEAVES} {also} ORDER BY message_id LIMIT {AT_ONCE}");
            loop {
                let some: Vec<(String,)> = on_read!(&self.db, |pool| {
                    sqlx::query_as(AssertSqlSafe(sql.as_str()))
                        .bind(account.as_str())
                        .bind(before.as_millisecond())
                        .fetch_all(pool)
                        .await
                })?;
                let ended = self.end_places(account, &some, how, now).await?;
                left += ended;
                if ended < u64::from(AT_ONCE) {
                    break;
                }
            }
        }
        Ok(left)
    }

    async fn end_places(
        &self,
        account: &AccountId,
        places: &[(String,)],
        how: Ending,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        if places.is_empty() {
            return Ok(0);
        }
        let mut ended = 0;
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            for (message,) in places {
                ended += sqlx::query(END)
                    .bind(account.as_str())
                    .bind(&**message)
                    .bind(now.as_millisecond())
                    .bind(how.as_str())
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
            }
            transaction.commit().await?;
        });
        Ok(ended)
    }
}

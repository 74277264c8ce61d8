//! What staff are still to be told. A notice names its subject; the words are
//! made when it is sent, from what is true then. It is kept until it was sent
//! or its time is over, so a restart loses none.

use jiff::{SignedDuration, Timestamp};

use crate::model::AccountId;
use crate::model::clock::from_millis;

use super::{Db, Store, StoreError, on, on_read};

/// What happened longer ago is no news: it stands in the console.
pub const NEWS_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Kept that long afterwards, for `doctor` and for staff who ask.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A new lead; the subject is its number.
    Lead,
    /// A lead was handed in once more.
    LeadAgain,
    /// Somebody waits; the subject is the message that asked.
    Waiting,
    /// Leads to be followed up today; the subject is the day.
    Due,
    /// Facts of the rulebook whose date is near or over; the subject says which.
    Expiring,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub account: AccountId,
    pub id: String,
    pub kind: Kind,
    pub subject: String,
    pub created_at: Timestamp,
    /// Earlier attempts.
    pub attempts: u32,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Sent,
    /// There was nothing to tell any more.
    Obsolete,
    /// It could not be sent while it was news.
    GivenUp,
}

/// How the queue stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeHealth {
    pub unsent: u64,
    /// Not sent in their time, since yesterday.
    pub given_up: u64,
    /// The latest failure since yesterday.
    pub failure: Option<String>,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Lead, Self::LeadAgain, Self::Waiting, Self::Due, Self::Expiring];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::LeadAgain => "lead-again",
            Self::Waiting => "waiting",
            Self::Due => "due",
            Self::Expiring => "expiring",
        }
    }

    fn parse(stored: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == stored)
    }
}

impl Fate {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Obsolete => "obsolete",
            Self::GivenUp => "given-up",
        }
    }
}

/// Account, id, kind, subject, time. Known by its id, so the same news is told
/// once.
pub(super) const INSERT: &str = "INSERT INTO notice (account_id, id, kind, subject, created_at, next_at, \
     attempts) VALUES ($1, $2, $3, $4, $5, $5, 0) ON CONFLICT DO NOTHING";

#[derive(sqlx::FromRow)]
struct Row {
    account_id: String,
    id: String,
    kind: String,
    subject: String,
    created_at: i64,
    attempts: i64,
}

impl Store {
    /// Queues something that no message brought about. False when it was queued
    /// before, under the same id.
    pub async fn queue_notice(&self, notice: &Notice) -> Result<bool, StoreError> {
        let queued = on!(&self.db, |pool| {
            sqlx::query(INSERT)
                .bind(notice.account.as_str())
                .bind(notice.id.as_str())
                .bind(notice.kind.as_str())
                .bind(notice.subject.as_str())
                .bind(notice.created_at.as_millisecond())
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(queued > 0)
    }

    /// What is to be sent now, the oldest first.
    pub async fn due_notices(&self, now: Timestamp, most: u32) -> Result<Vec<Notice>, StoreError> {
        const SQL: &str = "SELECT account_id, id, kind, subject, created_at, attempts FROM notice \
             WHERE settled_at IS NULL AND next_at <= $1 ORDER BY next_at, created_at, id LIMIT $2";
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(now.as_millisecond()).bind(i64::from(most)).fetch_all(pool).await
        })?;
        rows.into_iter().map(read).collect()
    }

    /// Tries these again at `next`.
    pub async fn postpone_notices(
        &self,
        notices: &[Notice],
        failure: &str,
        next: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE notice SET attempts = attempts + 1, next_at = $3, failure = $4 \
             WHERE account_id = $1 AND id = $2 AND settled_at IS NULL";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            for notice in notices {
                sqlx::query(SQL)
                    .bind(notice.account.as_str())
                    .bind(notice.id.as_str())
                    .bind(next.as_millisecond())
                    .bind(failure)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    pub async fn settle_notices(
        &self,
        notices: &[Notice],
        fate: Fate,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE notice SET settled_at = $3, fate = $4 WHERE account_id = $1 AND id = $2";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            for notice in notices {
                sqlx::query(SQL)
                    .bind(notice.account.as_str())
                    .bind(notice.id.as_str())
                    .bind(now.as_millisecond())
                    .bind(fate.as_str())
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Removes what was settled long ago, and what nobody sent because nobody
    /// is to be told.
    pub async fn forget_notices(&self, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM notice WHERE created_at < $1";
        let before = now.checked_sub(KEPT_FOR).unwrap_or(Timestamp::MIN).as_millisecond();
        let forgotten = on!(&self.db, |pool| {
            sqlx::query(SQL).bind(before).execute(pool).await.map(|done| done.rows_affected())
        })?;
        Ok(forgotten)
    }

    /// How telling staff goes, for `doctor` and for the page of accounts.
    pub async fn notice_health(&self, now: Timestamp) -> Result<NoticeHealth, StoreError> {
        self.db.notice_health(now).await
    }
}

impl Db {
    pub(super) async fn notice_health(&self, now: Timestamp) -> Result<NoticeHealth, StoreError> {
        const COUNT: &str = "SELECT COALESCE(SUM(CASE WHEN settled_at IS NULL THEN 1 ELSE 0 END), 0), \
             COALESCE(SUM(CASE WHEN fate = 'given-up' THEN 1 ELSE 0 END), 0) FROM notice WHERE created_at >= $1";
        const FAILURE: &str = "SELECT failure FROM notice WHERE created_at >= $1 AND failure IS NOT NULL \
             AND (fate IS NULL OR fate = 'given-up') ORDER BY next_at DESC LIMIT 1";
        let since = now.checked_sub(NEWS_FOR).unwrap_or(Timestamp::MIN).as_millisecond();
        let (unsent, given_up): (i64, i64) =
            on_read!(self, |pool| sqlx::query_as(COUNT).bind(since).fetch_one(pool).await)?;
        let failure: Option<(String,)> =
            on_read!(self, |pool| sqlx::query_as(FAILURE).bind(since).fetch_optional(pool).await)?;
        Ok(NoticeHealth {
            unsent: unsent.unsigned_abs(),
            given_up: given_up.unsigned_abs(),
            failure: failure.map(|(failure,)| failure),
        })
    }
}

fn read(row: Row) -> Result<Notice, StoreError> {
    Ok(Notice {
        account: AccountId::parse(&row.account_id).map_err(|cause| StoreError::corrupt("notice", cause))?,
        kind: Kind::parse(&row.kind).ok_or_else(|| StoreError::corrupt("notice", &row.kind))?,
        id: row.id,
        subject: row.subject,
        created_at: from_millis(row.created_at),
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
    })
}

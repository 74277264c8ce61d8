//! Who waits for a person: since when and why, who took them, and how it ended.
//! Not here: the line as a whole, and who leaves it by themselves (line).

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::effect::WaitReason;
use crate::model::{AccountId, Act, Actor, CustomerId, DeliveryKey};

use super::message::Record;
use super::notice::{self, Kind};
use super::{Store, StoreError, for_both, on, on_read};

/// Somebody in the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The message that asked for a person.
    pub message: DeliveryKey,
    pub customer: CustomerId,
    pub since: Timestamp,
    pub reason: WaitReason,
    pub taken: Option<Taken>,
    pub is_test: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub by: Actor,
    pub at: Timestamp,
}

/// How waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Staff gave the customer back to the bot.
    Returned,
    /// The customer said 退出人工.
    Left,
    /// Staff dealt with it, by telephone for instance.
    Done,
    /// Nothing was done for a while.
    Idle,
    /// The customer handed in an enquiry, which is followed up instead.
    Enquired,
    /// The customer was erased.
    Erased,
}

/// What became of an attempt to take somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    Yours,
    /// A colleague was faster.
    TakenBy(Actor),
    /// Nobody by that name waits any more.
    Gone,
}

impl Ending {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Left => "left",
            Self::Done => "done",
            Self::Idle => "idle",
            Self::Enquired => "enquired",
            Self::Erased => "erased",
        }
    }
}

pub(super) trait WaitingRows {
    fn join_line(
        &mut self,
        reason: WaitReason,
        record: &Record,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn leave_line(&mut self, record: &Record) -> impl Future<Output = Result<(), StoreError>> + Send;
}

// Conflicts with this very message, or with the place in the line that the
// customer has already.
const JOIN: &str = "INSERT INTO waiting (account_id, message_id, customer_id, since, reason, is_test) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const RAISE: &str = "UPDATE waiting SET reason = $3 WHERE account_id = $1 AND customer_id = $2 \
     AND ended_at IS NULL AND reason <> $3 RETURNING message_id";
// A message that was kept in a journal must not end what began after it.
const LEAVE: &str = "UPDATE waiting SET ended_at = $3, ended_how = $4 \
     WHERE account_id = $1 AND customer_id = $2 AND ended_at IS NULL AND since <= $3";

for_both! { impl WaitingRows {
    async fn join_line(&mut self, reason: WaitReason, record: &Record) -> Result<(), StoreError> {
        let (account, customer) = record.whose();
        let joined = sqlx::query(JOIN)
            .bind(account)
            .bind(record.key.as_str())
            .bind(customer)
            .bind(record.received_at.as_millisecond())
            .bind(reason.as_str())
            .bind(i64::from(record.is_test))
            .execute(&mut *self)
            .await?
            .rows_affected();
        let place = match (joined, reason) {
            (0, WaitReason::Complaint) => {
                let raise = sqlx::query_as(RAISE).bind(account).bind(customer).bind(reason.as_str());
                raise.fetch_optional(&mut *self).await?.map(|(place,): (String,)| place)
            }
            (0, WaitReason::Asked | WaitReason::Media | WaitReason::Form) => None,
            (_, _) => Some(record.key.to_string()),
        };
        if let Some(place) = place.filter(|_| !record.is_test) {
            sqlx::query(notice::INSERT)
                .bind(account)
                .bind(format!("{}-{}", Kind::Waiting.as_str(), record.key))
                .bind(Kind::Waiting.as_str())
                .bind(place)
                .bind(record.received_at.as_millisecond())
                .execute(self)
                .await?;
        }
        Ok(())
    }

    async fn leave_line(&mut self, record: &Record) -> Result<(), StoreError> {
        let (account, customer) = record.whose();
        sqlx::query(LEAVE)
            .bind(account)
            .bind(customer)
            .bind(record.received_at.as_millisecond())
            .bind(Ending::Left.as_str())
            .execute(self)
            .await?;
        Ok(())
    }
}}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    message_id: String,
    customer_id: String,
    since: i64,
    reason: String,
    taken_by: Option<String>,
    taken_at: Option<i64>,
    is_test: i64,
}

impl Row {
    pub(super) fn read(self) -> Result<Waiting, StoreError> {
        let corrupt = |cause: &dyn std::fmt::Display| StoreError::corrupt("waiting", cause);
        Ok(Waiting {
            message: DeliveryKey::parse(&self.message_id).map_err(|cause| corrupt(&cause))?,
            customer: CustomerId::parse(&self.customer_id).map_err(|cause| corrupt(&cause))?,
            since: from_millis(self.since),
            reason: WaitReason::parse(&self.reason).ok_or_else(|| corrupt(&"reason"))?,
            taken: self
                .taken_by
                .zip(self.taken_at)
                .map(|(by, at)| Taken { by: Actor::read(&by), at: from_millis(at) }),
            is_test: self.is_test != 0,
        })
    }
}

impl Store {
    pub async fn find_waiting(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Option<Waiting>, StoreError> {
        const SQL: &str = "SELECT message_id, customer_id, since, reason, taken_by, taken_at, is_test \
             FROM waiting WHERE account_id = $1 AND customer_id = $2 AND ended_at IS NULL";
        let row: Option<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(customer.as_str()).fetch_optional(pool).await
        })?;
        row.map(Row::read).transpose()
    }

    /// Somebody who still waits, by the message that asked.
    pub async fn find_place(
        &self,
        account: &AccountId,
        message: &str,
    ) -> Result<Option<Waiting>, StoreError> {
        const SQL: &str = "SELECT message_id, customer_id, since, reason, taken_by, taken_at, is_test \
             FROM waiting WHERE account_id = $1 AND message_id = $2 AND ended_at IS NULL \
             AND customer_id IS NOT NULL";
        let row: Option<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(message).fetch_optional(pool).await
        })?;
        row.map(Row::read).transpose()
    }

    /// Takes somebody out of the line. Of two who try, one gets them.
    pub async fn take_waiting(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        act: &Act,
    ) -> Result<Take, StoreError> {
        const SQL: &str = "UPDATE waiting SET taken_by = $3, taken_at = $4 \
             WHERE account_id = $1 AND customer_id = $2 AND ended_at IS NULL AND taken_by IS NULL";
        let taken = on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(account.as_str())
                .bind(customer.as_str())
                .bind(act.by.to_string())
                .bind(act.at.as_millisecond())
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        if taken > 0 {
            return Ok(Take::Yours);
        }
        Ok(match self.find_waiting(account, customer).await?.and_then(|waiting| waiting.taken) {
            Some(taken) if taken.by == act.by => Take::Yours,
            Some(taken) => Take::TakenBy(taken.by),
            None => Take::Gone,
        })
    }

    /// Puts somebody back into the line; they keep their place.
    pub async fn release_waiting(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE waiting SET taken_by = NULL, taken_at = NULL \
             WHERE account_id = $1 AND customer_id = $2 AND ended_at IS NULL";
        on!(&self.db, |pool| {
            sqlx::query(SQL).bind(account.as_str()).bind(customer.as_str()).execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    /// False when nobody by that name waited.
    pub async fn end_waiting(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        how: Ending,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = on!(&self.db, |pool| {
            sqlx::query(LEAVE)
                .bind(account.as_str())
                .bind(customer.as_str())
                .bind(now.as_millisecond())
                .bind(how.as_str())
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(ended > 0)
    }
}

//! Messages that no rule answered, and those that were answered grudgingly: by
//! asking back what was never tapped, or by a reply after which the customer
//! asked for a person. Not here: which of them are alike (answer::misses).

use jiff::{SignedDuration, Timestamp};

use crate::model::clock::from_millis;
use crate::model::{AccountId, Act, DeliveryKey, OutcomeKind, RuleId};

use super::message::{Record, first_key_at, last_key_at};
use super::{Store, StoreError, for_both, on, on_read};

/// Somebody who reads the options and taps needs a moment.
const TAPPING_TAKES: SignedDuration = SignedDuration::from_mins(10);
/// 人工 after this is a new concern.
const RIGHT_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// Of a period, the newest so many are looked at.
pub const MOST_MISSES: u32 = 20_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    pub message: DeliveryKey,
    pub at: Timestamp,
    /// Equal for messages of one customer; says nothing else.
    pub whose: Whose,
    /// Masked, as staff read it.
    pub text: String,
    pub outcome: OutcomeKind,
    /// Of the rulebook that did not answer it.
    pub version: i64,
    /// The rule that answered, where somebody asked for a person after it.
    pub rule: Option<RuleId>,
    /// What came nearest then, the best first.
    pub nearest: Vec<(RuleId, f32)>,
}

/// Stands for a customer where only their number counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Whose(String);

/// Why a miss needs nobody any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    Ignored,
    /// The live version answers it with this rule.
    Answered {
        rule: RuleId,
        version: i64,
    },
}

impl Whose {
    /// For tests and for data that is not stored.
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(super) trait MissRows {
    fn settle(
        &mut self,
        asked_back: &DeliveryKey,
        record: &Record,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

// Only a question of the same customer can be settled.
const SETTLE: &str = "UPDATE message SET settled_by = $4 WHERE account_id = $1 AND id = $2 \
     AND customer_id = $3 AND settled_by IS NULL";

for_both! { impl MissRows {
    async fn settle(&mut self, asked_back: &DeliveryKey, record: &Record) -> Result<(), StoreError> {
        let (account, customer) = record.whose();
        sqlx::query(SETTLE)
            .bind(account)
            .bind(asked_back.as_str())
            .bind(customer)
            .bind(record.key.as_str())
            .execute(self)
            .await?;
        Ok(())
    }
}}

/// What no rule answered and nobody has dealt with.
const MISSED: &str = "SELECT id, received_at, customer_id, body, outcome, rule_id, version, nearest FROM message m \
     WHERE account_id = $1 AND received_at >= $2 AND received_at < $3 AND outcome IN ('fallback', 'choices') \
     AND outcome = 'fallback' AND is_test = 0 AND kind = 'text' AND body IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM miss_closed c WHERE c.account_id = m.account_id AND c.message_id = m.id) \
     ORDER BY received_at DESC LIMIT $4";

const NOT_TAPPED: &str = "SELECT id, received_at, customer_id, body, outcome, rule_id, version, nearest FROM message m \
     WHERE account_id = $1 AND received_at >= $2 AND received_at < $3 AND outcome IN ('fallback', 'choices') \
     AND outcome = 'choices' AND settled_by IS NULL AND is_test = 0 AND kind = 'text' AND body IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM miss_closed c WHERE c.account_id = m.account_id AND c.message_id = m.id) \
     ORDER BY received_at DESC LIMIT $4";

/// For each message that asked for a person, the one before it of the same
/// customer, when a rule had answered that. `CROSS JOIN`: SQLite keeps its
/// order, so the few that asked come first. The message before is found by when it
/// was received, so by the index of customers. Either way round takes seconds.
const PERSON_AFTER: &str = "SELECT m.id, m.received_at, m.customer_id, m.body, m.outcome, m.rule_id, m.version, m.nearest \
     FROM message h CROSS JOIN message m WHERE m.account_id = h.account_id AND m.id = ( \
       SELECT p.id FROM message p WHERE substr(p.customer_id, -4) = substr(h.customer_id, -4) \
       AND p.account_id = h.account_id AND p.customer_id = h.customer_id \
       AND (p.received_at < h.received_at OR (p.received_at = h.received_at AND p.id || '' < h.id)) \
       ORDER BY p.received_at DESC, p.id || '' DESC LIMIT 1) AND m.received_at >= h.received_at - $4 \
     AND h.account_id = $1 AND h.id >= $5 AND h.id < $6 AND h.received_at >= $2 AND h.received_at < $3 \
     AND h.outcome = 'human' AND h.is_test = 0 AND m.outcome = 'answer' AND m.kind = 'text' \
     AND m.body IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM miss_closed c WHERE c.account_id = m.account_id AND c.message_id = m.id) \
     ORDER BY m.received_at DESC LIMIT $7";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    received_at: i64,
    customer_id: Option<String>,
    body: String,
    outcome: String,
    rule_id: Option<String>,
    version: i64,
    nearest: Option<String>,
}

impl Store {
    /// What no rule answered from `since` and before `until`, the newest first;
    /// tests, and what was ignored or is answered by now, left out.
    pub async fn list_missed(
        &self,
        account: &AccountId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Miss>, StoreError> {
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(MISSED)
                .bind(account.as_str())
                .bind(since.as_millisecond())
                .bind(until.as_millisecond())
                .bind(i64::from(MOST_MISSES))
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(read).collect()
    }

    /// How many `list_missed` would find from `since` on.
    pub async fn count_missed(&self, account: &AccountId, since: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM message m WHERE account_id = $1 AND received_at >= $2 \
             AND outcome IN ('fallback', 'choices') AND outcome = 'fallback' AND is_test = 0 AND kind = 'text' \
             AND body IS NOT NULL AND NOT EXISTS (SELECT 1 FROM miss_closed c \
             WHERE c.account_id = m.account_id AND c.message_id = m.id)";
        let (count,): (i64,) = on_read!(&self.db, |pool| {
            let query = sqlx::query_as(SQL).bind(account.as_str()).bind(since.as_millisecond());
            query.fetch_one(pool).await
        })?;
        Ok(count.unsigned_abs())
    }

    /// What was answered grudgingly: asked back and not tapped, or followed at
    /// once by a wish for a person.
    pub async fn list_grudging(
        &self,
        account: &AccountId,
        since: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Miss>, StoreError> {
        let mut grudging = self.list_not_tapped(account, since, until, now).await?;
        let (since, until) = (since.as_millisecond(), until.as_millisecond());
        let person_after: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(PERSON_AFTER)
                .bind(account.as_str())
                .bind(since)
                .bind(until)
                .bind(i64::try_from(RIGHT_AFTER.as_millis()).unwrap_or(i64::MAX))
                .bind(first_key_at(since))
                .bind(last_key_at(until))
                .bind(i64::from(MOST_MISSES))
                .fetch_all(pool)
                .await
        })?;
        for row in person_after {
            grudging.push(read(row)?);
        }
        Ok(grudging)
    }

    /// What was asked back, and the options were not tapped in time.
    pub async fn list_not_tapped(
        &self,
        account: &AccountId,
        since: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Miss>, StoreError> {
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(NOT_TAPPED)
                .bind(account.as_str())
                .bind(since.as_millisecond())
                .bind(until.min(tapped_by(now)).as_millisecond())
                .bind(i64::from(MOST_MISSES))
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(read).collect()
    }

    /// What was asked back so lately that the options may still be tapped.
    pub async fn count_still_tapping(&self, account: &AccountId, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM message WHERE account_id = $1 AND received_at >= $2 \
             AND outcome IN ('fallback', 'choices') AND outcome = 'choices' AND settled_by IS NULL \
             AND is_test = 0 AND kind = 'text' AND body IS NOT NULL";
        let (count,): (i64,) = on_read!(&self.db, |pool| {
            let query = sqlx::query_as(SQL).bind(account.as_str()).bind(tapped_by(now).as_millisecond());
            query.fetch_one(pool).await
        })?;
        Ok(count.unsigned_abs())
    }

    /// Closes misses; those closed before stay as they are.
    pub async fn close_misses(
        &self,
        account: &AccountId,
        messages: &[DeliveryKey],
        how: &Closing,
        act: &Act,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO miss_closed (account_id, message_id, how, rule_id, version, actor, \
             closed_at) SELECT account_id, id, $3, $4, $5, $6, $7 FROM message \
             WHERE account_id = $1 AND id = $2 ON CONFLICT DO NOTHING";
        let (word, rule, version) = match how {
            Closing::Ignored => ("ignored", None, None),
            Closing::Answered { rule, version } => ("answered", Some(rule.as_str()), Some(*version)),
        };
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            for message in messages {
                sqlx::query(SQL)
                    .bind(account.as_str())
                    .bind(message.as_str())
                    .bind(word)
                    .bind(rule)
                    .bind(version)
                    .bind(act.by.to_string())
                    .bind(act.at.as_millisecond())
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Takes 忽略 back.
    pub async fn reopen_misses(
        &self,
        account: &AccountId,
        messages: &[DeliveryKey],
    ) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM miss_closed WHERE account_id = $1 AND message_id = $2";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            for message in messages {
                sqlx::query(SQL)
                    .bind(account.as_str())
                    .bind(message.as_str())
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// What staff ignored from `since` on, the newest first.
    pub async fn list_ignored(&self, account: &AccountId, since: Timestamp) -> Result<Vec<Miss>, StoreError> {
        const SQL: &str = "SELECT m.id, m.received_at, m.customer_id, m.body, m.outcome, m.rule_id, m.version, m.nearest \
             FROM miss_closed c JOIN message m ON m.account_id = c.account_id AND m.id = c.message_id \
             WHERE c.account_id = $1 AND c.how = 'ignored' AND m.received_at >= $2 AND m.body IS NOT NULL \
             ORDER BY m.received_at DESC LIMIT $3";
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL)
                .bind(account.as_str())
                .bind(since.as_millisecond())
                .bind(i64::from(MOST_MISSES))
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(read).collect()
    }
}

/// Whoever was asked back before this has had the time to tap.
fn tapped_by(now: Timestamp) -> Timestamp {
    now.checked_sub(TAPPING_TAKES).unwrap_or(Timestamp::MIN)
}

fn read(row: Row) -> Result<Miss, StoreError> {
    let corrupt = |cause: &dyn std::fmt::Display| StoreError::corrupt("miss", cause);
    let nearest = row.nearest.as_deref().map(serde_json::from_str).transpose();
    Ok(Miss {
        message: DeliveryKey::parse(&row.id).map_err(|cause| corrupt(&cause))?,
        at: from_millis(row.received_at),
        whose: Whose(row.customer_id.unwrap_or_else(|| row.id.clone())),
        text: row.body,
        outcome: OutcomeKind::parse(&row.outcome).ok_or_else(|| corrupt(&row.outcome))?,
        version: row.version,
        rule: row.rule_id.as_deref().and_then(|id| RuleId::parse(id).ok()),
        nearest: nearest.map_err(|cause| corrupt(&cause))?.unwrap_or_default(),
    })
}

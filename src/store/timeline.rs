//! Everything that happened with one customer, the newest first: what they
//! said and what they got for which reason, what staff noted and did.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::effect::WaitReason;
use crate::model::{AccountId, Act, Actor, CustomerId, DeliveryKey, LeadNumber, OutcomeKind, Reply, RuleId};

use super::lead::What;
use super::message::said_by;
use super::privacy::PrivacyAct;
use super::{Store, StoreError, on_read};

/// Entries of a page.
pub const TIMELINE_PAGE: u32 = 50;

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub at: Timestamp,
    /// Breaks ties, and names the entry.
    pub id: String,
    pub what: Happened,
}

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Before {
    pub at: Timestamp,
    pub id: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    Said(Box<Exchange>),
    Noted {
        by: Actor,
        text: String,
    },
    Waits {
        reason: WaitReason,
    },
    Taken {
        by: Actor,
    },
    /// How waiting ended, in the store's word (`Ending::as_str`).
    WaitEnded {
        how: String,
    },
    Lead {
        number: LeadNumber,
        by: Actor,
        what: What,
    },
}

/// A message and its reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    pub key: DeliveryKey,
    pub kind: String,
    /// Masked; None for media, and once it was forgotten.
    pub text: Option<String>,
    /// There is an original to be revealed.
    pub is_masked: bool,
    pub reply: Reply,
    pub outcome: OutcomeKind,
    pub rule: Option<RuleId>,
    pub version: i64,
    pub nearest: Vec<(RuleId, f32)>,
    pub took_us: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    id: String,
    received_at: i64,
    kind: String,
    body: Option<String>,
    is_masked: i32,
    outcome: String,
    rule_id: Option<String>,
    version: i64,
    reply: String,
    nearest: Option<String>,
    took_us: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    message_id: String,
    since: i64,
    reason: String,
    taken_by: Option<String>,
    taken_at: Option<i64>,
    ended_at: Option<i64>,
    ended_how: Option<String>,
}

const MESSAGES: &str = concat!(
    "SELECT id, received_at, kind, body, CASE WHEN sealed IS NULL THEN 0 ELSE 1 END AS is_masked, \
     outcome, rule_id, version, reply, nearest, took_us FROM message WHERE ",
    said_by!(),
    " AND (received_at < $3 OR (received_at = $3 AND id < $4)) ORDER BY received_at DESC, id DESC LIMIT $5"
);
const ONE: &str = "SELECT id, received_at, kind, body, \
     CASE WHEN sealed IS NULL THEN 0 ELSE 1 END AS is_masked, outcome, rule_id, version, reply, nearest, took_us \
     FROM message WHERE account_id = $1 AND customer_id = $2 AND id = $3";
const NOTES: &str = "SELECT id, written_at, actor, body FROM customer_note \
     WHERE account_id = $1 AND customer_id = $2 \
     AND (written_at < $3 OR (written_at = $3 AND id < $4)) ORDER BY written_at DESC, id DESC LIMIT $5";
const TRAILS: &str = "SELECT t.id, t.happened_at, t.number, t.actor, t.what FROM lead l \
     JOIN lead_trail t ON t.account_id = l.account_id AND t.number = l.number \
     WHERE l.account_id = $1 AND l.customer_id = $2 \
     AND (t.happened_at < $3 OR (t.happened_at = $3 AND t.id < $4)) \
     ORDER BY t.happened_at DESC, t.id DESC LIMIT $5";
const WAITS: &str = "SELECT message_id, since, reason, taken_by, taken_at, ended_at, ended_how FROM waiting \
     WHERE account_id = $1 AND customer_id = $2 AND since <= $3 ORDER BY since DESC LIMIT $4";

/// Reads a page of one kind of row.
macro_rules! page_of {
    ($store:expr, $sql:expr, $account:expr, $customer:expr, $before:expr) => {
        on_read!(&$store.db, |pool| {
            sqlx::query_as($sql)
                .bind($account.as_str())
                .bind($customer.as_str())
                .bind($before.at.as_millisecond())
                .bind($before.id.as_str())
                .bind(i64::from(TIMELINE_PAGE))
                .fetch_all(pool)
                .await
        })?
    };
}

impl Store {
    /// A page, the newest first; `before` is what `Entry::before` says of the
    /// last one of the page before.
    pub async fn load_timeline(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        before: Option<&Before>,
    ) -> Result<Vec<Entry>, StoreError> {
        let newest = Before { at: Timestamp::MAX, id: String::new() };
        let before = before.unwrap_or(&newest);
        let messages: Vec<MessageRow> = page_of!(self, MESSAGES, account, customer, before);
        let notes: Vec<(String, i64, String, String)> = page_of!(self, NOTES, account, customer, before);
        let trails: Vec<(String, i64, String, String, String)> =
            page_of!(self, TRAILS, account, customer, before);
        let mut entries = messages.into_iter().map(exchange).collect::<Result<Vec<_>, _>>()?;
        entries.extend(notes.into_iter().map(|(id, at, by, text)| Entry {
            at: from_millis(at),
            id,
            what: Happened::Noted { by: Actor::read(&by), text },
        }));
        entries.extend(trails.into_iter().filter_map(trail));
        entries.extend(self.load_waits(account, customer, before).await?);
        entries.sort_by_cached_key(|entry| Reverse(entry.before()));
        entries.truncate(usize::try_from(TIMELINE_PAGE).unwrap_or(usize::MAX));
        Ok(entries)
    }

    /// One message of a customer.
    pub async fn find_exchange(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        key: &DeliveryKey,
    ) -> Result<Option<(Timestamp, Exchange)>, StoreError> {
        let row: Option<MessageRow> = on_read!(&self.db, |pool| {
            let query = sqlx::query_as(ONE).bind(account.as_str()).bind(customer.as_str());
            query.bind(key.as_str()).fetch_optional(pool).await
        })?;
        let Some(entry) = row.map(exchange).transpose()? else { return Ok(None) };
        match entry.what {
            Happened::Said(said) => Ok(Some((entry.at, *said))),
            _ => Ok(None),
        }
    }

    /// What stands behind a mask, once it is written down who reads it.
    pub async fn reveal_message(
        &self,
        account: &AccountId,
        key: &DeliveryKey,
        act: &Act,
    ) -> Result<Option<String>, StoreError> {
        self.note_privacy(account, PrivacyAct::MessageRevealed, key.as_str(), act).await?;
        self.load_original(account, key).await
    }

    async fn load_waits(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        before: &Before,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<WaitingRow> = on_read!(&self.db, |pool| {
            sqlx::query_as(WAITS)
                .bind(account.as_str())
                .bind(customer.as_str())
                .bind(before.at.as_millisecond())
                .bind(i64::from(TIMELINE_PAGE))
                .fetch_all(pool)
                .await
        })?;
        Ok(rows.into_iter().flat_map(|row| waits(&row)).filter(|entry| entry.before() < *before).collect())
    }
}

impl Entry {
    /// Where a page goes on after this entry.
    pub fn before(&self) -> Before {
        Before { at: self.at, id: self.id.clone() }
    }
}

fn exchange(row: MessageRow) -> Result<Entry, StoreError> {
    let corrupt = |cause: &dyn std::fmt::Display| StoreError::corrupt("message", cause);
    let nearest = row.nearest.as_deref().map(serde_json::from_str).transpose();
    let exchange = Exchange {
        key: DeliveryKey::parse(&row.id).map_err(|cause| corrupt(&cause))?,
        kind: row.kind,
        text: row.body,
        is_masked: row.is_masked != 0,
        reply: serde_json::from_str(&row.reply).map_err(|cause| corrupt(&cause))?,
        outcome: OutcomeKind::parse(&row.outcome).ok_or_else(|| corrupt(&row.outcome))?,
        rule: row.rule_id.as_deref().and_then(|id| RuleId::parse(id).ok()),
        version: row.version,
        nearest: nearest.map_err(|cause| corrupt(&cause))?.unwrap_or_default(),
        took_us: row.took_us,
    };
    Ok(Entry { at: from_millis(row.received_at), id: row.id, what: Happened::Said(Box::new(exchange)) })
}

fn trail((id, at, number, by, what): (String, i64, String, String, String)) -> Option<Entry> {
    let what = Happened::Lead {
        number: LeadNumber::parse(&number)?,
        by: Actor::read(&by),
        what: What::parse(&what)?,
    };
    // The message that handed it in has the same id.
    Some(Entry { at: from_millis(at), id: format!("{id}-lead"), what })
}

fn waits(row: &WaitingRow) -> Vec<Entry> {
    let entry = |at: i64, step: &str, what| Entry {
        at: from_millis(at),
        id: format!("{}-{step}", row.message_id),
        what,
    };
    let joined =
        WaitReason::parse(&row.reason).map(|reason| entry(row.since, "waits", Happened::Waits { reason }));
    let taken = row
        .taken_at
        .zip(row.taken_by.as_deref())
        .map(|(at, by)| entry(at, "taken", Happened::Taken { by: Actor::read(by) }));
    let ended = row
        .ended_at
        .zip(row.ended_how.clone())
        .map(|(at, how)| entry(at, "wait-ended", Happened::WaitEnded { how }));
    joined.into_iter().chain(taken).chain(ended).collect()
}

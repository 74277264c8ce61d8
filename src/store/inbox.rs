//! The list of conversations: who wrote last, who waits, who is mine.

use std::cmp::Reverse;

use futures_util::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashSet;

use crate::model::clock::from_millis;
use crate::model::{AccountId, CustomerId, OutcomeKind, RuleId};

use super::figures::NEWEST_KEY;
use super::lead::like;
use super::line::LineFilter;
use super::message::{first_key_at, said_by};
use super::waiting::Waiting;
use super::{Db, Store, StoreError, on_read};

/// Conversations of a page.
pub const INBOX_PAGE: u32 = 50;
/// A search looks this far back into what was said.
const SEARCHED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Messages that hold the text, until a page of customers is together.
const MOST_HITS: i64 = 1_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InboxFilter {
    /// In the line, who waits longest first.
    Line(LineFilter),
    /// Everybody, the latest first; from the page before, the cursor of its last.
    All { before: Option<String> },
    /// Whose messages, leads or tags hold the text.
    Search { text: String },
}

#[derive(Clone, Debug, PartialEq)]
pub struct InboxRow {
    pub customer: CustomerId,
    /// None when all they wrote was forgotten.
    pub last: Option<LastMessage>,
    pub waiting: Option<Waiting>,
    /// From their latest lead.
    pub unit: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LastMessage {
    /// Where the next page begins.
    pub cursor: String,
    pub at: Timestamp,
    pub kind: String,
    pub text: Option<String>,
    pub outcome: OutcomeKind,
    pub rule: Option<RuleId>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    customer_id: String,
    id: String,
    received_at: i64,
    kind: String,
    body: Option<String>,
    outcome: String,
    rule_id: Option<String>,
    /// Where the query asks for it.
    #[sqlx(default)]
    unit: Option<String>,
}

/// Walks back through the newest messages and keeps the last of each customer.
/// Not `NOT EXISTS`: PostgreSQL would join all messages with all before it stops
/// at a page. A key is led by the second a message was sent, so within one it
/// tells no order: `received_at` does, in milliseconds. Ordered by it, one
/// customer's messages are found by their index, not by walking back through
/// everybody's.
const LATEST: &str = "SELECT customer_id, id, received_at, kind, body, outcome, rule_id, \
     (SELECT l.unit FROM lead l WHERE l.account_id = m.account_id AND l.customer_id = m.customer_id \
       AND l.unit IS NOT NULL ORDER BY l.handed_in_at DESC LIMIT 1) AS unit FROM message m \
     WHERE m.account_id = $1 AND m.id < $2 AND m.customer_id IS NOT NULL AND m.is_test = 0 \
     AND m.id = (SELECT n.id FROM message n WHERE substr(n.customer_id, -4) = substr(m.customer_id, -4) \
       AND n.account_id = m.account_id AND n.customer_id = m.customer_id \
       ORDER BY n.received_at DESC, n.id || '' DESC LIMIT 1) \
     ORDER BY m.id DESC LIMIT $3";
const LATEST_OF: &str = concat!(
    "SELECT customer_id, id, received_at, kind, body, outcome, rule_id FROM message WHERE ",
    said_by!(),
    " ORDER BY received_at DESC, id || '' DESC LIMIT 1"
);
/// From the newest back, so that a frequent word finds who said it last and is
/// found soon.
const WHO_SAID: &str = "SELECT customer_id FROM message WHERE account_id = $1 AND id >= $3 \
     AND customer_id IS NOT NULL AND is_test = 0 AND LOWER(body) LIKE $2 ESCAPE '!' ORDER BY id DESC LIMIT $4";
/// The same as rows lie in the file: going through them by their keys takes three
/// times as long. They lie about as they came; the lowest of a thousand, because
/// one may lie elsewhere. SQLite's LIKE takes `A` for `a` by itself.
const WHO_SAID_IN_SQLITE: &str = "SELECT customer_id FROM message WHERE rowid >= \
     (SELECT MIN(rowid) FROM (SELECT rowid FROM message WHERE account_id = $1 AND id >= $3 ORDER BY id LIMIT 1000)) \
     AND account_id || '' = $1 AND customer_id IS NOT NULL AND is_test = 0 AND body LIKE $2 ESCAPE '!' \
     ORDER BY rowid DESC LIMIT $4";
const WHO_LEFT: &str = "SELECT DISTINCT customer_id FROM lead WHERE account_id = $1 \
     AND customer_id IS NOT NULL AND (LOWER(number) LIKE $2 ESCAPE '!' \
     OR LOWER(COALESCE(unit, '')) LIKE $2 ESCAPE '!' OR LOWER(answers) LIKE $2 ESCAPE '!') LIMIT $3";
const WHO_IS: &str = "SELECT DISTINCT customer_id FROM customer_tag WHERE account_id = $1 \
     AND LOWER(tag) LIKE $2 ESCAPE '!' LIMIT $3";
const UNIT: &str = "SELECT unit FROM lead WHERE account_id = $1 AND customer_id = $2 AND unit IS NOT NULL \
     ORDER BY handed_in_at DESC LIMIT 1";

impl Store {
    pub async fn list_inbox(
        &self,
        account: &AccountId,
        filter: &InboxFilter,
        now: Timestamp,
    ) -> Result<Vec<InboxRow>, StoreError> {
        match filter {
            InboxFilter::Line(filter) => self.list_line(account, filter).await,
            InboxFilter::All { before } => {
                self.list_latest(account, before.as_deref().unwrap_or(NEWEST_KEY)).await
            }
            InboxFilter::Search { text } => self.search(account, text, now).await,
        }
    }

    async fn list_line(&self, account: &AccountId, filter: &LineFilter) -> Result<Vec<InboxRow>, StoreError> {
        let mut rows = Vec::new();
        for waiting in self.list_waiting(account, filter).await? {
            let customer = waiting.customer.clone();
            let last = self.find_last_message(account, &customer).await?;
            let unit = self.find_unit(account, &customer).await?;
            rows.push(InboxRow { customer, last, waiting: Some(waiting), unit });
        }
        Ok(rows)
    }

    async fn list_latest(&self, account: &AccountId, before: &str) -> Result<Vec<InboxRow>, StoreError> {
        let latest: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(LATEST)
                .bind(account.as_str())
                .bind(before)
                .bind(i64::from(INBOX_PAGE))
                .fetch_all(pool)
                .await
        })?;
        let mut rows = Vec::with_capacity(latest.len());
        for mut row in latest {
            let unit = row.unit.take();
            let (customer, last) = row.read_with_customer()?;
            let waiting = self.find_waiting(account, &customer).await?;
            rows.push(InboxRow { customer, last: Some(last), waiting, unit });
        }
        latest_first(&mut rows);
        Ok(rows)
    }

    async fn search(
        &self,
        account: &AccountId,
        text: &str,
        now: Timestamp,
    ) -> Result<Vec<InboxRow>, StoreError> {
        let Some(pattern) = like(text) else { return Ok(Vec::new()) };
        let page = usize::try_from(INBOX_PAGE).unwrap_or(usize::MAX);
        let since = now.checked_sub(SEARCHED).unwrap_or(Timestamp::MIN).as_millisecond();
        let mut found = self.list_who_said(account, &pattern, &first_key_at(since)).await?;
        for sql in [WHO_LEFT, WHO_IS] {
            let more: Vec<(String,)> = on_read!(&self.db, |pool| {
                let query = sqlx::query_as(sql).bind(account.as_str()).bind(&*pattern);
                query.bind(i64::from(INBOX_PAGE)).fetch_all(pool).await
            })?;
            found.extend(more.into_iter().map(|(customer,)| customer));
        }
        let mut latest = Vec::with_capacity(found.len());
        for customer in found {
            let customer = read_customer(&customer)?;
            let last = self.find_last_message(account, &customer).await?;
            latest.push(InboxRow { customer, last, waiting: None, unit: None });
        }
        latest_first(&mut latest);
        latest.truncate(page);
        for row in &mut latest {
            row.waiting = self.find_waiting(account, &row.customer).await?;
            row.unit = self.find_unit(account, &row.customer).await?;
        }
        Ok(latest)
    }

    /// A page of customers whose messages hold the text, by who said it last.
    async fn list_who_said(
        &self,
        account: &AccountId,
        pattern: &str,
        since: &str,
    ) -> Result<FxHashSet<String>, StoreError> {
        let page = usize::try_from(INBOX_PAGE).unwrap_or(usize::MAX);
        let sql = match self.db {
            Db::Sqlite { .. } => WHO_SAID_IN_SQLITE,
            Db::Postgres(_) => WHO_SAID,
        };
        let mut found = FxHashSet::default();
        on_read!(&self.db, |pool| {
            let query = sqlx::query_as::<_, (String,)>(sql).bind(account.as_str()).bind(pattern);
            let mut hits = query.bind(since).bind(MOST_HITS).fetch(pool);
            while found.len() < page
                && let Some((customer,)) = hits.try_next().await?
            {
                found.insert(customer);
            }
        });
        Ok(found)
    }

    pub async fn find_last_message(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Option<LastMessage>, StoreError> {
        let row: Option<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(LATEST_OF)
                .bind(account.as_str())
                .bind(customer.as_str())
                .fetch_optional(pool)
                .await
        })?;
        row.map(read).transpose()
    }

    async fn find_unit(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = on_read!(&self.db, |pool| {
            sqlx::query_as(UNIT).bind(account.as_str()).bind(customer.as_str()).fetch_optional(pool).await
        })?;
        Ok(row.map(|(unit,)| unit))
    }
}

impl Row {
    pub(super) fn read_with_customer(self) -> Result<(CustomerId, LastMessage), StoreError> {
        let customer = read_customer(&self.customer_id)?;
        Ok((customer, read(self)?))
    }
}

/// As they were received. The page was found by keys, so the next begins behind
/// the least of them, whoever stands last.
fn latest_first(rows: &mut [InboxRow]) {
    let least = rows.iter().filter_map(|row| row.last.as_ref().map(|last| last.cursor.clone())).min();
    rows.sort_by_cached_key(|row| Reverse(row.last.as_ref().map(|last| (last.at, last.cursor.clone()))));
    let last = rows.last_mut().and_then(|row| row.last.as_mut());
    if let Some((last, least)) = last.zip(least) {
        last.cursor = least;
    }
}

fn read_customer(stored: &str) -> Result<CustomerId, StoreError> {
    CustomerId::parse(stored).map_err(|cause| StoreError::corrupt("customer", cause))
}

fn read(row: Row) -> Result<LastMessage, StoreError> {
    Ok(LastMessage {
        cursor: row.id,
        at: from_millis(row.received_at),
        kind: row.kind,
        text: row.body,
        outcome: OutcomeKind::parse(&row.outcome)
            .ok_or_else(|| StoreError::corrupt("message", &row.outcome))?,
        rule: row.rule_id.as_deref().and_then(|id| RuleId::parse(id).ok()),
    })
}

//! A message and the reply it got: one row, written once.

use std::borrow::Cow;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::clock::from_millis;
use crate::model::{
    AccountId, Clock, Content, CustomerId, DeliveryKey, Effect, OutcomeKind, Reply as ModelReply, RuleId,
};

use super::committer::{Seen, Uncommitted, WINDOW_SECONDS};
use super::{Db, Store, StoreError, on, on_read};

/// Everything about one message that is committed before its reply leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pub account: AccountId,
    pub key: DeliveryKey,
    pub customer: CustomerId,
    pub received_at: Timestamp,
    pub kind: Cow<'static, str>,
    /// What staff may read of it: the text, or nothing for media.
    pub body: Option<String>,
    pub outcome: OutcomeKind,
    pub rule: Option<RuleId>,
    pub version: i64,
    pub reply: ModelReply,
    pub is_test: bool,
    /// The conversation after it, when it changed. JSON.
    pub conversation: Option<String>,
    /// That conversation holds what leads to a person, so it is sealed.
    pub is_personal: bool,
    /// Which change of the conversation that is: one more than what was loaded.
    pub revision: i64,
    /// What else changes with it.
    pub effects: Vec<Effect>,
    /// The rules that came nearest, where none answered. JSON.
    pub nearest: Option<String>,
    /// Plain mode: the signed URL it came under.
    pub signed_url: Option<SignedUrl>,
    /// Microseconds from the delivery to this record: loading and deciding.
    #[serde(default)]
    pub took_us: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedUrl {
    pub id: String,
    pub digest: String,
}

impl Record {
    /// Who is erased stands at the beginning again.
    pub(super) fn changes_conversation(&self) -> bool {
        self.conversation.is_some() || self.effects.contains(&Effect::Erase)
    }

    pub(super) fn whose(&self) -> (&str, &str) {
        (self.account.as_str(), self.customer.as_str())
    }
}

/// The reply that a message got, as a retry finds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub reply: ModelReply,
    pub outcome: String,
}

pub(super) const SELECT_REPLY: &str = "SELECT reply, outcome FROM message WHERE account_id = $1 AND id = $2";

pub(super) const SELECT_DIGEST: &str = "SELECT digest FROM signed_url WHERE account_id = $1 AND id = $2";

pub(super) const NOTE_SIGNED_URL: &str = "INSERT INTO signed_url (account_id, id, digest, seen_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// One look into the index an account, however many messages there are.
pub(super) const ACCOUNTS: &str = "WITH RECURSIVE each (id) AS (SELECT MIN(account_id) FROM message UNION ALL \
     SELECT (SELECT MIN(account_id) FROM message WHERE account_id > each.id) FROM each \
     WHERE each.id IS NOT NULL) SELECT id FROM each WHERE id IS NOT NULL";

/// The messages of customer $2 of account $1, by the index for it: in the form
/// that the index has (migrations/0011_tail.sql), or all are read.
macro_rules! said_by {
    () => {
        "substr(customer_id, -4) = substr($2, -4) AND account_id = $1 AND customer_id = $2"
    };
}

pub(super) use said_by;

/// What is known of a record that was there before. A macro: the same body is
/// compiled for both databases.
macro_rules! find_known {
    ($executor:expr, $record:expr) => {{
        use $crate::store::committer::Committed;
        use $crate::store::message::{SELECT_DIGEST, SELECT_REPLY, read_reply};
        let account = $record.account.as_str();
        if let Some(url) = &$record.signed_url {
            let seen: Option<(String,)> = sqlx::query_as(SELECT_DIGEST)
                .bind(account)
                .bind(&*url.id)
                .fetch_optional(&mut *$executor)
                .await?;
            if seen.is_some_and(|(digest,)| digest != url.digest) {
                return Ok(Some(Committed::Forged));
            }
        }
        let row: Option<(String, String)> = sqlx::query_as(SELECT_REPLY)
            .bind(account)
            .bind($record.key.as_str())
            .fetch_optional(&mut *$executor)
            .await?;
        row.map(|row| read_reply(row).map(Committed::Duplicate)).transpose()
    }};
}

pub(super) use find_known;

pub(super) async fn find_known_in(
    pool: &sqlx::SqlitePool,
    record: &Record,
) -> Result<Option<super::Committed>, StoreError> {
    let mut connection = pool.acquire().await?;
    find_known!(connection, record)
}

/// What was accepted so lately that it may come again, from SQLite.
pub(super) async fn load_seen(pool: &sqlx::SqlitePool) -> Result<Seen, StoreError> {
    const KEYS: &str = "SELECT id FROM message WHERE account_id = $1 AND id >= $2";
    const URLS: &str = "SELECT id, digest, seen_at FROM signed_url WHERE account_id = $1 AND id >= $2";
    let since = Clock::System.now().as_second() - WINDOW_SECONDS;
    let mut seen = Seen::since(since);
    let accounts: Vec<(String,)> = sqlx::query_as(ACCOUNTS).fetch_all(pool).await?;
    for (account,) in accounts {
        let Ok(account) = AccountId::parse(&account) else { continue };
        let mut keys = sqlx::query_as::<_, (String,)>(KEYS)
            .bind(account.as_str())
            .bind(format!("{since:08x}"))
            .fetch(pool);
        while let Some((key,)) = keys.try_next().await? {
            seen.note_key(account.as_str(), &key);
        }
        let mut urls = sqlx::query_as::<_, (String, String, i64)>(URLS)
            .bind(account.as_str())
            .bind(since.to_string())
            .fetch(pool);
        while let Some((id, digest, seen_at)) = urls.try_next().await? {
            seen.note_url(&account, &SignedUrl { id, digest }, from_millis(seen_at));
        }
    }
    Ok(seen)
}

pub(super) fn read_reply((reply, outcome): (String, String)) -> Result<Reply, StoreError> {
    let reply = serde_json::from_str(&reply).map_err(|cause| StoreError::corrupt("reply", cause))?;
    Ok(Reply { reply, outcome })
}

impl Store {
    /// The original text of a message that is kept masked.
    pub async fn load_original(
        &self,
        account: &AccountId,
        key: &DeliveryKey,
    ) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT body, sealed FROM message WHERE account_id = $1 AND id = $2";
        let row: Option<(Option<String>, Option<String>)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(key.as_str()).fetch_optional(pool).await
        })?;
        match row {
            Some((_, Some(sealed))) => self.sealer.unseal(&sealed, key.as_str()).map(Some),
            Some((body, None)) => Ok(body),
            None => Ok(None),
        }
    }

    /// Plain mode: notes which body came under a signed URL.
    pub async fn note_signed_url(
        &self,
        account: &AccountId,
        url: &SignedUrl,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.committer().note_url(account, url, now).await.map_err(Uncommitted::into_cause)? {
            return Ok(());
        }
        on!(&self.db, |pool| {
            sqlx::query(NOTE_SIGNED_URL)
                .bind(account.as_str())
                .bind(url.id.as_str())
                .bind(url.digest.as_str())
                .bind(now.as_millisecond())
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// How many messages came in since `since`, tests left out.
    pub async fn count_messages(&self, since: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM message WHERE received_at >= $1 AND is_test = 0";
        let count: (i64,) = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(since.as_millisecond()).fetch_one(pool).await
        })?;
        Ok(count.0)
    }
}

/// Keys are led by the second a message was sent, which is not the second it
/// was received: between them lie retries, and clocks that differ.
pub(super) const KEYS_DIFFER_BY_SECONDS: i64 = 24 * 60 * 60;

/// Below every key of a message that was received at `ms` or later.
pub(super) fn first_key_at(ms: i64) -> String {
    key_at(ms / 1_000 - KEYS_DIFFER_BY_SECONDS)
}

/// Above every key of a message that was received before `ms`.
pub(super) fn last_key_at(ms: i64) -> String {
    key_at((ms / 1_000).saturating_add(KEYS_DIFFER_BY_SECONDS))
}

fn key_at(second: i64) -> String {
    let last = i64::from(u32::MAX);
    format!("{:08x}", second.clamp(0, last))
}

/// What of a message is kept to be read. Media is kept by its kind alone until
/// staff can play it.
pub fn body_of(content: &Content) -> Option<String> {
    match content {
        Content::Text { text, .. } => Some(text.clone()),
        Content::Location { label, .. } => Some(label.clone()),
        Content::Link { title, .. } | Content::File { title } => Some(title.clone()),
        Content::Image { .. }
        | Content::Voice { .. }
        | Content::Video { .. }
        | Content::ShortVideo { .. }
        | Content::Event(_)
        | Content::Unknown { .. } => None,
    }
}

impl Store {
    /// When the newest message came, for `doctor` and the first steps.
    pub async fn find_latest_message(&self, account: &AccountId) -> Result<Option<Timestamp>, StoreError> {
        self.db.find_latest_message(account).await
    }
}

impl Db {
    pub(super) async fn find_latest_message(
        &self,
        account: &AccountId,
    ) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str =
            "SELECT received_at FROM message WHERE account_id = $1 AND is_test = 0 ORDER BY id DESC LIMIT 1";
        let row: Option<(i64,)> =
            on_read!(self, |pool| sqlx::query_as(SQL).bind(account.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(|(ms,)| from_millis(ms)))
    }
}

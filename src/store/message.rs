//! A message and the reply it got: one row, written once.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, Content, CustomerId, DeliveryKey, Effect, OutcomeKind, Reply as ModelReply, RuleId,
};

use super::{Store, StoreError, on, on_read};

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
    /// What else changes with it.
    pub effects: Vec<Effect>,
    /// The rules that came nearest, where none answered. JSON.
    pub nearest: Option<String>,
    /// Plain mode: the signed URL it came under.
    pub signed_url: Option<SignedUrl>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedUrl {
    pub id: String,
    pub digest: String,
}

impl Record {
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

pub(super) const NOTE_SIGNED_URL: &str = "INSERT INTO signed_url (account_id, id, digest, seen_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

pub(super) fn read_reply((reply, outcome): (String, String)) -> Result<Reply, StoreError> {
    let reply = serde_json::from_str(&reply).map_err(|cause| StoreError::corrupt("reply", cause))?;
    Ok(Reply { reply, outcome })
}

impl Store {
    pub async fn find_reply(
        &self,
        account: &AccountId,
        key: &DeliveryKey,
    ) -> Result<Option<Reply>, StoreError> {
        let row: Option<(String, String)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SELECT_REPLY).bind(account.as_str()).bind(key.as_str()).fetch_optional(pool).await
        })?;
        row.map(read_reply).transpose()
    }

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

    /// Forgets what was said before `before`. The rows stay, without people in
    /// them: a retry still finds its key, and counts stay true.
    pub async fn forget_bodies(&self, before: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "UPDATE message SET body = NULL, sealed = NULL, reply = $1 \
             WHERE received_at < $2 AND body IS NOT NULL";
        let silence = serde_json::to_string(&ModelReply::Silence).unwrap_or_default();
        let forgotten = on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(silence.as_str())
                .bind(before.as_millisecond())
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(forgotten)
    }

    /// Erases a customer: what they wrote, what they got and where they stood.
    /// The keys of their messages stay, hashed, so that a late retry is still
    /// recognised; only the message that asked for it keeps its reply, for its
    /// own retries.
    pub async fn erase_customer(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        request: &DeliveryKey,
    ) -> Result<(), StoreError> {
        const MESSAGES: &str = "UPDATE message SET customer_id = NULL, body = NULL, sealed = NULL, \
             reply = CASE WHEN id = $4 THEN reply ELSE $3 END WHERE account_id = $1 AND customer_id = $2";
        const CONVERSATION: &str = "DELETE FROM conversation WHERE account_id = $1 AND customer_id = $2";
        let silence = serde_json::to_string(&ModelReply::Silence).unwrap_or_default();
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(MESSAGES)
                .bind(account.as_str())
                .bind(customer.as_str())
                .bind(silence.as_str())
                .bind(request.as_str())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(CONVERSATION)
                .bind(account.as_str())
                .bind(customer.as_str())
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Plain mode: notes which body came under a signed URL.
    pub async fn note_signed_url(
        &self,
        account: &AccountId,
        url: &SignedUrl,
        now: Timestamp,
    ) -> Result<(), StoreError> {
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

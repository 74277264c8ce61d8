//! Where each customer stands. Written by the committer, together with the
//! message that changed it; read here.

use std::borrow::Cow;
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rustc_hash::{FxHashSet, FxHasher};
use tracing::error;

use crate::model::{AccountId, Conversation, CustomerId};

use super::{Db, Sealer, Store, StoreError, on, on_read, on_read_now};

/// Which customers have a row, where we alone write them: most messages come
/// from people who have none, and need not wait for the database to say so.
/// Hashes: two customers that share one merely cost a look too many.
#[derive(Debug)]
pub struct Rows(Option<Mutex<FxHashSet<u64>>>);

impl Rows {
    /// Everybody has to be looked for.
    pub(super) fn unknown() -> Self {
        Self(None)
    }

    pub(super) async fn load(db: &Db) -> Result<Self, StoreError> {
        const SQL: &str = "SELECT account_id, customer_id FROM conversation";
        let Db::Sqlite { read, .. } = db else { return Ok(Self(None)) };
        let rows: Vec<(String, String)> = sqlx::query_as(SQL).fetch_all(read).await?;
        let hashes = rows.iter().map(|(account, customer)| hash(account, customer)).collect();
        Ok(Self(Some(Mutex::new(hashes))))
    }

    /// False only when there certainly is no row.
    fn may_hold(&self, account: &str, customer: &str) -> bool {
        self.0.as_ref().is_none_or(|rows| {
            rows.lock().unwrap_or_else(PoisonError::into_inner).contains(&hash(account, customer))
        })
    }

    pub(super) fn note(&self, account: &str, customer: &str) {
        if let Some(rows) = &self.0 {
            rows.lock().unwrap_or_else(PoisonError::into_inner).insert(hash(account, customer));
        }
    }
}

fn hash(account: &str, customer: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (account, customer).hash(&mut hasher);
    hasher.finish()
}

/// What stands before a state that was sealed; JSON begins otherwise.
const SEALED: &str = "sealed:";

pub(super) fn sealed(state: &str, customer: &str, sealer: &Sealer) -> String {
    format!("{SEALED}{}", sealer.seal(state, customer))
}

fn unsealed<'a>(state: &'a str, customer: &CustomerId, sealer: &Sealer) -> Result<Cow<'a, str>, StoreError> {
    match state.strip_prefix(SEALED) {
        Some(sealed) => sealer.unseal(sealed, customer.as_str()).map(Cow::Owned),
        None => Ok(Cow::Borrowed(state)),
    }
}

fn without_form(state: &str, customer: &CustomerId, sealer: &Sealer) -> Result<String, StoreError> {
    let corrupt = |cause| StoreError::corrupt("conversation", cause);
    let conversation: Conversation =
        serde_json::from_str(&unsealed(state, customer, sealer)?).map_err(corrupt)?;
    serde_json::to_string(&conversation.without_form()).map_err(corrupt)
}

/// A conversation and how often it was changed before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub conversation: Conversation,
    pub revision: i64,
}

/// Another process, or what is still on its way, may have advanced it.
const CHANGE: &str = "INSERT INTO conversation (account_id, customer_id, state, changed_at, revision) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, customer_id) DO UPDATE SET \
     state = excluded.state, changed_at = excluded.changed_at, revision = excluded.revision \
     WHERE conversation.revision = excluded.revision - 1";

impl Store {
    /// Changes where a customer stands beside any message; `after` has the next
    /// revision. False when it went on since it was loaded.
    pub async fn change_conversation(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        after: &Loaded,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Loaded { conversation, revision } = after;
        let state = serde_json::to_string(conversation)
            .map_err(|cause| StoreError::corrupt("conversation", cause))?;
        let state =
            if conversation.is_personal() { sealed(&state, customer.as_str(), &self.sealer) } else { state };
        self.db.settle().await;
        if self.committer().find_conversation(account, customer).is_some() {
            return Ok(false);
        }
        let changed = on!(&self.db, |pool| {
            sqlx::query(CHANGE)
                .bind(account.as_str())
                .bind(customer.as_str())
                .bind(state)
                .bind(now.as_millisecond())
                .bind(*revision)
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        self.rows.note(account.as_str(), customer.as_str());
        Ok(changed > 0)
    }

    pub async fn load_conversation(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Loaded, StoreError> {
        const SQL: &str =
            "SELECT state, revision FROM conversation WHERE account_id = $1 AND customer_id = $2";
        if let Some(waiting) = self.committer().find_conversation(account, customer) {
            return Ok(waiting);
        }
        if !self.rows.may_hold(account.as_str(), customer.as_str()) {
            return Ok(Loaded::default());
        }
        let row: Option<(String, i64)> = on_read_now!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(customer.as_str()).fetch_optional(pool).await
        })?;
        let Some((state, revision)) = row else { return Ok(Loaded::default()) };
        let state = unsealed(&state, customer, &self.sealer)?;
        let conversation =
            serde_json::from_str(&state).map_err(|cause| StoreError::corrupt("conversation", cause))?;
        Ok(Loaded { conversation, revision })
    }

    /// Forgets what was filled in and left lying since before `before`: nobody is
    /// asked to go on with it any more. Whoever writes at this very moment keeps
    /// their state, which says the same.
    pub async fn forget_forms(&self, before: Timestamp) -> Result<u64, StoreError> {
        const LEFT: &str = "SELECT account_id, customer_id, state, revision FROM conversation \
             WHERE changed_at < $1 AND state LIKE 'sealed:%'";
        const FORGET: &str = "UPDATE conversation SET state = $1, revision = revision + 1 \
             WHERE account_id = $2 AND customer_id = $3 AND revision = $4";
        let left: Vec<(String, String, String, i64)> = on_read!(&self.db, |pool| {
            sqlx::query_as(LEFT).bind(before.as_millisecond()).fetch_all(pool).await
        })?;
        let mut forgotten = 0;
        for (account, customer, state, revision) in left {
            let Ok(id) = CustomerId::parse(&customer) else { continue };
            let state = match without_form(&state, &id, &self.sealer) {
                Ok(state) => state,
                Err(failure) => {
                    // Nobody can read what is in it, and the others must be forgotten.
                    error!(%failure, account, customer = id.masked(), "A form that was left lying cannot be read");
                    continue;
                }
            };
            forgotten += on!(&self.db, |pool| {
                sqlx::query(FORGET)
                    .bind(&*state)
                    .bind(&*account)
                    .bind(&*customer)
                    .bind(revision)
                    .execute(pool)
                    .await
                    .map(|done| done.rows_affected())
            })?;
        }
        Ok(forgotten)
    }
}

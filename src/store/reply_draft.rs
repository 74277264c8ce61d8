//! What staff are writing to customers and have not left for them yet: one text
//! a member and conversation, encrypted. Not here: words that wait for the next
//! message (conversation::leave).

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{AccountId, CustomerId, StaffId};

use super::{Store, StoreError, on, on_read};

/// Whose draft, and to whom.
#[derive(Clone, Copy, Debug)]
pub struct ReplyDraftOf<'a> {
    pub account: &'a AccountId,
    pub customer: &'a CustomerId,
    pub staff: &'a StaffId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyDraft {
    pub text: String,
    pub changed_at: Timestamp,
}

/// Somebody changed their draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    pub customer: String,
    pub staff: String,
    pub at: Timestamp,
}

impl ReplyDraftOf<'_> {
    fn row(&self) -> String {
        format!("reply_draft:{}:{}:{}", self.account, self.customer, self.staff)
    }
}

impl Store {
    pub async fn find_reply_draft(&self, of: ReplyDraftOf<'_>) -> Result<Option<ReplyDraft>, StoreError> {
        const SQL: &str = "SELECT sealed, changed_at FROM reply_draft \
             WHERE account_id = $1 AND customer_id = $2 AND staff_id = $3";
        let row: Option<(String, i64)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL)
                .bind(of.account.as_str())
                .bind(of.customer.as_str())
                .bind(of.staff.as_str())
                .fetch_optional(pool)
                .await
        })?;
        let Some((sealed, at)) = row else { return Ok(None) };
        // One under a key that is gone must not close the conversation's page.
        let text = self.sealer.unseal(&sealed, &of.row()).ok();
        Ok(text.map(|text| ReplyDraft { text, changed_at: from_millis(at) }))
    }

    pub async fn save_reply_draft(
        &self,
        of: ReplyDraftOf<'_>,
        text: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO reply_draft (account_id, customer_id, staff_id, sealed, changed_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, customer_id, staff_id) DO UPDATE SET \
             sealed = excluded.sealed, changed_at = excluded.changed_at";
        let sealed = self.sealer.seal(text, &of.row());
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(of.account.as_str())
                .bind(of.customer.as_str())
                .bind(of.staff.as_str())
                .bind(sealed.as_str())
                .bind(now.as_millisecond())
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    pub async fn drop_reply_draft(&self, of: ReplyDraftOf<'_>) -> Result<(), StoreError> {
        const SQL: &str =
            "DELETE FROM reply_draft WHERE account_id = $1 AND customer_id = $2 AND staff_id = $3";
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(of.account.as_str())
                .bind(of.customer.as_str())
                .bind(of.staff.as_str())
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Who changed a draft from `since` on, the latest first.
    pub async fn list_writing(
        &self,
        account: &AccountId,
        since: Timestamp,
    ) -> Result<Vec<Writing>, StoreError> {
        const SQL: &str = "SELECT customer_id, staff_id, changed_at FROM reply_draft \
             WHERE account_id = $1 AND changed_at >= $2 ORDER BY changed_at DESC LIMIT 500";
        let rows: Vec<(String, String, i64)> = on_read!(&self.db, |pool| {
            let query = sqlx::query_as(SQL).bind(account.as_str()).bind(since.as_millisecond());
            query.fetch_all(pool).await
        })?;
        let read = |(customer, staff, at)| Writing { customer, staff, at: from_millis(at) };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Forgets what was left lying since before `before`.
    pub async fn forget_reply_drafts(&self, before: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM reply_draft WHERE changed_at < $1";
        let forgotten = on!(&self.db, |pool| {
            let query = sqlx::query(SQL).bind(before.as_millisecond());
            query.execute(pool).await.map(|done| done.rows_affected())
        })?;
        Ok(forgotten)
    }
}

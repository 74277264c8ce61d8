//! How long a lead is kept, and how one is removed before that.

use jiff::Timestamp;

use crate::model::{AccountId, Act, LeadNumber};
use crate::store::privacy::{self, PrivacyAct};
use crate::store::{Store, StoreError, new_id, on};

impl Store {
    /// Removes the leads whose last form is older than `before`, with their trail.
    pub async fn forget_leads(&self, before: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM lead WHERE handed_in_at < $1";
        let forgotten = on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(before.as_millisecond())
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(forgotten)
    }

    /// Removes one lead with its trail, and writes down who did. False when it
    /// was gone already.
    pub async fn delete_lead(
        &self,
        account: &AccountId,
        number: &LeadNumber,
        act: &Act,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM lead WHERE account_id = $1 AND number = $2";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let deleted = sqlx::query(SQL)
                .bind(account.as_str())
                .bind(number.as_str())
                .execute(&mut *transaction)
                .await?;
            if deleted.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(privacy::INSERT)
                .bind(account.as_str())
                .bind(new_id(act.at))
                .bind(act.at.as_millisecond())
                .bind(act.by.to_string())
                .bind(PrivacyAct::LeadDeleted.as_str())
                .bind(number.as_str())
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(true)
    }
}

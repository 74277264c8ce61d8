//! The second factor of a member: its secret, sealed, and the recovery codes,
//! hashed. No code counts twice. Not here: what a code looks like (console).

use crate::model::StaffId;

use super::operation::note_in;
use super::staff::totp_row;
use super::ticket::hash_of;
use super::{Operation, Store, StoreError, on};

const FORGET_CODES: &str = "DELETE FROM recovery_code WHERE staff_id = $1";

impl Store {
    pub async fn turn_second_factor_on(
        &self,
        id: &StaffId,
        secret: &str,
        recovery_codes: &[String],
        operation: &Operation,
    ) -> Result<(), StoreError> {
        const SECRET: &str = "UPDATE staff SET totp = $1, totp_step = 0 WHERE id = $2";
        const CODE: &str = "INSERT INTO recovery_code (staff_id, hash) VALUES ($1, $2)";
        let sealed = self.sealer.seal(secret, &totp_row(id));
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(SECRET).bind(sealed.as_str()).bind(id.as_str()).execute(&mut *transaction).await?;
            sqlx::query(FORGET_CODES).bind(id.as_str()).execute(&mut *transaction).await?;
            for code in recovery_codes {
                sqlx::query(CODE).bind(id.as_str()).bind(hash_of(code)).execute(&mut *transaction).await?;
            }
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(())
    }

    pub async fn turn_second_factor_off(
        &self,
        id: &StaffId,
        operation: &Operation,
    ) -> Result<(), StoreError> {
        const SECRET: &str = "UPDATE staff SET totp = NULL WHERE id = $1";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(SECRET).bind(id.as_str()).execute(&mut *transaction).await?;
            sqlx::query(FORGET_CODES).bind(id.as_str()).execute(&mut *transaction).await?;
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(())
    }

    /// False when the code of this step, or a later one, was used before.
    pub async fn spend_step(&self, id: &StaffId, step: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE staff SET totp_step = $1 WHERE id = $2 AND totp_step < $1";
        let done = on!(&self.db, |pool| {
            sqlx::query(SQL).bind(step).bind(id.as_str()).execute(pool).await.map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }

    /// False when there is no such code, or no longer.
    pub async fn spend_recovery_code(&self, id: &StaffId, code: &str) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM recovery_code WHERE staff_id = $1 AND hash = $2";
        let done = on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(id.as_str())
                .bind(hash_of(code))
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }
}

//! Where each customer stands. Written by the committer, together with the
//! message that changed it; read here.

use crate::model::{AccountId, Conversation, CustomerId};

use super::{Store, StoreError, on_read};

impl Store {
    pub async fn load_conversation(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Conversation, StoreError> {
        const SQL: &str = "SELECT state FROM conversation WHERE account_id = $1 AND customer_id = $2";
        let row: Option<(String,)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(customer.as_str()).fetch_optional(pool).await
        })?;
        match row {
            Some((state,)) => {
                serde_json::from_str(&state).map_err(|cause| StoreError::corrupt("conversation", cause))
            }
            None => Ok(Conversation::default()),
        }
    }
}

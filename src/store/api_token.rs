//! Tokens with which scripts do what a role may do. Only the hash is kept.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{Role, StaffId};

use super::operation::note_in;
use super::{Operation, Store, StoreError, Ticket, on, on_read};

/// A busy script does not write the row with every request.
const NOTED_EVERY: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub made_by: String,
    pub made_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

impl ApiToken {
    /// So that a token found in a file says what it opens.
    pub const PREFIX: &str = "yingda_";
}

type Row = (String, String, String, String, i64, Option<i64>);

const COLUMNS: &str = "id, name, role, made_by, made_at, used_at";

fn read((id, name, role, made_by, made_at, used_at): Row) -> Result<ApiToken, StoreError> {
    let role = Role::parse(&role).ok_or_else(|| StoreError::corrupt("api_token", &role))?;
    let used_at = used_at.map(from_millis);
    Ok(ApiToken { id, name, role, made_by, made_at: from_millis(made_at), used_at })
}

impl Store {
    /// The operation says who makes it; its subject is the token's name.
    pub async fn make_token(&self, role: Role, operation: &Operation) -> Result<Ticket, StoreError> {
        const SQL: &str = "INSERT INTO api_token (id, hash, name, role, made_by, made_at, made_by_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let ticket = Ticket::draw();
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(SQL)
                .bind(Operation::fresh_id())
                .bind(ticket.hash())
                .bind(operation.subject.as_str())
                .bind(role.as_str())
                .bind(operation.who.as_str())
                .bind(operation.at.as_millisecond())
                .bind(operation.by.as_ref().map(StaffId::as_str))
                .execute(&mut *transaction)
                .await?;
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(ticket)
    }

    /// The token, while it is not revoked.
    pub async fn find_token(&self, ticket: &Ticket, now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
        const USED: &str = "UPDATE api_token SET used_at = $1 WHERE id = $2";
        let sql = format!("SELECT {COLUMNS} FROM api_token WHERE hash = $1 AND revoked_at IS NULL");
        let row: Option<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(ticket.hash()).fetch_optional(pool).await
        })?;
        let Some(token) = row.map(read).transpose()? else { return Ok(None) };
        if token.used_at.is_none_or(|used| now >= used + NOTED_EVERY) {
            on!(&self.db, |pool| {
                sqlx::query(USED)
                    .bind(now.as_millisecond())
                    .bind(token.id.as_str())
                    .execute(pool)
                    .await
                    .map(drop)
            })?;
        }
        Ok(Some(token))
    }

    pub async fn list_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_token WHERE revoked_at IS NULL ORDER BY made_at, id");
        let rows: Vec<Row> =
            on_read!(&self.db, |pool| sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    pub async fn revoke_token(&self, id: &str, operation: &Operation) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE api_token SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let done = sqlx::query(SQL)
                .bind(operation.at.as_millisecond())
                .bind(id)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if done > 0 {
                note_in!(&mut *transaction, operation)?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }
}

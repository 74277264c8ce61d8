//! The people who may enter the console. Not here: how a password is hashed
//! (console), their sessions (`session`), the second factor (`second_factor`).

use jiff::Timestamp;
use uuid::Uuid;

use crate::model::clock::from_millis;
use crate::model::{Role, StaffId, StaffName};

use super::access::{Ends, end_access_in};
use super::operation::note_in;
use super::{Operation, Store, StoreError, on, on_read};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    pub id: StaffId,
    pub name: StaffName,
    pub role: Role,
    pub standing: Standing,
    pub has_second_factor: bool,
    pub made_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    Disabled,
}

/// What a login is checked against.
#[derive(Clone)]
pub struct Credentials {
    pub staff: Staff,
    /// Argon2id, in PHC form; None while the invitation waits.
    pub password: Option<String>,
    /// The second factor's secret.
    pub totp: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("staff", &self.staff).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
pub struct NewStaff {
    pub id: StaffId,
    pub name: StaffName,
    pub role: Role,
    /// Argon2id, in PHC form.
    pub password: String,
}

/// What became of a change to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// It would leave nobody who can administer.
    LastAdmin,
}

pub(super) const COLUMNS: &str =
    "s.id, s.name, s.role, s.disabled, s.made_at, CAST(CASE WHEN s.totp IS NULL THEN 0 ELSE 1 END AS BIGINT)";

pub(super) type Row = (String, String, String, i64, i64, i64);

pub(super) fn read((id, name, role, disabled, made_at, totp): Row) -> Result<Staff, StoreError> {
    let corrupt = |what: String| StoreError::corrupt("staff", what);
    Ok(Staff {
        id: StaffId::parse(&id).map_err(|error| corrupt(error.to_string()))?,
        name: StaffName::parse(&name).map_err(|error| corrupt(format!("{error:?}")))?,
        role: Role::parse(&role).ok_or_else(|| corrupt(role))?,
        standing: if disabled == 0 { Standing::Active } else { Standing::Disabled },
        has_second_factor: totp != 0,
        made_at: from_millis(made_at),
    })
}

impl StaffId {
    pub fn fresh() -> Self {
        Self::parse(&Uuid::now_v7().simple().to_string()).expect("hexadecimal digits")
    }
}

pub(super) const INSERT: &str = "INSERT INTO staff (id, name, name_key, role, password, totp_step, disabled, made_at) \
     VALUES ($1, $2, $3, $4, $5, 0, 0, $6)";

/// Two administrators who demote each other at once must not both succeed: on
/// PostgreSQL whoever comes second waits at this row, and then looks anew.
const TAKE_TURNS: &str = "UPDATE staff SET role = role WHERE id = (SELECT MIN(id) FROM staff)";

impl Store {
    /// Whether anybody could log in: until then the console is open to this
    /// machine alone.
    pub async fn anyone_can_log_in(&self) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM staff WHERE password IS NOT NULL AND disabled = 0";
        let count: (i64,) = on_read!(&self.db, |pool| sqlx::query_as(SQL).fetch_one(pool).await)?;
        Ok(count.0 > 0)
    }

    pub async fn list_staff(&self) -> Result<Vec<Staff>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM staff s ORDER BY s.disabled, s.made_at, s.id");
        let rows: Vec<Row> =
            on_read!(&self.db, |pool| sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    pub async fn find_staff(&self, id: &StaffId) -> Result<Option<Staff>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM staff s WHERE s.id = $1");
        let row: Option<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(pool).await
        })?;
        row.map(read).transpose()
    }

    pub async fn find_credentials(&self, name: &StaffName) -> Result<Option<Credentials>, StoreError> {
        const SQL: &str = "SELECT id, password, totp FROM staff WHERE name_key = $1";
        let row: Option<(String, Option<String>, Option<String>)> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(name.key()).fetch_optional(pool).await)?;
        let Some((id, password, totp)) = row else { return Ok(None) };
        let id = StaffId::parse(&id).map_err(|error| StoreError::corrupt("staff", error))?;
        let Some(staff) = self.find_staff(&id).await? else { return Ok(None) };
        let totp = totp.map(|sealed| self.sealer.unseal(&sealed, &totp_row(&id))).transpose()?;
        Ok(Some(Credentials { staff, password, totp }))
    }

    /// Whoever loses the right to administer loses what they made with it.
    pub async fn change_role(
        &self,
        id: &StaffId,
        role: Role,
        operation: &Operation,
    ) -> Result<Changed, StoreError> {
        const SQL: &str = "UPDATE staff SET role = $1 WHERE id = $2 AND ($1 = 'admin' OR EXISTS \
             (SELECT 1 FROM staff o WHERE o.id <> $2 AND o.role = 'admin' AND o.disabled = 0 \
              AND o.password IS NOT NULL))";
        let changed = on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(TAKE_TURNS).execute(&mut *transaction).await?;
            let done = sqlx::query(SQL)
                .bind(role.as_str())
                .bind(id.as_str())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if done > 0 {
                note_in!(&mut *transaction, operation)?;
            }
            if done > 0 && role != Role::Admin {
                end_access_in!(transaction, id, Ends::WhatTheyMade, operation);
            }
            transaction.commit().await?;
            done
        });
        Ok(if changed > 0 { Changed::Done } else { Changed::LastAdmin })
    }

    /// Whoever is disabled is logged out everywhere at once, and no link and no
    /// token that they made opens anything.
    pub async fn disable_staff(&self, id: &StaffId, operation: &Operation) -> Result<Changed, StoreError> {
        const SQL: &str = "UPDATE staff SET disabled = 1 WHERE id = $1 AND (role <> 'admin' OR EXISTS \
             (SELECT 1 FROM staff o WHERE o.id <> $1 AND o.role = 'admin' AND o.disabled = 0 \
              AND o.password IS NOT NULL))";
        const SESSIONS: &str = "DELETE FROM session WHERE staff_id = $1";
        let changed = on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(TAKE_TURNS).execute(&mut *transaction).await?;
            let done = sqlx::query(SQL).bind(id.as_str()).execute(&mut *transaction).await?.rows_affected();
            if done > 0 {
                sqlx::query(SESSIONS).bind(id.as_str()).execute(&mut *transaction).await?;
                note_in!(&mut *transaction, operation)?;
                end_access_in!(transaction, id, Ends::AndWhatWasMadeForThem, operation);
            }
            transaction.commit().await?;
            done
        });
        Ok(if changed > 0 { Changed::Done } else { Changed::LastAdmin })
    }

    pub async fn enable_staff(&self, id: &StaffId, operation: &Operation) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff SET disabled = 0 WHERE id = $1";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(SQL).bind(id.as_str()).execute(&mut *transaction).await?;
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Every session but `kept` ends: whoever knew the old password is out.
    pub async fn change_password(
        &self,
        id: &StaffId,
        hash: &str,
        kept: &str,
        operation: &Operation,
    ) -> Result<(), StoreError> {
        const PASSWORD: &str = "UPDATE staff SET password = $1 WHERE id = $2";
        const SESSIONS: &str = "DELETE FROM session WHERE staff_id = $1 AND hash <> $2";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(PASSWORD).bind(hash).bind(id.as_str()).execute(&mut *transaction).await?;
            sqlx::query(SESSIONS).bind(id.as_str()).bind(kept).execute(&mut *transaction).await?;
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(())
    }
}

/// What a sealed secret is bound to, so that it cannot be moved to another member.
pub(super) fn totp_row(id: &StaffId) -> String {
    format!("staff/{id}/totp")
}

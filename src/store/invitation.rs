//! One-time links: the first set-up, joining, a new password. Only the hash of
//! a link's key is kept, and the link is gone in the transaction that uses it,
//! so that of two who open it at once only one gets in.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{Role, StaffId};

use super::operation::note_in;
use super::{Actor, NewStaff, Operation, OperationKind, Store, StoreError, Ticket, on, on_read, staff};

/// How long a link waits to be used.
const WAITS: Duration = Duration::from_secs(3 * 24 * 60 * 60);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The first member, while there is none.
    SetUp,
    Join(Role),
    /// A new password for somebody who is locked out.
    Reset(StaffId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Of its key; also the name by which it is withdrawn.
    pub hash: String,
    pub purpose: Purpose,
    /// For whom it was made.
    pub note: String,
    pub made_by: String,
    pub ends_at: Timestamp,
}

type Row = (String, String, String, Option<String>, String, String, i64);

const COLUMNS: &str = "hash, purpose, role, staff_id, note, made_by, ends_at";
const TAKE: &str = "DELETE FROM invitation WHERE hash = $1 AND ends_at > $2 AND purpose = $3";
const TAKE_FIRST: &str = "DELETE FROM invitation WHERE hash = $1 AND ends_at > $2 AND purpose = $3 \
     AND NOT EXISTS (SELECT 1 FROM staff WHERE password IS NOT NULL)";

fn read((hash, purpose, role, staff, note, made_by, ends_at): Row) -> Result<Invitation, StoreError> {
    let corrupt = |what: &str| StoreError::corrupt("invitation", what);
    let purpose = match purpose.as_str() {
        "setup" => Purpose::SetUp,
        "join" => Purpose::Join(Role::parse(&role).ok_or_else(|| corrupt(&role))?),
        "reset" => {
            let id = staff.and_then(|id| StaffId::parse(&id).ok());
            Purpose::Reset(id.ok_or_else(|| corrupt("staff_id"))?)
        }
        other => return Err(corrupt(other)),
    };
    Ok(Invitation { hash, purpose, note, made_by, ends_at: from_millis(ends_at) })
}

impl Purpose {
    fn as_str(&self) -> &'static str {
        match self {
            Self::SetUp => "setup",
            Self::Join(_) => "join",
            Self::Reset(_) => "reset",
        }
    }

    fn role(&self) -> Role {
        match self {
            Self::SetUp => Role::Admin,
            Self::Join(role) => *role,
            Self::Reset(_) => Role::Viewer,
        }
    }

    fn staff(&self) -> Option<&str> {
        match self {
            Self::SetUp | Self::Join(_) => None,
            Self::Reset(staff) => Some(staff.as_str()),
        }
    }
}

impl Store {
    /// The key of the first set-up; the one before it is worth nothing from now on.
    pub async fn make_setup_key(&self, now: Timestamp) -> Result<Ticket, StoreError> {
        const FORGET: &str = "DELETE FROM invitation WHERE purpose = 'setup'";
        on!(&self.db, |pool| sqlx::query(FORGET).execute(pool).await.map(drop))?;
        let ticket = Ticket::draw();
        let nobody = Actor { staff: None, name: String::new(), ip: String::new() };
        let operation = nobody.does(OperationKind::SetUp, "", now);
        self.insert_invitation(&ticket, &Purpose::SetUp, &operation).await?;
        Ok(ticket)
    }

    /// The operation says who makes it; its subject is for whom.
    pub async fn invite(&self, purpose: &Purpose, operation: &Operation) -> Result<Ticket, StoreError> {
        let ticket = Ticket::draw();
        self.insert_invitation(&ticket, purpose, operation).await?;
        self.note_operation(operation).await?;
        Ok(ticket)
    }

    async fn insert_invitation(
        &self,
        ticket: &Ticket,
        purpose: &Purpose,
        operation: &Operation,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO invitation \
             (hash, purpose, role, staff_id, note, made_by, made_at, ends_at, made_by_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(ticket.hash())
                .bind(purpose.as_str())
                .bind(purpose.role().as_str())
                .bind(purpose.staff())
                .bind(operation.subject.as_str())
                .bind(operation.who.as_str())
                .bind(operation.at.as_millisecond())
                .bind((operation.at + WAITS).as_millisecond())
                .bind(operation.by.as_ref().map(StaffId::as_str))
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    pub async fn find_invitation(
        &self,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<Option<Invitation>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM invitation WHERE hash = $1 AND ends_at > $2");
        let row: Option<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(ticket.hash())
                .bind(now.as_millisecond())
                .fetch_optional(pool)
                .await
        })?;
        row.map(read).transpose()
    }

    /// Links that still wait, the set-up's not among them.
    pub async fn list_invitations(&self, now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM invitation WHERE ends_at > $1 AND purpose <> 'setup' ORDER BY made_at"
        );
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now.as_millisecond()).fetch_all(pool).await
        })?;
        rows.into_iter().map(read).collect()
    }

    pub async fn withdraw_invitation(&self, hash: &str, operation: &Operation) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM invitation WHERE hash = $1 AND purpose <> 'setup'";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let done = sqlx::query(SQL).bind(hash).execute(&mut *transaction).await?.rows_affected();
            if done > 0 {
                note_in!(&mut *transaction, operation)?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Takes the link and becomes a member. False when the link is used, over,
    /// or, for the set-up, no longer needed. A name that is taken is a duplicate.
    pub async fn join(
        &self,
        invitation: &Invitation,
        newcomer: &NewStaff,
        operation: &Operation,
    ) -> Result<bool, StoreError> {
        let take = match invitation.purpose {
            Purpose::SetUp => TAKE_FIRST,
            Purpose::Join(_) | Purpose::Reset(_) => TAKE,
        };
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let taken = sqlx::query(take)
                .bind(invitation.hash.as_str())
                .bind(operation.at.as_millisecond())
                .bind(invitation.purpose.as_str())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if taken == 0 {
                return Ok(false);
            }
            sqlx::query(staff::INSERT)
                .bind(newcomer.id.as_str())
                .bind(newcomer.name.as_str())
                .bind(newcomer.name.key())
                .bind(newcomer.role.as_str())
                .bind(newcomer.password.as_str())
                .bind(operation.at.as_millisecond())
                .execute(&mut *transaction)
                .await?;
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Takes the link and sets a new password. Every session ends, and the
    /// second factor is off: who is locked out may have lost it too.
    pub async fn reset_password(
        &self,
        invitation: &Invitation,
        staff: &StaffId,
        password: &str,
        operation: &Operation,
    ) -> Result<bool, StoreError> {
        const PASSWORD: &str = "UPDATE staff SET password = $1, totp = NULL WHERE id = $2";
        const OTHERS: [&str; 2] =
            ["DELETE FROM session WHERE staff_id = $1", "DELETE FROM recovery_code WHERE staff_id = $1"];
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let taken = sqlx::query(TAKE)
                .bind(invitation.hash.as_str())
                .bind(operation.at.as_millisecond())
                .bind(invitation.purpose.as_str())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if taken == 0 {
                return Ok(false);
            }
            sqlx::query(PASSWORD).bind(password).bind(staff.as_str()).execute(&mut *transaction).await?;
            for sql in OTHERS {
                sqlx::query(sql).bind(staff.as_str()).execute(&mut *transaction).await?;
            }
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(true)
    }
}

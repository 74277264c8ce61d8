//! Who is logged in, in which browser. Not here: the cookie (console).

use std::time::Duration;

use jiff::Timestamp;

use crate::model::StaffId;
use crate::model::clock::from_millis;

use super::operation::note_in;
use super::staff::{self, COLUMNS};
use super::{Operation, Staff, Store, StoreError, Ticket, on, on_read};

/// A browser left alone for a working day and a night is logged out.
pub const IDLE: Duration = Duration::from_secs(16 * 60 * 60);
/// And every browser after two weeks.
const LONGEST: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// A page asks for several things; the row is not written for each.
const NOTED_EVERY: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Of its token; also the name by which it is ended.
    pub hash: String,
    pub made_at: Timestamp,
    pub seen_at: Timestamp,
    pub ip: String,
    pub agent: String,
}

type Row = (String, i64, i64, String, String);

fn read((hash, made_at, seen_at, ip, agent): Row) -> Session {
    Session { hash, made_at: from_millis(made_at), seen_at: from_millis(seen_at), ip, agent }
}

impl Store {
    /// A new session; what has ended is swept out on the way.
    pub async fn start_session(
        &self,
        staff: &StaffId,
        (ip, agent): (&str, &str),
        operation: &Operation,
    ) -> Result<Ticket, StoreError> {
        const SWEEP: &str = "DELETE FROM session WHERE ends_at <= $1 OR seen_at <= $2";
        const SQL: &str = "INSERT INTO session (hash, staff_id, made_at, seen_at, ends_at, ip, agent) \
             VALUES ($1, $2, $3, $3, $4, $5, $6)";
        let ticket = Ticket::draw();
        let now = operation.at;
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(SWEEP)
                .bind(now.as_millisecond())
                .bind((now - IDLE).as_millisecond())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(SQL)
                .bind(ticket.hash())
                .bind(staff.as_str())
                .bind(now.as_millisecond())
                .bind((now + LONGEST).as_millisecond())
                .bind(ip)
                .bind(agent)
                .execute(&mut *transaction)
                .await?;
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(ticket)
    }

    /// Who holds this token, while the session lasts and they may enter.
    pub async fn find_session(
        &self,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<Option<(Session, Staff)>, StoreError> {
        let sql = format!(
            "SELECT n.hash, n.made_at, n.seen_at, n.ip, n.agent, {COLUMNS} \
             FROM session n JOIN staff s ON s.id = n.staff_id \
             WHERE n.hash = $1 AND n.ends_at > $2 AND n.seen_at > $3 AND s.disabled = 0"
        );
        type Joined = (String, i64, i64, String, String, String, String, String, i64, i64, i64);
        let row: Option<Joined> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(ticket.hash())
                .bind(now.as_millisecond())
                .bind((now - IDLE).as_millisecond())
                .fetch_optional(pool)
                .await
        })?;
        let Some((hash, made_at, seen_at, ip, agent, id, name, role, disabled, joined, totp)) = row else {
            return Ok(None);
        };
        let session = read((hash, made_at, seen_at, ip, agent));
        let staff = staff::read((id, name, role, disabled, joined, totp))?;
        Ok(Some((session, staff)))
    }

    /// Notes that a session is in use, now and again.
    pub async fn note_session(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE session SET seen_at = $1 WHERE hash = $2";
        if now < session.seen_at + NOTED_EVERY {
            return Ok(());
        }
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(now.as_millisecond())
                .bind(session.hash.as_str())
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// The one used last first.
    pub async fn list_sessions(&self, staff: &StaffId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        const SQL: &str = "SELECT hash, made_at, seen_at, ip, agent FROM session \
             WHERE staff_id = $1 AND ends_at > $2 AND seen_at > $3 ORDER BY seen_at DESC";
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL)
                .bind(staff.as_str())
                .bind(now.as_millisecond())
                .bind((now - IDLE).as_millisecond())
                .fetch_all(pool)
                .await
        })?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// False when that member has no such session.
    pub async fn end_session(
        &self,
        staff: &StaffId,
        hash: &str,
        operation: &Operation,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM session WHERE staff_id = $1 AND hash = $2";
        let ended = on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let ended = sqlx::query(SQL)
                .bind(staff.as_str())
                .bind(hash)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if ended > 0 {
                note_in!(&mut *transaction, operation)?;
            }
            transaction.commit().await?;
            ended
        });
        Ok(ended > 0)
    }
}

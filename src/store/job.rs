//! Scheduled work runs once, however many processes there are: whoever gets the
//! lease does it. A process that dies with a lease loses it when it runs out.

use jiff::{SignedDuration, Timestamp};

use crate::model::clock::from_millis;

use super::{Db, Store, StoreError, on, on_read};

/// A lease on one run of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub job: &'static str,
    holder: String,
}

/// How a job went last, for `doctor` and staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStanding {
    pub name: String,
    pub started_at: Timestamp,
    pub succeeded_at: Option<Timestamp>,
    pub due_at: Timestamp,
    pub failure: Option<String>,
}

impl Store {
    /// The lease, if the job is due and nobody else holds it. `holder` names
    /// this process.
    pub async fn lease_job(
        &self,
        job: &'static str,
        holder: &str,
        now: Timestamp,
        lease_for: SignedDuration,
    ) -> Result<Option<Lease>, StoreError> {
        const SQL: &str = "INSERT INTO job (name, holder, leased_until, due_at, started_at) \
             VALUES ($1, $2, $3, $4, $4) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, \
             leased_until = excluded.leased_until, started_at = excluded.started_at \
             WHERE job.leased_until <= $4 AND job.due_at <= $4 RETURNING name";
        let until = now.checked_add(lease_for).unwrap_or(Timestamp::MAX);
        let row: Option<(String,)> = on!(&self.db, |pool| {
            sqlx::query_as(SQL)
                .bind(job)
                .bind(holder)
                .bind(until.as_millisecond())
                .bind(now.as_millisecond())
                .fetch_optional(pool)
                .await
        })?;
        Ok(row.map(|_| Lease { job, holder: holder.to_owned() }))
    }

    /// Gives a lease back and says when the job is due again.
    pub async fn finish_job(
        &self,
        lease: &Lease,
        due_at: Timestamp,
        outcome: Result<Timestamp, String>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE job SET leased_until = 0, due_at = $3, \
             succeeded_at = COALESCE($4, succeeded_at), failure = $5 WHERE name = $1 AND holder = $2";
        let (succeeded_at, failure) = match outcome {
            Ok(at) => (Some(at.as_millisecond()), None),
            Err(failure) => (None, Some(failure)),
        };
        on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(lease.job)
                .bind(lease.holder.as_str())
                .bind(due_at.as_millisecond())
                .bind(succeeded_at)
                .bind(failure)
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    pub async fn list_jobs(&self) -> Result<Vec<JobStanding>, StoreError> {
        self.db.list_jobs().await
    }
}

impl Db {
    pub(super) async fn list_jobs(&self) -> Result<Vec<JobStanding>, StoreError> {
        const SQL: &str = "SELECT name, started_at, succeeded_at, due_at, failure FROM job ORDER BY name";
        type Row = (String, i64, Option<i64>, i64, Option<String>);
        let rows: Vec<Row> = on_read!(self, |pool| sqlx::query_as(SQL).fetch_all(pool).await)?;
        let read = |(name, started_at, succeeded_at, due_at, failure): Row| JobStanding {
            name,
            started_at: from_millis(started_at),
            succeeded_at: succeeded_at.map(from_millis),
            due_at: from_millis(due_at),
            failure,
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

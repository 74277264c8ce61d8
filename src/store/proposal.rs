//! What left a draft and waits: for a second person, or for its time. It ends
//! once: published (version), withdrawn or refused; then its files go back to
//! where they came from. Not here: when it may go live (publishing).

use jiff::Timestamp;

use crate::model::StaffId;
use crate::model::clock::from_millis;

use super::draft::DraftFile;
use super::operation::note_in;
use super::version::{decode, encode};
use super::{Operation, Store, StoreError, new_id, on, on_read};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub id: String,
    pub owner: StaffId,
    /// The owner's name.
    pub who: String,
    pub reason: String,
    pub made_at: Timestamp,
    /// None: as soon as it may.
    pub due_at: Option<Timestamp>,
    pub needs_approval: bool,
    pub approver: Option<String>,
    pub despite: Option<String>,
    /// Warnings that its owner looked at, in sentences.
    pub accepted: Vec<String>,
    /// Why it was refused, where it was.
    pub failure: Option<String>,
}

/// To be made from somebody's draft.
#[derive(Clone, Debug)]
pub struct NewProposal<'a> {
    pub owner: &'a StaffId,
    pub who: &'a str,
    pub reason: &'a str,
    pub made_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub needs_approval: bool,
    pub accepted: &'a [String],
    pub despite: Option<&'a str>,
    pub files: Vec<DraftFile>,
}

/// How a proposal ends that is not published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Withdrawn,
    Refused { why: String },
}

const COLUMNS: &str = "id, owner, who, reason, made_at, due_at, needs_approval, approver, despite, \
     accepted, failure";

type Row = (
    String,
    String,
    String,
    String,
    i64,
    Option<i64>,
    i64,
    Option<String>,
    Option<String>,
    String,
    Option<String>,
);

fn read(row: Row) -> Result<Proposal, StoreError> {
    let (id, owner, who, reason, made_at, due_at, needs_approval, approver, despite, accepted, failure) = row;
    Ok(Proposal {
        id,
        owner: StaffId::parse(&owner).map_err(|error| StoreError::corrupt("proposal", error))?,
        who,
        reason,
        made_at: from_millis(made_at),
        due_at: due_at.map(from_millis),
        needs_approval: needs_approval != 0,
        approver,
        despite,
        accepted: serde_json::from_str(&accepted).map_err(|error| StoreError::corrupt("proposal", error))?,
        failure,
    })
}

impl Store {
    /// Takes the files out of the draft. None, and nothing changed, when the
    /// draft holds something else by now.
    pub async fn make_proposal(
        &self,
        new: &NewProposal<'_>,
        operation: &Operation,
    ) -> Result<Option<String>, StoreError> {
        const PROPOSAL: &str = "INSERT INTO proposal (id, owner, who, reason, made_at, due_at, needs_approval, \
             accepted, despite) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        const FILE: &str = "INSERT INTO proposal_file (proposal, path, bytes, hash, origin) \
             VALUES ($1, $2, $3, $4, $5)";
        const DRAFTED: &str = "DELETE FROM draft_file WHERE owner = $1 AND path = $2 AND hash = $3";
        let id = new_id(new.made_at);
        let accepted = serde_json::to_string(new.accepted).unwrap_or_default();
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(PROPOSAL)
                .bind(id.as_str())
                .bind(new.owner.as_str())
                .bind(new.who)
                .bind(new.reason)
                .bind(new.made_at.as_millisecond())
                .bind(new.due_at.map(Timestamp::as_millisecond))
                .bind(i64::from(new.needs_approval))
                .bind(accepted.as_str())
                .bind(new.despite)
                .execute(&mut *transaction)
                .await?;
            for file in &new.files {
                let hash = file.hash().unwrap_or_default();
                sqlx::query(FILE)
                    .bind(id.as_str())
                    .bind(file.path.as_str())
                    .bind(file.bytes.as_deref().map(encode))
                    .bind(hash.as_str())
                    .bind(file.origin.as_deref().unwrap_or_default())
                    .execute(&mut *transaction)
                    .await?;
                let drafted = sqlx::query(DRAFTED).bind(new.owner.as_str()).bind(file.path.as_str());
                let drafted = drafted.bind(hash.as_str()).execute(&mut *transaction).await?;
                if drafted.rows_affected() == 0 {
                    transaction.rollback().await?;
                    return Ok(None);
                }
            }
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        Ok(Some(id))
    }

    /// What waits, the oldest first.
    pub async fn list_proposals(&self) -> Result<Vec<Proposal>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM proposal WHERE ended_at IS NULL ORDER BY made_at, id LIMIT 200");
        let rows: Vec<Row> =
            on_read!(&self.db, |pool| sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    /// What was refused since, for its owner to read.
    pub async fn list_refused_proposals(
        &self,
        owner: &StaffId,
        since: Timestamp,
    ) -> Result<Vec<Proposal>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM proposal WHERE owner = $1 AND ending = 'refused' AND ended_at >= $2 \
             ORDER BY ended_at DESC LIMIT 10"
        );
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(owner.as_str())
                .bind(since.as_millisecond())
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(read).collect()
    }

    /// One that waits.
    pub async fn find_proposal(&self, id: &str) -> Result<Option<Proposal>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM proposal WHERE id = $1 AND ended_at IS NULL");
        let row: Option<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(pool).await
        })?;
        row.map(read).transpose()
    }

    pub async fn load_proposal_files(&self, proposal: &Proposal) -> Result<Vec<DraftFile>, StoreError> {
        const SQL: &str = "SELECT path, bytes, origin FROM proposal_file WHERE proposal = $1 ORDER BY path";
        let rows: Vec<(String, Option<String>, String)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(proposal.id.as_str()).fetch_all(pool).await
        })?;
        let read = |(path, bytes, origin): (String, Option<String>, String)| {
            Ok(DraftFile {
                path,
                bytes: bytes.map(|bytes| decode("proposal", &bytes)).transpose()?,
                origin: Some(origin).filter(|origin| !origin.is_empty()),
                changed_at: proposal.made_at,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The second person agrees. False when it has ended, or somebody did before.
    pub async fn approve_proposal(
        &self,
        id: &str,
        approver: &str,
        operation: &Operation,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE proposal SET needs_approval = 0, approver = $1 \
             WHERE id = $2 AND needs_approval = 1 AND ended_at IS NULL";
        let done = on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let query = sqlx::query(SQL).bind(approver).bind(id);
            let done = query.execute(&mut *transaction).await?.rows_affected();
            if done > 0 {
                note_in!(&mut *transaction, operation)?;
            }
            transaction.commit().await?;
            done
        });
        Ok(done > 0)
    }

    /// Its files go back into the draft, but for those that were changed there
    /// again. False when it had ended already.
    pub async fn end_proposal(
        &self,
        id: &str,
        ending: &Ending,
        now: Timestamp,
        operation: Option<&Operation>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE proposal SET ended_at = $1, ending = $2, failure = $3 \
             WHERE id = $4 AND ended_at IS NULL";
        const BACK: &str = "INSERT INTO draft_file (owner, path, bytes, hash, origin, changed_at) \
             SELECT p.owner, f.path, f.bytes, f.hash, f.origin, p.made_at FROM proposal p \
             JOIN proposal_file f ON f.proposal = p.id WHERE p.id = $1 ON CONFLICT (owner, path) DO NOTHING";
        let (word, failure) = match ending {
            Ending::Withdrawn => ("withdrawn", None),
            Ending::Refused { why } => ("refused", Some(why.as_str())),
        };
        let done = on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let query = sqlx::query(SQL).bind(now.as_millisecond()).bind(word).bind(failure).bind(id);
            let done = query.execute(&mut *transaction).await?.rows_affected();
            if done > 0 {
                sqlx::query(BACK).bind(id).execute(&mut *transaction).await?;
                if let Some(operation) = operation {
                    note_in!(&mut *transaction, operation)?;
                }
            }
            transaction.commit().await?;
            done
        });
        Ok(done > 0)
    }
}

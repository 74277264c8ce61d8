//! What somebody changed and has not published: rows, written only over what
//! the writer has seen. Not here: what a draft means (publishing).

use jiff::Timestamp;

use crate::model::StaffId;
use crate::model::clock::from_millis;

use super::version::{content_hash, decode, encode};
use super::{Store, StoreError, on, on_read};

/// One file of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftFile {
    pub path: String,
    /// None: the draft removes it.
    pub bytes: Option<Vec<u8>>,
    /// Of what was live when it was changed first; None: there was no such file.
    pub origin: Option<String>,
    pub changed_at: Timestamp,
}

/// Somebody else who has the same file in their draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OthersDraft {
    /// Their name; None for one who is no member, a script.
    pub name: Option<String>,
    pub changed_at: Timestamp,
}

impl DraftFile {
    pub fn hash(&self) -> Option<String> {
        self.bytes.as_deref().map(content_hash)
    }
}

/// In a column, no file is an empty hash.
fn column(hash: Option<&str>) -> &str {
    hash.unwrap_or_default()
}

impl Store {
    pub async fn load_draft(&self, owner: &StaffId) -> Result<Vec<DraftFile>, StoreError> {
        const SQL: &str =
            "SELECT path, bytes, origin, changed_at FROM draft_file WHERE owner = $1 ORDER BY path";
        type Row = (String, Option<String>, String, i64);
        let rows: Vec<Row> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(owner.as_str()).fetch_all(pool).await)?;
        let read = |(path, bytes, origin, changed_at): Row| {
            Ok(DraftFile {
                path,
                bytes: bytes.map(|bytes| decode("draft", &bytes)).transpose()?,
                origin: Some(origin).filter(|origin| !origin.is_empty()),
                changed_at: from_millis(changed_at),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// For the mark that every page shows.
    pub async fn count_draft_files(&self, owner: &StaffId) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM draft_file WHERE owner = $1";
        let count: (i64,) =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(owner.as_str()).fetch_one(pool).await)?;
        Ok(count.0)
    }

    /// A file that was not in the draft. False, and nothing written, when it
    /// is there by now.
    pub async fn add_draft_file(&self, owner: &StaffId, file: &DraftFile) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO draft_file (owner, path, bytes, hash, origin, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner, path) DO NOTHING";
        let done = on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(owner.as_str())
                .bind(file.path.as_str())
                .bind(file.bytes.as_deref().map(encode))
                .bind(column(file.hash().as_deref()))
                .bind(column(file.origin.as_deref()))
                .bind(file.changed_at.as_millisecond())
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }

    /// A file that is in the draft as `seen`. False, and nothing written, when
    /// it is no longer like that.
    pub async fn replace_draft_file(
        &self,
        owner: &StaffId,
        file: &DraftFile,
        seen: Option<&str>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE draft_file SET bytes = $3, hash = $4, origin = $5, changed_at = $6 \
             WHERE owner = $1 AND path = $2 AND hash = $7";
        let done = on!(&self.db, |pool| {
            sqlx::query(SQL)
                .bind(owner.as_str())
                .bind(file.path.as_str())
                .bind(file.bytes.as_deref().map(encode))
                .bind(column(file.hash().as_deref()))
                .bind(column(file.origin.as_deref()))
                .bind(file.changed_at.as_millisecond())
                .bind(column(seen))
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }

    /// Takes a file out of the draft that is there as `seen`.
    pub async fn drop_draft_file(
        &self,
        owner: &StaffId,
        path: &str,
        seen: Option<&str>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM draft_file WHERE owner = $1 AND path = $2 AND hash = $3";
        let done = on!(&self.db, |pool| {
            let query = sqlx::query(SQL).bind(owner.as_str()).bind(path).bind(column(seen));
            query.execute(pool).await.map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }

    pub async fn discard_draft(&self, owner: &StaffId) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM draft_file WHERE owner = $1";
        on!(&self.db, |pool| sqlx::query(SQL).bind(owner.as_str()).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Who else has this file in their draft, the latest first.
    pub async fn list_others_drafts(
        &self,
        owner: &StaffId,
        path: &str,
    ) -> Result<Vec<OthersDraft>, StoreError> {
        const SQL: &str = "SELECT s.name, d.changed_at FROM draft_file d LEFT JOIN staff s ON s.id = d.owner \
             WHERE d.path = $1 AND d.owner <> $2 ORDER BY d.changed_at DESC LIMIT 20";
        let rows: Vec<(Option<String>, i64)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(path).bind(owner.as_str()).fetch_all(pool).await
        })?;
        let read = |(name, at)| OthersDraft { name, changed_at: from_millis(at) };
        Ok(rows.into_iter().map(read).collect())
    }
}

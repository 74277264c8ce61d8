//! Keeping the next version: one of several who try at once.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Credit, Version, VersionSource, content_hash, encode};
use crate::store::operation::note_in;
use crate::store::{Operation, Store, StoreError, on};

/// A version to be kept.
#[derive(Clone, Debug)]
pub struct NewVersion<'a> {
    /// The version it was made from; its number is the next.
    pub base: i64,
    /// Against the base: each file with its bytes, None where it is removed.
    pub changes: Vec<(&'a str, Option<&'a [u8]>)>,
    pub source: VersionSource,
    pub credit: Credit,
    pub at: Timestamp,
    /// The proposal that ends with it.
    pub proposal: Option<&'a str>,
}

/// What became of a new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    Version(Version),
    /// Somebody else made the next version first.
    Overtaken,
    /// The proposal had ended already.
    Settled,
}

impl Store {
    /// Keeps the version after its base, with its operation, in one transaction.
    /// Drafts that hold just what is live now are done with.
    pub async fn add_version(
        &self,
        new: &NewVersion<'_>,
        operation: Option<&Operation>,
    ) -> Result<Added, StoreError> {
        let mut hashes = self.load_version_hashes(new.base).await?;
        for (path, bytes) in &new.changes {
            match bytes {
                Some(bytes) => hashes.insert((*path).to_owned(), content_hash(bytes)),
                None => hashes.remove(*path),
            };
        }
        let version = Version {
            number: new.base + 1,
            hash: hash_of_hashes(&hashes),
            published_at: new.at,
            source: new.source,
            credit: new.credit.clone(),
        };
        match self.insert_version(&version, new, operation).await {
            Ok(true) => Ok(Added::Version(version)),
            Ok(false) => Ok(Added::Settled),
            Err(failure) if failure.is_duplicate() => Ok(Added::Overtaken),
            Err(failure) => Err(failure),
        }
    }

    /// False when its proposal had ended already.
    async fn insert_version(
        &self,
        version: &Version,
        new: &NewVersion<'_>,
        operation: Option<&Operation>,
    ) -> Result<bool, StoreError> {
        const VERSION: &str = "INSERT INTO version (number, hash, published_at, source, who, reason, approver, \
             accepted, despite, restores) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        const PROPOSAL: &str = "UPDATE proposal SET ended_at = $1, ending = 'published', version = $2, \
             approver = $3 WHERE id = $4 AND ended_at IS NULL";
        const CARRY: &str = "INSERT INTO version_file (version, path, content) \
             SELECT $1, path, content FROM version_file WHERE version = $2";
        const REPLACED: &str = "DELETE FROM version_file WHERE version = $1 AND path = $2";
        const CONTENT: &str = "INSERT INTO content (hash, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        const FILE: &str = "INSERT INTO version_file (version, path, content) VALUES ($1, $2, $3)";
        const DRAFTED: &str = "DELETE FROM draft_file WHERE path = $1 AND hash = $2";
        let credit = &version.credit;
        let accepted = serde_json::to_string(&credit.accepted).unwrap_or_default();
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(VERSION)
                .bind(version.number)
                .bind(version.hash.as_str())
                .bind(version.published_at.as_millisecond())
                .bind(version.source.as_str())
                .bind(credit.who.as_deref())
                .bind(credit.reason.as_deref())
                .bind(credit.approver.as_deref())
                .bind(accepted.as_str())
                .bind(credit.despite.as_deref())
                .bind(credit.restores)
                .execute(&mut *transaction)
                .await?;
            if let Some(proposal) = new.proposal {
                let query = sqlx::query(PROPOSAL).bind(new.at.as_millisecond()).bind(version.number);
                let query = query.bind(credit.approver.as_deref()).bind(proposal);
                if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                    transaction.rollback().await?;
                    return Ok(false);
                }
            }
            sqlx::query(CARRY).bind(version.number).bind(new.base).execute(&mut *transaction).await?;
            for (path, bytes) in &new.changes {
                sqlx::query(REPLACED).bind(version.number).bind(*path).execute(&mut *transaction).await?;
                let hash = bytes.map(content_hash);
                if let (Some(bytes), Some(hash)) = (bytes, &hash) {
                    let content = sqlx::query(CONTENT).bind(hash.as_str()).bind(encode(bytes));
                    content.execute(&mut *transaction).await?;
                    let file = sqlx::query(FILE).bind(version.number).bind(*path).bind(hash.as_str());
                    file.execute(&mut *transaction).await?;
                }
                let drafted = sqlx::query(DRAFTED).bind(*path).bind(hash.unwrap_or_default());
                drafted.execute(&mut *transaction).await?;
            }
            if let Some(operation) = operation {
                note_in!(&mut *transaction, operation)?;
            }
            transaction.commit().await?;
        });
        Ok(true)
    }
}

fn hash_of_hashes(hashes: &BTreeMap<String, String>) -> String {
    let mut whole = Sha256::new();
    for (path, hash) in hashes {
        whole.update(path.as_bytes());
        whole.update([0]);
        whole.update(hash.as_bytes());
    }
    STANDARD_NO_PAD.encode(whole.finalize())
}

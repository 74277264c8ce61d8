//! Every rulebook that was ever live, with all its files.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::model::clock::from_millis;

use super::{Db, Store, StoreError, on, on_read};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    pub hash: String,
    pub published_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionSource {
    Folder,
    Command,
}

impl VersionSource {
    fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Command => "command",
        }
    }
}

/// What one path held in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub version: i64,
    pub at: Timestamp,
    /// Who published it; None: whoever edits the folder.
    pub who: Option<String>,
    /// None: there was no such file.
    pub hash: Option<String>,
}

/// Two files with the same hash are the same file.
pub fn content_hash(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(Sha256::digest(bytes))
}

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

pub(super) fn decode(what: &'static str, bytes: &str) -> Result<Vec<u8>, StoreError> {
    STANDARD_NO_PAD.decode(bytes).map_err(|cause| StoreError::corrupt(what, cause))
}

impl Db {
    pub(super) async fn find_newest_version(&self) -> Result<Option<Version>, StoreError> {
        const SQL: &str = "SELECT number, hash, published_at FROM version ORDER BY number DESC LIMIT 1";
        let row: Option<(i64, String, i64)> =
            on_read!(self, |pool| sqlx::query_as(SQL).fetch_optional(pool).await)?;
        Ok(row.map(|(number, hash, at)| Version { number, hash, published_at: from_millis(at) }))
    }
}

impl Store {
    pub async fn find_newest_version(&self) -> Result<Option<Version>, StoreError> {
        self.db.find_newest_version().await
    }

    /// Keeps a new version; the same files as the newest one are no new version.
    pub async fn publish_version(
        &self,
        files: &BTreeMap<String, Vec<u8>>,
        source: VersionSource,
        now: Timestamp,
    ) -> Result<Version, StoreError> {
        let hashed = hash_files(files);
        let newest = self.find_newest_version().await?;
        if let Some(newest) = newest.as_ref().filter(|newest| newest.hash == hashed.whole) {
            return Ok(newest.clone());
        }
        let number = newest.map_or(1, |newest| newest.number + 1);
        let version = Version { number, hash: hashed.whole.clone(), published_at: now };
        self.insert_version(&version, source, files, &hashed).await?;
        Ok(version)
    }

    async fn insert_version(
        &self,
        version: &Version,
        source: VersionSource,
        files: &BTreeMap<String, Vec<u8>>,
        hashed: &Hashed,
    ) -> Result<(), StoreError> {
        const VERSION: &str =
            "INSERT INTO version (number, hash, published_at, source) VALUES ($1, $2, $3, $4)";
        const CONTENT: &str = "INSERT INTO content (hash, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        const FILE: &str = "INSERT INTO version_file (version, path, content) VALUES ($1, $2, $3)";
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(VERSION)
                .bind(version.number)
                .bind(version.hash.as_str())
                .bind(version.published_at.as_millisecond())
                .bind(source.as_str())
                .execute(&mut *transaction)
                .await?;
            for ((path, bytes), hash) in files.iter().zip(&hashed.each) {
                let bytes = encode(bytes);
                sqlx::query(CONTENT).bind(hash.as_str()).bind(bytes).execute(&mut *transaction).await?;
                sqlx::query(FILE)
                    .bind(version.number)
                    .bind(path.as_str())
                    .bind(hash.as_str())
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    pub async fn load_version_files(&self, number: i64) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        const SQL: &str = "SELECT f.path, c.bytes FROM version_file f \
             JOIN content c ON c.hash = f.content WHERE f.version = $1";
        let rows: Vec<(String, String)> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(number).fetch_all(pool).await)?;
        rows.into_iter().map(|(path, bytes)| Ok((path, decode("version", &bytes)?))).collect()
    }

    /// The bytes of any file that was ever live.
    pub async fn find_content(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "SELECT bytes FROM content WHERE hash = $1";
        let row: Option<(String,)> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(hash).fetch_optional(pool).await)?;
        row.map(|(bytes,)| decode("content", &bytes)).transpose()
    }

    /// What this path held in the latest versions, the newest first.
    pub async fn list_held(&self, path: &str, at_most: i64) -> Result<Vec<Held>, StoreError> {
        const SQL: &str = "SELECT v.number, v.published_at, v.who, f.content FROM version v \
             LEFT JOIN version_file f ON f.version = v.number AND f.path = $1 \
             ORDER BY v.number DESC LIMIT $2";
        type Row = (i64, i64, Option<String>, Option<String>);
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(path).bind(at_most).fetch_all(pool).await
        })?;
        let read = |(version, at, who, hash): Row| Held { version, at: from_millis(at), who, hash };
        Ok(rows.into_iter().map(read).collect())
    }
}

/// Who made a file what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileOrigin {
    /// None: whoever edits the folder.
    pub who: Option<String>,
    pub at: Timestamp,
}

impl Store {
    /// For each file of a version, the version that brought it.
    pub async fn find_file_origins(&self, version: i64) -> Result<HashMap<String, FileOrigin>, StoreError> {
        const SQL: &str = "SELECT n.path, v.who, v.published_at FROM (SELECT n.path AS path, MIN(f.version) AS first \
             FROM version_file n JOIN version_file f ON f.path = n.path AND f.content = n.content \
             WHERE n.version = $1 GROUP BY n.path) n JOIN version v ON v.number = n.first";
        let rows: Vec<(String, Option<String>, i64)> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(version).fetch_all(pool).await)?;
        let read = |(path, who, at)| (path, FileOrigin { who, at: from_millis(at) });
        Ok(rows.into_iter().map(read).collect())
    }
}

struct Hashed {
    whole: String,
    /// In the order of the files.
    each: Vec<String>,
}

fn hash_files(files: &BTreeMap<String, Vec<u8>>) -> Hashed {
    let mut whole = Sha256::new();
    let mut each = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        let hash = content_hash(bytes);
        whole.update(path.as_bytes());
        whole.update([0]);
        whole.update(hash.as_bytes());
        each.push(hash);
    }
    Hashed { whole: STANDARD_NO_PAD.encode(whole.finalize()), each }
}

//! Every rulebook that was ever live, with all its files, and on whose word it
//! went live. `add` keeps a new one.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::model::clock::from_millis;

use super::{Db, Store, StoreError, on, on_read, on_read_now};

mod add;

pub use add::{Added, NewVersion};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    pub hash: String,
    pub published_at: Timestamp,
    pub source: VersionSource,
    pub credit: Credit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionSource {
    Folder,
    Console,
    Command,
}

/// On whose word a version went live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credit {
    /// None: whoever edits the folder.
    pub who: Option<String>,
    pub reason: Option<String>,
    /// The second person, where one is asked for.
    pub approver: Option<String>,
    /// The warnings that were accepted.
    pub accepted: Vec<String>,
    /// Why failing tests did not stop it.
    pub despite: Option<String>,
    /// The version that it brought back.
    pub restores: Option<i64>,
}

impl VersionSource {
    fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Console => "console",
            Self::Command => "command",
        }
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        match word {
            "folder" => Ok(Self::Folder),
            "console" => Ok(Self::Console),
            "command" => Ok(Self::Command),
            other => Err(StoreError::corrupt("version", other)),
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

const COLUMNS: &str =
    "number, hash, published_at, source, who, reason, approver, accepted, despite, restores";

type Text = Option<String>;
type Row = (i64, String, i64, String, Text, Text, Text, Text, Text, Option<i64>);

fn read(row: Row) -> Result<Version, StoreError> {
    let (number, hash, at, source, who, reason, approver, accepted, despite, restores) = row;
    let accepted = accepted.map(|accepted| serde_json::from_str(&accepted)).transpose();
    let accepted = accepted.map_err(|cause| StoreError::corrupt("version", cause))?.unwrap_or_default();
    let credit = Credit { who, reason, approver, accepted, despite, restores };
    let source = VersionSource::read(&source)?;
    Ok(Version { number, hash, published_at: from_millis(at), source, credit })
}

impl Db {
    pub(super) async fn find_newest_version(&self) -> Result<Option<Version>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM version ORDER BY number DESC LIMIT 1");
        let row: Option<Row> =
            on_read!(self, |pool| sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_optional(pool).await)?;
        row.map(read).transpose()
    }
}

impl Store {
    pub async fn find_newest_version(&self) -> Result<Option<Version>, StoreError> {
        self.db.find_newest_version().await
    }

    /// Cheap enough to be asked several times a second.
    pub async fn newest_version_number(&self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT MAX(number) FROM version";
        let number: (Option<i64>,) =
            on_read_now!(&self.db, |pool| sqlx::query_as(SQL).fetch_one(pool).await)?;
        Ok(number.0)
    }

    pub async fn find_version(&self, number: i64) -> Result<Option<Version>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM version WHERE number = $1");
        let row: Option<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(number).fetch_optional(pool).await
        })?;
        row.map(read).transpose()
    }

    /// The newest first, from `before` (not included) back.
    pub async fn list_versions(&self, before: i64, at_most: i64) -> Result<Vec<Version>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM version WHERE number < $1 ORDER BY number DESC LIMIT $2");
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(before).bind(at_most).fetch_all(pool).await
        })?;
        rows.into_iter().map(read).collect()
    }

    /// Which version the folder held last; None where nothing is known of it.
    pub async fn find_folder_step(&self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT version FROM folder_step WHERE id = 'folder'";
        let row: Option<(i64,)> =
            on_read_now!(&self.db, |pool| sqlx::query_as(SQL).fetch_optional(pool).await)?;
        Ok(row.map(|(version,)| version))
    }

    pub async fn set_folder_step(&self, version: i64) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO folder_step (id, version) VALUES ('folder', $1) \
             ON CONFLICT (id) DO UPDATE SET version = excluded.version";
        on!(&self.db, |pool| sqlx::query(SQL).bind(version).execute(pool).await.map(drop))?;
        Ok(())
    }

    async fn load_version_hashes(&self, number: i64) -> Result<BTreeMap<String, String>, StoreError> {
        const SQL: &str = "SELECT path, content FROM version_file WHERE version = $1";
        let rows: Vec<(String, String)> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(number).fetch_all(pool).await)?;
        Ok(rows.into_iter().collect())
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

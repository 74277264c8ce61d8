//! `[store]`

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::key::DataKey;
use super::layers::Value;
use super::secret;
use super::section::Section;
use super::setting::Setting;

/// MiB. A message's text and reply are capped at far less than an eighth of it.
const SMALLEST_JOURNAL: u32 = 4;

#[derive(Debug)]
pub struct Store {
    pub url: StoreUrl,
    pub encryption_key: EncryptionKey,
    /// Reads what an earlier key encrypted.
    pub previous_encryption_key: Option<DataKey>,
    /// The folder of the local journal.
    pub journal: PathBuf,
    pub journal_bytes: u64,
}

#[derive(Clone, Debug)]
pub enum StoreUrl {
    Sqlite {
        path: PathBuf,
    },
    /// Holds a password.
    Postgres {
        url: SecretString,
    },
}

/// Where the key of personal fields comes from.
#[derive(Debug)]
pub enum EncryptionKey {
    Given(DataKey),
    /// Kept beside the SQLite database, made at the first start.
    Beside(PathBuf),
}

impl Store {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let url = read_url(section);
        let encryption_key = read_key(section, url.as_ref());
        let previous_encryption_key = section.optional_checked_secret("previous_encryption_key", key);
        let journal: Option<PathBuf> = section.optional("journal");
        let journal_bytes = section.value("journal_mib").map(|JournalSize(bytes)| bytes);
        let url = url?;
        Some(Self {
            journal: journal.unwrap_or_else(|| url.usual_journal()),
            url,
            encryption_key: encryption_key?,
            previous_encryption_key,
            journal_bytes: journal_bytes?,
        })
    }

    /// Where files that belong to the store live: beside the SQLite database,
    /// and in `data` when the database is elsewhere.
    pub fn folder(&self) -> PathBuf {
        self.url.folder()
    }
}

impl StoreUrl {
    pub fn folder(&self) -> PathBuf {
        let parent = match self {
            Self::Sqlite { path } => path.parent().map(Path::to_path_buf),
            Self::Postgres { .. } => Some(PathBuf::from("data")),
        };
        parent.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| PathBuf::from("."))
    }

    /// Beside the SQLite database, under its name.
    fn usual_journal(&self) -> PathBuf {
        match self {
            Self::Sqlite { path } => path.with_extension("journal"),
            Self::Postgres { .. } => self.folder().join("journal"),
        }
    }

    /// The error ends a sentence that begins with what should be there.
    pub fn parse(secret: &SecretString) -> Result<Self, String> {
        let text = secret.expose_secret();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return match reqwest::Url::parse(text) {
                Ok(url) if url.path().len() > 1 => Ok(Self::Postgres { url: secret.clone() }),
                Ok(_) => Err("缺少库名，应是 postgres://用户:密码@主机/库名".to_owned()),
                Err(_) => Err("应是 postgres://用户:密码@主机/库名，密码里的特殊字符要写成 %xx".to_owned()),
            };
        }
        let path = text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        match path {
            Some(path) if !path.is_empty() && !path.contains('?') && path != ":memory:" => {
                Ok(Self::Sqlite { path: PathBuf::from(path) })
            }
            Some(_) => Err("sqlite: 后面应是一个文件路径，例如 sqlite:data/yingda.db".to_owned()),
            None => Err("应以 sqlite: 或 postgres:// 开头，例如 sqlite:data/yingda.db".to_owned()),
        }
    }
}

/// Bytes, from a number of MiB.
struct JournalSize(u64);

impl Setting for JournalSize {
    fn read(value: &Value) -> Result<Self, String> {
        match u32::read(value)? {
            // Cut into eight files, of which each must hold the longest message.
            mib @ SMALLEST_JOURNAL.. => Ok(Self(u64::from(mib) << 20)),
            _ => Err(format!("至少是 {SMALLEST_JOURNAL}")),
        }
    }
}

/// A PostgreSQL URL holds a password, so it may be kept elsewhere like a
/// secret; a SQLite path is no secret and never a reason to warn.
fn read_url(section: &mut Section) -> Option<StoreUrl> {
    let node = section.take("url");
    section.require("url");
    let node = node?;
    if let Value::Text(text) = &node.value
        && !text.contains('@')
    {
        let parsed = StoreUrl::parse(&text.trim().into());
        return parsed
            .map_err(|should| section.notes.problem(node.place, "url 的值不对".to_owned(), should))
            .ok();
    }
    match secret::read(&node, section.notes) {
        Ok(url) => StoreUrl::parse(&url)
            .map_err(|should| section.notes.problem(node.place, "url 的值不对".to_owned(), should))
            .ok(),
        Err((what, remedy)) => {
            section.notes.problem(node.place, format!("url {what}"), remedy);
            None
        }
    }
}

fn read_key(section: &mut Section, url: Option<&StoreUrl>) -> Option<EncryptionKey> {
    match url? {
        StoreUrl::Sqlite { path } => key_beside(section, &path.with_file_name("key")),
        StoreUrl::Postgres { .. } => {
            let given = section.optional_checked_secret("encryption_key", key);
            section.require("encryption_key");
            given.map(EncryptionKey::Given)
        }
    }
}

/// Naming the usual file is the same as leaving it out: it is made when it is
/// not there yet.
fn key_beside(section: &mut Section, beside: &Path) -> Option<EncryptionKey> {
    if section.names_file("encryption_key", beside) || section.lacks("encryption_key") {
        let _ = section.take("encryption_key");
        return Some(EncryptionKey::Beside(beside.to_path_buf()));
    }
    section.optional_checked_secret("encryption_key", key).map(EncryptionKey::Given)
}

fn key(secret: &SecretString) -> Result<DataKey, String> {
    DataKey::parse(secret.expose_secret()).map_err(|error| error.to_string())
}

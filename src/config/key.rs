//! The key that encrypts phones and other personal fields in the store: read
//! from what was configured, or kept beside the SQLite database. The cipher is
//! the store's.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rand::Rng as _;
use secrecy::{ExposeSecret as _, SecretBox};

use super::private_file::write_private;
use super::sources::ReadFiles;
use super::store::{EncryptionKey, Store, StoreUrl};

/// ChaCha20-Poly1305 and AES-256 both take 256 bits.
const KEY_BYTES: usize = 32;

/// Never shown by Debug, wiped from memory when dropped.
pub struct DataKey(SecretBox<[u8; KEY_BYTES]>);

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(
        "应是 32 字节，写成 base64（43 或 44 个字符）或 64 位十六进制。可以这样生成：openssl rand -base64 32"
    )]
    Malformed,
    #[error(
        "数据库 {} 已有数据，旁边却没有它的密钥文件 {}。\
         请把原来的密钥文件放回去；没有它，已加密的信息读不出来。\
         确实找不回来，就自己新建一个：openssl rand -base64 32 > {}",
        database.display(), key.display(), key.display()
    )]
    Lost { database: PathBuf, key: PathBuf },
    #[error("密钥文件 {} 的内容不对：{source}", path.display())]
    BadFile { path: PathBuf, source: Box<KeyError> },
    #[error("读不了密钥文件 {}（{source}）。请检查它的权限", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("写不了密钥文件 {}（{source}）。请检查文件夹的权限和剩余空间", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

impl Store {
    /// The configured key; the one beside the database is made when both the
    /// key and the database are new.
    pub fn load_or_create_key(&self, files: &dyn ReadFiles) -> Result<DataKey, KeyError> {
        match (self.find_key(files)?, &self.encryption_key) {
            (Some(key), _) => Ok(key),
            (None, EncryptionKey::Beside(path)) => self.create_key(path),
            (None, EncryptionKey::Given(key)) => Ok(key.clone()),
        }
    }

    /// The key as it is now; None where none was made yet. A database whose key
    /// is missing is an error.
    pub fn find_key(&self, files: &dyn ReadFiles) -> Result<Option<DataKey>, KeyError> {
        let path = match &self.encryption_key {
            EncryptionKey::Given(key) => return Ok(Some(key.clone())),
            EncryptionKey::Beside(path) => path,
        };
        match files.read(path) {
            Ok(file) => DataKey::parse(file.text.trim())
                .map(Some)
                .map_err(|source| KeyError::BadFile { path: path.clone(), source: Box::new(source) }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.refuse_lost_key(path).map(|()| None)
            }
            Err(source) => Err(KeyError::Unreadable { path: path.clone(), source }),
        }
    }

    fn refuse_lost_key(&self, path: &Path) -> Result<(), KeyError> {
        match &self.url {
            StoreUrl::Sqlite { path: database } if has_data(database) => {
                Err(KeyError::Lost { database: database.clone(), key: path.to_path_buf() })
            }
            StoreUrl::Sqlite { .. } | StoreUrl::Postgres { .. } => Ok(()),
        }
    }

    fn create_key(&self, path: &Path) -> Result<DataKey, KeyError> {
        let key = DataKey::random();
        write_private(path, &format!("{}\n", key.to_base64()))
            .map_err(|source| KeyError::Unwritable { path: path.to_path_buf(), source })?;
        Ok(key)
    }
}

fn has_data(database: &Path) -> bool {
    std::fs::metadata(database).is_ok_and(|file| file.len() > 0)
}

impl DataKey {
    pub fn random() -> Self {
        Self(SecretBox::init_with_mut(|key: &mut [u8; KEY_BYTES]| rand::rng().fill_bytes(key)))
    }

    /// Base64 with or without padding, or hexadecimal.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let bytes = if text.len() == 2 * KEY_BYTES { from_hex(text) } else { from_base64(text) };
        let bytes: [u8; KEY_BYTES] =
            bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(KeyError::Malformed)?;
        Ok(Self(SecretBox::new(Box::new(bytes))))
    }

    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        self.0.expose_secret()
    }

    fn to_base64(&self) -> String {
        base64::engine::general_purpose::STANDARD.encode(self.bytes())
    }
}

impl Clone for DataKey {
    fn clone(&self) -> Self {
        Self(SecretBox::init_with_mut(|key: &mut [u8; KEY_BYTES]| key.copy_from_slice(self.bytes())))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    Some(digits?.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// A key of 43 characters may carry junk in its last two bits, as WeChat's do.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&base64::alphabet::STANDARD, config).decode(text).ok()
}

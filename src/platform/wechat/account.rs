//! What we know of one official account before anything arrives: who it is and
//! how it protects its messages. The request never chooses: what is set here is
//! what is checked.

use crate::model::AccountId;
use crate::platform::KeyUsed;

use super::crypto::EncodingAesKey;
use super::signature::Token;

/// An account as it was configured.
#[derive(Clone, Debug)]
pub struct Settings {
    pub id: AccountId,
    /// `gh_…`. When known, a message to another account is refused.
    pub original_id: Option<String>,
    pub app_id: Option<String>,
    pub token: Token,
    pub aes_key: Option<EncodingAesKey>,
    pub previous_aes_key: Option<EncodingAesKey>,
    pub encryption: Encryption,
}

/// 消息加解密方式.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// 明文模式: the signature does not cover the body.
    Plain,
    /// 兼容模式: both come; the encrypted part counts.
    Compatible,
    /// 安全模式.
    Safe,
}

impl Encryption {
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "明文模式",
            Self::Compatible => "兼容模式",
            Self::Safe => "安全模式",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    #[error("{} 需要 encoding_aes_key，请从微信后台“消息推送”复制", .mode.name())]
    NoAesKey { mode: Encryption },
    #[error("{} 需要 app_id，请从微信后台“基本信息”复制（wx 开头）", .mode.name())]
    NoAppId { mode: Encryption },
}

/// One official account, ready to open and seal.
#[derive(Clone, Debug)]
pub struct Account {
    pub(super) id: AccountId,
    pub(super) original_id: Option<String>,
    pub(super) token: Token,
    pub(super) protection: Protection,
}

#[derive(Clone, Debug)]
pub(super) enum Protection {
    Plain,
    Compatible(Box<Keys>),
    Safe(Box<Keys>),
}

#[derive(Clone, Debug)]
pub(super) struct Keys {
    pub app_id: String,
    pub current: EncodingAesKey,
    pub previous: Option<EncodingAesKey>,
}

impl Account {
    pub fn new(settings: Settings) -> Result<Self, InvalidAccount> {
        Ok(Self {
            protection: Protection::new(&settings)?,
            id: settings.id,
            original_id: settings.original_id,
            token: settings.token,
        })
    }

    pub fn id(&self) -> &AccountId {
        &self.id
    }
}

impl Protection {
    fn new(settings: &Settings) -> Result<Self, InvalidAccount> {
        match settings.encryption {
            Encryption::Plain => Ok(Self::Plain),
            Encryption::Compatible => Keys::new(settings).map(Self::Compatible),
            Encryption::Safe => Keys::new(settings).map(Self::Safe),
        }
    }
}

impl Keys {
    fn new(settings: &Settings) -> Result<Box<Self>, InvalidAccount> {
        let mode = settings.encryption;
        let app_id = settings.app_id.clone().filter(|id| !id.is_empty());
        Ok(Box::new(Self {
            app_id: app_id.ok_or(InvalidAccount::NoAppId { mode })?,
            current: settings.aes_key.clone().ok_or(InvalidAccount::NoAesKey { mode })?,
            previous: settings.previous_aes_key.clone(),
        }))
    }

    /// The key to answer with.
    pub(super) fn that_was(&self, used: KeyUsed) -> &EncodingAesKey {
        match used {
            KeyUsed::Previous => self.previous.as_ref().unwrap_or(&self.current),
            KeyUsed::Current | KeyUsed::None => &self.current,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(encryption: Encryption) -> Settings {
        Settings {
            id: AccountId::parse("main").expect("a plain id"),
            original_id: None,
            app_id: Some("wx1234567890abcdef".to_owned()),
            token: Token::parse("abcdef").expect("six letters"),
            aes_key: EncodingAesKey::parse(&"A".repeat(43)).ok(),
            previous_aes_key: None,
            encryption,
        }
    }

    #[test]
    fn an_encrypted_account_needs_its_key_and_its_app_id() {
        for mode in [Encryption::Compatible, Encryption::Safe] {
            let without_key = Settings { aes_key: None, ..settings(mode) };
            let without_app_id = Settings { app_id: Some(String::new()), ..settings(mode) };

            assert!(Account::new(settings(mode)).is_ok());
            assert_eq!(Account::new(without_key).err(), Some(InvalidAccount::NoAesKey { mode }));
            assert_eq!(Account::new(without_app_id).err(), Some(InvalidAccount::NoAppId { mode }));
        }
    }

    #[test]
    fn a_plain_account_needs_neither() {
        let bare = Settings { aes_key: None, app_id: None, ..settings(Encryption::Plain) };

        assert!(Account::new(bare).is_ok());
    }
}

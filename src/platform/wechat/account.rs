//! What we know of one official account before anything arrives: who it is and
//! how it protects its messages. The request never chooses: what is set here is
//! what is checked.

use crate::model::{AccountId, Encryption};
use crate::platform::{KeyUsed, TokenUsed};

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
    pub(super) previous_token: Option<Token>,
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
            previous_token: None,
        })
    }

    /// Understands what is still signed with the token before a change.
    #[must_use]
    pub fn still_accepting(self, previous: Option<Token>) -> Self {
        Self { previous_token: previous, ..self }
    }

    pub fn id(&self) -> &AccountId {
        &self.id
    }

    pub fn app_id(&self) -> Option<&str> {
        self.keys().map(|keys| keys.app_id.as_str())
    }

    pub fn original_id(&self) -> Option<&str> {
        self.original_id.as_deref()
    }

    pub fn encryption(&self) -> Encryption {
        match &self.protection {
            Protection::Plain => Encryption::Plain,
            Protection::Compatible(_) => Encryption::Compatible,
            Protection::Safe(_) => Encryption::Safe,
        }
    }

    /// Whether what our key closes opens again, with the id it must carry.
    pub fn survives_a_round_trip(&self) -> bool {
        const SAMPLE: &[u8] = "您好".as_bytes();
        self.keys().is_none_or(|keys| {
            let sealed = keys.current.encrypt(SAMPLE, &keys.app_id, rand::random());
            keys.current.decrypt(&sealed, &keys.app_id).is_ok_and(|opened| opened == SAMPLE)
        })
    }

    pub(super) fn keys(&self) -> Option<&Keys> {
        match &self.protection {
            Protection::Plain => None,
            Protection::Compatible(keys) | Protection::Safe(keys) => Some(keys),
        }
    }

    /// Whose signature this is. Both tokens are tried, whatever the first says.
    pub(super) fn signer(&self, parts: &[&str], signature: &str) -> Option<TokenUsed> {
        let is_previous =
            self.previous_token.as_ref().is_some_and(|previous| previous.has_signed(parts, signature));
        let is_current = self.token.has_signed(parts, signature);
        is_current.then_some(TokenUsed::Current).or(is_previous.then_some(TokenUsed::Previous))
    }

    /// The token to answer with.
    pub(super) fn token_that_was(&self, used: TokenUsed) -> &Token {
        match used {
            TokenUsed::Previous => self.previous_token.as_ref().unwrap_or(&self.token),
            TokenUsed::Current => &self.token,
        }
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

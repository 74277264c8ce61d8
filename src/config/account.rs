//! `[[account]]`: one WeChat account. What each encryption mode needs is part
//! of its type, so that nobody after this has to ask whether a key is there.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret as _, SecretString};

use super::layers::Value;
use super::section::{Reader, Section};
use super::setting::{Setting, one_of};
use crate::model::{AccountId, Human, credentials};

#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub channel: ChannelKind,
    pub name: String,
    /// When set, a message must be addressed to it.
    pub original_id: Option<String>,
    pub app_id: Option<String>,
    /// Read so that it may be written; nothing calls WeChat yet.
    pub app_secret: Option<SecretString>,
    /// Never empty: with an empty token anybody could sign.
    pub token: SecretString,
    pub encryption: Encryption,
    pub human: Human,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    Wechat,
}

/// 消息加解密方式, as chosen in WeChat's own settings.
#[derive(Clone, Debug)]
pub enum Encryption {
    Plain,
    Compatible(Keys),
    Safe(Keys),
}

#[derive(Clone, Debug)]
pub struct Keys {
    /// Stands at the end of every encrypted message.
    pub app_id: String,
    pub current: SecretString,
    /// During a change of key.
    pub previous: Option<SecretString>,
}

#[derive(Clone, Copy)]
enum Mode {
    Plain,
    Compatible,
    Safe,
}

/// Ids must differ, or two accounts would share one webhook.
pub(super) fn read_all(reader: &mut Reader) -> Option<Vec<Account>> {
    let accounts: Option<Vec<Account>> = reader.accounts(Account::read).into_iter().collect();
    let accounts = accounts?;
    let mut seen = BTreeSet::new();
    for account in &accounts {
        if !seen.insert(account.id.as_str().to_lowercase()) {
            let what = format!("有两个账号的 id 都是“{}”（不分大小写）", account.id);
            let place = super::Place::Nowhere;
            reader.notes().problem(place, what, "请给其中一个换个 id，并在微信后台改成新的 URL");
        }
    }
    Some(accounts)
}

impl Account {
    fn read(section: &mut Section) -> Option<Self> {
        let id = section.value::<AccountId>("id");
        let channel = section.value("channel");
        let name: Option<String> = section.optional("name");
        let original_id = section.optional("original_id");
        let app_id = section.optional("app_id");
        let app_secret = section.optional_secret("app_secret").map(|found| found.value);
        let token = read_token(section);
        let encryption = read_encryption(section, app_id.as_ref());
        let human = section.value("human");
        let id = id?;
        Some(Self {
            name: name.unwrap_or_else(|| id.to_string()),
            id,
            channel: channel?,
            original_id,
            app_id,
            app_secret,
            token: token?,
            encryption: encryption?,
            human: human?,
        })
    }
}

fn read_token(section: &mut Section) -> Option<SecretString> {
    let token = section.optional_checked_secret("token", check_token);
    section.require("token");
    token
}

fn check_token(secret: &SecretString) -> Result<SecretString, String> {
    let checked = credentials::check_token(secret.expose_secret());
    checked.map(|()| secret.clone()).map_err(|problem| problem.to_string())
}

fn read_encryption(section: &mut Section, app_id: Option<&String>) -> Option<Encryption> {
    let mode: Option<Mode> = section.value("encryption");
    let current = section.optional_checked_secret("encoding_aes_key", check_aes_key);
    let previous = section.optional_checked_secret("previous_encoding_aes_key", check_aes_key);
    let mode = mode?;
    if let Mode::Plain = mode {
        return Some(Encryption::Plain);
    }
    section.require("app_id");
    section.require("encoding_aes_key");
    let keys = Keys { app_id: app_id?.clone(), current: current?, previous };
    match mode {
        Mode::Plain => Some(Encryption::Plain),
        Mode::Compatible => Some(Encryption::Compatible(keys)),
        Mode::Safe => Some(Encryption::Safe(keys)),
    }
}

fn check_aes_key(secret: &SecretString) -> Result<SecretString, String> {
    let checked = credentials::check_aes_key(secret.expose_secret());
    checked.map(|()| secret.clone()).map_err(|problem| problem.to_string())
}

impl Setting for AccountId {
    fn read(value: &Value) -> Result<Self, String> {
        let text = String::read(value)?;
        Self::parse(&text).map_err(|_| format!("“{text}”里有别的字符：ID 只用字母、数字、“-”和“_”"))
    }
}

impl Setting for ChannelKind {
    fn read(value: &Value) -> Result<Self, String> {
        one_of(value, &[("wechat", Self::Wechat)])
    }
}

impl Setting for Mode {
    fn read(value: &Value) -> Result<Self, String> {
        one_of(value, &[("plain", Self::Plain), ("compatible", Self::Compatible), ("safe", Self::Safe)])
    }
}

impl Setting for Human {
    fn read(value: &Value) -> Result<Self, String> {
        let words = [("contacts", Self::Contacts), ("wechat", Self::Wechat), ("yingda", Self::Yingda)];
        one_of(value, &words)
    }
}

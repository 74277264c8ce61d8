//! What somebody typed about an account, and what it means: each mistake at its
//! field, nothing lost.

use secrecy::SecretString;
use serde::Deserialize;

use crate::accounts::{NewAccount, random_aes_key, random_token};
use crate::console::form::{Choice, Field};
use crate::console::words::Words;
use crate::model::{AccountId, Encryption, Human};
use crate::platform::wechat::{EncodingAesKey, InvalidAesKey, InvalidToken, Token};
use crate::store::{SecretPair, StoredAccount};

/// What fits on a phone and in a notice.
const MAX_NAME_CHARS: usize = 40;
/// Stands in an address that somebody copies by hand now and then.
const MAX_ID_CHARS: usize = 32;
/// `wx` and 16 hexadecimal digits.
const APP_ID_CHARS: usize = 18;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Typed {
    pub id: String,
    pub name: String,
    pub app_id: String,
    pub original_id: String,
    pub encryption: String,
    pub human: String,
    pub token: String,
    pub aes_key: String,
    /// Of the account, as the form showed it.
    pub revision: String,
}

/// The same as fields of a form.
pub(super) struct Fields {
    pub id: Field,
    pub name: Field,
    pub app_id: Field,
    pub original_id: Field,
    pub encryption: Field,
    pub human: Field,
    pub token: Field,
    pub aes_key: Field,
}

impl Typed {
    /// For an account that is yet to be made, under an id that is free.
    pub(super) fn suggested(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            encryption: Encryption::Safe.as_str().to_owned(),
            human: Human::Contacts.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// Its secrets are not typed again.
    pub(super) fn of(account: &StoredAccount) -> Self {
        Self {
            id: account.id.to_string(),
            name: account.name.clone(),
            app_id: account.app_id.clone().unwrap_or_default(),
            original_id: account.original_id.clone().unwrap_or_default(),
            encryption: account.encryption.as_str().to_owned(),
            human: account.human.as_str().to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn fields(&self) -> Fields {
        Fields {
            id: Field::of(self.id.as_str()),
            name: Field::of(self.name.as_str()),
            app_id: Field::of(self.app_id.as_str()),
            original_id: Field::of(self.original_id.as_str()),
            encryption: Field::of(self.encryption.as_str()),
            human: Field::of(self.human.as_str()),
            token: Field::of(self.token.as_str()),
            aes_key: Field::of(self.aes_key.as_str()),
        }
    }

    /// What it means, or the form again with its mistakes.
    pub(super) fn read(&self, t: &'static Words) -> Result<NewAccount, Box<Fields>> {
        let mut fields = self.fields();
        let id = self.read_id(t, &mut fields.id);
        let name = self.read_name(t, &mut fields.name);
        let encryption = Encryption::parse(&self.encryption);
        refuse(&mut fields.encryption, encryption.is_none(), t, "accounts.choice_refused");
        let human = Human::parse(&self.human);
        refuse(&mut fields.human, human.is_none(), t, "accounts.choice_refused");
        let app_id = self.read_app_id(t, encryption, &mut fields.app_id);
        let original_id = Some(self.original_id.trim().to_owned()).filter(|id| !id.is_empty());
        let is_original = original_id.as_ref().is_none_or(|id| is_original_id(id));
        refuse(&mut fields.original_id, !is_original, t, "accounts.original_id_refused");
        let secrets = self.read_secrets(t, &mut fields);
        match (id, name, encryption, human, app_id, is_original, secrets) {
            (Some(id), Some(name), Some(encryption), Some(human), Some(app_id), true, Some(secrets)) => {
                Ok(NewAccount { id, name, human, encryption, original_id, app_id, secrets })
            }
            _ => Err(Box::new(fields)),
        }
    }

    fn read_id(&self, t: &'static Words, field: &mut Field) -> Option<AccountId> {
        let id = AccountId::parse(self.id.trim()).ok().filter(|id| id.as_str().len() <= MAX_ID_CHARS);
        refuse(field, id.is_none(), t, "accounts.id_refused");
        id
    }

    fn read_name(&self, t: &'static Words, field: &mut Field) -> Option<String> {
        let name = self.name.trim();
        let fits =
            !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control);
        refuse(field, !fits, t, "accounts.name_refused");
        fits.then(|| name.to_owned())
    }

    /// The outer None: a mistake. Plain mode needs none.
    fn read_app_id(
        &self,
        t: &'static Words,
        mode: Option<Encryption>,
        field: &mut Field,
    ) -> Option<Option<String>> {
        let app_id = self.app_id.trim();
        if app_id.is_empty() && mode == Some(Encryption::Plain) {
            return Some(None);
        }
        let is_one = app_id.len() == APP_ID_CHARS
            && app_id.starts_with("wx")
            && app_id.chars().all(|c| c.is_ascii_alphanumeric());
        refuse(field, !is_one, t, "accounts.app_id_refused");
        is_one.then(|| Some(app_id.to_owned()))
    }

    /// What is left empty is drawn.
    pub(super) fn read_secrets(&self, t: &'static Words, fields: &mut Fields) -> Option<SecretPair> {
        let token = match self.token.trim() {
            "" => Some(random_token()),
            raw => match Token::parse(raw) {
                Ok(_) => Some(SecretString::from(raw)),
                Err(problem) => {
                    refuse(&mut fields.token, true, t, token_word(&problem));
                    None
                }
            },
        };
        let aes_key = match self.aes_key.trim() {
            "" => Some(random_aes_key()),
            raw => match EncodingAesKey::parse(raw) {
                Ok(_) => Some(SecretString::from(raw)),
                Err(problem) => {
                    refuse(&mut fields.aes_key, true, t, aes_key_word(&problem));
                    None
                }
            },
        };
        Some(SecretPair { token: token?, aes_key: aes_key? })
    }
}

fn refuse(field: &mut Field, is_wrong: bool, t: &'static Words, word: &str) {
    if is_wrong {
        *field = std::mem::take(field).refused(t.say(word));
    }
}

fn is_original_id(id: &str) -> bool {
    id.starts_with("gh_")
        && id.len() <= MAX_ID_CHARS
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

pub(super) fn token_word(problem: &InvalidToken) -> &'static str {
    match problem {
        InvalidToken::Empty | InvalidToken::Length { .. } => "accounts.token_length",
        InvalidToken::Character(_) => "accounts.token_character",
    }
}

pub(super) fn aes_key_word(problem: &InvalidAesKey) -> &'static str {
    match problem {
        InvalidAesKey::Length { .. } => "accounts.aes_key_length",
        InvalidAesKey::Character(_) => "accounts.aes_key_character",
    }
}

pub(super) fn modes(t: &'static Words) -> Vec<Choice> {
    let choice =
        |mode: Encryption| Choice::new(mode.as_str(), t.say(&format!("accounts.mode.{}", mode.as_str())));
    Encryption::ALL.into_iter().map(choice).collect()
}

pub(super) fn humans(t: &'static Words) -> Vec<Choice> {
    let choice =
        |human: Human| Choice::new(human.as_str(), t.say(&format!("accounts.human_is.{}", human.as_str())));
    Human::ALL.into_iter().map(choice).collect()
}

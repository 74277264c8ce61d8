//! Making and changing the accounts of the console. What is done here is served
//! at once by this process.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use crate::model::credentials::{draw_aes_key, draw_token};
use crate::model::{AccountId, Encryption, Human};
use crate::store::{
    AccountSecrets, Operation, PreviousSecrets, Revision, SecretPair, StoreError, StoredAccount,
};

use super::Accounts;

/// How long the token and key before a change are accepted: time to copy the
/// new ones into WeChat's own settings, which take some minutes to spread.
pub const PREVIOUS_FOR: SignedDuration = SignedDuration::from_hours(24);

/// As staff gave it, checked.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub id: AccountId,
    pub name: String,
    pub human: Human,
    pub encryption: Encryption,
    pub original_id: Option<String>,
    pub app_id: Option<String>,
    pub secrets: SecretPair,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The id belongs to another account.
    Taken,
    /// Somebody else changed or removed it meanwhile.
    Clash,
}

pub fn random_token() -> SecretString {
    draw_token(&mut rand::rng()).into()
}

pub fn random_aes_key() -> SecretString {
    draw_aes_key(&mut rand::rng()).into()
}

impl Accounts {
    pub async fn make(&self, new: NewAccount, operation: &Operation) -> Result<Outcome, StoreError> {
        if self.is_configured(&new.id) {
            return Ok(Outcome::Taken);
        }
        let secrets = AccountSecrets { current: new.secrets, previous: None };
        let account = StoredAccount {
            id: new.id,
            name: new.name,
            human: new.human,
            encryption: new.encryption,
            original_id: new.original_id,
            app_id: new.app_id,
            secrets: None,
            secrets_at: operation.at,
            made_by: operation.who.clone(),
            made_at: operation.at,
            revision: Revision::fresh(),
        };
        let made = self.0.store.make_account(&account, &secrets, operation).await?;
        self.refresh().await?;
        Ok(if made { Outcome::Done } else { Outcome::Taken })
    }

    /// Everything but its secrets, as `changed` says.
    pub async fn change(
        &self,
        changed: &StoredAccount,
        operation: &Operation,
    ) -> Result<Outcome, StoreError> {
        let done = self.0.store.change_account(changed, operation).await?;
        self.refresh().await?;
        Ok(if done { Outcome::Done } else { Outcome::Clash })
    }

    /// New secrets. Those before are accepted for `PREVIOUS_FOR`, unless they
    /// themselves were never in use.
    pub async fn renew(
        &self,
        account: &StoredAccount,
        pair: SecretPair,
        operation: &Operation,
    ) -> Result<Outcome, StoreError> {
        let mut renewed = account.clone();
        renewed.secrets =
            Some(AccountSecrets { current: pair, previous: self.previous_of(account, operation.at).await? });
        renewed.secrets_at = operation.at;
        self.change(&renewed, operation).await
    }

    pub async fn remove(&self, id: &AccountId, operation: &Operation) -> Result<(), StoreError> {
        self.0.store.remove_account(id, operation).await?;
        self.refresh().await
    }

    /// What the platform uses at this moment: the current secrets if it ever
    /// verified them, else those that still count.
    async fn previous_of(
        &self,
        account: &StoredAccount,
        now: Timestamp,
    ) -> Result<Option<PreviousSecrets>, StoreError> {
        let Some(secrets) = &account.secrets else { return Ok(None) };
        let until = now + PREVIOUS_FOR;
        let checked_at = self.0.store.find_url_check(&account.id).await?;
        if checked_at.is_some_and(|at| at > account.secrets_at) {
            return Ok(Some(PreviousSecrets { pair: secrets.current.clone(), until }));
        }
        Ok(secrets.previous.clone().filter(|previous| now < previous.until))
    }
}

impl StoredAccount {
    pub fn previous_until(&self) -> Option<Timestamp> {
        self.secrets.as_ref()?.previous.as_ref().map(|previous| previous.until)
    }
}

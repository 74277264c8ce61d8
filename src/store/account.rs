//! Accounts that were made in the console, with their token and key sealed, and
//! how their connection stands. Not here: what is served (accounts), those of a
//! configuration.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::model::clock::from_millis;
use crate::model::{AccountId, Encryption, Human};

use super::operation::change_in;
use super::{Db, Operation, Sealer, Store, StoreError, on, on_read, on_read_now};

#[derive(Clone, Debug)]
pub struct StoredAccount {
    pub id: AccountId,
    pub name: String,
    pub human: Human,
    pub encryption: Encryption,
    pub original_id: Option<String>,
    pub app_id: Option<String>,
    /// None: they were sealed with a key that we do not have.
    pub secrets: Option<AccountSecrets>,
    /// Since when the secrets are as they are.
    pub secrets_at: Timestamp,
    pub made_by: String,
    pub made_at: Timestamp,
    pub revision: Revision,
}

/// Differs after every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision(i64);

#[derive(Clone, Debug)]
pub struct AccountSecrets {
    pub current: SecretPair,
    pub previous: Option<PreviousSecrets>,
}

/// What WeChat calls Token and EncodingAESKey.
#[derive(Clone, Debug)]
pub struct SecretPair {
    pub token: SecretString,
    pub aes_key: SecretString,
}

/// Those before the last change, which the platform may still use.
#[derive(Clone, Debug)]
pub struct PreviousSecrets {
    pub pair: SecretPair,
    pub until: Timestamp,
}

/// The last message of a platform's own, and how long its decision took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub at: Timestamp,
    pub took: Option<std::time::Duration>,
}

impl Revision {
    pub fn fresh() -> Self {
        Self(rand::random())
    }

    /// As a form carries it.
    pub fn parse(raw: &str) -> Option<Self> {
        raw.parse().ok().map(Self)
    }
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// As the secrets lie in the seal.
#[derive(Serialize, Deserialize)]
struct Sealed {
    token: String,
    aes_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<SealedPrevious>,
}

#[derive(Serialize, Deserialize)]
struct SealedPrevious {
    token: String,
    aes_key: String,
    until: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: String,
    name: String,
    human: String,
    encryption: String,
    original_id: Option<String>,
    app_id: Option<String>,
    secrets: String,
    secrets_at: i64,
    made_by: String,
    made_at: i64,
    revision: i64,
}

impl Store {
    pub async fn load_accounts(&self) -> Result<Vec<StoredAccount>, StoreError> {
        self.db.load_accounts(&self.sealer).await
    }

    /// Cheap enough to be asked all the time: which accounts there are, and
    /// whether one was changed.
    pub async fn account_revisions(&self) -> Result<Vec<(String, Revision)>, StoreError> {
        const SQL: &str = "SELECT account_id, revision FROM account ORDER BY made_at, account_id";
        let rows: Vec<(String, i64)> =
            on_read_now!(&self.db, |pool| sqlx::query_as(SQL).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(id, revision)| (id, Revision(revision))).collect())
    }

    /// False when the id is taken, in whatever case it is written.
    pub async fn make_account(
        &self,
        account: &StoredAccount,
        secrets: &AccountSecrets,
        operation: &Operation,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO account (account_id, name, human, encryption, original_id, app_id, \
             secrets, secrets_at, made_by, made_at, revision) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 \
             WHERE NOT EXISTS (SELECT 1 FROM account WHERE LOWER(account_id) = LOWER($1)) \
             ON CONFLICT DO NOTHING";
        let sealed = self.seal_secrets(&account.id, secrets)?;
        let made = on!(&self.db, |pool| {
            let change = sqlx::query(SQL)
                .bind(account.id.as_str())
                .bind(account.name.as_str())
                .bind(account.human.as_str())
                .bind(account.encryption.as_str())
                .bind(account.original_id.as_deref())
                .bind(account.app_id.as_deref())
                .bind(sealed.as_str())
                .bind(account.secrets_at.as_millisecond())
                .bind(account.made_by.as_str())
                .bind(account.made_at.as_millisecond())
                .bind(account.revision.0);
            change_in!(pool, change, operation)
        });
        Ok(made > 0)
    }

    /// False when somebody else changed or removed it since it was read.
    pub async fn change_account(
        &self,
        account: &StoredAccount,
        operation: &Operation,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE account SET name = $1, human = $2, encryption = $3, original_id = $4, \
             app_id = $5, secrets = COALESCE($6, secrets), secrets_at = $7, revision = $8 \
             WHERE account_id = $9 AND revision = $10";
        let secrets = account.secrets.as_ref();
        let sealed = secrets.map(|secrets| self.seal_secrets(&account.id, secrets)).transpose()?;
        let changed = on!(&self.db, |pool| {
            let change = sqlx::query(SQL)
                .bind(account.name.as_str())
                .bind(account.human.as_str())
                .bind(account.encryption.as_str())
                .bind(account.original_id.as_deref())
                .bind(account.app_id.as_deref())
                .bind(sealed.as_deref())
                .bind(account.secrets_at.as_millisecond())
                .bind(Revision::fresh().0)
                .bind(account.id.as_str())
                .bind(account.revision.0);
            change_in!(pool, change, operation)
        });
        Ok(changed > 0)
    }

    /// What its customers wrote stays.
    pub async fn remove_account(&self, id: &AccountId, operation: &Operation) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM account WHERE account_id = $1";
        on!(&self.db, |pool| {
            let change = sqlx::query(SQL).bind(id.as_str());
            change_in!(pool, change, operation)
        });
        Ok(())
    }

    /// Its platform checked our address and was answered.
    pub async fn note_url_check(&self, account: &AccountId, at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO url_check (account_id, checked_at) VALUES ($1, $2) \
             ON CONFLICT (account_id) DO UPDATE SET checked_at = excluded.checked_at \
             WHERE excluded.checked_at > url_check.checked_at";
        on!(&self.db, |pool| {
            sqlx::query(SQL).bind(account.as_str()).bind(at.as_millisecond()).execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    pub async fn find_url_check(&self, account: &AccountId) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT checked_at FROM url_check WHERE account_id = $1";
        let row: Option<(i64,)> = on_read_now!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).fetch_optional(pool).await
        })?;
        Ok(row.map(|(at,)| from_millis(at)))
    }

    /// The last message that came after `since`; those of `yingda send` do not count.
    pub async fn find_heard(
        &self,
        account: &AccountId,
        since: Timestamp,
    ) -> Result<Option<Heard>, StoreError> {
        const SQL: &str = "SELECT received_at, took_us FROM message WHERE account_id = $1 \
             AND received_at > $2 AND is_test = 0 ORDER BY id DESC LIMIT 1";
        let row: Option<(i64, Option<i64>)> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(since.as_millisecond()).fetch_optional(pool).await
        })?;
        let took = |us: i64| std::time::Duration::from_micros(us.unsigned_abs());
        Ok(row.map(|(at, us)| Heard { at: from_millis(at), took: us.map(took) }))
    }

    fn seal_secrets(&self, id: &AccountId, secrets: &AccountSecrets) -> Result<String, StoreError> {
        let previous = secrets.previous.as_ref().map(|previous| SealedPrevious {
            token: previous.pair.token.expose_secret().to_owned(),
            aes_key: previous.pair.aes_key.expose_secret().to_owned(),
            until: previous.until.as_millisecond(),
        });
        let plain = Sealed {
            token: secrets.current.token.expose_secret().to_owned(),
            aes_key: secrets.current.aes_key.expose_secret().to_owned(),
            previous,
        };
        let json = serde_json::to_string(&plain).map_err(|cause| StoreError::corrupt("account", cause))?;
        Ok(self.sealer.seal(&json, &seal_row(id)))
    }
}

impl Db {
    pub(super) async fn load_accounts(&self, sealer: &Sealer) -> Result<Vec<StoredAccount>, StoreError> {
        const SQL: &str = "SELECT account_id, name, human, encryption, original_id, app_id, secrets, \
             secrets_at, made_by, made_at, revision FROM account ORDER BY made_at, account_id";
        let rows: Vec<Row> = on_read_now!(self, |pool| sqlx::query_as(SQL).fetch_all(pool).await)?;
        rows.into_iter().map(|row| row.read(sealer)).collect()
    }
}

impl Row {
    fn read(self, sealer: &Sealer) -> Result<StoredAccount, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("account", what);
        let id = AccountId::parse(&self.account_id).map_err(|_| corrupt(&self.account_id))?;
        Ok(StoredAccount {
            secrets: unseal_secrets(&id, &self.secrets, sealer)?,
            human: Human::parse(&self.human).ok_or_else(|| corrupt(&self.human))?,
            encryption: Encryption::parse(&self.encryption).ok_or_else(|| corrupt(&self.encryption))?,
            id,
            name: self.name,
            original_id: self.original_id,
            app_id: self.app_id,
            secrets_at: from_millis(self.secrets_at),
            made_by: self.made_by,
            made_at: from_millis(self.made_at),
            revision: Revision(self.revision),
        })
    }
}

/// One account whose key is lost must not stop the others.
fn unseal_secrets(
    id: &AccountId,
    sealed: &str,
    sealer: &Sealer,
) -> Result<Option<AccountSecrets>, StoreError> {
    let Ok(json) = sealer.unseal(sealed, &seal_row(id)) else { return Ok(None) };
    let plain: Sealed = serde_json::from_str(&json).map_err(|_| StoreError::corrupt("account", "secrets"))?;
    let pair = |token: String, aes_key: String| SecretPair { token: token.into(), aes_key: aes_key.into() };
    let previous = plain.previous.map(|previous| PreviousSecrets {
        pair: pair(previous.token, previous.aes_key),
        until: from_millis(previous.until),
    });
    Ok(Some(AccountSecrets { current: pair(plain.token, plain.aes_key), previous }))
}

/// What the secrets are bound to, so that they cannot be moved to another account.
fn seal_row(id: &AccountId) -> String {
    format!("account/{id}/secrets")
}

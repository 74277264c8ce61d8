//! As stored becomes as meant: an account of the store, ready to open and seal.

use jiff::Timestamp;
use secrecy::ExposeSecret as _;

use crate::platform::Channel;
use crate::platform::wechat::{self, EncodingAesKey, InvalidAccount, InvalidAesKey, InvalidToken, Token};
use crate::store::{SecretPair, StoredAccount};

/// Why an account of the store is not served.
#[derive(Debug, thiserror::Error)]
pub enum CannotServe {
    #[error(
        "它的 Token 和密钥解不开：数据的加密密钥换过。请把旧的写进 [store] previous_encryption_key，或在控制台给它换一套新的"
    )]
    Sealed,
    #[error("{0}")]
    Token(#[from] InvalidToken),
    #[error("{0}")]
    AesKey(#[from] InvalidAesKey),
    #[error("{0}")]
    Account(#[from] InvalidAccount),
}

/// The secrets before the last change count until their time is over.
pub fn open_stored(stored: &StoredAccount, now: Timestamp) -> Result<Channel, CannotServe> {
    let secrets = stored.secrets.as_ref().ok_or(CannotServe::Sealed)?;
    let (token, aes_key) = parse(&secrets.current)?;
    let previous = secrets.previous.as_ref().filter(|previous| now < previous.until);
    let previous = previous.map(|previous| parse(&previous.pair)).transpose()?;
    let (previous_token, previous_aes_key) = previous.unzip();
    let account = wechat::Account::new(wechat::Settings {
        id: stored.id.clone(),
        original_id: stored.original_id.clone(),
        app_id: stored.app_id.clone(),
        token,
        aes_key: Some(aes_key),
        previous_aes_key,
        encryption: stored.encryption,
    })?;
    Ok(Channel::Wechat(account.still_accepting(previous_token)))
}

fn parse(pair: &SecretPair) -> Result<(Token, EncodingAesKey), CannotServe> {
    Ok((Token::parse(pair.token.expose_secret())?, EncodingAesKey::parse(pair.aes_key.expose_secret())?))
}

//! Encrypts the few fields that name people: phone numbers, and messages that
//! hold one. XChaCha20-Poly1305 with a random nonce; the associated data is the
//! row's own key, so that a sealed field cannot be moved to another row.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305, XNonce};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

use super::{Store, StoreError};

/// XChaCha20 takes 24 bytes: large enough to draw at random without a counter.
const NONCE_BYTES: usize = 24;

/// 32 bytes, from `[store] encryption_key`.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// Seals with the current key; opens with it or the previous one.
#[derive(Clone)]
pub struct Sealer {
    current: XChaCha20Poly1305,
    previous: Option<XChaCha20Poly1305>,
    /// The current and the previous key: the journal's keys are made from them.
    keys: Vec<SealingKey>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("has_previous", &self.previous.is_some()).finish()
    }
}

impl Sealer {
    pub fn new(current: &SealingKey, previous: Option<&SealingKey>) -> Self {
        let cipher = |key: &SealingKey| XChaCha20Poly1305::new((&key.0).into());
        let keys = std::iter::once(current).chain(previous).cloned().collect();
        Self { current: cipher(current), previous: previous.map(cipher), keys }
    }

    /// Seals one life of a journal's segment, which has a salt of its own, so
    /// that a counter is nonce enough.
    pub(super) fn journal_cipher(&self, salt: &[u8]) -> ChaCha20Poly1305 {
        let mut ciphers = self.journal_ciphers(salt);
        ciphers.next().expect("there is always a current key")
    }

    /// What may have sealed it: with the current key or the previous one.
    pub(super) fn journal_ciphers<'a>(
        &'a self,
        salt: &'a [u8],
    ) -> impl Iterator<Item = ChaCha20Poly1305> + 'a {
        self.keys.iter().map(move |key| {
            let hash = Sha256::new().chain_update("yingda journal 1").chain_update(key.0).chain_update(salt);
            ChaCha20Poly1305::new(&hash.finalize())
        })
    }

    pub fn seal(&self, plain: &str, row: &str) -> String {
        let mut nonce = [0_u8; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: plain.as_bytes(), aad: row.as_bytes() };
        let sealed = self
            .current
            .encrypt(&XNonce::from(nonce), payload)
            .expect("encryption fails only beyond 256 GiB, and a message is capped far below");
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        STANDARD_NO_PAD.encode(bytes)
    }

    pub fn unseal(&self, sealed: &str, row: &str) -> Result<String, StoreError> {
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| StoreError::CannotUnseal)?;
        let (nonce, body) = bytes.split_at_checked(NONCE_BYTES).ok_or(StoreError::CannotUnseal)?;
        let nonce = <[u8; NONCE_BYTES]>::try_from(nonce).map_err(|_| StoreError::CannotUnseal)?;
        let open = |cipher: &XChaCha20Poly1305| {
            cipher.decrypt(&XNonce::from(nonce), Payload { msg: body, aad: row.as_bytes() }).ok()
        };
        let plain = open(&self.current).or_else(|| self.previous.as_ref().and_then(open));
        let plain = plain.ok_or(StoreError::CannotUnseal)?;
        String::from_utf8(plain).map_err(|_| StoreError::CannotUnseal)
    }
}

impl Store {
    /// Hands a text to a browser that may keep it and can neither read nor
    /// change it. What was sealed for one purpose opens for no other.
    pub fn seal_for(&self, purpose: &str, text: &str) -> String {
        self.sealer.seal(text, purpose)
    }

    /// None for whatever we did not seal for this purpose.
    pub fn unseal_for(&self, purpose: &str, sealed: &str) -> Option<String> {
        self.sealer.unseal(sealed, purpose).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::new([byte; 32])
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_key_and_row() {
        let sealer = Sealer::new(&key(1), None);

        let sealed = sealer.seal("13800000000", "row");

        assert!(!sealed.contains("138"));
        assert_eq!(sealer.unseal(&sealed, "row").ok().as_deref(), Some("13800000000"));
        assert!(matches!(sealer.unseal(&sealed, "another row"), Err(StoreError::CannotUnseal)));
    }

    #[test]
    fn after_a_change_of_key_the_previous_one_still_opens() {
        let sealed = Sealer::new(&key(1), None).seal("secret", "row");

        assert!(Sealer::new(&key(2), Some(&key(1))).unseal(&sealed, "row").is_ok());
        assert!(Sealer::new(&key(2), None).unseal(&sealed, "row").is_err());
    }

    #[test]
    fn rubbish_is_refused_without_a_panic() {
        let sealer = Sealer::new(&key(1), None);

        for rubbish in ["", "AAAA", "!!!", &"A".repeat(200)] {
            assert!(sealer.unseal(rubbish, "row").is_err(), "{rubbish}");
        }
    }
}

//! WeChat's signature: SHA-1 over the sorted parts, in hexadecimal. The token
//! is the only secret in it, so a token that can be guessed protects nothing.

use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use crate::model::credentials::{InvalidToken, check_token};

use super::hex::push_hex;

/// The Token of 服务器配置. Shown nowhere.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

impl Token {
    pub fn parse(raw: &str) -> Result<Self, InvalidToken> {
        check_token(raw)?;
        Ok(Self(raw.into()))
    }

    /// The signature over timestamp and nonce, or over these and the encrypted
    /// body. Order does not matter.
    pub fn sign(&self, parts: &[&str]) -> String {
        let mut sorted = Vec::with_capacity(parts.len() + 1);
        sorted.push(self.0.expose_secret());
        sorted.extend_from_slice(parts);
        sorted.sort_unstable();
        let mut hash = Sha1::new();
        for part in sorted {
            hash.update(part);
        }
        let mut signature = String::with_capacity(40);
        push_hex(&hash.finalize(), &mut signature);
        signature
    }

    /// Takes as long for a wrong signature as for a right one.
    pub fn has_signed(&self, parts: &[&str], signature: &str) -> bool {
        self.sign(parts).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::parse("verysecret").expect("ten letters");

        assert!(!format!("{token:?}").contains("verysecret"));
    }

    #[test]
    fn a_signature_of_another_length_does_not_match() {
        let token = Token::parse("AAAAA").expect("five letters");
        let right = token.sign(&["1714036504", "1514711492"]);
        let (all_but_the_last, _) = right.split_at(39);

        assert!(token.has_signed(&["1514711492", "1714036504"], &right));
        assert!(!token.has_signed(&["1714036504", "1514711492"], ""));
        assert!(!token.has_signed(&["1714036504", "1514711492"], all_but_the_last));
        assert!(!token.has_signed(&["1714036504", "1514711492"], &(right.clone() + "0")));
    }
}

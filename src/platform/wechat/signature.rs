//! WeChat's signature: SHA-1 over the sorted parts, in hexadecimal. The token
//! is the only secret in it, so a token that can be guessed protects nothing.

use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::hex::push_hex;

/// Length of a token. Source: 消息推送, 服务器配置, developers.weixin.qq.com.
const TOKEN_CHARS: std::ops::RangeInclusive<usize> = 3..=32;

/// The Token of 服务器配置. Shown nowhere.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    #[error("token 是空的，任何人都能伪造消息；请填写微信后台“消息推送”里的 Token")]
    Empty,
    #[error("token 有 {chars} 个字符，微信要求 3 到 32 个；请与微信后台“消息推送”里的 Token 核对")]
    Length { chars: usize },
    #[error("token 里有 {0:?}，微信只允许英文字母和数字；请与微信后台“消息推送”里的 Token 核对")]
    Character(char),
}

impl Token {
    pub fn parse(raw: &str) -> Result<Self, InvalidToken> {
        if raw.is_empty() {
            return Err(InvalidToken::Empty);
        }
        if let Some(c) = raw.chars().find(|c| !c.is_ascii_alphanumeric()) {
            return Err(InvalidToken::Character(c));
        }
        if !TOKEN_CHARS.contains(&raw.len()) {
            return Err(InvalidToken::Length { chars: raw.len() });
        }
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

    const TOKENS: &[(&str, &str, Option<InvalidToken>)] = &[
        ("empty", "", Some(InvalidToken::Empty)),
        ("below the limit", "ab", Some(InvalidToken::Length { chars: 2 })),
        ("at the lower limit", "abc", None),
        ("at the upper limit", "abcdefghijklmnopqrstuvwxyz012345", None),
        ("above the limit", "abcdefghijklmnopqrstuvwxyz0123456", Some(InvalidToken::Length { chars: 33 })),
        ("a space copied along", "token ", Some(InvalidToken::Character(' '))),
        ("Chinese", "口令口令", Some(InvalidToken::Character('口'))),
    ];

    #[test]
    fn a_token_is_what_wechat_allows() {
        for (case, raw, problem) in TOKENS {
            assert_eq!(Token::parse(raw).err(), *problem, "{case}");
        }
    }

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

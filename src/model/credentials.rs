//! What WeChat calls Token and EncodingAESKey: what they may be, and how new
//! ones are drawn. One rule for the settings, the console and the wire. Not
//! here: signing and decrypting with them (platform).

use rand::Rng;
use rand::distr::{Alphanumeric, SampleString as _};

/// Length of a token. Source: 消息推送, 服务器配置, developers.weixin.qq.com.
const TOKEN_CHARS: std::ops::RangeInclusive<usize> = 3..=32;
/// Length of an EncodingAESKey. Source: 消息加解密说明, developers.weixin.qq.com.
const AES_KEY_CHARS: usize = 43;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    #[error("token 是空的，任何人都能伪造消息；请填写微信后台“消息推送”里的 Token")]
    Empty,
    #[error("token 有 {chars} 个字符，微信要求 3 到 32 个；请与微信后台“消息推送”里的 Token 核对")]
    Length { chars: usize },
    #[error("token 里有 {0:?}，微信只允许英文字母和数字；请与微信后台“消息推送”里的 Token 核对")]
    Character(char),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAesKey {
    #[error(
        "EncodingAESKey 有 {chars} 个字符，应为 {AES_KEY_CHARS} 个；请从微信后台“消息推送”整串复制，末尾不要加等号"
    )]
    Length { chars: usize },
    #[error("EncodingAESKey 里有 {0:?}，只会有英文字母和数字；请从微信后台“消息推送”重新复制")]
    Character(char),
}

pub fn check_token(raw: &str) -> Result<(), InvalidToken> {
    if raw.is_empty() {
        return Err(InvalidToken::Empty);
    }
    if let Some(c) = raw.chars().find(|c| !c.is_ascii_alphanumeric()) {
        return Err(InvalidToken::Character(c));
    }
    if !TOKEN_CHARS.contains(&raw.len()) {
        return Err(InvalidToken::Length { chars: raw.len() });
    }
    Ok(())
}

/// WeChat makes letters and digits alone; other systems keys in Base64.
pub fn check_aes_key(raw: &str) -> Result<(), InvalidAesKey> {
    if let Some(c) = raw.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/')) {
        return Err(InvalidAesKey::Character(c));
    }
    if raw.len() != AES_KEY_CHARS {
        return Err(InvalidAesKey::Length { chars: raw.len() });
    }
    Ok(())
}

/// As long as a token may be.
pub fn draw_token(rng: &mut impl Rng) -> String {
    Alphanumeric.sample_string(rng, *TOKEN_CHARS.end())
}

/// Letters and digits alone, as WeChat makes them.
pub fn draw_aes_key(rng: &mut impl Rng) -> String {
    Alphanumeric.sample_string(rng, AES_KEY_CHARS)
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
        ("a sign", "spring-2026", Some(InvalidToken::Character('-'))),
        ("Chinese", "口令口令", Some(InvalidToken::Character('口'))),
    ];

    #[test]
    fn a_token_is_what_wechat_allows() {
        for (case, raw, problem) in TOKENS {
            assert_eq!(check_token(raw).err(), *problem, "{case}");
        }
    }

    #[test]
    fn what_is_drawn_is_allowed_and_never_the_same() {
        let mut rng = rand::rng();
        let (token, aes_key) = (draw_token(&mut rng), draw_aes_key(&mut rng));

        assert_eq!((check_token(&token), check_aes_key(&aes_key)), (Ok(()), Ok(())));
        assert_ne!(draw_token(&mut rng), token);
        assert_ne!(draw_aes_key(&mut rng), aes_key);
    }
}

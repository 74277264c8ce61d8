//! WeChat's encryption: AES-256-CBC over random bytes, length, message and the
//! receiver's id. Nothing here is authenticated: callers check the signature
//! over the ciphertext first.

use std::fmt;

use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::model::credentials::{InvalidAesKey, check_aes_key};

/// WeChat pads to 32 bytes, twice the block of AES, so a library's padding does
/// not fit. Source: 消息加解密说明.
const PADDING_BLOCK: usize = 32;

/// Random bytes before the message.
const RANDOM_BYTES: usize = 16;

/// Before the message stand the random bytes and its length.
const HEAD_BYTES: usize = RANDOM_BYTES + 4;

/// The 43 characters of a key carry 258 bits for 256: the last two are chance,
/// and in four of five published keys not zero. A strict decoder refuses those.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The EncodingAESKey of 服务器配置, its key schedule computed. Shown nowhere.
#[derive(Clone)]
pub struct EncodingAesKey {
    cipher: Aes256,
    iv: [u8; 16],
}

/// Why a ciphertext could not be read, from the outside to the inside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    #[error("密文不是 Base64")]
    NotBase64,
    #[error("密文有 {bytes} 字节，不是完整的分组")]
    Length { bytes: usize },
    #[error("解密后的填充不对，密钥不同")]
    Padding,
    #[error("解密后的长度不对，密钥不同")]
    MessageLength,
    #[error("密文是给 {found} 的")]
    Receiver { found: String },
}

impl EncodingAesKey {
    pub fn parse(raw: &str) -> Result<Self, InvalidAesKey> {
        check_aes_key(raw)?;
        let wrong_length = || InvalidAesKey::Length { chars: raw.len() };
        let key: [u8; 32] =
            BASE64.decode(raw).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong_length)?;
        let (iv, _) = key.split_first_chunk().ok_or_else(wrong_length)?;
        Ok(Self { cipher: Aes256::new(&key.into()), iv: *iv })
    }

    /// The message inside `ciphertext`, if it was encrypted for `receiver`.
    pub fn decrypt(&self, ciphertext: &str, receiver: &str) -> Result<Vec<u8>, DecryptError> {
        let mut bytes = BASE64.decode(ciphertext).map_err(|_| DecryptError::NotBase64)?;
        let length = bytes.len();
        if length < PADDING_BLOCK {
            return Err(DecryptError::Length { bytes: length });
        }
        cbc::Decryptor::inner_iv_init(&self.cipher, &self.iv.into())
            .decrypt_padded::<NoPadding>(&mut bytes)
            .map_err(|_| DecryptError::Length { bytes: length })?;
        let message = message_within(unpadded(&bytes)?, receiver)?.len();
        bytes.truncate(HEAD_BYTES + message);
        bytes.drain(..HEAD_BYTES);
        Ok(bytes)
    }

    pub fn encrypt(&self, message: &[u8], receiver: &str, random: [u8; RANDOM_BYTES]) -> String {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + message.len() + receiver.len() + PADDING_BLOCK);
        bytes.extend_from_slice(&random);
        bytes.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(message);
        bytes.extend_from_slice(receiver.as_bytes());
        let padding = PADDING_BLOCK - bytes.len() % PADDING_BLOCK;
        bytes.resize(bytes.len() + padding, u8::try_from(padding).unwrap_or(0));
        let length = bytes.len();
        cbc::Encryptor::inner_iv_init(&self.cipher, &self.iv.into())
            .encrypt_padded::<NoPadding>(&mut bytes, length)
            .expect("the bytes were padded to whole blocks");
        BASE64.encode(bytes)
    }
}

fn unpadded(bytes: &[u8]) -> Result<&[u8], DecryptError> {
    let padding = bytes.last().map_or(0, |last| usize::from(*last));
    if !(1..=PADDING_BLOCK).contains(&padding) {
        return Err(DecryptError::Padding);
    }
    let (content, tail) = bytes.split_at_checked(bytes.len() - padding).ok_or(DecryptError::Padding)?;
    let is_whole = tail.iter().all(|byte| usize::from(*byte) == padding);
    if is_whole { Ok(content) } else { Err(DecryptError::Padding) }
}

fn message_within<'b>(bytes: &'b [u8], receiver: &str) -> Result<&'b [u8], DecryptError> {
    let (_, rest) = bytes.split_at_checked(RANDOM_BYTES).ok_or(DecryptError::MessageLength)?;
    let (length, rest) = rest.split_first_chunk().ok_or(DecryptError::MessageLength)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| DecryptError::MessageLength)?;
    let (message, tail) = rest.split_at_checked(length).ok_or(DecryptError::MessageLength)?;
    if tail != receiver.as_bytes() {
        let found = String::from_utf8_lossy(tail).chars().filter(|c| !c.is_control()).take(64).collect();
        return Err(DecryptError::Receiver { found });
    }
    Ok(message)
}

impl fmt::Debug for EncodingAesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncodingAesKey([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its last letter carries bits that a strict Base64 decoder refuses.
    const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    const RECEIVER: &str = "wxb11529c136998cb6";

    fn key() -> EncodingAesKey {
        EncodingAesKey::parse(KEY).expect("a published sample key")
    }

    #[test]
    fn a_key_has_43_letters_and_digits() {
        let problem = |raw: &str| EncodingAesKey::parse(raw).err();

        assert_eq!(problem(&"a".repeat(42)), Some(InvalidAesKey::Length { chars: 42 }));
        assert_eq!(problem(KEY), None);
        assert_eq!(problem(&"a".repeat(44)), Some(InvalidAesKey::Length { chars: 44 }));
        assert_eq!(problem(&(KEY.to_owned() + "=")), Some(InvalidAesKey::Character('=')));
        assert_eq!(problem(""), Some(InvalidAesKey::Length { chars: 0 }));
    }

    #[test]
    fn a_key_is_never_shown() {
        assert_eq!(format!("{:?}", key()), "EncodingAesKey([REDACTED])");
    }

    #[test]
    fn every_length_of_padding_is_written_and_read() {
        for length in 0..=64 {
            let message = vec![b'x'; length];

            let ciphertext = key().encrypt(&message, RECEIVER, [7; 16]);

            assert_eq!(key().decrypt(&ciphertext, RECEIVER), Ok(message), "{length} bytes");
        }
    }

    #[test]
    fn another_receiver_is_named() {
        let ciphertext = key().encrypt(b"hello", "wxother", [7; 16]);

        assert_eq!(
            key().decrypt(&ciphertext, RECEIVER),
            Err(DecryptError::Receiver { found: "wxother".to_owned() })
        );
    }

    #[test]
    fn another_key_is_noticed() {
        let other = EncodingAesKey::parse(&"A".repeat(43)).expect("43 letters");

        let read = other.decrypt(&key().encrypt(b"hello", RECEIVER, [7; 16]), RECEIVER);

        assert!(matches!(read, Err(DecryptError::Padding | DecryptError::MessageLength)), "{read:?}");
    }

    /// What stands between `encrypt` and the cipher, so that a test can break it.
    fn encrypt_raw(mut plain: Vec<u8>) -> String {
        let length = plain.len();
        cbc::Encryptor::inner_iv_init(&key().cipher, &key().iv.into())
            .encrypt_padded::<NoPadding>(&mut plain, length)
            .expect("whole blocks");
        BASE64.encode(plain)
    }

    fn plain(length: u32, padding: &[u8]) -> Vec<u8> {
        let mut plain = vec![7; 16];
        plain.extend_from_slice(&length.to_be_bytes());
        plain.extend_from_slice(b"hello");
        plain.extend_from_slice(RECEIVER.as_bytes());
        plain.extend_from_slice(padding);
        plain
    }

    #[test]
    fn a_broken_inside_is_refused_and_never_read_beyond() {
        let good = [21; 21]; // 16 + 4 + 5 + 18 = 43, and 21 to 64
        let cases = [
            ("padding of 0", plain(5, &[[21; 20].as_slice(), &[0]].concat()), DecryptError::Padding),
            ("padding of 33", plain(5, &[33; 21]), DecryptError::Padding),
            ("uneven padding", plain(5, &[[1; 20].as_slice(), &[21]].concat()), DecryptError::Padding),
            ("the longest length", plain(u32::MAX, &good), DecryptError::MessageLength),
            ("one byte too long", plain(24, &good), DecryptError::MessageLength),
            ("the receiver swallowed", plain(23, &good), DecryptError::Receiver { found: String::new() }),
            ("nothing but padding", vec![32; 32], DecryptError::MessageLength),
        ];
        assert_eq!(key().decrypt(&encrypt_raw(plain(5, &good)), RECEIVER), Ok(b"hello".to_vec()));
        for (case, bytes, expected) in cases {
            assert_eq!(key().decrypt(&encrypt_raw(bytes), RECEIVER), Err(expected), "{case}");
        }
    }

    #[test]
    fn what_is_no_ciphertext_is_refused() {
        let sixteen = BASE64.encode([0; 16]);
        let forty = BASE64.encode([0; 40]);

        assert_eq!(key().decrypt("不是", RECEIVER), Err(DecryptError::NotBase64));
        assert_eq!(key().decrypt("", RECEIVER), Err(DecryptError::Length { bytes: 0 }));
        assert_eq!(key().decrypt(&sixteen, RECEIVER), Err(DecryptError::Length { bytes: 16 }));
        assert_eq!(key().decrypt(&forty, RECEIVER), Err(DecryptError::Length { bytes: 40 }));
    }
}

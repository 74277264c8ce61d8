//! Bytes to text, as Excel, Notepad and editors in China write it: UTF-8 with
//! or without a mark, UTF-16 with one, GB18030; any line ending.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecodeError {
    #[error("is neither UTF-8 nor GB18030")]
    UnknownEncoding,
    #[error("holds bytes that no text has: it is not a text file")]
    NotText,
}

/// Every line of the result ends with `\n`.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => {
            let text = decode_as(encoding, bytes.get(mark..).unwrap_or_default())?;
            // Any two bytes are a character of UTF-16; but no file of ours is without
            // a line end, a mark or a space.
            if encoding != UTF_8 && !text.is_empty() && !text.contains(|c: char| c.is_ascii()) {
                return Err(DecodeError::NotText);
            }
            text
        }
        None => decode_as(UTF_8, bytes).or_else(|_| decode_chinese(bytes))?,
    };
    if text.contains('\0') {
        return Err(DecodeError::NotText);
    }
    Ok(unify_line_endings(text))
}

/// Most bytes are characters of GB18030, those of a picture too: it is told by what
/// no editor writes. What is UTF-8 may hold such a thing, pasted from elsewhere.
fn decode_chinese(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let text = decode_as(GB18030, bytes)?;
    if text.contains(is_no_text) { Err(DecodeError::NotText) } else { Ok(text) }
}

/// What no keyboard types. Old programs break lines in a cell with a vertical
/// tab, new pages with a form feed, and end a file with Ctrl-Z.
pub(super) fn is_no_text(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\x1a')
}

fn decode_as<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Cow<'b, str>, DecodeError> {
    debug_assert!([UTF_8, GB18030, UTF_16LE, UTF_16BE].contains(&encoding));
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(DecodeError::UnknownEncoding)
}

fn unify_line_endings(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\r') {
        return text;
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_every_encoding_and_line_ending_that_people_save() {
        let text = "费用\n多少钱\n";
        let (gb18030, _, _) = GB18030.encode(text);
        let utf16 =
            |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(to_bytes).collect() };
        let cases: &[(&str, Vec<u8>)] = &[
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("GB18030", gb18030.to_vec()),
            ("UTF-16, little end first", [b"\xff\xfe".to_vec(), utf16(u16::to_le_bytes)].concat()),
            ("UTF-16, big end first", [b"\xfe\xff".to_vec(), utf16(u16::to_be_bytes)].concat()),
            ("line endings of Windows", text.replace('\n', "\r\n").into_bytes()),
            ("line endings of old spreadsheets", text.replace('\n', "\r").into_bytes()),
        ];
        for (name, bytes) in cases {
            assert_eq!(decode(bytes).as_deref(), Ok(text), "{name}");
        }
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert_eq!(decode(b"\x89PNG\r\n\x1a\n\x00\xff"), Err(DecodeError::UnknownEncoding));
        assert_eq!(decode(b"PK\x03\x04\x00"), Err(DecodeError::NotText));
        assert_eq!(decode(b"\xb0\xa1\x02\x03junk"), Err(DecodeError::NotText));
        assert!(decode("回电\u{7}".as_bytes()).is_ok(), "pasted from a table of Word");
        assert_eq!(decode(b"\xff\xfe\x00bad"), Err(DecodeError::NotText), "any bytes are UTF-16");
        assert_eq!(decode(b"\xff\xfe\x00\xd8"), Err(DecodeError::UnknownEncoding), "half a surrogate");
    }
}

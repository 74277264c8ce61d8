//! A text file and how it was saved: its encoding, its mark, the end of each
//! line. `save` writes another text the same way.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::super::decode::{DecodeError, decode};

#[derive(Clone, Debug)]
pub struct Saved {
    /// Every line ends with `\n`.
    pub text: String,
    encoding: &'static Encoding,
    has_mark: bool,
    endings: Vec<Ending>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Unix,
    Windows,
    OldMac,
}

impl Saved {
    pub fn open(bytes: &[u8]) -> Result<Self, DecodeError> {
        let text = decode(bytes)?.into_owned();
        let mark = Encoding::for_bom(bytes);
        let encoding = match mark {
            Some((encoding, _)) => encoding,
            None if std::str::from_utf8(bytes).is_ok() => UTF_8,
            None => GB18030,
        };
        let raw = encoding.decode(bytes).0;
        Ok(Self { text, encoding, has_mark: mark.is_some(), endings: endings(&raw) })
    }

    /// `text` in this file's place. A line that was there before ends as it
    /// did, a new one as most do.
    pub fn save(&self, text: &str) -> Vec<u8> {
        let most = self.most_common_ending();
        let old: Vec<&str> = self.text.split('\n').collect();
        let new: Vec<&str> = text.split('\n').collect();
        let has_same_lines = old.len() == new.len();
        let mut at_old = 0;
        let mut written = String::with_capacity(text.len() + new.len());
        for (at, line) in new.iter().enumerate() {
            written.push_str(line);
            if at + 1 == new.len() {
                break;
            }
            let rest = old.get(at_old..).unwrap_or_default();
            let found = if has_same_lines { Some(0) } else { rest.iter().position(|other| other == line) };
            let ending = found.and_then(|found| {
                at_old += found + 1;
                self.endings.get(at_old - 1)
            });
            written.push_str(ending.copied().unwrap_or(most).as_str());
        }
        self.encode(&written)
    }

    fn most_common_ending(&self) -> Ending {
        let count = |ending| self.endings.iter().filter(|found| **found == ending).count();
        [Ending::Unix, Ending::Windows, Ending::OldMac]
            .into_iter()
            .rev()
            .max_by_key(|one| count(*one))
            .unwrap_or(Ending::Unix)
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        let mark = if self.has_mark { "\u{feff}" } else { "" };
        let units = || mark.encode_utf16().chain(text.encode_utf16());
        match self.encoding {
            encoding if encoding == UTF_16LE => units().flat_map(u16::to_le_bytes).collect(),
            encoding if encoding == UTF_16BE => units().flat_map(u16::to_be_bytes).collect(),
            encoding if encoding == GB18030 => GB18030.encode(text).0.into_owned(),
            _ => [mark, text].concat().into_bytes(),
        }
    }
}

impl Ending {
    fn as_str(self) -> &'static str {
        match self {
            Self::Unix => "\n",
            Self::Windows => "\r\n",
            Self::OldMac => "\r",
        }
    }
}

fn endings(raw: &str) -> Vec<Ending> {
    let mut endings = Vec::new();
    let mut characters = raw.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\n' => endings.push(Ending::Unix),
            '\r' if characters.next_if_eq(&'\n').is_some() => endings.push(Ending::Windows),
            '\r' => endings.push(Ending::OldMac),
            _ => {}
        }
    }
    endings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_saved_as_it_was_however_it_was_saved() {
        let text = "费用\r\n多少钱\n预算\r\n";
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(to_bytes).collect()
        };
        let cases: &[(&str, Vec<u8>)] = &[
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("GB18030", GB18030.encode(text).0.to_vec()),
            ("UTF-16, little end first", utf16(u16::to_le_bytes)),
            ("UTF-16, big end first", utf16(u16::to_be_bytes)),
            ("nothing", Vec::new()),
        ];
        for (name, bytes) in cases {
            let saved = Saved::open(bytes).expect("a text");
            assert_eq!(&saved.save(&saved.text), bytes, "{name}");
        }
    }

    #[test]
    fn a_new_line_ends_as_most_do_and_the_others_as_they_did() {
        let saved = Saved::open(b"a\r\nb\r\nc\nd").expect("a text");

        assert_eq!(saved.save("a\nnew\nb\nc\nd"), b"a\r\nnew\r\nb\r\nc\nd");
        assert_eq!(saved.save("a\nd"), b"a\r\nd");
    }
}

//! What a text is made of: its characters and pairs of them, its syllables and
//! pairs of them, the letters of foreign words. Characters need no dictionary and do as well as a word
//! segmenter; syllables see through homophones and typed pinyin; threes of
//! either brought nothing on the labelled sets. Not here: what a piece is
//! worth (answer).

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::FxHasher;

use super::normalize::Normalized;
use super::pinyin::{Syllable, segment};
use super::wording::plain;

/// The longest piece, in characters or syllables.
const LONGEST: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Equal for equal pieces; 64 bits, so different ones never meet in practice.
    pub key: u64,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// So many characters (or whole foreign words) as written.
    Written(u8),
    /// So many syllables as heard.
    Heard(u8),
    /// The first or the last two tokens: 「天气」 alone is not 「…的天气」.
    Edge,
    /// A few letters of a foreign word.
    Letters,
}

/// One character, foreign word or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token {
    /// None for typed pinyin: it has a sound and no character.
    written: Option<u64>,
    /// None for foreign words.
    heard: Option<u64>,
}

/// Letters of a foreign word that make a piece.
const LETTERS: usize = 4;

/// All numbers are one token: 30人 and 五十人 ask the same.
const NUMBER: u64 = 1 << 40;
const FOREIGN: u64 = 1 << 41;

/// More digits are a name or a code (12306), which is like a foreign word.
const LONGEST_NUMBER: usize = 4;

/// 汉字 in UTF-8.
const BYTES_OF_A_CHARACTER: usize = 3;

/// The pieces of `text`, each once, in no particular order.
pub fn pieces(text: &Normalized) -> Vec<Piece> {
    let mut into = Vec::with_capacity(4 * text.as_str().len() / BYTES_OF_A_CHARACTER + 2);
    let text = plain(text.as_str());
    let tokens = tokens(&text);
    for length in 1..=LONGEST {
        for window in tokens.windows(usize::from(length)) {
            into.extend(piece(window, |token| token.written, Kind::Written(length)));
            into.extend(piece(window, |token| token.heard, Kind::Heard(length)));
        }
    }
    if let ([first, second, ..], [.., before, last]) = (tokens.as_slice(), tokens.as_slice()) {
        // The end is taken backwards, or it would look like a beginning.
        into.extend(piece(&[*first, *second], |token| token.written, Kind::Edge));
        into.extend(piece(&[*last, *before], |token| token.written, Kind::Edge));
    }
    letters(&text, &mut into);
    into.sort_unstable_by_key(|piece| piece.key);
    into.dedup_by_key(|piece| piece.key);
    into
}

/// What a foreign word is made of: without spaces, words stand together
/// (packinglist), and people misspell them.
fn letters(text: &str, into: &mut Vec<Piece>) {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    for word in words.filter(|word| word.len() > LETTERS && segment(word).is_none()) {
        for few in word.as_bytes().windows(LETTERS) {
            let mut hasher = FxHasher::default();
            few.hash(&mut hasher);
            into.push(Piece { key: hasher.finish(), kind: Kind::Letters });
        }
    }
}

fn piece(window: &[Token], side: impl Fn(&Token) -> Option<u64>, kind: Kind) -> Option<Piece> {
    let mut hasher = FxHasher::default();
    std::mem::discriminant(&kind).hash(&mut hasher);
    for token in window {
        side(token)?.hash(&mut hasher);
    }
    Some(Piece { key: hasher.finish(), kind })
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 2);
    let characters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(first) = characters.get(at).copied() {
        let rest = characters.get(at..).unwrap_or_default();
        let letters = run(rest, |c| c.is_ascii_alphabetic());
        let digits = number(rest);
        if letters > 0 {
            spell(rest.get(..letters).unwrap_or_default(), &mut tokens);
        } else if digits > LONGEST_NUMBER {
            tokens.push(foreign(rest.get(..digits).unwrap_or_default()));
        } else if digits > 0 {
            tokens.push(Token { written: Some(NUMBER), heard: Some(NUMBER) });
        } else {
            let previous = at.checked_sub(1).and_then(|before| characters.get(before));
            tokens.push(character(previous.copied(), first, rest.get(1).copied()));
        }
        at += letters.max(digits).max(1);
    }
    tokens
}

fn character(previous: Option<char>, c: char, next: Option<char>) -> Token {
    let heard = Syllable::between(previous, c, next).map(|syllable| u64::from(syllable.id()));
    Token { written: Some(u64::from(c as u32)), heard }
}

/// A run of letters is pinyin when syllables fill it; else one foreign word.
fn spell(letters: &[char], tokens: &mut Vec<Token>) {
    let word: String = letters.iter().collect();
    match segment(&word) {
        Some(syllables) => {
            let heard = syllables.iter().map(|syllable| Some(u64::from(syllable.id())));
            tokens.extend(heard.map(|heard| Token { written: None, heard }));
        }
        None => tokens.push(foreign(letters)),
    }
}

fn foreign(word: &[char]) -> Token {
    let mut hasher = FxHasher::default();
    word.hash(&mut hasher);
    Token { written: Some(FOREIGN ^ hasher.finish()), heard: None }
}

/// Digits always are a number; 一 or 两 only before what can be counted,
/// because 一般 and 一起 count nothing. 几 stays: it asks.
fn number(rest: &[char]) -> usize {
    let digits = run(rest, |c| c.is_ascii_digit());
    if digits > 0 {
        return digits;
    }
    let numerals = run(rest, |c| "一二两三四五六七八九十百千廿".contains(c));
    let vague = run(rest.get(numerals..).unwrap_or_default(), |c| "几来多".contains(c)).min(1);
    let counted =
        rest.get(numerals + vague).is_some_and(|c| "天人个位名号月日晚夜宿周年岁点班块间".contains(*c));
    if numerals > 0 && counted { numerals + vague } else { 0 }
}

fn run(characters: &[char], belongs: impl Fn(char) -> bool) -> usize {
    characters.iter().take_while(|c| belongs(**c)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(a: &str, b: &str) -> usize {
        let (left, right) = (pieces(&Normalized::new(a)), pieces(&Normalized::new(b)));
        left.iter().filter(|piece| right.iter().any(|other| other.key == piece.key)).count()
    }

    #[test]
    fn a_text_gives_each_of_its_pieces_once() {
        let found = pieces(&Normalized::new("费用"));

        // 费 用 费用, the same heard, and the two edges.
        assert_eq!(found.len(), 8);
        assert_eq!(shared("费用费用费用", "费用"), 8);
    }

    #[test]
    fn homophones_and_typed_pinyin_share_sounds() {
        assert_eq!(shared("课成", "课程"), 4);
        assert_eq!(shared("feiyong", "费用"), 3);
    }

    #[test]
    fn numbers_are_alike() {
        assert_eq!(shared("30人", "五十人"), shared("30人", "30人"));
        assert_eq!(shared("一般", "三般"), 2);
    }

    #[test]
    fn foreign_words_that_run_together_share_their_letters() {
        // sche, ched, hedu, edul, dule.
        assert_eq!(shared("sample schedule", "schedule"), 5);
        assert_eq!(shared("packing list", "schedule"), 0);
    }

    #[test]
    fn an_empty_text_has_no_pieces() {
        assert!(pieces(&Normalized::new("？")).is_empty());
    }
}

//! Reading a short text from left to right, word by word.

use unicode_normalization::UnicodeNormalization as _;

use super::numerals;

/// Half width, lower case, one kind of dash, no spaces.
pub fn plain(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '—' | '–' | '－' | '~' | '〜' | '～' | '‑' | '−' => '-',
            '。' | '!' | '；' | ';' => '，',
            ',' => '，',
            c => c,
        })
        .collect()
}

/// The text from every place where something may begin: not inside a number.
pub fn starts(text: &str) -> impl Iterator<Item = &str> {
    let mut after_digit = false;
    text.char_indices().filter_map(move |(at, c)| {
        let inside = after_digit && c.is_ascii_digit();
        after_digit = c.is_ascii_digit();
        if inside { None } else { text.get(at..) }
    })
}

#[derive(Clone, Copy, Debug)]
pub struct Scan<'t> {
    rest: &'t str,
}

impl<'t> Scan<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    pub fn rest(&self) -> &'t str {
        self.rest
    }

    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn eat(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The first of the words that stands here: longer ones come first in lists.
    pub fn eat_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().copied().find(|word| self.eat(word))
    }

    /// Any number of these words.
    pub fn skip(&mut self, words: &[&str]) {
        while !self.rest.is_empty() && self.eat_any(words).is_some() {}
    }

    pub fn number(&mut self) -> Option<u32> {
        let (number, rest) = numerals::leading(self.rest)?;
        self.rest = rest;
        Some(number)
    }

    /// 三四十, 二十五六: from, to.
    pub fn spoken_range(&mut self) -> Option<(u32, u32)> {
        let (range, rest) = numerals::leading_range(self.rest)?;
        self.rest = rest;
        Some(range)
    }

    /// What `read` makes of it; nothing is consumed when it fails.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        let found = read(self);
        if found.is_none() {
            *self = before;
        }
        found
    }
}

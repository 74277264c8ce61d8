//! What staff write for a customer to read: the box in 会话, its draft, and
//! 常用话 that go into it. One limit for all, said before it is reached.

use super::words::{Sentence, Words};
use crate::conversation::leave::MAX_WORDS_BYTES;

/// Of a Chinese character, in WeChat's count.
const BYTES_OF_A_CHARACTER: usize = 3;

/// A field's limit, as `parts/form.html` says it.
pub(super) struct Limit {
    pub bytes: usize,
    pub hint: Sentence<'static>,
    pub too_long: Sentence<'static>,
}

impl Limit {
    /// `hint` says what the words are for.
    pub(super) fn of(hint: &str, t: &'static Words) -> Self {
        let too_long = filled(t.say("chat.too_long"));
        Self { bytes: MAX_WORDS_BYTES, hint: filled(t.say(hint)), too_long }
    }
}

/// The words as they are kept: browsers end lines in two characters.
pub(super) fn tidy(typed: &str) -> String {
    typed.trim().replace("\r\n", "\n").replace('\r', "\n")
}

/// What is wrong with words that were tidied.
pub(super) fn refuse(text: &str, t: &'static Words) -> Option<Sentence<'static>> {
    if text.is_empty() {
        return Some(t.say("chat.empty").owned());
    }
    refuse_long(text, t)
}

pub(super) fn refuse_long(text: &str, t: &'static Words) -> Option<Sentence<'static>> {
    (text.len() > MAX_WORDS_BYTES).then(|| filled(t.say("chat.too_long")))
}

fn filled(sentence: Sentence<'_>) -> Sentence<'static> {
    let characters = MAX_WORDS_BYTES / BYTES_OF_A_CHARACTER;
    sentence.owned().with("bytes", MAX_WORDS_BYTES).with("characters", characters)
}

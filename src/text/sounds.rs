//! A text as it sounds, one character per syllable, so that whatever searches
//! text can search sounds. Not here: the readings (pinyin).

use super::normalize::Normalized;
use super::pinyin::{Syllable, segment};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sounds {
    /// Syllables stand as characters of the private use area; digits and
    /// foreign words as they are.
    text: String,
    /// For each character of `text`, the bytes of the written text it comes from.
    written: Vec<(usize, usize)>,
}

impl Sounds {
    pub fn of(text: &Normalized) -> Self {
        let mut sounds = Self::default();
        let mut rest = text.as_str();
        let mut previous = None;
        let mut at = 0;
        while let Some(c) = rest.chars().next() {
            let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (piece, after) = rest.split_at(if letters == 0 { c.len_utf8() } else { letters });
            if letters > 0 {
                sounds.spell(piece, at);
            } else {
                let heard = Syllable::between(previous, c, after.chars().next());
                sounds.push(heard.map_or(c, Syllable::as_char), at, c.len_utf8());
            }
            at += piece.len();
            previous = Some(c);
            rest = after;
        }
        sounds
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In syllables.
    pub fn len(&self) -> usize {
        self.written.len()
    }

    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// The bytes of the written text that sound like `start..end` of this one.
    pub fn written(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let first = self.text.get(..start)?.chars().count();
        let last = first + self.text.get(start..end)?.chars().count().checked_sub(1)?;
        Some((self.written.get(first)?.0, self.written.get(last)?.1))
    }

    fn spell(&mut self, letters: &str, at: usize) {
        match segment(letters) {
            // Where each syllable ends inside the run does not matter to
            // anyone; that it belongs to the run does.
            Some(syllables) => {
                for syllable in syllables {
                    self.push(syllable.as_char(), at, letters.len());
                }
            }
            None => {
                for (offset, letter) in letters.char_indices() {
                    self.push(letter, at + offset, 1);
                }
            }
        }
    }

    fn push(&mut self, sound: char, at: usize, length: usize) {
        self.text.push(sound);
        self.written.push((at, at + length));
    }
}

/// The first letter of each syllable, when the text is 汉字 alone.
pub fn initials(text: &Normalized) -> Option<String> {
    text.as_str().chars().map(|c| Syllable::of(c)?.initial()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds(text: &str) -> Sounds {
        Sounds::of(&Normalized::new(text))
    }

    #[test]
    fn what_sounds_alike_is_spelled_alike() {
        assert_eq!(sounds("费佣").as_str(), sounds("费用").as_str());
        assert_eq!(sounds("feiyong多少").as_str(), sounds("费用多少").as_str());
        assert_ne!(sounds("费用").as_str(), sounds("学习").as_str());
    }

    #[test]
    fn a_sound_leads_back_to_what_was_written() {
        let heard = sounds("3天费用");
        let wanted = sounds("费用");
        let start = heard.as_str().find(wanted.as_str()).expect("it sounds in there");

        assert_eq!(heard.written(start, start + wanted.as_str().len()), Some((4, 10)));
    }

    #[test]
    fn initials_are_those_of_the_syllables() {
        assert_eq!(initials(&Normalized::new("结业证")).as_deref(), Some("jyz"));
        assert_eq!(initials(&Normalized::new("24小时")), None);
    }
}
